"""How the energy of a bill moves from that of the earlier one to its own: days, use, multiplier, estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Int64, require
from diansuo.core.tariff.explaining.columns import Cause, Facts

EXACT_BELOW: Final = 2**62


def times(quantity: Int64, numerator: Int64, denominator: Int64) -> Int64:
    """Return ``quantity x numerator / denominator`` in whole units, rounded down.

    Only what lies between two causes depends on this rounding, never their sum.

    Args:
        quantity: int64 (rows,), 0 or more.
        numerator: int64 (rows,), 0 or more.
        denominator: int64 (rows,); where it is 0 the answer is 0.
    """
    divisor = np.where(denominator > 0, denominator, 1)
    kept = np.where(denominator > 0, quantity, 0)
    if int(kept.max(initial=0)) * int(numerator.max(initial=0)) < EXACT_BELOW:
        return kept * numerator // divisor
    columns = (kept.tolist(), numerator.tolist(), divisor.tolist())
    return np.array([each * up // down for each, up, down in zip(*columns, strict=True)], dtype=np.int64)


def trued_up_wh(energy_wh: Int64, days: Int64, estimate_wh: Int64, estimate_days: Int64) -> Int64:
    """Return how much energy of a bill makes up for the estimated months that ended where it begins (估抄多退少补).

    The true reading says what both used together; spread evenly over their days, what is beyond the bill's own share
    belongs to the estimate: ``E - (E + E_est) x d / (d + d_est)``. docs/rules/explanation.md.

    Args:
        energy_wh: int64 (rows,), Wh read for the bill.
        days: int64 (rows,), its days.
        estimate_wh: int64 (rows,), Wh settled by estimate directly before it.
        estimate_days: int64 (rows,), the days of that; 0 where there was no estimate.

    Returns:
        int64 (rows,), Wh; negative where too much had been estimated, 0 without an estimate.

    Raises:
        WrongColumn: a column is not int64 or the lengths differ.
    """
    require(np.int64, energy_wh=energy_wh, days=days, estimate_wh=estimate_wh, estimate_days=estimate_days)
    own = times(energy_wh + estimate_wh, days, days + estimate_days)
    return np.where(estimate_days > 0, energy_wh - own, 0)


@dataclass(frozen=True, slots=True)
class Use:
    """What the energy of bills was read from: Wh without losses, and days.

    Attributes:
        energy_wh: int64 (rows,), Wh.
        days: int64 (rows,).
        facts: multiplier and what makes up for an estimate.
    """

    energy_wh: Int64
    days: Int64
    facts: Facts

    @property
    def own_wh(self) -> Int64:
        """What was used in the bill's own days."""
        return self.energy_wh - self.facts.trued_up_wh


def moving(before: Use, after: Use) -> list[tuple[Cause, Int64]]:
    """Return the energy of the bills between, cause by cause; none below 0, the last one that of ``after``."""
    old, new = before.facts, after.facts
    known = (old.multiplier > 0) & (new.multiplier > 0)
    at_old_multiplier = np.where(
        known, times(after.own_wh, old.multiplier, np.where(known, new.multiplier, 1)), after.own_wh
    )
    by_cause = [
        (Cause.DAYS, times(np.maximum(before.own_wh, 0), after.days, before.days) + old.trued_up_wh),
        (Cause.ENERGY, at_old_multiplier + old.trued_up_wh),
        (Cause.MULTIPLIER, after.own_wh + old.trued_up_wh),
        (Cause.TRUED_UP, after.energy_wh),
    ]
    # Where no day was added, nothing is rounded either.
    same = after.days == before.days
    by_cause[0] = (Cause.DAYS, np.where(same, before.energy_wh, by_cause[0][1]))
    return [(cause, np.maximum(energy_wh, 0)) for cause, energy_wh in by_cause]


def shared(part: Int64, whole: Int64, other_part: Int64, other_whole: Int64, of_wh: Int64) -> Int64:
    """Return the same share of another energy: that of the first bill, or of the other where the first had none.

    Args:
        part: int64 (rows,), Wh of a period, within ``whole``.
        whole: int64 (rows,).
        other_part: int64 (rows,), of the other bill, likewise.
        other_whole: int64 (rows,).
        of_wh: int64 (rows,), the energy to share.
    """
    has = whole > 0
    share = times(np.where(has, part, other_part), of_wh, np.where(has, whole, other_whole))
    return np.where(has & (of_wh == whole), part, share)
