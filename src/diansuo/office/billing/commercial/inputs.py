"""The columns of the commercial engine from settled months, their terms and their losses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.metering.energy import spread_over_bands
from diansuo.core.quantity.band import BANDS, Band
from diansuo.core.quantity.month import BillMonthBasis, previous_month
from diansuo.core.rules import RuleBook
from diansuo.core.tariff.classes import SETTLEMENT, PriceClass
from diansuo.core.tariff.commercial import NOT_KNOWN, CommercialInput, LaterTerms
from diansuo.core.tariff.commercial.capacity import DayBase, charged_days, days_of_month
from diansuo.core.tariff.commercial.power_factor import reactive_total_varh
from diansuo.office.billing.columns import Ready
from diansuo.office.billing.commercial import demand, losses, pauses
from diansuo.office.billing.commercial.changes import Changes, changes_in, charged, own_prices
from diansuo.office.billing.commercial.loading import ABSENT, Later, LossBrackets, Terms, Transformers
from diansuo.office.billing.commercial.losses import Added, Month, Refused, Settling
from diansuo.office.billing.commercial.rules import CHARGE_TERMS, entry_on, value_of
from diansuo.office.billing.points import grouping
from diansuo.office.billing.points.grouping import Grouping

Int64 = npt.NDArray[np.int64]

LONG_AGO: Final = -(2**40)
OTHERS: Final = (Band.SHARP, Band.PEAK, Band.VALLEY, Band.DEEP_VALLEY)


@dataclass(frozen=True, slots=True)
class Given:
    """What was loaded beside months and their terms."""

    later: Later
    transformers: Transformers
    brackets: LossBrackets


@dataclass(frozen=True, slots=True)
class Settled:
    """What the engine takes, what was read, and the losses that are in it.

    ``refused`` has the months that must not be priced, each with its first reason; ``warnings`` what somebody should
    look at though the bill goes out. ``read_wh`` and ``read_bands_wh`` are without losses.
    """

    inputs: CommercialInput
    later: LaterTerms
    added: Added
    read_wh: Int64
    read_bands_wh: Int64
    refused: dict[int, Refused]
    warnings: tuple[Refused, ...]


def settled_inputs(
    ready: Ready, terms: Terms, given: Given, book: RuleBook, *, step_wh: int, group: Grouping
) -> Settled:
    """Return one row of input for each settled month, and the terms that begin inside months.

    ``group`` says which of them are points of one contract: its capacity, demand, losses and power factor are one.
    """
    read, pays = ready.inputs, charged(terms)
    changes = changes_in(ready, terms, grouping.later_of(group, ready.consumption, given.later), book)
    reactive = reactive_total_varh(terms.reactive_forward_varh, terms.reactive_reverse_varh)
    days = read.to_day - read.from_day
    whole_days = np.where(terms.opened_day >= read.from_day, days + 1, days)
    month = Month(ready.contract, read.from_day, read.to_day, whole_days, read.energy_wh, reactive)
    settling = Settling(given.transformers, given.brackets, book, step_wh)
    added = grouping.losses_together(
        group, month, terms, lambda one, its: losses.losses_of(one, its, settling), step_wh=step_wh
    )
    lost_wh = added.transformer_wh + added.line_wh
    read_bands_wh = _bands(read.energy_wh, terms)
    bands_wh = read_bands_wh + spread_over_bands(lost_wh, np.maximum(read_bands_wh, 0), step_wh=step_wh)
    month_days = _month_days(ready, book)
    rests = pauses.pauses_of(given.transformers)
    charges = _charges(
        ready, terms, changes, pauses.charged_transformers(given.transformers, rests, book), month_days
    )
    energy_wh = read.energy_wh + lost_wh
    demand_w, earning_wh, undecided = _of_demand(
        ready, terms, changes, charges, month_days, lost_wh, group, book
    )
    inputs = CommercialInput(
        voltage_class=read.voltage_class,
        period=read.period,
        from_day=read.from_day,
        to_day=read.to_day,
        energy_wh=energy_wh,
        band_wh=bands_wh,
        has_bands=terms.has_parts,
        active_wh=energy_wh,
        reactive_varh=reactive + added.transformer_varh + added.line_varh,
        month_days=month_days,
        demand_w=np.where(demand_w == ABSENT, NOT_KNOWN, demand_w),
        month_energy_wh=earning_wh,
        capacity_va_days=charges.va_days[: len(days)],
        demand_days=charges.demand_days[: len(days)],
        **_of_terms(terms, read.price_class),
    )
    inputs = grouping.charged_together(group, inputs, added)
    refused = {one.row: one for one in (*undecided[::-1], *added.refused[::-1])} | changes.refused
    warned = pauses.warnings_of(np.flatnonzero(pays), ready.contract, read.from_day, read.to_day, rests, book)
    return Settled(
        inputs,
        _later(ready, terms, changes, inputs, charges),
        added,
        read.energy_wh,
        read_bands_wh,
        refused,
        tuple(warned),
    )


def _of_demand(
    ready: Ready,
    terms: Terms,
    changes: Changes,
    charges: _Charges,
    month_days: Int64,
    lost_wh: Int64,
    group: Grouping,
    book: RuleBook,
) -> tuple[Int64, Int64, list[Refused]]:
    """Return the demand of each month, the energy that earns its discount, and the months whose rule does not say."""
    read, capacities = ready.inputs, _by_demand(terms, changes)
    by_demand = np.isin(np.arange(len(lost_wh)), list(capacities))
    through = grouping.through_meters(group, read.energy_wh, lost_wh)
    demand_w, unsaid = demand.with_losses(terms, by_demand, read.from_day, *through, book)
    part = charges.whole_demand_days, month_days
    earning_wh, undecided = demand.discount_energy(
        capacities, read.from_day, part, read.energy_wh, lost_wh, book
    )
    return demand_w, earning_wh, [*unsaid, *undecided]


def _by_demand(terms: Terms, changes: Changes) -> dict[int, set[int]]:
    """Return of the months that pay by demand on some of their days the capacities of those days, VA."""
    found: dict[int, set[int]] = {}
    for of, rows in ((terms, np.arange(len(terms.capacity_va))), (changes.terms, changes.row)):
        at = charged(of) & np.isin(of.capacity_method, demand.BY_DEMAND)
        for row, capacity_va in zip(rows[at].tolist(), of.capacity_va[at].tolist(), strict=True):
            found.setdefault(row, set()).add(capacity_va)
    return found


def _later(
    ready: Ready, terms: Terms, changes: Changes, inputs: CommercialInput, charges: _Charges
) -> LaterTerms:
    """Return the terms that begin inside months, each with what its own days are charged for."""
    # A point with a class of its own keeps it when the contract's changes.
    of_month = ready.inputs.price_class
    own_class = (of_month != terms.price_class)[changes.row]
    later_class = np.where(own_class, of_month[changes.row], changes.terms.price_class)
    months = len(of_month)
    of_terms = _of_terms(changes.terms, later_class)
    # Contract demands of further feeds stand on the points and go on.
    of_feeds = (inputs.contract_demand_w - terms.contract_demand_w)[changes.row]
    of_terms["contract_demand_w"] = changes.terms.contract_demand_w + of_feeds
    later = replace(
        inputs.take(changes.row),
        voltage_class=changes.terms.voltage_class.astype(np.int16),
        capacity_va_days=charges.va_days[months:],
        demand_days=charges.demand_days[months:],
        **of_terms,
    )
    return LaterTerms(changes.row, changes.day, later)


def _of_terms(terms: Terms, price_class: npt.NDArray[np.integer]) -> dict[str, npt.NDArray[np.generic]]:
    """Return the columns of the input that are the customer's terms, but for the voltage."""
    return {
        "two_part": price_class == PriceClass.COMMERCIAL_TWO_PART,
        "time_of_use": terms.time_of_use,
        "purchase_mode": terms.purchase_mode.astype(np.int16),
        "own_price_nano": own_prices(terms),
        "power_factor_standard": terms.power_factor_standard.astype(np.int16),
        "reduced_standard": terms.reduced_standard,
        "capacity_method": terms.capacity_method.astype(np.int16),
        "capacity_exempt": terms.capacity_exempt,
        "capacity_va": terms.capacity_va,
        "contract_demand_w": terms.contract_demand_w,
    }


