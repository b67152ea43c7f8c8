"""What the pages of the archive read: customers and areas as lists, and one of them with its whole history."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from diansuo.office.archive.models import (
    AreaTerm,
    Contract,
    ContractTerm,
    Customer,
    HouseholdTerm,
    MeteringPoint,
    PointArea,
    Responsibility,
    Route,
    ShareKind,
    SupplyTerm,
    Transformer,
    TransformerArea,
    UseTerm,
)
from diansuo.office.base.models import Staff
from diansuo.office.base.scope import Scope

MOST_AREAS_OFFERED = 1000


@dataclass(slots=True)
class CustomerRow:
    """A customer as a list shows it, with what holds on the day asked for."""

    id: int
    company_id: int
    number: str
    name: str
    address: str = ""
    price_class: int | None = None
    meter: str = ""
    area_id: int | None = None
    area: str = ""
    manager: str = ""
    manager_id: int | None = None
    station_id: int | None = None


@dataclass(slots=True)
class PointHistory:
    """A metering point of a contract: where it hangs, which meters it had, who answers for it."""

    point: MeteringPoint
    installations: list[Any] = field(default_factory=list)
    areas: list[Any] = field(default_factory=list)
    duties: list[Any] = field(default_factory=list)
    terms: list[Any] = field(default_factory=list)
    route_terms: list[Any] = field(default_factory=list)

    @property
    def is_share(self) -> bool:
        """Whether it is an agreed part of another point and has no meter."""
        return bool(self.terms) and self.terms[-1].share != ShareKind.NONE


@dataclass(slots=True)
class ContractHistory:
    """A contract with its terms and transformers, oldest first, and its points."""

    contract: Contract
    terms: list[ContractTerm] = field(default_factory=list)
    supply: list[SupplyTerm] = field(default_factory=list)
    household: list[HouseholdTerm] = field(default_factory=list)
    use: list[UseTerm] = field(default_factory=list)
    transformers: list[Transformer] = field(default_factory=list)
    points: list[PointHistory] = field(default_factory=list)


@dataclass(slots=True)
class AreaRow:
    """An area as a list shows it, with what holds on the day asked for."""

    id: int
    company_id: int
    number: str
    name: str
    feeder: str = ""
    capacity_va: int | None = None
    customers: int = 0
    master: str = "missing"
    station_id: int | None = None
    manager_id: int | None = None
    manager: str = ""


def customers(scope: Scope) -> QuerySet[Customer]:
    """Return the customers within the scope."""
    return Customer.objects.filter(scope.limit("station"))


def customer(scope: Scope, customer_id: int) -> Customer | None:
    """Return one customer, or None if there is none in the scope."""
    return customers(scope).filter(pk=customer_id).select_related("station__company").first()


def of_customers(scope: Scope, path: str) -> Callable[[QuerySet[Any], str], QuerySet[Any]]:
    """Return a search of rows by their customer: the number's beginning, or a part of the name.

    A whole number is found by its index; only what is none is looked for in every row of the list.
    """

    def narrow(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
        if words.isdecimal():
            companies = sorted({station.company_id for station in scope.stations_in_part()})
            found = Customer.objects.filter(scope.limit("station"), company__in=companies, number=words)
            exact = list(found.values_list("pk", flat=True))
            if exact:
                return rows.filter(**{f"{path}__in": exact})
        return rows.filter(
            Q(**{f"{path}__number__startswith": words}) | Q(**{f"{path}__name__contains": words})
        )

    return narrow


def with_price_class(
    scope: Scope, rows: QuerySet[Customer], price_class: int, day: date
) -> QuerySet[Customer]:
    """Keep the customers with a contract priced so on this day."""
    del scope  # the rows are within it already
    terms = ContractTerm.objects.in_force(day).filter(
        contract__customer=OuterRef("pk"), price_class=price_class
    )
    return rows.filter(Exists(terms))


def in_area(scope: Scope, rows: QuerySet[Customer], area_id: int, day: date) -> QuerySet[Customer]:
    """Keep the customers with a point on this area on this day."""
    hangs = PointArea.objects.in_force(day).filter(scope.limit("area__station"), area=area_id)
    points = MeteringPoint.objects.filter(pk__in=hangs.values("point"), contract__isnull=False)
    return rows.filter(pk__in=points.values("contract__customer"))


def on_duty(
    scope: Scope, rows: QuerySet[Customer], staff_id: int, duty: Responsibility.Duty, day: date
) -> QuerySet[Customer]:
    """Keep the customers for whom a person has this duty (reader, area manager) on this day."""
    duties = Responsibility.objects.in_force(day).filter(
        scope.limit("staff__station"), staff=staff_id, duty=duty
    )
    points = MeteringPoint.objects.filter(pk__in=duties.values("point"), contract__isnull=False)
    return rows.filter(pk__in=points.values("contract__customer"))


def on_route(scope: Scope, rows: QuerySet[Customer], route_id: int) -> QuerySet[Customer]:
    """Keep the customers with a point on this reading route."""
    points = MeteringPoint.objects.filter(scope.limit("station"), route=route_id, contract__isnull=False)
    return rows.filter(pk__in=points.values("contract__customer"))


def stations(scope: Scope) -> list[tuple[int, str]]:
    """Return id and name of every station of the scope, with its company where there are several companies."""
    found = list(scope.stations())
    companies = {one.company_id for one in found}
    return [(one.pk, f"{one.company} {one.name}" if len(companies) > 1 else one.name) for one in found]


def routes(scope: Scope) -> list[tuple[int, str]]:
    """Return id and name of every reading route, with its station where the scope holds several."""
    found = list(
        Route.objects.filter(scope.limit("station")).select_related("station").order_by("station", "number")
    )
    several = len({one.station_id for one in found}) > 1
    return [(one.pk, f"{one.station} {one}" if several else str(one)) for one in found]


def people(scope: Scope, duty: Responsibility.Duty) -> list[tuple[int, str]]:
    """Return id and name of everyone who has or had this duty."""
    has_duty = Exists(Responsibility.objects.filter(staff=OuterRef("pk"), duty=duty))
    return list(
        Staff.objects.filter(has_duty, scope.limit("station")).order_by("name").values_list("id", "name")
    )


def staff(scope: Scope) -> list[tuple[int, str]]:
    """Return id and name of everyone who answers for a point, as reader or manager."""
    answers = Exists(Responsibility.objects.filter(staff=OuterRef("pk")))
    people = Staff.objects.filter(answers, scope.limit("station")).order_by("name")
    return list(people.values_list("id", "name"))


def customer_rows(scope: Scope, found: Iterable[Customer], day: date) -> list[CustomerRow]:
    """Add to some customers their address, price class, meter, area and manager of a day."""
    del scope  # the customers are within it already
    rows = {
        one.pk: CustomerRow(one.pk, one.company_id, one.number, one.name, station_id=one.station_id)
        for one in found
    }
    for contract in Contract.objects.filter(customer__in=rows).select_related("premise").order_by("-id"):
        rows[contract.customer_id].address = contract.premise.address
    for term in (
        ContractTerm.objects.in_force(day).filter(contract__customer__in=rows).select_related("contract")
    ):
        rows[term.contract.customer_id].price_class = term.price_class
    owners = dict(
        MeteringPoint.objects.filter(contract__customer__in=rows).values_list("id", "contract__customer_id")
    )
    _add_point_facts(rows, owners, day)
    return list(rows.values())


def _add_point_facts(rows: dict[int, CustomerRow], owners: dict[int, int], day: date) -> None:
    for hang in PointArea.objects.in_force(day).filter(point__in=owners).select_related("area"):
        row = rows[owners[hang.point_id]]
        row.area_id, row.area = hang.area_id, hang.area.name
    duties = Responsibility.objects.in_force(day).filter(point__in=owners, duty=Responsibility.Duty.MANAGER)
    for duty in duties.select_related("staff"):
        row = rows[owners[duty.point_id]]
        row.manager, row.manager_id = duty.staff.name, duty.staff_id
    points = MeteringPoint.objects.filter(pk__in=owners).prefetch_related("installations__meter")
    for point in points:
        for installation in point.installations.all():
            if installation.valid_to is None:
                rows[owners[point.pk]].meter = installation.meter.asset_number


def addresses(scope: Scope, station_id: int, number: str) -> list[str]:
    """Return where a customer, by number, uses electricity: each address once."""
    rows = Contract.objects.filter(
        scope.limit("customer__station"), customer__station=station_id, customer__number=number
    )
    found = rows.order_by("id").values_list("premise__address", flat=True)
    return list(dict.fromkeys(one for one in found if one))


def manager_ids(scope: Scope, customer_ids: Iterable[int], day: date) -> dict[int, int]:
    """Return, by customer, the person who manages them on a day; a customer without one is not in it."""
    duties = Responsibility.objects.in_force(day).filter(
        scope.limit("point__station"),
        point__contract__customer__in=list(customer_ids),
        duty=Responsibility.Duty.MANAGER,
    )
    return dict(duties.values_list("point__contract__customer", "staff"))


def contracts(scope: Scope, customer_id: int) -> list[ContractHistory]:
    """Return a customer's contracts with everything that ever held for them."""
    found = Contract.objects.filter(scope.limit("customer__station"), customer=customer_id)
    histories = []
    for contract in found.select_related("premise").order_by("id"):
        points = contract.points.select_related("route").order_by("id")
        histories.append(
            ContractHistory(
                contract,
                list(contract.terms.order_by("valid_from")),
                list(contract.supply_terms.order_by("valid_from")),
                list(contract.household_terms.order_by("valid_from")),
                list(contract.use_terms.order_by("valid_from")),
                list(contract.transformers.order_by("number", "valid_from")),
                [_point_history(point) for point in points],
            )
        )
    return histories


