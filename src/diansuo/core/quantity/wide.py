"""Quotients whose products outgrow 64 bits, exact and rounded once; docs/rules/rounding.md.

A loss by formula squares energies, a spread multiplies energy by energy: numerators of 130 bits and more. They
are built here in limbs of 30 bits, as many as the columns at hand can need, and divided bit by bit; what fits 60
bits takes one division. No float takes part, so a tie is a tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from numba import njit

from diansuo.core.quantity.arrays import Int64, WrongColumn
from diansuo.core.quantity.rounding import INT64_MAX

Rounding = Literal["half_away", "down"]
Factor = Int64 | int

_BITS: Final = 30
_MASK: Final = (1 << _BITS) - 1
_LARGEST_HALF: Final = INT64_MAX // 2


def quotient_of_sums(
    terms: Sequence[Sequence[Factor]],
    divisors: Sequence[Factor],
    *,
    rounding: Rounding,
    step: int = 1,
    too_large: int | None = None,
) -> Int64:
    """Sum products, divide by a product, round once: ``(Π terms[0] + Π terms[1] + …) / Π divisors``.

    Args:
        terms: products to add; each a sequence of factors, int64 (rows,) or one number for all rows, none negative.
        divisors: factors of the divisor, of the same shapes, all positive.
        rounding: ``"half_away"``, or ``"down"`` for the largest multiple that is not above.
        step: the result is a multiple of it.
        too_large: what stands where a result does not fit int64; without it that is an error.

    Returns:
        int64 (rows,), multiples of the step; the products may be as large as they like.

    Raises:
        WrongColumn: a column is not int64 or the lengths differ.
        ValueError: a negative factor, a divisor or step that is not positive, or no column at all.
        OverflowError: a result does not fit int64; names the first such row.
    """
    if step < 1:
        raise ValueError(f"the step of a rounding must be positive, got {step}")
    divisors = [*divisors, step]
    columns = _columns([*(factor for term in terms for factor in term), *divisors])
    rows = len(columns[0])
    below = columns[len(columns) - len(divisors) :]
    if rows and (min(int(each.min()) for each in columns) < 0 or min(int(each.min()) for each in below) < 1):
        raise ValueError("a factor is negative or a divisor is not positive")
    most = max(len(term) for term in terms)
    above = np.ones((len(terms), most, rows), dtype=np.int64)
    taken = 0
    for place, term in enumerate(terms):
        for factor in range(len(term)):
            above[place, factor] = columns[taken]
            taken += 1
    quotients = np.empty(rows, dtype=np.int64)
    if rows == 0:
        return quotients
    limbs = max(_limbs(above), _limbs(np.stack(below)[np.newaxis]))
    _divide(above, np.stack(below), limbs, rounding == "half_away", quotients)
    beyond = (quotients < 0) | (quotients > INT64_MAX // step)
    if too_large is None and beyond.any():
        raise OverflowError(f"row {int(np.argmax(beyond))}: the result does not fit int64")
    return np.where(beyond, np.int64(too_large or 0), quotients * step)


def quotient(
    factors: Sequence[Factor], divisors: Sequence[Factor], *, rounding: Rounding, step: int = 1
) -> Int64:
    """Divide one product by another, of any sign: ``Π factors / Π divisors``, rounded once.

    ``"down"`` is towards zero, so that a negative amount is its positive one turned round.

    Args:
        factors: int64 (rows,) or one number for all rows, of any sign but the lowest int64.
        divisors: the same, all positive.
        rounding: ``"half_away"`` or ``"down"``.
        step: the result is a multiple of it.

    Returns:
        int64 (rows,), multiples of the step.

    Raises:
        WrongColumn, ValueError, OverflowError: as :func:`quotient_of_sums`.
    """
    columns = _columns([*factors, *divisors])[: len(factors)]
    negative = np.zeros(len(columns[0]), dtype=np.bool_)
    for column in columns:
        negative ^= column < 0
    sizes = quotient_of_sums([[np.abs(column) for column in columns]], divisors, rounding=rounding, step=step)
    return np.where(negative, -sizes, sizes)


def _columns(factors: Sequence[Factor]) -> list[Int64]:
    """Return every factor as a column of the one length that the columns among them have."""
    lengths = {factor.shape for factor in factors if isinstance(factor, np.ndarray)}
    if not lengths:
        raise ValueError("at least one factor must be a column")
    if len(lengths) > 1 or len(next(iter(lengths))) != 1:
        raise WrongColumn(f"the factors must be columns of one length, got the shapes {sorted(lengths)}")
    for factor in factors:
        if isinstance(factor, np.ndarray) and factor.dtype != np.int64:
            raise WrongColumn(f"a factor is {factor.dtype}, expected int64")
    return [np.broadcast_to(np.asarray(factor, dtype=np.int64), next(iter(lengths))) for factor in factors]


def _limbs(products: npt.NDArray[np.int64]) -> int:
    """Return how many limbs the sum of products, shape (terms, factors, rows), can need, one bit spare."""
    bits = [sum(int(factor.max()).bit_length() for factor in term) for term in products]
    return (max(bits) + len(bits).bit_length() + 2) // _BITS + 1


@njit(cache=True)
def _multiply(number: Int64, factor: int, before: Int64) -> None:
    """Multiply limbs in place by a number of up to 63 bits; ``before`` is room for a copy."""
    for limb in range(len(number)):
        before[limb] = number[limb]
        number[limb] = 0
    shift = 0
    while factor > 0:
        part = factor & _MASK
        carry = 0
        for limb in range(len(number) - shift):
            # below 2^60 + 2^31: fits
            product = before[limb] * part + number[limb + shift] + carry
            number[limb + shift] = product & _MASK
            carry = product >> _BITS
        factor >>= _BITS
        shift += 1


@njit(cache=True)
def _twice_and(number: Int64, bit: int) -> None:
    """Shift limbs left by one bit in place and set the lowest."""
    carry = bit
    for limb in range(len(number)):
        shifted = (number[limb] << 1) | carry
        number[limb] = shifted & _MASK
        carry = shifted >> _BITS


@njit(cache=True)
def _reaches(number: Int64, other: Int64) -> bool:
    """Whether the first is at least the second."""
    for limb in range(len(number) - 1, -1, -1):
        if number[limb] != other[limb]:
            return bool(number[limb] > other[limb])
    return True


@njit(cache=True)
def _take_off(number: Int64, other: Int64) -> None:
    """Subtract limbs in place; the first is at least the second."""
    borrow = 0
    for limb in range(len(number)):
        rest = number[limb] - other[limb] - borrow
        borrow = 1 if rest < 0 else 0
        number[limb] = rest & _MASK


@njit(cache=True)
def _long_division(above: Int64, below: Int64, rest: Int64, half_away: bool) -> int:
    """Divide limbs bit by bit and round; −1 where the quotient does not fit 63 bits."""
    rest[:] = 0
    whole = 0
    for limb in range(len(above) - 1, -1, -1):
        for bit in range(_BITS - 1, -1, -1):
            if whole > _LARGEST_HALF:
                return -1
            _twice_and(rest, (above[limb] >> bit) & 1)
            whole <<= 1
            if _reaches(rest, below):
                _take_off(rest, below)
                whole |= 1
    _twice_and(rest, 0)
    if half_away and _reaches(rest, below):
        return -1 if whole == 2 * _LARGEST_HALF + 1 else whole + 1
    return whole


@njit(cache=True)
def _short(number: Int64) -> int:
    """Return limbs as one number where it has at most 60 bits, else −1."""
    for limb in range(2, len(number)):
        if number[limb] != 0:
            return -1
    return int(number[0] + ((number[1] << _BITS) if len(number) > 1 else 0))


@njit(cache=True)
def _divide(
    factors: npt.NDArray[np.int64],
    divisors: npt.NDArray[np.int64],
    limbs: int,
    half_away: bool,
    quotients: Int64,
) -> None:
    """Fill the quotients of every row, −1 where one does not fit 63 bits."""
    above, below = np.zeros(limbs, np.int64), np.zeros(limbs, np.int64)
    product, room = np.zeros(limbs, np.int64), np.zeros(limbs, np.int64)
    for row in range(len(quotients)):
        above[:] = 0
        for term in range(factors.shape[0]):
            product[:] = 0
            product[0] = 1
            for factor in range(factors.shape[1]):
                _multiply(product, factors[term, factor, row], room)
            carry = 0
            for limb in range(limbs):
                total = above[limb] + product[limb] + carry
                above[limb] = total & _MASK
                carry = total >> _BITS
        below[:] = 0
        below[0] = 1
        for factor in range(divisors.shape[0]):
            _multiply(below, divisors[factor, row], room)
        short_above, short_below = _short(above), _short(below)
        if short_above >= 0 and short_below >= 0:
            whole, rest = short_above // short_below, short_above % short_below
            quotients[row] = whole + (1 if half_away and 2 * rest >= short_below else 0)
        else:
            quotients[row] = _long_division(above, below, room, half_away)
