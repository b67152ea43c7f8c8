"""Breaks text into lines for a terminal: Chinese between any two characters, other words at blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len, chop_cells

OPENING: Final = "（〔《“「"
CLOSING: Final = "，。；：、）〕》”」！？,.;:)%"
CHINESE: Final = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f"
# one Chinese character or one word, with the marks that may not be parted from it; or blanks
PIECE: Final = re.compile(
    rf"[{OPENING}]*(?:[{CHINESE}]|[^\s{CHINESE}{OPENING}]+)[{re.escape(CLOSING)}]*|[{OPENING}]+|\s+"
)


def wrap(text: str, width: int) -> str:
    """Return the text with line breaks, no line wider than ``width`` cells (a Chinese character takes two)."""
    return "\n".join(line for paragraph in text.split("\n") for line in _lines(paragraph, max(width, 2)))


def _lines(paragraph: str, width: int) -> Iterator[str]:
    line = ""
    for piece in _pieces(paragraph, width):
        if line and cell_len(line) + cell_len(piece.rstrip()) > width:
            yield line.rstrip()
            line = piece.lstrip()
        else:
            line += piece
    yield line.rstrip()


def _pieces(paragraph: str, width: int) -> Iterator[str]:
    """Yield what may stand on a line of its own; a word wider than a line is cut."""
    for piece in PIECE.findall(paragraph):
        yield from chop_cells(piece, width) if cell_len(piece) > width else [piece]