def _bands(total_wh: Int64, terms: Terms) -> Int64:
    """Return the energy by period, (rows, 5): the flat takes what registers read apart do not add up to."""
    bands = np.zeros((len(total_wh), BANDS), dtype=np.int64)
    for band in OTHERS:
        bands[:, band] = np.where(terms.has_parts, getattr(terms, f"{band.key}_wh"), 0)
    bands[:, Band.FLAT] = total_wh - bands.sum(axis=1)
    return bands


def _month_days(ready: Ready, book: RuleBook) -> Int64:
    """Return what the month of use is divided by: its calendar days, or 30 by the rule of before 2024-06-01."""
    periods, first = ready.inputs.period, ready.inputs.from_day
    days = np.empty(len(first), dtype=np.int64)
    for period, day in np.unique(np.stack((periods, first)), axis=1).T.tolist():
        word = value_of(entry_on(book, CHARGE_TERMS, day), "day_base")
        base = DayBase.CALENDAR_DAYS if word is None else DayBase(word)
        days[(periods == period) & (first == day)] = days_of_month(month_of_use(period, day, book), base)
    return days


def month_of_use(period: int, day: int, book: RuleBook) -> int:
    """Return the month in which a 电费年月 was used: by the day of reading it is the one before, else itself."""
    basis = value_of(entry_on(book, f"{book.default_place}/{SETTLEMENT}", day), "bill_month_basis")
    return period if basis == BillMonthBasis.MONTH_OF_USE else previous_month(period)


