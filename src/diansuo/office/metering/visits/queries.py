"""Reads about checks on site: a month's list, and how many were drawn, visited, and found to be off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from diansuo.office.base.scope import Scope
from diansuo.office.metering.collecting.point_rows import PointRow, point_rows
from diansuo.office.metering.models import SiteCheck, SiteCheckVersion
from diansuo.office.metering.visits import standing

VISITED = Q(seen_date__isnull=False)
OFF = VISITED & (Q(off_wh__isnull=False) | ~Q(found__in=(SiteCheck.Found.GOOD, SiteCheck.Found.UNUSED)))
UNSIGNED = VISITED & Q(kind=SiteCheck.Kind.ACCOMPANIED, companion=None)
STATES = {"waiting": ~VISITED, "visited": VISITED, "unsigned": UNSIGNED, "off": OFF}


@dataclass(slots=True, kw_only=True)
class CheckRow(PointRow):
    """A check with where it is, who is sent, and how it stands."""

    id: int
    kind: str
    group: str
    order_id: int | None
    order: str
    state: str
    seen_date: date | None
    found: str | None
    register_wh: int | None
    off_wh: int | None
    seen_by: str
    companion: str
    follow_up_id: int | None
    follow_up: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How a kind and group of a month stands."""

    kind: str
    group: str
    drawn: int
    visited: int
    off: int


def of_month(scope: Scope, period: int) -> QuerySet[SiteCheck]:
    """Return the checks of a month within a scope."""
    return SiteCheck.objects.filter(scope.limit("station"), period=period)


def one_of(scope: Scope, check_id: int) -> SiteCheck | None:
    """Return a check by its id, None outside the scope."""
    rows = SiteCheck.objects.filter(scope.limit("station"), pk=check_id)
    return rows.select_related("order", "follow_up", "seen_by", "companion").first()


def versions_of(scope: Scope, check: SiteCheck) -> list[SiteCheckVersion]:
    """Return what was written about a check before its corrections, the oldest first."""
    rows = SiteCheckVersion.objects.filter(scope.limit("check_of__station"), check_of=check)
    return list(rows.select_related("seen_by", "replaced_by").order_by("pk"))


def counts(scope: Scope, period: int) -> list[Tally]:
    """Return how many were drawn, visited and off, by kind and group."""
    rows = (
        of_month(scope, period)
        .order_by()
        .values_list("kind", "group")
        .annotate(drawn=Count("pk"), visited=Count("pk", filter=VISITED), off=Count("pk", filter=OFF))
    )
    kinds, groups = list(SiteCheck.Kind.values), list(SiteCheck.Group.values)
    ordered = sorted(rows, key=lambda row: (kinds.index(row[0]), groups.index(row[1])))
    return [Tally(*row) for row in ordered]


def rows_of(scope: Scope, checks: Sequence[Any], day: date) -> list[CheckRow]:
    """Return checks as the list shows them."""
    places = point_rows(scope, {check.point_id for check in checks}, day)
    held = SiteCheck.objects.select_related("order", "seen_by", "companion", "follow_up").in_bulk(
        [check.pk for check in checks]
    )
    return [_row(held[check.pk], places[check.point_id]) for check in checks if check.point_id in places]


def _row(check: SiteCheck, where: PointRow) -> CheckRow:
    place = {name: getattr(where, name) for name in PointRow.__slots__}
    return CheckRow(
        **place,
        id=check.pk,
        kind=check.kind,
        group=check.group,
        order_id=check.order_id,
        order=check.order.number if check.order else "",
        state=standing.state_of(check),
        seen_date=check.seen_date,
        found=check.found or None,
        register_wh=check.register_wh,
        off_wh=check.off_wh,
        seen_by=standing.name_of(check.seen_by),
        companion=standing.name_of(check.companion),
        follow_up_id=check.follow_up_id,
        follow_up=check.follow_up.number if check.follow_up else "",
    )
