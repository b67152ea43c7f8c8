"""What the shadow says of a bill: its lines and facts, in exact numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from diansuo.shadow import registers


@dataclass(frozen=True)
class Line:
    """A line of either side: kWh, kVA, kW or yuan; yuan. ``moved`` is what rounding moved into the quantity."""

    component: str
    part: int
    step: int
    band: str | None
    quantity: Fraction
    price: Fraction
    amount: Fraction
    moved: Fraction | None = None

    @property
    def key(self) -> tuple[str, int, int, str | None, int]:
        """What the line is about, with its place among the lines about the same thing."""
        return (self.component, self.part, self.step, self.band, 0)


@dataclass
class Opinion:
    """What the shadow says of a bill. ``facts``: what it went by, by the name of the bill's own field.

    ``month`` is what the meter showed, ``billed`` what of it this point is billed for.
    """

    month: registers.Month
    billed: registers.Month
    facts: dict[str, Any] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    parts: list[tuple[date, date, Fraction]] = field(default_factory=list)
    by_days: list[bool] = field(default_factory=list)
    refunds: list[Line] = field(default_factory=list)
    amount: Fraction = Fraction(0)
