"""The shadow's bill of one contract and month: from readings, archive and earlier bills to lines, in exact numbers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from diansuo.core.rules import RuleBook
from diansuo.office.archive.models import ContractTerm
from diansuo.office.billing.models import Bill, ExternalBill
from diansuo.office.desk.shadowing.closing_year import closes_anew, corrections, months_until
from diansuo.office.desk.shadowing.commercial_terms import stretches_of
from diansuo.office.desk.shadowing.covering import STEPPED, refuse_untaught
from diansuo.office.desk.shadowing.family import Family, family_of
from diansuo.office.desk.shadowing.gathering import Material
from diansuo.office.desk.shadowing.household_terms import with_terms
from diansuo.office.desk.shadowing.meter_shown import shown_by
from diansuo.office.desk.shadowing.settling import day_number, day_of, first_day, settled
from diansuo.shadow import factory_change, household, household_change, registers, supply
from diansuo.shadow.exact import CannotBill
from diansuo.shadow.household import Customer, months_of_steps
from diansuo.shadow.rules_of import entry_on, parameter

COMMERCIAL: Final = (5, 6)
TIME_OF_USE: Final = (2, 7)
PEAK_AND_VALLEY = [2, 4]


@dataclass(frozen=True)
class Line:
    """A line of either side: kWh, kVA, kW or yuan; yuan. ``moved`` is what rounding moved into the quantity."""

    component: str
    part: int
    step: int
    band: str | None
    quantity: Fraction
    price: Fraction
    amount: Fraction
    moved: Fraction | None = None

    @property
    def key(self) -> tuple[str, int, int, str | None, int]:
        """What the line is about, with its place among the lines about the same thing."""
        return (self.component, self.part, self.step, self.band, 0)


@dataclass
class Opinion:
    """What the shadow says of a bill. ``facts``: what it went by, by the name of the bill's own field.

    ``month`` is what the meter showed, ``billed`` what of it this point is billed for.
    """

    month: registers.Month
    billed: registers.Month
    facts: dict[str, Any] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    parts: list[tuple[date, date, Fraction]] = field(default_factory=list)
    by_days: list[bool] = field(default_factory=list)
    refunds: list[Line] = field(default_factory=list)
    amount: Fraction = Fraction(0)


def opinion_of(material: Material, book: RuleBook, commercial_place: str) -> Opinion:
    """Compute one bill anew.

    Raises:
        NotCovered: it needs something this engine has not learnt; the bill may well be right.
        CannotBill: by what the database holds there is no bill.
    """
    settlement = entry_on(book, f"{book.default_place}/settlement", first_day(material.bill.period)).values
    material.year_start_month = int(parameter(settlement, "year_start_month"))
    refuse_untaught(material)
    family = family_of(material, book)
    if family is None:
        month, reads = settled(material, book)
    else:
        month, reads, material = family.read, family.reads, family.as_its_own(material)
    if month.status != "OK":
        raise CannotBill(f"reading_{month.status.lower()}")
    first, end = day_of(month.from_day), day_of(month.to_day)
    terms = [one for one in material.terms if _holds(one, first)]
    if not terms:
        raise CannotBill("no_terms")
    billed = month if family is None else family.billed
    opinion = Opinion(month, billed, facts={"from_date": first, "to_date": end})
    if terms[0].price_class in COMMERCIAL:
        _price_factory(opinion, material, reads, family, book, commercial_place)
    else:
        _price_household(opinion, material, terms[0], book)
    return opinion


def _holds(period: Any, day: date) -> bool:
    return period.valid_from <= day and (period.valid_to is None or period.valid_to > day)


def _price_household(opinion: Opinion, material: Material, terms: ContractTerm, book: RuleBook) -> None:
    bill, month = material.bill, opinion.billed
    first, end = opinion.facts["from_date"], opinion.facts["to_date"]
    if terms.price_class in TIME_OF_USE and not month.has_parts(PEAK_AND_VALLEY):
        raise CannotBill("no_time_of_use_registers")
    start_month = material.year_start_month
    opened = material.bill.contract.opened_date
    customer = Customer(
        price_class=terms.price_class,
        voltage_class=terms.voltage_class,
        from_date=first,
        to_date=end,
        energy_kwh=month.energy.get(registers.TOTAL, Decimal(0)),
        peak_kwh=month.energy.get(registers.PEAK, Decimal(0)),
        valley_kwh=month.energy.get(registers.VALLEY, Decimal(0)),
        year_to_date_kwh=year_to_date_kwh(material, start_month),
        months_in_year=months_of_steps(opened, bill.period, start_month),
    )
    whole_year = customer.months_in_year
    closed = closes_anew(material, terms.price_class, end, book)
    if closed:
        customer = replace(customer, months_in_year=months_until(closed, opened, bill.period, start_month))
    customer = with_terms(customer, whole_year, material, book)
    changes = household_change.change_days(customer, book)
    frozen = {day: used for day in changes if (used := _frozen(material, customer, day)) is not None}
    made = household_change.bill_across_changes(customer, book, frozen)
    opinion.facts |= {
        "energy_wh": made.bill.energy_kwh * 1000,
        "year_to_date_wh": customer.year_to_date_kwh * 1000,
        "months_in_year": customer.months_in_year,
        "persons": customer.persons,
        "persons_months": customer.persons_months,
        "heating_months": customer.heating_months,
        "free_months": customer.free_months,
        "counted_wh": made.bill.counted_kwh * 1000 if terms.price_class in STEPPED else 0,
    }
    opinion.refunds = [
        Line(name, 0, step, None, Fraction(kwh), Fraction(price), Fraction(yuan))
        for name, step, kwh, price, yuan, _moved in made.bill.refunds
    ]
    opinion.amount = Fraction(made.bill.total_yuan)
    opinion.parts = [(start, until, Fraction(kwh)) for start, until, kwh in made.parts]
    opinion.lines = [
        Line(name, part, step, None, Fraction(kwh), Fraction(price), Fraction(yuan), Fraction(moved))
        for part, (name, step, kwh, price, yuan, moved) in zip(made.line_parts, made.bill.lines, strict=True)
    ]
    if closed:
        _settle_anew(opinion, corrections(customer, whole_year, material, book))


def _settle_anew(opinion: Opinion, changes: list[household.Line]) -> None:
    """Add what the earlier bills of a year that closes come to more or less."""
    last = max((line.part for line in opinion.lines), default=0)
    opinion.lines += [
        Line(name, last, step, None, Fraction(kwh), Fraction(price), Fraction(yuan), Fraction(moved))
        for name, step, kwh, price, yuan, moved in changes
    ]
    opinion.amount += sum(
        (Fraction(yuan) for _name, _step, _kwh, _price, yuan, _moved in changes), Fraction(0)
    )


def year_to_date_kwh(material: Material, start_month: int) -> Decimal:
    """Add up what the contract used in the billing year before this bill: every bill made before it counts.

    Beside another system its bills count, and ours for the months it has none of.
    """
    bill = material.bill
    year = _year(bill.period, start_month)
    before = [one for one in material.year if one.pk < bill.pk and one.period != bill.period]
    if material.beside:
        before = [one for one in material.year if one.period < bill.period]
        elsewhere = [one for one in material.issued_elsewhere if one.period < bill.period]
        theirs = {one.period for one in elsewhere}
        before = [*elsewhere, *(one for one in before if one.period not in theirs)]
    used = sum(_counted_wh(one) for one in before if _year(one.period, start_month) == year)
    used += sum(one.energy_wh for one in material.openings if one.year == year)
    used += sum(
        one.counted_wh for one in _corrected_before(material) if _year(one.counted_in, start_month) == year
    )
    return Decimal(used) / 1000


def _corrected_before(material: Material) -> list[Any]:
    """Return what corrections had put right when this bill was made: one made later names the bill itself."""
    bill = material.bill
    later = {one.correction_id for one in material.corrected if one.bill_id == bill.pk}
    return [
        one
        for one in material.corrected
        if one.correction_id not in later
        and one.bill_id < bill.pk
        and (bill.issued_date is None or one.correction.issued_date <= bill.issued_date)
    ]


def _counted_wh(one: Bill | ExternalBill) -> int:
    """Return what of a bill counts for the year: of ours what it says, of another system's all."""
    return one.counted_wh if isinstance(one, Bill) else one.energy_wh