def _point_history(point: MeteringPoint) -> PointHistory:
    return PointHistory(
        point,
        list(point.installations.select_related("meter").order_by("valid_from")),
        list(point.areas.select_related("area").order_by("valid_from")),
        list(point.duties.select_related("staff").order_by("duty", "valid_from")),
        list(point.terms.select_related("behind__contract__customer").order_by("valid_from")),
        list(point.route.terms.order_by("valid_from")) if point.route else [],
    )


def areas(scope: Scope) -> QuerySet[TransformerArea]:
    """Return the transformer areas within the scope."""
    return TransformerArea.objects.filter(scope.limit("station"))


def without_master(scope: Scope) -> QuerySet[TransformerArea]:
    """Return the areas whose loss nobody can compute; a customer's own transformer (专变) has none of its own."""
    own = AreaTerm.objects.filter(area=OuterRef("pk"), valid_to__isnull=True, dedicated=True)
    return areas(scope).filter(~Exists(own), master_points__isnull=True)


def area_choices(scope: Scope, *, given: int | None = None, order: str = "name") -> list[tuple[int, str]]:
    """Return id and name of the areas to choose from; of a county with thousands only the one already given.

    A drop-down of thousands is half a megabyte and finds nobody anything: there one comes from the area's page.
    """
    found = areas(scope).order_by(order).values_list("id", "name")
    if areas(scope)[MOST_AREAS_OFFERED : MOST_AREAS_OFFERED + 1].exists():
        found = found.filter(pk=given) if given else found.none()
    return list(found)


