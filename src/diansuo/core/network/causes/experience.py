"""What a station's own checks on site say about kinds of causes: how often each was proven, and what that adds.

A Beta distribution for each kind. Beforehand its mean is what is believed without any record, and it weighs as much as
so many answers; every answer on site is one more. Kinds come out of it with a number, never with a place: what rules
have found stands before anything the record alone suggests. Page: docs/rules/loss-causes.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from diansuo.core.network.causes.kinds import TECHNICAL_KINDS, CauseKind
from diansuo.core.quantity.arrays import Bool, Int64, WrongColumn, require

Float = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Record:
    """Answers on site by kind, of one station over some time; shape (K,), each kind once.

    Attributes:
        kind: int64, `CauseKind`.
        proven: int64, answered 查实.
        cleared: int64, answered 排除.

    Raises:
        WrongColumn: lengths differ, a count is negative, or a kind stands twice.
    """

    kind: Int64
    proven: Int64
    cleared: Int64

    def __post_init__(self) -> None:
        require(np.int64, kind=self.kind, proven=self.proven, cleared=self.cleared)
        if (self.proven < 0).any() or (self.cleared < 0).any():
            raise WrongColumn("an answer is counted from 0")
        if len(np.unique(self.kind)) != len(self.kind):
            raise WrongColumn("a kind stands once")

    @property
    def answered(self) -> Int64:
        """Return the answers of each kind, int64 (K,)."""
        return self.proven + self.cleared


def weighed(believed: Float, proven: Int64, answered: Int64, weight: float) -> Float:
    """Return how likely a cause is once the record of its kind is heard; float64 (N,).

    The mean of a Beta distribution: ``(weight · believed + proven) / (weight + answered)``. Without answers it is what
    was believed; it lies between that and the share that was proven, and nears the latter as answers come in.

    Args:
        believed: float64 (N,), 0 to 1, what is believed of each cause without the record.
        proven: int64 (N,), answers 查实 of its kind.
        answered: int64 (N,), all answers of its kind.
        weight: how many answers the belief is worth, above 0.

    Raises:
        WrongColumn: the weight is not above 0, or more was proven than answered.
    """
    if weight <= 0:
        raise WrongColumn("what is believed beforehand weighs something")
    if (proven > answered).any():
        raise WrongColumn("more proven than answered")
    return np.asarray((weight * believed + proven) / (weight + answered), dtype=np.float64)


def suggested(
    record: Record, listed: Int64, room: int, least_proven: int, weight: float
) -> tuple[Int64, Float]:
    """Return the kinds the record alone suggests for an area whose loss rules do not explain, likeliest first.

    Of all causes proven at the station, how many are of the kind: beforehand every kind of management loss is alike.

    Args:
        record: the station's.
        listed: int64, kinds that rules have listed for the area already: they stand there, and better.
        room: at most so many.
        least_proven: a kind proven less often is left out: one case is no habit.
        weight: how many proven causes the belief that all kinds are alike is worth, above 0.

    Returns:
        the kinds, int64, and the share of each, float64.
    """
    kinds = [kind for kind in CauseKind if kind not in TECHNICAL_KINDS]
    alike = np.full(len(record.kind), 1 / len(kinds))
    whole = np.full(len(record.kind), record.proven.sum(), dtype=np.int64)
    share = weighed(alike, record.proven, whole, weight)
    fits: Bool = (record.proven >= least_proven) & ~np.isin(record.kind, listed)
    fits &= np.isin(record.kind, kinds)
    order = np.lexsort((record.kind, -share))
    chosen = order[fits[order]][: max(room, 0)]
    return record.kind[chosen], share[chosen]
