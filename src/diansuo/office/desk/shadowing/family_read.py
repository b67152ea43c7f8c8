"""What the points of a contract, and the customers it supplies, were read with: each from its own readings."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from diansuo.core.rules import RuleBook
from diansuo.office.archive.models import FeedIn, MeterInstallation, PointTerm, ShareKind
from diansuo.office.billing.models import Bill
from diansuo.office.desk.shadowing.gathering import COUNTING, Frozen, Material, not_taken_back, taken_back
from diansuo.office.desk.shadowing.settling import day_number, due_date, reading_day, settled
from diansuo.office.metering.models import Consumption, RegisterReading
from diansuo.shadow import registers
from diansuo.shadow.exact import WATT, CannotBill, nearest
from diansuo.shadow.points import Point
from diansuo.shadow.registers import Month
from diansuo.shadow.rules_of import entry_on, parameter
from diansuo.shadow.supply import NotCovered

OWN, SERIES, PARALLEL, TRANSFER = range(4)
RULE: Final = "national/sub_metering"
HOURS: Final = {
    1: "transfer_one_shift", 2: "transfer_two_shift", 3: "transfer_three_shift", 4: "transfer_agricultural",
}  # fmt: skip
Reads = list[registers.Read]
Terms = Mapping[int, PointTerm]


def terms_of(found: Iterable[PointTerm], period: int, book: RuleBook) -> dict[int, PointTerm]:
    """Return how points hang together on the last day of use."""
    held: dict[int, PointTerm] = {}
    for one in sorted(found, key=lambda each: each.valid_from):
        due = due_date(period, reading_day(one.point, period), book)
        if one.valid_from <= due and (one.valid_to is None or one.valid_to >= due):
            held.setdefault(one.point_id, one)
    return held


def feeds_in_all(term: PointTerm | None) -> bool:
    """Whether a point has no bill: what it makes is fed in whole (全额上网), and nothing is used behind it."""
    return term is not None and term.feed_in == FeedIn.FULL


def bills_of(material: Material, terms: Terms) -> dict[int, Bill]:
    """Return the month's bill of every point that belongs together; of one without a bill what it would be for.

    Raises:
        NotCovered: a point has several bills in the month, or is not settled.
    """
    points = {one.pk for one in material.points_of_contract} | set(terms)
    points -= {key for key, one in terms.items() if feeds_in_all(one)}
    rows = Bill.objects.filter(consumption__point__in=points, period=material.bill.period)
    listed = list(
        rows.select_related("contract", "consumption__point__route", "consumption__job").order_by("pk")
    )
    found = {one.consumption.point_id: one for one in listed}
    left = Consumption.objects.filter(
        point__in=points - set(found), period=material.bill.period, from_date__isnull=False
    ).select_related("point__route", "point__contract", "job")
    for one in left:
        found[one.point_id] = Bill(
            contract=one.point.contract,
            consumption=one,
            period=one.period,
            from_date=one.from_date,
            to_date=one.to_date,
        )
    if len(listed) + len(left) != len(found) or points - set(found):
        raise NotCovered("several_points")
    return dict(sorted(found.items()))


def months_of(
    material: Material, bills: Mapping[int, Bill], terms: Terms, book: RuleBook
) -> tuple[dict[int, Month], dict[int, Reads]]:
    """Settle every point that has a meter."""
    months, reads = {}, {}
    for key, bill in bills.items():
        if key in terms and terms[key].share != ShareKind.NONE:
            continue
        months[key], reads[key] = settled(_of_point(material, bill), book)
        if months[key].status != "OK":
            raise NotCovered("several_points")
    return months, reads


def _of_point(material: Material, bill: Bill) -> Material:
    """Return what is known of another point, by the same plain questions."""
    point = bill.consumption.point_id
    if point == material.bill.consumption.point_id:
        return material
    readings = RegisterReading.objects.filter(point=point).select_related("meter")
    earlier = Consumption.objects.filter(point=point, to_date__isnull=False, period__lt=bill.period)
    return replace(
        material,
        bill=bill,
        terms=material.terms
        if bill.contract_id == material.bill.contract_id
        else list(bill.contract.terms.all()),
        readings=[one for one in readings if one.period is None or one.period <= bill.period],
        installations=list(MeterInstallation.objects.filter(point=point)),
        billed_before=list(earlier.filter(bill__state__in=COUNTING)),
        taken_back=list(taken_back([point], bill.period)),
        not_taken_back=list(not_taken_back([point], bill.period)),
        frozen=Frozen(material.frozen.station_id, [point]),
    )


def point_of(
    key: int,
    term: PointTerm | None,
    months: Mapping[int, Month],
    own: set[int],
    material: Material,
    book: RuleBook,
    step: Fraction,
) -> Point:
    """Return a point as what it is to the meter above it, of which it may be an agreed part."""
    if term is None or term.share == ShareKind.NONE:
        month = months[key]
        above = term.behind_id if term is not None else None
        return Point(
            key,
            above if above in months else None,
            taken_off=term is not None and term.relation in (SERIES, TRANSFER),
            supplied=term is not None and term.relation == TRANSFER,
            reactive=_reactive_forward(month),
            read=total(month),
            periods=_periods(month),
        )
    if term.behind_id not in own or term.behind_id not in months:
        raise NotCovered("several_points")
    if term.share == ShareKind.FIXED_QUANTITY:
        return Point(key, term.behind_id, fixed=_fixed(term, material.bill, book, step))
    return Point(
        key,
        term.behind_id,
        ratio=Fraction(term.ratio_ppm or 0, 10**6),
        ratio_of_rest=_of_rest(term, material.bill.to_date, book),
    )


def total(month: Month) -> Fraction:
    """Return the kWh of the total register."""
    return Fraction(month.energy.get(registers.TOTAL, Decimal(0)))


def _reactive_forward(month: Month) -> Fraction:
    return Fraction(month.energy.get(registers.REACTIVE_FORWARD, Decimal(0)))


def _periods(month: Month) -> list[Fraction] | None:
    """Return what was read by period, the flat being the rest of the total; None where it is not whole."""
    if not month.has_parts([]):
        return None
    parts = [Fraction(month.energy.get(register, Decimal(0))) for register in registers.PARTS]
    at = registers.PARTS.index(registers.FLAT)
    parts[at] = total(month) - (sum(parts, Fraction(0)) - parts[at])
    return parts if min(parts) >= 0 else None


def _fixed(term: PointTerm, bill: Bill, book: RuleBook, step: Fraction) -> Fraction:
    """Return a fixed quantity for each month of the bill, by days where it holds for a part of its days."""
    first, end = bill.from_date, bill.to_date
    months = max(1, (end.year - first.year) * 12 + end.month - first.month)
    whole = Fraction((term.fixed_wh_month or 0) * months, 1000)
    held = (min(end, term.valid_to or end) - max(first, term.valid_from)).days
    days = (end - first).days
    said: Any = entry_on(book, RULE, end).values["parameters"].get("fixed_quantity_part_month", {})
    if held >= days or said.get("value") == "whole":
        return whole
    return nearest(whole * held / max(days, monthrange(first.year, first.month)[1]), step)


def _of_rest(term: PointTerm, day: date, book: RuleBook) -> bool | None:
    if term.ratio_base is not None:
        return bool(term.ratio_base == 0)
    said: Any = entry_on(book, RULE, day).values["parameters"].get("fixed_ratio_base", {}).get("value")
    return None if said is None else bool(said == "remainder")


def demand_of(
    key: int,
    terms: Terms,
    bills: Mapping[int, Bill],
    months: Mapping[int, Month],
    reads: Mapping[int, Reads],
    book: RuleBook,
) -> Fraction | None:
    """Return the demand of a meter in kW less what the energy of those it supplies stands for; None: nobody knows.

    So many kWh of a month stand for 1 kW, by the shifts the supplied customer works.
    """
    bill = bills[key]
    read = registers.maximum_demand_kw(reads[key], day_number(bill.from_date), day_number(bill.to_date))
    supplied = [one for one in terms.values() if one.relation == TRANSFER and one.behind_id == key]
    if read is None:
        return None
    demand = Fraction(read)
    for one in supplied:
        name = HOURS.get(one.supplied_use or 0)
        if name is None:
            return None
        try:
            hours = Fraction(parameter(entry_on(book, RULE, bill.to_date).values, name))
        except CannotBill:
            return None
        demand -= nearest(total(months[one.point_id]) / hours, WATT)
    return demand if demand >= 0 else None
