"""Where the poles of radial lines stand on paper: the longest way straight on, branches below it, nothing crossing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Block:
    """Poles laid out: ``place`` has column and row of each, ``least`` the leftmost column of a row, lines included."""

    place: dict[int, tuple[int, int]]
    least: list[int]

    @property
    def widest(self) -> int:
        """Return the rightmost column."""
        return max((column for column, _row in self.place.values()), default=0)


def children_of(upper: Sequence[int]) -> dict[int, list[int]]:
    """Return what hangs on each pole, by its place; -1 is the busbar."""
    found: dict[int, list[int]] = {}
    for at, above in enumerate(upper):
        found.setdefault(above, []).append(at)
    return found


def laid(below: dict[int, list[int]], busbar: int = -1) -> Block:
    """Return all poles that lead to the busbar, one circuit beneath the other; column 0 is next to the busbar."""
    length = _lengths(below, busbar)
    whole = Block({}, [])
    for circuit in sorted(below.get(busbar, []), key=lambda pole: (-length[pole], pole)):
        block, down = _block(circuit, 0, below, length), len(whole.least)
        whole.place |= {pole: (column, row + down) for pole, (column, row) in block.place.items()}
        whole.least += block.least
    return whole


def _lengths(below: dict[int, list[int]], busbar: int) -> dict[int, int]:
    """Return how many poles the longest way from each pole on has, itself included."""
    order = [busbar]
    for pole in order:
        order += below.get(pole, [])
    length: dict[int, int] = {}
    for pole in reversed(order):
        length[pole] = 1 + max((length[each] for each in below.get(pole, [])), default=0)
    return length


def _block(head: int, column: int, below: dict[int, list[int]], length: dict[int, int]) -> Block:
    """Lay out a pole and all behind it: its longest way in row 0, the branches from the last pole to the first.

    A branch goes into the first row from which on nothing stands at or left of its end; what was laid before hangs
    further right, so that the line down to it crosses nothing.
    """
    chain = [head]
    while below.get(chain[-1]):
        chain.append(max(below[chain[-1]], key=lambda pole: (length[pole], -pole)))
    block = Block({pole: (column + at, 0) for at, pole in enumerate(chain)}, [column])
    for at in reversed(range(len(chain))):
        others = [pole for pole in below.get(chain[at], []) if chain[at + 1 :][:1] != [pole]]
        for branch in sorted(others, key=lambda pole: (length[pole], pole)):
            _hang(block, _block(branch, column + at + 1, below, length), column + at)
    return block


def _hang(block: Block, branch: Block, column: int) -> None:
    """Put a branch beneath a block; the line down to it, at ``column``, takes room in every row it passes."""
    row = len(block.least)
    while row > 1 and block.least[row - 1] > branch.widest:
        row -= 1
    block.place |= {pole: (across, down + row) for pole, (across, down) in branch.place.items()}
    for down, least in enumerate(branch.least):
        if row + down < len(block.least):
            block.least[row + down] = min(block.least[row + down], least)
        else:
            block.least.append(least)
    for down in range(1, row + 1):
        block.least[down] = min(block.least[down], column)
