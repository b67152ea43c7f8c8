"""Which of many are visited: a share drawn by lot, the same however often one draws, and what a visit may differ by."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64

_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)


def lots(keys: Int64, seed: int) -> Int64:
    """Return a lot for every key, shape (n,): evenly spread, and the same whenever key and seed are.

    The mixing function of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    """
    with np.errstate(over="ignore"):
        mixed = keys.astype(np.uint64) + np.uint64(seed % 2**64) * _STEP + _STEP
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
        return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(1)).astype(np.int64)


def draw(keys: Int64, share: Decimal, seed: int, standing: Bool) -> Bool:
    """Return which of some keys are drawn, shape (n,): a share of them, rounded up, those already drawn counted first.

    Args:
        keys: each once, shape (n,).
        share: 0 to 1.
        seed: what the lots go by, such as month and list.
        standing: those drawn already; they stay.
    """
    wanted = int((share * len(keys)).to_integral_value(ROUND_CEILING))
    drawn = standing.copy()
    waiting = np.flatnonzero(~standing)
    order = waiting[np.argsort(lots(keys[waiting], seed), kind="stable")]
    drawn[order[: max(wanted - int(standing.sum()), 0)]] = True
    return drawn


def takes_its_turn(keys: Int64, month: int, every: Int64, seed: int) -> Bool:
    """Return whose turn a month is where each has a turn in every so many months, shape (n,).

    Args:
        keys: shape (n,).
        month: months since any fixed one.
        every: months between two turns, shape (n,), at least 1.
        seed: what the turns are spread by; the same for all months.
    """
    turn: Bool = (month + lots(keys, seed) % every) % every == 0
    return turn


def differs(
    seen_wh: int, read_wh: int, used_wh: int, days: int, span: int, limits: tuple[int, Decimal]
) -> int | None:
    """Return by how much a register seen later is off what it should be, None where it is within the limits.

    Args:
        seen_wh: the register on site.
        read_wh: that of the reading.
        used_wh: what the meter counted between the reading and the one before; before the multiplier.
        days: from the reading to the sight.
        span: of ``used_wh``; 0 where it is not known.
        limits: what it may be off in any case (Wh), and the fraction of the energy since the reading.
    """
    since = used_wh * days // span if span > 0 else 0
    off = seen_wh - read_wh - since
    least, fraction = limits
    allowed = least + int(since * fraction)
    backward = days >= 0 and seen_wh + least < read_wh
    return off if backward or abs(off) > allowed else None
