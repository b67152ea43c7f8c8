"""Reads about findings: those of an area as cards and as history, all of a scope, and what the loss did afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import BigIntegerField, Case, Count, QuerySet, Value, When
from django.db.models.functions import Abs, Coalesce
from django.utils import timezone

from diansuo.core.network.causes.kinds import SHOWN, TECHNICAL_KINDS
from diansuo.office.base.scope import Scope
from diansuo.office.network import queries as losses
from diansuo.office.network.causes.limits import limits
from diansuo.office.network.models import LossFinding
from diansuo.office.network.queries import AreaLoss

State = LossFinding.State
OPEN: Final = (State.WAITING, State.SENT)
MOST_WORTH_FIRST: Final = ("settled", "-worth", "-id")
CLOSED: Final = (State.PROVEN, State.CLEARED, State.GONE)


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean loss of the computable days of a span; None where there are none."""

    days: int
    loss_wh: int | None
    rate_bp: int | None


@dataclass(frozen=True, slots=True)
class Afterwards:
    """An area's loss in the days before a finding was closed and after it; ``due`` is the last day of the latter."""

    before: Mean
    after: Mean
    due: date

    @property
    def change_wh(self) -> int | None:
        """Return by how much the mean loss of a day changed."""
        if self.before.loss_wh is None or self.after.loss_wh is None:
            return None
        return self.after.loss_wh - self.before.loss_wh


def findings(scope: Scope) -> QuerySet[LossFinding]:
    """Return the findings of the scope's areas."""
    rows = LossFinding.objects.filter(scope.limit("area__station"))
    return rows.select_related(
        "area", "point__contract__customer", "meter", "other_area", "order__assignee", "answered_by"
    )


def findings_by_worth(scope: Scope) -> QuerySet[LossFinding]:
    """Return findings with what ``MOST_WORTH_FIRST`` orders them by: open before the others, by what a month moves.

    Technical ones stand after those that are put right at a meter; energy booked too much counts as too little does.
    """
    technical = When(state__in=OPEN, kind__in=[int(kind) for kind in TECHNICAL_KINDS], then=Value(1))
    return findings(scope).annotate(
        settled=Case(technical, When(state__in=OPEN, then=Value(0)), default=Value(2)),
        worth=Abs(Coalesce("monthly_fen", Value(0), output_field=BigIntegerField())),
    )


def one(scope: Scope, finding_id: int) -> LossFinding | None:
    """Return a finding, None outside the scope."""
    return findings(scope).filter(pk=finding_id).first()


def cards(scope: Scope, area_id: int) -> list[LossFinding]:
    """Return the open findings of an area, those sent first, then as the latest search that found them ranked them.

    Technical ones stand after the others.
    """
    rows = findings(scope).filter(area=area_id, state__in=OPEN)

    def place(row: LossFinding) -> tuple[bool, bool, int, int, int]:
        waits = row.state != State.SENT
        return (
            row.kind in TECHNICAL_KINDS,
            waits,
            -row.seen_date.toordinal() if waits else 0,
            row.rank,
            row.pk,
        )

    return sorted(rows, key=place)[:SHOWN]


def history(scope: Scope, area_id: int) -> list[LossFinding]:
    """Return the findings of an area that were answered or are seen no more, the latest first."""
    rows = findings(scope).filter(area=area_id, state__in=CLOSED).annotate(photos=Count("order__photos"))
    return sorted(rows, key=lambda row: (_closed_on(row), row.pk), reverse=True)


def _closed_on(finding: LossFinding) -> date:
    """Return the day a finding was answered, or was seen no more."""
    if finding.answered_at is not None:
        return timezone.localdate(finding.answered_at)
    return finding.gone_date or finding.seen_date


def open_counts(scope: Scope) -> dict[int, int]:
    """Return how many findings wait or are sent, by area."""
    rows = LossFinding.objects.filter(scope.limit("area__station"), state__in=OPEN).order_by()
    return dict(rows.values_list("area").annotate(number=Count("id")))


def afterwards(scope: Scope, found: Iterable[LossFinding]) -> dict[int, Afterwards]:
    """Return what the loss did in the days before and after each was answered or gone, by finding."""
    result: dict[int, Afterwards] = {}
    for finding in found:
        if finding.state not in CLOSED:
            continue
        day = _closed_on(finding)
        span = timedelta(days=limits(day).compared_days)
        rows = list(losses.loss_of_area_days(scope, finding.area, day - span, day + timedelta(days=1) + span))
        result[finding.pk] = Afterwards(
            _mean([row for row in rows if row.day < day]),
            _mean([row for row in rows if row.day > day]),
            day + span,
        )
    return result


def _mean(rows: list[AreaLoss]) -> Mean:
    known = [row for row in rows if row.loss_wh is not None and row.supply_wh]
    if not known:
        return Mean(0, None, None)
    loss = sum(row.loss_wh or 0 for row in known)
    supply = sum(row.supply_wh or 0 for row in known)
    return Mean(len(known), _half_away(loss, len(known)), _half_away(loss * 10_000, supply))


def _half_away(numerator: int, denominator: int) -> int:
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -size if numerator < 0 else size
