"""What a reader sees while walking a route: each point in order, its last registers and the range to expect."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db.models import F, Q
from django.utils.translation import gettext as _

from diansuo.core.metering import Purpose, Register, Thresholds
from diansuo.core.quantity.month import first_day, month_of, next_month
from diansuo.office.archive.models import Contract, ContractTerm, MeteringPoint, MeterInstallation, Route
from diansuo.office.base.scope import Scope
from diansuo.office.metering import rules
from diansuo.office.metering.columns import PARTS_OF_CLASS, RESIDENTIAL
from diansuo.office.metering.models import REGISTER_NAMES, Consumption, RegisterReading

NO_ROUTE = 0
LOOK_BACK_MONTHS: Final = 13
"""A round shows what was last; of the years before only what is needed for a point that is seldom read."""
ENOUGH_DAYS: Final = 2


@dataclass(slots=True)
class WalkRegister:
    """One register of a stop: what it last showed, what it should show now, what was entered (all in Wh)."""

    code: int
    title: Any
    last_wh: int | None = None
    last_date: date | None = None
    expected_from_wh: int | None = None
    expected_to_wh: int | None = None
    entered_wh: int | None = None

    @property
    def label(self) -> str:
        """Return its name, with the unit where that is not energy: a demand is entered in kW."""
        return (
            _("%(title)s（kW）") % {"title": self.title} if self.code == Register.DEMAND else str(self.title)
        )

    @property
    def settles(self) -> bool:
        """Whether it counts the energy taken, which an exchange may not lose."""
        return self.code < Register.REVERSE_TOTAL


@dataclass(slots=True)
class Stop:
    """A point on the walk: whose it is, which meter hangs there, its registers, and whether it is read and billed."""

    point_id: int
    order: int | None
    customer_id: int
    number: str
    name: str
    address: str
    meter: str = ""
    multiplier: int = 1
    registers: list[WalkRegister] = field(default_factory=list)
    read: bool = False
    billed: bool = False


def route(scope: Scope, route_id: int) -> Route | None:
    """Return one route, or None if there is none in the scope."""
    return Route.objects.filter(scope.limit("station"), pk=route_id).select_related("station").first()


def point(scope: Scope, point_id: int) -> MeteringPoint | None:
    """Return one metering point of a customer, or None if there is none in the scope."""
    rows = MeteringPoint.objects.filter(scope.limit("station"), pk=point_id, contract__isnull=False)
    return rows.select_related("contract__customer", "contract__premise", "route").first()


def stops(
    scope: Scope, route_id: int, *, period: int, day: date, start: int = 0, count: int = 50
) -> list[Stop]:
    """Return stops of a route in walking order; route 0 stands for the points that are on none."""
    rows = MeteringPoint.objects.filter(
        scope.limit("station"),
        Q(route=route_id) if route_id != NO_ROUTE else Q(route__isnull=True),
        contract__isnull=False,
    )
    ordered = rows.select_related("contract__customer", "contract__premise").order_by(
        F("walk_order").asc(nulls_last=True), "id"
    )
    return described(scope, ordered[start : start + count], period=period, day=day)


def described(scope: Scope, points: Iterable[MeteringPoint], *, period: int, day: date) -> list[Stop]:
    """Return some points as stops."""
    del scope  # the points are within it already
    found = {one.pk: _stop(one) for one in points}
    for row in MeterInstallation.objects.in_force(day).filter(point__in=found).select_related("meter"):
        found[row.point_id].meter, found[row.point_id].multiplier = row.meter.asset_number, row.multiplier
    classes = _price_classes(found, day)
    readings = _readings(found, day)
    for point_id, stop in found.items():
        stop.registers = _registers(readings.get(point_id, []), classes.get(point_id), period)
        stop.read = any(register.entered_wh is not None for register in stop.registers)
    for row in Consumption.objects.filter(point__in=found, period=period, bill__state__in=(1, 2)).values_list(
        "point"
    ):
        found[row[0]].billed = True
    _expect(found, classes, period, rules.thresholds(day))
    return list(found.values())


def _stop(point: MeteringPoint) -> Stop:
    contract: Contract = point.contract
    customer = contract.customer
    return Stop(
        point.pk, point.walk_order, customer.pk, customer.number, customer.name, contract.premise.address
    )


def _price_classes(points: Iterable[int], day: date) -> dict[int, int]:
    terms = ContractTerm.objects.in_force(day).filter(contract__points__in=points)
    return dict(terms.values_list("contract__points", "price_class"))


def _readings(points: Collection[int], day: date) -> dict[int, list[RegisterReading]]:
    """Return the readings of the last months, latest first; all there are of points that have one or none of these."""
    since = first_day(next_month(month_of(day), -LOOK_BACK_MONTHS))
    found = _read_since(points, day, since)
    seldom = [point for point in points if len({row.read_date for row in found.get(point, [])}) < ENOUGH_DAYS]
    return found | (_read_since(seldom, day, None) if seldom else {})


def _read_since(points: Iterable[int], day: date, since: date | None) -> dict[int, list[RegisterReading]]:
    rows = RegisterReading.objects.filter(point__in=points, read_date__lte=day)
    if since is not None:
        rows = rows.filter(read_date__gte=since)
    found: dict[int, list[RegisterReading]] = {}
    for row in rows.order_by("point", "-read_date", "-purpose").iterator():
        found.setdefault(row.point_id, []).append(row)
    return found


def _registers(rows: list[RegisterReading], price_class: int | None, period: int) -> list[WalkRegister]:
    """Return the registers to read: all the point showed of late, and those the price class asks for."""
    parts = PARTS_OF_CLASS.get(price_class, 0)
    wanted = {int(Register.ACTIVE_TOTAL)} | {int(code) for code in Register if parts >> int(code) & 1}
    wanted |= {row.register for row in rows}
    registers = {code: WalkRegister(code, REGISTER_NAMES[Register(code)]) for code in sorted(wanted)}
    for row in rows:
        register = registers[row.register]
        if row.period == period and row.purpose == Purpose.PERIODIC:
            register.entered_wh = row.register_wh
        elif register.last_wh is None:
            register.last_wh, register.last_date = row.register_wh, row.read_date
    return list(registers.values())


def _expect(stops: dict[int, Stop], classes: dict[int, int], period: int, limits: Thresholds) -> None:
    """Say between which values the total register should lie: the mean of the latest months, give or take."""
    energies: dict[int, list[int]] = {}
    rows = Consumption.objects.filter(
        point__in=stops,
        period__lt=period,
        period__gte=next_month(period, -LOOK_BACK_MONTHS),
        status=Consumption.Status.OK,
    )
    for point_id, energy_wh in rows.order_by("-period").values_list("point", "total_wh"):
        energies.setdefault(point_id, []).append(energy_wh)
    for point_id, stop in stops.items():
        latest = energies.get(point_id, [])[: limits.history_periods]
        total = next(register for register in stop.registers if register.code == Register.ACTIVE_TOTAL)
        if not latest or total.last_wh is None:
            continue
        mean = sum(latest) // len(latest)
        residential = classes.get(point_id) in RESIDENTIAL
        least = limits.history_deviation_residential_wh if residential else limits.history_deviation_other_wh
        spread = max(mean * limits.history_deviation_permille // 1000, least)
        total.expected_from_wh = _shown(total.last_wh + max(mean - spread, 0) // stop.multiplier)
        total.expected_to_wh = _shown(total.last_wh + (mean + spread) // stop.multiplier)


def _shown(register_wh: int) -> int:
    """Return a register as a meter with two decimals shows it."""
    return register_wh // 10 * 10
