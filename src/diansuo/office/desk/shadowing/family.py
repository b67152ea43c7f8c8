"""The points of one contract beside the billed one, and the customers it supplies: all of them together.

Sub-meters in series and beside the meter, fixed quantities and ratios, points with a class of their own, transfer
supply, losses of a meter shared by its points, demands of several feeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from diansuo.core.rules import RuleBook
from diansuo.office.archive.models import MeterInstallation, PointTerm, ShareKind
from diansuo.office.billing.models import Bill
from diansuo.office.desk.shadowing.family_read import (
    OWN,
    SERIES,
    Reads,
    Terms,
    bills_of,
    demand_of,
    feeds_in_all,
    months_of,
    point_of,
    terms_of,
    total,
)
from diansuo.office.desk.shadowing.gathering import Material
from diansuo.office.desk.shadowing.settling import first_day
from diansuo.shadow import registers
from diansuo.shadow.exact import CannotBill
from diansuo.shadow.factory import Factory
from diansuo.shadow.household_years import COMMERCIAL
from diansuo.shadow.points import Left, settle
from diansuo.shadow.registers import Month
from diansuo.shadow.rules_of import entry_on, parameter
from diansuo.shadow.supply import Days, Lost, NotCovered, Shared, Supply, losses_of, settled_to
from diansuo.shadow.transformers import shared

REACTIVE: Final = (registers.REACTIVE_FORWARD, registers.REACTIVE_REVERSE)
NO_LOST: Final = Lost(Fraction(0), Fraction(0), Fraction(0), Fraction(0))


@dataclass(frozen=True)
class Family:
    """What a point is among those of its contract.

    Attributes:
        price_class: its own; None: the contract's.
        read: what its meter showed; of a part, what the part is.
        billed: what it is billed for, with the reactive energy that decides its power factor.
        reads: its readings.
        own: the point, and ``main`` the one that bears capacity and demand.
        head: the meter whose readings decide the power factor of the point.
        through: kWh that went through a meter, less what supplied customers took, by meter.
        reactive: kvarh likewise.
        demand_of_own: kW of the point's own meter, and ``feeds`` of the other feeds of a main point.
        feeds_contract: kW of contract demand of the other feeds.
        behind: settled kWh of the points that share the losses of the main meter, in their order.
        settled: kWh of all points of the contract together.
        apart: points of the contract that are no commercial ones.
    """

    price_class: int | None
    read: Month
    billed: Month
    reads: Reads
    own: int
    main: int
    head: int
    through: Mapping[int, Fraction]
    reactive: Mapping[int, Fraction]
    demand_of_own: Fraction | None
    feeds: tuple[Fraction | None, ...]
    feeds_contract: Fraction
    behind: Mapping[int, Fraction]
    settled: Fraction
    apart: bool

    @property
    def is_main(self) -> bool:
        """Whether the point bears capacity and demand."""
        return self.own == self.main

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
        if not self.is_main:
            return replace(supply, exempt=True)
        return replace(supply, contract_demand=supply.contract_demand + self.feeds_contract)

    def losses(self, supply: Supply, days: Days, book: RuleBook, place: str) -> Shared:
        """Return what this point bears of the losses of the contract's main meter, by energy.

        Raises:
            CannotBill: they cannot be shared.
            NotCovered: a line whose loss several feeds would bear.
        """
        through = self.through[self.head]
        if not supply.loss_method and not supply.line_loss:
            return Shared(NO_LOST, NO_LOST, through)
        if supply.loss_method and self.apart:
            raise CannotBill("loss_points_apart")
        if self.feeds:
            if supply.loss_method:
                raise CannotBill("loss_of_several_feeds")
            raise NotCovered("line_of_several_feeds")
        step = settled_to(book, place, days.first)
        whole = losses_of(self.through[self.main], self.reactive[self.main], days, supply, book, step)
        at, weights = list(self.behind), list(self.behind.values())
        parts = [
            dict(zip(at, shared(each, weights, step), strict=True)).get(self.own, Fraction(0))
            for each in (whole.transformer, whole.line)
        ]
        reactive = (whole.transformer_reactive, whole.line_reactive) if self.is_main else (Fraction(0),) * 2
        own = Lost(parts[0], reactive[0], parts[1], reactive[1])
        return Shared(own, whole if self.head == self.main else NO_LOST, through)

    def with_others(self, factory: Factory, losses: Shared) -> Factory:
        """Return the factory with what the points of the contract decide together."""
        of_meter = losses.of_meter
        reactive = self.reactive[self.head] + of_meter.transformer_reactive + of_meter.line_reactive
        demands = (factory.demand, *self.feeds)
        known = [each for each in demands if each is not None]
        return replace(
            factory,
            active=losses.through + of_meter.transformer + of_meter.line,
            reactive=reactive,
            demand=sum(known, Fraction(0)) if len(known) == len(demands) else None,
            month_energy=self.settled + of_meter.transformer + of_meter.line,
        )


def family_of(material: Material, book: RuleBook) -> Family | None:
    """Return what the billed point is among the points of its contract; None where it stands alone.

    Raises:
        NotCovered: they belong together in a way this engine has not learnt.
        CannotBill: by their readings they cannot be settled.
    """
    terms = terms_of(material.point_terms, material.bill.period, book)
    if all(_plain(one) for one in terms.values()) and not _others_measure(material, terms):
        return None
    own = {one.pk for one in material.points_of_contract}
    below = PointTerm.objects.filter(behind__in=own).exclude(point__in=own).select_related("point__route")
    terms |= terms_of(below, material.bill.period, book)
    bills = bills_of(material, terms)
    _refuse(material, terms, bills)
    months, reads = months_of(material, bills, terms, book)
    values = entry_on(book, f"{book.default_place}/settlement", first_day(material.bill.period)).values
    step = Fraction(parameter(values, "energy_precision"))
    left = settle([point_of(key, terms.get(key), months, own, material, book, step) for key in bills], step)
    return _family(material, own & set(bills), terms, bills, (months, reads), left, book)


def _family(
    material: Material,
    points: set[int],
    terms: Terms,
    bills: Mapping[int, Bill],
    settled: tuple[Mapping[int, Month], Mapping[int, Reads]],
    left: Mapping[int, Left],
    book: RuleBook,
) -> Family:
    months, reads = settled
    own = material.bill.consumption.point_id
    head = _head(own, terms, points)
    term = terms.get(own)
    main = _main(points, terms)
    feeds = [key for key in sorted(points) if key != main and _is_feed(key, terms, points)]
    meters = sorted(points & set(months))
    source = months[head]
    read = (
        months[own] if own in months else _without(_as_month(source, left[own], source, left[head]), REACTIVE)
    )
    commercial = _commercial(material, terms, points)
    sharing = [key for key in _behind(main, terms, points) if key in commercial]
    return Family(
        price_class=term.price_class if term else None,
        read=read,
        billed=_as_month(months.get(own, source), left[own], source, left[head]),
        reads=reads.get(own, []),
        own=own,
        main=main,
        head=head,
        through={key: total(months[key]) - left[key].supplied for key in meters},
        reactive={key: _reactive(months[key], left[key]) for key in meters},
        demand_of_own=demand_of(own, terms, bills, months, reads, book) if own in months else None,
        feeds=tuple(demand_of(key, terms, bills, months, reads, book) for key in feeds)
        if own == main
        else (),
        feeds_contract=sum(
            (Fraction(terms[key].contract_demand_w or 0, 1000) for key in feeds if key in terms), Fraction(0)
        ),
        behind={key: left[key].energy for key in sharing if not _is_fixed(terms.get(key))},
        settled=sum((left[key].energy for key in points), Fraction(0)),
        apart=bool(points - commercial),
    )


def _plain(one: PointTerm) -> bool:
    """Whether a term leaves its point as it is: what is fed in is settled beside the bill."""
    return not (
        one.behind_id or one.relation or one.share or one.price_class is not None or one.contract_demand_w
    )


def _others_measure(material: Material, terms: Terms) -> bool:
    first, end = material.bill.from_date, material.bill.to_date
    others = {one.pk for one in material.points_of_contract if one.pk != material.bill.consumption.point_id}
    others -= {key for key, one in terms.items() if feeds_in_all(one)}
    measured = MeterInstallation.objects.filter(point__in=others, valid_from__lt=end).exclude(
        valid_to__lt=first
    )
    return bool(others) and measured.exists()


def _refuse(material: Material, terms: Terms, bills: Mapping[int, Bill]) -> None:
    """Hold back where points belong together in a way that is not taught."""
    own = {one.pk for one in material.points_of_contract}
    strange = any(feeds_in_all(one) and one.behind_id for one in terms.values())
    unlike = {(one.from_date, one.to_date) for one in bills.values()}
    # A fixed quantity that changes inside the month has two terms, of which only the last one holds at its end.
    cut = any(
        one.share == ShareKind.FIXED_QUANTITY
        and one.valid_to is not None
        and material.bill.from_date < one.valid_to < material.bill.to_date
        for one in material.point_terms
    )
    alone = len(own & set(bills)) > 1 and not set(terms) & own
    if strange or cut or alone or len(unlike) > 1:
        raise NotCovered("several_points")


def _commercial(material: Material, terms: Terms, points: Iterable[int]) -> set[int]:
    """Return the points whose class is a commercial one on the first day."""
    first = material.bill.from_date
    of_contract = next(
        (
            one.price_class
            for one in material.terms
            if one.valid_from <= first and (one.valid_to is None or one.valid_to > first)
        ),
        None,
    )
    classes = {
        key: terms[key].price_class if key in terms and terms[key].price_class is not None else of_contract
        for key in points
    }
    return {key for key, price_class in classes.items() if price_class in COMMERCIAL}


def _is_fixed(term: PointTerm | None) -> bool:
    return term is not None and term.share == ShareKind.FIXED_QUANTITY


def _stands_alone(key: int, terms: Terms, points: set[int]) -> bool:
    term = terms.get(key)
    return term is None or (
        term.share == ShareKind.NONE and term.price_class is None and term.behind_id not in points
    )


def _main(points: set[int], terms: Terms) -> int:
    """Return the point that bears capacity and demand: the first that hangs behind none of the contract's own."""
    return min((key for key in points if _stands_alone(key, terms, points)), default=min(points))


