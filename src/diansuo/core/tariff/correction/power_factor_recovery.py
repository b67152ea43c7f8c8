"""Power-factor adjustment charged at a wrong rate (追补力调): from the amount it is in, back to its base.

Source: 水电财字〔1983〕215号; domain.md §5.2, §6.5. Page: docs/rules/back-billing.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Int64, require
from diansuo.core.quantity.exact import nearest
from diansuo.core.quantity.money import AmountTooLarge
from diansuo.core.quantity.rounding import INT64_MAX

ADJUSTMENT_RECOVERY: Final = "adjustment-recovery"
WHOLE: Final = 10_000
"""A rate counts hundredths of a per cent: +9.50 % is 950."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What should have been charged, int64, shape (n,).

    Attributes:
        right_fen: charged ÷ (1 + billed rate) × (1 + right rate), rounded once.
        difference_fen: right less charged; negative where too much was charged.
    """

    right_fen: Int64
    difference_fen: Int64


def recover_adjustment(charged_fen: Int64, billed_rate: Int64, right_rate: Int64) -> Recovery:
    """Return what an amount should have been that holds its adjustment already (step id ``adjustment-recovery``).

    12600 yuan at +5 % are 12600 ÷ 1.05 × 1.095 = 13140 at +9.5 %. The base in between is not rounded. Where the lines
    of the bill show the base, the adjustment is computed from it anew instead: that is exact to the fen.

    Args:
        charged_fen: int64 (n,), amount with its adjustment, without what is exempt from it (基金及附加).
        billed_rate: int64 (n,), the rate that was applied, hundredths of a per cent, minus for a reward.
        right_rate: int64 (n,), the rate that is right.

    Raises:
        WrongColumn: dtype or length.
        ValueError: a billed rate of −100 % or less: nothing could have been charged.
        AmountTooLarge: a product would not fit.
    """
    require(np.int64, charged_fen=charged_fen, billed_rate=billed_rate, right_rate=right_rate)
    right = np.empty_like(charged_fen)
    columns = zip(charged_fen.tolist(), billed_rate.tolist(), right_rate.tolist(), strict=True)
    for row, (charged, billed, rate) in enumerate(columns):
        if billed <= -WHOLE:
            raise ValueError(f"row {row}: a billed rate of {billed} hundredths of a per cent leaves no base")
        amount = nearest(Fraction(charged * (WHOLE + rate), WHOLE + billed))
        if abs(amount - charged) > INT64_MAX or abs(amount) > INT64_MAX:
            raise AmountTooLarge(f"row {row}: {charged} fen at {rate} hundredths of a per cent does not fit")
        right[row] = amount
    return Recovery(right, right - charged_fen)
