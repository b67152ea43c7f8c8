"""The columns of the commercial engine from settled months, their terms and their losses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.metering.energy import spread_over_bands
from diansuo.core.quantity.band import BANDS, Band
from diansuo.core.quantity.month import previous_month
from diansuo.core.rules import RuleBook
from diansuo.core.rules.book import NoSuchRule
from diansuo.core.rules.entry import NoValueInForce
from diansuo.core.tariff.classes import PriceClass
from diansuo.core.tariff.commercial import NOT_KNOWN, CommercialInput, PurchaseMode
from diansuo.core.tariff.commercial.capacity import DayBase, charged_days, days_of_month
from diansuo.core.tariff.commercial.power_factor import reactive_total_varh
from diansuo.core.tariff.resolve import day_of
from diansuo.office.billing.columns import Ready
from diansuo.office.billing.commercial import losses
from diansuo.office.billing.commercial.loading import ABSENT, Terms, Transformers
from diansuo.office.billing.commercial.losses import Added, Month
from diansuo.office.billing.points import grouping
from diansuo.office.billing.points.grouping import Grouping

Int64 = npt.NDArray[np.int64]

CHARGE_TERMS: Final = "national/capacity_charge"
LONG_AGO: Final = -(2**40)
OTHERS: Final = (Band.SHARP, Band.PEAK, Band.VALLEY, Band.DEEP_VALLEY)


@dataclass(frozen=True, slots=True)
class Settled:
    """What the engine takes, and the losses that are in it."""

    inputs: CommercialInput
    added: Added


def settled_inputs(
    ready: Ready,
    terms: Terms,
    transformers: Transformers,
    book: RuleBook,
    *,
    step_wh: int,
    group: Grouping,
) -> Settled:
    """Return one row of input for each settled month; the rows ``added.refused`` names must not be priced.

    ``group`` says which of them are points of one contract: its capacity, demand, losses and power factor are one.
    """
    read = ready.inputs
    reactive = reactive_total_varh(terms.reactive_forward_varh, terms.reactive_reverse_varh)
    month = Month(ready.contract, read.from_day, read.to_day, read.energy_wh, reactive)
    added = grouping.losses_together(
        group,
        month,
        terms,
        lambda one, its: losses.losses_of(one, its, transformers, book, step_wh=step_wh),
        step_wh=step_wh,
    )
    lost_wh = added.transformer_wh + added.line_wh
    energy_wh = read.energy_wh + lost_wh
    bands_wh = _bands(read.energy_wh, terms)
    bands_wh += spread_over_bands(lost_wh, np.maximum(bands_wh, 0), step_wh=step_wh)
    month_days = _month_days(ready, book)
    va_days, demand_days = _charged(ready, terms, transformers, month_days)
    given = CommercialInput(
        voltage_class=read.voltage_class,
        two_part=read.price_class == PriceClass.COMMERCIAL_TWO_PART,
        period=read.period,
        from_day=read.from_day,
        to_day=read.to_day,
        energy_wh=energy_wh,
        band_wh=bands_wh,
        time_of_use=terms.time_of_use,
        has_bands=terms.has_parts,
        purchase_mode=terms.purchase_mode.astype(np.int16),
        own_price_nano=_own_prices(terms),
        power_factor_standard=terms.power_factor_standard.astype(np.int16),
        reduced_standard=terms.reduced_standard,
        active_wh=energy_wh,
        reactive_varh=reactive + added.transformer_varh + added.line_varh,
        capacity_method=terms.capacity_method.astype(np.int16),
        capacity_exempt=terms.capacity_exempt,
        capacity_va=terms.capacity_va,
        capacity_va_days=va_days,
        demand_days=demand_days,
        month_days=month_days,
        contract_demand_w=terms.contract_demand_w,
        demand_w=np.where(terms.demand_w == ABSENT, NOT_KNOWN, terms.demand_w),
        month_energy_wh=energy_wh,
    )
    return Settled(grouping.charged_together(group, given, added), added)


def _bands(total_wh: Int64, terms: Terms) -> Int64:
    """Return the energy by period, (rows, 5): the flat takes what registers read apart do not add up to."""
    bands = np.zeros((len(total_wh), BANDS), dtype=np.int64)
    for band in OTHERS:
        bands[:, band] = np.where(terms.has_parts, getattr(terms, f"{band.key}_wh"), 0)
    bands[:, Band.FLAT] = total_wh - bands.sum(axis=1)
    return bands


def _own_prices(terms: Terms) -> Int64:
    known = (terms.purchase_mode == PurchaseMode.MARKET) & (terms.market_price_nano != ABSENT)
    price = np.where(known, terms.market_price_nano, NOT_KNOWN)
    return np.repeat(price[:, None], BANDS, axis=1)


def _month_days(ready: Ready, book: RuleBook) -> Int64:
    """Return what the month of use is divided by: its calendar days, or 30 by the rule of before 2024-06-01."""
    days = np.empty(len(ready.point), dtype=np.int64)
    for row, (period, first) in enumerate(
        zip(ready.inputs.period.tolist(), ready.inputs.from_day.tolist(), strict=True)
    ):
        try:
            base = DayBase(book.in_force(CHARGE_TERMS, day_of(first)).word("day_base"))
        except (NoSuchRule, NoValueInForce):
            base = DayBase.CALENDAR_DAYS
        days[row] = days_of_month(previous_month(period), base)
    return days


def _charged(
    ready: Ready, terms: Terms, transformers: Transformers, month_days: Int64
) -> tuple[Int64, Int64]:
    """Return VA x charged days of what ran, and the charged days of a demand; a whole month is its ``month_days``."""
    start, end = ready.inputs.from_day, ready.inputs.to_day
    connected = terms.opened_day >= start
    # Of a customer connected inside the month the days before belong to it too, or its part would be the whole.
    month_start = np.where(connected, np.minimum(end - month_days, start - 1), start)
    demand_days = charged_days(
        (np.where(connected, start, LONG_AGO), end),
        (start, end),
        (month_start, end),
        month_days,
    )
    at = np.searchsorted(transformers.contract, ready.contract, "left")
    until = np.searchsorted(transformers.contract, ready.contract, "right")
    # Without a list of transformers the capacity of the contract ran.
    va_days = np.where(until > at, 0, terms.capacity_va * demand_days)
    row = np.repeat(np.arange(len(ready.point)), until - at)
    unit = np.concatenate([np.arange(a, b) for a, b in zip(at, until, strict=True)] or [at]).astype(np.int64)
    days = charged_days(
        (transformers.from_day[unit], transformers.to_day[unit]),
        (start[row], end[row]),
        (month_start[row], end[row]),
        month_days[row],
    )
    np.add.at(va_days, row, transformers.capacity_va[unit] * days)
    return va_days, demand_days
