"""Tables of low-voltage lines: what conductors resist and carry, and how classes of customers spread a day's energy.

Sources: product catalogues named row by row; docs/rules/technical-loss.md.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from diansuo.core.rules.kinds.frame import Body, Units, Values, quantity
from diansuo.core.rules.node import Node, plain

CONDUCTOR_COLUMNS: Final = ("model", "r_ohm_km", "x_ohm_km", "ampacity_a", "source")
POINTS_A_DAY: Final = (24, 48, 96)
DECIMALS: Final = 6


def conductor_models(body: Body, units: Units) -> Values:
    """Read conductors by model: Ω a kilometre of one conductor, A it carries for long, and which source said so.

    A value that is not known is null and its reason stands under ``unverified: {rows: …}``.
    """
    columns = [each.value for each in body["columns"].sequence()]
    if columns != list(CONDUCTOR_COLUMNS):
        body["columns"].refuse("other columns", f"write [{', '.join(CONDUCTOR_COLUMNS)}]")
    sources = {name: _source(node) for name, node in body["sources"].mapping().items()}
    rows: list[list[str | None]] = []
    seen: dict[str | None, str] = {}
    for node in body["rows"].sequence():
        row = _conductor(node, sources)
        if row is None:
            continue
        if row[0] in seen:
            node.refuse(f"{row[0]} stands in {seen[row[0]]} too", "keep one of them")
        seen.setdefault(row[0], node.key)
        rows.append(row)
    if not rows:
        body["rows"].refuse("no row", "name at least one conductor")
    return {"columns": list(CONDUCTOR_COLUMNS), "sources": sources, "rows": rows}


def _source(node: Node) -> dict[str, str | None]:
    found = node.fields(("document",), ("url",))
    return {name: each.text() for name, each in found.items()}


def _conductor(node: Node, sources: dict[str, dict[str, str | None]]) -> list[str | None] | None:
    cells = node.sequence()
    if len(cells) != len(CONDUCTOR_COLUMNS):
        node.refuse(
            f"{len(cells)} values in a row of {len(CONDUCTOR_COLUMNS)}", "give one value a column, or null"
        )
        return None
    model, *numbers, source = cells
    source.choice(sources, "source")
    read = [None if each.value is None else _plate(each) for each in numbers]
    return [model.text(), *read, source.value if isinstance(source.value, str) else None]


def _plate(node: Node) -> str | None:
    """Read a value above 0 with at most six decimals."""
    number = quantity(node, above=True)
    if number is None:
        return None
    if number != round(number, DECIMALS):
        node.refuse(f"{node.value} has more than six decimals", "write it as the catalogue does")
    return plain(number)


def load_profiles(body: Body, units: Units) -> Values:
    """Read how each class spreads a day's energy over its equal intervals, any scale, from 0:00 on."""
    profiles: dict[str, list[str]] = {}
    for name, node in body["profiles"].mapping().items():
        numbers = [quantity(each) for each in node.sequence()]
        if len(numbers) not in POINTS_A_DAY:
            node.refuse(f"{len(numbers)} numbers", f"give one of {', '.join(map(str, POINTS_A_DAY))}")
        known = [number for number in numbers if number is not None]
        if not sum(known, Decimal(0)):
            node.refuse("no energy at all", "one number at least lies above 0")
        profiles[name] = [plain(number) for number in known]
    if not profiles:
        body["profiles"].refuse("no profile", "name at least one class")
    return {"profiles": profiles}
