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
from diansuo.core.quantity.month import next_month, previous_month
from diansuo.core.tariff.classes import PriceClass
from diansuo.office.base.bulk import day_number, fetch_columns
from diansuo.office.metering import issued, rules

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

DAYS: Final = ", ".join(["(%s, %s, %s, %s)"] * 31)
FAR: Final = 2**40

# The day a point is billed up to, for the month before which it is asked; point: archive_meteringpoint p.
OPEN_DATE = """
    (SELECT c.to_date FROM metering_consumption c
     WHERE c.point_id = p.id AND c.to_date IS NOT NULL AND c.period < %s AND {billed}
     ORDER BY c.to_date DESC LIMIT 1)
"""
DUE_POINTS = """
    WITH calendar (reading_day, due_date, before_date, month_bit) AS (VALUES {days})
    SELECT p.id, p.contract_id, k.reading_day, COALESCE(o.price_class, t.price_class), t.voltage_class,
           t.capacity_va, {open_day}, u.id AS supply_id, u.time_of_use, COALESCE({closed_day}, %s) AS closed_day,
           CASE WHEN e.idle_months & k.month_bit > 0 THEN 1 ELSE 0 END AS idle, COALESCE(o.feed_in, 0) = 1
    FROM archive_meteringpoint p
    JOIN archive_contract h ON h.id = p.contract_id
    LEFT JOIN archive_route s ON s.id = p.route_id
    JOIN calendar k ON k.reading_day = COALESCE(s.reading_day, %s)
    JOIN archive_contractterm t ON t.contract_id = h.id AND t.valid_from <= {last_date}
         AND (t.valid_to IS NULL OR t.valid_to >= {last_date})
    LEFT JOIN archive_supplyterm u ON u.contract_id = h.id AND u.valid_from <= {last_date}
         AND (u.valid_to IS NULL OR u.valid_to >= {last_date})
    LEFT JOIN archive_useterm e ON e.contract_id = h.id AND e.valid_from < {last_date}
         AND (e.valid_to IS NULL OR e.valid_to >= {last_date})
    LEFT JOIN archive_pointterm o ON o.point_id = p.id AND o.valid_from <= {last_date}
         AND (o.valid_to IS NULL OR o.valid_to >= {last_date})
    WHERE p.station_id = %s AND p.id BETWEEN %s AND %s AND COALESCE(o.share, 0) = 0
      AND (h.opened_date IS NULL OR h.opened_date <= k.due_date)
      AND (h.closed_date IS NULL OR h.closed_date > k.before_date)
      {unbilled} {not_idle}
    ORDER BY p.id, t.valid_from, u.valid_from, o.valid_from
"""
# A contract that closes is read on its last day, before the scheduled one.
LAST_DATE = "CASE WHEN h.closed_date < k.due_date THEN h.closed_date ELSE k.due_date END"
# In a month it stands idle a point is due only where somebody read it all the same.
NOT_IDLE = """
    AND (e.idle_months IS NULL OR e.idle_months & k.month_bit = 0
         OR EXISTS (SELECT 1 FROM metering_registerreading r WHERE r.point_id = p.id AND r.period = %s))
"""
UNBILLED = """
    AND NOT EXISTS (SELECT 1 FROM metering_consumption c WHERE c.period = %s AND c.point_id = p.id AND {billed})
"""
# CROSS JOIN keeps SQLite at one seek a point: the readings since the last settlement, and nothing of the years before.
# Five small columns travel as one number: at 100,000 points each column through Python costs a tenth of the query.
# Where two installations of one meter meet on the day of a reading, a final reading takes the one that ends.
READINGS = """
    SELECT r.point_id, r.meter_id, {read_day}, r.register_wh, COALESCE(r.period, 0), COALESCE(r.list_previous_wh, -1),
           r.register + 64 * r.purpose + CASE WHEN r.estimated THEN 512 ELSE 0 END
           + 1024 * m.integer_digits + 16384 * COALESCE(i.multiplier, 0)
    FROM archive_meteringpoint p
    CROSS JOIN metering_registerreading r
    JOIN archive_meter m ON m.id = r.meter_id
    LEFT JOIN archive_meterinstallation i ON i.point_id = r.point_id AND i.meter_id = r.meter_id
         AND i.valid_from <= r.read_date AND (i.valid_to IS NULL OR i.valid_to >= r.read_date)
         AND NOT (r.purpose = 2 AND i.valid_from = r.read_date)
         AND NOT (r.purpose <> 2 AND i.valid_to IS NOT NULL AND i.valid_to = r.read_date AND EXISTS (
             SELECT 1 FROM archive_meterinstallation j
             WHERE j.point_id = i.point_id AND j.meter_id = i.meter_id AND j.valid_from = r.read_date))
    WHERE p.station_id = %s AND p.id BETWEEN %s AND %s AND r.point_id = p.id
      AND r.read_date >= COALESCE({open_date}, %s) AND (r.period IS NULL OR r.period <= %s)
"""
NEAREST_INSTALLATIONS = """
    SELECT i.point_id, i.meter_id, i.multiplier FROM archive_meterinstallation i
    WHERE i.point_id IN ({marks}) ORDER BY i.point_id, i.valid_from DESC
"""
SETTLED_MONTHS = """
    SELECT c.point_id, c.period, c.total_wh, {from_day}, {to_day} FROM metering_consumption c
    WHERE c.period IN ({periods}) AND c.point_id BETWEEN %s AND %s AND c.status = 0 AND {billed}
"""
# Only what prices energy: the capacity prices none of the classes there are. Billing divides a month itself where one
# engine prices both sides of a change; between a household and a commercial class it needs a reading on the day.
TERM_CHANGES = """
    SELECT p.id, t.valid_from FROM archive_contractterm t
    JOIN archive_contractterm b ON b.contract_id = t.contract_id AND b.valid_to = t.valid_from
         AND (b.price_class <> t.price_class OR b.voltage_class <> t.voltage_class)
         AND (b.price_class IN (5, 6)) <> (t.price_class IN (5, 6))
    JOIN archive_meteringpoint p ON p.contract_id = t.contract_id
    WHERE p.station_id = %s AND p.id BETWEEN %s AND %s AND t.valid_from BETWEEN %s AND %s
"""
MULTIPLIER_CHANGES = """
    SELECT p.id, i.valid_from FROM archive_meterinstallation i
    JOIN archive_meterinstallation b ON b.point_id = i.point_id AND b.meter_id = i.meter_id
         AND b.valid_to = i.valid_from AND b.multiplier <> i.multiplier
    JOIN archive_meteringpoint p ON p.id = i.point_id
    WHERE p.station_id = %s AND p.id BETWEEN %s AND %s AND i.valid_from BETWEEN %s AND %s
"""


