"""What goes wrong at the station, and when: drawn by rates, with a few that every station of some size has.

Each fault is the ground truth an analysis is held against (truth.csv).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from diansuo.sandbox.layout import COMMERCIAL_PLACES, CUSTOMERS_AN_AREA, Array, Layout
from diansuo.sandbox.shapes import Use

# From this many customers on every kind with a rate appears at least once, and the told faults below exist.
ALL_KINDS_FROM = 500
MISREAD_CUSTOMER, MISREAD_BY_WH = 10, 3_000_000
LAST_MONTH_UNREAD = 113
MISSED_RATE_OF_MONTH = 0.004
CLOCK_LATE_H = 3


@dataclass(frozen=True, slots=True)
class Rates:
    """How often each thing goes wrong, as a share of the customers (unmetered: of the areas; late: of the routes)."""

    theft: float = 0.003
    multiplier: float = 0.0005
    area: float = 0.001
    price_class: float = 0.0005
    misread: float = 0.0005
    missed: float = MISSED_RATE_OF_MONTH
    collection: float = 0.006
    stopped: float = 0.001
    rollover: float = 0.0005
    exchange: float = 0.002
    clock: float = 0.0005
    lost_phase: float = 0.0003
    reversed_wiring: float = 0.0003
    unmetered: float = 0.02
    late: float = 0.0


@dataclass(slots=True)
class Fault:
    """One fault: ``customer`` is a column of the layout or -1; days count from the station's first day, [from, to)."""

    kind: str
    method: str
    customer: int
    area: int
    from_day: int
    to_day: int
    value: float = 0.0
    note: str = ""
    energy_wh: float = 0.0


PHYSICAL = {"窃电", "电能表停走", "失压", "接线反", "无表用电"}
THEFTS = (
    ("绕越", 0.35, "部分负荷绕过电能表"),
    ("限量", 0.20, "计量的功率不超过 0.2 kW"),
    ("夜间", 0.0, "22:00 至 6:00 不计量"),
    ("挂钩", 1.2, "表前恒定接用 1.2 kW"),
)


