"""Customers' meters without a register at one end of a period, of many areas at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from diansuo.office.archive.models import MeterInstallation, PointArea
from diansuo.office.base.scope import Scope
from diansuo.office.metering import lake
from diansuo.office.network.outlets import inner

LOOK_BACK_DAYS = 62


@dataclass(frozen=True, slots=True)
class Silent:
    """A customer's meter without a register, and since when; None: none was seen these two months."""

    customer: str
    meter: str
    since: date | None


def silent(
    scope: Scope, station_id: int, areas: Sequence[int], first: date, end: date
) -> dict[int, list[Silent]]:
    """Return the silent meters of areas by area, the longest silent first.

    Args:
        scope: of the viewer.
        station_id: whose lake.
        areas: by id.
        first: the day whose register begins the period.
        end: the day whose register ends it.
    """
    hangs = PointArea.objects.in_force(end - timedelta(days=1)).filter(
        scope.limit("area__station"), area__in=areas, point__contract__isnull=False
    )
    hangs = hangs.exclude(point__in=inner(end - timedelta(days=1)))
    rows = hangs.exclude(point__contract__closed_date__lte=end).values_list(
        "point", "area", "point__contract__customer__number"
    )
    held = {point: (area, customer) for point, area, customer in rows}
    seen = _seen(station_id, list(held), first, end)
    missing = {point for point in held if seen.get(point, (False, False, None))[:2] != (True, True)}
    meters = dict(
        MeterInstallation.objects.in_force(end - timedelta(days=1))
        .filter(point__in=missing)
        .values_list("point", "meter__asset_number")
    )
    found: dict[int, list[Silent]] = {}
    for point in missing:
        area, customer = held[point]
        last = seen[point][2] if point in seen else None
        since = None if last is None else last + timedelta(days=1)
        found.setdefault(area, []).append(Silent(customer, meters.get(point, ""), since))
    return {
        area: sorted(those, key=lambda one: (one.since or date.min, one.customer))
        for area, those in found.items()
    }


def _seen(
    station_id: int, points: list[int], first: date, end: date
) -> dict[int, tuple[bool, bool, date | None]]:
    """Return of each point that froze anything: at the beginning, at the end, and its last day before silence."""
    if not points:
        return {}
    names = ["point", "day", "active_total_wh"]
    frame = lake.read_freeze_rows(
        [station_id], first - timedelta(days=LOOK_BACK_DAYS), end + timedelta(days=1), names
    )
    there = frame.filter(pl.col("active_total_wh").is_not_null(), pl.col("point").is_in(points))
    rows = (
        there.group_by("point")
        .agg(
            (pl.col("day") == first).any().alias("at_first"),
            (pl.col("day") == end).any().alias("at_end"),
            pl.col("day").filter(pl.col("day") < first).max().alias("before_first"),
            pl.col("day").filter(pl.col("day") < end).max().alias("before_end"),
        )
        .iter_rows()
    )
    return {
        point: (at_first, at_end, before_end if at_first else before_first)
        for point, at_first, at_end, before_first, before_end in rows
    }
