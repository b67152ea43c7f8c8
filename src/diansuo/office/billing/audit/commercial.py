"""What the audit needs of commercial drafts beside: terms, demand, transformers, and the loss nobody charges."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

import numpy as np

from diansuo.core.metering.energy import LossMethod
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.quantity.month import previous_month
from diansuo.core.rules import RuleBook
from diansuo.core.tariff.auditing.columns import Commercial
from diansuo.core.tariff.auditing.rules import ABSENT
from diansuo.core.tariff.classes import SETTLEMENT, Component, PriceClass
from diansuo.core.tariff.commercial.power_factor import reactive_total_varh
from diansuo.office.archive.models import MeteringSide
from diansuo.office.base import bulk
from diansuo.office.billing.audit.loading import Chunk, Loaded, looked_up
from diansuo.office.billing.commercial.loading import (
    BOOLS,
    LossBrackets,
    Terms,
    Transformers,
    transformers_of,
)
from diansuo.office.billing.commercial.losses import Month, Settling, losses_of
from diansuo.office.billing.commercial.pricing import DEFAULT_STEP_WH
from diansuo.office.billing.commercial.rules import entry_on
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.place import commercial_place

CLASSES: Final = (int(PriceClass.COMMERCIAL_SINGLE_PART), int(PriceClass.COMMERCIAL_TWO_PART))
CHARGES: Final = (int(Component.CAPACITY), int(Component.DEMAND), int(Component.DEMAND_EXCESS))
TERMS: Final = f"""
    SELECT b.id, COALESCE(b.power_factor, -1), c.reactive_forward_varh, c.reactive_reverse_varh, c.has_reactive,
           COALESCE(c.demand_w, -1), u.id IS NOT NULL, COALESCE(u.time_of_use, FALSE),
           COALESCE(u.power_factor_standard, 0), COALESCE(u.capacity_method, 0),
           COALESCE(o.contract_demand_w, u.contract_demand_w, 0), COALESCE(u.metering_side, 0),
           COALESCE(u.loss_method, 0),
           NOT EXISTS (SELECT 1 FROM billing_bill d JOIN metering_consumption e ON e.id = d.consumption_id
                       WHERE d.contract_id = b.contract_id AND d.period = b.period AND d.price_class IN {CLASSES}
                         AND e.point_id < c.point_id),
           (SELECT SUM(d.energy_wh) FROM billing_bill d
            WHERE d.contract_id = b.contract_id AND d.period = b.period)
    FROM billing_bill b
    JOIN metering_consumption c ON c.id = b.consumption_id
    LEFT JOIN archive_supplyterm u ON u.contract_id = b.contract_id AND u.valid_from <= b.from_date
         AND (u.valid_to IS NULL OR u.valid_to > b.from_date)
    LEFT JOIN archive_pointterm o ON o.point_id = c.point_id AND o.valid_from <= b.from_date
         AND (o.valid_to IS NULL OR o.valid_to > b.from_date)
    WHERE c.period = %s AND c.point_id BETWEEN %s AND %s AND +b.period = c.period AND b.state IN {{states}}
      AND b.price_class IN {CLASSES}
    ORDER BY b.id
"""
FACTORS: Final = """
    SELECT c.point_id, b.power_factor FROM billing_bill b
    JOIN metering_consumption c ON c.id = b.consumption_id
    WHERE c.period = %s AND c.point_id BETWEEN %s AND %s AND +b.period = c.period AND b.power_factor IS NOT NULL
    ORDER BY c.point_id
"""
DEMANDS: Final = """
    SELECT c.point_id, c.demand_w FROM metering_consumption c
    WHERE c.period = %s AND c.status = 0 AND c.demand_w IS NOT NULL AND c.point_id BETWEEN %s AND %s ORDER BY c.point_id
"""
CHARGED: Final = f"""
    SELECT l.bill_id, SUM(l.amount_fen) FROM billing_billline l
    JOIN billing_bill b ON b.id = l.bill_id
    JOIN metering_consumption c ON c.id = b.consumption_id
    WHERE c.period = %s AND c.point_id BETWEEN %s AND %s AND +b.period = c.period AND b.state IN {{states}}
      AND b.price_class IN {CLASSES} AND l.component IN {CHARGES}
    GROUP BY l.bill_id ORDER BY l.bill_id
