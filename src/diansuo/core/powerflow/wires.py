"""Which phases of a reduced tree carry a current at all, and how they are coupled: what the sweep runs over.

A place that feeds loads of one phase only needs one wire, and no voltage of the other two. Nothing is lost by that: a
phase without current has no say in the others' voltages.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
import numpy.typing as npt

from diansuo.core.powerflow.reduction import Reduced
from diansuo.core.quantity.arrays import Bool, Int64

Complex = npt.NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class Wires:
    """The wires of R places, W of them, those of a place side by side, the source's three first.

    A wire loses ``own`` times its current, ``common`` times the sum of the currents of its place, and, where the phases
    are coupled unequally, E ``extra`` impedances times the currents of ``other`` wires.

    Attributes:
        index: int64 (R, 3), the wire of each place and phase, -1 where nothing flows.
        first: int64 (R + 1,), the wires of place r are first[r] … first[r + 1] − 1.
        phase: int64 (W,).
        parent: int64 (W,), the wire of the same phase that feeds it, -1 at the source.
        own: complex128 (W,), Ω.
        common: complex128 (R,), Ω.
        extra_first: int64 (W + 1,), those of wire w are extra_first[w] … extra_first[w + 1] − 1.
        other: int64 (E,).
        extra: complex128 (E,), Ω.
    """

    index: Int64
    first: Int64
    phase: Int64
    parent: Int64
    own: Complex
    common: Complex
    extra_first: Int64
    other: Int64
    extra: Complex


def string(reduced: Reduced, drawn: Bool) -> Wires:
    """Return the wires that carry something.

    Args:
        reduced: the tree.
        drawn: bool (R, 3), where something is drawn at the place itself.
    """
    places = len(reduced.kept)
    carries = drawn.copy()
    for r in range(places - 1, 0, -1):
        carries[reduced.parent[r]] |= carries[r]
    carries[0] = True
    place, phase = np.nonzero(carries)
    index = np.full((places, 3), -1, dtype=np.int64)
    index[place, phase] = np.arange(len(place))
    parent = np.where(place > 0, index[reduced.parent[place], phase], -1)
    own = reduced.impedance_ohm[place, phase, phase]
    common = np.zeros(places, dtype=np.complex128)
    other: list[list[int]] = [[] for _ in place]
    extra: list[list[complex]] = [[] for _ in place]
    for r in range(1, places):
        pairs = list(permutations(np.flatnonzero(carries[r]).tolist(), 2))
        between = [complex(reduced.impedance_ohm[r, a, b]) for a, b in pairs]
        if len(set(between)) == 1:
            common[r] = between[0]
            own[index[r][carries[r]]] -= between[0]
            continue
        for (a, b), ohm in zip(pairs, between, strict=True):
            if ohm:
                other[index[r, a]].append(int(index[r, b]))
                extra[index[r, a]].append(ohm)
    return Wires(
        index=index,
        first=np.concatenate(([0], np.cumsum(carries.sum(axis=1)))).astype(np.int64),
        phase=phase.astype(np.int64),
        parent=parent.astype(np.int64),
        own=own,
        common=common,
        extra_first=np.cumsum([0, *map(len, other)]).astype(np.int64),
        other=np.array([each for row in other for each in row], dtype=np.int64),
        extra=np.array([each for row in extra for each in row], dtype=np.complex128),
    )