def _is_feed(key: int, terms: Terms, points: set[int]) -> bool:
    """Whether a point is a feed of its own (一路进线)."""
    return _stands_alone(key, terms, points) and (key not in terms or terms[key].relation == OWN)


def _hangs_on(term: PointTerm | None) -> bool:
    return term is not None and bool(term.share or term.relation == SERIES)


def _head(key: int, terms: Terms, points: set[int]) -> int:
    """Return the meter whose readings decide the power factor: up the meters in series of the contract."""
    term = terms.get(key)
    while term is not None and term.behind_id in points and _hangs_on(term):
        key = term.behind_id
        term = terms.get(key)
    return key


def _behind(main: int, terms: Terms, points: set[int]) -> list[int]:
    """Return the main point and what hangs on its meter."""
    return [main, *(key for key in sorted(points) if key != main and _head(key, terms, points) == main)]


def _reactive(month: Month, left: Left) -> Fraction:
    forward, reverse = (Fraction(month.energy.get(register, Decimal(0))) for register in REACTIVE)
    return abs(forward - left.reactive) + abs(reverse)


def _as_month(own: Month, left: Left, head: Month, at_head: Left) -> Month:
    """Return what is billed as a month: its energy, and the reactive energy of the meter at the head."""
    energy = {registers.TOTAL: _decimal(left.energy)}
    if left.periods is not None:
        energy |= {
            register: _decimal(kwh)
            for register, kwh in zip(registers.PARTS, left.periods, strict=True)
            if kwh or register in own.energy
        }
    energy |= {register: head.energy[register] for register in REACTIVE if register in head.energy}
    if registers.REACTIVE_FORWARD in energy:
        energy[registers.REACTIVE_FORWARD] -= _decimal(at_head.reactive)
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
