"""A factory's terms in the shadow's own numbers, and the stretches of a month in which they stay the same."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any, Final

from diansuo.core.rules import RuleBook
from diansuo.office.archive.models import ContractTerm, LossTableRow, SupplyTerm, Transformer
from diansuo.office.desk.shadowing.gathering import Material
from diansuo.shadow import registers, transformers
from diansuo.shadow.charges import CAPACITY, CONTRACT, TERMS
from diansuo.shadow.exact import CannotBill
from diansuo.shadow.rules_of import entry_on
from diansuo.shadow.supply import Days, Supply

COMMERCIAL: Final = (5, 6)
TWO_PART: Final = 6
MARKET: Final = 1
QUARTERS: Final = (1, 4, 7, 10)
OF_LOSSES: Final = (
    "loss_method", "agreed_active", "agreed_reactive", "agreed_ratio", "agreed_reactive_ratio", "line_loss",
)  # fmt: skip
OF_PRICES: Final = (
    "voltage_class", "two_part", "time_of_use", "purchase_mode", "own_prices", "standard", "reduced",
)  # fmt: skip


def stretches_of(material: Material, days: Days, book: RuleBook) -> list[tuple[date, Supply]]:
    """Return what holds on the first day, then what begins inside the days and prices the factory otherwise.

    Raises:
        CannotBill: terms are missing, or change in a way by which no rule lets a month be divided.
    """
    found = [(days.first, _terms_on(material, days.first, book))]
    for day in _days_of_change(material, days):
        before, after = found[-1][1], _terms_on(material, day, book)
        if not _price_alike(before, after):
            _refuse(before, after, day, days, book)
            found.append((day, after))
        if any(getattr(before, name) != getattr(after, name) for name in OF_LOSSES):
            raise CannotBill("supply_changed")
    return found


def _days_of_change(material: Material, days: Days) -> list[date]:
    begun = [one.valid_from for one in (*material.terms, *material.supply, *material.market_prices)]
    ended = [one.valid_to for one in material.market_prices if one.valid_to]
    return sorted({day for day in (*begun, *ended) if days.first < day < days.end})


def _terms_on(material: Material, day: date, book: RuleBook) -> Supply:
    terms = [one for one in material.terms if _holds(one, day)]
    held = [one for one in material.supply if _holds(one, day)]
    if not held:
        raise CannotBill("no_supply_terms")
    if not terms or terms[0].price_class not in COMMERCIAL:
        raise CannotBill("class_changed")
    return _supply(terms[0], held[0], material, day, book)


def _price_alike(before: Supply, after: Supply) -> bool:
    if any(getattr(before, name) != getattr(after, name) for name in OF_PRICES):
        return False
    return _charge(before) == _charge(after)


def _charge(of: Supply) -> tuple[Any, ...] | None:
    """Return what the charge goes by; None where there is none."""
    if not of.two_part or of.exempt:
        return None
    return of.capacity_method, of.capacity, of.contract_demand if of.capacity_method == CONTRACT else None


def _refuse(before: Supply, after: Supply, day: date, days: Days, book: RuleBook) -> None:
    """Hold back where the charge changes on a day on which it may not (1583号), or nobody says how it is divided."""
    if _charge(before) is None or _charge(after) is None:
        return
    if before.capacity_method != after.capacity_method:
        known = 0 not in (before.capacity_method, after.capacity_method)
        if known and (day.day != 1 or day.month not in QUARTERS):
            raise CannotBill("method_change_within_quarter")
        return
    if after.capacity_method in (0, CAPACITY):
        return
    if before.capacity == after.capacity:
        if _charge(before) != _charge(after):
            raise CannotBill("contract_demand_change_within_month")
        return
    named = entry_on(book, TERMS, days.first).values["parameters"]
    if named.get("demand_part_month", {}).get("value") != "by_days":
        raise CannotBill("demand_part_month")


def _holds(period: Any, day: date) -> bool:
    return period.valid_from <= day and (period.valid_to is None or period.valid_to > day)


def _supply(terms: ContractTerm, held: SupplyTerm, material: Material, day: date, book: RuleBook) -> Supply:
    running = [_transformer(one) for one in material.transformers]
    return Supply(
        voltage_class=terms.voltage_class,
        two_part=terms.price_class == TWO_PART,
        capacity=Fraction(terms.capacity_va or 0, 1000),
        opened=material.bill.contract.opened_date,
        time_of_use=held.time_of_use,
        purchase_mode=held.purchase_mode,
        own_prices=own_prices(held, material, day),
        capacity_method=held.capacity_method,
        contract_demand=Fraction(held.contract_demand_w or 0, 1000),
        exempt=held.capacity_exempt,
        standard=Fraction(held.power_factor_standard, 100),
        reduced=held.reduced_standard,
        loss_method=held.loss_method,
        agreed_active=_scaled(held.agreed_active_wh, 1000),
        agreed_reactive=Fraction(held.agreed_reactive_varh or 0, 1000),
        agreed_ratio=_scaled(held.agreed_ratio_ppm, 10**6),
        agreed_reactive_ratio=Fraction(held.agreed_reactive_ratio_ppm or 0, 10**6),
        line_loss=Fraction(held.line_loss_ppm or 0, 10**6),
        transformers=running,
        charged=transformers.with_short_pauses(running, book),
        loss_table=[_bracket(one) for one in material.loss_table],
    )


def own_prices(held: SupplyTerm, material: Material, day: date) -> list[Fraction | None]:
    """Return what a market customer pays by period: its prices of the month, else its one price for all of them."""
    if held.purchase_mode != MARKET:
        return [None] * len(registers.PARTS)
    for month in material.market_prices:
        if _holds(month, day):
            of_month = (
                month.sharp_nano, month.peak_nano, month.flat_nano, month.valley_nano, month.deep_valley_nano
            )  # fmt: skip
            return [_scaled(each, 10**9) for each in of_month]
    return [_scaled(held.market_price_nano, 10**9)] * len(registers.PARTS)


def _transformer(one: Transformer) -> transformers.Transformer:
    return transformers.Transformer(
        capacity=Fraction(one.capacity_va, 1000),
        from_date=one.valid_from,
        to_date=one.valid_to,
        model=one.model,
        p0=_scaled(one.p0_w, 1000),
        pk=_scaled(one.pk_w, 1000),
        i0=_scaled(one.i0_milli_percent, 1000),
        uk=_scaled(one.uk_milli_percent, 1000),
        shifts=one.shifts,
        number=one.number,
        share=_scaled(one.share_ppm, 10**6),
    )


def _bracket(one: LossTableRow) -> transformers.Bracket:
    return transformers.Bracket(
        series=one.series.upper(),
        capacity=Fraction(one.capacity_va, 1000),
        up_to=Fraction(one.up_to_wh, 1000),
        active=Fraction(one.active_wh, 1000),
        reactive=Fraction(one.reactive_varh, 1000),
        from_date=one.valid_from,
        to_date=one.valid_to,
    )


def _scaled(number: int | None, by: int) -> Fraction | None:
    return None if number is None else Fraction(number, by)