def _year(period: int, start_month: int) -> int:
    return period // 100 - (period % 100 < start_month)


def _frozen(material: Material, customer: Customer, day: date) -> household_change.Registers | None:
    """Return what the meter had used up to a day by the daily freeze; None where that says nothing credible."""
    point = material.bill.consumption.point_id
    start, end = material.frozen.at(point, customer.from_date), material.frozen.at(point, day)
    if start is None or end is None:
        return None
    if (start["meter"], start["multiplier"]) != (end["meter"], end["multiplier"]):
        return None
    names = ["active_total_wh", "active_peak_wh", "active_valley_wh"]
    timed = customer.price_class in TIME_OF_USE or opinion_has_parts(material)
    needed = names if timed else names[:1]
    if any(side[name] is None for side in (start, end) for name in needed):
        return None
    used = [
        Decimal(((end[name] or 0) - (start[name] or 0)) * start["multiplier"]) / 1000
        if start[name] is not None and end[name] is not None
        else Decimal(0)
        for name in names
    ]
    limits = [customer.energy_kwh, customer.peak_kwh, customer.valley_kwh]
    if any(not 0 <= each <= limit for each, limit in zip(used, limits, strict=True)):
        return None
    if timed and (used[1] > used[0] or limits[1] - used[1] > limits[0] - used[0]):
        return None
    return (used[0], used[1], used[2])


