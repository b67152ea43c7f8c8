"""Somebody reads a route for its owner from one day to another (代抄); afterwards it is the owner's again by itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from diansuo.office.archive.models import Route, RouteStandIn
from diansuo.office.base.models import Staff, User
from diansuo.office.base.scope import Scope
from diansuo.office.metering.routes import changing

DAY: Final = timedelta(days=1)


class UnableToStandIn(ValueError):
    """Nobody can stand in like that; the message says why and what to do."""


def of_routes(scope: Scope, ids: Collection[int], day: date) -> dict[int, RouteStandIn]:
    """Return who stands in on each of some routes on a day."""
    rows = RouteStandIn.objects.in_force(day).filter(scope.limit("route__station"), route__in=list(ids))
    return {row.route_id: row for row in rows.select_related("staff")}


def of_user(user: User, day: date) -> QuerySet[Any]:
    """Return where a user stands in on a day."""
    return RouteStandIn.objects.in_force(day).filter(staff__user=user)


def last_day(row: RouteStandIn) -> date:
    """Return the last day somebody stands in."""
    return row.valid_to - DAY


def history(scope: Scope, route: Route) -> list[RouteStandIn]:
    """Return who stood in, stands in and will stand in on a route, the latest first."""
    rows = RouteStandIn.objects.filter(scope.limit("route__station"), route=route)
    return list(rows.select_related("staff", "said_by").order_by("-valid_from"))


def candidates(scope: Scope, route: Route) -> QuerySet[Staff]:
    """Return who might stand in: everybody of the route's station."""
    return Staff.objects.filter(scope.limit("station"), station=route.station_id).order_by("name", "pk")


@transaction.atomic
def put_in(
    scope: Scope,
    route: Route,
    staff: Staff,
    *,
    first: date,
    last: date,
    reason: str,
    user: User | None,
    now: datetime,
    today: date,
) -> RouteStandIn:
    """Let somebody stand in on a route, both days included.

    Raises:
        UnableToStandIn: outside the scope, of another station, the owner, no reason, over already, the days are
            turned round, or somebody stands in on one of them already.
    """
    if not scope.holds(route) or staff.station_id != route.station_id:
        raise UnableToStandIn(_("代抄人应为本所人员"))
    if not reason.strip():
        raise UnableToStandIn(_("写明代抄原因"))
    if last < first:
        raise UnableToStandIn(_("止日 %(last)s 早于起日 %(first)s") % {"last": last, "first": first})
    if last < today:
        raise UnableToStandIn(_("%(last)s 已经过去") % {"last": last})
    term = changing.term_of(route, first)
    if term is not None and term.owner_id == staff.pk:
        raise UnableToStandIn(_("%(name)s 就是段负责人") % {"name": staff.name})
    Route.objects.select_for_update().get(pk=route.pk)
    other = (
        RouteStandIn.objects.touching(first, last + DAY).filter(route=route).select_related("staff").first()
    )
    if other is not None:
        raise UnableToStandIn(
            _("%(first)s 至 %(last)s 已由 %(name)s 代抄，先结束它")
            % {"first": other.valid_from, "last": last_day(other), "name": other.staff.name}
        )
    return RouteStandIn.objects.create(
        route=route,
        staff=staff,
        valid_from=first,
        valid_to=last + DAY,
        reason=reason.strip()[:200],
        said_by=user,
        said_at=now,
    )


def end(scope: Scope, route: Route, stand_in_id: int, today: date) -> None:
    """Let the owner have the route again from today on; one that has not begun is taken back.

    Raises:
        UnableToStandIn: it is over already, or there is none.
    """
    rows = RouteStandIn.objects.filter(
        scope.limit("route__station"), route=route, pk=stand_in_id, valid_to__gt=today
    )
    row = rows.first()
    if row is None:
        raise UnableToStandIn(_("这次代抄已经结束"))
    if row.valid_from >= today:
        row.delete()
    else:
        rows.update(valid_to=today)
