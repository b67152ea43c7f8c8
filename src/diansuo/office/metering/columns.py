"""Where rows of the archive and of readings become the columns of core.metering; the only such place in this app.

Ranges of points are inclusive, ``low`` to ``high`` by primary key, within one station.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from django.db import connection

from diansuo.core.metering import (
    NEVER,
    Changes,
    Due,
    Known,
    Readings,
    Register,
    SettledMonths,
    part_mask,
)
from diansuo.core.metering.energy import month_set
from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.month import next_month
from diansuo.core.tariff.classes import PriceClass
from diansuo.office.base.bulk import day_number, fetch_columns
from diansuo.office.metering import due_sql, issued
from diansuo.office.metering.routes import calendar

Bool = npt.NDArray[np.bool_]

RESIDENTIAL: Final = (
    PriceClass.RESIDENTIAL_STEPS,
    PriceClass.RESIDENTIAL_STEPS_TOU,
    PriceClass.RESIDENTIAL_SHARED,
    PriceClass.RESIDENTIAL_SHARED_TOU,
)
COMMERCIAL: Final = (PriceClass.COMMERCIAL_SINGLE_PART, PriceClass.COMMERCIAL_TWO_PART)
PARTS_OF_CLASS: Final = {
    each: part_mask(Register.ACTIVE_PEAK, Register.ACTIVE_VALLEY)
    for each in (PriceClass.RESIDENTIAL_STEPS_TOU, PriceClass.RESIDENTIAL_SHARED_TOU)
}
# Sharp and deep valley there are in some months only, and not on every meter.
COMMERCIAL_PARTS: Final = part_mask(Register.ACTIVE_PEAK, Register.ACTIVE_FLAT, Register.ACTIVE_VALLEY)


@dataclass(frozen=True, slots=True)
class DuePoints:
    """Points of contracts in force that are read in a month, shape (n,), ascending by point.

    ``open_day`` is the day they are billed up to, ``NEVER`` if they never were; terms are those of the day before
    the scheduled reading (the last day of use), or of the day itself where they begin then. ``idle``: the month is
    one in which the contract is known to use nothing. ``routed``: on a reading route, so that somebody set the day.
    """

    point: Int64
    contract: Int64
    due_day: Int64
    price_class: Int64
    voltage_class: Int64
    capacity_va: Int64
    open_day: Int64
    has_supply_terms: Bool
    time_of_use: Bool
    idle: Bool
    only_feeds_in: Bool
    routed: Bool

    def __len__(self) -> int:
        return len(self.point)

    def take(self, rows: npt.NDArray[Any]) -> Self:
        """Return these rows (indices or a mask)."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    def as_due(self, earliest_day: Int64, latest_day: Int64) -> Due:
        """Return the core's columns, with the days between which a reading counts for the month."""
        expected = np.zeros(len(self), dtype=np.int64)
        for price_class, parts in PARTS_OF_CLASS.items():
            expected[self.price_class == price_class] = parts
        expected[np.isin(self.price_class, COMMERCIAL) & self.time_of_use] = COMMERCIAL_PARTS
        # 全额上网: nothing of it is charged, and nothing used there is no news.
        expected[self.only_feeds_in] = 0
        return Due(
            point=self.point,
            due_day=self.due_day,
            open_day=self.open_day,
            earliest_day=earliest_day,
            latest_day=latest_day,
            capacity_w=self.capacity_va,
            parts_expected=expected,
            residential=np.isin(self.price_class, RESIDENTIAL),
            inactive=self.idle | self.only_feeds_in,
        )


