"""How useful each rule of the audit is: what became of its findings, from decisions, tasks and the bills."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from diansuo.office.base.models import WorkOrder
from diansuo.office.base.scope import Scope
from diansuo.office.billing.audit import standing
from diansuo.office.billing.audit.models import AuditDecision
from diansuo.office.billing.audit.standing import PREFIX, Key
from diansuo.office.billing.audit.wording import title, titles
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import Finding

POINTS_A_QUERY = 5000


@dataclass(frozen=True, slots=True)
class Usefulness:
    """What became of the findings of a rule in some months.

    ``found``: matters found, those that stand and those that were decided about and are gone. ``released``: let out
    with the figures they were found with. ``corrected``: decided about, and then the finding went or its figures
    changed. ``sent``: to site; ``confirmed``: of them, those whose task is answered and that were corrected.
    ``corrected_fen``: by how much bills changed between the first decision and now.
    """

    rule: str
    title: str
    found: int
    open: int
    released: int
    held: int
    corrected: int
    sent: int
    confirmed: int
    stake_fen: int
    corrected_fen: int


@dataclass(slots=True)
class _Matter:
    finding: Finding | None
    decisions: list[AuditDecision]


def usefulness(
    scope: Scope, first: int, last: int, *, rule: str = "", station_id: int | None = None
) -> list[Usefulness]:
    """Return what became of each rule's findings in the months ``first`` to ``last``, in the order of the rules."""
    matters = _matters(scope, first, last, rule, station_id)
    amounts = _amounts(matters)
    by_rule: dict[str, list[tuple[Key, _Matter]]] = {}
    for key, matter in matters.items():
        by_rule.setdefault(key[2], []).append((key, matter))
    return [_of_rule(one, by_rule[one], amounts) for one in titles() if one in by_rule]


def _matters(scope: Scope, first: int, last: int, rule: str, station_id: int | None) -> dict[Key, _Matter]:
    findings = Finding.objects.filter(
        scope.limit("point__station"), period__range=(first, last), rule__startswith=PREFIX
    )
    decisions = AuditDecision.objects.filter(scope.limit("point__station"), period__range=(first, last))
    if rule:
        findings, decisions = findings.filter(rule=rule), decisions.filter(rule=rule)
    if station_id is not None:
        findings = findings.filter(point__station=station_id)
        decisions = decisions.filter(point__station=station_id)
    matters: dict[Key, _Matter] = {}
    for finding in findings:
        matters.setdefault(standing.key_of(finding), _Matter(finding, []))
    for one in decisions.select_related("order").order_by("id"):
        key = (one.point_id, one.period, one.rule, one.kind)
        matter = matters.setdefault(key, _Matter(None, []))
        if one.decision == AuditDecision.Decision.REOPENED:  # a slip of the hand says nothing about the rule
            matter.decisions.clear()
        else:
            matter.decisions.append(one)
    return matters


def _amounts(matters: Iterable[Key]) -> dict[tuple[int, int], int]:
    """Return the money of the bill of each point and month now."""
    wanted: dict[int, set[int]] = {}
    for point, period, _rule, _kind in matters:
        wanted.setdefault(period, set()).add(point)
    amounts: dict[tuple[int, int], int] = {}
    for period, points in wanted.items():
        every = sorted(points)
        for start in range(0, len(every), POINTS_A_QUERY):
            rows = Bill.objects.filter(
                consumption__period=period, consumption__point__in=every[start : start + POINTS_A_QUERY]
            ).values_list("consumption__point", "amount_fen")
            amounts |= {(point, period): amount for point, amount in rows}
    return amounts


def _of_rule(
    rule: str, matters: list[tuple[Key, _Matter]], amounts: dict[tuple[int, int], int]
) -> Usefulness:
    counts = dict.fromkeys(("open", "released", "held", "corrected", "sent", "confirmed"), 0)
    stake, changed = 0, 0
    for key, matter in matters:
        decided, last = bool(matter.decisions), matter.decisions[-1] if matter.decisions else None
        stands = _stands(matter, last)
        visits = [one.order for one in matter.decisions if one.order is not None]
        stake += _stake(matter)
        counts["open"] += not decided
        counts["released"] += stands and last is not None and last.decision == AuditDecision.Decision.RELEASED
        counts["held"] += stands and last is not None and last.decision == AuditDecision.Decision.HELD
        counts["sent"] += bool(visits)
        if decided and not stands:
            counts["corrected"] += 1
            counts["confirmed"] += any(one.state != WorkOrder.State.OPEN for one in visits)
            changed += _changed(matter, amounts.get(key[:2]))
    return Usefulness(rule, title(rule), found=len(matters), **counts, stake_fen=stake, corrected_fen=changed)


def _stands(matter: _Matter, last: AuditDecision | None) -> bool:
    """Tell whether a finding is still there with the figures the latest decision was about."""
    return matter.finding is not None and last is not None and standing.basis_of(matter.finding) == last.basis


def _stake(matter: _Matter) -> int:
    if matter.decisions:
        return int(matter.decisions[0].stake_fen)
    return 0 if matter.finding is None else int(matter.finding.detail.get("stake_fen", 0))


def _changed(matter: _Matter, now_fen: int | None) -> int:
    before = matter.decisions[0].basis.get("amount_fen")
    return 0 if before is None or now_fen is None else abs(now_fen - int(before))
