"""A change of prices inside a month (domain.md §6.4): what the lake froze on its day, and the parts of the bill."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.tariff import BillingInput, Bills, Freeze
from diansuo.core.tariff.resolve import day_of
from diansuo.office.base import bulk
from diansuo.office.billing.households.storing import PartFacts
from diansuo.office.billing.models import BillPart
from diansuo.office.metering import lake

PARTS: Final = ("active_total_wh", "active_peak_wh", "active_valley_wh")


def frozen(station_id: int, point: Int64, inputs: BillingInput, row: Int64, day: Int64) -> Freeze:
    """Return what rows had used up to days of change, where the lake has both registers of one and the same meter.

    A freeze that lies outside what was read for the bill (a meter exchanged meanwhile, a register that ran back) is
    left out, so that days divide the row instead.
    """
    first, last = int(inputs.from_day[row].min()), int(day.max())
    frame = lake.read_freeze_frame(
        [station_id], day_of(first), day_of(last + 1), np.unique(point[row]).tolist()
    ).with_columns(pl.col("day").cast(pl.Int32).cast(pl.Int64))
    held = pl.DataFrame({"row": row, "at": day, "point": point[row], "from": inputs.from_day[row]})
    start = frame.select("point", "meter", "multiplier", pl.col("day").alias("from"), *PARTS)
    end = frame.select("point", "meter", "multiplier", pl.col("day").alias("at"), *PARTS)
    keys = ["point", "meter", "multiplier"]
    both = held.join(start, on=["point", "from"]).join(end, on=[*keys, "at"], suffix="_end").sort("row", "at")
    used = [
        ((both[f"{name}_end"] - both[name]) * both["multiplier"]).fill_null(0).to_numpy().astype(np.int64)
        for name in PARTS
    ]
    rows = both["row"].to_numpy().astype(np.int64)
    freeze = Freeze(rows, both["at"].to_numpy().astype(np.int64), *used)
    shown = [
        both[name].is_not_null().to_numpy() & both[f"{name}_end"].is_not_null().to_numpy() for name in PARTS
    ]
    # A register the lake does not have must not count as one that stood still.
    known = shown[0] & (~inputs.has_time_of_use[rows] | (shown[1] & shown[2]))
    fits = known & _within(used, inputs, rows)
    return freeze.take(fits, rows[fits])


def _within(used: list[Int64], inputs: BillingInput, rows: Int64) -> Bool:
    """Tell which freezes lie between nothing and what the bill settles, register by register."""
    fits = np.ones(len(rows), dtype=np.bool_)
    limits = (inputs.energy_wh[rows], inputs.peak_wh[rows], inputs.valley_wh[rows])
    for wh, limit in zip(used, limits, strict=True):
        fits &= (wh >= 0) & (wh <= limit)
    timed = inputs.has_time_of_use[rows]
    # Peak and valley must not say more than the total has, up to the day and after it.
    rest = limits[0] - used[0]
    fits &= ~timed | ((used[1] <= used[0]) & (limits[1] - used[1] <= rest))
    return fits


def store_parts(bills: Bills, bill_of_row: Int64, slices: Int64, facts: PartFacts | None = None) -> None:
    """Write the parts of the bills that a change divides, as evidence: with them the bill recomputes."""
    stored = bill_of_row[bills.parts.row] > 0
    parts = bills.parts.take(stored)
    if not len(parts):
        return
    priced = (
        {}
        if facts is None
        else {
            name: getattr(facts, name)[stored]
            for name in ("price_class", "voltage_class", "months_in_year", "year_to_date_wh")
        }
    )
    slice_of = [*slices.tolist(), None]
    bulk.insert_columns(
        BillPart,
        {
            "bill": bill_of_row[parts.row],
            "part": parts.part,
            "from_date": bulk.iso_days(parts.from_day),
            "to_date": bulk.iso_days(parts.to_day),
            "energy_wh": parts.energy_wh,
            "peak_wh": parts.peak_wh,
            "valley_wh": parts.valley_wh,
            "by_days": parts.by_days,
            "settlement": [slice_of[at] for at in parts.settlement_rule.tolist()],
            "terms": [slice_of[at] for at in parts.terms_rule.tolist()],
            **priced,
        },
    )
