"""What held on a day: terms, meter, area, people of the register, asked as library calls.

The lists and pages of the workbench read through ``page_queries``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from diansuo.office.archive import columns
from diansuo.office.archive.models import (
    Contract,
    ContractTerm,
    Customer,
    MeterInstallation,
    PointArea,
    Responsibility,
)
from diansuo.office.base.models import Staff
from diansuo.office.base.scope import Scope


@dataclass(frozen=True, slots=True)
class CustomerHeader:
    """Who a customer is on a day, as plain data; ``None`` and ``""`` for what the register does not hold."""

    id: int
    number: str
    name: str
    phone: str
    address: str
    company: str
    station: str
    contract_id: int | None
    opened_date: date | None
    closed_date: date | None
    price_class: int | None
    voltage_class: int | None
    capacity_va: int | None


def terms_on(scope: Scope, *, contract_id: int, day: date) -> ContractTerm | None:
    """Return what a contract is priced by on a day, or None."""
    terms = ContractTerm.objects.in_force(day).filter(scope.limit("contract__customer__station"))
    return terms.filter(contract=contract_id).first()


def installation_on(scope: Scope, *, point_id: int, day: date) -> MeterInstallation | None:
    """Return which meter measures a point on a day and by what multiplier, or None."""
    installed = MeterInstallation.objects.in_force(day).filter(scope.limit("point__station"), point=point_id)
    return installed.select_related("meter").first()


def area_on(scope: Scope, *, point_id: int, day: date) -> PointArea | None:
    """Return which transformer area and phase a point hangs on on a day, or None."""
    hangs = PointArea.objects.in_force(day).filter(scope.limit("point__station"), point=point_id)
    return hangs.select_related("area").first()


def responsible_on(scope: Scope, *, point_id: int, duty: Responsibility.Duty, day: date) -> Staff | None:
    """Return who reads a point, or manages its customer, on a day, or None."""
    duties = Responsibility.objects.in_force(day).filter(
        scope.limit("point__station"), point=point_id, duty=duty
    )
    held = duties.select_related("staff").first()
    return held.staff if held else None


def customer_header(scope: Scope, *, customer_id: int, day: date) -> CustomerHeader | None:
    """Return who a customer is on a day, or None if there is none in the scope; the newest contract counts."""
    found = Customer.objects.filter(scope.limit("station"), pk=customer_id).select_related("station__company")
    customer = found.first()
    if customer is None:
        return None
    contract = Contract.objects.filter(customer=customer).select_related("premise").order_by("-id").first()
    terms = terms_on(scope, contract_id=contract.pk, day=day) if contract else None
    return CustomerHeader(
        id=customer.pk,
        number=customer.number,
        name=customer.name,
        phone=customer.phone,
        address=contract.premise.address if contract else "",
        company=customer.station.company.name,
        station=customer.station.name,
        contract_id=contract.pk if contract else None,
        opened_date=contract.opened_date if contract else None,
        closed_date=contract.closed_date if contract else None,
        price_class=terms.price_class if terms else None,
        voltage_class=terms.voltage_class if terms else None,
        capacity_va=terms.capacity_va if terms else None,
    )


def station_points(scope: Scope, *, station_id: int, day: date) -> columns.StationPoints:
    """Return every metering point of a station as it stood on a day; none of a station outside the scope."""
    return columns.station_points(station_id if scope.allows(station_id) else 0, day)
