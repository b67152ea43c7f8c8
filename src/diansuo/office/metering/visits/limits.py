"""Shares and cycles of the checks on site, from the rulebook (``national/checks/site_checks``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from diansuo.office.config.rulebook import book, follow
from diansuo.office.metering.visit_models import SiteCheck

RULE: Final = "national/checks/site_checks"
Group = SiteCheck.Group
_NAMES: Final = {Group.HIGH: "high", Group.OTHER: "other", Group.HOME: "residential"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds on a day; shares by group are ratios, cycles by group months."""

    zero_share: dict[str, Decimal]
    zero_rest_months: int
    new_remote_periods: int
    site_months: dict[str, int]
    accompanied_areas: int
    accompanied_share: Decimal
    reread_share: Decimal
    reread_risk_share: Decimal
    difference_wh: int
    difference_fraction: Decimal
    visit_days: int


@lru_cache(maxsize=64)
def limits(day: date) -> Limits:
    """Return the shares and cycles in force on a day.

    Raises:
        NoValueInForce, ValueAbsent: the rulebook does not say; the message names the file.
    """
    entry = book().in_force(RULE, day)
    return Limits(
        {group: entry.number(f"zero_share_{name}") for group, name in _NAMES.items()},
        entry.integer("zero_rest_months"),
        entry.integer("new_remote_periods"),
        {group: max(entry.integer(f"site_months_{name}"), 1) for group, name in _NAMES.items()},
        entry.integer("accompanied_areas"),
        entry.number("accompanied_share"),
        entry.number("reread_share"),
        entry.number("reread_risk_share"),
        entry.energy_wh("difference_kwh"),
        entry.number("difference_fraction"),
        entry.integer("visit_days"),
    )


follow(limits.cache_clear)
