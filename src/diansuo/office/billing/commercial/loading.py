"""What commercial pricing needs of the database beside the settled month: terms, registers, transformers, tables."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from diansuo.core.quantity.month import UNKNOWN_DAY
from diansuo.office.base import bulk

Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

ABSENT: Final = -1
"""Stands for a number the archive or the readings do not have."""
FAR: Final = 2**40
"""A day after every other."""

NO_PRICE: Final = -(10**18)
"""Stands for a price a market customer does not have; prices may be negative."""

# Terms are those of the day {day}: the first of a settled month, or a later one on which they change.
COLUMNS = """
    COALESCE(t.capacity_va, 0), COALESCE({open_day}, %s),
    c.sharp_wh, c.peak_wh, c.flat_wh, c.valley_wh, c.deep_valley_wh, c.has_parts,
    c.reactive_forward_varh, c.reactive_reverse_varh, c.has_reactive, COALESCE(c.demand_w, -1),
    u.id, u.time_of_use, u.purchase_mode, COALESCE(u.market_price_nano, -1), u.capacity_method,
    COALESCE(u.contract_demand_w, 0), u.capacity_exempt, u.power_factor_standard, u.reduced_standard,
    u.metering_side, u.loss_method, COALESCE(u.agreed_active_wh, -1), COALESCE(u.agreed_reactive_varh, 0),
    COALESCE(u.agreed_ratio_ppm, -1), COALESCE(u.agreed_reactive_ratio_ppm, 0), COALESCE(u.line_loss_ppm, 0),
    t.price_class, t.voltage_class, COALESCE(m.sharp_nano, {none}), COALESCE(m.peak_nano, {none}),
    COALESCE(m.flat_nano, {none}), COALESCE(m.valley_nano, {none}), COALESCE(m.deep_valley_nano, {none})
"""
JOINS = """
    JOIN archive_meteringpoint p ON p.id = c.point_id
    JOIN archive_contract k ON k.id = p.contract_id
    LEFT JOIN archive_contractterm t ON t.contract_id = k.id AND t.valid_from <= {day}
         AND (t.valid_to IS NULL OR t.valid_to > {day})
    LEFT JOIN archive_supplyterm u ON u.contract_id = k.id AND u.valid_from <= {day}
         AND (u.valid_to IS NULL OR u.valid_to > {day})
    LEFT JOIN archive_marketprice m ON m.contract_id = k.id AND m.valid_from <= {day}
         AND (m.valid_to IS NULL OR m.valid_to > {day})
"""
TERMS = f"""
    SELECT c.id, {COLUMNS} FROM metering_consumption c {JOINS}
    WHERE c.period = %s AND c.point_id BETWEEN %s AND %s ORDER BY c.id
"""
_CHANGE = """
    SELECT c.id AS consumption, x.{which} AS day FROM metering_consumption c
    JOIN archive_meteringpoint p ON p.id = c.point_id
    JOIN archive_{table} x ON x.contract_id = p.contract_id
         AND x.{which} > c.from_date AND x.{which} < c.to_date
    WHERE c.period = %s AND c.point_id BETWEEN %s AND %s
"""
CHANGES = " UNION ".join(
    _CHANGE.format(table=table, which=which)
    for table, which in (
        ("supplyterm", "valid_from"),
        ("contractterm", "valid_from"),
        ("marketprice", "valid_from"),
        ("marketprice", "valid_to"),
    )
)
LATER = f"""
    SELECT d.consumption, {{day_number}}, {COLUMNS} FROM ({CHANGES}) d
    JOIN metering_consumption c ON c.id = d.consumption {JOINS} ORDER BY d.consumption, d.day
"""
TRANSFORMERS = """
    SELECT r.contract_id, r.number, r.capacity_va, {from_day}, COALESCE({to_day}, %s), r.model, COALESCE(r.p0_w, -1),
           COALESCE(r.pk_w, -1), COALESCE(r.i0_milli_percent, -1), COALESCE(r.uk_milli_percent, -1),
           COALESCE(r.shifts, 0), COALESCE(r.share_ppm, -1)
    FROM archive_transformer r
    WHERE r.contract_id BETWEEN %s AND %s ORDER BY r.contract_id, r.number, r.valid_from
"""
# Where another method of the charge begins with the month: the days inside it are among the later terms.
METHOD_CHANGES = """
    SELECT c.id FROM metering_consumption c
    JOIN archive_meteringpoint p ON p.id = c.point_id
    JOIN archive_supplyterm u ON u.contract_id = p.contract_id AND u.valid_from = c.from_date
    JOIN archive_supplyterm v ON v.contract_id = p.contract_id AND v.valid_to = c.from_date
    WHERE c.period = %s AND c.point_id BETWEEN %s AND %s
      AND u.capacity_method <> v.capacity_method AND u.capacity_method > 0 AND v.capacity_method > 0
"""
LOSS_TABLE = """
    SELECT r.series, r.capacity_va, r.up_to_wh, r.active_wh, r.reactive_varh, {from_day}, COALESCE({to_day}, %s)
    FROM archive_losstablerow r
    WHERE r.station_id = (SELECT p.station_id FROM archive_meteringpoint p WHERE p.id = %s)
    ORDER BY r.series, r.capacity_va, r.up_to_wh
