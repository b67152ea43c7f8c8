"""What changed on an area among meters, customers and its transformer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from diansuo.office.archive.models import AreaTerm, MeteringPoint, MeterInstallation, PointArea
from diansuo.office.base import wording
from diansuo.office.base.scope import Scope

EVENTS_SHOWN = 100
# Above this many on one day, customers are counted and not named.
NAMED_A_DAY = 5


@dataclass(frozen=True, slots=True)
class Event:
    """Something that changed on an area: an exchange, a customer who came or left, another transformer."""

    day: date
    title: str
    words: str
    customer_id: int | None = None


def timeline(scope: Scope, area_id: int) -> list[Event]:
    """Return what changed on an area, newest first: exchanges, customers who came or left, its transformer."""
    events = [*_exchanges(scope, area_id), *_moves(scope, area_id), *_terms(scope, area_id)]
    return sorted(events, key=lambda event: event.day, reverse=True)[:EVENTS_SHOWN]


def _exchanges(scope: Scope, area_id: int) -> list[Event]:
    hung = PointArea.objects.filter(scope.limit("area__station"), area=area_id).values("point")
    masters = MeteringPoint.objects.filter(scope.limit("station"), master_of=area_id).values("pk")
    before: dict[int, MeterInstallation] = {}
    events = []
    for points in (hung, masters):
        rows = MeterInstallation.objects.filter(point__in=points).order_by("point", "valid_from")
        for row in rows.select_related("meter", "point__contract__customer"):
            old = before.get(row.point_id)
            before[row.point_id] = row
            if old is None:
                continue
            customer = row.point.contract.customer if row.point.contract else None
            whose = f"{customer.name} {customer.number}" if customer else _("台区总表")
            title = _("换表") if old.meter_id != row.meter_id else _("倍率变更")
            words = _("%(whose)s：%(old)s ×%(old_by)s → %(new)s ×%(new_by)s") % {
                "whose": whose,
                "old": old.meter.asset_number, "old_by": old.multiplier,
                "new": row.meter.asset_number, "new_by": row.multiplier,
            }  # fmt: skip
            events.append(Event(row.valid_from, title, words, customer.pk if customer else None))
    return events


def _moves(scope: Scope, area_id: int) -> list[Event]:
    """Customers who came to the area or left it; whole imports are counted."""
    here = PointArea.objects.filter(scope.limit("area__station"), area=area_id, point__contract__isnull=False)
    rows = list(here.select_related("point__contract__customer"))
    others = {
        (row.point_id, row.valid_from): row.area
        for row in PointArea.objects.filter(point__in=[row.point_id for row in rows]).select_related("area")
    }
    before = {
        (row.point_id, row.valid_to): row.area
        for row in PointArea.objects.filter(
            point__in=[row.point_id for row in rows], valid_to__isnull=False
        ).select_related("area")
    }
    came = Counter(row.valid_from for row in rows)
    events: list[Event] = []
    connected: list[Event] = []
    for row in rows:
        customer = row.point.contract.customer
        whose = f"{customer.name} {customer.number}"
        origin = before.get((row.point_id, row.valid_from))
        if origin is not None and origin.pk != area_id:
            words = _("%(whose)s，由 %(area)s 调入") % {"whose": whose, "area": origin.name}
            events.append(Event(row.valid_from, _("用户调入"), words, customer.pk))
        elif origin is None and came[row.valid_from] <= NAMED_A_DAY:
            connected.append(Event(row.valid_from, _("用户新挂"), whose, customer.pk))
        if row.valid_to is None:
            continue
        goal = others.get((row.point_id, row.valid_to))
        if goal is None or goal.pk != area_id:
            words = _("%(whose)s，调往 %(area)s") % {"whose": whose, "area": goal.name} if goal else whose
            events.append(Event(row.valid_to, _("用户调出"), words, customer.pk))
    many = [day for day, count in came.items() if count > NAMED_A_DAY]
    began = [Event(day, _("建档"), _("%(count)s 户挂到本台区") % {"count": came[day]}) for day in many]
    return [*events, *began, *_connections(connected)]


def _connections(events: list[Event]) -> Iterator[Event]:
    """Name the customers connected in the latest year; count those of the years before, which nobody looks for."""
    latest = max((event.day.year for event in events), default=0)
    years: dict[int, list[Event]] = {}
    for event in events:
        if event.day.year == latest:
            yield event
        else:
            years.setdefault(event.day.year, []).append(event)
    for year, those in years.items():
        words = _("%(year)s 年共 %(count)s 户") % {"year": year, "count": len(those)}
        yield Event(max(event.day for event in those), those[0].title, words)


def _terms(scope: Scope, area_id: int) -> list[Event]:
    terms = AreaTerm.objects.filter(scope.limit("area__station"), area=area_id).order_by("valid_from")
    return [
        Event(
            term.valid_from,
            _("台区参数"),
            _("%(feeder)s，%(capacity)s kVA，%(kind)s") % {
                "feeder": term.feeder.name if term.feeder else _("未挂线路"),
                "capacity": wording.kilovolt_amperes(term.capacity_va),
                "kind": _("专变") if term.dedicated else _("公变"),
            },
        )
        for term in terms.select_related("feeder")
    ]  # fmt: skip
