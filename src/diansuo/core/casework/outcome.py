"""What a step of a case comes to: lines, named values, an amount, or a refusal; and the whole result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from diansuo.core.casework.exact import decimal_text
from diansuo.core.quantity.money import yuan_from_fen


class Refused(Exception):
    """A step that must not be computed, with the code of the finding and what is needed to say it."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Line:
    """One charge: quantity x price = amount. ``band`` is empty where the price does not depend on the hour."""

    component: str
    quantity: Fraction
    unit: str
    price: Fraction
    amount_fen: int
    band: str = ""
    group: str = ""
    note: str = ""

    def as_mapping(self) -> dict[str, str]:
        """Return the line as plain data, numbers as texts."""
        return {
            "component": self.component,
            "band": self.band,
            "group": self.group,
            "quantity": decimal_text(self.quantity),
            "unit": self.unit,
            "price": decimal_text(self.price),
            "amount_yuan": str(yuan_from_fen(self.amount_fen)),
            "note": self.note,
        }


@dataclass(slots=True)
class Outcome:
    """What one step came to.

    Attributes:
        values: named results in the order in which they were found, exact.
        lines: what is charged.
        amount_fen: what the step adds to the total, None where it is no amount of money.
    """

    values: dict[str, Fraction] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    amount_fen: int | None = None

    def charge(self, *lines: Line) -> None:
        """Add lines to the bill and their amounts to its total."""
        self.lines.extend(lines)
        self.amount_fen = (self.amount_fen or 0) + sum(line.amount_fen for line in lines)


@dataclass(frozen=True, slots=True)
class StepResult:
    """A computed or refused step."""

    step_id: str
    do: str
    counts: bool
    outcome: Outcome
    refusal: str | None = None
    refusal_params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def amount_yuan(self) -> Decimal | None:
        """What the step came to, or None where it is no amount or was refused."""
        amount = self.outcome.amount_fen
        return None if amount is None else yuan_from_fen(amount)

    def as_mapping(self) -> dict[str, Any]:
        """Return the step as plain data, numbers as texts."""
        return {
            "id": self.step_id,
            "do": self.do,
            "counts": self.counts,
            "values": {name: decimal_text(value) for name, value in self.outcome.values.items()},
            "lines": [line.as_mapping() for line in self.outcome.lines],
            "amount_yuan": None if self.amount_yuan is None else str(self.amount_yuan),
            "refusal": self.refusal,
            "refusal_params": {name: str(value) for name, value in self.refusal_params.items()},
        }
