"""What changed on an area beside exchanges and moves: contracts closed, photovoltaics that began to feed in."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diansuo.office.archive.models import Contract, FeedIn, PointArea, PointTerm
from diansuo.office.base.scope import Scope
from diansuo.office.network import area_queries
from diansuo.office.network.area_queries import EVENTS_SHOWN, Event


def of_area(scope: Scope, area_id: int) -> list[Event]:
    """Return all that changed on an area, newest first."""
    events = [
        *area_queries.timeline(scope, area_id),
        *_closings(scope, area_id),
        *_photovoltaics(scope, area_id),
    ]
    return sorted(events, key=lambda event: event.day, reverse=True)[:EVENTS_SHOWN]


def _closings(scope: Scope, area_id: int) -> list[Event]:
    """Contracts closed while one of their points hung here."""
    hung = PointArea.objects.filter(scope.limit("area__station"), area=area_id)
    rows = Contract.objects.filter(
        closed_date__isnull=False, points__areas__in=hung.values("pk")
    ).select_related("customer")
    return [
        Event(row.closed_date, _("销户"), f"{row.customer.name} {row.customer.number}", row.customer_id)
        for row in rows.distinct()
        if row.closed_date is not None
    ]


def _photovoltaics(scope: Scope, area_id: int) -> list[Event]:
    hung = PointArea.objects.filter(scope.limit("area__station"), area=area_id).values("point")
    terms = PointTerm.objects.filter(point__in=hung).select_related("point__contract__customer")
    events: list[Event] = []
    before: dict[int, int] = {}
    for term in terms.order_by("point", "valid_from"):
        was = before.get(term.point_id, int(FeedIn.NONE))
        before[term.point_id] = term.feed_in
        if term.feed_in == was or term.point.contract is None:
            continue
        customer = term.point.contract.customer
        whose = f"{customer.name} {customer.number}"
        if term.feed_in == FeedIn.NONE:
            events.append(Event(term.valid_from, _("光伏停用"), whose, customer.pk))
        else:
            words = f"{whose}，{term.get_feed_in_display()}"
            day = term.commissioned_date or term.valid_from
            events.append(Event(day, _("光伏并网"), words, customer.pk))
    return events
