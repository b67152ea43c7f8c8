"""A finding of either kind as the worklist knows it: by what it is found again, and what has been decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from django.db.models import Case, CharField, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from diansuo.core.metering import Rule, Severity
from diansuo.office.base.scope import Scope
from diansuo.office.metering.days import running
from diansuo.office.metering.models import DayFinding, Finding, ReadingDecision

OPEN: Final = "open"
GROWING: Final = (Rule.DAY_GAP.id, Rule.DAY_STOPPED.id, *(rule.id for rule in running.DAILY))
"""A gap or a meter that stands still is the same one when it has become longer; so is what comes day after day."""
SUGGESTED: Final = (Rule.TRANSPOSED.id, Rule.DECIMAL.id)
"""Evidence only, but it names the likely register, which can be proposed in place of the one that stands."""
REPLACEABLE: Final = (*SUGGESTED, Rule.FREEZE.id, Rule.FREEZE_DAY.id)


class Sort(StrEnum):
    """Which findings: of the registers of a month of bills, or of the days of a month."""

    MONTH = "month"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Key:
    """By what a finding is known however often it is found: one of a month has no first day."""

    point_id: int
    month: int
    rule: str
    register: int | None
    from_date: date | None

    @classmethod
    def of(cls, finding: Any) -> Key:
        """Return the key of a stored finding of either kind."""
        by_day = isinstance(finding, DayFinding)
        return cls(
            finding.point_id,
            finding.month if by_day else finding.period,
            finding.rule,
            finding.register,
            finding.from_date if by_day else None,
        )


def of_days(scope: Scope, month: int) -> QuerySet[DayFinding]:
    """Return what was found in the days of a month, with ``decided`` and ``done``."""
    rows = DayFinding.objects.filter(scope.limit("point__station"), month=month)
    return _with_decisions(rows, month, from_date=OuterRef("from_date"))


def of_month(scope: Scope, period: int) -> QuerySet[Finding]:
    """Return what was found in the registers of a month of bills, with ``decided`` and ``done``.

    Evidence that asks nothing of anybody is left out.
    """
    rows = Finding.objects.filter(
        scope.limit("point__station"), Q(severity__gte=Severity.WARNING) | Q(rule__in=SUGGESTED),
        period=period, rule__startswith="R-",
    )  # fmt: skip
    return _with_decisions(rows, period, from_date=None)


def _with_decisions(rows: QuerySet[Any], month: int, *, from_date: Any) -> QuerySet[Any]:
    same = Q(actual=OuterRef("actual"), expected=OuterRef("expected")) | Q(rule__in=GROWING)
    register = Q(register=OuterRef("register")) | Q(register__isnull=True)
    decisions = ReadingDecision.objects.filter(
        same, register, month=month, point=OuterRef("point"), rule=OuterRef("rule")
    )
    decisions = (
        decisions.filter(from_date__isnull=True)
        if from_date is None
        else decisions.filter(from_date=from_date)
    )
    latest = Subquery(decisions.order_by("-id").values("decision")[:1], output_field=CharField())
    reopened = ReadingDecision.Decision.REOPENED
    rows = rows.annotate(decided=Coalesce(latest, Value(OPEN), output_field=CharField()))
    return rows.annotate(
        done=Case(
            When(decided__in=[OPEN, reopened], then=Value(0)), default=Value(1), output_field=IntegerField()
        )
    )


def decisions_of(scope: Scope, point_id: int, month: int, rule: str) -> QuerySet[ReadingDecision]:
    """Return what was ever decided about a point's findings of a rule in a month, latest first."""
    rows = ReadingDecision.objects.filter(
        scope.limit("point__station"), point=point_id, month=month, rule=rule
    )
    return rows.select_related("decided_by", "order").order_by("-id")
