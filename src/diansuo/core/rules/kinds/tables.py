"""Tables of numbers: the power-factor adjustment and the nameplate values of transformers.

Sources: 水电财字〔1983〕215号 (domain.md §5.3); product standards of transformers (domain.md §6.2).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from diansuo.core.rules.kinds.frame import Body, Units, Values, quantity
from diansuo.core.rules.node import Node, plain

FACTOR_STEP: Final = Decimal("0.01")
TRANSFORMER_COLUMNS: Final = ("model", "capacity_kva", "p0_kw", "pk_kw", "i0_percent", "uk_percent")
COLUMN_DECIMALS: Final = 6

Row = tuple[Node, list[Decimal]]


def power_factor_table(body: Body, units: Units) -> Values:
    """Read the adjustment in percent by power factor, one column for each standard.

    Rows run from 1.00 down by 0.01 without a gap; below the last one every 0.01 adds ``below_each`` percent.
    At its own standard an adjustment is 0, and a lower factor never costs less.
    """
    standards = _standards(body["standards"])
    rows = [row for row in (_numbers(node, len(standards) + 1) for node in body["rows"].sequence()) if row]
    _check_descent(body["rows"], rows)
    for column, standard in enumerate(standards, 1):
        _check_column(rows, column, standard, body["standards"])
    below = quantity(body["below_each"])
    return {
        "standards": [plain(standard) for standard in standards],
        "rows": [[plain(number) for number in numbers] for _, numbers in rows],
        "below_each": None if below is None else plain(below),
    }


def _standards(node: Node) -> list[Decimal]:
    read = [quantity(each, above=True, limit=Decimal(1)) for each in node.sequence()]
    known = [standard for standard in read if standard is not None]
    if not read:
        node.refuse("no standard", 'name at least one: ["0.90", "0.85", "0.80"]')
    if len(set(known)) < len(known):
        node.refuse("a standard stands there twice", "name each standard once")
    return known


def _numbers(node: Node, width: int) -> Row | None:
    cells = node.sequence()
    if len(cells) != width:
        node.refuse(f"{len(cells)} numbers in a row of {width}", "give the factor and one number a standard")
        return None
    numbers = [cell.number() for cell in cells]
    known = [number for number in numbers if number is not None]
    return (node, known) if len(known) == width else None


def _check_descent(node: Node, rows: list[Row]) -> None:
    if not rows:
        node.refuse("no row", "begin with the row of 1.00")
        return
    expected = Decimal(1)
    for row, numbers in rows:
        if numbers[0] != expected:
            row.refuse(
                f"the row of {plain(numbers[0])} stands where {expected:.2f} should", "descend by 0.01"
            )
        expected = numbers[0] - FACTOR_STEP
    if expected < 0:
        node.refuse("rows below 0", "end the table at 0.00 at the latest")


def _check_column(rows: list[Row], column: int, standard: Decimal, standards: Node) -> None:
    at_standard = [numbers[column] for _, numbers in rows if numbers[0] == standard]
    if at_standard != [Decimal(0)]:
        found = ", ".join(map(plain, at_standard)) or "no row"
        standards.refuse(
            f"at the standard {plain(standard)} the table has {found}", "the row there must say 0"
        )
    for (_, above), (row, below) in zip(rows, rows[1:], strict=False):
        if below[column] < above[column]:
            wrong = f"{plain(below[0])} costs less than {plain(above[0])} by the standard {plain(standard)}"
            row.refuse(wrong, "a lower power factor never costs less; look at both rows")


def transformer_models(body: Body, units: Units) -> Values:
    """Read transformers by model and capacity: losses in kW, no-load current and short-circuit voltage in %.

    A value that is not known is null and its reason stands under ``unverified: {rows: …}``.
    """
    columns = [each.value for each in body["columns"].sequence()]
    if columns != list(TRANSFORMER_COLUMNS):
        body["columns"].refuse("other columns", f"write [{', '.join(TRANSFORMER_COLUMNS)}]")
    rows: list[list[str | None]] = []
    seen: dict[tuple[str | None, str | None], str] = {}
    for node in body["rows"].sequence():
        row = _transformer(node)
        if row is None:
            continue
        key = (row[0], row[1])
        if key in seen:
            node.refuse(f"{row[0]} of {row[1]} kVA stands in {seen[key]} too", "keep one of them")
        seen.setdefault(key, node.key)
        rows.append(row)
    if not rows:
        body["rows"].refuse("no row", "name at least one transformer")
    return {"columns": list(TRANSFORMER_COLUMNS), "rows": rows}


def _transformer(node: Node) -> list[str | None] | None:
    cells = node.sequence()
    if len(cells) != len(TRANSFORMER_COLUMNS):
        node.refuse(
            f"{len(cells)} values in a row of {len(TRANSFORMER_COLUMNS)}", "give one value a column, or null"
        )
        return None
    model, capacity, *losses = cells
    return [
        model.text(),
        _plate(capacity),
        *(None if each.value is None else _plate(each) for each in losses),
    ]


def _plate(node: Node) -> str | None:
    """Read a nameplate value above 0 with at most six decimals."""
    number = quantity(node, above=True)
    if number is None:
        return None
    if number != round(number, COLUMN_DECIMALS):
        node.refuse(f"{node.value} has more than six decimals", "write it as the nameplate does")
    return plain(number)
