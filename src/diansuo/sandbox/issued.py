"""What a neighbouring marketing system would hand over: bills issued, arrears on a day, meters that did not answer.

Residential bills are those of the shipped rulebook, priced by the same engine as the office's own: held against each
other they agree but for the mistakes written into the truth. Classes the rulebook does not price get one SAMPLE price
each, invented here and nobody's official price.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from diansuo.core.quantity.money import amount_fen
from diansuo.core.quantity.month import first_day, next_month
from diansuo.core.tariff import BillingInput, PriceClass, VoltageClass, price
from diansuo.core.tariff.comparing import LineKind, StatedLines, lines_in_their_kinds
from diansuo.core.tariff.comparing.mixing import chained
from diansuo.office.config import rulebook_files
from diansuo.sandbox.faults import Fault
from diansuo.sandbox.layout import Array, Layout
from diansuo.sandbox.lists import write_table

SAMPLE_FEN = {"农业生产用电": 48, "工商业（单一制）": 75, "工商业（两部制）": 66}
PRICED = {
    "居民生活用电": PriceClass.RESIDENTIAL_STEPS,
    "居民生活（峰谷）": PriceClass.RESIDENTIAL_STEPS_TOU,
    "居民生活（合表）": PriceClass.RESIDENTIAL_SHARED,
}
# One priced customer in so many has the year's energy counted twice: what a second opinion is for.
COUNTED_TWICE_EVERY = 397
COUNTED_TWICE = "年度累计重复"
# A register written down too low seems to have gone nearly once round; the other system holds such a bill.
LARGEST_WH = 300_000_000
# What else the other system gets wrong, each for as many: all that a second opinion can find in a household's bill.
CLASS, PRICE, ENERGY, FEN = "对方类别错误", "对方单价错误", "对方电量错误", "对方取整不同"
MISTAKES = (CLASS, PRICE, ENERGY, FEN)
NOTES = {
    COUNTED_TWICE: ("阶梯累计重复", "营销系统把年度累计电量算了两遍"),
    CLASS: ("类别错误", "营销系统按合表计费"),
    PRICE: ("单价错误", "营销系统每档单价多 0.01 元"),
    ENERGY: ("电量错误", "营销系统每月多计 100 kWh"),
    FEN: ("取整不同", "营销系统每月多一分"),
}
"""What the truth says of each: the kind in short, and in words."""
PRICE_OFF_NANO, ENERGY_OFF_WH = 10_000_000, 100_000
SHARED_TEXT = "居民生活（合表）"
LINES = {
    LineKind.STEP_1: "第一档", LineKind.STEP_2: "第二档", LineKind.STEP_3: "第三档",
    LineKind.ENERGY: "电度", LineKind.PEAK_EXTRA: "峰段加价", LineKind.VALLEY_EXTRA: "谷段减价",
}  # fmt: skip
ISSUED_COLUMNS = (
    "用户编号", "用户名称", "电费年月", "用电类别", "结算电量", "应收电费", "发行日期",
    *(f"{LINES[kind]}{word}" for kind in LINES if kind < LineKind.SHARP for word in ("电量", "电价", "电费")),
    "电度电价", "电度电费", "峰段加价电费", "谷段减价电费",
)  # fmt: skip
ARREARS_COLUMNS = ("用户编号", "用户名称", "电费年月", "应收电费", "欠费金额", "交费截止日")
FAILURE_COLUMNS = (
    "用户编号", "用户名称", "台区编号", "电能表编号", "失败日期", "连续失败天数", "失败原因",
)  # fmt: skip
ISSUE_DAY, DUE_DAY = 5, 25


@dataclass(frozen=True, slots=True)
class Used:
    """Energy of a month by customer, int64 Wh after the multiplier; ``read`` tells whose registers there are."""

    read: Array
    total_wh: Array
    peak_wh: Array
    valley_wh: Array


class _Biller:
    """Prices month after month, with the year's energy of every customer."""

    def __init__(self, rows: list[dict[str, Any]], used: Iterable[Used]) -> None:
        self.book = rulebook_files.load()
        self.price_class = np.array([PRICED.get(row["用电类别"], 0) for row in rows], dtype=np.int16)
        self.sample_fen = np.array([SAMPLE_FEN.get(row["用电类别"], 0) for row in rows])
        self.year, self.to_date_wh = 0, np.zeros(len(rows), dtype=np.int64)
        self.twice = np.zeros(len(rows), dtype=np.bool_)
        stepped = np.flatnonzero(np.isin(self.price_class, (1, 2)))
        in_all = sum(
            (np.where(each.total_wh < LARGEST_WH, each.total_wh, 0) for each in used), self.to_date_wh
        )
        # Of those who use most: the steps of the others are out of reach anyway.
        most_first = stepped[np.argsort(-in_all[stepped], kind="stable")]
        count = 1 + len(stepped) // COUNTED_TWICE_EVERY
        self.twice[most_first[:count]] = True
        self.mistaken = {
            kind: most_first[(number + 1) * count : (number + 2) * count]
            for number, kind in enumerate(MISTAKES)
        }
        self.issued_class = self.price_class.copy()
        self.issued_class[self.mistaken[CLASS]] = PriceClass.RESIDENTIAL_SHARED
        self.more_wh = np.zeros(len(rows), dtype=np.int64)
        self.more_wh[self.mistaken[ENERGY]] = ENERGY_OFF_WH

    def month(self, month: int, used: Used) -> tuple[Array, StatedLines]:
        """Return each customer's amount of the month in fen, 0 without a bill, and the lines of those priced."""
        if month // 100 != self.year:
            self.year, self.to_date_wh = month // 100, np.zeros_like(self.to_date_wh)
        billed = used.read & (used.total_wh < LARGEST_WH)
        amounts = np.where(billed, used.total_wh // 1000 * self.sample_fen, 0)
        rows = np.flatnonzero(billed & (self.price_class > 0))
        bills = price(self._input(month, used, rows), self.book)
        amounts[rows] = bills.amount_fen
        self.to_date_wh[rows] += bills.energy_wh
        lines = lines_in_their_kinds((bills.lines, rows.astype(np.int64)), None)
        dear = np.isin(lines.bill, self.mistaken[PRICE]) & (lines.kind <= LineKind.STEP_3)
        lines.price_nano[dear] += PRICE_OFF_NANO
        lines.amount_fen[dear] = amount_fen(
            lines.quantity[dear], lines.price_nano[dear], rounding="half_away"
        )
        for place in np.intersect1d(self.mistaken[PRICE], rows).tolist():
            amounts[place] = lines.amount_fen[lines.bill == place].sum()
        amounts[np.intersect1d(self.mistaken[FEN], rows)] += 1
        return amounts, chained([lines, self._bundled(amounts, billed, used)])

    def _bundled(self, amounts: Array, billed: Array, used: Used) -> StatedLines:
        """Return the one line of those with a sample price."""
        at = np.flatnonzero(billed & (self.sample_fen > 0)).astype(np.int64)
        price = self.sample_fen[at].astype(np.int64) * 10_000_000
        kind = np.full(len(at), LineKind.ENERGY, np.int16)
        return StatedLines(at, kind, used.total_wh[at], price, amounts[at].astype(np.int64))

    def _input(self, month: int, used: Used, rows: Array) -> BillingInput:
        count = len(rows)
        days = [(first_day(at) - date(1970, 1, 1)).days for at in (next_month(month, -1), month)]
        before = np.where(self.twice[rows], 2, 1) * self.to_date_wh[rows]
        return BillingInput(
            price_class=self.issued_class[rows],
            voltage_class=np.full(count, VoltageClass.BELOW_1KV, dtype=np.int16),
            period=np.full(count, month, dtype=np.int64),
            from_day=np.full(count, days[0], dtype=np.int64),
            to_day=np.full(count, days[1], dtype=np.int64),
            energy_wh=used.total_wh[rows] + self.more_wh[rows],
            peak_wh=used.peak_wh[rows],
            valley_wh=used.valley_wh[rows],
            has_time_of_use=self.issued_class[rows] == PriceClass.RESIDENTIAL_STEPS_TOU,
            year_to_date_wh=before,
            months_in_year=np.full(count, 12, dtype=np.int16),
        )


def write_issued(
    folder: Path, rows: list[dict[str, Any]], used: dict[int, Used], today: date, seed: int, ending: str
) -> tuple[dict[int, Path], Path, dict[str, list[int]]]:
    """Write the issued bills of each month and what of them is owed on the day; return the files.

    The last of what is returned are the places of the customers whose bills are wrong, by what is wrong.
    """
    issued: dict[int, Path] = {}
    owed: list[tuple[Any, ...]] = []
    random = np.random.default_rng([seed, 6])
    biller = _Biller(rows, used.values())
    for month, of_month in used.items():
        amounts, lines = biller.month(month, of_month)
        stated = _stated(lines, len(rows))
        day, due = first_day(month).replace(day=ISSUE_DAY), first_day(month).replace(day=DUE_DAY)
        fate, delay = random.random(len(rows)), random.integers(1, 24, len(rows))
        age = sum(1 for later in used if later > month)
        bills = []
        for at in np.flatnonzero(amounts > 0):
            row, fen = rows[at], int(amounts[at])
            kwh = int(of_month.total_wh[at] + biller.more_wh[at]) // 10
            shared = at in biller.mistaken[CLASS]
            bills.append(
                (
                    row["用户编号"],
                    row["用户名称"],
                    month,
                    SHARED_TEXT if shared else row["用电类别"],
                    _hundredths(kwh),
                    _hundredths(fen),
                    day,
                    *stated[int(at)],
                )
            )
            unpaid = fate[at] > 1 - 0.05 / (1 + age) or day + timedelta(days=int(delay[at])) > today
            if day <= today and unpaid:
                left = fen if fate[at] < 0.985 else fen // 2 + 1
                owed.append(
                    (row["用户编号"], row["用户名称"], month, _hundredths(fen), _hundredths(left), due)
                )
        if day <= today:
            issued[month] = folder / f"已发行电费_{month}{ending}"
            write_table(issued[month], "已发行电费", ISSUED_COLUMNS, bills)
    arrears = folder / f"欠费明细_{today:%Y%m%d}{ending}"
    write_table(arrears, "欠费明细", ARREARS_COLUMNS, owed)
    wrong = {COUNTED_TWICE: np.flatnonzero(biller.twice).tolist()}
    return (
        issued,
        arrears,
        wrong | {kind: sorted(places.tolist()) for kind, places in biller.mistaken.items()},
    )


def _stated(lines: StatedLines, count: int) -> list[tuple[str, ...]]:
    """Return the cells of the columns of lines, by place of the customer."""
    start = len(ISSUED_COLUMNS) - ISSUED_COLUMNS[::-1].index("第一档电量") - 1
    heads = {name: at for at, name in enumerate(ISSUED_COLUMNS[start:])}
    cells = [[""] * len(heads) for _row in range(count)]
    for at in range(len(lines)):
        name, row = LINES[LineKind(int(lines.kind[at]))], cells[int(lines.bill[at])]
        for word, text in (
            ("电量", _hundredths(int(lines.quantity[at]) // 10)),
            ("电价", f"{int(lines.price_nano[at]) / 10**9:.6f}"),
            ("电费", _hundredths(int(lines.amount_fen[at]))),
        ):
            if name + word in heads:
                row[heads[name + word]] = text
    return [tuple(row) for row in cells]


def _hundredths(value: int) -> str:
    sign, size = "-" if value < 0 else "", abs(value)
    return f"{sign}{size // 100}.{size % 100:02d}"


def write_failures(
    path: Path, layout: Layout, faults: list[Fault], rows: list[dict[str, Any]], days: list[date]
) -> None:
    """Write the meters whose register of the last day did not come."""
    place = {int(column): at for at, column in enumerate(layout.columns)}

    def failed() -> Any:
        for fault in faults:
            if fault.method != "无日冻结" or fault.to_day < len(days):
                continue
            row = rows[place[fault.customer] if fault.customer >= 0 else len(place) + fault.area]
            names = ("用户编号", "用户名称", "台区编号", "电能表编号")
            yield *(row.get(name, "") for name in names), days[-1], len(days) - fault.from_day, fault.note

    write_table(path, "采集失败清单", FAILURE_COLUMNS, failed())
