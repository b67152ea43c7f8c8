"""What goes wrong at the station, and when: drawn by rates, with a few that every station of some size has.

Each fault is the ground truth an analysis is held against (truth.csv).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from diansuo.sandbox.layout import COMMERCIAL_PLACES, CUSTOMERS_AN_AREA, Layout
from diansuo.sandbox.shapes import Use

# From this many customers on every kind with a rate appears at least once, and the told faults below exist.
ALL_KINDS_FROM = 500
MISREAD_CUSTOMER, MISREAD_BY_WH = 10, 3_000_000
LAST_MONTH_UNREAD = 113
MISSED_RATE_OF_MONTH = 0.004
CLOCK_LATE_H = 3


@dataclass(frozen=True, slots=True)
class Rates:
    """How often each thing goes wrong, as a share of the customers (unmetered supply: of the areas)."""

    theft: float = 0.003
    multiplier: float = 0.0005
    area: float = 0.001
    price_class: float = 0.0005
    misread: float = 0.0005
    missed: float = MISSED_RATE_OF_MONTH
    collection: float = 0.006
    stopped: float = 0.001
    rollover: float = 0.0005
    clock: float = 0.0005
    lost_phase: float = 0.0003
    reversed_wiring: float = 0.0003
    unmetered: float = 0.02


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


def draw(random: np.random.Generator, layout: Layout, days: int, months: int, rates: Rates) -> list[Fault]:
    """Return the station's faults but for misread and missed readings; no customer has two of them."""
    whole = layout.customers >= ALL_KINDS_FROM
    taken = {0, MISREAD_CUSTOMER}
    faults = list(_told(layout, days)) if whole else []
    taken |= {fault.customer for fault in faults}
    quiet_areas = {fault.area for fault in faults} | ({1} if faults else set())
    order = random.permutation(layout.public)

    def pick(rate: float, fits: object = None) -> Iterator[int]:
        wanted = max(int(whole and rate > 0), round(rate * layout.public))
        for column in order:
            if wanted <= 0:
                return
            area = column // CUSTOMERS_AN_AREA
            if column in taken or area in quiet_areas or layout.empty[column] or layout.roof_kw[column]:
                continue
            if fits is not None and not fits[column]:  # type: ignore[index]
                continue
            taken.add(int(column))
            wanted -= 1
            yield int(column)

    def add(kind: str, method: str, column: int, start: int, end: int = days, **more: object) -> None:
        faults.append(Fault(kind, method, column, column // CUSTOMERS_AN_AREA, start, end, **more))  # type: ignore[arg-type]

    home = layout.use == Use.RESIDENTIAL
    three = layout.phase == 3
    for at, column in enumerate(pick(rates.theft, home)):
        method, value, note = THEFTS[at % len(THEFTS)]
        add(
            "窃电",
            method,
            column,
            int(random.integers(days // 4, max(days // 4 + 1, days - 10))),
            value=value,
            note=note,
        )
    for column in pick(rates.multiplier, layout.multiplier == 20):
        add("倍率错误", "档案倍率偏小", column, 0, value=15, note="实际倍率 20，档案 15")
    for column in pick(rates.area, home):
        other = (column // CUSTOMERS_AN_AREA + 1) % layout.areas
        add("户变关系错误", "挂错台区", column, 0, value=other, note=f"档案挂在第 {other + 1} 号台区")
    for column in pick(rates.price_class, layout.use == Use.COMMERCIAL):
        add("电价类别错误", "商业按居民", column, 0, note="实际为商业用电，档案为居民生活用电")
    for column in pick(rates.stopped, home):
        add("电能表停走", "停走", column, int(random.integers(days // 3, days)))
    for column in pick(rates.rollover):
        add("电能表翻转", "翻转", column, 0, note="示数越过 999999.99")
    for column in pick(rates.clock, home):
        add("时钟偏差", "快", column, 0, value=CLOCK_LATE_H, note=f"日冻结早 {CLOCK_LATE_H} 小时")
    for column in pick(rates.lost_phase, three):
        add("失压", "一相失压", column, int(random.integers(days // 3, days)), value=2 / 3)
    for column in pick(rates.reversed_wiring, home):
        add("接线反", "进出线接反", column, int(random.integers(days // 2, days)), note="用电走反向示数")
    for at, column in enumerate(pick(rates.collection)):
        length = int(random.integers(2, 15))
        end = days + 1 if at % 2 == 0 else int(random.integers(min(length, days), days + 1))
        add(
            "采集失败",
            "无日冻结",
            column,
            max(0, end - length),
            end,
            note=("终端离线", "电表无响应", "信号弱")[at % 3],
        )
    _unmetered(random, layout, days, rates.unmetered, whole, quiet_areas, faults)
    return faults


def _unmetered(
    random: np.random.Generator,
    layout: Layout,
    days: int,
    rate: float,
    whole: bool,
    quiet_areas: set[int],
    faults: list[Fault],
) -> None:
    """Add cameras and relays that are fed without a meter."""
    wanted = max(int(whole and rate > 0), round(rate * layout.areas))
    for area in [int(area) for area in random.permutation(layout.areas) if area not in quiet_areas][:wanted]:
        faults.append(Fault("无表用电", "监控箱", -1, area, 0, days, value=0.3, note="恒定 0.3 kW 无表"))


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