@dataclass(frozen=True, slots=True)
class DuePoints:
    """Points of contracts in force that are read in a month, shape (n,), ascending by point.

    ``open_day`` is the day they are billed up to, ``NEVER`` if they never were; terms are those of the day before
    the scheduled reading (the last day of use), or of the day itself where they begin then. ``idle``: the month is
    one in which the contract is known to use nothing.
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
    billed = issued.condition()
    query = DUE_POINTS.format(
        days=DAYS,
        open_day=f"COALESCE({day_number(OPEN_DATE.format(billed=billed))}, {NEVER})",
        closed_day=day_number("h.closed_date"),
        last_date=LAST_DATE,
        unbilled=UNBILLED.format(billed=billed) if unbilled else "",
        not_idle=NOT_IDLE if unbilled else "",
    )
    calendar = _calendar(period)
    params = [
        *calendar,
        period,
        FAR,
        rules.FIRST_READING_DAY,
        station_id,
        low,
        high,
        *([period, period] if unbilled else []),
    ]
    rows = fetch_columns(
        query,
        params,
        point="int", contract="int", reading_day="int", price_class="int", voltage_class="int",
        capacity_va="int", open_day="int", supply="int", time_of_use="bool", closed_day="int", idle="bool",
        only_feeds_in="bool",
    )  # fmt: skip
    due_day_of = np.array([0, *map(days_since_epoch, calendar[1::4])], dtype=np.int64)
    due = DuePoints(
        point=rows["point"],
        contract=rows["contract"],
        due_day=np.minimum(due_day_of[rows["reading_day"]], rows["closed_day"]),
        price_class=rows["price_class"],
        voltage_class=rows["voltage_class"],
        capacity_va=rows["capacity_va"],
        open_day=rows["open_day"],
        has_supply_terms=rows["supply"] > 0,
        time_of_use=rows["time_of_use"],
        idle=rows["idle"],
        only_feeds_in=rows["only_feeds_in"],
    )
    first = np.ones(len(due), dtype=np.bool_)  # terms that change on the day itself: those of the day before
    first[1:] = due.point[1:] != due.point[:-1]
    return due if first.all() else due.take(first)


def count_due(station_id: int, period: int) -> int:
    """Count the points due in a month, billed or not."""
    query = DUE_POINTS.format(
        days=DAYS, open_day="0", closed_day="NULL", last_date=LAST_DATE, unbilled="", not_idle=NOT_IDLE
    )
    everything = [station_id, 0, np.iinfo(np.int64).max, period]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(DISTINCT id) FROM ({query}) due",
            [*_calendar(period), FAR, rules.FIRST_READING_DAY, *everything],
        )
        return int(cursor.fetchone()[0])


def _calendar(period: int) -> list[object]:
    """Of all 31 reading days, for the query: scheduled date, that of the month before, month of use as a bit."""
    rows: list[object] = []
    for day in range(1, 32):
        date_of = rules.scheduled_day(period, day)
        last_day_of_use = date_of - timedelta(days=1)
        before = rules.scheduled_day(previous_month(period), day)
        rows += [day, date_of, before, month_set(last_day_of_use.month)]
    return rows


def load_readings(station_id: int, period: int, low: int, high: int) -> ReadingRows:
    """Load the readings of these points from the day they are billed up to, as far as this month."""
    rows = fetch_columns(
        READINGS.format(
            open_date=OPEN_DATE.format(billed=issued.condition()), read_day=day_number("r.read_date")
        ),
        [station_id, low, high, period, date.min, period],
        point="int", meter="int", day="int", register_wh="int", period="int", listed_previous_wh="int", small="int",
    )  # fmt: skip
    small = rows.pop("small")
    multiplier = small >> 14
    readings = ReadingRows(
        **rows,
        register=small & 63,
        purpose=small >> 6 & 7,
        estimated=(small >> 9 & 1).astype(np.bool_),
        integer_digits=small >> 10 & 15,
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
            NEAREST_INSTALLATIONS.format(marks=", ".join(["%s"] * len(part))),
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
    query = SETTLED_MONTHS.format(
        periods=", ".join(["%s"] * len(wanted)),
        billed=issued.condition(),
        from_day=day_number("c.from_date"),
        to_day=day_number("c.to_date"),
    )
    rows = fetch_columns(
        query, [*wanted, low, high], point="int", month="int", energy_wh="int", from_day="int", to_day="int"
    )
    return SettledMonths(
        point=rows["point"],
        month=month_number(rows["month"]),
        energy_wh=rows["energy_wh"],
        days=rows["to_day"] - rows["from_day"],
    )


def changes(station_id: int, low: int, high: int, from_day: int, to_day: int) -> Changes:
    """Load the days between two days on which what prices a point, or its multiplier, changed."""
    params = [station_id, low, high, as_date(from_day), as_date(to_day)]
    terms = fetch_columns(TERM_CHANGES, params, point="int", day="day")
    multipliers = fetch_columns(MULTIPLIER_CHANGES, params, point="int", day="day")
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


def previous_scheduled_day(period: int, reading_day: int) -> date:
    """Return the scheduled day of the month before, where a list's 上次示数 stands."""
    return rules.scheduled_day(previous_month(period), reading_day)
