"""Books that are only supposed: with other values from a day on, or as they stood on a day. Nothing of it bills.

A book that bills never replaces a value; to ask what other values would bring, those of the same days must go first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from diansuo.core.rules.book import Rule, RuleBook
from diansuo.core.rules.entry import Entry
from diansuo.core.rules.sheet import lay


def supposed(book: RuleBook, documents: Mapping[str, Mapping[str, Any]]) -> RuleBook:
    """Return a book in which the values of some documents hold in place of its own.

    A value holds from its day up to the next one of the rule, or up to its own ``until``; after that day what held
    before holds again. A value of the book that begins on one of these days gives way.

    Args:
        book: the rules so far; it stays as it is.
        documents: path of each document -> its content, as for :func:`diansuo.core.rules.lay`.

    Raises:
        RuleBookRefused: everything that is wrong with the documents.
    """
    rules = dict(book.rules)
    after: dict[str, list[Entry]] = {}
    for content in documents.values():
        rule = rules.get(str(content.get("id"))) if isinstance(content, Mapping) else None
        if rule is not None:
            kept, again = _making_room(rule, _spans(content))
            after[rule.rule_id] = again
            rules[rule.rule_id] = replace(rule, entries=kept)
    laid = lay(documents, replace(book, rules=rules))
    return replace(laid, rules={name: _completed(rule, after) for name, rule in laid.rules.items()})


def risen(book: RuleBook, rule_id: str, by: Decimal, first: date) -> RuleBook:
    """Return a book in which every price of a rule is so much higher (or lower) from a day on; the rest stays.

    Args:
        book: the rules.
        rule_id: a rule of prices: steps, one price, a component, capacity and demand.
        by: what is added to each price that is known, in the unit of the rule.
        first: the day.

    Raises:
        NoSuchRule: the book has none of this name.
        ValueError: the rule holds no prices.
    """
    rule = book.rule(rule_id)
    entries: list[Entry] = []
    for entry, following in zip(rule.entries, (*rule.entries[1:], None), strict=True):
        end = min((day for day in (entry.until, following and following.effective) if day), default=None)
        if end is not None and end <= first:
            entries.append(entry)
            continue
        if entry.effective < first:
            entries.append(replace(entry, until=first))
        entries.append(replace(entry, effective=max(entry.effective, first), values=_risen_values(entry, by)))
    return replace(book, rules={**book.rules, rule_id: replace(rule, entries=tuple(entries))})


PRICED: Final = ("prices", "capacity", "demand")
"""Where the values of a rule of prices hold them."""


def has_prices(entry: Entry) -> bool:
    """Tell whether a rule's values hold prices that :func:`risen` can move."""
    return any(name in entry.values for name in PRICED)


def _risen_values(entry: Entry, by: Decimal) -> dict[str, Any]:
    if not has_prices(entry):
        raise ValueError(f"{entry.rule_id} holds no prices")
    return {name: _risen(value, by) if name in PRICED else value for name, value in entry.values.items()}


def _risen(value: Any, by: Decimal) -> Any:
    """Add to every number below a value; units and what is not known stay."""
    if isinstance(value, Mapping):
        return {name: each if name == "unit" else _risen(each, by) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_risen(each, by) for each in value]
    return value if value is None else format((Decimal(value) + by).normalize(), "f")


def as_of(book: RuleBook, day: date) -> RuleBook:
    """Return a book as it stood on a day: what came into force later is gone, and what held then goes on holding."""
    rules = {}
    for rule_id, rule in book.rules.items():
        held = [entry for entry in rule.entries if entry.effective <= day]
        if not held:
            continue
        last = held[-1]
        if last.until is not None and last.until > day:
            held[-1] = replace(last, until=None)
        rules[rule_id] = rule if held == list(rule.entries) else replace(rule, entries=tuple(held))
    return replace(book, rules=rules)


def rules_begun(book: RuleBook, after: date, up_to: date) -> frozenset[str]:
    """Return the rules of which a value comes into force after one day and up to another."""
    return frozenset(
        rule_id
        for rule_id, rule in book.rules.items()
        if any(after < entry.effective <= up_to for entry in rule.entries)
    )


def _spans(content: Mapping[str, Any]) -> list[tuple[date, date | None]]:
    """Return the days of a document's values as far as they can be read; what is wrong with others ``parse`` says."""
    spans = []
    values = content.get("values")
    for text, entry in values.items() if isinstance(values, Mapping) else ():
        first = _day(text)
        if first is not None:
            spans.append((first, _day(entry.get("until")) if isinstance(entry, Mapping) else None))
    return sorted(spans, key=lambda span: span[0])


def _making_room(rule: Rule, spans: list[tuple[date, date | None]]) -> tuple[tuple[Entry, ...], list[Entry]]:
    """Return the entries that stay, cut where others come, and those that hold again once the others have ended."""
    kept: list[Entry] = list(rule.entries)
    again: list[Entry] = []
    for first, until in spans:
        held = [entry for entry in kept if _holds_on(kept, entry, until)] if until else []
        kept = [
            entry
            for entry in kept
            if not (first <= entry.effective and (_before(entry, until) or entry.effective == first))
        ]
        kept = [
            replace(entry, until=first)
            if entry.effective < first and entry.until and entry.until > first
            else entry
            for entry in kept
        ]
        again += [replace(entry, effective=until) for entry in held if until and entry.effective < until]
    return tuple(kept), again


def _before(entry: Entry, until: date | None) -> bool:
    return until is not None and entry.effective < until


def _holds_on(entries: list[Entry], entry: Entry, day: date) -> bool:
    """Tell whether an entry is the one that holds on a day."""
    held = [each for each in entries if each.effective <= day]
    return bool(held) and held[-1] is entry and (entry.until is None or entry.until > day)


def _completed(rule: Rule, after: Mapping[str, list[Entry]]) -> Rule:
    """Return a rule with what holds again, where nothing else begins on that day."""
    begun = {entry.effective for entry in rule.entries}
    more = [entry for entry in after.get(rule.rule_id, []) if entry.effective not in begun]
    if not more:
        return rule
    return replace(rule, entries=tuple(sorted((*rule.entries, *more), key=lambda entry: entry.effective)))


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None
