"""Losses as rows: areas, feeders and stations on a day, over days, and over a month.

Every row is plain data; words for its class and reason are in :mod:`wording`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np

from diansuo.core.network import LossKind, Reason
from diansuo.core.network.voltage_levels import voltage_level
from diansuo.core.quantity import month as months_
from diansuo.office.archive.models import Feeder, TransformerArea
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.network import details, managers, months, prices
from diansuo.office.network.months import Level, StationMonth

Price = Callable[[int, int], int | None]
INLET_UNKNOWN = (
    Reason.NO_MASTER,
    Reason.NO_MASTER_REGISTER,
    Reason.EXCHANGE_UNKNOWN,
    Reason.REGISTER_FELL,
)


@dataclass(frozen=True, slots=True)
class Loss:
    """What an area, a feeder or a station lost on a day, or in a month: ``day`` is then its first with registers.

    ``loss_wh``, ``rate_bp`` and ``value_fen`` are None where the loss cannot be computed, ``supply_wh`` where a meter
    at the inlet is not known; ``reason_detail`` then says which meter is to blame and since when. ``feed_in_wh`` (上网)
    is part of the supply, ``back_wh`` (倒送) of what was sold. The means are of the latest judged days before.
    """

    station_id: int
    day: date
    id: int
    number: str
    name: str
    outlets: int
    outlets_known: int
    supply_wh: int | None
    sold_wh: int
    feed_in_wh: int
    back_wh: int
    loss_wh: int | None
    rate_bp: int | None
    kind: LossKind
    reason: Reason
    reason_detail: str
    sudden: bool
    mean7_rate_bp: int | None
    mean7_loss_wh: int | None
    value_fen: int | None

    @property
    def computable(self) -> bool:
        """Tell whether there is a loss at all."""
        return self.kind != LossKind.UNCOMPUTABLE

    @property
    def abnormal(self) -> bool:
        """Tell whether somebody must look: high, negative, uncomputable, or suddenly changed."""
        return self.sudden or self.kind in (LossKind.HIGH, LossKind.NEGATIVE, LossKind.UNCOMPUTABLE)


@dataclass(frozen=True, slots=True)
class AreaLoss(Loss):
    """What an area lost, and who answers for it: the manager of most of its customers."""

    manager_id: int | None
    manager: str

    @property
    def area_id(self) -> int:
        """Return the area's id."""
        return self.id

    @property
    def area_number(self) -> str:
        """Return the area's number."""
        return self.number

    @property
    def area_name(self) -> str:
        """Return the area's name."""
        return self.name


def latest_loss_day(scope: Scope, until: date) -> date | None:
    """Return the latest day, at the latest ``until``, of which registers at both ends have come; None: none has."""
    found = [
        day
        for one in scope.stations_in_part()
        if (day := months.latest_day(one.pk, one.revision)) is not None
    ]
    if not found or max(found) <= until:
        return max(found, default=None)
    # Registers of later days have come already: look from the day asked for backwards.
    for back in range(31):
        day = until - timedelta(days=back)
        for one in scope.stations_in_part():
            month = months.of_month(one.pk, one.revision, months_.month_of(day))
            if month.imported[month.at(day)]:
                return day
    return None


def months_of_losses(scope: Scope) -> list[int]:
    """Return the months of which there are daily freezes, newest first."""
    return months.months_there(one.pk for one in scope.stations_in_part())


def loss_on(scope: Scope, day: date, *, managed_on: date | None = None) -> list[AreaLoss]:
    """Return the loss of every public area of the scope on a day, by number; none of a day not imported.

    The managers are those of ``managed_on`` (who would act on it now), by default of the day itself.
    """
    found = list(loss_of_areas(scope, day, day + timedelta(days=1)))
    if managed_on is None or managed_on == day:
        return found
    people = managers_on(scope, managed_on)
    named = (people.get(one.area_id, (None, "")) for one in found)
    return [
        replace(one, manager_id=staff_id, manager=name)
        for one, (staff_id, name) in zip(found, named, strict=True)
    ]


def loss_of_areas(scope: Scope, start: date, end: date) -> Iterator[AreaLoss]:
    """Yield the losses of the public areas on every imported day of ``[start, end)``, day by day."""
    price = cache(prices.price_nano)
    for station, month, day in _days(scope.stations_in_part(), start, end):
        rows = _areas(station, month, month.area, day, price)
        yield from (row for row in rows if scope.has_area(row.area_id))


