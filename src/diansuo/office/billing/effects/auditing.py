"""The audit before issue, run over the latest month as it was and as it would be: which findings would newly fire."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.wide import quotient
from diansuo.core.rules import RuleBook
from diansuo.core.tariff.auditing.audit import audit
from diansuo.core.tariff.auditing.columns import Commercial
from diansuo.core.tariff.auditing.findings import AuditFindings
from diansuo.core.tariff.auditing.rules import Situation
from diansuo.core.tariff.what_if import STAYS
from diansuo.core.tariff.what_if.change import COMMERCIAL
from diansuo.office.base.models import Station
from diansuo.office.billing.audit import commercial, like, loading, rules
from diansuo.office.billing.audit.loading import Chunk, Loaded
from diansuo.office.billing.effects.columns import Asked
from diansuo.office.billing.effects.pricing import Priced

LAST_POINT = 2**62
EVERY_STATE = "(0, 1, 2)"
PARTS = ("sharp_wh", "peak_wh", "flat_wh", "valley_wh", "deep_valley_wh", "energy_wh")


@dataclass(frozen=True, slots=True)
class Newly:
    """A rule of the audit that would fire where it does not now: how often, and the first points."""

    rule: str
    blocking: bool
    count: int
    points: tuple[int, ...]


def new_findings(
    asked: Asked, priced: Priced, period: int, station: int, year_start_month: int
) -> list[Newly]:
    """Return which findings the points touched would newly have in a month; the most frequent first."""
    if not len(asked.point):
        return []
    chunk = Chunk(
        station.pk, period, int(asked.point[0]), int(asked.point[-1]), year_start_month,
        beside=station.mode == Station.Mode.BESIDE,
        states=EVERY_STATE,
    )  # fmt: skip
    limits = rules.limits(period)
    loaded = loading.load(chunk, like.read(station.pk, period, limits), limits.order_days)
    if not len(loaded):
        return []
    of = commercial.load(chunk, loaded)
    now = _keys(loaded, audit(loaded.drafts, of, limits))
    after, stays = _changed(loaded, of, asked, priced)
    then = _keys(after, audit(after.drafts, stays, limits))
    return _counted(then - now, set(asked.point.tolist()), rules.severities(period))


def findings_by_other_limits(
    period: int, station: Station, year_start_month: int, now: RuleBook, then: RuleBook
) -> list[Newly]:
    """Return which findings a station's month would newly have if another book named the thresholds."""
    chunk = Chunk(
        station.pk, period, 0, LAST_POINT, year_start_month,
        beside=station.mode == Station.Mode.BESIDE,
        states=EVERY_STATE,
    )  # fmt: skip
    limits, others = rules.limits_of(now, period), rules.limits_of(then, period)
    severities = rules.severities_of(then, period)
    found = []
    for each in (limits, others):
        loaded = loading.load(chunk, like.read(station.pk, period, each), each.order_days)
        if not len(loaded):
            return []
        found.append(_keys(loaded, audit(loaded.drafts, commercial.load(chunk, loaded), each)))
    was, is_now = found
    before = {key for key in was if Situation(key[1]).rule.id in rules.severities_of(now, period)}
    return _counted(is_now - before, {point for point, _code in is_now}, severities)


def _keys(loaded: Loaded, found: AuditFindings) -> set[tuple[int, int]]:
    return set(zip(loaded.point[found.row].tolist(), found.situation.tolist(), strict=True))


def _counted(new: set[tuple[int, int]], mine: set[int], severities: dict[str, Any]) -> list[Newly]:
    rules_of = Counter(Situation(code).rule.id for point, code in new if point in mine)
    points: dict[str, list[int]] = {}
    for point, code in sorted(new):
        if point in mine:
            points.setdefault(Situation(code).rule.id, []).append(point)
    return [
        Newly(rule, severities[rule] == rules.Finding.Severity.BLOCKING, count, tuple(points[rule][:20]))
        for rule, count in rules_of.most_common()
        if rule in severities
    ]


def _changed(loaded: Loaded, of: Commercial, asked: Asked, priced: Priced) -> tuple[Loaded, Commercial]:
    """Return the month as it would be: energy by the new multiplier, the new class, capacity and money."""
    terms, drafts = asked.by_point(loaded.point), loaded.drafts
    grows = np.flatnonzero(terms.multiplier != STAYS)
    values: dict[str, Any] = {name: getattr(drafts, name).copy() for name in PARTS}
    for column in values.values():
        column[grows] = quotient(
            [column[grows], terms.multiplier[grows]], [terms.multiplier_before[grows]], rounding="half_away"
        )
    at, known = _rows_of(priced.compared.bill, loaded.bill)
    for name, column in (("amount_fen", priced.compared.after_fen), ("billed_wh", priced.energy_after_wh)):
        values[name] = getattr(drafts, name).copy()
        values[name][known] = column[at[known]]
    for name in ("price_class", "voltage_class", "capacity_va"):
        new = getattr(terms, name)
        values[name] = np.where(new == STAYS, getattr(drafts, name), new)
    values["before_multiplier"] = np.where(
        terms.multiplier == STAYS, drafts.before_multiplier, terms.multiplier_before
    )
    values["multiplier"] = np.where(terms.multiplier == STAYS, drafts.multiplier, terms.multiplier)
    # An agreed proposal is the order that a change of multiplier wants.
    values["ordered"] = drafts.ordered | (terms.multiplier != STAYS)
    after = replace(loaded, drafts=replace(drafts, **values))
    classes = values["price_class"][of.row]
    kept = np.flatnonzero(np.isin(classes, COMMERCIAL))
    stays = replace(of, **{name: getattr(of, name)[kept] for name in Commercial.__slots__})
    return after, replace(stays, two_part=classes[kept] == COMMERCIAL[1])


def _rows_of(bills: Int64, wanted: Int64) -> tuple[Int64, Any]:
    if not len(bills):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    order = np.argsort(bills, kind="stable")
    at = order[np.minimum(np.searchsorted(bills[order], wanted), len(bills) - 1)]
    return at, bills[at] == wanted
