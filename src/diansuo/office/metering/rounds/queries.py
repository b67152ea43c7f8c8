"""What a reader walks: their routes that are due, the stops with what is open about each customer, what was sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from diansuo.office.archive.models import MeteringPoint, Responsibility, Route, RouteTerm
from diansuo.office.base.models import Proposal, User, WorkOrder
from diansuo.office.base.proposal_models import OPEN
from diansuo.office.base.scope import Scope
from diansuo.office.metering import walk_queries
from diansuo.office.metering.models import MissedReading, RoundEntry
from diansuo.office.metering.routes import calendar, keeping, standing_in, visiting
from diansuo.office.metering.routes.queries import due_points
from diansuo.office.metering.routes.visiting import Visit
from diansuo.office.metering.walk_queries import Stop


@dataclass(frozen=True, slots=True)
class Round:
    """A route somebody reads, in the month nearest to today: how many of its points are theirs.

    ``for_owner``: it is read for somebody else (代抄), ``stand_in``: somebody else reads it, both up to ``until``.
    """

    route: Route
    period: int
    visit: Visit
    points: int
    for_owner: str = ""
    stand_in: str = ""
    until: date | None = None


def _own(user: User, day: date) -> QuerySet[Responsibility]:
    """Return the points a user reads on a day, by duty."""
    return Responsibility.objects.in_force(day).filter(staff__user=user, duty=Responsibility.Duty.READER)


def rounds(scope: Scope, user: User, today: date) -> list[Round]:
    """Return the routes a user reads, answers for or stands in on, the most pressing first."""
    mine = _own(user, today).filter(scope.limit("point__station"), point__contract__isnull=False)
    counts = dict(mine.order_by().values_list("point__route").annotate(number=Count("pk")))
    owned = set(
        RouteTerm.objects.in_force(today)
        .filter(scope.limit("route__station"), owner__user=user)
        .values_list("route", flat=True)
    )
    standing = set(
        standing_in.of_user(user, today).filter(scope.limit("route__station")).values_list("route", flat=True)
    )
    ids = {one for one in counts if one} | owned | standing
    whole = dict(
        MeteringPoint.objects.filter(scope.limit("station"), route__in=ids, contract__isnull=False)
        .order_by()
        .values_list("route")
        .annotate(number=Count("pk"))
    )
    found, days = [], calendar.of_routes(ids)
    owners, stand_ins = keeping.of_routes(ids, today), standing_in.of_routes(scope, ids, today)
    for route in Route.objects.filter(scope.limit("station"), pk__in=ids):
        period, other = days[route.pk].period_of(today), stand_ins.get(route.pk)
        method = days[route.pk].spell(period).method
        owner, here = owners.get(route.pk), route.pk in standing
        found.append(
            Round(
                route,
                period,
                visiting.visit(days[route.pk].scheduled(period), method),
                whole.get(route.pk, 0) if here or route.pk not in counts else counts[route.pk],
                owner.name if here and owner else "",
                other.staff.name if other and not here else "",
                standing_in.last_day(other) if other else None,
            )
        )
    return sorted(found, key=lambda one: (one.visit.begins, one.route.number))


def stops(scope: Scope, route: Route, user: User, *, period: int, day: date, today: date) -> list[Stop]:
    """Return the stops of a route that are due, in walking order.

    The user's own; all of them for who has none there, and for who stands in.
    """
    due = due_points(scope, calendar.group_of(calendar.of_route(route.pk), period), [route.pk])
    mine = _own(user, today).filter(point__route=route).values("point")
    instead = standing_in.of_user(user, today).filter(route=route).exists()
    rows = due.filter(pk__in=mine) if mine.exists() and not instead else due
    ordered = rows.select_related("contract__customer", "contract__premise").order_by(
        F("walk_order").asc(nulls_last=True), "id"
    )
    return walk_queries.described(scope, ordered, period=period, day=day)


def missed(scope: Scope, points: Iterable[int], period: int) -> dict[int, str]:
    """Return the reasons why points were not read in a month."""
    rows = MissedReading.objects.filter(scope.limit("point__station"), point__in=list(points), period=period)
    return dict(rows.values_list("point", "reason"))


def waiting(scope: Scope, points: Iterable[int], period: int) -> QuerySet[RoundEntry]:
    """Return what was sent of these points in a month and still waits for its reader's confirmation."""
    rows = RoundEntry.objects.filter(scope.limit("point__station"), point__in=list(points), period=period)
    return rows.filter(outcome=RoundEntry.Outcome.ASKS)


def open_changes(scope: Scope, station_id: int, numbers: Iterable[str]) -> dict[str, list[str]]:
    """Return what is open about customers, in words: proposals that wait, tasks that are not done."""
    wanted, found = list(numbers), dict[str, list[str]]()
    proposals = Proposal.objects.filter(
        scope.limit("station"), station=station_id, customer_number__in=wanted, state__in=OPEN
    )
    for proposal in proposals.order_by("pk"):
        found.setdefault(proposal.customer_number, []).append(
            f"{proposal.get_state_display()}：{proposal.reason}"
        )
    orders = WorkOrder.objects.filter(scope.limit("station"), station=station_id, customer_number__in=wanted)
    for order in orders.exclude(state=WorkOrder.State.CLOSED).order_by("pk"):
        found.setdefault(order.customer_number, []).append(f"{order.number} {order.title}")
    return found


def sent(scope: Scope, route_id: int, period: int) -> QuerySet[RoundEntry]:
    """Return what phones sent of a route in a month, what still wants somebody first, then the latest."""
    rows = RoundEntry.objects.filter(
        scope.limit("point__station"), Q(point__route=route_id), period=period
    ).select_related("point__contract__customer", "user", "order", "proposal")
    return rows.order_by("-received_at", "-pk")


def entry_with_photo(scope: Scope, entry_id: int) -> RoundEntry | None:
    """Return an entry that came with a photo, or None if there is none in the scope."""
    rows = RoundEntry.objects.filter(scope.limit("point__station"), pk=entry_id)
    return rows.exclude(photo_file="").first()
