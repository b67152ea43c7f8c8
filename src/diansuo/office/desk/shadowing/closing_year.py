"""The year of a household that closes: its earlier bills, as they were made and with the months it really had."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from diansuo.core.rules import RuleBook
from diansuo.office.billing.models import Bill, BillPart
from diansuo.office.desk.shadowing.covering import year_start
from diansuo.office.desk.shadowing.gathering import Material
from diansuo.office.desk.shadowing.household_terms import TERMS
from diansuo.office.desk.shadowing.year_used import counted_since
from diansuo.shadow import household_change
from diansuo.shadow.household import Customer, Line
from diansuo.shadow.household_years import STEPPED
from diansuo.shadow.rules_of import entry_on, parameter

SETTLED_ANEW = "settled_anew"


def is_settled_anew(over: date | None, book: RuleBook) -> bool:
    """Whether a year of steps that is over on a day is settled anew (销户清算)."""
    if over is None:
        return False
    terms = entry_on(book, f"{book.default_place}/{TERMS}", over - timedelta(days=1)).values
    return parameter(terms, "closing_tier_year") == SETTLED_ANEW


def months_until(closed: date, opened: date | None, period: int, start_month: int) -> int:
    """Count the months of the billing year from the first one with supply to that of the last day."""
    start = year_start(period, start_month)
    last = closed - timedelta(days=1)
    first_month, last_month = 0, min(max(_months(start, last), 0), 11)
    if opened is not None and 0 <= _months(start, opened) < 12:
        first_month = _months(start, opened)
    return max(last_month - first_month, 0) + 1


def _months(start: date, day: date) -> int:
    return (day.year - start.year) * 12 + day.month - start.month


def corrections(
    last: Customer, whole_year: int, begun: date | None, material: Material, book: RuleBook
) -> list[Line]:
    """Return the lines the last bill adds for the year's earlier bills.

    Args:
        last: the last bill's customer, with the months the year really had.
        whole_year: the months the year had been billed with.
        begun: the day this year of steps began; None: with the billing year, or the connection.
        material: the bill and what it can be computed from.
        book: the rules.
    """
    since, bills = begun or date.min, _earlier_bills(material)
    pieces = [
        _customer(bill, part)
        for bill in bills
        for part in [one for one in material.year_parts if one.bill_id == bill.pk] or [None]
    ]
    earlier = [one for one in pieces if one.price_class in STEPPED and one.from_date >= since]
    counted = sum(counted_since(bill, material.year_parts, since) for bill in bills)
    rest = last.year_to_date_kwh - Decimal(counted) / 1000
    if rest > 0:
        # Energy of the year no bill of ours made up (年初累计) is one bill at the price of this bill's first day.
        nothing = Decimal(0)
        earlier.append(
            replace(
                last, to_date=last.from_date + timedelta(days=1), energy_kwh=rest, peak_kwh=nothing,
                valley_kwh=nothing, year_to_date_kwh=nothing, months_in_year=whole_year, free_months=0,
            )
        )  # fmt: skip
    return household_change.lines_of_correction(household_change.corrections(last, earlier, book))


def _earlier_bills(material: Material) -> list[Bill]:
    since = year_start(material.bill.period, material.year_start_month)
    first = since.year * 100 + since.month
    theirs = {one.period for one in material.issued_elsewhere} if material.beside else set()
    return [
        one
        for one in material.year
        if first <= one.period < material.bill.period and one.period not in theirs
    ]


def _customer(bill: Bill, part: BillPart | None) -> Customer:
    """Return what a bill, or a part of a divided one, was priced with."""
    piece = part if part is not None and part.price_class is not None else bill
    days = part or bill
    return Customer(
        price_class=piece.price_class or bill.price_class,
        voltage_class=piece.voltage_class or bill.voltage_class,
        from_date=days.from_date,
        to_date=days.to_date,
        energy_kwh=Decimal(days.energy_wh) / 1000,
        peak_kwh=Decimal(days.peak_wh) / 1000,
        valley_kwh=Decimal(days.valley_wh) / 1000,
        year_to_date_kwh=Decimal(piece.year_to_date_wh or 0) / 1000,
        months_in_year=piece.months_in_year or bill.months_in_year,
        persons=bill.persons,
        persons_months=bill.persons_months,
        heating_months=bill.heating_months,
        free_months=bill.free_months,
    )
