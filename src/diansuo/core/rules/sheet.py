"""Monthly price sheets: documents of the rulebook's own schema, accepted only for the components they own.

Each component of a price has one owner (``commercial_components`` of the place, ``owner``): ``rulebook`` or ``sheet``.
A sheet that brings another component is refused, so that no price ever comes from two sides (design §6).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any, Final

from diansuo.core.rules.book import PRICES, RuleBook
from diansuo.core.rules.entry import Entry
from diansuo.core.rules.kinds.commercial import OWNER
from diansuo.core.rules.node import Node
from diansuo.core.rules.parse import parse
from diansuo.core.rules.problems import Problem, RuleBookRefused

COMPONENTS_RULE: Final = "commercial_components"
SHEET_KIND: Final = "component_price"
SHEET: Final = "sheet"


def accept_sheet(book: RuleBook, documents: Mapping[str, Mapping[str, Any]], place: str) -> RuleBook:
    """Add the prices of a sheet to a book.

    Args:
        book: the rules so far, with the sheets accepted before.
        documents: path of each document -> its content, as for :func:`diansuo.core.rules.parse`: kind
            ``component_price``, id ``<place>/commercial_prices/<component>``.
        place: whose sheet it is, e.g. ``province/henan``.

    Returns:
        A new book that holds both.

    Raises:
        RuleBookRefused: everything that is wrong: another kind or place, a component that a sheet does not own on
            one of its days, a price of days that have one already, and whatever ``parse`` refuses.
    """
    problems: list[Problem] = []
    for path, content in documents.items():
        _check_ownership(Node(content, path, "", problems), book, place)
    try:
        accepted = parse(documents, onto=book)
    except RuleBookRefused as refused:
        problems.extend(refused.problems)
    if problems:
        raise RuleBookRefused(problems)
    return accepted


def _check_ownership(root: Node, book: RuleBook, place: str) -> None:
    """Check that a document is one of this place's component prices and that sheets own it on all its days."""
    if not isinstance(root.value, Mapping):
        return
    kind, name = root.child("kind", root.value.get("kind")), root.child("id", root.value.get("id"))
    if kind.value != SHEET_KIND:
        kind.refuse(f"a price sheet holds no {kind.value}", f"write kind: {SHEET_KIND}")
        return
    folder = f"{place}/{PRICES}/"
    component = str(name.value).removeprefix(folder)
    if component == name.value or "/" in component:
        name.refuse(f"{name.value!r} is no price of {place}", f"begin the id with {folder}")
        return
    rule = book.rules.get(f"{place}/{COMPONENTS_RULE}")
    if rule is None:
        name.refuse(f"the rulebook has no {place}/{COMPONENTS_RULE}", "say there who owns each component")
        return
    values = root.value.get("values")
    for day, entry in values.items() if isinstance(values, Mapping) else ():
        first, until = _day(day), _day(entry.get("until")) if isinstance(entry, Mapping) else None
        if first is not None:
            at = root.child("values", values).child(day, entry)
            _check_owner(at, rule.entries, component, first, until or date.max)


def _check_owner(at: Node, entries: tuple[Entry, ...], component: str, first: date, until: date) -> None:
    """Check the owner on each day of ``[first, until)``, and that somebody is named on all of them."""
    ends = [min(a.until or b.effective, b.effective) for a, b in pairwise(entries)]
    ends.append(entries[-1].until or date.max)
    reached = first
    for entry, end in zip(entries, ends, strict=True):
        if entry.effective >= until or end <= first:
            continue
        if entry.effective > reached:
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


def _day(text: Any) -> date | None:
    """Return a day where there is a right one; what is wrong with another ``parse`` says."""
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None
