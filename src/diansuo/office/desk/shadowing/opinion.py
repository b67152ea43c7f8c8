"""The shadow's bill of one contract and month: from readings, archive and earlier bills to lines, in exact numbers."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any, Final

from diansuo.core.rules import RuleBook
from diansuo.office.desk.shadowing.commercial_terms import stretches_of
from diansuo.office.desk.shadowing.covering import refuse_untaught
from diansuo.office.desk.shadowing.family import Family, family_of
from diansuo.office.desk.shadowing.gathering import Material
from diansuo.office.desk.shadowing.meter_shown import shown_by
from diansuo.office.desk.shadowing.of_household import price_household
from diansuo.office.desk.shadowing.said import Line, Opinion
from diansuo.office.desk.shadowing.settling import day_number, day_of, first_day, settled
from diansuo.shadow import factory_change, registers, supply
from diansuo.shadow.exact import CannotBill
from diansuo.shadow.rules_of import entry_on, parameter

COMMERCIAL: Final = (5, 6)


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
        price_household(opinion, material, book)
    return opinion


def _holds(period: Any, day: date) -> bool:
    return period.valid_from <= day and (period.valid_to is None or period.valid_to > day)


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
    read = registers.maximum_demand_kw(reads, day_number(first), day_number(end))
    demand = None if read is None else Fraction(read)
    stretches = stretches_of(material, days, book)
    losses = None
    if family is not None:
        losses = family.losses(stretches[0][1], days, book, place)
        demand = family.demand_of_own
        stretches = [(day, family.charged(each)) for day, each in stretches]
    together = supply.factories_of(
        month,
        days,
        stretches,
        demand,
        book,
        place,
        losses,
    )
    factories = together.factories
    if family is not None and losses is not None:
        factories = [family.with_others(each, losses) for each in factories]
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
