"""Late-payment penalty (电费违约金): so much of the debt for every day after the due day; docs/rules/late-payment.md.

Source: 《供电营业规则》 1996 clause 98, 2024 [clause ?]; 国务院令第196号 clause 39; domain.md §7.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64, WrongColumn, require
from diansuo.core.quantity.exact import nearest
from diansuo.core.quantity.money import AmountTooLarge, fen_from_yuan, scaled
from diansuo.core.quantity.rounding import INT64_MAX
from diansuo.core.rules import Entry

LATE_PAYMENT: Final = "national/collection/late_payment"
PENALTY_FEN: Final = "penalty-fen"
PENALTY_CAP: Final = "penalty-cap"
PARTS: Final = 10**6
"""A rate counts millionths of the debt a day: 1‰ is 1000."""


@dataclass(frozen=True, slots=True)
class LatePaymentTerms:
    """What a late day costs; a contract under the rules of 2024 may agree other numbers.

    Attributes:
        residential_parts: millionths of the debt a day, households.
        current_year_parts: everyone else, days in the year of the debt.
        earlier_year_parts: everyone else, days in a later year than that of the debt.
        minimum_fen: a penalty that is due at all is at least this.
        cap_ratio: the penalty never exceeds this many times the debt, also not by the minimum; None: no such limit.

    Raises:
        ValueError: one of them is negative.
    """

    residential_parts: int
    current_year_parts: int
    earlier_year_parts: int
    minimum_fen: int
    cap_ratio: Fraction | None = None

    def __post_init__(self) -> None:
        numbers = (self.residential_parts, self.current_year_parts, self.earlier_year_parts, self.minimum_fen)
        if min(numbers) < 0 or (self.cap_ratio is not None and self.cap_ratio < 0):
            raise ValueError(f"terms of late payment must not be negative: {self}")

    @classmethod
    def from_entry(cls, entry: Entry) -> LatePaymentTerms:
        """Read the terms from the entry of `LATE_PAYMENT` in force on the day of payment.

        Raises:
            ValueAbsent: one of them is not known.
            ValueError: a rate finer than a millionth, a minimum finer than a fen.
        """

        def parts(name: str) -> int:
            return scaled(entry.number(name), PARTS, "of the debt a day", "millionths")

        return cls(
            residential_parts=parts("residential"),
            current_year_parts=parts("other_current_year"),
            earlier_year_parts=parts("other_earlier_year"),
            minimum_fen=fen_from_yuan(entry.number("minimum")),
            cap_ratio=Fraction(1) if entry.word("cap") == "principal" else None,
        )


@dataclass(frozen=True, slots=True)
class LatePayment:
    """Penalties, int64, shape (n,).

    Attributes:
        current_days: days late in the year of the debt.
        later_days: days late after that year.
        penalty_fen: what they come to.
    """

    current_days: Int64
    later_days: Int64
    penalty_fen: Int64


def late_payment(
    due_day: Int64,
    paid_day: Int64,
    amount_fen: Int64,
    residential: Bool,
    terms: LatePaymentTerms,
    year_of_debt: Int64 | None = None,
) -> LatePayment:
    """Return the penalty of each debt: days × rate × debt, rounded once to the fen (step id ``penalty-fen``).

    The day after the due day is the first late one, the day of payment counts: due on the 15th and paid on the
    18th are 3 days. A debt paid in parts is one row for each part.

    Args:
        due_day: int64 (n,), last day to pay without penalty, days since 1970-01-01.
        paid_day: int64 (n,), day of payment, or the day the penalty is asked for.
        amount_fen: int64 (n,), what was owed until that day, 0 or more.
        residential: bool (n,), 居民 pay one rate in every year.
        terms: the rates.
        year_of_debt: int64 (n,), the year the debt arose in; None: the year of the due day.

    Raises:
        WrongColumn: dtype or length.
        ValueError: an amount is negative; a credit bears no penalty.
        AmountTooLarge: amount × days × rate would not fit.
    """
    require(np.int64, due_day=due_day, paid_day=paid_day, amount_fen=amount_fen)
    require(np.bool_, residential=residential)
    if len(residential) != len(amount_fen):
        raise WrongColumn(f"residential: expected {len(amount_fen)} rows, got {len(residential)}")
    if len(amount_fen) and int(amount_fen.min()) < 0:
        row = int(amount_fen.argmin())
        raise ValueError(f"row {row}: {amount_fen[row]} fen is negative; a credit bears no penalty")
    current_days, later_days = _late_days(due_day, paid_day, year_of_debt)
    weight = np.where(
        residential,
        (current_days + later_days) * terms.residential_parts,
        current_days * terms.current_year_parts + later_days * terms.earlier_year_parts,
    )
    penalty_fen = _share(amount_fen, weight)
    due = (weight > 0) & (amount_fen > 0)
    penalty_fen = np.where(due, np.maximum(penalty_fen, terms.minimum_fen), 0)
    if terms.cap_ratio is not None:
        penalty_fen = np.minimum(penalty_fen, _caps(amount_fen, terms.cap_ratio))
    return LatePayment(current_days, later_days, penalty_fen)


def _late_days(due_day: Int64, paid_day: Int64, year_of_debt: Int64 | None) -> tuple[Int64, Int64]:
    """Return the late days up to the end of the year of the debt, and those after it."""
    year = due_day.astype("datetime64[D]").astype("datetime64[Y]")
    if year_of_debt is not None:
        require(np.int64, due_day=due_day, year_of_debt=year_of_debt)
        year = (year_of_debt - 1970).astype("datetime64[Y]")
    last_day = (year + 1).astype("datetime64[D]").astype(np.int64) - 1
    late = np.maximum(paid_day - due_day, 0)
    current = np.clip(np.minimum(paid_day, last_day) - due_day, 0, None)
    return current, late - current


def _share(amount_fen: Int64, weight: Int64) -> Int64:
    """Multiply and divide by a million, halves up; in two limbs, so that only the result must fit."""
    whole, rest = np.divmod(amount_fen, PARTS)
    if len(weight):
        most = int(weight.max())
        if (int(whole.max()) + 1) * most + PARTS > INT64_MAX or PARTS * most + PARTS > INT64_MAX:
            raise AmountTooLarge(f"{int(amount_fen.max())} fen for {most} millionths is more than fits")
    share: Int64 = whole * weight + (rest * weight + PARTS // 2) // PARTS
    return share


def _caps(amount_fen: Int64, ratio: Fraction) -> Int64:
    """Return the limit of each debt, to the fen (step id ``penalty-cap``)."""
    return np.array([min(nearest(fen * ratio), INT64_MAX) for fen in amount_fen.tolist()], dtype=np.int64)
