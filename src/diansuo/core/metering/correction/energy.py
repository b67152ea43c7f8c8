"""The energy to back-bill or refund (退补电量): from factors, errors, multipliers and normal months."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from diansuo.core.metering.correction.factors import HALF
from diansuo.core.quantity.arrays import Int64, require
from diansuo.core.quantity.wide import quotient


def meter_error_factor(error: Fraction, factor: Fraction = Fraction(1)) -> Fraction:
    """Factor of a meter whose own error is known: ``K / (1 + ε)``; ε of a slow meter is negative.

    Args:
        error: ε as tested, −5 % is −1/20.
        factor: K of a wrong connection that came on top, 1 for none.

    Raises:
        ValueError: the error is −100 % or below: the meter stands still.

    Source: domain.md §6.5; docs/rules/correction.md.
    """
    if error <= -1:
        raise ValueError(f"an error of {error}: the meter stands still, take a normal month as the basis")
    return Fraction(factor, 1 + error)


def meter_error_wh(read_wh: int, error: Fraction) -> Fraction:
    """Correction for a meter or transformer beyond its error, over half the time: ``W × (1/(1+ε) − 1) × ½``.

    Args:
        read_wh: energy read since the last check or the installation, Wh.
        error: ε as tested; zero error is the basis, not the permitted one.

    Returns:
        Wh, exact: −5 % and 19000 kWh give 500 kWh.

    Raises:
        ValueError: the error is −100 % or below.

    Source: domain.md §6.5, 《供电营业规则》(1996) 第80条(1) [S13]; docs/rules/correction.md.
    """
    return correction_wh(read_wh, meter_error_factor(error)) * HALF


def correction_wh(read_wh: int, factor: Fraction) -> Fraction:
    """Correction for energy read with a factor known: ``ΔW = W × (K − 1)``.

    Source: domain.md §6.5, 《供电营业规则》(1996) 第81条(1) [K]; docs/rules/correction.md.
    """
    return read_wh * (factor - 1)


def voltage_drop_factor(drop: Fraction, permitted: Fraction) -> Fraction:
    """Factor for a voltage drop in the secondary leads beyond the permitted: ``K = 1 + drop − permitted``.

    The permitted drop is the basis, and the time is not halved. Within the permitted drop K is 1.

    Args:
        drop: measured drop, 1 % is 1/100.
        permitted: permitted drop.

    Raises:
        ValueError: a negative drop.

    Source: domain.md §6.5, 《供电营业规则》(1996) 第80条(2) [S13][S12]; docs/rules/correction.md.
    """
    if drop < 0 or permitted < 0:
        raise ValueError("a voltage drop is not negative")
    return 1 + max(drop - permitted, Fraction(0))


def normal_month_wh(normal_wh: int, normal_days: int, days: int, read_wh: int) -> Fraction:
    """Correction with a normal month as the basis: what normal months use in so many days, less what was read.

    Args:
        normal_wh: energy of the normal months, Wh.
        normal_days: days they have.
        days: days the meter was wrong.
        read_wh: energy read in those days, Wh.

    Raises:
        ValueError: the normal months have no days, or the days are negative.

    Source: domain.md §6.5, 《供电营业规则》(1996) 第80条(3)、第81条(2) [S13][S12]; docs/rules/correction.md.
    """
    if normal_days < 1 or days < 0:
        raise ValueError(
            f"{normal_days} normal days for {days} days: expected at least one, and none negative"
        )
    return Fraction(normal_wh * days, normal_days) - read_wh


def multiplier_wh(register_wh: Int64, real: Int64, booked: Int64) -> Int64:
    """Correction for a wrong multiplier: register difference × (real − booked), exact, no rounding.

    Args:
        register_wh: int64 (rows,), difference of the registers before the multiplier, kWh × 1000.
        real: int64 (rows,), the multiplier that is there (实际倍率).
        booked: int64 (rows,), the one that was billed with (计费倍率).

    Returns:
        int64 (rows,), Wh; negative where too much was billed.

    Raises:
        WrongColumn: dtype or length.
        OverflowError: a product does not fit int64.

    Source: domain.md §6.5, 《供电营业规则》(1996) 第81条(3) [S12]; docs/rules/correction.md.
    """
    require(np.int64, register_wh=register_wh, real=real, booked=booked)
    return quotient([register_wh, real - booked], [1], rounding="half_away")


def missed_wh(right_wh: Int64, billed_wh: Int64) -> Int64:
    """Correction for energy that a reading missed or invented (漏抄、错抄): right − billed.

    Args:
        right_wh: int64 (rows,), energy as it should have been read, Wh.
        billed_wh: int64 (rows,), energy that was billed, Wh.

    Raises:
        WrongColumn: dtype or length.

    Source: domain.md §6.5; docs/rules/correction.md.
    """
    require(np.int64, right_wh=right_wh, billed_wh=billed_wh)
    return right_wh - billed_wh


def corrected_wh(
    read_wh: Int64, factor_numerator: Int64, factor_denominator: Int64, *, step_wh: int
) -> Int64:
    """What the meter should have shown: read × K, exact however large, rounded once (step id ``corrected-energy``).

    The correction of a row is this less what was read; with K − 1 as the factor it is found directly.

    Args:
        read_wh: int64 (rows,), energy read, Wh; may be negative.
        factor_numerator: int64 (rows,), of K; may be negative.
        factor_denominator: int64 (rows,), of K, positive.
        step_wh: precision, halves away from zero.

    Returns:
        int64 (rows,), Wh.

    Raises:
        WrongColumn: dtype or length.
        ValueError: a denominator or step that is not positive.
        OverflowError: a result does not fit int64.

    Source: domain.md §6.5; docs/rules/correction.md.
    """
    require(
        np.int64,
        read_wh=read_wh,
        factor_numerator=factor_numerator,
        factor_denominator=factor_denominator,
    )
    return quotient([read_wh, factor_numerator], [factor_denominator], rounding="half_away", step=step_wh)


def settled_wh(exact_wh: Fraction, *, step_wh: int) -> int:
    """Round one exact energy to the precision it settles to, halves away from zero (step id ``corrected-energy``).

    Raises:
        ValueError: a step that is not positive.
    """
    if step_wh < 1:
        raise ValueError(f"the step of a rounding must be positive, got {step_wh}")
    steps = abs(Fraction(exact_wh, step_wh))
    size = (2 * steps.numerator + steps.denominator) // (2 * steps.denominator) * step_wh
    return size if exact_wh >= 0 else -size
