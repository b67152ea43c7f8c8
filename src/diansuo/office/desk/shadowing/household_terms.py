"""What a household has on top, counted month by month from the archive: many persons, heating, free energy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from diansuo.core.rules import RuleBook
from diansuo.office.archive.models import HouseholdTerm
from diansuo.office.desk.shadowing.covering import year_start
from diansuo.office.desk.shadowing.gathering import Material
from diansuo.shadow.household import Customer
from diansuo.shadow.household_years import STEPPED

TERMS = "residential_terms"
Month = tuple[int, int]


def with_terms(customer: Customer, whole_year: int, material: Material, book: RuleBook) -> Customer:
    """Return the customer with the months for which its household has more.

    ``whole_year``: the months of the year with steps had nothing ended within it.
    """
    held = [one for one in material.household_terms if _concerns(one, customer)]
    year = months_of_year(whole_year, material)[: customer.months_in_year]
    last_day = customer.to_date - timedelta(days=1)
    least = _said(book, last_day, "min_persons")
    many = [one for one in held if one.persons and (least is None or one.persons >= int(least))]
    heating = [one for one in held if one.electric_heating]
    season = _season(book, last_day)
    return replace(
        customer,
        persons=max((one.persons for one in many), default=0),
        persons_months=len(_touched(many, year)),
        heating_months=len([month for month in _touched(heating, year) if month[1] in season]),
        free_months=free_months([one for one in held if one.free_energy], customer, material),
    )


def _concerns(one: HouseholdTerm, customer: Customer) -> bool:
    """Of the year's steps every term says something, without steps only those of the days of use."""
    if customer.price_class in STEPPED:
        return True
    return one.valid_from < customer.to_date and (one.valid_to is None or one.valid_to > customer.from_date)


def months_of_year(count: int, material: Material) -> list[Month]:
    """Return the months of the billing year for which the household has steps: the last ones of twelve."""
    start = year_start(material.bill.period, material.year_start_month)
    year = [_ahead((start.year, start.month), at) for at in range(12)]
    return year[12 - count :]


def _touched(terms: Iterable[HouseholdTerm], months: list[Month]) -> list[Month]:
    """Return the months on a day of which one of the terms holds."""
    listed = list(terms)
    return [month for month in months if any(_holds_within(one, month) for one in listed)]


def _holds_within(one: HouseholdTerm, month: Month) -> bool:
    first, after = date(*month, 1), date(*_ahead(month, 1), 1)
    return one.valid_from < after and (one.valid_to is None or one.valid_to > first)


def free_months(free: list[HouseholdTerm], customer: Customer, material: Material) -> int:
    """Count the months whose free energy this bill settles: those since the last settled one, as far as free."""
    period = material.bill.period
    before = max((one.period for one in material.settled_before), default=None)
    settled = 1 if before is None else max(_index(period) - _index(before), 1)
    months = 0
    for one in free:
        start = max(customer.from_date, one.valid_from)
        end = customer.to_date if one.valid_to is None else min(customer.to_date, one.valid_to)
        if start >= end:
            continue
        if (start, end) == (customer.from_date, customer.to_date):
            touched = settled
        else:
            last = end - timedelta(days=1)
            touched = (last.year - start.year) * 12 + last.month - start.month + 1
        months = min(months + min(touched, settled), settled)
    return months


def _season(book: RuleBook, day: date) -> set[int]:
    """Return the months of heating; all of them where the place does not say, so that the bill asks for the value."""
    first, last = (_said(book, day, f"heating_season_{each}_month") for each in ("first", "last"))
    if first is None or last is None:
        return set(range(1, 13))
    count = (int(last) - int(first)) % 12 + 1
    return {(int(first) - 1 + at) % 12 + 1 for at in range(count)}


def _said(book: RuleBook, day: date, name: str) -> str | None:
    try:
        values = book.in_force(f"{book.default_place}/{TERMS}", day).values
    except LookupError:
        return None
    value: str | None = values["parameters"].get(name, {}).get("value")
    return value


def _ahead(month: Month, count: int) -> Month:
    years, at = divmod(month[1] - 1 + count, 12)
    return month[0] + years, at + 1


def _index(period: int) -> int:
    return period // 100 * 12 + period % 100
