"""Power-factor adjustment (功率因数调整电费): the factor in exact integers, and the rate the table gives for it.

Source: 水电财字〔1983〕215号; domain.md §5. Page: docs/rules/power-factor.md.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import numpy as np
from numba import njit

from diansuo.core.quantity.arrays import Int16, Int64, require
from diansuo.core.quantity.money import AmountTooLarge, scaled
from diansuo.core.rules import Entry
from diansuo.core.tariff.commercial.columns import NO_POWER_FACTOR

POWER_FACTOR: Final = "power-factor"
ADJUSTMENT_FEN: Final = "adjustment-fen"

HUNDREDTHS: Final = 100
RATE_UNITS: Final = 10_000
"""A rate counts units of 0.01 %, so a base times a rate is divided by this."""
NANO_PER_RATE_UNIT: Final = 100_000
"""A rate as billionths, as a line of a bill carries it."""

RATE_LIMIT: Final = 20_000
"""200 %; with it the largest base times a rate fits int64."""

POWER_LIMIT: Final = 2**44
"""Wh or varh; 17.6 TWh. Below it the comparison of two squares fits its three limbs."""
# a number below 2**44 is high x 2**22 + low; a square times 40 000 then has limbs below 2**61
LIMB_BITS: Final = 22
LIMB_MASK: Final = 2**LIMB_BITS - 1
SIGN_BIT: Final = 63
SCALE_SQUARED: Final = (2 * HUNDREDTHS) ** 2


class ZeroActivePolicy(StrEnum):
    """What happens with reactive but no active energy, ``zero_active_policy`` (no text settles it: domain.md §5.2)."""

    NONE = "none"
    """no adjustment"""
    ZERO = "zero"
    """the power factor is 0.00"""


@njit(cache=True, inline="always")
def power_factor_of(active_wh: int, reactive_varh: int) -> int:
    """Return cosφ = P / √(P² + Q²) in hundredths, halves up: the largest n with ``100 cosφ ≥ n − 1/2``.

    With k = 2n − 1 that is ``P² (40000 − k²) ≥ Q² k²``, whole numbers on both sides; so no root is taken and nothing
    is near a tie. The two squares are compared in three limbs of 22 bits, which is exact below ``POWER_LIMIT``. Neither
    may be negative. Both 0: ``NO_POWER_FACTOR``.
    """
    if active_wh == 0:
        return NO_POWER_FACTOR if reactive_varh == 0 else 0
    p_high = active_wh >> LIMB_BITS
    p_low = active_wh & LIMB_MASK
    q_high = reactive_varh >> LIMB_BITS
    q_low = reactive_varh & LIMB_MASK
    p_2, p_1, p_0 = p_high * p_high, 2 * p_high * p_low, p_low * p_low
    q_2, q_1, q_0 = q_high * q_high, 2 * q_high * q_low, q_low * q_low
    hundredths = 0
    step = 64
    while step > 0:
        odd = 2 * (hundredths + step) - 1
        right = odd * odd
        left = SCALE_SQUARED - right
        low = p_0 * left - q_0 * right
        middle = p_1 * left - q_1 * right + (low >> LIMB_BITS)
        high = p_2 * left - q_2 * right + (middle >> LIMB_BITS)
        # adds the step unless the difference is negative, as it is beyond 1.00; a branch here would be a coin tossed
        hundredths += step & ~(high >> SIGN_BIT)
        step >>= 1
    return hundredths


@njit(cache=True)
def _power_factors(active_wh: Int64, reactive_varh: Int64, hundredths: Int16) -> None:
    for row in range(len(active_wh)):
        hundredths[row] = power_factor_of(active_wh[row], reactive_varh[row])


def power_factor_hundredths(active_wh: Int64, reactive_varh: Int64) -> Int16:
    """Return the power factor of every row, rounded half up to two decimals (step id ``power-factor``).

    Args:
        active_wh: int64 (rows,), Wh, 0 or more.
        reactive_varh: int64 (rows,), varh, 0 or more: :func:`reactive_total_varh`.

    Returns:
        int16 (rows,), hundredths 0 to 100; 0 for reactive energy alone, ``NO_POWER_FACTOR`` where both are 0.

    Raises:
        WrongColumn: a column is not int64 or the lengths differ.
        ValueError: a value is negative.
        AmountTooLarge: a value of 17.6 TWh or more.
    """
    require(np.int64, active_wh=active_wh, reactive_varh=reactive_varh)
    for name, column in (("active_wh", active_wh), ("reactive_varh", reactive_varh)):
        if len(column) and int(column.min()) < 0:
            raise ValueError(f"{name}: row {int(column.argmin())} is negative; a power factor has no sign")
        if len(column) and int(column.max()) >= POWER_LIMIT:
            raise AmountTooLarge(f"{name}: row {int(column.argmax())} is {POWER_LIMIT} or more")
    hundredths = np.empty(len(active_wh), np.int16)
    _power_factors(active_wh, reactive_varh, hundredths)
    return hundredths


def reactive_total_varh(forward_varh: Int64, reverse_varh: Int64) -> Int64:
    """Add forward and reverse reactive energy (倒送无功) by their absolute values (215号; domain.md §5.2).

    Args:
        forward_varh: int64 (rows,), varh.
        reverse_varh: int64 (rows,), varh; the sign a register shows does not matter.

    Returns:
        int64 (rows,), varh.

    Raises:
        WrongColumn: a column is not int64 or the lengths differ.
    """
    require(np.int64, forward_varh=forward_varh, reverse_varh=reverse_varh)
    return np.abs(forward_varh) + np.abs(reverse_varh)


def standards_of(entry: Entry) -> tuple[int, ...]:
    """Return the standards a table has columns for, in hundredths: (90, 85, 80)."""
    return tuple(scaled(each, HUNDREDTHS, "standard", "hundredths") for each in entry.values["standards"])


def adjustment_rates(entry: Entry, standard: int, *, reduced: bool = False) -> Int64:
    """Return the rate for every power factor, from the table in force (domain.md §5.3).

    Args:
        entry: of kind ``power_factor_table``, normally ``national/power_factor/adjustment``.
        standard: in hundredths: 90, 85 or 80.
        reduced: 降低标准: what would be taken off is 0, what is added stays.

    Returns:
        int64 (101,), units of 0.01 %, for 0.00 to 1.00; plus is added. Above the first row of the table the first
        row holds; below the last row each 0.01 adds ``below_each``.

    Raises:
        LookupError: the table has no column for the standard.
        ValueAbsent: a rate, or the one below the table, is not known.
        ValueError: a rate beyond 200 %.
    """
    standards = standards_of(entry)
    if standard not in standards:
        raise LookupError(f"{entry.file}: no column for the standard 0.{standard:02}, there are {standards}")
    column = standards.index(standard) + 1
    by_factor: dict[int, int] = {}
    for number, row in enumerate(entry.values["rows"]):
        if row[column] is None:
            raise entry.absent(f"rows.{number}")
        by_factor[scaled(row[0], HUNDREDTHS, "power factor", "hundredths")] = rate_units(row[column])
    if entry.values["below_each"] is None:
        raise entry.absent("below_each")
    first, last, each = max(by_factor), min(by_factor), rate_units(entry.values["below_each"])
    rates = [
        by_factor[min(factor, first)] if factor >= last else by_factor[last] + (last - factor) * each
        for factor in range(HUNDREDTHS + 1)
    ]
    if max(map(abs, rates)) > RATE_LIMIT:
        raise ValueError(f"{entry.file}: a rate beyond {RATE_LIMIT // 100} % is a mistake of the table")
    found = np.array(rates, dtype=np.int64)
    return np.maximum(found, 0) if reduced else found


def rate_units(percent: str) -> int:
    """Convert a rate in per cent to units of 0.01 %: ``"-0.75"`` -> -75.

    Raises:
        ValueError: finer than 0.01 %.
    """
    return scaled(percent, RATE_UNITS // 100, "%", "units of 0.01 %")
