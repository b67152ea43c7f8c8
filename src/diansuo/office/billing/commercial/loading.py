"""What commercial pricing needs of the database beside the settled month: terms, registers, transformers."""

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

TERMS = """
    SELECT c.id, COALESCE(t.capacity_va, 0), COALESCE({open_day}, %s),
           c.sharp_wh, c.peak_wh, c.flat_wh, c.valley_wh, c.deep_valley_wh, c.has_parts,
           c.reactive_forward_varh, c.reactive_reverse_varh, c.has_reactive, COALESCE(c.demand_w, -1),
           u.id, u.time_of_use, u.purchase_mode, COALESCE(u.market_price_nano, -1), u.capacity_method,
           COALESCE(u.contract_demand_w, 0), u.capacity_exempt, u.power_factor_standard, u.reduced_standard,
           u.metering_side, u.loss_method, COALESCE(u.agreed_active_wh, -1), COALESCE(u.agreed_reactive_varh, 0),
           COALESCE(u.agreed_ratio_ppm, -1), COALESCE(u.line_loss_ppm, 0),
           EXISTS (SELECT 1 FROM archive_supplyterm x WHERE x.contract_id = k.id
                   AND x.valid_from > c.from_date AND x.valid_from < c.to_date)
    FROM metering_consumption c
    JOIN archive_meteringpoint p ON p.id = c.point_id
    JOIN archive_contract k ON k.id = p.contract_id
    LEFT JOIN archive_contractterm t ON t.contract_id = k.id AND t.valid_from <= c.from_date
         AND (t.valid_to IS NULL OR t.valid_to > c.from_date)
    LEFT JOIN archive_supplyterm u ON u.contract_id = k.id AND u.valid_from <= c.from_date
         AND (u.valid_to IS NULL OR u.valid_to > c.from_date)
    WHERE c.period = %s AND c.point_id BETWEEN %s AND %s ORDER BY c.id
"""
TRANSFORMERS = """
    SELECT r.contract_id, r.capacity_va, {from_day}, COALESCE({to_day}, %s), r.model, COALESCE(r.p0_w, -1),
           COALESCE(r.pk_w, -1), COALESCE(r.i0_milli_percent, -1), COALESCE(r.uk_milli_percent, -1),
           COALESCE(r.shifts, 0)
    FROM archive_transformer r
    WHERE r.contract_id BETWEEN %s AND %s ORDER BY r.contract_id, r.number, r.valid_from
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
    line_loss_ppm: Int64
    changed: Bool

    def take(self, rows: Any) -> Terms:
        """Return these rows."""
        return Terms(*(getattr(self, each.name)[rows] for each in fields(self)))


@dataclass(frozen=True, slots=True)
class Transformers:
    """Periods of service of customers' transformers, ascending by contract; ``ABSENT`` for what nobody knows."""

    contract: Int64
    capacity_va: Int64
    from_day: Int64
    to_day: Int64
    model: npt.NDArray[Any]
    p0_w: Int64
    pk_w: Int64
    i0_milli_percent: Int64
    uk_milli_percent: Int64
    shifts: Int64


BOOLS = {
    "has_parts", "has_reactive", "time_of_use", "capacity_exempt", "reduced_standard", "changed",
}  # fmt: skip


def terms_of(consumption: Int64, period: int, points: Int64) -> Terms:
    """Load the terms of these consumptions of a month, in their order."""
    if not len(consumption):
        kinds = {each.name: np.bool_ if each.name in BOOLS else np.int64 for each in fields(Terms)}
        return Terms(**{name: np.zeros(0, dtype=kind) for name, kind in kinds.items()})
    names = [each.name for each in fields(Terms)]
    rows = bulk.fetch_columns(
        TERMS.format(open_day=bulk.day_number("k.opened_date")),
        [UNKNOWN_DAY, period, int(points.min()), int(points.max())],
        **({"id": "int"} | {name: "bool" if name in BOOLS else "int" for name in names}),
    )
    keys = rows.pop("id")
    return Terms(**rows).take(np.searchsorted(keys, consumption))


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
            capacity_va="int",
            from_day="int",
            to_day="int",
            model="text",
            p0_w="int",
            pk_w="int",
            i0_milli_percent="int",
            uk_milli_percent="int",
            shifts="int",
        )  # fmt: skip
    )
