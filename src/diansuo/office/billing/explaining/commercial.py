"""What a commercial bill was priced with: from its lines and its settled month, and the terms that held on its days."""

from __future__ import annotations

from calendar import monthrange
from typing import Any

import numpy as np

from diansuo.core.metering.energy import spread_over_bands
from diansuo.core.quantity.band import BANDS, Band
from diansuo.core.quantity.month import previous_month, split_month
from diansuo.core.rules import Entry
from diansuo.core.tariff import Component, PriceClass
from diansuo.core.tariff.commercial import (
    NOT_KNOWN,
    CapacityMethod,
    CommercialFreeze,
    CommercialInput,
    PurchaseMode,
)
from diansuo.core.tariff.resolve import day_number
from diansuo.office.archive.models import SupplyTerm
from diansuo.office.billing.columns import Int64
from diansuo.office.billing.explaining.stored import Stored
from diansuo.office.billing.recomputing import commercial_freeze_of, commercial_input_of

OTHERS = (Band.SHARP, Band.PEAK, Band.VALLEY, Band.DEEP_VALLEY)
NO_TERMS = SupplyTerm(
    time_of_use=False, purchase_mode=PurchaseMode.AGENT, capacity_method=CapacityMethod.NONE
)
INT16 = ("voltage_class", "purchase_mode", "power_factor_standard", "capacity_method")
BOOL = ("two_part", "time_of_use", "has_bands", "reduced_standard", "capacity_exempt")


def commercial_input(stored: Stored) -> CommercialInput:
    """Return one row as the bill was priced: what it keeps, else quantities of its lines and terms of the archive.

    A bill of before it kept this does not come to itself again where the archive was corrected since, and its
    explanation says so.
    """
    facts = kept_facts(stored)
    if facts is not None:
        return commercial_input_of([facts])
    bill, terms = stored.bill, stored.supply or NO_TERMS
    month_days, va_days = _charged(stored)
    capacity_va = stored.capacity_va
    values: dict[str, Any] = {
        "voltage_class": bill.voltage_class,
        "two_part": bill.price_class == PriceClass.COMMERCIAL_TWO_PART,
        "period": bill.period,
        "from_day": day_number(bill.from_date),
        "to_day": day_number(bill.to_date),
        "energy_wh": bill.energy_wh,
        "band_wh": _bands(stored),
        "time_of_use": terms.time_of_use,
        "has_bands": bill.consumption.has_parts,
        "purchase_mode": terms.purchase_mode,
        "own_price_nano": [_own_price(terms)] * BANDS,
        "power_factor_standard": terms.power_factor_standard,
        "reduced_standard": terms.reduced_standard,
        "active_wh": bill.energy_wh,
        "reactive_varh": bill.reactive_varh,
        "capacity_method": terms.capacity_method,
        "capacity_exempt": terms.capacity_exempt,
        "capacity_va": capacity_va,
        "capacity_va_days": va_days,
        "demand_days": _demand_days(stored, month_days),
        "month_days": month_days,
        "contract_demand_w": terms.contract_demand_w or 0,
        "demand_w": NOT_KNOWN if bill.demand_w is None else bill.demand_w,
        "month_energy_wh": bill.energy_wh,
    }
    dtypes = dict.fromkeys(INT16, np.int16) | dict.fromkeys(BOOL, np.bool_)
    return CommercialInput(
        **{name: np.array([value], dtype=dtypes.get(name, np.int64)) for name, value in values.items()}
    )


def kept_facts(stored: Stored) -> dict[str, Any] | None:
    """Return what a commercial bill was priced with, None of one that does not keep it."""
    facts = getattr(stored.bill, "facts", None)
    return None if facts is None else facts.content


def commercial_freeze(stored: Stored) -> CommercialFreeze:
    """Return the registers of the days that divided a bill."""
    return commercial_freeze_of(kept_facts(stored) or {})


def _own_price(terms: SupplyTerm) -> int:
    known = terms.purchase_mode == PurchaseMode.MARKET and terms.market_price_nano is not None
    return terms.market_price_nano if known else NOT_KNOWN


def _charged(stored: Stored) -> tuple[int, int]:
    """Return the days of the month and VA x days as the lines charge them; calendar days and 0 without such a line."""
    charges = [line for line in stored.lines if line.days]
    year, month = split_month(previous_month(stored.bill.period))
    month_days = charges[0].days if charges else monthrange(year, month)[1]
    return month_days, sum(line.quantity for line in charges if line.component == Component.CAPACITY)


def _demand_days(stored: Stored, month_days: int) -> int:
    """Return the charged days of a demand: the whole month, unless the customer was connected inside it."""
    opened = stored.bill.contract.opened_date
    connected = opened is not None and opened >= stored.bill.from_date
    return min(stored.days, month_days) if connected else month_days


def _bands(stored: Stored) -> list[int]:
    """Return the energy by period with the losses spread over it; the flat takes what registers do not add up to."""
    consumption, bill = stored.bill.consumption, stored.bill
    bands: Int64 = np.zeros((1, BANDS), dtype=np.int64)
    for band in OTHERS if consumption.has_parts else ():
        bands[0, band] = getattr(consumption, f"{band.key}_wh")
    bands[0, Band.FLAT] = consumption.total_wh - bands.sum()
    lost_wh = np.array([bill.transformer_loss_wh + bill.line_loss_wh], dtype=np.int64)
    step_wh = Entry.from_slice(bill.settlement.content).energy_wh("energy_precision")
    spread = spread_over_bands(lost_wh, np.maximum(bands, 0), step_wh=step_wh)
    return [int(each) for each in (bands + spread)[0]]
