"""What the rulebook says about the audit: thresholds, and what each rule does to a bill."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from diansuo.core.quantity.month import first_day
from diansuo.core.rules import RuleBook
from diansuo.core.tariff.auditing.rules import AuditRule
from diansuo.core.tariff.auditing.thresholds import PARAMETERS, AuditLimits
from diansuo.office.billing.average.rules import adjusted_from_va, two_part_from_va
from diansuo.office.config import rulebook
from diansuo.office.metering.models import Finding

CHECKS: Final = "national/checks/audit"
TERMS: Final = "national/commercial_terms"
VA_PER_KVA: Final = 1000
EARLIEST_TERMS: Final = 202306
"""The first month the rules of single-part and two-part prices by capacity speak of."""
OFF: Final = "none"
SEVERITY_OF: Final = {
    AuditRule.ZERO: "zero_severity",
    AuditRule.UP: "up_severity",
    AuditRule.DOWN: "down_severity",
    AuditRule.MAX: "max_severity",
    AuditRule.SUM: "sum_severity",
    AuditRule.TOU: "tou_severity",
    AuditRule.PF: "pf_severity",
    AuditRule.DEMAND: "demand_severity",
    AuditRule.SUB: "sub_severity",
    AuditRule.LOSS: "loss_severity",
    AuditRule.PRICE: "price_severity",
    AuditRule.TIER: "tier_severity",
    AuditRule.CAPACITY: "capacity_severity",
    AuditRule.MULTIPLIER: "multiplier_severity",
    AuditRule.AMOUNT: "amount_severity",
    AuditRule.DUPLICATE: "duplicate_severity",
    AuditRule.MISSING: "missing_severity",
    AuditRule.METERING: "metering_severity",
}
"""The parameter of the rulebook that says what each rule does to a bill."""
SEVERITIES: Final = {
    "info": Finding.Severity.INFO,
    "warning": Finding.Severity.WARNING,
    "blocking": Finding.Severity.BLOCKING,
}


@lru_cache(maxsize=64)
def limits(period: int) -> AuditLimits:
    """Return the thresholds of a month.

    Raises:
        NoValueInForce, ValueAbsent, WrongThreshold: the rulebook does not say.
    """
    return limits_of(rulebook.book(), period)


def limits_of(book: RuleBook, period: int) -> AuditLimits:
    """Return the thresholds that a book has for a month; raises what :func:`limits` does."""
    day = first_day(max(period, EARLIEST_TERMS))
    entry = book.in_force(CHECKS, first_day(period))
    single = int(book.in_force(TERMS, day).number("single_part_up_to_capacity") * VA_PER_KVA)
    return AuditLimits.from_parameters(
        {name: entry.number(name) for name in PARAMETERS},
        two_part_from_va=two_part_from_va(day),
        single_part_up_to_va=single,
        factor_from_va=adjusted_from_va(day),
    )


@lru_cache(maxsize=64)
def severities(period: int) -> dict[str, Finding.Severity]:
    """Return what each rule does in a month, by its id; a rule that is switched off is not there."""
    return severities_of(rulebook.book(), period)


def severities_of(book: RuleBook, period: int) -> dict[str, Finding.Severity]:
    """Return what each rule of a book does in a month."""
    entry = book.in_force(CHECKS, first_day(period))
    words = {rule.id: entry.word(name) for rule, name in SEVERITY_OF.items()}
    return {rule: SEVERITIES[word] for rule, word in words.items() if word != OFF}


for _kept in (limits, severities):
    rulebook.follow(_kept.cache_clear)
