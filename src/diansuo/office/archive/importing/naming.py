"""The names of the shared things each line speaks of: its station, area, feeder, route, meter and people."""

from __future__ import annotations

from dataclasses import dataclass

from diansuo.office.archive.importing.lines import Lines
from diansuo.office.archive.importing.places import Place
from diansuo.office.archive.importing.references import Named, Shared


@dataclass(slots=True)
class Names:
    """One name a line, None where the line names nothing of that kind."""

    station: list[Named | None]
    substation: list[Named | None]
    feeder: list[Named | None]
    area: list[Named | None]
    route: list[Named | None]
    meter: list[Named | None]
    reader: list[Named | None]
    manager: list[Named | None]
    point: list[Named | None]
    behind: list[Named | None]


def name(lines: Lines, places: list[Place], place_of: list[int]) -> Names:
    """Return the names; equal names are one object, so that a hundred thousand lines cost a few hundred of them.

    A feeder without a name, or a route without a number, goes by what it has.
    """
    feeders = [
        full or number for full, number in zip(lines["feeder_name"], lines["feeder_number"], strict=True)
    ]
    routes = [number or full for number, full in zip(lines["route_number"], lines["route_name"], strict=True)]
    company_wide = {
        Shared.SUBSTATION: lines["substation"],
        Shared.FEEDER: feeders,
        Shared.AREA: lines["area_number"],
        Shared.METER: lines["meter_number"],
        Shared.POINT: lines["point_number"],
    }
    named = {kind: _named(kind, column, places, place_of, 1) for kind, column in company_wide.items()}
    stations = [Named(Shared.STATION, (place.company, place.station)) for place in places]
    return Names(
        station=[stations[place] if place >= 0 else None for place in place_of],
        substation=named[Shared.SUBSTATION],
        feeder=named[Shared.FEEDER],
        area=named[Shared.AREA],
        route=_named(Shared.ROUTE, routes, places, place_of, 2),
        meter=named[Shared.METER],
        reader=_named(Shared.STAFF, lines["reader"], places, place_of, 2),
        manager=_named(Shared.STAFF, lines["manager"], places, place_of, 2),
        point=named[Shared.POINT],
        behind=_named(Shared.POINT, lines["point_behind"], places, place_of, 1),
    )


def _named(
    kind: Shared, column: list[str | None], places: list[Place], place_of: list[int], depth: int
) -> list[Named | None]:
    """Name a column's values within their company (depth 1) or station (depth 2)."""
    made: dict[tuple[int, str], Named] = {}
    names: list[Named | None] = []
    for value, place in zip(column, place_of, strict=True):
        if value is None or place < 0:
            names.append(None)
            continue
        key = (place, value)
        if key not in made:
            made[key] = Named(kind, (*places[place][:depth], value))
        names.append(made[key])
    return names
