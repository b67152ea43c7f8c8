"""The classes of areas × days of a year: for whoever may see them, the worst area first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from diansuo.core.network import LossKind
from diansuo.core.quantity import month as months_
from diansuo.office.archive.models import TransformerArea
from diansuo.office.base.scope import Scope
from diansuo.office.network import queries
from diansuo.office.network.heat import codes as kept
from diansuo.office.network.heat.codes import NOTHING, SUDDEN, Codes

BAD = (LossKind.HIGH, LossKind.NEGATIVE, LossKind.UNCOMPUTABLE)


@dataclass(frozen=True, slots=True)
class HeatRow:
    """An area over the days: who manages it, and on how many days somebody had to look."""

    area_id: int
    number: str
    name: str
    manager: str
    bad_days: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Rows, the worst first, and a code a cell, int8 (rows, days): `LossKind`, plus `SUDDEN`, or `NOTHING`."""

    days: list[date]
    rows: list[HeatRow]
    codes: Codes


def heat_map(
    scope: Scope, first: date, last: date, *, manager_id: int | None = None, words: str = ""
) -> HeatMap:
    """Return the classes of the public areas on the days ``first`` to ``last``, both included, the worst first."""
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    managers = queries.managers_on(scope, last)
    rows: list[HeatRow] = []
    codes: list[Codes] = []
    for station in scope.stations_in_part():
        areas = TransformerArea.objects.filter(station=station).order_by("number", "id")
        named = [row for row in areas.values_list("id", "number", "name") if scope.has_area(row[0])]
        place = {area: at for at, (area, _number, _name) in enumerate(named)}
        held = _span(station.pk, station.revision, first, last, place)
        bad = (np.isin(held % SUDDEN, BAD) | (held >= SUDDEN)) & (held != NOTHING)
        for at, (area, number, name) in enumerate(named):
            manager = managers.get(area, (None, ""))
            fits = (words in name or number.startswith(words)) and manager_id in (None, manager[0])
            if fits and (held[at] != NOTHING).any():
                rows.append(HeatRow(area, number, name, manager[1], int(bad[at].sum())))
                codes.append(held[at])
    order = sorted(range(len(rows)), key=lambda at: (-rows[at].bad_days, rows[at].number))
    table = np.stack([codes[at] for at in order]) if order else np.zeros((0, len(days)), np.int8)
    return HeatMap(days, [rows[at] for at in order], table)


def _span(station_id: int, revision: int, first: date, last: date, place: dict[int, int]) -> Codes:
    """Return the codes of a station's areas (by their place) on some days."""
    found = np.full((len(place), (last - first).days + 1), NOTHING, dtype=np.int8)
    period = months_.month_of(first)
    while period <= months_.month_of(last):
        areas, codes = kept.of_month(station_id, revision, period)
        start = months_.first_day(period)
        since, until = max(start, first), min(start + timedelta(days=codes.shape[1] - 1), last)
        rows = np.array([place.get(area, -1) for area in areas.tolist()], dtype=np.int64)
        mine = rows >= 0
        columns = slice((since - start).days, (until - start).days + 1)
        found[rows[mine], (since - first).days : (until - first).days + 1] = codes[mine, columns]
        period = months_.next_month(period)
    return found