"""


@dataclass(frozen=True, slots=True)
class Terms:
    """Settlement terms and registers of settled months, one row a consumption; columns bear the models' names."""

    capacity_va: Int64
    opened_day: Int64
    sharp_wh: Int64
    peak_wh: Int64
    flat_wh: Int64
    valley_wh: Int64
    deep_valley_wh: Int64
    has_parts: Bool
    reactive_forward_varh: Int64
    reactive_reverse_varh: Int64
    has_reactive: Bool
    demand_w: Int64
    supply: Int64
    time_of_use: Bool
    purchase_mode: Int64
    market_price_nano: Int64
    capacity_method: Int64
    contract_demand_w: Int64
    capacity_exempt: Bool
    power_factor_standard: Int64
    reduced_standard: Bool
    metering_side: Int64
    loss_method: Int64
    agreed_active_wh: Int64
    agreed_reactive_varh: Int64
    agreed_ratio_ppm: Int64
    agreed_reactive_ratio_ppm: Int64
    line_loss_ppm: Int64
    price_class: Int64
    voltage_class: Int64
    sharp_nano: Int64
    peak_nano: Int64
    flat_nano: Int64
    valley_nano: Int64
    deep_valley_nano: Int64

    def take(self, rows: Any) -> Terms:
        """Return these rows."""
        return Terms(*(getattr(self, each.name)[rows] for each in fields(self)))


@dataclass(frozen=True, slots=True)
class Transformers:
    """Periods of service of customers' transformers by contract, number and day; ``ABSENT`` for what nobody knows."""

    contract: Int64
    number: npt.NDArray[Any]
    capacity_va: Int64
    from_day: Int64
    to_day: Int64
    model: npt.NDArray[Any]
    p0_w: Int64
    pk_w: Int64
    i0_milli_percent: Int64
    uk_milli_percent: Int64
    shifts: Int64
    share_ppm: Int64

    def of(self, contract: int) -> Int64:
        """Return the rows of a contract."""
        first, last = np.searchsorted(self.contract, [contract, contract + 1])
        return np.arange(first, last)


@dataclass(frozen=True, slots=True)
class Later:
    """Terms that begin inside settled months: the consumption, the day, and what then holds."""

    consumption: Int64
    day: Int64
    terms: Terms


@dataclass(frozen=True, slots=True)
class LossBrackets:
    """A station's tables of monthly losses, each bracket with the days it holds."""

    series: npt.NDArray[Any]
    capacity_va: Int64
    up_to_wh: Int64
    active_wh: Int64
    reactive_varh: Int64
    from_day: Int64
    to_day: Int64


BOOLS = {
    "has_parts", "has_reactive", "time_of_use", "capacity_exempt", "reduced_standard",
}  # fmt: skip


def terms_of(consumption: Int64, period: int, points: Int64) -> Terms:
    """Load the terms of these consumptions of a month on their first days, in their order."""
    if not len(consumption):
        return _no_terms()
    rows = bulk.fetch_columns(
        _text(TERMS, "c.from_date"), [UNKNOWN_DAY, *_these(period, points)], id="int", **_kinds()
    )
    keys = rows.pop("id")
    return Terms(**rows).take(np.searchsorted(keys, consumption))


def later_terms(period: int, points: Int64) -> Later:
    """Load the terms that begin inside the days of settled months among these points, whether they differ or not."""
    if not len(points):
        return Later(np.zeros(0, np.int64), np.zeros(0, np.int64), _no_terms())
    rows = bulk.fetch_columns(
        _text(LATER, "d.day"),
        [UNKNOWN_DAY, *(4 * _these(period, points))],
        consumption="int",
        day="int",
        **_kinds(),
    )
    return Later(rows.pop("consumption"), rows.pop("day"), Terms(**rows))


def method_changes(period: int, points: Int64) -> Int64:
    """Return the consumptions of a month with whose first day another method of the charge begins."""
    if not len(points):
        return np.zeros(0, np.int64)
    return bulk.fetch_columns(METHOD_CHANGES, _these(period, points), id="int")["id"]


def _text(query: str, day: str) -> str:
    return query.format(
        day=day, open_day=bulk.day_number("k.opened_date"), none=NO_PRICE, day_number=bulk.day_number("d.day")
    )


def _these(period: int, points: Int64) -> list[int]:
    return [period, int(points.min()), int(points.max())]


def _kinds() -> dict[str, str]:
    return {each.name: "bool" if each.name in BOOLS else "int" for each in fields(Terms)}


def _no_terms() -> Terms:
    kinds = {each.name: np.bool_ if each.name in BOOLS else np.int64 for each in fields(Terms)}
    return Terms(**{name: np.zeros(0, dtype=kind) for name, kind in kinds.items()})


def loss_brackets_of(point: int) -> LossBrackets:
    """Load the tables of monthly losses of the station a point belongs to."""
    return LossBrackets(
        **bulk.fetch_columns(
            LOSS_TABLE.format(from_day=bulk.day_number("r.valid_from"), to_day=bulk.day_number("r.valid_to")),
            [FAR, point],
            series="text",
            capacity_va="int",
            up_to_wh="int",
            active_wh="int",
            reactive_varh="int",
            from_day="int",
            to_day="int",
        )
    )


def transformers_of(contract: Int64) -> Transformers:
    """Load every period of service of the transformers of these contracts and those between."""
    low, high = (int(contract.min()), int(contract.max())) if len(contract) else (0, -1)
    return Transformers(
        **bulk.fetch_columns(
            TRANSFORMERS.format(
                from_day=bulk.day_number("r.valid_from"), to_day=bulk.day_number("r.valid_to")
            ),
            [FAR, low, high],
            contract="int",
            number="text",
            capacity_va="int",
            from_day="int",
            to_day="int",
            model="text",
            p0_w="int",
            pk_w="int",
            i0_milli_percent="int",
            uk_milli_percent="int",
            shifts="int",
            share_ppm="int",
        )
    )
