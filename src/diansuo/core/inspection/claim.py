"""A claim (追补): what is recovered, part by part, and the penalty (违约使用电费) on the exact sum of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from diansuo.core.quantity.exact import nearest

RECOVERY_FEN: Final = "recovery-fen"
VIOLATION_PENALTY: Final = "violation-penalty"


class MultipleNotAllowed(ValueError):
    """The rule in force allows another multiple."""


@dataclass(frozen=True, slots=True)
class Multiple:
    """How many times the recovered charge the penalty is.

    Attributes:
        highest: the number of the rule.
        at_most: the rule sets a limit (2024: 不高于) and not the multiple itself (1996).
    """

    highest: Fraction
    at_most: bool

    def chosen(self, asked: Fraction | int | None = None) -> Fraction:
        """Return the multiple to take; None: the highest.

        Raises:
            MultipleNotAllowed: above the limit, below 0, or not the one the rule names.
        """
        if asked is None:
            return self.highest
        if self.at_most and 0 <= asked <= self.highest:
            return Fraction(asked)
        if asked == self.highest:
            return self.highest
        allowed = f"0 to {self.highest}" if self.at_most else f"{self.highest}"
        raise MultipleNotAllowed(f"{asked}-fold: the rule in force allows {allowed}")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a customer is asked for.

    Attributes:
        parts_fen: what is recovered, part by part, each rounded to the fen (step id ``recovery-fen``).
        multiple: of the recovered charge; None where the penalty is not a multiple of it.
        penalty_fen: the penalty, from the exact sum and not from the rounded one (step id ``violation-penalty``).
    """

    parts_fen: tuple[int, ...]
    multiple: Fraction | None
    penalty_fen: int

    @property
    def recovered_fen(self) -> int:
        """补交、追补电费: the sum of the parts."""
        return sum(self.parts_fen)

    @property
    def total_fen(self) -> int:
        """What is to be paid altogether."""
        return self.recovered_fen + self.penalty_fen


def claim_on(parts: Sequence[Fraction], multiple: Fraction) -> Claim:
    """Make a claim of exact parts in fen and the multiple of their exact sum.

    Raises:
        ValueError: a part is negative; what was paid too much is a refund, not a claim.
    """
    if any(part < 0 for part in parts):
        raise ValueError(
            f"parts {[str(part) for part in parts]} fen: a claim recovers, it does not give back"
        )
    whole = sum(parts, Fraction(0))
    return Claim(tuple(nearest(part) for part in parts), multiple, nearest(whole * multiple))
