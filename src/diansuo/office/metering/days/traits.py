"""What the archive says of points whose days are checked: meter, capacity, generator, idleness, since when and till."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from diansuo.core.metering.energy import month_set
from diansuo.core.metering.terms import rows_of
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.office.base.bulk import day_number, fetch_columns

NEVER_ENDS: Final = 10**7
DIGITS: Final = 6

_INSTALLED: Final = """
    SELECT i.point_id, MIN({start}), MAX(COALESCE({end}, {never})), MAX(m.integer_digits)
    FROM archive_meterinstallation i JOIN archive_meter m ON m.id = i.meter_id
    JOIN archive_meteringpoint p ON p.id = i.point_id
    WHERE p.station_id = %s AND p.id BETWEEN %s AND %s
    AND i.valid_from < %s AND (i.valid_to IS NULL OR i.valid_to > %s)
    GROUP BY i.point_id ORDER BY i.point_id
"""
_CONTRACTS: Final = """
    SELECT p.id, t.capacity_va, t.price_class, COALESCE({closed}, {never}), COALESCE(u.idle_months, 0)
    FROM archive_meteringpoint p JOIN archive_contract c ON c.id = p.contract_id
    JOIN archive_contractterm t ON t.contract_id = c.id AND t.valid_from < %s
         AND (t.valid_to IS NULL OR t.valid_to >= %s)
    LEFT JOIN archive_useterm u ON u.contract_id = c.id AND u.valid_from < %s
         AND (u.valid_to IS NULL OR u.valid_to >= %s)
    WHERE p.station_id = %s AND p.id BETWEEN %s AND %s ORDER BY p.id, t.valid_from
"""
# A generator behind one point of a contract may feed back through any of them.
_FEEDING: Final = """
    SELECT DISTINCT p.id FROM archive_meteringpoint p
    JOIN archive_meteringpoint q ON q.contract_id = p.contract_id
    JOIN archive_pointterm t ON t.point_id = q.id AND t.feed_in > 0
         AND t.valid_from < %s AND (t.valid_to IS NULL OR t.valid_to > %s)
    WHERE p.station_id = %s AND p.id BETWEEN %s AND %s
"""


@dataclass(frozen=True, slots=True)
class Traits:
    """Of points, ascending: ``[since_day, until_day)`` a meter hung there, its digits, what hangs behind it.

    A master or gate has no contract: its capacity is unknown and energy may well flow back through it. ``price_class``
    and ``capacity_w`` are 0 where unknown.
    """

    point: Int64
    since_day: Int64
    until_day: Int64
    integer_digits: Int64
    capacity_w: Int64
    price_class: Int64
    feeds_in: Bool
    inactive: Bool


def traits(station_id: int, from_date: date, to_date: date, points: tuple[int, int]) -> Traits:
    """Return the points of a station and range at which a meter hung on days ``[from_date, to_date)``."""
    rows = fetch_columns(
        _INSTALLED.format(
            start=day_number("i.valid_from"), end=day_number("i.valid_to"), never=NEVER_ENDS
        ),
        [station_id, *points, to_date, from_date],
        point="int", since="int", until="int", digits="int",
    )  # fmt: skip
    terms = fetch_columns(
        _CONTRACTS.format(closed=day_number("c.closed_date"), never=NEVER_ENDS),
        [to_date, to_date, to_date, to_date, station_id, *points],
        point="int", capacity="int", price_class="int", closed="int", idle="int",
    )  # fmt: skip
    feeding = fetch_columns(_FEEDING, [to_date, from_date, station_id, *points], point="int")["point"]
    point = rows["point"]
    capacity, price_class, idle, closed = (
        np.full(len(point), value, np.int64) for value in (0, 0, 0, NEVER_ENDS)
    )
    row = rows_of(point, terms["point"])
    known = row >= 0
    at = row[known]
    capacity[at], price_class[at] = terms["capacity"][known], terms["price_class"][known]
    idle[at], closed[at] = terms["idle"][known], terms["closed"][known]
    alone = ~np.isin(point, terms["point"])
    month = month_set(from_date.month)
    return Traits(
        point=point,
        since_day=rows["since"],
        until_day=np.minimum(rows["until"], closed),
        integer_digits=np.where(rows["digits"] > 0, rows["digits"], DIGITS),
        capacity_w=capacity,
        price_class=price_class,
        feeds_in=alone | np.isin(point, feeding),
        inactive=(idle & month) != 0,
    )
