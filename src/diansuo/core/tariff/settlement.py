"""The settlement parameters of a place, as the engine and the cycle use them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from diansuo.core.quantity.month import BillMonthBasis
from diansuo.core.rules import Entry


class StepLineForm(StrEnum):
    """How the energy of the steps is written on a bill; the totals may differ by a fen (domain.md §2.2)."""

    INCREMENT = "increment"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Settlement:
    """Settlement parameters of a place.

    Attributes:
        energy_step_wh: energy settles to multiples of this: 10 (0.01 kWh) or 1000 (whole kWh).
        bill_month_basis: which month a reading belongs to.
        step_line_form: how step energy is written.
        year_start_month: month in which the billing year begins.
    """

    energy_step_wh: int
    bill_month_basis: BillMonthBasis
    step_line_form: StepLineForm
    year_start_month: int

    @classmethod
    def from_entry(cls, entry: Entry) -> Settlement:
        """Read the parameters from the entry ``<place>/settlement`` in force.

        Raises:
            ValueAbsent: one of them is not known.
            ValueError: one of them is not what it may be.
        """
        settlement = cls(
            energy_step_wh=entry.energy_wh("energy_precision"),
            bill_month_basis=BillMonthBasis(entry.word("bill_month_basis")),
            step_line_form=StepLineForm(entry.word("step_line_form")),
            year_start_month=entry.integer("year_start_month"),
        )
        if settlement.energy_step_wh <= 0 or not 1 <= settlement.year_start_month <= 12:
            raise ValueError(f"{entry.file}: energy_precision must be above 0, year_start_month 1 to 12")
        return settlement