@dataclass(frozen=True, slots=True)
class _Charges:
    """What capacity and demand are charged for: first of the months up to their first change, then of the changes."""

    va_days: Int64
    demand_days: Int64
    whole_demand_days: Int64


def _charges(
    ready: Ready, terms: Terms, changes: Changes, running: Transformers, month_days: Int64
) -> _Charges:
    """Return VA x charged days of what ran, and the charged days of a demand; a whole month is its ``month_days``."""
    start, end = ready.inputs.from_day, ready.inputs.to_day
    connected = terms.opened_day >= start
    # Of a customer connected inside the month the days before belong to it too, or its part would be the whole.
    month_start = np.where(connected, np.minimum(end - month_days, start - 1), start)
    row = np.append(np.arange(len(start)), changes.row)
    first = np.append(start, changes.day)
    capacity = np.append(terms.capacity_va, changes.terms.capacity_va)
    order = np.lexsort((first, row))
    last = np.empty(len(row), np.int64)
    same = np.append(row[order][1:] == row[order][:-1], False)[: len(row)]
    last[order] = np.where(same, np.roll(first[order], -1), end[row[order]])
    month = (month_start[row], end[row])
    served = (np.where(connected, start, LONG_AGO)[row], end[row])
    demand_days = charged_days(served, (first, last), month, month_days[row])
    at = np.searchsorted(running.contract, ready.contract, "left")
    count = np.searchsorted(running.contract, ready.contract, "right") - at
    # Without a list of transformers the capacity of the contract ran.
    va_days = np.where(count[row] > 0, 0, capacity * demand_days)
    stretch = np.repeat(np.arange(len(row)), count[row])
    offset = np.arange(len(stretch)) - np.repeat(np.cumsum(count[row]) - count[row], count[row])
    unit = at[row[stretch]] + offset
    days = charged_days(
        (running.from_day[unit], running.to_day[unit]),
        (first[stretch], last[stretch]),
        (month[0][stretch], month[1][stretch]),
        month_days[row[stretch]],
    )
    np.add.at(va_days, stretch, running.capacity_va[unit] * days)
    whole = np.zeros(len(start), np.int64)
    np.add.at(whole, row, demand_days)
    return _Charges(va_days, demand_days, whole)