def loss_of_feeders(scope: Scope, start: date, end: date) -> Iterator[Loss]:
    """Yield the losses of the feeders on every imported day of ``[start, end)``, day by day."""
    price = cache(prices.price_nano)
    for _one, month, day in _days(scope.stations(), start, end):
        yield from _feeders(month, month.feeder, day, price)


def loss_of_stations(scope: Scope, start: date, end: date) -> Iterator[Loss]:
    """Yield the losses of the stations as a whole on every imported day of ``[start, end)``."""
    price = cache(prices.price_nano)
    for station, month, day in _days(scope.stations(), start, end):
        yield _station(station, month, month.station, day, price)


def loss_of_area_days(scope: Scope, area: TransformerArea, start: date, end: date) -> Iterator[AreaLoss]:
    """Yield one area's losses on every imported day of ``[start, end)``; none of an area outside the scope."""
    if not scope.has_area(area.pk):
        return
    price = cache(prices.price_nano)
    stations = [one for one in scope.stations_in_part() if one.pk == area.station_id]
    for station, month, day in _days(stations, start, end):
        yield from _areas(station, month, month.area, day, price, only=area.pk)


def monthly_loss_of_area(scope: Scope, area: TransformerArea, period: int) -> AreaLoss | None:
    """Return one area's same-period loss in a month, as far as registers have come."""
    for station in scope.stations_in_part():
        if station.pk == area.station_id and scope.has_area(area.pk):
            month = months.of_month(station.pk, station.revision, period)
            return next(
                _areas(station, month, month.area_month, month.month_start, prices.price_nano, only=area.pk),
                None,
            )
    return None


def monthly_loss_of_areas(scope: Scope, period: int) -> Iterator[AreaLoss]:
    """Yield the same-period loss of each public area in a month: registers of its 1st and of the next 1st."""
    for station in scope.stations_in_part():
        month = months.of_month(station.pk, station.revision, period)
        rows = _areas(station, month, month.area_month, month.month_start, prices.price_nano)
        yield from (row for row in rows if scope.has_area(row.area_id))


def monthly_loss_of_feeders(scope: Scope, period: int) -> Iterator[Loss]:
    """Yield the same-period loss of each feeder in a month."""
    for station in scope.stations():
        month = months.of_month(station.pk, station.revision, period)
        yield from _feeders(month, month.feeder_month, month.month_start, prices.price_nano)


def monthly_loss_of_stations(scope: Scope, period: int) -> Iterator[Loss]:
    """Yield the same-period loss of each station in a month."""
    for station in scope.stations():
        month = months.of_month(station.pk, station.revision, period)
        yield _station(station, month, month.station_month, month.month_start, prices.price_nano)


@dataclass(frozen=True, slots=True)
class LevelLoss:
    """What a voltage level of a station lost on a day or in a month: of its groups that can be computed.

    ``low`` is the low voltage (the areas), else the medium one (the feeders). ``rate_bp`` is None where none can be.
    """

    station_id: int
    station: str
    day: date
    low: bool
    groups: int
    groups_known: int
    supply_wh: int
    sold_wh: int
    loss_wh: int
    rate_bp: int | None


def loss_of_levels(scope: Scope, start: date, end: date) -> Iterator[LevelLoss]:
    """Yield the losses of the voltage levels of the stations on every imported day of ``[start, end)``."""
    for station, month, day in _days(scope.stations(), start, end):
        yield from _voltage_levels(station, month, (month.feeder, month.area), day)


def monthly_loss_of_levels(scope: Scope, period: int) -> Iterator[LevelLoss]:
    """Yield the same-period losses of the voltage levels of the stations in a month."""
    for station in scope.stations():
        month = months.of_month(station.pk, station.revision, period)
        yield from _voltage_levels(station, month, (month.feeder_month, month.area_month), month.month_start)


def _voltage_levels(
    station: Station, month: StationMonth, levels: tuple[Level, Level], day: date
) -> Iterator[LevelLoss]:
    feeders, areas = levels
    every = np.ones(len(month.feeders), dtype=np.bool_)
    for level, counted, low in ((feeders, every, False), (areas, month.public, True)):
        at = level.column(month, day)
        found = voltage_level(level.of, level.losses, counted)
        yield LevelLoss(
            station.pk, station.name, day, low, int(found.groups[at]), int(found.groups_known[at]),
            int(found.supply_wh[at]), int(found.sold_wh[at]), int(found.loss_wh[at]),
            int(found.rate_bp[at]) if found.supply_wh[at] > 0 else None,
        )  # fmt: skip


