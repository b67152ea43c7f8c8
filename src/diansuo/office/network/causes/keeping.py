"""What the engine found of an area becomes findings: new ones, or those that stand open are found again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import transaction

from diansuo.office.network import prices
from diansuo.office.network.causes.limits import Limits
from diansuo.office.network.models import LossFinding

State = LossFinding.State
OPEN: Final = (State.WAITING, State.SENT)
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

    @property
    def key(self) -> Key:
        """Return what tells one finding of an area from another."""
        return self.kind, self.point_id


def keep(
    station_id: int, area_id: int, found: Sequence[Found], day: date, limits: Limits, nano: int | None
) -> dict[str, int]:
    """Write what was found of an area on a day; return how many are new and how many were found again.

    One that stands open is found again: a waiting one takes the new figures, one that was sent keeps those it was
    sent with. One that was answered stays quiet for ``quiet_days``. A waiting one not found any more is withdrawn by
    nobody: it shows since when it was not seen. ``nano``: what a kWh is worth, None where nobody knows.
    """
    with transaction.atomic():
        rows = LossFinding.objects.select_for_update().filter(area=area_id)
        held = {(row.kind, row.point_id): row for row in rows.filter(state__in=OPEN)}
        since = day - timedelta(days=limits.quiet_days)
        quiet = set(
            rows.exclude(state__in=OPEN).filter(answered_at__date__gt=since).values_list("kind", "point")
        )
        new = 0
        again = 0
        for one in found:
            row = held.get(one.key)
            if row is None and one.key in quiet:
                continue
            if row is None:
                row = LossFinding(station_id=station_id, area_id=area_id, kind=one.kind, found_date=day)
                row.point_id, row.first_date, row.seen_date = one.point_id, one.first_date, day
                new += 1
            else:
                again += 1
            row.seen_date = max(row.seen_date, day)
            if row.state == State.WAITING:
                _take(row, one, limits, nano)
            row.save()
    return {"new": new, "again": again}


def _take(row: LossFinding, one: Found, limits: Limits, nano: int | None) -> None:
    row.rank, row.daily_wh, row.confidence_bp = one.rank, one.daily_wh, one.confidence_bp
    row.evidence, row.figures, row.check_kind = one.evidence, list(one.figures), one.check_kind
    row.meter_id, row.other_area_id, row.other_phase = one.meter_id, one.other_area_id, one.other_phase
    row.first_date = min(row.first_date, one.first_date)
    row.monthly_fen = prices.value_fen(one.daily_wh * limits.month_days, nano)
