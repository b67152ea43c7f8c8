"""The audit stage of the cycle for some points: findings of the rules, weighed with what was decided before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from django.db.models import Exists, OuterRef

from diansuo.core.metering.findings import Rule
from diansuo.core.tariff.auditing.audit import audit
from diansuo.core.tariff.auditing.findings import AuditFindings
from diansuo.core.tariff.auditing.rules import AuditRule, Situation
from diansuo.office.base.models import Job
from diansuo.office.billing.audit import commercial, like, loading, rules, standing
from diansuo.office.billing.audit.loading import Chunk, Loaded
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import Finding

Severity = Finding.Severity

SUPERSEDED: Final = {
    AuditRule.UP.id: (Rule.HISTORY.id, Rule.SPIKE.id),
    AuditRule.DOWN.id: (Rule.HISTORY.id,),
    AuditRule.ZERO.id: (Rule.ZERO.id, Rule.ZERO_RUN.id),
}
"""Warnings of the reading checks that say less about the same: a point has the sharper one only."""

SUDDEN: Final = (AuditRule.ZERO, AuditRule.UP, AuditRule.DOWN)
LOWER: Final = (Situation.ZERO, Situation.DOWN)
"""Less than usual: energy that ran backwards may be why."""


def audit_drafts(job: Job, chunk: Chunk) -> Callable[[], int]:
    """Audit the drafts of a chunk; the returned function stores the findings in the caller's transaction."""
    limits = rules.limits(chunk.period)
    usual = like.of_month(job, chunk.period, limits)
    loaded = loading.load(chunk, usual, limits.order_days)
    found = audit(loaded.drafts, commercial.load(chunk, loaded), limits)
    findings = [*_stored(job, chunk, loaded, found), *_missing(job, chunk)]

    def write() -> int:
        _replace(chunk, findings)
        return len(findings)

    return write


def _stored(job: Job, chunk: Chunk, loaded: Loaded, found: AuditFindings) -> list[Finding]:
    weights, drafts = rules.severities(chunk.period), loaded.drafts
    backwards = loading.reversed_wh(chunk) if np.isin(found.situation, LOWER).any() else {}
    stored = []
    for at in range(len(found)):
        situation, row = Situation(int(found.situation[at])), int(found.row[at])
        severity = weights.get(situation.rule.id)
        if severity is None:
            continue
        named = dict(zip(situation.figures, found.figures[at].tolist(), strict=False))
        basis = {
            "energy_wh": int(drafts.energy_wh[row]),
            "amount_fen": int(drafts.amount_fen[row]),
            situation.figures[0]: named[situation.figures[0]],
        }
        if situation.rule in SUDDEN:
            named |= _as_settled(loaded, row)
        if situation in LOWER and (reverse := backwards.get(int(loaded.point[row]))):
            named["reverse_wh"] = reverse
        stored.append(
            _finding(
                job, chunk, int(loaded.point[row]), situation, named, basis,
                severity=_at_most(severity, weak=bool(found.weak[at]) or chunk.beside),
                stake_fen=int(found.stake_fen[at]),
            )
        )  # fmt: skip
    return stored


def _as_settled(loaded: Loaded, row: int) -> dict[str, int]:
    """Return the months a sudden one is held against as their bills say them: the rule scales them by days."""
    drafts = loaded.drafts
    return {
        f"settled_{name}_wh": int(energy[row])
        for name, energy, days in (
            ("last", drafts.last_wh, drafts.last_days),
            ("year_ago", drafts.year_ago_wh, drafts.year_ago_days),
        )
        if days[row] > 0
    }


def _missing(job: Job, chunk: Chunk) -> list[Finding]:
    severity = rules.severities(chunk.period).get(AuditRule.MISSING.id)
    if severity is None:
        return []
    return [
        _finding(
            job, chunk, point, Situation.MISSING, {"energy_wh": 0, "last_wh": last}, {"energy_wh": 0, "last_wh": last},
            severity=_at_most(severity, weak=chunk.beside), stake_fen=0,
        )
        for point, last in zip(*(column.tolist() for column in loading.missing(chunk)), strict=True)
    ]  # fmt: skip


def _at_most(severity: Severity, *, weak: bool) -> Severity:
    """Return the weight of a finding; one of fewer views, or beside another system, never holds a bill."""
    return Severity(min(severity, Severity.WARNING)) if weak else severity


def _finding(
    job: Job,
    chunk: Chunk,
    point: int,
    situation: Situation,
    figures: dict[str, int],
    basis: dict[str, int],
    *,
    severity: Severity,
    stake_fen: int,
) -> Finding:
    named = list(figures.values())
    return Finding(
        job=job,
        period=chunk.period,
        point_id=point,
        rule=situation.rule.id,
        severity=int(severity),
        actual=named[0],
        expected=named[1] if len(named) > 1 else 0,
        detail={"kind": situation.kind, "figures": figures, "basis": basis, "stake_fen": stake_fen},
    )


def _replace(chunk: Chunk, findings: list[Finding]) -> None:
    """Put these findings in the place of earlier ones about points whose bill is not out, with their old decisions."""
    # By the consumption, not by the month of the bill: that index leads through the whole month.
    issued = Bill.objects.filter(
        consumption__period=chunk.period, consumption__point=OuterRef("point"), state=Bill.State.ISSUED
    )
    mine = Finding.objects.filter(
        period=chunk.period, point__station=chunk.station_id, point__pk__range=(chunk.low, chunk.high)
    )
    mine.filter(~Exists(issued), rule__startswith=standing.PREFIX).delete()
    for rule, lesser in SUPERSEDED.items():
        points = [one.point_id for one in findings if one.rule == rule]
        if points:
            mine.filter(point__in=points, rule__in=lesser).delete()
    Finding.objects.bulk_create(standing.weighed(findings, chunk.period))
