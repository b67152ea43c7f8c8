"""A place fills what a rule left open: a null of the same date gets a value, and nothing else is touched.

A shipped value that is not known stands as null. The place that has the document before it gives the value at the very
date from which it holds, with its own source; a value that is known is never replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from diansuo.core.rules.entry import Entry, Fill
from diansuo.core.rules.kinds import KINDS, Units
from diansuo.core.rules.node import Node, describe

REMEDY: Final = (
    "at the same date only what is null can be filled; leave the rest out, or give the date from which "
    "yours holds"
)
# their canonical values leave out what a reader of the file needs, and no part of them depends on another
READ_ONCE: Final = ("parameters", "policy_calendar")


@dataclass(frozen=True, slots=True)
class _Clash:
    """A field that a second document may not have at the same date, and why."""

    field: str
    wrong: str


def filled(before: Entry, own: Entry, at: Node, units: Units) -> Entry | None:
    """Lay the values of a second document onto the nulls of an entry of the same rule and date.

    Args:
        before: the entry of the book.
        own: what the second document says, read and right by itself.
        at: where it says so; takes what is wrong with it.
        units: the closed list of units.

    Returns:
        The entry with its nulls filled, or None after a refusal.
    """
    clashes: list[_Clash] = []
    fields: list[str] = []
    values = _laid(before.values, own.values, "", fields, clashes)
    already = f"{own.rule_id} has a value from {own.effective} in {before.file} already"
    for clash in clashes:
        at.refuse(f"{already}: {clash.field} {clash.wrong}", REMEDY)
    if own.until not in (None, before.until):
        at.refuse(f"{already}, which ends {before.until or 'with the next one'}", "leave until out")
    elif not fields and not clashes:
        at.refuse(f"{already}, and nothing here fills a null of it", REMEDY)
    if clashes or not fields or not _read_together(before.kind, values, at, units):
        return None
    names = tuple(dict.fromkeys(name.removesuffix(".value") for name in fields))
    fill = Fill(own.file, own.source, own.checked, names)
    merged = replace(before, values=values, fills=(*before.fills, fill))
    return replace(merged, unverified=_doubts(merged, own, names))


def _laid(before: Any, own: Any, name: str, fields: list[str], clashes: list[_Clash]) -> Any:
    """Return what a value becomes; ``fields`` takes the names of what was filled."""
    if before is None:
        if own is not None and name not in fields:
            fields.append(name)
        return own
    if isinstance(before, Mapping) and isinstance(own, Mapping):
        for key in own:
            if key not in before:
                clashes.append(_Clash(_below(name, key), "stands there in no way, not even as null"))
        return {
            key: _laid(value, own[key], _below(name, key), fields, clashes) if key in own else value
            for key, value in before.items()
        }
    if isinstance(before, list) and isinstance(own, list) and own:
        if len(before) == len(own):
            pairs = enumerate(zip(before, own, strict=True))
            return [_laid(a, b, _of_list(name, at, a), fields, clashes) for at, (a, b) in pairs]
        clashes.append(_Clash(name, f"has {len(before)} elements there and {len(own)} here"))
    elif own is None or (own != before and own != []):
        clashes.append(_Clash(name, f"is {describe(before)} there and {describe(own)} here"))
    return before


def _below(name: str, key: str) -> str:
    return f"{name}.{key}" if name else key


def _of_list(name: str, place: int, member: Any) -> str:
    """Name a member of a list as ``unverified`` does: only mappings have a name of their own."""
    return f"{name}.{place}" if isinstance(member, Mapping) else name


def _read_together(kind: str, values: Mapping[str, Any], at: Node, units: Units) -> bool:
    """Check what the two documents make together, e.g. that a day is still covered exactly once."""
    if kind in READ_ONCE:
        return True
    found = len(at.problems)
    KINDS[kind].read({key: at.child(key, value) for key, value in values.items()}, units)
    return len(at.problems) == found


def _doubts(merged: Entry, own: Entry, names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return what is unverified of the filled entry: of each value what the document says that gave it."""
    stay = {name: why for name, why in merged.unverified if name not in names or merged.is_null(name)}
    return tuple(sorted({**stay, **dict(_own_doubts(dict(own.unverified), names))}.items()))


def _own_doubts(own: Mapping[str, str], names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name in names:
        whole = [why for above, why in own.items() if name == above or name.startswith(f"{above}.")]
        # a document nobody could check leaves each of its values unchecked
        if whole or "source" in own:
            yield name, whole[0] if whole else own["source"]
        yield from ((below, why) for below, why in own.items() if below.startswith(f"{name}."))
