"""Which reading routes come in late: their rows of a month stand in a list of their own, to be imported later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from diansuo.sandbox.lists import READING_COLUMNS, write_table

ROUTE = READING_COLUMNS.index("抄表段编号")


def part(
    rows: Iterable[Sequence[Any]], share: float, random: np.random.Generator
) -> tuple[list[Sequence[Any]], list[Sequence[Any]]]:
    """Return the rows that come in time and those of the routes that come late, a share of the routes drawn."""
    every = list(rows)
    routes = sorted({str(row[ROUTE]) for row in every})
    late = {route for route, drawn in zip(routes, random.random(len(routes)), strict=True) if drawn < share}
    return [row for row in every if row[ROUTE] not in late], [row for row in every if row[ROUTE] in late]


def write(path: Path, rows: list[Sequence[Any]]) -> None:
    """Write the readings of the routes that come late, in the shape of every reading list."""
    write_table(path, "抄表数据", READING_COLUMNS, rows)
