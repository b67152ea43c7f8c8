"""Where a finding of the audit stands: which decision is in force for it, and how much it weighs then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from diansuo.office.billing.audit.models import AuditDecision
from diansuo.office.metering.models import Finding

PREFIX = "A-"
Key = tuple[int, int, str, str]
"""Point, month, rule and kind: one matter."""


class Standing(StrEnum):
    """Where a finding stands."""

    OPEN = "open"
    RELEASED = "released"
    HELD = "held"
    SITE = "site"


WEIGHT = {
    Standing.RELEASED: Finding.Severity.INFO,
    Standing.HELD: Finding.Severity.BLOCKING,
    Standing.SITE: Finding.Severity.BLOCKING,
}


def key_of(finding: Finding) -> Key:
    """Return which matter a finding is."""
    return finding.point_id, finding.period, finding.rule, str(finding.detail.get("kind", ""))


def latest(period: int, points: Iterable[int] | None = None) -> dict[Key, AuditDecision]:
    """Return the latest decision about each matter of a month, of some points or of all."""
    rows = AuditDecision.objects.filter(period=period).select_related("decided_by", "order")
    if points is not None:
        rows = rows.filter(point__in=list(points))
    return by_matter(rows.order_by("id"))


def by_matter(decisions: Iterable[AuditDecision]) -> dict[Key, AuditDecision]:
    """Return the last of these decisions about each matter."""
    return {(one.point_id, one.period, one.rule, one.kind): one for one in decisions}


def in_force(finding: Finding, decisions: Mapping[Key, AuditDecision]) -> AuditDecision | None:
    """Return the decision that holds for a finding: the latest, if it was about the same figures and not taken back."""
    found = decisions.get(key_of(finding))
    if found is not None and found.decision == AuditDecision.Decision.REOPENED:
        return None
    return found if found is not None and found.basis == basis_of(finding) else None


def basis_of(finding: Finding) -> dict[str, Any]:
    """Return the figures a decision about this finding is about."""
    return dict(finding.detail.get("basis", {}))


def standing(decision: AuditDecision | None) -> Standing:
    """Return where a finding stands with this decision in force."""
    return Standing.OPEN if decision is None else Standing(decision.decision)


def weighed(findings: list[Finding], period: int) -> list[Finding]:
    """Give findings that are about to be stored the weight that earlier decisions about the same figures left them."""
    decisions = latest(period, {one.point_id for one in findings}) if findings else {}
    for finding in findings:
        decision = in_force(finding, decisions)
        if decision is not None:
            finding.severity = int(WEIGHT[standing(decision)])
    return findings
