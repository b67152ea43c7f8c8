"""What closing a supply reads of the archive: the contract that is open, and the points at which meters hang."""

from __future__ import annotations

from datetime import date, timedelta

from diansuo.office.archive.models import Contract, Customer, MeteringPoint, MeterInstallation
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope


def open_contract(scope: Scope, customer_id: int) -> Contract | None:
    """Return the contract of a customer that is not closed, where a station bills for itself; None for none."""
    rows = Contract.objects.filter(
        scope.limit("customer__station"), customer=customer_id, closed_date=None
    ).exclude(customer__station__mode=Station.Mode.BESIDE)
    return rows.select_related("customer__station").order_by("-pk").first()


def open_contract_of(scope: Scope, number: str) -> Contract | None:
    """Return the open contract of the customer of this number; None for none, as :func:`open_contract`."""
    rows = Customer.objects.filter(scope.limit("station"), number=number).values_list("pk", flat=True)
    return next((found for pk in rows if (found := open_contract(scope, pk)) is not None), None)


def hanging_meters(scope: Scope, contract_id: int, day: date) -> dict[str, MeteringPoint]:
    """Return the points of a contract by the asset number of the meter that hung there the day before."""
    rows = (
        MeterInstallation.objects.in_force(day - timedelta(days=1))
        .filter(scope.limit("point__station"), point__contract=contract_id)
        .select_related("meter", "point__route", "point__contract__customer")
    )
    return {row.meter.asset_number: row.point for row in rows.order_by("point")}


def measuring_points(scope: Scope, contract_id: int, day: date) -> list[MeteringPoint]:
    """Return the points of a contract at which a meter hangs on a day."""
    rows = MeteringPoint.objects.filter(scope.limit("station"), contract=contract_id)
    hung = MeterInstallation.objects.in_force(day).values("point")
    return list(rows.filter(pk__in=hung).select_related("route", "contract__customer").order_by("pk"))