@dataclass(frozen=True, slots=True)
class ReadingRows:
    """Readings with what is known beside them, shape (n,), in any order.

    ``period`` 0 and ``listed_previous_wh`` -1 stand for unknown; ``installed`` says that the archive has this meter
    at this point that day (else the multiplier is that of its latest installation there).
    """

    point: Int64
    meter: Int64
    register: Int64
    day: Int64
    purpose: Int64
    register_wh: Int64
    estimated: Bool
    period: Int64
    listed_previous_wh: Int64
    integer_digits: Int64
    multiplier: Int64
    installed: Bool
    entered: Bool

    def __len__(self) -> int:
        return len(self.point)

    def take(self, rows: npt.NDArray[Any]) -> Self:
        """Return these rows (indices or a mask)."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    @classmethod
    def joined(cls, parts: Iterable[Self]) -> Self:
        """Return all rows in one."""
        kept = list(parts)
        return cls(*(np.concatenate([getattr(part, field.name) for part in kept]) for field in fields(cls)))

    def as_readings(self) -> Readings:
        """Return the core's columns."""
        return Readings(
            point=self.point,
            meter=self.meter,
            register=self.register.astype(np.int16),
            day=self.day,
            purpose=self.purpose.astype(np.int16),
            register_wh=self.register_wh,
            multiplier=self.multiplier,
            integer_digits=self.integer_digits.astype(np.int16),
            estimated=self.estimated,
        )

    def listed_previous(self) -> Known:
        """Return what a reading list printed as 上次示数, where it printed one."""
        return Known(self.listed_previous_wh, self.listed_previous_wh >= 0)

    def identities(self) -> list[tuple[int, int, int, int]]:
        """Return what a reading is stored under, one a row: point, day, register, purpose."""
        parts = (self.point, self.day, self.register, self.purpose)
        return list(zip(*(part.tolist() for part in parts), strict=True))


def due_points(station_id: int, period: int, low: int, high: int, *, unbilled: bool = True) -> DuePoints:
    """Load the points due in a month; with ``unbilled`` those without an issued bill in it only.

    A point whose contract stands idle that month is due where it was read all the same; without ``unbilled`` always.
    """
    billed, read = issued.condition(), _calendar(station_id, period)
    query = due_sql.DUE_POINTS.format(
        days=_marks(read),
        open_day=f"COALESCE({day_number(due_sql.OPEN_DATE.format(billed=billed))}, {NEVER})",
        closed_day=day_number("h.closed_date"),
        last_date=due_sql.LAST_DATE,
        unbilled=due_sql.UNBILLED.format(billed=billed) if unbilled else "",
        not_idle=due_sql.NOT_IDLE if unbilled else "",
    )
    params = [
        *read,
        period,
        due_sql.FAR,
        station_id,
        low,
        high,
        *([period, period] if unbilled else []),
    ]
    rows = fetch_columns(
        query,
        params,
        point="int", contract="int", place="int", price_class="int", voltage_class="int",
        capacity_va="int", open_day="int", supply="int", time_of_use="bool", closed_day="int", idle="bool",
        only_feeds_in="bool",
    )  # fmt: skip
    due_day_of = np.array([*map(days_since_epoch, read[2::5])], dtype=np.int64)
    due = DuePoints(
        point=rows["point"],
        contract=rows["contract"],
        due_day=np.minimum(due_day_of[rows["place"]], rows["closed_day"]),
        price_class=rows["price_class"],
        voltage_class=rows["voltage_class"],
        capacity_va=rows["capacity_va"],
        open_day=rows["open_day"],
        has_supply_terms=rows["supply"] > 0,
        time_of_use=rows["time_of_use"],
        idle=rows["idle"],
        only_feeds_in=rows["only_feeds_in"],
        routed=np.array(read[0::5], dtype=np.int64)[rows["place"]] != calendar.NO_ROUTE,
    )
    first = np.ones(len(due), dtype=np.bool_)  # terms that change on the day itself: those of the day before
    first[1:] = due.point[1:] != due.point[:-1]
    return due if first.all() else due.take(first)


def count_due(station_id: int, period: int) -> int:
    """Count the points due in a month, billed or not."""
    read = _calendar(station_id, period)
    query = due_sql.DUE_POINTS.format(
        days=_marks(read),
        open_day="0",
        closed_day="NULL",
        last_date=due_sql.LAST_DATE,
        unbilled="",
        not_idle=due_sql.NOT_IDLE,
    )
    everything = [station_id, 0, np.iinfo(np.int64).max, period]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(DISTINCT id) FROM ({query}) due", [*read, due_sql.FAR, *everything])
        return int(cursor.fetchone()[0])


