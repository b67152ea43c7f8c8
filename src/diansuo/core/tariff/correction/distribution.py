"""A corrected total put back into the months (or periods of the day) it belongs to; docs/rules/back-billing.md."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from diansuo.core.quantity.energy import HUNDREDTH_KWH_WH
from diansuo.core.quantity.exact import nearest

CORRECTION_SHARES: Final = "correction-shares"


def distribute(
    total_wh: int,
    weights: Sequence[int],
    step_wh: int = HUNDREDTH_KWH_WH,
    remainder_at: int = -1,
) -> tuple[int, ...]:
    """Divide a total in proportion to weights, exactly, the remainder to one place (step id ``correction-shares``).

    Each share but that of ``remainder_at`` is rounded to a multiple of ``step_wh``, halves away from zero, and never
    takes more than is left; what is left then stands at ``remainder_at``. So the shares sum to the total and none has
    the other sign.

    Args:
        total_wh: what to divide; a refund is negative.
        weights: of each month its read energy (or its days, where nothing was read); 0 or more.
        step_wh: precision of a share, 10 for 0.01 kWh.
        remainder_at: which takes the remainder: the last month, or the flat period of the day.

    Raises:
        ValueError: no weight is above 0, one is negative, or the step is not positive.

    Source: domain.md §6.5 (退补后按原账期).
    """
    whole = sum(weights)
    if step_wh <= 0 or whole <= 0 or min(weights) < 0:
        raise ValueError(
            f"weights {tuple(weights)}, step {step_wh}: a total is divided by weights of 0 or more that are not all "
            f"0, to a step above 0; where nothing was read, divide by days"
        )
    last = range(len(weights))[remainder_at]
    left, sign = abs(total_wh), -1 if total_wh < 0 else 1
    shares = [0] * len(weights)
    for at, weight in enumerate(weights):
        if at != last:
            share = nearest(Fraction(abs(total_wh) * weight, whole * step_wh)) * step_wh
            shares[at] = sign * min(share, left)
            left -= abs(shares[at])
    shares[last] = sign * left
    return tuple(shares)
