"""How differences of money lie: how many, how large, which way; exact, by rank and by fixed bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Int64, require

BOUNDS_FEN: Final = (100, 500, 1_000, 5_000, 10_000, 50_000, 100_000, 1_000_000)
"""A difference of up to so much falls into the bin of its size; a larger one into the last."""
PERCENT: Final = (0, 5, 25, 50, 75, 95, 100)
"""The ranks that are told, in per cent: the smallest, …, the middle one, …, the largest."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Differences summed up.

    Attributes:
        count: how many.
        dearer: how many are above 0.
        cheaper: how many are below 0.
        total_fen: their sum.
        dearer_fen: the sum of those above 0.
        cheaper_fen: the sum of those below 0.
        ranks_fen: by :data:`PERCENT`, the difference that at least so many per cent do not exceed; each is one of the
            differences, nothing is interpolated. Empty without any.
        bins: int counts from the largest fall to the largest rise: ``len(BOUNDS_FEN) + 1`` bins of falls, those that
            are exactly 0, and as many of rises.
    """

    count: int
    dearer: int
    cheaper: int
    total_fen: int
    dearer_fen: int
    cheaper_fen: int
    ranks_fen: dict[int, int]
    bins: tuple[int, ...]


def spread_of(difference_fen: Int64) -> Spread:
    """Sum up differences.

    Args:
        difference_fen: int64 (rows,).

    Raises:
        WrongColumn: not int64.
    """
    require(np.int64, difference_fen=difference_fen)
    ordered = np.sort(difference_fen)
    count = len(ordered)
    up, down = ordered[ordered > 0], ordered[ordered < 0]
    ranks = {each: int(ordered[max(-(-each * count // 100), 1) - 1]) for each in PERCENT} if count else {}
    return Spread(
        count=count,
        dearer=len(up),
        cheaper=len(down),
        total_fen=int(ordered.sum()),
        dearer_fen=int(up.sum()),
        cheaper_fen=int(down.sum()),
        ranks_fen=ranks,
        bins=(*reversed(_sizes(-down)), count - len(up) - len(down), *_sizes(up)),
    )


def _sizes(amounts_fen: Int64) -> list[int]:
    """Count amounts above 0 by the first bound they do not exceed."""
    at = np.searchsorted(np.array(BOUNDS_FEN), amounts_fen, side="left")
    counts: list[int] = np.bincount(at, minlength=len(BOUNDS_FEN) + 1).tolist()
    return counts
