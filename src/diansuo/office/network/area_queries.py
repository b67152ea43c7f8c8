"""What stands around an area's loss: the meters without registers, and what changed among meters and customers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from diansuo.office.archive.models import AreaTerm, MeteringPoint, MeterInstallation, PointArea
from diansuo.office.base import wording
from diansuo.office.base.scope import Scope
from diansuo.office.metering import lake

LOOK_BACK_DAYS = 62
EVENTS_SHOWN = 100
# Above this many on one day, customers are counted and not named.
NAMED_A_DAY = 5


@dataclass(frozen=True, slots=True)
class SilentMeter:
    """A meter without a register at one end of the day: whose it is, and the first day without one."""

    point_id: int
    meter: str
    master: bool
    customer_id: int | None
    customer_number: str
    customer_name: str
    since: date | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that changed on an area: an exchange, a customer who came or left, another transformer."""

    day: date
    title: str
    words: str
    customer_id: int | None = None


def silent_meters(scope: Scope, area_id: int, day: date) -> list[SilentMeter]:
    """Return the meters of an area whose energy of a day is not known for want of a register, masters first."""
    hangs = PointArea.objects.in_force(day).filter(
        scope.limit("area__station"), area=area_id, point__contract__isnull=False
    )
    masters = MeteringPoint.objects.filter(scope.limit("station"), master_of=area_id)
    points = [*masters.values_list("id", flat=True), *hangs.values_list("point", flat=True)]
    stations = scope.stations_in_part().values_list("id", flat=True)
    frame = lake.read_freeze_frame(
        stations, day - timedelta(days=LOOK_BACK_DAYS), day + timedelta(days=2), points
    )
    shown: dict[int, set[date]] = {}
    there = frame.drop_nulls("active_total_wh").select("point", "day")
    for point, each in zip(there["point"].to_list(), there["day"].to_list(), strict=True):
        shown.setdefault(point, set()).add(each)
    since = {
        point: _since(shown.get(point, set()), day)
        for point in points
        if not {day, day + timedelta(days=1)} <= shown.get(point, set())
    }
    rows = MeteringPoint.objects.filter(pk__in=since).select_related("contract__customer")
    meters = _meters(since, day)
    found = [_silent(point, meters.get(point.pk, ""), since[point.pk]) for point in rows]
    return sorted(found, key=lambda each: (not each.master, each.since or date.min, each.customer_number))


def _since(shown: set[date], day: date) -> date | None:
    """Return the first day without a register of the stretch that touches the day; None: none was ever seen."""
    missing = day + timedelta(days=1) if day in shown else day
    before = [each for each in shown if each < missing]
    return max(before) + timedelta(days=1) if before else None


def _meters(points: object, day: date) -> dict[int, str]:
    found = MeterInstallation.objects.in_force(day).filter(point__in=points)
    return dict(found.values_list("point", "meter__asset_number"))


def _silent(point: MeteringPoint, meter: str, since: date | None) -> SilentMeter:
    customer = point.contract.customer if point.contract else None
    return SilentMeter(
        point_id=point.pk,
        meter=meter,
        master=customer is None,
        customer_id=customer.pk if customer else None,
        customer_number=customer.number if customer else "",
        customer_name=customer.name if customer else "",
        since=since,
    )


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
