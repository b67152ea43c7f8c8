"""Terms that change inside a settled month: what divides it, and what no rule lets divide it (domain.md §4.1, §4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from diansuo.core.quantity.band import BANDS, Band
from diansuo.core.rules import RuleBook
from diansuo.core.tariff.classes import PriceClass
from diansuo.core.tariff.commercial import NOT_KNOWN, CapacityMethod, CommercialRefusalCode, PurchaseMode
from diansuo.core.tariff.commercial.capacity import QUARTER_MONTHS, method_change_refusal
from diansuo.core.tariff.resolve import day_of
from diansuo.office.billing.columns import Ready
from diansuo.office.billing.commercial.demand import BY_DEMAND
from diansuo.office.billing.commercial.loading import ABSENT, NO_PRICE, Later, Terms
from diansuo.office.billing.commercial.losses import Refused
from diansuo.office.billing.commercial.rules import CHARGE_TERMS, absent, entry_on, value_of

Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

SINGLE, TWO = int(PriceClass.COMMERCIAL_SINGLE_PART), int(PriceClass.COMMERCIAL_TWO_PART)
NO_SUPPLY_TERMS: Final = "no_supply_terms"
SUPPLY_CHANGED: Final = "supply_changed"
CLASS_CHANGED: Final = "class_changed"
DEMAND_BY_STRETCH: Final = "demand_by_stretch"
METHOD_CHANGE: Final = str(CommercialRefusalCode.METHOD_CHANGE_WITHIN_QUARTER)
PART_MONTH: Final = "demand_part_month"
OF_LOSSES: Final = (
    "loss_method", "agreed_active_wh", "agreed_reactive_varh", "agreed_ratio_ppm", "agreed_reactive_ratio_ppm",
    "line_loss_ppm",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changes:
    """What changes inside settled months.

    Attributes:
        row: int64 (k,), the month, ascending.
        day: int64 (k,), the day on which terms begin that price otherwise.
        terms: those terms.
        refused: months that these changes hold, each with its first reason.
    """

    row: Int64
    day: Int64
    terms: Terms
    refused: dict[int, Refused]


def changes_in(ready: Ready, terms: Terms, later: Later, book: RuleBook) -> Changes:
    """Return the changes that divide these months, and those that no rule lets divide them.

    Args:
        ready: the months.
        terms: what holds on their first days.
        later: what begins inside months, of these and of others.
        book: the rules.
    """
    row_of = {one: row for row, one in enumerate(ready.consumption.tolist())}
    before: dict[int, tuple[Terms, int]] = {}
    kept: list[tuple[int, int]] = []
    refused: dict[int, Refused] = {}
    prices, later_prices = own_prices(terms), own_prices(later.terms)
    for at, one in enumerate(later.consumption.tolist()):
        row = row_of.get(one)
        if row is None or row in refused:
            continue
        held, place = before.get(row, (terms, row))
        held_prices = prices if held is terms else later_prices
        old, new = _priced_by(held, place, held_prices), _priced_by(later.terms, at, later_prices)
        losses = [
            [int(getattr(of, name)[i]) for name in OF_LOSSES] for of, i in ((held, place), (later.terms, at))
        ]
        if old == new and losses[0] == losses[1]:
            continue
        why = _why_not(row, int(later.day[at]), (held, place), (later.terms, at), ready, book)
        if why is None and losses[0] != losses[1]:
            why = Refused(row, SUPPLY_CHANGED, {})
        if why is not None:
            refused[row] = why
            continue
        kept.append((row, at))
        before[row] = later.terms, at
    kept = sorted((row, at) for row, at in kept if row not in refused)
    at_kept = np.array([at for _row, at in kept], dtype=np.int64)
    return Changes(
        np.array([row for row, _at in kept], dtype=np.int64),
        later.day[at_kept],
        later.terms.take(at_kept),
        refused,
    )


def own_prices(terms: Terms) -> Int64:
    """Return what market customers pay by period, (rows, 5): their month's prices, else their one price."""
    monthly = np.stack([getattr(terms, f"{band.key}_nano") for band in Band], axis=1)
    known = terms.market_price_nano != ABSENT
    flat = np.repeat(np.where(known, terms.market_price_nano, NOT_KNOWN)[:, None], BANDS, axis=1)
    prices = np.where((terms.flat_nano == NO_PRICE)[:, None], flat, monthly)
    prices[prices == NO_PRICE] = NOT_KNOWN
    prices[terms.purchase_mode != PurchaseMode.MARKET] = NOT_KNOWN
    return prices


def charged(terms: Terms) -> Bool:
    """Tell which terms ask for a capacity or demand charge."""
    found: Bool = (terms.price_class == TWO) & ~terms.capacity_exempt
    return found


def method_change_allowed(day: int, month_start: int) -> bool:
    """Tell whether the method of the charge may change on a day: with a quarter, of the calendar or of bill months."""
    on = day_of(day)
    return method_change_refusal(on) is None or (day == month_start and on.month in QUARTER_MONTHS)


def _priced_by(terms: Terms, at: int, prices: Int64) -> tuple[Any, ...]:
    """Return all of a customer's terms that its bill depends on."""
    of_charge = None
    if charged(terms)[at]:
        method = int(terms.capacity_method[at])
        contract = int(terms.contract_demand_w[at]) if method == CapacityMethod.CONTRACT_DEMAND else 0
        of_charge = method, int(terms.capacity_va[at]), contract
    return (
        int(terms.price_class[at]),
        int(terms.voltage_class[at]),
        bool(terms.time_of_use[at]),
        int(terms.purchase_mode[at]),
        tuple(prices[at].tolist()),
        int(terms.power_factor_standard[at]),
        bool(terms.reduced_standard[at]),
        of_charge,
    )


def _why_not(
    row: int, day: int, old: tuple[Terms, int], new: tuple[Terms, int], ready: Ready, book: RuleBook
) -> Refused | None:
    """Say why a month cannot be divided at a change, if it cannot."""
    (held, place), (terms, at) = old, new
    if int(terms.supply[at]) == 0:
        return Refused(row, NO_SUPPLY_TERMS, {})
    if int(terms.price_class[at]) not in (SINGLE, TWO):
        return Refused(row, CLASS_CHANGED, {})
    if not (charged(held)[place] and charged(terms)[at]):
        return None
    month_start = int(ready.inputs.from_day[row])
    methods = int(held.capacity_method[place]), int(terms.capacity_method[at])
    if methods[0] != methods[1]:
        allowed = 0 in methods or method_change_allowed(day, month_start)
        return None if allowed else Refused(row, METHOD_CHANGE, {"day": day_of(day).isoformat()})
    if methods[0] not in BY_DEMAND:
        return None
    if int(held.capacity_va[place]) == int(terms.capacity_va[at]):
        by_contract = methods[0] == CapacityMethod.CONTRACT_DEMAND
        same = int(held.contract_demand_w[place]) == int(terms.contract_demand_w[at])
        code = str(CommercialRefusalCode.CONTRACT_DEMAND_CHANGE_WITHIN_MONTH)
        return Refused(row, code, {"day": day_of(day).isoformat()}) if by_contract and not same else None
    entry = entry_on(book, CHARGE_TERMS, month_start)
    way = value_of(entry, PART_MONTH)
    if way is None:
        return absent(row, entry, CHARGE_TERMS, PART_MONTH)
    return None if way == "by_days" else Refused(row, DEMAND_BY_STRETCH, {})
