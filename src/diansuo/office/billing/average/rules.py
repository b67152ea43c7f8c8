"""What the rulebook says about average prices: limits of outliers, and who must follow which rule."""

from __future__ import annotations

from datetime import date

from diansuo.core.quantity.month import first_day
from diansuo.core.tariff.price_outliers import PARAMETERS, OutlierLimits
from diansuo.office.config import rulebook

CHECKS = "national/checks/average_price"
VA_PER_KVA = 1000


def limits(period: int) -> OutlierLimits:
    """Return from where on a price stands apart, as the rulebook says for a month."""
    entry = rulebook.book().in_force(CHECKS, first_day(period))
    return OutlierLimits(
        **{field: int(entry.number(name) * scale) for name, (field, scale) in PARAMETERS.items()}
    )


def adjusted_from_va(day: date) -> int:
    """Return the capacity from which on the power factor of a commercial customer is judged."""
    return _va("national/power_factor/policy", "standard_085_from_capacity", day)


def two_part_from_va(day: date) -> int:
    """Return the capacity from which on the two-part price holds."""
    return _va("national/commercial_terms", "two_part_from_capacity", day)


def _va(rule: str, name: str, day: date) -> int:
    return int(rulebook.book().in_force(rule, day).number(name) * VA_PER_KVA)
