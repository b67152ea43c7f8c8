"""Read the lines of one bill as plain tuples."""

from __future__ import annotations

import numpy as np

from diansuo.core.tariff import Bills, Component, Lines

PlainLine = tuple[Component, int, int, int, int, int]


def lines_of(bills: Bills, row: int = 0) -> list[PlainLine]:
    """(component, step, Wh, nano-yuan/kWh, fen, part) of every line of a row."""
    return plain(bills.lines, row)


def plain(lines: Lines, row: int = 0) -> list[PlainLine]:
    """The same of any lines."""
    return [
        (
            Component(lines.component[at]),
            int(lines.step[at]),
            int(lines.quantity_wh[at]),
            int(lines.price_nano[at]),
            int(lines.amount_fen[at]),
            int(lines.part[at]),
        )
        for at in np.flatnonzero(lines.row == row)
    ]