"""


def load(chunk: Chunk, loaded: Loaded) -> Commercial:
    """Load what the commercial drafts of a chunk have beside the others."""
    row = np.flatnonzero(np.isin(loaded.drafts.price_class, CLASSES))
    asked = [chunk.period, *chunk.range] if len(row) else [0, 0, -1]
    terms = bulk.fetch_columns(
        TERMS.format(states=chunk.states), asked,
        bill="int", factor="int", forward="int", reverse="int", has_reactive="bool", demand_w="int",
        has_terms="bool", time_of_use="bool", standard="int", capacity_method="int", contract_demand_w="int",
        side="int", loss_method="int", first="bool", together_wh="int",
    )  # fmt: skip
    at = np.searchsorted(terms.pop("bill"), loaded.bill[row])
    terms = {name: column[at] for name, column in terms.items()}
    standard, together = terms.pop("standard"), terms.pop("together_wh")
    reactive = reactive_total_varh(terms.pop("forward"), terms.pop("reverse"))
    charged = bulk.fetch_columns(CHARGED.format(states=chunk.states), asked, bill="int", fen="int")
    before = [previous_month(asked[0]) if len(row) else 0, *asked[1:]]
    factors = bulk.fetch_columns(FACTORS, before, point="int", factor="int")
    demands = bulk.fetch_columns(DEMANDS, before, point="int", demand="int")
    transformers = transformers_of(loaded.contract[row])
    return Commercial(
        row=row,
        two_part=loaded.drafts.price_class[row] == int(PriceClass.COMMERCIAL_TWO_PART),
        adjusted=standard > 0,
        reactive_varh=reactive,
        factor_before=looked_up(loaded.point[row], factors["point"], factors["factor"], ABSENT),
        demand_before_w=looked_up(loaded.point[row], demands["point"], demands["demand"], ABSENT),
        charge_fen=looked_up(loaded.bill[row], charged["bill"], charged["fen"], 0),
        **terms,
        **_running(loaded, row, transformers),
        estimated_loss_wh=_uncharged_loss(loaded, row, terms, (together, reactive), transformers),
    )


def _running(loaded: Loaded, row: Int64, transformers: Transformers) -> dict[str, Any]:
    """Return what of a customer's own transformers runs at the end of the month, and whether any ran or is known."""
    own_va, has_own, ran = (
        np.zeros(len(row), np.int64),
        np.zeros(len(row), np.bool_),
        np.zeros(len(row), np.bool_),
    )
    for place, at in enumerate(row.tolist()):
        of = transformers.of(int(loaded.contract[at]))
        if not len(of):
            continue
        first, last = int(loaded.drafts.from_day[at]), int(loaded.drafts.to_day[at])
        began, ended = transformers.from_day[of], transformers.to_day[of]
        has_own[place] = True
        ran[place] = bool(((began < last) & (ended > first)).any())
        own_va[place] = int(transformers.capacity_va[of][(began < last) & (ended >= last)].sum())
    return {"own_va": own_va, "has_own": has_own, "ran": ran}


def _uncharged_loss(
    loaded: Loaded,
    row: Int64,
    terms: dict[str, Any],
    used: tuple[Int64, Int64],
    transformers: Transformers,
) -> Int64:
    """Return the loss by formula of who is metered low behind a transformer of its own and is charged none.

    ``used``: what all bills of its contract come to, Wh, and its reactive energy, varh.
    """
    out = np.full(len(row), ABSENT, np.int64)
    at = np.flatnonzero(
        (terms["side"] == MeteringSide.HIGH_LOW) & (terms["loss_method"] == int(LossMethod.NONE))
    )
    if not len(at):
        return out
    drafts, of = loaded.drafts, row[at]
    days = drafts.to_day[of] - drafts.from_day[of]
    month = Month(loaded.contract[of], drafts.from_day[of], drafts.to_day[of], days, used[0][at], used[1][at])
    book = priced_book()
    added = losses_of(
        month,
        _by_formula(len(at)),
        Settling(transformers, _no_brackets(), book, _step_wh(book, int(month.from_day[0]))),
    )
    out[at] = added.transformer_wh
    out[at[[one.row for one in added.refused]]] = ABSENT
    return out


def _step_wh(book: RuleBook, day: int) -> int:
    """Return to what whole energy the place settles losses."""
    settlement = entry_on(book, f"{commercial_place()}/{SETTLEMENT}", day)
    return DEFAULT_STEP_WH if settlement is None else settlement.energy_wh("energy_precision")


def _by_formula(size: int) -> Terms:
    """Return terms that ask for nothing but the loss by formula."""
    columns: dict[str, Int64 | Bool] = {
        each.name: np.zeros(size, np.bool_ if each.name in BOOLS else np.int64) for each in fields(Terms)
    }
    return Terms(**columns | {"loss_method": np.full(size, int(LossMethod.FORMULA), np.int64)})  # type: ignore[arg-type]


def _no_brackets() -> LossBrackets:
    return LossBrackets(**{each.name: np.zeros(0, np.int64) for each in fields(LossBrackets)})
