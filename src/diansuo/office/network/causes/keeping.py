"""What the engine found of an area becomes findings: new ones, those found again, and those that are seen no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from diansuo.office.network import prices
from diansuo.office.network.causes.limits import Limits
from diansuo.office.network.models import LossFinding

State = LossFinding.State
OPEN: Final = (State.WAITING, State.SENT)
ANSWERED: Final = (State.PROVEN, State.CLEARED)
Key = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Found:
    """One cause of an area as the engine ranked it, with the office's own keys in place of rows."""

    area_id: int
    rank: int
    kind: int
    point_id: int | None
    meter_id: int | None
    other_area_id: int | None
    other_phase: str
    daily_wh: int
    confidence_bp: int
    evidence: int
    figures: tuple[float | None, ...]
    first_date: date
    check_kind: int
    # False: it was so on the first day looked at already, and nobody knows since when.
    begun: bool = True

    @property
    def key(self) -> Key:
        """Return what tells one finding of an area from another."""
        return self.kind, self.point_id


def keep(
    station_id: int,
    area_id: int,
    found: Sequence[Found],
    day: date,
    limits: Limits,
    nano: int | None,
    *,
    looked: bool = True,
) -> dict[str, int]:
    """Write what was found of an area on a day; return how many are new, were found again and are seen no more.

    One that stands open is found again: a waiting one takes the new figures, one that was sent keeps those it was
    sent with. One that was answered stays quiet for ``quiet_days``. A waiting one that is found no more is gone, and
    waits again if a later search finds it again. A search of a day before the last one changes no figures.

    Args:
        station_id: whose area it is.
        area_id: the area.
        found: what was found of it.
        day: the last day the search looked at.
        limits: how findings are kept.
        nano: what a kWh is worth, None where nobody knows.
        looked: the area's days could be judged; otherwise nothing is gone only because it was not found.
    """
    with transaction.atomic():
        rows = LossFinding.objects.select_for_update().filter(area=area_id)
        held = {(row.kind, row.point_id): row for row in rows.filter(state=State.GONE).order_by("pk")}
        held |= {(row.kind, row.point_id): row for row in rows.filter(state__in=OPEN)}
        since = day - timedelta(days=limits.quiet_days)
        quiet = set(rows.filter(state__in=ANSWERED, answered_at__date__gt=since).values_list("kind", "point"))
        new = 0
        again = 0
        for one in found:
            row = held.get(one.key)
            if one.key in quiet and (row is None or row.state == State.GONE):
                continue
            if row is None:
                row = LossFinding(station_id=station_id, area_id=area_id, kind=one.kind, found_date=day)
                row.point_id, row.first_date, row.seen_date = one.point_id, one.first_date, day
                new += 1
            else:
                again += 1
            latest = day >= (row.gone_date or row.seen_date)
            row.seen_date = max(row.seen_date, day)
            if row.state == State.GONE and latest:
                row.state, row.gone_date = State.WAITING, None
            if row.state == State.WAITING and latest:
                _take(row, one, limits, nano)
            row.save()
        gone = _withdrawn(rows, found, day) if looked else 0
    return {"new": new, "again": again, "gone": gone}


def _withdrawn(rows: QuerySet[LossFinding], found: Sequence[Found], day: date) -> int:
    """Mark as gone the waiting ones that a search found no more; return how many."""
    kept = {one.key for one in found}
    waiting = rows.filter(state=State.WAITING, seen_date__lte=day)
    gone = [row.pk for row in waiting if (row.kind, row.point_id) not in kept]
    return rows.filter(pk__in=gone).update(state=State.GONE, gone_date=day) if gone else 0


def _take(row: LossFinding, one: Found, limits: Limits, nano: int | None) -> None:
    row.rank, row.daily_wh, row.confidence_bp = one.rank, one.daily_wh, one.confidence_bp
    row.evidence, row.figures, row.check_kind = one.evidence, list(one.figures), one.check_kind
    row.meter_id, row.other_area_id, row.other_phase = one.meter_id, one.other_area_id, one.other_phase
    row.first_date = one.first_date if one.begun else min(row.first_date, one.first_date)
    row.monthly_fen = prices.value_fen(one.daily_wh * limits.month_days, nano)
