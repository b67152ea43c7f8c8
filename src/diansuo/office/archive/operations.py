"""The writes of the register outside imports; what holds for a period changes from a day on, never in place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from diansuo.core.tariff.classes import PriceClass, VoltageClass
from diansuo.office.archive.models import (
    Contract,
    ContractTerm,
    Customer,
    Meter,
    MeteringPoint,
    MeterInstallation,
    PointArea,
    Premise,
    Route,
    TransformerArea,
)
from diansuo.office.base.models import Station
from diansuo.office.base.periods import PeriodModel, UnableToChange

Row = TypeVar("Row", bound=PeriodModel)


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer with one metered point, as a connection hands it over."""

    number: str
    name: str
    meter_number: str
    price_class: PriceClass
    voltage_class: VoltageClass = VoltageClass.BELOW_1KV
    capacity_va: int | None = None
    multiplier: int = 1
    address: str = ""
    opened_date: date | None = None
    area: TransformerArea | None = None
    phase: str = ""
    route: Route | None = None


@transaction.atomic
def register_customer(station: Station, new: NewCustomer, *, valid_from: date) -> MeteringPoint:
    """Register a customer with premise, contract, point and meter, in force from ``valid_from``; return the point."""
    company = station.company
    premise = Premise.objects.create(station=station, address=new.address)
    customer = Customer.objects.create(company=company, station=station, number=new.number, name=new.name)
    contract = Contract.objects.create(customer=customer, premise=premise, opened_date=new.opened_date)
    ContractTerm.objects.create(
        contract=contract,
        price_class=new.price_class,
        voltage_class=new.voltage_class,
        capacity_va=new.capacity_va,
        valid_from=valid_from,
    )
    point = MeteringPoint.objects.create(company=company, station=station, contract=contract, route=new.route)
    meter = Meter.objects.create(company=company, asset_number=new.meter_number)
    MeterInstallation.objects.create(
        point=point, meter=meter, multiplier=new.multiplier, valid_from=valid_from
    )
    if new.area is not None:
        PointArea.objects.create(point=point, area=new.area, phase=new.phase, valid_from=valid_from)
    return point


def change_terms(contract: Contract, day: date, **changes: Any) -> ContractTerm:
    """Change what a contract is priced by from a day on (``price_class``, ``voltage_class``, ``capacity_va``).

    Raises:
        UnableToChange: nothing holds on the day, or it is the first day of what holds.
    """
    return _change(ContractTerm, day, {"contract": contract}, changes)


@transaction.atomic
def close_contract(contract: Contract, day: date) -> None:
    """Close a supply (销户) on a day: it is due on that day for the last time, and its meters come off.

    Raises:
        UnableToChange: it is closed already.
    """
    closed = Contract.objects.filter(pk=contract.pk, closed_date=None).update(closed_date=day)
    if not closed:
        raise UnableToChange(_("合同已经销户"))
    contract.closed_date = day
    hanging = MeterInstallation.objects.filter(point__contract=contract, valid_to=None, valid_from__lt=day)
    hanging.update(valid_to=day)


@transaction.atomic
def reopen_contract(contract: Contract) -> None:
    """Take a closing back: the contract goes on, and the meters that came off that day hang again.

    Raises:
        UnableToChange: it is not closed, or one of its meters hangs elsewhere by now.
    """
    day = contract.closed_date
    if day is None or not Contract.objects.filter(pk=contract.pk, closed_date=day).update(closed_date=None):
        raise UnableToChange(_("合同没有销户"))
    later = MeterInstallation.objects.filter(point=OuterRef("point"), valid_from__gte=day)
    came_off = MeterInstallation.objects.filter(~Exists(later), point__contract=contract, valid_to=day)
    try:
        with transaction.atomic():
            came_off.update(valid_to=None)
    except IntegrityError as problem:
        raise UnableToChange(_("电能表已装在别处：先核对装表记录，再撤销销户")) from problem
    contract.closed_date = None


def change_multiplier(point: MeteringPoint, day: date, multiplier: int) -> MeterInstallation:
    """Change a point's multiplier from a day on; the meter stays.

    Raises:
        UnableToChange: no meter hangs there on the day, or the day is its first.
    """
    return _change(MeterInstallation, day, {"point": point}, {"multiplier": multiplier})


def exchange_meter_installation(
    point: MeteringPoint, day: date, meter: Meter, *, multiplier: int | None = None
) -> MeterInstallation:
    """Hang another meter at a point from a day on; its multiplier stays unless a new one is given.

    The final reading of the old meter and the first one of the new are readings, and not entered here.

    Raises:
        UnableToChange: no meter hangs there on the day, or the day is its first.
        IntegrityError: the new meter measures another point at that time.
    """
    changes: dict[str, Any] = {"meter": meter}
    if multiplier is not None:
        changes["multiplier"] = multiplier
    return _change(MeterInstallation, day, {"point": point}, changes)


def _change(model: type[Row], day: date, key: dict[str, Any], changes: dict[str, Any]) -> Row:
    """Change the row in force on a day; the changed copy is nobody's import."""
    standing = model.objects.in_force(day).filter(**key).first()
    if standing is None:
        raise UnableToChange(
            _("%(what)s：%(day)s 没有有效的记录，先补登") % {"what": model._meta.verbose_name, "day": day}
        )
    return standing.change_from(day, batch=None, **changes)
