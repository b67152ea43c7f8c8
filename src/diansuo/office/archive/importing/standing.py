"""What the archive holds now, for the numbers a file speaks of: the other side of every comparison.

Only what is open (in force without an end) is loaded: a file says how things stand, not how they stood.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db.models import FilteredRelation, Max, Q, QuerySet

from diansuo.office.archive.importing import households, supply
from diansuo.office.archive.importing import points as point_terms
from diansuo.office.archive.importing.households import HouseholdStanding
from diansuo.office.archive.importing.supply import SupplyStanding
from diansuo.office.archive.models import (
    Contract,
    Customer,
    Meter,
    MeteringPoint,
    MeterInstallation,
    PointTerm,
    Responsibility,
    ShareKind,
    TransformerArea,
    YearOpening,
)

# Up to here rows are fetched by their numbers, beyond it the whole company is.
FEW = 500


class CustomerNow(NamedTuple):
    """A customer with its open contract, the premise and the open terms."""

    id: int
    number: str
    station_id: int
    name: str
    phone: str
    contract_id: int | None
    opened_date: date | None
    closed_date: date | None
    transferred_date: date | None
    premise_id: int | None
    address: str | None
    term_id: int | None
    term_from: date | None
    price_class: int | None
    voltage_class: int | None
    capacity_va: int | None


class PointNow(NamedTuple):
    """A metering point with its open installation, area and responsible people."""

    id: int
    number: str | None
    station_id: int
    contract_id: int | None
    master_of_id: int | None
    gate_of_id: int | None
    gate_of: str | None
    route_id: int | None
    walk_order: int | None
    installation_id: int | None
    installation_from: date | None
    multiplier: int | None
    meter_id: int | None
    asset_number: str | None
    integer_digits: int | None
    decimal_digits: int | None
    hanging_id: int | None
    hanging_from: date | None
    area_id: int | None
    phase: str | None
    reader_row_id: int | None
    reader_from: date | None
    reader_id: int | None
    manager_row_id: int | None
    manager_from: date | None
    manager_id: int | None


class AreaNow(NamedTuple):
    """A transformer area with its open term."""

    id: int
    number: str
    name: str
    station_id: int
    term_id: int | None
    term_from: date | None
    feeder_id: int | None
    capacity_va: int | None
    winding: int | None
    model: str | None
    dedicated: bool | None


class MeterNow(NamedTuple):
    """A meter, and the point it is installed at now (None while it lies idle).

    ``free_from`` is the day since which an idle meter has been idle, None for one that was never installed.
    """

    id: int
    asset_number: str
    integer_digits: int
    decimal_digits: int
    point_id: int | None
    free_from: date | None = None


@dataclass(slots=True)
class Standing:
    """What one company's archive holds, by the numbers that files use."""

    customers: dict[str, CustomerNow] = field(default_factory=dict)
    points_of: dict[int, list[PointNow]] = field(default_factory=dict)
    master_points: dict[int, list[PointNow]] = field(default_factory=dict)
    gate_points: dict[str, list[PointNow]] = field(default_factory=dict)
    point_numbers: dict[str, int] = field(default_factory=dict)
    meters: dict[str, MeterNow] = field(default_factory=dict)
    areas: dict[str, AreaNow] = field(default_factory=dict)
    openings: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    supply: SupplyStanding = field(default_factory=SupplyStanding)
    households: HouseholdStanding = field(default_factory=HouseholdStanding)
    point_terms: dict[int, PointTerm] = field(default_factory=dict)

    def is_share(self, point_id: int) -> bool:
        """Tell whether a point is an agreed part of another and has no meter."""
        term = self.point_terms.get(point_id)
        return term is not None and term.share != ShareKind.NONE


