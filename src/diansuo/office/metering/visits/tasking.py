"""The tasks of a month's checks on site: who is sent where, and what to do there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.archive.models import MeteringPoint, Responsibility
from diansuo.office.base.models import Staff, Station, User, WorkOrder
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import operations as work_orders
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.metering.collecting.point_rows import PointRow, point_rows
from diansuo.office.metering.exceptions.places import owners
from diansuo.office.metering.models import SiteCheck
from diansuo.office.metering.routes import calendar, visiting

Kind = SiteCheck.Kind
MANY: Final = 5_000
WHAT_TO_DO: Final[dict[str, Promise]] = {
    Kind.ZERO: gettext_lazy("到现场看是否用电：有人用电而表不走的查表计和接线；确未用电的注明原因"),
    Kind.REMOTE: gettext_lazy("抄回表计示数和表号，与远程示数核对"),
    Kind.SITE: gettext_lazy("抄回表计示数和表号，看封印、接线和环境"),
    Kind.ACCOMPANIED: gettext_lazy("例日两人同去：抄表员抄，监抄人看，各自签字"),
    Kind.REREAD: gettext_lazy("由抄表员以外的人再抄一遍，不看原示数"),
}


def give(station: Station, period: int, made: list[SiteCheck], days: int, user: User, now: datetime) -> None:
    """Make a task for each zero customer, and for the others one for each kind, area and person.

    Reading again is sent to somebody who does not read the meter; reading in company is due on the day the route is
    walked, where that is still to come. A point for which there is nobody stays without a task: the list shows it, and
    it can be dispatched there.
    """
    today, scope = timezone.localdate(now), Scope(frozenset({station.pk}))
    points = {check.point_id for check in made}
    where, who = point_rows(scope, points, today), owners(scope, points, today)
    people = {staff.pk: staff for staff in Staff.objects.filter(pk__in=_answering(station, today))}
    reread = {check.point_id for check in made if check.kind == Kind.REREAD}
    readers = _readers(scope, reread, today)
    walked = _walked({check.point_id for check in made if check.kind == Kind.ACCOMPANIED}, period)
    groups: dict[tuple[str, int, str, int, date], list[SiteCheck]] = {}
    for check in made:
        own = who[check.point_id].staff_id if check.point_id in who else None
        if check.kind == Kind.REREAD:
            own = _somebody_else(own, readers.get(check.point_id, set()), people)
        if own is not None:
            alone = check.point_id if check.kind == Kind.ZERO else 0
            day = walked.get(check.point_id) if check.kind == Kind.ACCOMPANIED else None
            due = day if day is not None and day >= today else today + timedelta(days=days)
            key = (check.kind, own, where[check.point_id].area_number, alone, due)
            groups.setdefault(key, []).append(check)
    for (kind, staff_id, _area, _alone, due), checks in groups.items():
        order = work_orders.dispatch(
            _subject(station, period, kind, [where[check.point_id] for check in checks]),
            assignee=people[staff_id], due_date=due, instruction=str(WHAT_TO_DO[kind]),
            safety=(), user=user, now=now,
        )  # fmt: skip
        for check in checks:
            check.order = order


def _answering(station: Station, day: date) -> set[int]:
    """Return who reads or manages anything of a station on a day."""
    duties = Responsibility.objects.in_force(day).filter(staff__station=station)
    return set(duties.values_list("staff", flat=True).distinct())


def _readers(scope: Scope, points: Collection[int], day: date) -> dict[int, set[int]]:
    """Return who reads each of some points on a day."""
    found: dict[int, set[int]] = {}
    ordered = sorted(points)
    for start in range(0, len(ordered), MANY):
        duties = Responsibility.objects.in_force(day).filter(
            scope.limit("staff__station"),
            point__in=ordered[start : start + MANY],
            duty=Responsibility.Duty.READER,
        )
        for point, staff in duties.values_list("point", "staff"):
            found.setdefault(point, set()).add(staff)
    return found


def _walked(points: Collection[int], period: int) -> dict[int, date]:
    """Return the day each of some points is walked in a month: the fixed day of its route, or the next working day."""
    held = dict(MeteringPoint.objects.filter(pk__in=points).values_list("pk", "route"))
    days = calendar.of_routes({route for route in held.values() if route is not None})
    return {
        point: visiting.visit(days.get(route, calendar.UNROUTED).scheduled(period)).day
        for point, route in held.items()
    }


def _somebody_else(own: int | None, readers: set[int], people: Collection[int]) -> int | None:
    """Return who answers for a point unless they read it; then the next of the station's people who does not."""
    if own is not None and own not in readers:
        return own
    others = sorted(set(people) - readers)
    return next((one for one in others if own is None or one > own), others[0] if others else None)


def _subject(station: Station, period: int, kind: str, rows: list[PointRow]) -> Subject:
    first, title = rows[0], str(Kind(kind).label)
    if kind == Kind.ZERO:
        words = f"{title}：{first.customer_name} {first.customer_number}"
    else:
        words = _("%(title)s：%(area)s %(count)d 户") % {
            "title": title, "area": first.area or _("未挂台区"), "count": len(rows),
        }  # fmt: skip
    return Subject(
        words,
        WorkOrder.Source.OTHER,
        first.customer_number if kind == Kind.ZERO else "",
        first.area_number,
        f"{reverse('site_checks', args=[period])}?kind={kind}",
        station_id=station.pk,
    )
