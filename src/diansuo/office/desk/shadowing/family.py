"""The points of one contract beside the billed one: each settled from its own readings, then all of them together.

Sub-meters in series and beside the meter, fixed quantities and ratios, points with a class of their own. Of others
(supply of other customers, losses of several points, demands of several feeds) the shadow knows nothing yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from diansuo.core.rules import RuleBook
from diansuo.office.archive.models import FeedIn, MeterInstallation, PointTerm, ShareKind
from diansuo.office.billing.models import Bill
from diansuo.office.desk.shadowing.gathering import COUNTING, Material
from diansuo.office.desk.shadowing.settling import due_date, first_day, settled
from diansuo.office.metering.models import Consumption, RegisterReading
from diansuo.shadow import registers
from diansuo.shadow.charges import CAPACITY
from diansuo.shadow.factory import Factory
from diansuo.shadow.points import Left, Point, settle
from diansuo.shadow.registers import Month
from diansuo.shadow.rules_of import entry_on, parameter
from diansuo.shadow.supply import NotCovered, Supply

OWN, SERIES, PARALLEL, TRANSFER = range(4)
RULE: Final = "national/sub_metering"
REACTIVE: Final = (registers.REACTIVE_FORWARD, registers.REACTIVE_REVERSE)
Reads = list[registers.Read]


@dataclass(frozen=True)
class Family:
    """What a point is among those of its contract.

    ``read`` is what its meter showed (of a part, what the part is), ``billed`` what it is billed for, with the reactive
    energy that decides its power factor; ``through`` the active energy that does. ``contract_energy`` is what all
    points are billed for, ``main`` whether it bears capacity and demand.
    """

    price_class: int | None
    read: Month
    billed: Month
    reads: Reads
    main: bool
    feeds: int
    through: Fraction
    contract_energy: Fraction

    def as_its_own(self, material: Material) -> Material:
        """Return the material with the class of the point where it has one of its own."""
        if self.price_class is None:
            return material
        terms = [copy(one) for one in material.terms]
        for one in terms:
            one.price_class = self.price_class
        return replace(material, terms=terms)

    def charged(self, supply: Supply) -> Supply:
        """Return the terms of the contract for this point: its main point bears capacity and demand once."""
        if not self.main:
            return replace(supply, exempt=True)
        if self.feeds > 1 and supply.two_part and not supply.exempt and supply.capacity_method != CAPACITY:
            raise NotCovered("several_points")  # demands of several feeds
        return supply

    def with_others(self, factory: Factory) -> Factory:
        """Return the factory with what the points of the contract decide together."""
        return replace(factory, active=self.through, month_energy=self.contract_energy)


def family_of(material: Material, book: RuleBook) -> Family | None:
    """Return what the billed point is among the points of its contract; None where it stands alone.

    Raises:
        NotCovered: they belong together in a way this engine has not learnt.
        CannotBill: by their readings they cannot be settled.
    """
    terms = _terms(material, book)
    if all(_plain(one) for one in terms.values()) and not _others_measure(material):
        return None
    bills = _bills(material)
    _refuse(material, terms, bills)
    months, reads = _months(material, bills, terms, book)
    points = [_point(key, terms.get(key), months, book, material) for key in bills]
    step = Fraction(
        parameter(
            entry_on(book, f"{book.default_place}/settlement", first_day(material.bill.period)).values,
            "energy_precision",
        )
    )
    left = settle(points, step)
    own = material.bill.consumption.point_id
    head = _head(own, terms)
    term = terms.get(own)
    own_class = {key for key, one in terms.items() if one.price_class is not None}
    feeds = [
        key
        for key in sorted(bills)
        if key not in own_class
        and (key not in terms or (terms[key].share == ShareKind.NONE and terms[key].behind_id is None))
    ]
    source = months[head]
    read = months[own] if own in months else _without(_as_month(source, left[own], source), REACTIVE)
    return Family(
        price_class=term.price_class if term else None,
        read=read,
        billed=_as_month(months.get(own, source), left[own], source),
        reads=reads.get(own, []),
        main=own == next(iter(feeds), min(bills)),
        feeds=len(feeds),
        through=Fraction(source.energy.get(registers.TOTAL, Decimal(0))),
        contract_energy=sum((one.energy for one in left.values()), Fraction(0)),
    )


def _terms(material: Material, book: RuleBook) -> dict[int, PointTerm]:
    """Return how the points of the contract hang together on the last day of use, and what hangs behind them."""
    found: dict[int, PointTerm] = {}
    for one in sorted(material.point_terms, key=lambda each: each.valid_from):
        route = one.point.route
        due = due_date(material.bill.period, route.reading_day if route else 1, book)
        if one.valid_from <= due and (one.valid_to is None or one.valid_to >= due):
            found.setdefault(one.point_id, one)
    return found


def _plain(one: PointTerm) -> bool:
    """Whether a term leaves its point as it is: what is fed in is settled beside the bill."""
    return not (
        one.behind_id or one.relation or one.share or one.price_class is not None or one.contract_demand_w
    )


def _others_measure(material: Material) -> bool:
    first, end = material.bill.from_date, material.bill.to_date
    others = {one.pk for one in material.points_of_contract if one.pk != material.bill.consumption.point_id}
    measured = MeterInstallation.objects.filter(point__in=others, valid_from__lt=end).exclude(
        valid_to__lt=first
    )
    return bool(others) and measured.exists()


def _bills(material: Material) -> dict[int, Bill]:
    rows = Bill.objects.filter(contract=material.bill.contract_id, period=material.bill.period)
    listed = list(
        rows.select_related("contract", "consumption__point__route", "consumption__job").order_by("pk")
    )
    found = {one.consumption.point_id: one for one in listed}
    if len(found) != len(listed):
        raise NotCovered("several_points")
    return dict(sorted(found.items()))


def _refuse(material: Material, terms: dict[int, PointTerm], bills: dict[int, Bill]) -> None:
    """Hold back where points belong together in a way that is not taught."""
    points = {one.pk for one in material.points_of_contract}
    strange = any(
        one.point_id not in points
        or one.point_id not in bills
        or (one.behind_id is not None and one.behind_id not in bills)
        or one.relation == TRANSFER
        or one.feed_in == FeedIn.FULL
        or one.contract_demand_w
        for one in terms.values()
    )
    unlike = {(one.from_date, one.to_date) for one in bills.values()}
    losses = any(one.loss_method or one.line_loss_ppm for one in material.supply)
    if not terms or strange or len(unlike) > 1 or losses or points - set(bills):
        raise NotCovered("several_points")


def _months(
    material: Material, bills: dict[int, Bill], terms: dict[int, PointTerm], book: RuleBook
) -> tuple[dict[int, Month], dict[int, Reads]]:
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
        readings=[one for one in readings if one.period is None or one.period <= bill.period],
        installations=list(MeterInstallation.objects.filter(point=point)),
        billed_before=list(earlier.filter(bill__state__in=COUNTING)),
    )


def _point(
    key: int, term: PointTerm | None, months: dict[int, Month], book: RuleBook, material: Material
) -> Point:
    if term is None:
        return Point(key, None, read=_total(months[key]), periods=_periods(months[key]))
    if term.share == ShareKind.NONE:
        return Point(key, term.behind_id, term.relation == SERIES, _total(months[key]), _periods(months[key]))
    if term.behind_id not in months:
        raise NotCovered("several_points")
    if term.share == ShareKind.FIXED_QUANTITY:
        return Point(key, term.behind_id, fixed=_fixed(term, material.bill))
    return Point(
        key,
        term.behind_id,
        ratio=Fraction(term.ratio_ppm or 0, 10**6),
        ratio_of_rest=_of_rest(term, material.bill.to_date, book),
    )


def _total(month: Month) -> Fraction:
    return Fraction(month.energy.get(registers.TOTAL, Decimal(0)))


def _periods(month: Month) -> list[Fraction] | None:
    """Return what was read by period, the flat being the rest of the total; None where it is not whole."""
    if not month.has_parts([]):
        return None
    parts = [Fraction(month.energy.get(register, Decimal(0))) for register in registers.PARTS]
    at = registers.PARTS.index(registers.FLAT)
    parts[at] = _total(month) - (sum(parts, Fraction(0)) - parts[at])
    return parts if min(parts) >= 0 else None


def _fixed(term: PointTerm, bill: Bill) -> Fraction:
    first, end = bill.from_date, bill.to_date
    if term.valid_from > first or (term.valid_to is not None and term.valid_to < end):
        raise NotCovered("several_points")  # a part of a month
    months = max(1, (end.year - first.year) * 12 + end.month - first.month)
    return Fraction((term.fixed_wh_month or 0) * months, 1000)


def _of_rest(term: PointTerm, day: date, book: RuleBook) -> bool | None:
    if term.ratio_base is not None:
        return bool(term.ratio_base == 0)
    said: Any = entry_on(book, RULE, day).values["parameters"].get("fixed_ratio_base", {}).get("value")
    return None if said is None else bool(said == "remainder")


def _head(key: int, terms: dict[int, PointTerm]) -> int:
    """Return the meter whose readings decide the power factor: up the meters in series."""
    term = terms.get(key)
    while term is not None and term.behind_id is not None and (term.share or term.relation == SERIES):
        key = term.behind_id
        term = terms.get(key)
    return key


def _as_month(own: Month, left: Left, head: Month) -> Month:
    """Return what is billed as a month: its energy, and the reactive energy of the meter at the head."""
    energy = {registers.TOTAL: _decimal(left.energy)}
    if left.periods is not None:
        energy |= {
            register: _decimal(kwh)
            for register, kwh in zip(registers.PARTS, left.periods, strict=True)
            if kwh or register in own.energy
        }
    energy |= {register: head.energy[register] for register in REACTIVE if register in head.energy}
    flows = [one for one in own.flows if one.register not in REACTIVE and one.register in energy]
    flows += [one for one in head.flows if one.register in REACTIVE]
    return replace(own, energy=energy, flows=flows)


def _without(month: Month, which: Iterable[int]) -> Month:
    gone = set(which)
    return replace(
        month,
        energy={register: kwh for register, kwh in month.energy.items() if register not in gone},
        flows=[],
    )


def _decimal(value: Fraction) -> Decimal:
    return Decimal(int(value * 1000)) / 1000