def draw(
    random: np.random.Generator, layout: Layout, days: int, rates: Rates, exchange_day: int
) -> list[Fault]:
    """Return the station's faults but for misread and missed readings; no customer has two of them.

    Args:
        random: where chance comes from.
        layout: the station.
        days: how many days of use there are.
        rates: how often things go wrong.
        exchange_day: when all exchanges of meters happen, -1 for none.
    """
    whole = layout.customers >= ALL_KINDS_FROM
    faults = list(_told(layout, days)) if whole else []
    drawing = _Drawing(random, layout, days, whole, faults)
    home, three = layout.use == Use.RESIDENTIAL, layout.phase == 3
    drawing.thefts(rates.theft, home)
    for column in drawing.pick(rates.multiplier, layout.multiplier == 20):
        drawing.add("倍率错误", "档案倍率偏小", column, 0, value=15, note="实际倍率 20，档案 15")
    for column in drawing.pick(rates.area, home):
        other = (column // CUSTOMERS_AN_AREA + 1) % layout.areas
        note = f"档案挂在第 {other + 1} 号台区"
        drawing.add("户变关系错误", "挂错台区", column, 0, value=other, note=note)
    for column in drawing.pick(rates.price_class, layout.use == Use.COMMERCIAL):
        drawing.add("电价类别错误", "商业按居民", column, 0, note="实际为商业用电，档案为居民生活用电")
    drawing.meters(rates, home, three)
    if 0 < exchange_day < days:
        for column in drawing.pick(rates.exchange, home):
            drawing.add("换表", "周期轮换", column, exchange_day, note="旧表止度与新表起度见抄表数据")
    drawing.failures(rates.collection)
    drawing.unmetered(rates.unmetered)
    return faults


@dataclass(slots=True)
class _Drawing:
    """Draws customers who have nothing wrong with them yet, outside the areas with told faults."""

    random: np.random.Generator
    layout: Layout
    days: int
    whole: bool
    faults: list[Fault]
    taken: set[int] = field(default_factory=set)
    quiet_areas: set[int] = field(default_factory=set)
    order: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __post_init__(self) -> None:
        self.taken = {0, MISREAD_CUSTOMER} | {fault.customer for fault in self.faults}
        self.quiet_areas = {fault.area for fault in self.faults} | ({1} if self.faults else set())
        self.order = self.random.permutation(self.layout.public)

    def pick(self, rate: float, fits: Array | None = None) -> Iterator[int]:
        """Yield as many customers as a rate asks for, at least one at a station of some size."""
        layout = self.layout
        wanted = max(int(self.whole and rate > 0), round(rate * layout.public))
        for column in self.order if wanted else ():
            quiet = column // CUSTOMERS_AN_AREA in self.quiet_areas
            if column in self.taken or quiet or layout.empty[column] or layout.roof_kw[column]:
                continue
            if fits is not None and not fits[column]:
                continue
            self.taken.add(int(column))
            yield int(column)
            wanted -= 1
            if not wanted:
                return

    def add(
        self,
        kind: str,
        method: str,
        column: int,
        start: int,
        end: int = -1,
        *,
        value: float = 0.0,
        note: str = "",
    ) -> None:
        """Note a fault of a customer."""
        area = column // CUSTOMERS_AN_AREA
        end = self.days if end < 0 else end
        self.faults.append(Fault(kind, method, column, area, start, end, value=value, note=note))

    def day(self, part: int) -> int:
        """Return a day in the later part of the station's days."""
        return int(self.random.integers(self.days // part, self.days))

    def thefts(self, rate: float, home: Array) -> None:
        """Let some households steal, by each method in turn."""
        early, late = self.days // 4, max(self.days // 4 + 1, self.days - 10)
        for at, column in enumerate(self.pick(rate, home)):
            method, value, note = THEFTS[at % len(THEFTS)]
            start = int(self.random.integers(early, late))
            self.add("窃电", method, column, start, value=value, note=note)

    def meters(self, rates: Rates, home: Array, three: Array) -> None:
        """Let meters stop, roll over, run fast, lose a phase, be wired the wrong way round."""
        for column in self.pick(rates.stopped, home):
            self.add("电能表停走", "停走", column, self.day(3))
        for column in self.pick(rates.rollover):
            self.add("电能表翻转", "翻转", column, 0, note="示数越过 999999.99")
        for column in self.pick(rates.clock, home):
            self.add("时钟偏差", "快", column, 0, value=CLOCK_LATE_H, note=f"日冻结早 {CLOCK_LATE_H} 小时")
        for column in self.pick(rates.lost_phase, three):
            self.add("失压", "一相失压", column, self.day(3), value=2 / 3)
        for column in self.pick(rates.reversed_wiring, home):
            self.add("接线反", "进出线接反", column, self.day(2), note="用电走反向示数")

    def failures(self, rate: float) -> None:
        """Let meters stay silent for some days, half of them to the end."""
        for at, column in enumerate(self.pick(rate)):
            length = int(self.random.integers(2, 15))
            ended = int(self.random.integers(min(length, self.days), self.days + 1))
            end = self.days + 1 if at % 2 == 0 else ended
            note = ("终端离线", "电表无响应", "信号弱")[at % 3]
            self.add("采集失败", "无日冻结", column, max(0, end - length), end, note=note)

    def unmetered(self, rate: float) -> None:
        """Add cameras and relays that are fed without a meter."""
        wanted = max(int(self.whole and rate > 0), round(rate * self.layout.areas))
        areas = [int(area) for area in self.random.permutation(self.layout.areas)]
        for area in [area for area in areas if area not in self.quiet_areas][:wanted]:
            self.faults.append(
                Fault("无表用电", "监控箱", -1, area, 0, self.days, value=0.3, note="恒定 0.3 kW 无表")
            )


def _told(layout: Layout, days: int) -> Iterator[Fault]:
    """Yield the faults every station shows: a high loss, a negative one, a master that is silent, a sudden change."""

    def at(area: int, place: int) -> int:
        return area * CUSTOMERS_AN_AREA + place

    if layout.areas < 8:
        return
    yield Fault("窃电", "绕越", at(2, COMMERCIAL_PLACES[0]), 2, days // 2, days, 0.1, "大部分负荷绕过电能表")
    for place in COMMERCIAL_PLACES:
        yield Fault(
            "户变关系错误", "挂错台区", at(3, place), 3, 0, days, 1, "档案挂在第 2 号台区，该台区因此负损"
        )
    yield Fault("总表采集失败", "无日冻结", -1, 5, max(0, days - 5), days + 1, 0, "集中器离线")
    yield Fault("窃电", "挂钩", at(6, 8), 6, max(0, days - 3), days, 3.0, "表前恒定接用 3 kW")
