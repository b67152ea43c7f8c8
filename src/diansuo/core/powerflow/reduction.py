"""Exact reduction of a tree: segments in series without load between them are one, dead ends carry nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from diansuo.core.powerflow.tree import Tree
from diansuo.core.quantity.arrays import Bool, Int64

Complex = npt.NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class Reduced:
    """What is left of P positions: R of them, in the same order, the source first.

    Attributes:
        kept: int64 (R,), positions of the tree.
        parent: int64 (R,), index into ``kept``, -1 at the source.
        impedance_ohm: complex128 (R, 3, 3), all that lies between the two, 0 at the source.
        carrier: int64 (P,), whose current flows in the branch of each position; -1 where none does.
    """

    kept: Int64
    parent: Int64
    impedance_ohm: Complex
    carrier: Int64


def reduce_series(tree: Tree, impedance_ohm: Complex, pinned: Bool) -> Reduced:
    """Return the smallest tree with the same flow.

    Args:
        tree: one source, at position 0.
        impedance_ohm: complex128 (P, 3, 3), of the branch that feeds each position.
        pinned: bool (P,), positions that draw something: these are never merged.
    """
    positions = len(tree.bus)
    parent = tree.parent.tolist()
    needed = pinned.tolist()
    needed[0] = True
    below = [0] * positions
    for p in range(positions - 1, 0, -1):
        if needed[p]:
            needed[parent[p]] = True
            below[parent[p]] += 1
    stays = [p == 0 or (needed[p] and (bool(pinned[p]) or below[p] > 1)) for p in range(positions)]
    kept = [p for p in range(positions) if stays[p]]
    index = {p: r for r, p in enumerate(kept)}
    carrier = np.full(positions, -1, dtype=np.int64)
    upper = np.full(len(kept), -1, dtype=np.int64)
    merged = np.zeros((len(kept), 3, 3), dtype=np.complex128)
    carrier[0] = 0
    for r, p in enumerate(kept[1:], start=1):
        carrier[p], merged[r], above = r, impedance_ohm[p], parent[p]
        while not stays[above]:
            carrier[above] = r
            merged[r] += impedance_ohm[above]
            above = parent[above]
        upper[r] = index[above]
    return Reduced(np.array(kept, dtype=np.int64), upper, merged, carrier)
