"""What a correction is made of: uses, what they cost, months as billed and as right, and the lines that come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from diansuo.core.quantity.band import BANDS
from diansuo.core.tariff.classes import Component, PriceClass


class CannotRebill(ValueError):
    """The months do not say enough, or contradict each other; names the month."""


@dataclass(frozen=True, slots=True)
class Use:
    """What one customer used in one month.

    Attributes:
        period: 电费年月 YYYYMM.
        price_class: the class it is priced at.
        energy_wh: Wh, 0 or more.
        band_wh: Wh by period of the day, in the order of `Band`; None: not read by period.
        reactive_varh: varh; 0 where it plays no part.

    Raises:
        CannotRebill: a negative energy, or periods that do not sum to the total.
    """

    period: int
    price_class: PriceClass
    energy_wh: int
    band_wh: tuple[int, ...] | None = None
    reactive_varh: int = 0

    def __post_init__(self) -> None:
        if min(self.energy_wh, self.reactive_varh, *(self.band_wh or ())) < 0:
            raise CannotRebill(f"{self.period}: a negative energy cannot be priced")
        if self.band_wh is not None and (len(self.band_wh) != BANDS or sum(self.band_wh) != self.energy_wh):
            raise CannotRebill(
                f"{self.period}: {self.band_wh} are not {BANDS} periods of {self.energy_wh} Wh"
            )


@dataclass(frozen=True, slots=True)
class Priced:
    """What a use costs.

    Attributes:
        amounts_fen: fen by component.
        settled_wh: Wh that count for the steps of the year; 0 for a class without steps.
    """

    amounts_fen: Mapping[Component, int]
    settled_wh: int

    @property
    def total_fen(self) -> int:
        """The sum of the components."""
        return sum(self.amounts_fen.values())


Pricing = Callable[[Use, int], Priced]
"""Prices a use, with the Wh of its billing year before it, at what was in force in its own month."""


@dataclass(frozen=True, slots=True)
class CorrectedMonth:
    """A month concerned.

    Attributes:
        billed: what was billed, with all corrections issued so far.
        issued_fen: fen issued for the month, with all corrections issued so far.
        right: what it should have been.
        year_to_date_wh: Wh of its billing year before it, as it was billed.
    """

    billed: Use
    issued_fen: int
    right: Use
    year_to_date_wh: int = 0

    def __post_init__(self) -> None:
        if self.billed.period != self.right.period:
            raise CannotRebill(
                f"{self.billed.period} is to be set right by {self.right.period}, another month"
            )


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """What a month's correction charges (plus) or gives back (minus), one line of component 退补电费.

    Attributes:
        period: the month concerned.
        energy_wh: Wh right less billed.
        amount_fen: fen right less issued.
        right_fen: what the month should have come to.
        issued_fen: what was issued for it.
        repriced_fen: what was billed, priced again now. Differs from issued where the old bill does not recompute, so
            that part of the difference is not from the energy or class of this correction.
        by_component_fen: fen right less repriced, components that differ.
    """

    period: int
    energy_wh: int
    amount_fen: int
    right_fen: int
    issued_fen: int
    repriced_fen: int
    by_component_fen: Mapping[Component, int] = field(default_factory=dict)
    component: Component = Component.CORRECTION


@dataclass(frozen=True, slots=True)
class Rebilling:
    """The lines of a correction, months without a difference left out, and the months as they stand with it."""

    lines: tuple[CorrectionLine, ...]
    months: tuple[CorrectedMonth, ...]

    @property
    def amount_fen(self) -> int:
        """What the correction comes to."""
        return sum(line.amount_fen for line in self.lines)
