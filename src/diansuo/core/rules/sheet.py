"""Monthly price sheets: documents of the rulebook's own schema, accepted only for the components they own.

Each component of a price has one owner (:mod:`diansuo.core.rules.ownership`). A sheet that brings another component is
refused, so that no price ever comes from two sides (design §6).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from diansuo.core.rules.book import PRICES, RuleBook
from diansuo.core.rules.node import Node
from diansuo.core.rules.ownership import (
    COMPONENTS_RULE,
    SHEET,
    SHEET_KIND,
    place_and_component,
    refuse_other_owner,
)
from diansuo.core.rules.parse import parse, parse_sheets
from diansuo.core.rules.problems import Problem, RuleBookRefused

Documents = Mapping[str, Mapping[str, Any]]


def accept_sheet(book: RuleBook, documents: Documents, place: str) -> RuleBook:
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
        accepted = parse_sheets(documents, book)
    except RuleBookRefused as refused:
        problems.extend(refused.problems)
    if problems:
        raise RuleBookRefused(problems)
    return accepted


def lay(documents: Documents, book: RuleBook) -> RuleBook:
    """Lay documents that come together, rules and price sheets, onto a book: the rules first.

    A document that prices a component of which sheets are the owner on its first day is a price sheet, and everything
    :func:`accept_sheet` demands holds for it; several may price one component, one a month.

    Args:
        documents: path of each document -> its content.
        book: the rules so far.

    Returns:
        A new book that holds all of them.

    Raises:
        RuleBookRefused: as :func:`diansuo.core.rules.parse` and :func:`accept_sheet`.
    """
    prices = {path: each for path, each in documents.items() if _prices_a_component(each)}
    laid = parse({path: each for path, each in documents.items() if path not in prices}, onto=book)
    owned = {path: each for path, each in prices.items() if _of_a_sheet(each, laid)}
    laid = parse({path: each for path, each in prices.items() if path not in owned}, onto=laid)
    for path, each in owned.items():
        laid = accept_sheet(laid, {path: each}, each["id"].partition(f"/{PRICES}/")[0])
    return laid


def _prices_a_component(content: Any) -> bool:
    return isinstance(content, Mapping) and content.get("kind") == SHEET_KIND


def _of_a_sheet(content: Mapping[str, Any], book: RuleBook) -> bool:
    """Return whether sheets own the component of a document on its first day, or on the first day ever."""
    found = place_and_component(str(content.get("id")))
    owners = book.rules.get(f"{found[0]}/{COMPONENTS_RULE}") if found else None
    if found is None or owners is None:
        return False
    values = content.get("values")
    first = _day(min(values, default=None)) if isinstance(values, Mapping) else None
    held = [entry for entry in owners.entries if first is not None and entry.effective <= first]
    entry = held[-1] if held else owners.entries[0]
    return bool(entry.values["components"].get(found[1], {}).get("owner") == SHEET)


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
            refuse_other_owner(at, rule.entries, component, first, until or date.max)


def _day(text: Any) -> date | None:
    """Return a day where there is a right one; what is wrong with another ``parse`` says."""
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None
