"""What the loss pages show: the calendar of areas × days, and the trend."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from diansuo.core.network import LossKind
from diansuo.core.quantity import month as months_
from diansuo.office.archive.models import TransformerArea
from diansuo.office.base.scope import Scope
from diansuo.office.network import months, queries
from diansuo.office.network.months import StationMonth
from diansuo.office.network.queries import Loss

BAD = (int(LossKind.HIGH), int(LossKind.NEGATIVE), int(LossKind.UNCOMPUTABLE))


@dataclass(frozen=True, slots=True)
class DayCell:
    """One area on one day; ``kind`` None: no registers of the day have come."""

    day: date
    kind: int | None
    rate_bp: int | None = None
    sudden: int = 0


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """An area's month: its days, the month as a whole, and on how many days somebody had to look."""

    area_id: int
    number: str
    name: str
    manager_id: int | None
    manager: str
    bad_days: int
    cells: list[DayCell]
    month: DayCell


@dataclass(slots=True)
class Calendar:
    """Some areas of a month, the worst first; of all of them, how many were of which kind by day."""

    days: list[date]
    rows: list[CalendarRow]
    counts: list[Counter[int]]
    total: int = 0


def calendar(
    scope: Scope,
    period: int,
    *,
    manager_id: int | None = None,
    words: str = "",
    start: int = 0,
    size: int | None = None,
) -> Calendar:
    """Return the month of the public areas, worst first; narrowed to a manager or to words of number or name.

    ``start`` and ``size`` choose the rows of one page; the counts are of all.
    """
    found = _months(scope, period)
    days = found[0].days() if found else []
    managers = queries.managers_on(scope, days[-1]) if days else {}
    wanted: list[tuple[int, str, StationMonth, int, str, tuple[int | None, str]]] = []
    counts: list[Counter[int]] = [Counter() for _day in days]
    for month in found:
        areas = TransformerArea.objects.filter(pk__in=month.areas.tolist())
        named = {one: (number, name) for one, number, name in areas.values_list("id", "number", "name")}
        lives, bad = _days_of(month)
        kept = []
        for at, area_id in enumerate(month.areas.tolist()):
            number, name = named[area_id]
            manager = managers.get(area_id, (None, ""))
            fits = words in name or number.startswith(words)
            fits = fits and scope.has_area(area_id)
            if month.public[at] and lives[at].any() and fits and manager_id in (None, manager[0]):
                wanted.append((-int(bad[at].sum()), number, month, at, name, manager))
                kept.append(at)
        columns = [month.at(day) for day in days]
        kinds = month.area.losses.kind[:, columns]
        for kind in LossKind:
            of_kind = ((kinds == kind) & lives)[kept].sum(axis=0).tolist()
            for count, number_of_areas in zip(counts, of_kind, strict=True):
                count[int(kind)] += number_of_areas
    wanted.sort(key=lambda each: each[:2])
    shown = wanted[start:] if size is None else wanted[start : start + size]
    rows = [_calendar_row(*each) for each in shown]
    return Calendar(days, rows, counts, len(wanted))


def _days_of(month: StationMonth) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return on which days of the month each area has a loss to speak of, and on which somebody had to look."""
    columns = [month.at(day) for day in month.days()]
    of, losses = month.area.of, month.area.losses
    lives = ((of.outlets > 0) | (of.inlets > 0))[:, columns] & month.imported[columns]
    return lives, lives & (np.isin(losses.kind, BAD) | losses.sudden)[:, columns]


def _months(scope: Scope, period: int) -> list[StationMonth]:
    return [months.of_month(one.pk, one.revision, period) for one in scope.stations_in_part()]


def _calendar_row(
    minus_bad_days: int, number: str, month: StationMonth, at: int, name: str, manager: tuple[int | None, str]
) -> CalendarRow:
    of, losses = month.area.of, month.area.losses
    cells = []
    for day in month.days():
        column = month.at(day)
        lives = of.outlets[at, column] or of.inlets[at, column]
        if not month.imported[column] or not lives:
            cells.append(DayCell(day, None))
            continue
        kind = int(losses.kind[at, column])
        rate = int(losses.rate_bp[at, column]) if kind != LossKind.UNCOMPUTABLE else None
        change = int(np.sign(losses.rate_bp[at, column] - losses.mean_rate_bp[at, column]))
        cells.append(DayCell(day, kind, rate, change if losses.sudden[at, column] else 0))
    whole = month.area_month
    kind = int(whole.losses.kind[at, 0])
    rate = int(whole.losses.rate_bp[at, 0]) if kind != LossKind.UNCOMPUTABLE else None
    return CalendarRow(
        int(month.areas[at]),
        number,
        name,
        *manager,
        bad_days=-minus_bad_days,
        cells=cells,
        month=DayCell(month.month_start, kind, rate),
    )


@dataclass(frozen=True, slots=True)
class Trend:
    """Rates by day: of the stations, of the areas that can be computed together, and of each feeder."""

    days: list[date]
    stations: dict[str, list[int | None]]
    areas: list[int | None]
    feeders: dict[str, list[int | None]]
    station_days: list[Loss]


def trend(scope: Scope, period: int) -> Trend:
    """Return how the losses of a month went, day by day."""
    start, end = months_.first_day(period), months_.first_day(months_.next_month(period))
    days = [start + timedelta(days=at) for at in range((end - start).days)]
    stations, feeders = defaultdict(dict), defaultdict(dict)
    station_days = list(queries.loss_of_stations(scope, start, end))
    for row in station_days:
        stations[row.name][row.day] = row.rate_bp
    for row in queries.loss_of_feeders(scope, start, end):
        feeders[row.name][row.day] = row.rate_bp
    return Trend(
        days=days,
        stations={name: [rates.get(day) for day in days] for name, rates in stations.items()},
        areas=[_together(scope, period, day) for day in days],
        feeders={name: [rates.get(day) for day in days] for name, rates in feeders.items()},
        station_days=station_days,
    )


def _together(scope: Scope, period: int, day: date) -> int | None:
    """Return the rate of all public areas that can be computed on a day, taken together."""
    supply = loss = 0
    for month in _months(scope, period):
        column = month.at(day)
        if month.imported[column]:
            good = month.public & (month.area.losses.kind[:, column] != LossKind.UNCOMPUTABLE)
            good &= np.array([scope.has_area(area_id) for area_id in month.areas.tolist()], np.bool_)
            supply += int(month.area.of.supply_wh[good, column].sum())
            loss += int(month.area.losses.loss_wh[good, column].sum())
    if not supply:
        return None
    size = (2 * abs(loss) * 10_000 + supply) // (2 * supply)
    return -size if loss < 0 else size