def opinion_has_parts(material: Material) -> bool:
    """Whether peak and valley registers of the month were read as well."""
    return bool(material.bill.consumption.has_parts)


def _price_factory(
    opinion: Opinion,
    material: Material,
    reads: list[registers.Read],
    family: Family | None,
    book: RuleBook,
    place: str,
) -> None:
    bill, month = material.bill, opinion.billed
    first, end = opinion.facts["from_date"], opinion.facts["to_date"]
    days = supply.Days(first, end, bill.period)
    demand = registers.maximum_demand_kw(reads, day_number(first), day_number(end))
    stretches = stretches_of(material, days, book)
    if family is not None:
        stretches = [(day, family.charged(each)) for day, each in stretches]
    together = supply.factories_of(
        month,
        days,
        stretches,
        None if demand is None else Fraction(demand),
        book,
        place,
    )
    factories = together.factories
    if family is not None:
        factories = [family.with_others(each) for each in factories]
    factory, *later = factories
    made = factory_change.bill_across_changes(factory, book, place, later, shown_by(material, days, together))
    demands = [each.demand for each in factories if each.demand is not None]
    opinion.facts |= {
        "energy_wh": made.bill.energy * 1000,
        "transformer_loss_wh": together.lost.transformer * 1000,
        "line_loss_wh": together.lost.line * 1000,
        "demand_w": max(demands) * 1000 if demands else None,
        "reactive_varh": factory.reactive * 1000,
        "power_factor": None if made.bill.power_factor is None else made.bill.power_factor * 100,
        "adjustment_rate": 0 if made.bill.rate is None else made.bill.rate * 100,
    }
    opinion.amount, opinion.parts = made.bill.total, made.parts
    opinion.by_days = made.by_days
    opinion.lines = [
        Line(name, part, 0, band, quantity, price, yuan)
        for part, (name, band, quantity, price, yuan) in zip(made.line_parts, made.bill.lines, strict=True)
    ]