def _calendar(station_id: int, period: int) -> list[Any]:
    """Of all routes read in the month, for the query: id, place, its day, the day before it, month of use as a bit."""
    rows: list[Any] = []
    for route, days in calendar.of_station(station_id).items():
        if days.is_read(period):
            date_of = days.scheduled(period)
            last_day_of_use = date_of - timedelta(days=1)
            rows += [route, len(rows) // 5, date_of, days.before(period), month_set(last_day_of_use.month)]
    return rows


def _marks(rows: list[Any]) -> str:
    return ", ".join([due_sql.ROUTE] * (len(rows) // 5))


def load_readings(station_id: int, period: int, low: int, high: int) -> ReadingRows:
    """Load the readings of these points from the day they are billed up to, as far as this month."""
    rows = fetch_columns(
        due_sql.READINGS.format(
            open_date=due_sql.OPEN_DATE.format(billed=issued.condition()), read_day=day_number("r.read_date")
        ),
        [station_id, low, high, low, high, period, date.min, period],
        point="int", meter="int", day="int", register_wh="int", period="int", listed_previous_wh="int", small="int",
    )  # fmt: skip
    small = rows.pop("small")
    multiplier = small >> 15
    readings = ReadingRows(
        **rows,
        register=small & 63,
        purpose=small >> 6 & 7,
        estimated=(small >> 9 & 1).astype(np.bool_),
        integer_digits=small >> 10 & 15,
        entered=(small >> 14 & 1).astype(np.bool_),
        multiplier=multiplier,
        installed=multiplier > 0,
    )
    return _with_nearest_multiplier(readings)


def _with_nearest_multiplier(readings: ReadingRows) -> ReadingRows:
    """Give readings outside any installation the multiplier of the meter's latest one at the point, else 1."""
    bare = np.flatnonzero(~readings.installed)
    if not len(bare):
        return readings
    points = np.unique(readings.point[bare]).tolist()
    held: dict[tuple[int, int], int] = {}
    for start in range(0, len(points), 10_000):
        part = points[start : start + 10_000]
        found = fetch_columns(
            due_sql.NEAREST_INSTALLATIONS.format(marks=", ".join(["%s"] * len(part))),
            part,
            point="int", meter="int", multiplier="int",
        )  # fmt: skip
        for point, meter, multiplier in zip(*(column.tolist() for column in found.values()), strict=True):
            held.setdefault((point, meter), multiplier)
    for row in bare.tolist():
        key = (int(readings.point[row]), int(readings.meter[row]))
        readings.multiplier[row] = held.get(key, 1)
    return readings


def settled_months(period: int, low: int, high: int, months_back: int) -> SettledMonths:
    """Load the billed months before this one that the checks look at: the latest few, and the year before's."""
    wanted = [next_month(period, -back) for back in range(1, months_back + 1)]
    wanted = sorted({*wanted, next_month(period, -12)})
    query = due_sql.SETTLED_MONTHS.format(
        periods=", ".join(["%s"] * len(wanted)),
        billed=issued.condition(),
        from_day=day_number("c.from_date"),
        to_day=day_number("c.to_date"),
    )
    rows = fetch_columns(
        query,
        [*wanted, low, high],
        point="int", month="int", energy_wh="int", from_day="int", to_day="int", estimated="bool",
    )  # fmt: skip
    return SettledMonths(
        point=rows["point"],
        month=month_number(rows["month"]),
        energy_wh=rows["energy_wh"],
        days=rows["to_day"] - rows["from_day"],
        estimated=rows["estimated"],
    )


def changes(station_id: int, low: int, high: int, from_day: int, to_day: int) -> Changes:
    """Load the days between two days on which what prices a point, or its multiplier, changed."""
    params = [station_id, low, high, as_date(from_day), as_date(to_day)]
    terms = fetch_columns(due_sql.TERM_CHANGES, params, point="int", day="day")
    multipliers = fetch_columns(due_sql.MULTIPLIER_CHANGES, params, point="int", day="day")
    is_multiplier = np.arange(len(terms["point"]) + len(multipliers["point"])) >= len(terms["point"])
    return Changes(
        point=np.concatenate((terms["point"], multipliers["point"])),
        day=np.concatenate((terms["day"], multipliers["day"])),
        multiplier=is_multiplier,
    )


def month_number(period: Any) -> Any:
    """Turn YYYYMM into months since year 0, so that months can be subtracted; an int or a column."""
    return period // 100 * 12 + period % 100 - 1


def days_since_epoch(day: date) -> int:
    """Turn a day into days since 1970-01-01."""
    return (day - date(1970, 1, 1)).days


def as_date(day: int) -> date:
    """Turn days since 1970-01-01 into a day, within the years a calendar has."""
    return date.fromordinal(min(max(int(day) + 719_163, 1), date.max.toordinal()))