def load(
    company_id: int | None, customers: Collection[str], meters: Collection[str], points: Collection[str]
) -> Standing:
    """Return what the company holds under these numbers; nothing for a company that is yet to be made.

    ``points_of`` is keyed by contract, ``master_points`` by area, ``gate_points`` by the feeder's name,
    ``openings`` by contract and year.
    """
    standing = Standing()
    if company_id is None:
        return standing
    standing.areas = {row.number: row for row in _areas(company_id)}
    standing.customers = {row.number: row for row in _customers(company_id, customers)}
    standing.meters = {row.asset_number: row for row in _meters(company_id, meters)}
    for point in _points(company_id, customers):
        if point.contract_id is not None:
            standing.points_of.setdefault(point.contract_id, []).append(point)
        elif point.master_of_id is not None:
            standing.master_points.setdefault(point.master_of_id, []).append(point)
        elif point.gate_of is not None:
            standing.gate_points.setdefault(point.gate_of, []).append(point)
    if points:
        numbered = _few(MeteringPoint.objects.filter(company=company_id), "number", points)
        standing.point_numbers = dict(numbered.exclude(number=None).values_list("number", "id"))
    openings = _few(
        YearOpening.objects.filter(contract__customer__company=company_id),
        "contract__customer__number",
        customers,
    )
    standing.openings = {
        (contract, year): (row, energy_wh)
        for row, contract, year, energy_wh in openings.values_list("id", "contract", "year", "energy_wh")
    }
    named = list(customers) if len(customers) <= FEW else None
    standing.point_terms = point_terms.load(
        company_id, [one.id for owned in standing.points_of.values() for one in owned]
    )
    standing.supply = supply.load(company_id, named)
    standing.households = households.load(company_id, named)
    return standing


def _few(rows: QuerySet[Any], path: str, numbers: Collection[str]) -> QuerySet[Any]:
    return rows.filter(**{f"{path}__in": list(numbers)}) if len(numbers) <= FEW else rows


def _open(relation: str, **more: Any) -> FilteredRelation:
    condition = Q(
        **{f"{relation}__valid_to__isnull": True}, **{f"{relation}__{k}": v for k, v in more.items()}
    )
    return FilteredRelation(relation, condition=condition)


def _customers(company_id: int, numbers: Collection[str]) -> Iterable[CustomerNow]:
    of_customer = ("id", "number", "station_id", "name", "phone")
    columns = (
        *(f"customer__{name}" for name in of_customer), "id", "opened_date", "closed_date", "transferred_date",
        "premise_id", "premise__address",
        "term__id", "term__valid_from", "term__price_class", "term__voltage_class", "term__capacity_va",
    )  # fmt: skip
    contracts = Contract.objects.filter(customer__company=company_id, closed_date=None).annotate(
        term=_open("terms")
    )
    yield from map(CustomerNow._make, _few(contracts, "customer__number", numbers).values_list(*columns))
    contractless = Customer.objects.filter(company=company_id).exclude(contracts__closed_date=None)
    for row in _few(contractless, "number", numbers).values_list(*of_customer):
        yield CustomerNow(*row, *[None] * (len(columns) - len(of_customer)))


def _points(company_id: int, customers: Collection[str]) -> Iterable[PointNow]:
    rows = MeteringPoint.objects.filter(company=company_id).annotate(
        installed=_open("installations"),
        hanging=_open("areas"),
        reader=_open("duties", duty=Responsibility.Duty.READER),
        manager=_open("duties", duty=Responsibility.Duty.MANAGER),
    )
    if len(customers) <= FEW:
        rows = rows.filter(Q(contract__customer__number__in=list(customers)) | Q(contract__isnull=True))
    columns = (
        "id", "number", "station_id", "contract_id", "master_of_id", "gate_of_id", "gate_of__name", "route_id",
        "walk_order", "installed__id", "installed__valid_from", "installed__multiplier", "installed__meter_id",
        "installed__meter__asset_number", "installed__meter__integer_digits", "installed__meter__decimal_digits",
        "hanging__id", "hanging__valid_from", "hanging__area_id", "hanging__phase", "reader__id",
        "reader__valid_from", "reader__staff_id", "manager__id", "manager__valid_from", "manager__staff_id",
    )  # fmt: skip
    return map(PointNow._make, rows.values_list(*columns))


def _areas(company_id: int) -> Iterable[AreaNow]:
    rows = TransformerArea.objects.filter(company=company_id).annotate(term=_open("terms"))
    columns = (
        "id", "number", "name", "station_id", "term__id", "term__valid_from", "term__feeder_id",
        "term__capacity_va", "term__winding", "term__model", "term__dedicated",
    )  # fmt: skip
    return map(AreaNow._make, rows.values_list(*columns))


def _meters(company_id: int, numbers: Collection[str]) -> Iterable[MeterNow]:
    rows = Meter.objects.filter(company=company_id).annotate(installed=_open("installations"))
    columns = ("id", "asset_number", "integer_digits", "decimal_digits", "installed__point_id")
    past = MeterInstallation.objects.filter(meter__company=company_id).exclude(valid_to=None)
    last_days = _few(past, "meter__asset_number", numbers).values("meter").annotate(Max("valid_to"))
    free_from = dict(last_days.values_list("meter", "valid_to__max"))
    for row in _few(rows, "asset_number", numbers).values_list(*columns):
        yield MeterNow(*row, free_from=free_from.get(row[0]))
