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
_ZERO: Final = {
    Group.HIGH: "zero_share_high",
    Group.OTHER: "zero_share_other",
    Group.HOME: "zero_share_residential",
}
_SITE: Final = {
    Group.HIGH: "site_months_high",
    Group.OTHER: "site_months_other",
    Group.HOME: "site_months_residential",
}


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
        {group: entry.number(name) for group, name in _ZERO.items()},
        entry.integer("zero_rest_months"),
        entry.integer("new_remote_periods"),
        {group: max(entry.integer(name), 1) for group, name in _SITE.items()},
        entry.integer("accompanied_areas"),
        entry.number("accompanied_share"),
        entry.number("reread_share"),
        entry.number("reread_risk_share"),
        entry.energy_wh("difference_kwh"),
        entry.number("difference_fraction"),
        entry.integer("visit_days"),
    )


follow(limits.cache_clear)
