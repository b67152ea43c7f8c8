"""The map as a drawing: one path a class over all cells, so that a year of 500 areas is a handful of elements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from diansuo.core.network import LossKind
from diansuo.office.network.heat.codes import NOTHING, SUDDEN, Codes
from diansuo.office.network.heat.queries import HeatMap

SIGNS = "0123456789ab"
"""The code of a cell as one character, in their order; a dot stands for nothing."""
DRAWN = (LossKind.HIGH, LossKind.NEGATIVE, LossKind.UNCOMPUTABLE, LossKind.SMALL, LossKind.ECONOMIC, NOTHING)
"""The ground of the map is what most cells are: a normal loss."""
WIDEST, NARROWEST, WHOLE = 24, 3, 1080
ROW_HEIGHT = 16
HEADING = 20


@dataclass(frozen=True, slots=True)
class Month:
    """Where a month begins on the map."""

    x: int
    words: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The map in pixels, and its paths in cells: class (a number of `LossKind`) and what is drawn of it."""

    paths: list[tuple[int, str]]
    months: list[Month]
    columns: int
    rows: int
    cell: int
    row_height: int = ROW_HEIGHT
    heading: int = HEADING

    @property
    def width(self) -> int:
        """Return how wide the map is."""
        return self.columns * self.cell

    @property
    def height(self) -> int:
        """Return how high the map is, without its heading."""
        return self.rows * self.row_height

    @property
    def whole_height(self) -> int:
        """Return how high the map is."""
        return self.height + self.heading


def drawn(of: HeatMap) -> Drawing:
    """Return the map as paths."""
    kinds = np.where(of.codes == NOTHING, NOTHING, of.codes % SUDDEN)
    cell = max(NARROWEST, min(WIDEST, WHOLE // max(len(of.days), 1)))
    paths = [(int(kind), _path(kinds == kind)) for kind in DRAWN]
    return Drawing(
        [path for path in paths if path[1]], _months(of.days, cell), len(of.days), len(of.rows), cell
    )


def _path(cells: np.ndarray) -> str:
    """Return the runs of cells that are set, each a stroke through the middle of its row."""
    edges = np.diff(np.pad(cells.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    row, start = np.nonzero(edges == 1)
    _row, end = np.nonzero(edges == -1)
    runs = zip(start.tolist(), row.tolist(), (end - start).tolist(), strict=True)
    return "".join(f"M{x} {y}.5h{length}" for x, y, length in runs)


def _months(days: list[date], cell: int) -> list[Month]:
    starts = [at for at, day in enumerate(days) if day.day == 1]
    return [Month(at * cell, f"{days[at]:%Y-%m}") for at in starts if (len(days) - at) * cell > 40]


def letters(codes: Codes) -> list[str]:
    """Return each row of codes as text, a character a day."""
    table = np.frombuffer(f"{SIGNS}.".encode(), dtype="S1")
    signs = table[codes]  # NOTHING is the last
    return [row.tobytes().decode() for row in signs]
