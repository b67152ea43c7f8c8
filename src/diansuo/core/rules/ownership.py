"""Who owns the price of a component: the rulebook or the monthly price sheet, never both (design §6).

The owner stands in ``<place>/commercial_components``, ``owner``, by date. A price is looked at on each day it holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Final

from diansuo.core.rules.book import PRICES, Rule
from diansuo.core.rules.entry import Entry
from diansuo.core.rules.kinds.commercial import OWNER
from diansuo.core.rules.node import Node

COMPONENTS_RULE: Final = "commercial_components"
SHEET_KIND: Final = "component_price"
SHEET: Final = "sheet"


def place_and_component(rule_id: str) -> tuple[str, str] | None:
    """Return whose price of which component a rule is; None where it is no such price."""
    place, folder, component = rule_id.rpartition(f"/{PRICES}/")
    return (place, component) if folder and "/" not in component else None


def spans(entries: tuple[Entry, ...]) -> Iterator[tuple[Entry, date, date]]:
    """Yield each entry with the days ``[first, end)`` on which it holds."""
    ends = [min(a.until or b.effective, b.effective) for a, b in pairwise(entries)]
    ends.append(entries[-1].until or date.max)
    for entry, end in zip(entries, ends, strict=True):
        yield entry, entry.effective, end


def refuse_prices_of_sheets(root: Node, rules: Mapping[str, Rule]) -> None:
    """Refuse the prices of a rule file on days on which a price sheet owns them."""
    found = place_and_component(str(root.value.get("id")))
    rule = rules.get(str(root.value.get("id")))
    owners = rules.get(f"{found[0]}/{COMPONENTS_RULE}") if found else None
    if found is None or rule is None or owners is None:
        return
    values = root.child("values", root.value.get("values"))
    for entry, first, end in spans(rule.entries):
        if entry.file != root.file:
            continue
        for owner, owner_first, owner_end in spans(owners.entries):
            traits = owner.values["components"].get(found[1], {})
            if traits.get(OWNER) == SHEET and owner_first < end and first < owner_end:
                values.child(entry.effective, None).refuse(
                    f"{found[1]} belongs to the monthly price sheet by {owner.rule_id} of {owner.effective}",
                    "bring it as a price sheet (diansuo import sheet, or the page of price sheets), or name the "
                    "rulebook as its owner there from a day on",
                )
                break


def refuse_other_owner(
    at: Node, entries: tuple[Entry, ...], component: str, first: date, until: date
) -> None:
    """Refuse the price of a sheet unless sheets own it on each day of ``[first, until)``."""
    reached = first
    for entry, begins, end in spans(entries):
        if begins >= until or end <= first:
            continue
        if begins > reached:
            break
        reached = end
        owner = entry.values["components"].get(component, {}).get(OWNER)
        rule = f"{entry.rule_id} of {entry.effective}"
        if owner is None:
            at.refuse(
                f"{component} is no part of the price by {rule}", "name the component there, or drop it"
            )
        elif owner != SHEET:
            at.refuse(
                f"{component} belongs to the {owner} by {rule}",
                f"put the price into the {owner}, or give the component another owner there from a day on",
            )
    if reached < until:
        at.refuse(
            f"nobody owns {component} on {reached} by {entries[0].rule_id}",
            "add an entry for that day there, or let the price begin later or end earlier",
        )
