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

from diansuo.core.quantity.month import first_day, next_month
from diansuo.core.tariff import BillingInput, PriceClass, VoltageClass, price
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
# A register written down too low seems to have gone nearly once round; the other system holds such a bill.
LARGEST_WH = 300_000_000
ISSUED_COLUMNS = ("用户编号", "用户名称", "电费年月", "用电类别", "结算电量", "应收电费", "发行日期")
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
        self.twice[most_first[: 1 + len(stepped) // COUNTED_TWICE_EVERY]] = True

    def month(self, month: int, used: Used) -> Array:
        """Return the amount of each customer's month in fen, 0 where there is no bill."""
        if month // 100 != self.year:
            self.year, self.to_date_wh = month // 100, np.zeros_like(self.to_date_wh)
        billed = used.read & (used.total_wh < LARGEST_WH)
        amounts = np.where(billed, used.total_wh // 1000 * self.sample_fen, 0)
        rows = np.flatnonzero(billed & (self.price_class > 0))
        bills = price(self._input(month, used, rows), self.book)
        amounts[rows] = bills.amount_fen
        self.to_date_wh[rows] += bills.energy_wh
        return amounts

    def _input(self, month: int, used: Used, rows: Array) -> BillingInput:
        count = len(rows)
        days = [(first_day(at) - date(1970, 1, 1)).days for at in (next_month(month, -1), month)]
        before = np.where(self.twice[rows], 2, 1) * self.to_date_wh[rows]
        return BillingInput(
            price_class=self.price_class[rows],
            voltage_class=np.full(count, VoltageClass.BELOW_1KV, dtype=np.int16),
            period=np.full(count, month, dtype=np.int64),
            from_day=np.full(count, days[0], dtype=np.int64),
            to_day=np.full(count, days[1], dtype=np.int64),
            energy_wh=used.total_wh[rows],
            peak_wh=used.peak_wh[rows],
            valley_wh=used.valley_wh[rows],
            has_time_of_use=self.price_class[rows] == PriceClass.RESIDENTIAL_STEPS_TOU,
            year_to_date_wh=before,
            months_in_year=np.full(count, 12, dtype=np.int16),
        )


def write_issued(
    folder: Path, rows: list[dict[str, Any]], used: dict[int, Used], today: date, seed: int, ending: str
) -> tuple[dict[int, Path], Path, list[int]]:
    """Write the issued bills of each month and what of them is owed on the day; return the files.

    The last of what is returned are the places of the customers whose year's energy was counted twice.
    """
    issued: dict[int, Path] = {}
    owed: list[tuple[Any, ...]] = []
    random = np.random.default_rng([seed, 6])
    biller = _Biller(rows, used.values())
    for month, of_month in used.items():
        amounts = biller.month(month, of_month)
        day, due = first_day(month).replace(day=ISSUE_DAY), first_day(month).replace(day=DUE_DAY)
        fate, delay = random.random(len(rows)), random.integers(1, 24, len(rows))
        age = sum(1 for later in used if later > month)
        bills = []
        for at in np.flatnonzero(amounts > 0):
            row, fen, kwh = rows[at], int(amounts[at]), int(of_month.total_wh[at]) // 10
            bills.append(
                (
                    row["用户编号"],
                    row["用户名称"],
                    month,
                    row["用电类别"],
                    _hundredths(kwh),
                    _hundredths(fen),
                    day,
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
    return issued, arrears, np.flatnonzero(biller.twice).tolist()


def _hundredths(value: int) -> str:
    return f"{value // 100}.{value % 100:02d}"


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
