"""Another fixed day, cycle, way of reading or owner of a route: what changes, and what can never be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from diansuo.core.quantity.month import first_day, month_of, next_month
from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import (
    Contract,
    ContractTerm,
    HouseholdTerm,
    Responsibility,
    Route,
    RouteCycle,
    RouteTerm,
)
from diansuo.office.archive.terms import standing
from diansuo.office.archive.terms.changes import TermChange, changes_of
from diansuo.office.base.models import Staff
from diansuo.office.base.periods import UnableToChange
from diansuo.office.base.proposals.limits import limits
from diansuo.office.base.scope import Scope
from diansuo.office.metering import issued

FIELDS: Final = ("reading_day", "cycle", "method", "owner_id")
DAYS: Final = frozenset({"reading_day", "cycle"})
"""What moves the settlement day: it changes from the first of a month on, for a month has one fixed day."""
LAST_DAY: Final = 31
WHOLE_MONTHS: Final = (
    PriceClass.COMMERCIAL_SINGLE_PART,
    PriceClass.COMMERCIAL_TWO_PART,
)


def term_of(route: Route, day: date) -> RouteTerm | None:
    """Return what holds for a route on a day."""
    return RouteTerm.objects.in_force(day).filter(route=route).select_related("owner").first()


def draft(scope: Scope, route: Route, wanted: Mapping[str, Any], day: date) -> list[TermChange]:
    """Return the changes of a route from a day on; another owner takes over the points the present one reads.

    Raises:
        UnableToChange: nothing holds on the day, or a later change has been entered already.
    """
    row = term_of(route, day) if scope.holds(route) else None
    if row is None:
        raise UnableToChange(
            _("%(what)s：%(day)s 没有有效的记录，先补登") % {"what": RouteTerm._meta.verbose_name, "day": day}
        )
    if row.valid_to is not None:
        raise UnableToChange(
            _("%(what)s：%(day)s 之后已有变更，生效日须不早于 %(from)s")
            % {"what": RouteTerm._meta.verbose_name, "day": day, "from": row.valid_to}
        )
    changed = {name: wanted[name] for name in FIELDS if name in wanted and wanted[name] != getattr(row, name)}
    if not changed:
        return []
    made = [TermChange(RouteTerm, row.pk, changed, {name: getattr(row, name) for name in changed})]
    return [*made, *_readers(route, row.owner_id, changed.get("owner_id"), day)]


def _readers(route: Route, before: int | None, after: int | None, day: date) -> Iterator[TermChange]:
    """Let the new owner read what the old one reads; of a route nobody owned, all of it. Others keep their points."""
    if after is None:
        return
    duties = Responsibility.objects.in_force(day).filter(
        point__route=route, duty=Responsibility.Duty.READER, valid_to=None, valid_from__lt=day
    )
    mine = duties.filter(staff=before) if before else duties
    for duty in mine.exclude(staff=after).order_by("pk"):
        yield TermChange(Responsibility, duty.pk, {"staff_id": after}, {"staff_id": duty.staff_id})


def refusals(said: Mapping[str, Any], effective: date, today: date) -> list[str]:
    """Return every reason against changes of routes, in words."""
    changes = changes_of(said)
    if not any(change.model is RouteTerm for change in changes):
        return [_("没有任何变更")]
    found = [*_far(effective, today)]
    rows = standing.standing_rows(changes)
    for change in changes:
        row = rows.get((change.model, change.row))
        found += _standing(change, row, effective)
        if change.model is RouteTerm and row is not None:
            found += slips(change, effective)
            found += _of_route(change, row, effective)
    return list(dict.fromkeys(found))


def _far(effective: date, today: date) -> Iterator[str]:
    entry, now, month = limits(today), month_of(today), month_of(effective)
    back, ahead = int(entry.number("months_back_most")), int(entry.number("months_ahead_most"))
    if month < next_month(now, -back):
        yield _("生效日 %(day)s 早于 %(months)d 个月前，核对年份") % {"day": effective, "months": back}
    if month > next_month(now, ahead):
        yield _("生效日 %(day)s 晚于 %(months)d 个月后，核对年份") % {"day": effective, "months": ahead}


def slips(change: TermChange, _day: date) -> list[str]:
    """Return why a change of a route is absurd by itself; an import asks it of each row."""
    number = change.after.get("reading_day", 1)
    if isinstance(number, int) and 1 <= number <= LAST_DAY:
        return []
    return [_("抄表例日应为 1 至 31")]


def _standing(change: TermChange, row: Any, effective: date) -> Iterator[str]:
    if row is None:
        yield _("%(what)s：要改的记录已经不在") % {"what": change.model._meta.verbose_name}
    elif effective <= row.valid_from or (row.valid_to is not None and effective >= row.valid_to):
        yield _("%(what)s：生效日 %(day)s 须晚于现有记录的起始日 %(first)s") % {
            "what": change.model._meta.verbose_name,
            "day": effective,
            "first": row.valid_from,
        }


def _of_route(change: TermChange, row: RouteTerm, effective: date) -> Iterator[str]:
    route = Route.objects.get(pk=row.route_id)
    if all(getattr(row, name) == value for name, value in change.after.items()):
        yield _("%(route)s：新值与现值相同") % {"route": route}
    if DAYS & set(change.after):
        if effective != first_day(month_of(effective)):
            yield _("例日、周期自某月 1 日起变更，一个月只有一个例日；%(day)s 改为 %(first)s 或 %(next)s") % {
                "day": effective,
                "first": first_day(month_of(effective)),
                "next": first_day(next_month(month_of(effective))),
            }
        _count, last = issued.of_route(route.pk, month_of(effective))
        if last:
            yield _("%(route)s %(month)s 已发行：例日自 %(first)s 或以后变更") % {
                "route": route,
                "month": f"{last // 100}-{last % 100:02d}",
                "first": first_day(next_month(last)),
            }
    if change.after.get("cycle", RouteCycle.MONTHLY) != RouteCycle.MONTHLY:
        yield from _billed_by_the_month(route, effective)
    owner = change.after.get("owner_id")
    if owner and not Staff.objects.filter(pk=owner, station=route.station_id).exists():
        yield _("段负责人应为本所人员")


def _billed_by_the_month(route: Route, day: date) -> Iterator[str]:
    """Name whose bills count months and would count one of two: those cannot be read every other month."""
    contracts = Contract.objects.filter(points__route=route)
    terms = ContractTerm.objects.in_force(day).filter(contract__in=contracts, price_class__in=WHOLE_MONTHS)
    free = HouseholdTerm.objects.in_force(day).filter(contract__in=contracts, free_energy__gt=0)
    numbers = {
        *terms.values_list("contract__customer__number", flat=True),
        *free.values_list("contract__customer__number", flat=True),
    }
    if numbers:
        yield _(
            "%(route)s 有 %(count)d 户按月计价（工商业、免费电量），不能隔月抄：%(who)s 等先改到每月抄的段"
        ) % {
            "route": route,
            "count": len(numbers),
            "who": min(numbers),
        }