def area(scope: Scope, area_id: int) -> TransformerArea | None:
    """Return one area, or None if there is none in the scope."""
    return areas(scope).filter(pk=area_id).select_related("station").first()


def area_rows(scope: Scope, found: Iterable[TransformerArea], day: date) -> list[AreaRow]:
    """Add to some areas their feeder and capacity, their customers' number and whether there is a master meter."""
    rows = {
        one.pk: AreaRow(one.pk, one.company_id, one.number, one.name, station_id=one.station_id)
        for one in found
    }
    for term in AreaTerm.objects.in_force(day).filter(area__in=rows).select_related("feeder"):
        rows[term.area_id].feeder = term.feeder.name if term.feeder else ""
        rows[term.area_id].capacity_va = term.capacity_va
        if term.dedicated:
            rows[term.area_id].master = "own"
    hangs = PointArea.objects.in_force(day).filter(area__in=rows, point__contract__isnull=False)
    counted = hangs.values("area").annotate(customers=Count("point__contract__customer", distinct=True))
    for row in counted:
        rows[row["area"]].customers = row["customers"]
    for area_id in MeteringPoint.objects.filter(master_of__in=rows).values_list("master_of", flat=True):
        rows[area_id].master = "there"
    for area_id, (staff_id, name) in managers_of_areas(scope, rows, day).items():
        rows[area_id].manager_id, rows[area_id].manager = staff_id, name
    return list(rows.values())


def managers_of_areas(scope: Scope, areas: Iterable[int], day: date) -> dict[int, tuple[int, str]]:
    """Return id and name of whoever manages most customers of an area on a day, by area; of equals the older id."""
    ends = Q(point__duties__valid_to__isnull=True) | Q(point__duties__valid_to__gt=day)
    held = PointArea.objects.in_force(day).filter(
        ends,
        scope.limit("area__station"),
        area__in=list(areas),
        point__contract__isnull=False,
        point__duties__duty=Responsibility.Duty.MANAGER,
        point__duties__valid_from__lte=day,
    )
    columns = ("area", "point__duties__staff", "point__duties__staff__name")
    counted = (
        held.values(*columns).annotate(number=Count("point")).order_by("number", "-point__duties__staff")
    )
    # Ascending by how many customers they manage: the last one stays.
    return {area_id: (staff_id, name) for area_id, staff_id, name in counted.values_list(*columns)}


def area_terms(scope: Scope, area_id: int) -> list[AreaTerm]:
    """Return what an area's transformer was over time, oldest first."""
    terms = AreaTerm.objects.filter(scope.limit("area__station"), area=area_id)
    return list(terms.select_related("feeder").order_by("valid_from"))


def master_points(scope: Scope, area_id: int) -> list[PointHistory]:
    """Return the master metering points of an area with their meters."""
    points = MeteringPoint.objects.filter(scope.limit("station"), master_of=area_id).order_by("id")
    return [_point_history(point) for point in points]
