"""Who has answered for a route, and how long without a break: by it rotation (轮换) is asked for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final, NamedTuple

from django.utils import timezone

from diansuo.office.archive.models import RouteTerm
from diansuo.office.archive.route_models import ALWAYS
from diansuo.office.metering.routes import visiting

AT_ONCE: Final = 5_000


class Kept(NamedTuple):
    """An owner on a day, and for how many whole months at least without a break."""

    name: str
    months: int
    staff_id: int


def of_routes(ids: Collection[int], day: date) -> dict[int, Kept]:
    """Return who answers for each of some routes on a day; a route nobody answers for is not there.

    A first term covers what was before anybody knew: it counts from the import it came with, else from nowhere.
    """
    found: dict[int, tuple[str, date | None, int]] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), AT_ONCE):
        rows = RouteTerm.objects.filter(route__in=wanted[start : start + AT_ONCE], valid_from__lte=day)
        for row in rows.select_related("owner", "batch").order_by("valid_from"):
            held = found.pop(row.route_id, None)
            if row.owner is None:
                continue
            since = held[1] if held is not None and held[2] == row.owner_id else _since(row)
            found[row.route_id] = (row.owner.name, since, row.owner.pk)
    return {
        route: Kept(name, visiting.months_between(since, day) if since else 0, staff)
        for route, (name, since, staff) in found.items()
    }


def months(route_id: int, day: date) -> Kept | None:
    """Return who answers for one route on a day."""
    return of_routes([route_id], day).get(route_id)


def _since(row: RouteTerm) -> date | None:
    if row.valid_from != ALWAYS:
        return row.valid_from
    applied = row.batch.applied_at if row.batch else None
    return timezone.localdate(applied) if applied else None
