"""The one pass over a month's drafts: every finding of the audit before issue."""

from __future__ import annotations

from diansuo.core.tariff.auditing import classes, commercial, energy, money
from diansuo.core.tariff.auditing.columns import Commercial, Drafts
from diansuo.core.tariff.auditing.findings import AuditFindings, merged
from diansuo.core.tariff.auditing.thresholds import AuditLimits


def audit(drafts: Drafts, of: Commercial, limits: AuditLimits) -> AuditFindings:
    """Run every rule of the audit over drafts (domain.md §8.2, docs/rules/audit.md).

    Args:
        drafts: (rows,), the drafts of some points; rows do not depend on each other.
        of: what the commercial ones among them have beside.
        limits: in force in the month.

    Returns:
        All findings, by draft and situation. A-MISSING is not among them: it is about points without a draft.

    Raises:
        WrongColumn: a column has another kind or length.
    """
    return merged(
        [
            *energy.sudden(drafts, limits),
            *energy.above_maximum(drafts, limits),
            *energy.parts(drafts, limits),
            *energy.periods(drafts, of, limits),
            *energy.behind(drafts),
            *money.year(drafts),
            *money.price(drafts, of, limits),
            *money.twice(drafts),
            *classes.households(drafts, limits),
            *classes.commercial_terms(drafts, of, limits),
            *classes.multiplier(drafts),
            *commercial.power_factor(drafts, of, limits),
            *commercial.demand(drafts, of, limits),
            *commercial.losses(drafts, of, limits),
            *commercial.capacity(drafts, of),
            *commercial.metering(drafts, of),
        ]
    )
