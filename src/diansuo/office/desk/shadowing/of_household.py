"""A household's, a shared meter's or a farm's bill once more: its days in stretches, each with its year of steps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from diansuo.core.rules import RuleBook
from diansuo.office.desk.shadowing.closing_year import corrections, is_settled_anew, months_until
from diansuo.office.desk.shadowing.covering import year_start
from diansuo.office.desk.shadowing.gathering import Material
from diansuo.office.desk.shadowing.household_shown import frozen_on, shown_on
from diansuo.office.desk.shadowing.household_terms import TERMS, with_terms
from diansuo.office.desk.shadowing.said import Line, Opinion
from diansuo.office.desk.shadowing.year_used import used_since_kwh, year_to_date_kwh
from diansuo.shadow import household, household_change, registers
from diansuo.shadow.exact import CannotBill
from diansuo.shadow.household import Customer, months_of_steps
from diansuo.shadow.household_years import STEPPED, Stretch, Term, stretches
from diansuo.shadow.rules_of import entry_on, parameter

TIME_OF_USE: Final = (2, 7)
PEAK_AND_VALLEY: Final = [2, 4]
NOTHING: Final = Decimal(0)


@dataclass
class _Priced:
    """The stretches priced so far: what they come to, and what of a year of steps and of free energy is used up."""

    customers: list[Customer] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    refunds: list[Line] = field(default_factory=list)
    parts: list[tuple[date, date, Fraction]] = field(default_factory=list)
    counted: dict[date | None, Decimal] = field(default_factory=dict)
    energy: Decimal = NOTHING
    free_taken: Decimal = NOTHING


def price_household(opinion: Opinion, material: Material, book: RuleBook) -> None:
    """Price what the meter showed, and write it into the opinion."""
    month = opinion.billed
    first, end = opinion.facts["from_date"], opinion.facts["to_date"]
    cut = stretches(
        _terms(material), first, end,
        closed=material.bill.contract.closed_date, new_owner=_new_owner(material, end, book),
    )  # fmt: skip
    if any(each.price_class in TIME_OF_USE for each in cut) and not month.has_parts(PEAK_AND_VALLEY):
        raise CannotBill("no_time_of_use_registers")
    whole = _whole(opinion, material, cut[0])
    priced = _Priced()
    for one, used in zip(cut, _divided(whole, material, cut, book), strict=True):
        _price(one, used, whole, material, priced, book, alone=len(cut) == 1, steps=_any_steps(cut))
    _write(opinion, cut, priced)


def _any_steps(cut: list[Stretch]) -> bool:
    return any(each.stepped for each in cut)


def _terms(material: Material) -> list[Term]:
    return [Term(one.valid_from, one.valid_to, one.price_class, one.voltage_class) for one in material.terms]


def _new_owner(material: Material, end: date, book: RuleBook) -> date | None:
    """Return the day from which a new owner's steps begin anew (过户), where that lies in this year and bill."""
    day = material.bill.contract.transferred_date
    if day is None or not year_start(material.bill.period, material.year_start_month) < day <= end:
        return None
    concerned = any(
        one.price_class in STEPPED and one.valid_from < end and (one.valid_to is None or one.valid_to >= day)
        for one in material.terms
    )
    if not concerned:
        return None
    values = entry_on(book, f"{book.default_place}/{TERMS}", day).values
    return day if parameter(values, "transfer_of_ownership") == "restart" else None


def _whole(opinion: Opinion, material: Material, first: Stretch) -> Customer:
    month = opinion.billed
    return Customer(
        price_class=first.price_class,
        voltage_class=first.voltage_class,
        from_date=opinion.facts["from_date"],
        to_date=opinion.facts["to_date"],
        energy_kwh=month.energy.get(registers.TOTAL, NOTHING),
        peak_kwh=month.energy.get(registers.PEAK, NOTHING),
        valley_kwh=month.energy.get(registers.VALLEY, NOTHING),
        year_to_date_kwh=year_to_date_kwh(material, material.year_start_month),
        months_in_year=12,
    )


def _divided(
    whole: Customer, material: Material, cut: list[Stretch], book: RuleBook
) -> list[tuple[Decimal, Decimal, Decimal]]:
    """Return total, peak and valley of each stretch: by a reading of its first day, by its freeze, else by days."""
    if len(cut) == 1:
        return [(whole.energy_kwh, whole.peak_kwh, whole.valley_kwh)]
    days = [each.first for each in cut[1:]]
    shown = {}
    for day in days:
        used = shown_on(material, whole, day) or frozen_on(material, whole, day)
        if used is not None:
            shown[day] = used
    energy, peak, valley = household_change.divide_registers(whole, book, days, shown)
    return list(zip(energy, peak, valley, strict=True))


