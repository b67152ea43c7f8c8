"""Reads the morning board's figures across the apps: customers, failures, loss, arrears, tasks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from django.db.models import Count

from diansuo.office.archive.models import Responsibility
from diansuo.office.base.models import Staff, Station
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import queries as work_orders
from diansuo.office.collection import queries as collection
from diansuo.office.desk.board.figures import Board, Figures, ManagerRow, Source, Stamp, WorstArea
from diansuo.office.desk.board.losses import abnormal_areas, loss_day_for, missing_masters, shortlist
from diansuo.office.metering.collecting import failure_queries as metering

# How many days back a figure may lie and still be put before the meeting; it then says so.
STALE_DAYS = 7
STATIONS_KEPT = 128
"""Of a county, on two days."""

ByManager = defaultdict[int | None, Figures]


def board(scope: Scope, day: date, *, every_area: bool = False) -> Board:
    """Return the board of a morning: "yesterday" is the day before ``day``.

    Loss stands for the latest day whose registers have come, failures for the latest list; both at most a week old.
    """
    figures: ByManager = defaultdict(Figures)
    _count_customers(scope, day, figures)
    failure_day = _add_failures(scope, day, figures)
    loss_day = loss_day_for(scope, day, STALE_DAYS)
    areas = abnormal_areas(scope, loss_day, managed_on=day) if loss_day else []
    worst = areas if every_area else shortlist(areas)
    _add_losses(areas, figures)
    has_arrears = _add_arrears(scope, day, figures)
    _add_tasks(scope, day, figures)
    total = Figures()
    for each in figures.values():
        total.add(each)
    return Board(
        day=day,
        loss_day=loss_day,
        failure_day=failure_day,
        has_arrears=has_arrears,
        has_prices=any(area.loss_fen is not None for area in areas),
        rows=_named(scope, figures),
        total=total,
        worst=worst,
        worst_more=len(areas) - len(worst),
        stamps=_stamps(scope, day, failure_day, loss_day),
    )


def _count_customers(scope: Scope, day: date, figures: ByManager) -> None:
    for station in scope.stations_in_part():
        for staff_id, customers in _customers_of(scope.within(station.pk), day, station.revision):
            figures[staff_id].customers += customers


@lru_cache(maxsize=STATIONS_KEPT)
def _customers_of(scope: Scope, day: date, _revision: int) -> tuple[tuple[int, int], ...]:
    """Return how many customers of a station, or of a part, each area manager has; a customer is of one station."""
    duties = Responsibility.objects.in_force(day).filter(
        scope.limit("point__station"), duty=Responsibility.Duty.MANAGER, point__contract__isnull=False
    )
    counts = duties.values("staff").annotate(customers=Count("point__contract__customer", distinct=True))
    return tuple(counts.values_list("staff", "customers"))


def _add_failures(scope: Scope, day: date, figures: ByManager) -> date | None:
    failed = metering.latest_failure_day(scope, day)
    if failed is None or failed < day - timedelta(days=STALE_DAYS):
        return None
    for staff_id, (count, three_days) in metering.failures_by_manager(scope, failed).items():
        figures[staff_id].failures += count
        figures[staff_id].failures_three_days += three_days
    return failed


def _add_losses(areas: Iterable[WorstArea], figures: ByManager) -> None:
    for area in areas:
        row = figures[area.staff_id]
        for name in area.kind.split():
            setattr(row, name, getattr(row, name) + 1)
        if area.loss_wh is not None:
            row.loss_wh += area.loss_wh
            row.mean_loss_wh += area.mean_loss_wh or 0
            row.loss_fen += area.loss_fen or 0


def _add_arrears(scope: Scope, day: date, figures: ByManager) -> bool:
    owed = collection.arrears_by_manager(scope, day)
    for staff_id, (customers, fen) in owed.items():
        figures[staff_id].arrears_customers += customers
        figures[staff_id].arrears_fen += fen
    return bool(owed) or collection.any_receivables(scope)


def _add_tasks(scope: Scope, day: date, figures: ByManager) -> None:
    for each in work_orders.open_by_staff(scope, day):
        figures[each.staff_id].overdue += each.overdue
    for each in work_orders.due_or_done_on(scope, day - timedelta(days=1)):
        figures[each.staff_id].done += each.done
        figures[each.staff_id].not_done += each.not_done


def _named(scope: Scope, figures: ByManager) -> list[ManagerRow]:
    """Return the rows by name; what nobody answers for comes last, and rows of nothing but noughts are left out."""
    people = Staff.objects.filter(scope.limit("station"), pk__in=[key for key in figures if key])
    names = dict(people.values_list("id", "name"))
    rows = [
        ManagerRow(key, names.get(key or 0, ""), each) for key, each in figures.items() if each != Figures()
    ]
    return sorted(rows, key=lambda row: (row.staff_id is None, row.name, row.staff_id or 0))


def _stamps(scope: Scope, day: date, failure_day: date | None, loss_day: date | None) -> list[Stamp]:
    yesterday = day - timedelta(days=1)
    stamps = [
        Stamp(Source.FREEZE, loss_day, yesterday, missing_masters(scope, loss_day) if loss_day else 0),
        Stamp(Source.FAILURES, failure_day, yesterday),
    ]
    if any(station.mode == Station.Mode.BESIDE for station in scope.stations_in_part()):
        # Where another system collects, what is owed is only as new as its list.
        listed = collection.latest_list_date(scope)
        recent = listed is not None and listed >= day - timedelta(days=STALE_DAYS)
        stamps.append(Stamp(Source.ARREARS, listed if recent else None, yesterday))
    return stamps


REMEMBERED: Final = (_customers_of,)
"""What this process keeps; another database behind the same stations, as in tests, has to clear it."""
