"""The technical loss of an area by day, with the band it is known to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from diansuo.core.network.technical import Method
from diansuo.core.quantity.arrays import Int64
from diansuo.office.archive.models import TransformerArea
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.network.technical import computing
from diansuo.office.network.technical.computing import NONE, Reason, Span


@dataclass(frozen=True, slots=True)
class TechnicalDays:
    """Technical loss of an area on successive days; lists of one length, in the order of the days.

    Attributes:
        day: the days.
        technical_wh: lines and meters, Wh; None where it is not known.
        low_wh: the least it may be, None likewise.
        high_wh: the most it may be.
        method_code: `core.network.technical.Method`, UNKNOWN where there is no number.
        line_wh: of it the lines.
        meter_wh: of it the meters themselves.
        transformer_wh: before the master meter, no part of it; None where capacity or losses are not on record.
        reason_code: `computing.Reason`, why there is no number.
        meters: customers' meters.
        filled: those of them whose energy was filled in.
        unplaced: meters that the list of lines does not have; 0 where the lines are estimated.
    """

    day: list[date]
    technical_wh: list[int | None]
    low_wh: list[int | None]
    high_wh: list[int | None]
    method_code: list[int]
    line_wh: list[int | None]
    meter_wh: list[int | None]
    transformer_wh: list[int | None]
    reason_code: list[int]
    meters: list[int]
    filled: list[int]
    unplaced: int


def of_area(scope: Scope, area: int, first_day: date, last_day: date) -> TechnicalDays:
    """Return the technical loss of an area on the days from the first to the last, both included.

    Args:
        scope: an area outside it has no number on any day.
        area: its id.
        first_day: the first day.
        last_day: the last day.
    """
    days = [first_day + timedelta(days=at) for at in range((last_day - first_day).days + 1)]
    found = TransformerArea.objects.filter(scope.limit("station"), pk=area).values_list("station", flat=True)
    station = Station.objects.filter(pk__in=found).first()
    if station is None or not days:
        nothing: list[int | None] = [None] * len(days)
        none, zero = [int(Method.UNKNOWN)] * len(days), [0] * len(days)
        return TechnicalDays(
            days, nothing, nothing.copy(), nothing.copy(), none, nothing.copy(), nothing.copy(), nothing.copy(),
            [int(Reason.NO_METERS)] * len(days), zero, zero.copy(), 0,
        )  # fmt: skip
    return _days(days, computing.of_area(station.pk, station.revision, area, first_day, last_day))


def of_areas(
    scope: Scope, station: Station, areas: Sequence[int], first_day: date, last_day: date
) -> Iterator[tuple[int, TechnicalDays]]:
    """Yield the technical loss of those areas of a station that lie within the scope, on the same days, in their order.

    Many areas at once are loaded much faster than one by one, and are not kept.
    """
    held = TransformerArea.objects.filter(scope.limit("station"), station=station)
    within = set(held.values_list("pk", flat=True))
    areas = [area for area in areas if area in within]
    days = [first_day + timedelta(days=at) for at in range((last_day - first_day).days + 1)]
    for area, span in computing.of_areas(station.pk, station.revision, areas, first_day, last_day):
        yield area, _days(days, span)


def _days(days: list[date], span: Span) -> TechnicalDays:
    return TechnicalDays(
        day=days,
        technical_wh=_known(span.line_wh + span.meter_wh, span.line_wh),
        low_wh=_known(span.low_wh),
        high_wh=_known(span.high_wh),
        method_code=span.method.tolist(),
        line_wh=_known(span.line_wh),
        meter_wh=_known(span.meter_wh),
        transformer_wh=_known(span.transformer_wh),
        reason_code=span.reason.tolist(),
        meters=span.meters.tolist(),
        filled=span.filled.tolist(),
        unplaced=span.unplaced,
    )


def _known(wh: Int64, by: Int64 | None = None) -> list[int | None]:
    marks = (wh if by is None else by).tolist()
    return [None if mark == NONE else value for mark, value in zip(marks, wh.tolist(), strict=True)]
