"""Whether an estimate holds: only while its day lacks a true energy, and the registers it stands on are as they were.

Asked from the lake each time, so that a register that comes late, or is withdrawn, is followed at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import polars as pl
from django.db.models import Max

from diansuo.office.metering import lake
from diansuo.office.metering.models import DayEstimate

Registers = Mapping[date, int]
DAY = timedelta(days=1)
LOOK_AHEAD = timedelta(days=62)
"""How far behind the last estimated day a register is looked for that says what flowed until then."""


class State(StrEnum):
    """What has become of an estimate."""

    STANDING = "standing"
    TRUE = "true"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Judged:
    """An estimate with its state, and the true energy where that is known."""

    estimate: DayEstimate
    state: State
    true_wh: int | None


def latest(station_id: int, from_date: date, to_date: date) -> list[DayEstimate]:
    """Return the latest estimate of each point and day in ``[from_date, to_date)`` of a station."""
    rows = DayEstimate.objects.filter(point__station=station_id, of_date__gte=from_date, of_date__lt=to_date)
    if not rows.exists():
        return []
    newest = rows.order_by().values("point", "of_date").annotate(newest=Max("id")).values("newest")
    return list(DayEstimate.objects.filter(pk__in=newest).order_by("point", "of_date"))


def judged(station_id: int, estimates: Iterable[DayEstimate]) -> list[Judged]:
    """Hold estimates of a station against the registers the lake has now."""
    found = list(estimates)
    if not found:
        return []
    first = min(one.from_date for one in found)
    last = max(max(one.until_date or one.of_date, one.of_date + DAY) for one in found)
    points = {one.point_id for one in found}
    frame = lake.read_freeze_span(
        station_id, first, last + LOOK_AHEAD, (min(points), max(points)), ("active_total_wh",)
    )
    registers: dict[int, dict[date, int]] = defaultdict(dict)
    kept = frame.filter(pl.col("point").is_in(list(points))).drop_nulls("active_total_wh")
    for point, day, wh in kept.select("point", "day", "active_total_wh").iter_rows():
        registers[point][day] = wh
    return [_judged(one, registers[one.point_id]) for one in found]


def _judged(one: DayEstimate, held: Registers) -> Judged:
    here, after = held.get(one.of_date), held.get(one.of_date + DAY)
    if here is not None and after is not None and after >= here:
        return Judged(one, State.TRUE, (after - here) * one.multiplier)
    state = State.STANDING if _stands(one, held) else State.STALE
    return Judged(one, state, None)


def _stands(one: DayEstimate, held: Registers) -> bool:
    if held.get(one.from_date) != one.from_wh:
        return False
    if one.until_date is not None and held.get(one.until_date) != one.until_wh:
        return False
    end = one.until_date or date.max
    return not any(one.from_date < day < end for day in held)
