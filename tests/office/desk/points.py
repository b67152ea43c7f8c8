"""Customers with several metering points for the tests of the cycle: made, read, run, and what came of it."""

from __future__ import annotations

from typing import Any

from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import (
    Contract,
    Meter,
    MeteringPoint,
    MeterInstallation,
    PointTerm,
    SupplyTerm,
)
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import Finding
from tests.office.desk import months
from tests.office.metering import builder

PEAK, FLAT, VALLEY, REVERSE, REACTIVE, DEMAND = 2, 3, 4, 10, 20, 30
JULY, AUGUST = 202407, 202408


def commercial(
    station: Station, number: str, price_class: PriceClass = PriceClass.COMMERCIAL_SINGLE_PART, **terms: Any
) -> MeteringPoint:
    """Make a customer with its first point."""
    point = builder.household(
        station, number, f"M{number}", price_class=price_class, capacity_va=100_000, point=f"{number}-1"
    )
    SupplyTerm.objects.create(contract=point.contract, valid_from=builder.SINCE, **terms)
    return point


def another(contract: Contract, *, metered: bool = True, **terms: Any) -> MeteringPoint:
    """Add a point to a contract, with a meter and terms of its own."""
    first = MeteringPoint.objects.filter(contract=contract).order_by("id")[0]
    number = f"{contract.customer.number}-{contract.points.count() + 1}"
    point = MeteringPoint.objects.create(
        company=first.company, station=first.station, number=number, contract=contract, route=first.route
    )
    if metered:
        MeterInstallation.objects.create(
            point=point,
            meter=Meter.objects.create(company=first.company, asset_number=f"M{number}"),
            valid_from=builder.SINCE,
        )
    PointTerm.objects.create(point=point, valid_from=terms.pop("valid_from", builder.SINCE), **terms)
    return point


def read(point: MeteringPoint, used: dict[int, float] | float) -> None:
    """Read a point in July at 1,000 of every register and in August with what was used."""
    registers = used if isinstance(used, dict) else {0: used}
    for register, kwh in registers.items():
        months.read(point, JULY, 1000, register)
        months.read(point, AUGUST, 1000 + kwh, register)


def run(station: Station) -> dict[str, list[str]]:
    """Run July and August; return the rules that hold each point of August, by its number."""
    for period in (JULY, AUGUST):
        if not Bill.objects.filter(period=period).exists():
            months.run(station, period)
    found = Finding.objects.filter(period=AUGUST, severity=Finding.Severity.BLOCKING).order_by("rule")
    held: dict[str, list[str]] = {}
    for one in found.select_related("point"):
        held.setdefault(one.point.number or "", []).append(one.rule)
    return held


def energies() -> dict[str, int]:
    """Return the billed kWh of August by point."""
    rows = Bill.objects.filter(period=AUGUST, state=Bill.State.ISSUED)
    return {number: wh // 1000 for number, wh in rows.values_list("consumption__point__number", "energy_wh")}


def lines(point: MeteringPoint) -> dict[tuple[int, int | None], int]:
    bill = Bill.objects.get(consumption__point=point, period=AUGUST)
    return {(line.component, line.band): line.amount_fen for line in bill.lines.all()}
