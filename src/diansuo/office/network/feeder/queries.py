"""What the page of a feeder shows: thirty days with the parts of their loss, and the transformers on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from diansuo.office.archive.models import AreaTerm, Feeder, MeteringPoint
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.network import queries
from diansuo.office.network.area.parts import DayParts, day_by_day
from diansuo.office.network.feeder.parts import parts_of
from diansuo.office.network.queries import AreaLoss
from diansuo.office.network.technical import feeder_queries
from diansuo.office.network.technical.feeder_queries import FeederDay

DAYS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class OnFeeder:
    """A transformer on a feeder; ``loss`` is None for a customer's own and where it is not known."""

    term: AreaTerm
    loss: AreaLoss | None


@dataclass(frozen=True, slots=True)
class FeederDays:
    """A feeder with some days, and what stands on it on the last of them."""

    feeder: Feeder
    station: Station
    days: list[DayParts]
    technical: dict[date, FeederDay]
    transformers: list[OnFeeder]

    @property
    def latest(self) -> DayParts | None:
        """Return the latest day of which registers have come."""
        return next((each for each in reversed(self.days) if each.loss is not None), None)


def feeder_days(scope: Scope, feeder_id: int, last: date, count: int = DAYS_SHOWN) -> FeederDays | None:
    """Return a feeder's ``count`` days up to ``last``, None where no station in the scope has anything on it."""
    station = _station(scope, feeder_id)
    if station is None:
        return None
    first, after = last - timedelta(days=count - 1), last + timedelta(days=1)
    mine = scope.within(station.pk)
    losses = [one for one in queries.loss_of_feeders(mine, first, after) if one.id == feeder_id]
    found = feeder_queries.of_station(mine, station, first, last).get(feeder_id, [])
    technical = {one.day: one for one in found}
    days = day_by_day(losses, parts_of(found), first, last)
    feeder = Feeder.objects.select_related("substation").get(pk=feeder_id)
    return FeederDays(feeder, station, days, technical, _transformers(mine, station, feeder_id, last))


def _station(scope: Scope, feeder_id: int) -> Station | None:
    """Return the station in the scope that has the feeder's gate, else the first with an area on it."""
    stations = {one.pk: one for one in scope.stations()}
    gates = MeteringPoint.objects.filter(gate_of=feeder_id, station__in=stations)
    areas = AreaTerm.objects.filter(feeder=feeder_id, area__station__in=stations)
    for ids in (gates.values_list("station", flat=True), areas.values_list("area__station", flat=True)):
        for one in ids.order_by("id"):
            return stations[one]
    return None


def _transformers(scope: Scope, station: Station, feeder_id: int, day: date) -> list[OnFeeder]:
    """Return what stands on a feeder, the public ones first, the one that loses most at the top."""
    terms = AreaTerm.objects.in_force(day).filter(feeder=feeder_id, area__station=station)
    losses = {one.area_id: one for one in queries.loss_on(scope, day)}
    found = [OnFeeder(term, losses.get(term.area_id)) for term in terms.select_related("area")]
    return sorted(
        found,
        key=lambda one: (one.term.dedicated, -((one.loss and one.loss.loss_wh) or 0), one.term.area.number),
    )