def managers_on(scope: Scope, day: date) -> dict[int, tuple[int, str]]:
    """Return, by area, the person who manages most of its customers on a day: id and name."""
    found: dict[int, tuple[int, str]] = {}
    for station in scope.stations_in_part():
        found |= managers.of_areas(station.pk, station.revision, day)
    return found


def _days(seen: Iterable[Station], start: date, end: date) -> Iterator[tuple[Station, StationMonth, date]]:
    stations = list(seen)
    for at in range((end - start).days):
        day = start + timedelta(days=at)
        for station in stations:
            month = months.of_month(station.pk, station.revision, months_.month_of(day))
            if month.imported[month.at(day)]:
                yield station, month, day


def _areas(
    station: Station, month: StationMonth, level: Level, day: date, price: Price, only: int | None = None
) -> Iterator[AreaLoss]:
    areas = TransformerArea.objects.filter(station=station)
    rows = (areas if only is None else areas.filter(pk=only)).values_list("id", "number", "name")
    named = {key: (number, name) for key, number, name in rows}
    # One area's page asks for many days: who answers for it then is who does at the end of the month.
    asked = day if only is None else month.days()[-1]
    people = managers.of_areas(station.pk, station.revision, asked)
    nano, column = price(station.pk, month.period), level.column(month, day)
    blame = details.Blame(month, level, column)
    for at, area_id in enumerate(month.areas.tolist()):
        # An area without any customer or master is not in operation.
        lives = level.of.outlets[at, column] or level.of.inlets[at, column]
        if area_id in named and month.public[at] and lives:
            manager_id, manager = people.get(area_id, (None, ""))
            yield AreaLoss(
                station.pk, day, area_id, *named[area_id], **_fields(level, at, column, nano),
                reason_detail=blame.words(at, at), manager_id=manager_id, manager=manager,
            )  # fmt: skip


def _feeders(month: StationMonth, level: Level, day: date, price: Price) -> Iterator[Loss]:
    rows = Feeder.objects.filter(pk__in=month.feeders.tolist()).values_list("id", "number", "name")
    named = {key: (number, name) for key, number, name in rows}
    nano, column = price(month.station_id, month.period), level.column(month, day)
    blame = details.Blame(month, level, column, feeder=True)
    for at, feeder_id in sorted(enumerate(month.feeders.tolist()), key=lambda each: named[each[1]]):
        fields, detail = _fields(level, at, column, nano), blame.words(at, len(month.areas) + at)
        yield Loss(month.station_id, day, feeder_id, *named[feeder_id], **fields, reason_detail=detail)


def _station(station: Station, month: StationMonth, level: Level, day: date, price: Price) -> Loss:
    column = level.column(month, day)
    fields = _fields(level, 0, column, price(station.pk, month.period))
    detail = details.Blame(month, level, column, feeder=True).words(0, None)
    return Loss(station.pk, day, station.pk, "", station.name, **fields, reason_detail=detail)


def _fields(level: Level, at: int, column: int, nano: int | None) -> dict[str, Any]:
    of, losses = level.of, level.losses
    computable = losses.kind[at, column] != LossKind.UNCOMPUTABLE
    reason = Reason(int(losses.reason[at, column]))
    supply = int(of.inlet_forward_wh[at, column] + of.outlet_reverse_wh[at, column])
    mean = bool(losses.mean_days[at, column])
    loss_wh = int(losses.loss_wh[at, column]) if computable else None
    return {
        "outlets": int(of.outlets[at, column]),
        "outlets_known": int(of.outlets_known[at, column]),
        "supply_wh": supply if reason not in INLET_UNKNOWN else None,
        "sold_wh": int(of.outlet_forward_wh[at, column] + of.inlet_reverse_wh[at, column]),
        "feed_in_wh": int(of.outlet_reverse_wh[at, column]),
        "back_wh": int(of.inlet_reverse_wh[at, column]),
        "loss_wh": loss_wh,
        "rate_bp": int(losses.rate_bp[at, column]) if computable else None,
        "kind": LossKind(int(losses.kind[at, column])),
        "reason": reason,
        "sudden": bool(losses.sudden[at, column]),
        "mean7_rate_bp": int(losses.mean_rate_bp[at, column]) if mean else None,
        "mean7_loss_wh": int(losses.mean_loss_wh[at, column]) if mean else None,
        "value_fen": prices.value_fen(loss_wh, nano),
    }
