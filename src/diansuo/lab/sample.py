"""The station the mistakes are made in, as rows in memory: its archive, its reading lists, its daily freeze.

Nothing is wrong with it: every rate of the sandbox is zero, so that whatever is found about a customer nobody touched
is a false alarm.
"""

from __future__ import annotations

import copy
import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import polars as pl
from python_calamine import CalamineWorkbook

from diansuo.sandbox import prices, special
from diansuo.sandbox import station as sandbox

Row = dict[str, Any]

MONTHS: Final = (202407, 202408, 202409, 202410, 202411, 202412)
"""An opening, three billed months, the month the mistakes are made in, and the one after."""
OPENING, TRIED, AFTER = MONTHS[0], MONTHS[4], MONTHS[5]
LAST_DAY: Final = date(2024, 12, 2)
VALID_FROM: Final = date(2024, 6, 1)
SEED: Final = 7
TOTAL, PEAK, VALLEY = "正向有功（总）", "正向有功（峰）", "正向有功（谷）"
REVERSE, REACTIVE, DEMAND = "反向有功（总）", "正向无功", "最大需量"
HUNDREDTH: Final = Decimal("0.01")


@dataclass(slots=True)
class Sample:
    """The station's papers. ``lists`` by month and customer, ``freeze`` with registers as kWh by meter and day."""

    folder: Path
    archive: dict[str, Row]
    outside: list[Row]
    lists: dict[int, dict[str, list[Row]]]
    freeze: pl.DataFrame
    extra: dict[date, list[Row]] = field(default_factory=dict)
    """Rows of the archive as they become, by the day from which."""
    again: dict[str, list[Row]] = field(default_factory=dict)
    """Rows of a second list of the month."""

    def copy(self) -> Sample:
        """Return papers that can be changed without changing these; the freeze is shared until replaced."""
        return Sample(
            self.folder,
            copy.deepcopy(self.archive),
            self.outside,
            copy.deepcopy(self.lists),
            self.freeze,
        )

    def row(self, customer: str, month: int = TRIED, register: str = TOTAL) -> Row:
        """Return the row of a register in a month's list."""
        return next(each for each in self.lists[month][customer] if each["示数类型"] == register)

    def used(self, customer: str, month: int = TRIED, register: str = TOTAL) -> Decimal:
        """Return the difference of a register over a month, before the multiplier."""
        row = self.row(customer, month, register)
        return Decimal(row["本次示数"]) - Decimal(row["上次示数"])

    def frozen(self, customer: str, day: date) -> Row | None:
        """Return the freeze of a customer's meter at 0:00 of a day."""
        found = self.freeze.filter(pl.col("用户编号") == customer, pl.col("日期") == day.isoformat())
        return found.row(0, named=True) if len(found) else None


def write(folder: Path, *, customers: int, factories: int, seed: int = SEED) -> Sample:
    """Make the station and read it back as rows."""
    files = sandbox.write(
        folder,
        customers=customers,
        months=len(MONTHS),
        last_month=AFTER,
        seed=seed,
        last_day=LAST_DAY,
        rates=sandbox.Rates(**{each.name: 0.0 for each in fields(sandbox.Rates)}),
        curve_areas=0,
        factories=factories,
    )
    rows = read_rows(files.archive)
    for month in MONTHS:
        prices.write_sheet(sheet_path(folder, month), month, seed)
    return Sample(
        folder=folder,
        archive={row["用户编号"]: row for row in rows if row["用户编号"]},
        outside=[row for row in rows if not row["用户编号"]],
        lists={month: _by_customer(read_rows(file)) for month, file in files.readings.items()},
        # Without its multiplier, which is the archive's: what the meter shows is the evidence.
        freeze=pl.concat(pl.read_parquet(file) for file in files.freezes.values()).drop("倍率"),
    )


def sheet_path(folder: Path, month: int) -> Path:
    """Return where a month's price sheet lies."""
    return folder / f"价格表_{month}.csv"


def _by_customer(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["用户编号"]].append(row)
    return dict(found)


def read_rows(path: Path) -> list[Row]:
    """Read a list of the sandbox as rows of texts."""
    if path.suffix == ".xlsx":
        lines = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    else:
        with path.open(encoding="gb18030", newline="") as stream:
            lines = list(csv.reader(stream))
    at = next(i for i, line in enumerate(lines) if "用户编号" in line)
    heads = [str(cell) for cell in lines[at]]
    return [dict(zip(heads, map(_text, line), strict=True)) for line in lines[at + 1 :]]


def _text(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def write_rows(path: Path, rows: Iterable[Row]) -> Path:
    """Write rows as a csv list; the columns are those any of them has."""
    rows = list(rows)
    heads = dict.fromkeys(name for row in rows for name in row)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(heads), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def kwh(value: Decimal) -> str:
    """Return a register as a list prints it."""
    return f"{value.quantize(HUNDREDTH):f}"


POINT_COLUMNS: Final = special.POINT_COLUMNS
