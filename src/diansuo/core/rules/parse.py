"""Documents in, a frozen book out; or every problem of every document at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from diansuo.core.rules.book import Place, Rule, RuleBook
from diansuo.core.rules.dated import read_entries
from diansuo.core.rules.entry import Entry
from diansuo.core.rules.fill import filled
from diansuo.core.rules.kinds import KINDS
from diansuo.core.rules.node import Node
from diansuo.core.rules.ownership import SHEET_KIND, refuse_prices_of_sheets
from diansuo.core.rules.phrases import Phrases, read_phrases
from diansuo.core.rules.problems import Problem, RuleBookRefused
from diansuo.core.rules.sequence import check_sequence

SINGLE: Final = ("units", "coverage", "phrases")
STATES: Final = ("covered", "partial", "absent")


def parse(documents: Mapping[str, Mapping[str, Any]], onto: RuleBook | None = None) -> RuleBook:
    """Check parsed documents and freeze them into a book.

    Args:
        documents: path of each file -> its content. The path without ``.yaml`` must be, or end with, the id.
        onto: a book to which the documents add rules and dates (an overlay). Of a date of that book they may fill
            what is null (:mod:`diansuo.core.rules.fill`); they never replace a value.

    Returns:
        The book; with ``onto`` a new book that holds both.

    Raises:
        RuleBookRefused: everything that is wrong, each with file, key, what is wrong and what to do.
    """
    return _parse(documents, onto or RuleBook({}), sheets=False)


def parse_sheets(documents: Mapping[str, Mapping[str, Any]], onto: RuleBook) -> RuleBook:
    """Parse price sheets, see :func:`diansuo.core.rules.sheet.accept_sheet`: they price what sheets own, fill nothing.

    Raises:
        RuleBookRefused: as :func:`parse`.
    """
    return _parse(documents, onto, sheets=True)


def _parse(documents: Mapping[str, Mapping[str, Any]], base: RuleBook, *, sheets: bool) -> RuleBook:
    problems: list[Problem] = []
    roots = {path: Node(content, path, "", problems) for path, content in documents.items()}
    by_kind: dict[str, list[Node]] = {}
    for root in roots.values():
        kind = root.child("kind", root.mapping().get("kind", Node(None, "", "", [])).value)
        known = kind.choice((*KINDS, *SINGLE), "kind")
        if known is not None and _named_by_path(root):
            by_kind.setdefault(known, []).append(root)
    units = {**base.units, **_units(by_kind.get("units", []))}
    phrases: Phrases = read_phrases(by_kind.get("phrases", []), base.phrases)
    rules = dict(base.rules)
    own: dict[str, str] = {}
    for kind_name in KINDS:
        for root in by_kind.get(kind_name, []):
            _add(root, rules, own, units, fills=not sheets)
    for root in by_kind.get(SHEET_KIND, []) if not sheets else ():
        refuse_prices_of_sheets(root, rules)
    places, default_place = _coverage(by_kind.get("coverage", []), base, rules)
    if problems:
        raise RuleBookRefused(problems)
    return RuleBook(dict(sorted(rules.items())), units, places, default_place, phrases)


def _named_by_path(root: Node) -> bool:
    """Check path = name: the file of a rule is found by its id."""
    rule_id = root.child("id", root.value.get("id"))
    name = rule_id.text()
    if name is None:
        return False
    path = root.file.removesuffix(".yaml")
    if path != name and not path.endswith(f"/{name}"):
        rule_id.refuse(
            f"the id {name!r} is not the path of the file", "name the file as the id, or the reverse"
        )
    return True


def _add(
    root: Node, rules: dict[str, Rule], own: dict[str, str], units: Mapping[str, Any], *, fills: bool
) -> None:
    """Read one rule document and add its entries to what the book has of that rule."""
    rule_id = root.value["id"]
    members = root.fields(("id", "kind", "title", "values"))
    if rule_id in own:
        members["id"].refuse(f"the id {rule_id!r} stands in {own[rule_id]} too", "keep one of them")
        return
    own[rule_id] = root.file
    if "title" not in members or "values" not in members:
        return
    title = {name: node.text() or "" for name, node in members["title"].fields(("zh", "en")).items()}
    entries = read_entries(rule_id, root.value["kind"], members["values"], units)
    before = rules.get(rule_id)
    if before is not None and before.kind != root.value["kind"]:
        members["kind"].refuse(f"{rule_id} is of kind {before.kind}", "keep the kind, or choose another id")
        return
    held = before.entries if before else ()
    merged = _with_fills(held, entries, members["values"], units) if fills else [*held, *entries]
    check_sequence(merged, KINDS[root.value["kind"]], members["values"])
    ordered = tuple(sorted(merged, key=lambda entry: entry.effective))
    rules[rule_id] = Rule(rule_id, root.value["kind"], before.title if before else title, ordered)


def _with_fills(
    held: tuple[Entry, ...], entries: list[Entry], values: Node, units: Mapping[str, Any]
) -> list[Entry]:
    """Add entries to those there are; one of a date that is there fills the nulls of that date."""
    merged = {entry.effective: entry for entry in held}
    for entry in entries:
        before = merged.get(entry.effective)
        if before is None:
            merged[entry.effective] = entry
        elif (whole := filled(before, entry, values.child(entry.effective, None), units)) is not None:
            merged[entry.effective] = whole
    return list(merged.values())


def _units(roots: list[Node]) -> dict[str, dict[str, str]]:
    """Read the closed list of units."""
    units: dict[str, dict[str, str]] = {}
    for root in roots:
        members = root.fields(("id", "kind", "units"))
        for name, node in members["units"].mapping().items() if "units" in members else ():
            units[name] = {each: text.text() or "" for each, text in node.fields(("zh", "en")).items()}
    return units


def _coverage(roots: list[Node], base: RuleBook, rules: Mapping[str, Rule]) -> tuple[dict[str, Place], str]:
    """Read which places are covered and how far; every rule named there must exist."""
    places, default_place = dict(base.places), base.default_place
    for root in roots:
        members = root.fields(("id", "kind", "default_place", "places"))
        for place_id, node in members["places"].mapping().items() if "places" in members else ():
            fields = node.fields(("name", "rules"))
            states = fields["rules"].mapping() if "rules" in fields else {}
            for name, state in states.items():
                state.choice(STATES, "state")
                if f"{place_id}/{name}" not in rules:
                    state.refuse(f"there is no rule {place_id}/{name}", "add its file, or remove this line")
            names = fields["name"].fields(("zh", "en")) if "name" in fields else {}
            places[place_id] = Place(
                place_id,
                {language: text.text() or "" for language, text in names.items()},
                {name: str(state.value) for name, state in states.items()},
            )
        if "default_place" in members:
            default_place = members["default_place"].choice(tuple(places), "place") or ""
    return places, default_place
