"""The shadow's bill of one contract and month: from readings, archive and earlier bills to lines, in exact numbers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from diansuo.core.rules import RuleBook
from diansuo.office.archive.models import ContractTerm, LossTableRow, SupplyTerm, Transformer
from diansuo.office.billing.models import Bill, ExternalBill
from diansuo.office.desk.shadowing.closing_year import closes_anew, corrections, months_until
from diansuo.office.desk.shadowing.covering import STEPPED, refuse_untaught
from diansuo.office.desk.shadowing.gathering import Material
from diansuo.office.desk.shadowing.household_terms import with_terms
from diansuo.office.desk.shadowing.settling import day_number, day_of, first_day, settled
from diansuo.shadow import factory_change, household, household_change, registers, supply, transformers
from diansuo.shadow.exact import CannotBill
from diansuo.shadow.household import Customer, months_of_steps
from diansuo.shadow.rules_of import entry_on, parameter

COMMERCIAL: Final = (5, 6)
TWO_PART: Final = 6
TIME_OF_USE: Final = (2, 7)
MARKET: Final = 1
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
    """What the shadow says of a bill. ``facts``: what it went by, by the name of the bill's own field."""

    month: registers.Month
    facts: dict[str, Any] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    parts: list[tuple[date, date, Fraction]] = field(default_factory=list)
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
    month, reads = settled(material, book)
    if month.status != "OK":
        raise CannotBill(f"reading_{month.status.lower()}")
    first, end = day_of(month.from_day), day_of(month.to_day)
    terms = [one for one in material.terms if _holds(one, first)]
    if not terms:
        raise CannotBill("no_terms")
    opinion = Opinion(month, facts={"from_date": first, "to_date": end})
    if terms[0].price_class in COMMERCIAL:
        _price_factory(opinion, material, terms[0], reads, book, commercial_place)
    else:
        _price_household(opinion, material, terms[0], book)
    return opinion


def _holds(period: Any, day: date) -> bool:
    return period.valid_from <= day and (period.valid_to is None or period.valid_to > day)


def _price_household(opinion: Opinion, material: Material, terms: ContractTerm, book: RuleBook) -> None:
    bill, month = material.bill, opinion.month
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
    terms: ContractTerm,
    reads: list[registers.Read],
    book: RuleBook,
    place: str,
) -> None:
    bill, month = material.bill, opinion.month
    first, end = opinion.facts["from_date"], opinion.facts["to_date"]
    held = [one for one in material.supply if _holds(one, first)]
    if not held:
        raise CannotBill("no_supply_terms")
    demand = registers.maximum_demand_kw(reads, day_number(first), day_number(end))
    factory, lost = supply.factory_of(
        month,
        supply.Days(first, end, bill.period),
        _supply(terms, held[0], material, first, book),
        None if demand is None else Fraction(demand),
        book,
        place,
    )
    made = factory_change.bill_across_changes(factory, book, place)
    opinion.facts |= {
        "energy_wh": made.bill.energy * 1000,
        "transformer_loss_wh": lost.transformer * 1000,
        "line_loss_wh": lost.line * 1000,
        "demand_w": None if factory.demand is None else factory.demand * 1000,
        "reactive_varh": factory.reactive * 1000,
        "power_factor": None if made.bill.power_factor is None else made.bill.power_factor * 100,
        "adjustment_rate": 0 if made.bill.rate is None else made.bill.rate * 100,
    }
    opinion.amount, opinion.parts = made.bill.total, made.parts
    opinion.lines = [
        Line(name, part, 0, band, quantity, price, yuan)
        for part, (name, band, quantity, price, yuan) in zip(made.line_parts, made.bill.lines, strict=True)
    ]


def _supply(
    terms: ContractTerm, held: SupplyTerm, material: Material, day: date, book: RuleBook
) -> supply.Supply:
    running = [_transformer(one) for one in material.transformers]
    return supply.Supply(
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
