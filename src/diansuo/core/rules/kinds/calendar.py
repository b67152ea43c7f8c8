"""The calendar of policy changes: which document takes effect when, and whether that was checked (domain.md §0)."""

from __future__ import annotations

import re
from typing import Final

from diansuo.core.rules.kinds.frame import Body, Units, Values
from diansuo.core.rules.node import Node

MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
VERIFIED: Final = ("yes", "no")


def policy_calendar(body: Body, units: Units) -> Values:
    """Read changes in the order of their first day, which may be a month where the day is not known."""
    node = body["changes"]
    read = [_change(each) for each in node.sequence()]
    changes = [change for change in read if change is not None]
    if not read:
        node.refuse("no change", "name at least one")
    days = [change["effective"] for change in changes]
    if days != sorted(days):
        node.refuse("changes are not in the order of their days", "order them from early to late")
    return {"changes": changes}


def _change(node: Node) -> Values | None:
    required = ("effective", "document", "affects", "verified")
    members = node.fields(required, ("note", "until"))
    if any(name not in members for name in required):
        return None
    effective = _day_or_month(members["effective"])
    until = members["until"].day() if "until" in members else None
    if until is not None and effective is not None and until.isoformat() <= effective:
        members["until"].refuse(f"{until} does not come after {effective}", "let it end later, or remove it")
    change = {
        "effective": effective,
        "until": until.isoformat() if until else None,
        "document": members["document"].text(),
        "affects": members["affects"].text(),
        "verified": members["verified"].choice(VERIFIED, "word"),
        "note": members["note"].text() if "note" in members else None,
    }
    return change if effective is not None else None


def _day_or_month(node: Node) -> str | None:
    if isinstance(node.value, str) and MONTH.fullmatch(node.value):
        return node.value
    day = node.day()
    return None if day is None else day.isoformat()
