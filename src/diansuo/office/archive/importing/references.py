"""The things many lines share (stations, staff, feeders, areas, routes), known by name until they have an id."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from diansuo.office.archive.importing.places import Place
from diansuo.office.archive.models import Feeder, Route, RouteTerm, Substation
from diansuo.office.base.models import Staff


class Shared(StrEnum):
    """What kind of thing a name stands for."""

    COMPANY = "company"
    STATION = "station"
    STAFF = "staff"
    SUBSTATION = "substation"
    FEEDER = "feeder"
    AREA = "area"
    ROUTE = "route"
    METER = "meter"
    POINT = "point"


class Named(NamedTuple):
    """A shared thing as a file names it: its kind; its company, its station where it has one, its name."""

    kind: Shared
    key: tuple[str, ...]


class SharedNow(NamedTuple):
    """A route or feeder as it stands, with the values a file may restate, and of a route its open term."""

    id: int
    values: dict[str, Any]
    term_id: int | None = None
    term_from: date | None = None


@dataclass(slots=True)
class References:
    """Ids by name, filled from the database when an import is planned and completed by its first write."""

    ids: dict[Named, int] = field(default_factory=dict)
    now: dict[Named, SharedNow] = field(default_factory=dict)
    shown: dict[tuple[Shared, int], str] = field(default_factory=dict)
    same_name: set[Named] = field(default_factory=set)
    contracts: dict[Hashable, int] = field(default_factory=dict)
    transformers: set[tuple[int, str]] = field(default_factory=set)

    def add(self, name: Named, row_id: int) -> None:
        """Remember the id a name stands for; a name that stands for two rows is remembered as ambiguous."""
        if self.ids.setdefault(name, row_id) != row_id:
            self.same_name.add(name)
        self.shown[name.kind, row_id] = name.key[-1]

    def id_of(self, name: Named | None) -> int | None:
        """Return the id a name stands for, None for no name or one that is yet to be made."""
        return None if name is None else self.ids.get(name)

    def resolve_known(self, name: Named) -> Any:
        """Return the id a name stands for already, else the name itself."""
        return self.ids.get(name, name)

    def resolve(self, value: Any) -> Any:
        """Return the id behind a name, and any other value as it is (KeyError if the name was never made)."""
        return self.ids[value] if isinstance(value, Named) else value


def load(places: Collection[Place]) -> References:
    """Return what the database holds at these places, areas excepted (they come with what stands)."""
    references = References()
    for place in places:
        if place.company_id is None:
            continue
        references.add(Named(Shared.COMPANY, (place.company,)), place.company_id)
        _load_grid(references, place.company, place.company_id)
        if place.station_id is not None:
            references.add(Named(Shared.STATION, (place.company, place.station)), place.station_id)
            _load_station(references, place, place.station_id)
    return references


def _load_grid(references: References, company: str, company_id: int) -> None:
    for row_id, name in Substation.objects.filter(company=company_id).values_list("id", "name"):
        references.add(Named(Shared.SUBSTATION, (company, name)), row_id)
    for feeder in Feeder.objects.filter(company=company_id):
        named = Named(Shared.FEEDER, (company, feeder.name))
        references.add(named, feeder.pk)
        values = {"number": feeder.number, "substation_id": feeder.substation_id}
        references.now[named] = SharedNow(feeder.pk, values)


def _load_station(references: References, place: Place, station_id: int) -> None:
    for row_id, name in Staff.objects.filter(station=station_id).order_by("id").values_list("id", "name"):
        references.add(Named(Shared.STAFF, (place.company, place.station, name)), row_id)
    terms = {
        term.route_id: term for term in RouteTerm.objects.filter(route__station=station_id, valid_to=None)
    }
    for route in Route.objects.filter(station=station_id):
        named = Named(Shared.ROUTE, (place.company, place.station, route.number))
        references.add(named, route.pk)
        term = terms.get(route.pk)
        values = {
            "name": route.name,
            "reading_day": term.reading_day if term else None,
            "method": term.method if term else None,
        }
        references.now[named] = (
            SharedNow(route.pk, values, term.pk, term.valid_from) if term else SharedNow(route.pk, values)
        )
