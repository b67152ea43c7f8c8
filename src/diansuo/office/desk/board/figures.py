"""What the morning board shows, as plain data: a row an area manager, the worst areas, what data is missing."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Self

WH = 1000


def whole_kwh(energy_wh: int) -> int:
    """Return Wh in whole kWh, half away from zero."""
    size = (abs(energy_wh) + WH // 2) // WH
    return -size if energy_wh < 0 else size


class Source(StrEnum):
    """Which import a column of the board lives on; the value is the kind of file."""

    FAILURES = "failures"
    FREEZE = "freeze"
    ARREARS = "arrears"


@dataclass(slots=True)
class Figures:
    """Counts of one manager, or of all: areas by class of loss, Wh and fen a day of the abnormal ones."""

    customers: int = 0
    failures: int = 0
    failures_three_days: int = 0
    high: int = 0
    negative: int = 0
    uncomputable: int = 0
    sudden: int = 0
    loss_wh: int = 0
    mean_loss_wh: int = 0
    loss_fen: int = 0
    arrears_customers: int = 0
    arrears_fen: int = 0
    overdue: int = 0
    done: int = 0
    not_done: int = 0

    @property
    def loss_change_wh(self) -> int:
        """Return how much more the abnormal areas lost than in the mean of the seven days before.

        Of the whole kWh that stand beside it: who checks the sum on paper finds it right.
        """
        return whole_kwh(self.loss_wh) * WH - whole_kwh(self.mean_loss_wh) * WH

    def add(self, other: Self) -> None:
        """Add another's figures to these."""
        for each in fields(Figures):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(slots=True)
class ManagerRow:
    """One area manager's line; ``staff_id`` is None for what nobody answers for."""

    staff_id: int | None
    name: str
    figures: Figures = field(default_factory=Figures)


@dataclass(frozen=True, slots=True)
class WorstArea:
    """An area whose loss is abnormal on the board's day; money is None while no price is known."""

    area_id: int
    number: str
    name: str
    staff_id: int | None
    manager: str
    station_id: int
    kind: str
    tone: str
    reason: str
    rate_bp: int | None
    mean_rate_bp: int | None
    loss_wh: int | None
    mean_loss_wh: int | None
    loss_fen: int | None
    url: str = ""
    instruction: str = ""
    tasks: tuple[tuple[int, str], ...] = ()
    """Tasks about the area that are not closed: id and number."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """One thing to know about the data: what it is, how far it reaches, and whether that is enough."""

    source: Source
    until: date | None
    expected: date
    missing_rows: int = 0

    @property
    def complete(self) -> bool:
        """Tell whether nothing is missing."""
        return self.until is not None and self.until >= self.expected and not self.missing_rows


@dataclass(frozen=True, slots=True)
class Board:
    """The morning of a day.

    ``loss_day`` and ``failure_day`` say which day the columns stand for, None where no import has brought any.
    """

    day: date
    loss_day: date | None
    failure_day: date | None
    has_arrears: bool
    has_prices: bool
    rows: list[ManagerRow]
    total: Figures
    worst: list[WorstArea]
    worst_more: int
    stamps: list[Stamp]
