"""How one check on site stands, and what a page calls the people in it."""

from __future__ import annotations

from typing import Any

from diansuo.office.metering.models import SiteCheck


def state_of(check: SiteCheck) -> str:
    """Return how a check stands: waiting, unsigned, off or good."""
    if check.seen_date is None:
        return "waiting"
    if check.kind == SiteCheck.Kind.ACCOMPANIED and check.companion_id is None:
        return "unsigned"
    good = check.found in (SiteCheck.Found.GOOD, SiteCheck.Found.UNUSED) and check.off_wh is None
    return "good" if good else "off"


def name_of(user: Any) -> str:
    """Return what a list calls somebody."""
    return "" if user is None else user.first_name or user.username
