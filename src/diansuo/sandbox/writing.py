"""A station whose days have passed, on its way into files: what was read, frozen and written down of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from diansuo.core.quantity.month import first_day, month_of, next_month
from diansuo.sandbox import clocks, feeders, freezing, issued, lists, registers, special, uploads
from diansuo.sandbox.faults import LAST_MONTH_UNREAD, MISREAD_BY_WH, MISREAD_CUSTOMER, Fault, Rates
from diansuo.sandbox.layout import Array, Layout
from diansuo.sandbox.lists import READING_COLUMNS
from diansuo.sandbox.shapes import Use

Advance = Callable[[str, int, int], None]


@dataclass(slots=True)
class Writing:
    """The station on its way into the folder; ``low_side`` is the place of the one measured behind its transformer."""

    folder: Path
    layout: Layout
    faults: list[Fault]
    rows: list[dict[str, Any]]
    days: list[date]
    registers: registers.Registers
    demand_kw: Array
    large: bool
    advance: Advance
    low_side: int | None
    late: dict[int, Path] = field(default_factory=dict)

    @property
    def ending(self) -> str:
        """Return how the lists end."""
        return ".csv" if self.large else ".xlsx"

    def readings(
        self, periods: list[int], rates: Rates, random: np.random.Generator, late: np.random.Generator
    ) -> tuple[dict[int, Path], dict[int, issued.Used]]:
        """Write the reading lists; return them, and the energy of each month."""
        files, used = {}, {}
        own = [dict(row) for row in self.rows[: self.layout.customers]]
        multiplier = np.array([row["综合倍率"] for row in own])
        previous: dict[str, Array] | None = None
        end = registers.REGISTER_END_WH // 10
        for place, month in enumerate(periods):
            self.advance(f"抄表数据 {month}", place, len(periods))
            shown = self._shown(place, month, len(periods), rates, random)
            files[month] = (
                self.folder / f"抄表数据_{month}{'.xlsx' if place % 2 and not self.large else '.csv'}"
            )
            exchanges = self._exchanges(own, month, periods[place - 1] if place else month)
            lines = lists.reading_rows(own, shown, previous, end, month, exchanges)
            timely, delayed = uploads.part(lines, rates.late, late)
            lists.write_table(files[month], "抄表数据", READING_COLUMNS, timely)
            if delayed:
                self.late[month] = self.folder / f"抄表数据_{month}_迟传.csv"
                uploads.write(self.late[month], delayed)
            if previous is not None:
                used[month] = _used(shown, previous, exchanges, end, multiplier)
                shown = {part: np.where(now == -1, previous[part], now) for part, now in shown.items()}
            previous = shown
        return files, used

    def _exchanges(self, own: list[dict[str, Any]], month: int, before: int) -> dict[int, lists.Exchange]:
        """Return whose meter was exchanged between two reading days; their rows bear the new meter from then on."""
        found = {}
        for fault in self.faults:
            day = self.days[fault.from_day]
            if fault.kind != "换表" or not first_day(before) <= day < first_day(month):
                continue
            row = own[fault.customer]
            final = {part: wh // 10 for part, wh in self.registers.finals[fault.customer].items()}
            found[fault.customer] = lists.Exchange(day, row["电能表编号"], final)
            row["电能表编号"] = freezing.new_meter(row["电能表编号"])
        return found

    def exchanges(self) -> Path | None:
        """Write the archive rows of exchanged meters, as an export after the exchange has them."""
        exchanged = [self.rows[fault.customer] for fault in self.faults if fault.kind == "换表"]
        if not exchanged:
            return None
        path = self.folder / f"用户档案_换表{self.ending}"
        lists.write_archive(
            path, [{**row, "电能表编号": freezing.new_meter(row["电能表编号"])} for row in exchanged]
        )
        return path

    def clocks(self, random: np.random.Generator) -> Path:
        """Write the meter clocks of the last day."""
        path = self.folder / f"电能表时钟_{self.days[-1]:%Y%m%d}{self.ending}"
        clocks.write_clocks(path, self.layout, self.faults, self.rows, self.days, random)
        return path

    def special(self, periods: list[int], seed: int) -> tuple[Path, dict[int, Path]]:
        """Write the archive rows of customers of rarer kinds, and the market's prices of each month of use."""
        own = self.layout.columns
        numbers = {int(column): self.rows[at]["用户编号"] for at, column in enumerate(own)}
        faulty = {numbers[fault.customer] for fault in self.faults if fault.customer in numbers}
        feeding = np.flatnonzero(self.registers.back[own, -1] > 0).tolist()
        chosen = special.rows(self.rows[: self.layout.customers], feeding, faulty)
        path = self.folder / f"用户档案_特殊{self.ending}"
        special.write(path, chosen)
        months = [next_month(periods[0], -1), *periods]
        market = {month: self.folder / f"市场电价_{month}.csv" for month in months}
        for month, file in market.items():
            special.write_market_prices(file, chosen, month, seed)
        return path, market

    def _shown(
        self, place: int, month: int, months: int, rates: Rates, random: np.random.Generator
    ) -> dict[str, Array]:
        """Return what is written down on a reading day, in hundredths of kWh, and note what is wrong with it."""
        own, at = self.layout.columns, (first_day(month) - self.days[0]).days
        shown_days = slice((first_day(next_month(month, -1)) - self.days[0]).days if place else at, at)
        parts = ~self.layout.time_of_use[own] & (self.layout.use[own] != Use.DEDICATED)
        sold = self.registers.back[own, -1] == 0
        shown = {
            "总": self.registers.total[own, at] // 10,
            "峰": np.where(parts, -2, self.registers.peak[own, at] // 10),
            "谷": np.where(parts, -2, self.registers.valley[own, at] // 10),
            "反": np.where(sold, -2, self.registers.back[own, at] // 10),
        } | self._two_part(at, shown_days)
        unread = random.random(len(own)) < (rates.missed if place else 0)
        wrong = random.random(len(own)) < (rates.misread if place else 0)
        if place and place == months - 1:
            unread[LAST_MONTH_UNREAD // 3 :: LAST_MONTH_UNREAD] = rates.missed > 0
            if len(own) > MISREAD_CUSTOMER and rates.misread > 0:
                wrong[MISREAD_CUSTOMER] = True
        for fault in self.faults:
            if fault.kind == "换表":
                unread[fault.customer] = wrong[fault.customer] = False
        if self.low_side is not None:
            unread[self.low_side] = wrong[self.low_side] = False
        wrong &= ~unread
        shown["总"] = np.where(wrong, (shown["总"] - MISREAD_BY_WH // 10) % 10**8, shown["总"])
        for column in np.flatnonzero(unread):
            self._note("漏抄", "未抄", own[column], at, "抄表数据中没有本次示数")
        for column in np.flatnonzero(wrong):
            self._note("抄错示数", "少记", own[column], at, f"抄表示数少 {MISREAD_BY_WH // 1000} kWh")
        return {part: np.where(unread & (now >= 0), -1, now) for part, now in shown.items()}

    def _two_part(self, at: int, days: slice) -> dict[str, Array]:
        """Return the registers of two-part bills; the demand is in thousandths of kW."""
        public, dedicated = self.layout.public, self.layout.dedicated
        none = np.full(public, -2)
        multiplier = self.layout.multiplier[self.layout.padded : self.layout.padded + dedicated]
        watts = self.demand_kw[:, days].max(axis=1, initial=0) * 1000 / multiplier
        return {
            "平": np.concatenate([none, self.registers.own_flat[:, at] // 10]),
            "无": np.concatenate([none, self.registers.own_reactive[:, at] // 10]),
            "需": np.concatenate([none, np.rint(watts).astype(np.int64)]),
        }

    def _note(self, kind: str, method: str, column: int, day: int, note: str) -> None:
        area = int(self.layout.area[column])
        self.faults.append(Fault(kind, method, int(column), area, day, day + 1, note=note))

    def mistaken(self, wrong: dict[str, list[int]]) -> None:
        """Note whose bills of the other system are wrong, and how."""
        for kind, places in wrong.items():
            method, note = issued.NOTES[kind]
            for at in places:
                column = int(self.layout.columns[at])
                area, days = int(self.layout.area[column]), len(self.days) - 1
                self.faults.append(Fault("出账差错", method, column, area, 0, days, note=note))

    def freezes(self) -> tuple[dict[int, Path], int]:
        """Write the daily freeze by month; return the files and how many rows they have."""
        shown = np.array([row["综合倍率"] for row in self.rows])
        these = freezing.points(self.layout, self.registers, self.faults, self.rows, shown)
        files, rows, first = {}, 0, 0
        for month, span in groupby(self.days, key=month_of):
            days = list(span)
            self.advance(f"日冻结 {month}", first, len(self.days))
            files[month] = self.folder / f"日冻结电量_{month}.parquet"
            rows += freezing.write_month(files[month], these, days, first)
            first += len(days)
        return files, rows

    def lines(self) -> Path:
        """Write the low voltage lines."""
        path = self.folder / "低压线路.csv"
        lists.write_lines(path, self.layout, self.rows)
        return path

    def feeder_lines(self, seed: int) -> Path:
        """Write the 10 kV lines."""
        path = self.folder / "10千伏线路.csv"
        areas = self.layout.areas + self.layout.dedicated
        numbers = [lists.area_number(area) for area in range(areas)]
        feeders.write(path, feeders.string_up(self.layout, seed), numbers)
        return path

    def truth(self) -> Path:
        """Write what is wrong with the station."""
        path = self.folder / "truth.csv"
        days = [*self.days, self.days[-1] + timedelta(days=1)]
        numbers = {int(column): self.rows[at]["用户编号"] for at, column in enumerate(self.layout.columns)}
        lists.write_truth(path, self.faults, days, numbers)
        return path


def _used(
    shown: dict[str, Array],
    previous: dict[str, Array],
    exchanges: dict[int, lists.Exchange],
    end: int,
    multiplier: Array,
) -> issued.Used:
    """Return the energy between two readings, in Wh; an exchanged meter's and its successor's together."""
    columns = []
    for part in ("总", "峰", "谷"):
        used = (shown[part] - previous[part]) % end
        for at, exchange in exchanges.items():
            used[at] = (exchange.final[part] - previous[part][at]) % end + shown[part][at]
        columns.append(np.where(shown[part] >= 0, used * multiplier * 10, 0).astype(np.int64))
    return issued.Used((shown["总"] >= 0) & (previous["总"] >= 0), *columns)