def _price(
    one: Stretch,
    used: tuple[Decimal, Decimal, Decimal],
    whole: Customer,
    material: Material,
    priced: _Priced,
    book: RuleBook,
    *,
    alone: bool,
    steps: bool,
) -> None:
    """Price a stretch where the ones before it left the year; the last one of a year settles it anew."""
    bill, start_month = material.bill, material.year_start_month
    begun = one.begun or bill.contract.opened_date
    months = whole_year = months_of_steps(begun if one.stepped or alone else None, bill.period, start_month)
    anew = one.over if one.is_last_of_year and is_settled_anew(one.over, book) else None
    if anew is not None:
        months = months_until(anew, begun, bill.period, start_month)
    energy, peak, valley = used
    customer = replace(
        whole,
        price_class=one.price_class, voltage_class=one.voltage_class, from_date=one.first, to_date=one.end,
        energy_kwh=energy, peak_kwh=peak, valley_kwh=valley, months_in_year=months,
        year_to_date_kwh=_before(one, whole, material, alone=alone) + priced.counted.get(one.begun, NOTHING),
    )  # fmt: skip
    customer = with_terms(customer, whole_year, material, book)
    if steps and not one.stepped:
        # What a household has belongs to its days with steps, where the month has any.
        customer = replace(customer, persons_months=0, heating_months=0, free_months=0)
    if customer.free_months:
        customer = replace(customer, free_taken_kwh=priced.free_taken)
    changes = household_change.change_days(customer, book)
    frozen = {day: shown for day in changes if (shown := frozen_on(material, customer, day)) is not None}
    made = household_change.bill_across_changes(customer, book, frozen)
    _add(one, energy, made, priced, alone=alone)
    priced.customers.append(customer)
    if anew is not None:
        # What a year comes to more or less belongs to no part of its last bill.
        priced.lines += [
            _line(0, each) for each in corrections(customer, whole_year, one.begun, material, book)
        ]


def _before(one: Stretch, whole: Customer, material: Material, *, alone: bool) -> Decimal:
    """Return what the year of a stretch had used before this bill."""
    if not one.stepped:
        return whole.year_to_date_kwh if alone else NOTHING
    if one.begun is None or one.begun <= year_start(material.bill.period, material.year_start_month):
        return whole.year_to_date_kwh
    return used_since_kwh(material, one.begun)


def _add(
    one: Stretch, used: Decimal, made: household_change.CrossedBill, priced: _Priced, *, alone: bool
) -> None:
    """Put a stretch's bill behind the ones before it, as one part or as those its prices make."""
    before = len(priced.parts)
    numbers = made.line_parts if alone else [before + max(part, 1) for part in made.line_parts]
    priced.lines += [_line(part, each) for part, each in zip(numbers, made.bill.lines, strict=True)]
    parts = made.parts if alone or made.parts else [(one.first, one.end, used)]
    priced.parts += [(start, until, Fraction(kwh)) for start, until, kwh in parts]
    priced.refunds += [_line(0, each) for each in made.bill.refunds]
    priced.energy += made.bill.energy_kwh
    if one.stepped:
        priced.counted[one.begun] = priced.counted.get(one.begun, NOTHING) + made.bill.counted_kwh
    priced.free_taken += sum(
        (line[2] for line in made.bill.lines + made.bill.refunds if line[0] == "free_energy"), NOTHING
    )


def _line(part: int, line: household.Line) -> Line:
    name, step, kwh, price, yuan, moved = line
    return Line(name, part, step, None, Fraction(kwh), Fraction(price), Fraction(yuan), Fraction(moved))


def _write(opinion: Opinion, cut: list[Stretch], priced: _Priced) -> None:
    """Write what the stretches come to; of the year the bill says what its last days with steps say."""
    carries = [at for at, one in enumerate(cut) if one.stepped] or [len(cut) - 1]
    customer = priced.customers[carries[-1]]
    opinion.facts |= {
        "price_class": cut[-1].price_class,
        "voltage_class": cut[-1].voltage_class,
        "energy_wh": priced.energy * 1000,
        "year_to_date_wh": customer.year_to_date_kwh * 1000,
        "months_in_year": customer.months_in_year,
        "persons": customer.persons,
        "persons_months": customer.persons_months,
        "heating_months": customer.heating_months,
        "free_months": customer.free_months,
        "counted_wh": sum(priced.counted.values(), NOTHING) * 1000,
    }
    opinion.lines, opinion.refunds, opinion.parts = priced.lines, priced.refunds, priced.parts
    opinion.amount = sum((line.amount for line in priced.lines), Fraction(0))
