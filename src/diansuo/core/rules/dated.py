"""The dated entries of one document: source, check day, what is unverified, and the body of the kind."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from diansuo.core.rules.entry import Entry, Source
from diansuo.core.rules.kinds import KINDS, Units
from diansuo.core.rules.node import Node

MARKABLE = ("source", "effective")


def read_entries(rule_id: str, kind_name: str, values: Node, units: Units) -> list[Entry]:
    """Read the ``values:`` mapping of a rule; problems go to the node's list."""
    members = values.mapping()
    if not members and isinstance(values.value, Mapping):
        values.refuse("no dated value", 'add a first one: "YYYY-MM-DD": {source: …}')
    entries = [_read_entry(rule_id, kind_name, day, node, units) for day, node in members.items()]
    days = [Node(day, values.file, values.key, []).day() for day in members]
    known = [day for day in days if day is not None]
    if known != sorted(known):
        values.refuse("dates are not ascending", "order the entries from early to late")
    return [entry for entry in entries if entry is not None]


def _read_entry(rule_id: str, kind_name: str, day: str, node: Node, units: Units) -> Entry | None:
    kind = KINDS[kind_name]
    effective = node.child("date", day).day()
    members = node.fields(("source", "checked", *kind.keys), (*kind.optional, "until", "unverified"))
    source = _read_source(members["source"]) if "source" in members else None
    checked = members["checked"].day() if "checked" in members else None
    until = members["until"].day() if "until" in members else None
    if effective and until and until <= effective:
        members["until"].refuse(f"{until} does not come after {effective}", "let it end later, or remove it")
    if any(key not in members for key in kind.keys):
        return None
    keys = [key for key in (*kind.keys, *kind.optional) if key in members]
    if not keys:
        node.refuse("no value", f"give at least one of: {', '.join(kind.optional)}")
    body = kind.read({key: members[key] for key in keys}, units)
    unverified = _read_unverified(node, members, keys, source)
    if effective is None or source is None or checked is None:
        return None
    return Entry(
        rule_id, kind_name, node.file, effective, until, body, source, checked.isoformat(), unverified
    )


def _read_source(node: Node) -> Source | None:
    members = node.fields(("document", "clause", "published", "url"))
    if len(members) != 4:
        return None
    document = members["document"].text()
    if members["published"].value is not None:
        members["published"].day()
    texts = [members[name].optional_text() for name in ("clause", "published", "url")]
    return None if document is None else Source(document, *texts)


def _read_unverified(
    entry: Node, members: Mapping[str, Node], keys: Collection[str], source: Source | None
) -> tuple[tuple[str, str], ...]:
    """Collect what is unverified: every null with its reason, and nothing that does not exist."""
    fields = dict(_fields({key: members[key].value for key in keys}))
    reasons: dict[str, str] = {}
    if "unverified" in members:
        for name, node in members["unverified"].mapping().items():
            reasons[name] = node.text() or ""
            if name not in fields and name not in MARKABLE:
                node.refuse(f"there is no field {name!r} in this entry", "name a field that stands here")
    parameters = members["parameters"].value if "parameters" in members else None
    for name, parameter in parameters.items() if isinstance(parameters, Mapping) else ():
        if isinstance(parameter, Mapping) and isinstance(parameter.get("unverified"), str):
            reasons[f"parameters.{name}"] = parameter["unverified"]
    # the null of a parameter is its value, its reason stands under the parameter's own name
    for name in (name.removesuffix(".value") for name, value in fields.items() if value is None):
        if name not in reasons:
            entry.refuse(f"{name} is null without a reason", f"say why under unverified: {{{name}: …}}")
    if source is not None and None in (source.clause, source.published) and "source" not in reasons:
        entry.refuse(
            "clause or publication day of the source is null without a reason",
            "say why under unverified: {source: …}",
        )
    return tuple(sorted(reasons.items()))


def _fields(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every dotted name of the body with its value.

    Mappings in a list are numbered, ``days.0.ratios.sharp``; everything else in a list shares its name.
    """
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield f"{prefix}{name}", ""
            yield from _fields(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            yield f"{prefix}{name}", None if _holds_null(value) else ""
            numbered = {str(place): each for place, each in enumerate(value) if isinstance(each, Mapping)}
            yield from _fields(numbered, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _holds_null(values: list[Any]) -> bool:
    return any(value is None or (isinstance(value, list) and _holds_null(value)) for value in values)
