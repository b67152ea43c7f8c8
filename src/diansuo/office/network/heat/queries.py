"""The classes of areas × days of a year: kept a month at a time, as one small number a cell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from diansuo.core.network import LossKind
from diansuo.core.quantity import month as months_
from diansuo.core.quantity.arrays import Int64
from diansuo.office.archive.models import TransformerArea
from diansuo.office.base.scope import Scope
from diansuo.office.network import months, queries

Codes = npt.NDArray[np.int8]
NOTHING = -1
"""In a cell: no registers of the day have come, or the area was not in operation."""
SUDDEN = len(LossKind)
"""Added to the class of a day on which the loss changed suddenly."""
# Two stations of 500 areas over two years take less than 2 MB.
MONTHS_KEPT = 512
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
        areas, codes = codes_of_month(station_id, revision, period)
        start = months_.first_day(period)
        since, until = max(start, first), min(start + timedelta(days=codes.shape[1] - 1), last)
        rows = np.array([place.get(area, -1) for area in areas.tolist()], dtype=np.int64)
        mine = rows >= 0
        columns = slice((since - start).days, (until - start).days + 1)
        found[rows[mine], (since - first).days : (until - first).days + 1] = codes[mine, columns]
        period = months_.next_month(period)
    return found


@lru_cache(maxsize=MONTHS_KEPT)
def codes_of_month(station_id: int, revision: int, period: int) -> tuple[Int64, Codes]:
    """Return the public areas of a station, and the code of each on every day of a month; from memory where it can."""
    month = months.of_month(station_id, revision, period)
    columns = [month.at(day) for day in month.days()]
    of, losses = month.area.of, month.area.losses
    lives = ((of.outlets > 0) | (of.inlets > 0))[:, columns] & month.imported[columns]
    codes = losses.kind[:, columns] + SUDDEN * losses.sudden[:, columns]
    codes = np.where(lives & month.public[:, None], codes, NOTHING).astype(np.int8)
    return month.areas[month.public], codes[month.public]


months.forget_too(codes_of_month)
