"""Reads about estimates: a month's, what of an area's day is estimated, and the filled curve of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.db.models import Exists, Max, OuterRef, QuerySet

from diansuo.core.quantity.month import first_day, next_month
from diansuo.office.archive.models import MeteringPoint, PointArea
from diansuo.office.base.scope import Scope
from diansuo.office.metering.collecting.point_rows import PointRow, point_rows
from diansuo.office.metering.estimates.standing import Judged, State, judged
from diansuo.office.metering.models import CurveEstimate, DayEstimate


@dataclass(slots=True, kw_only=True)
class EstimateRow(PointRow):
    """An estimated day as a list shows it; ``error_wh``: estimate less truth, once that is known."""

    id: int
    day: date
    energy_wh: int
    band_wh: int
    way: int
    state: str
    true_wh: int | None
    error_wh: int | None
    made_by: str
    made_at: object


@dataclass(frozen=True, slots=True)
class Share:
    """How much of an area's energy of a day is estimated: of how many customers, and within what."""

    customers: int
    energy_wh: int
    band_wh: int


@dataclass(frozen=True, slots=True)
class CurveRow:
    """A filled curve as a list shows it."""

    where: PointRow
    day: date
    slots: int
    energy_wh: int
    band_w: int
    to_register: bool


def of_month(scope: Scope, month: int) -> QuerySet[DayEstimate]:
    """Return the latest estimate of each point and day of a month."""
    rows = DayEstimate.objects.filter(
        scope.limit("point__station"), of_date__gte=first_day(month), of_date__lt=first_day(next_month(month))
    )
    newer = DayEstimate.objects.filter(
        point=OuterRef("point"), of_date=OuterRef("of_date"), pk__gt=OuterRef("pk")
    )
    return rows.filter(~Exists(newer))


def rows_of(scope: Scope, found: Iterable[DayEstimate], day: date) -> list[EstimateRow]:
    """Return estimates as rows: with customer, state, and truth where it has come."""
    found = list(found)
    where = point_rows(scope, {one.point_id for one in found}, day)
    by_station: dict[int, list[DayEstimate]] = defaultdict(list)
    for one in found:
        if one.point_id in where:
            by_station[where[one.point_id].station_id].append(one)
    state = {each.estimate.pk: each for station, mine in by_station.items() for each in judged(station, mine)}
    return [_row(one, where[one.point_id], state[one.pk]) for one in found if one.pk in state]


def _row(one: DayEstimate, where: PointRow, state: Judged) -> EstimateRow:
    by = one.made_by
    return EstimateRow(
        **asdict(where),
        id=one.pk,
        day=one.of_date,
        energy_wh=one.energy_wh,
        band_wh=one.band_wh,
        way=one.way,
        state=state.state.value,
        true_wh=state.true_wh,
        error_wh=None if state.true_wh is None else one.energy_wh - state.true_wh,
        made_by="" if by is None else by.first_name or by.username,
        made_at=one.made_at,
    )


def of_area(scope: Scope, area_id: int, day: date) -> Share | None:
    """Return what of an area's day is estimated and still stands; None where nothing is."""
    hung = PointArea.objects.in_force(day).filter(area=area_id, point=OuterRef("point"))
    rows = of_month(scope, day.year * 100 + day.month).filter(Exists(hung), of_date=day)
    station = MeteringPoint.objects.filter(scope.limit("station"), areas__area=area_id).first()
    if station is None:
        return None
    stands = [each.estimate for each in judged(station.station_id, rows) if each.state == State.STANDING]
    if not stands:
        return None
    return Share(len(stands), sum(one.energy_wh for one in stands), sum(one.band_wh for one in stands))


def curves(scope: Scope, month: int, *, most: int = 200) -> list[CurveRow]:
    """Return the filled curves of a month, the latest day first."""
    rows = CurveEstimate.objects.filter(
        scope.limit("point__station"), of_date__gte=first_day(month), of_date__lt=first_day(next_month(month))
    )
    newest = rows.order_by().values("point", "of_date").annotate(newest=Max("id")).values("newest")
    found = list(CurveEstimate.objects.filter(pk__in=newest).order_by("-of_date", "point")[:most])
    where = point_rows(
        scope, {one.point_id for one in found}, first_day(next_month(month)) - timedelta(days=1)
    )
    return [
        CurveRow(
            where[one.point_id], one.of_date, len(one.slots), sum(max(watt, 0) for watt in one.power_w) // 4,
            one.band_w, one.to_register,
        )
        for one in found
        if one.point_id in where
    ]  # fmt: skip
