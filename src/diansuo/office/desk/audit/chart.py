"""Thirteen months of energy as bars: this month, and beside them the same month of last year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from diansuo.core.quantity.month import next_month
from diansuo.office.base import wording
from diansuo.office.billing.audit.details import MONTHS, MonthOfPoint

STEP_PX: Final = 40
BAR_PX: Final = 28
HEIGHT_PX: Final = 110
TOP_PX: Final = 44
MARK_PX: Final = 20
"""Where the words of the mark stand: above all bars, so that they never run into what a bar says."""
FOOT_PX: Final = 36


@dataclass(frozen=True, slots=True)
class Bar:
    """A month as it is drawn; ``empty``: nothing was settled."""

    period: int
    label: str
    kind: str
    x: int
    y: int
    height: int
    middle: int
    energy: str
    title: str
    empty: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """What the month should have had, drawn across: how high, and what it says."""

    y: int
    text_px: int
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing: its bars, the mark of what should be, its size, and where the ground line lies."""

    bars: tuple[Bar, ...]
    mark: Mark | None
    width_px: int
    height_px: int
    ground_px: int
    label_px: int
    year_px: int


def draw(months: Sequence[MonthOfPoint], period: int, expected: tuple[str, int] | None = None) -> Chart:
    """Lay out the 13 months up to ``period``, those without settlement left empty, and what should be (name, Wh)."""
    known = {one.period: one for one in months}
    most = max([*(one.energy_wh for one in months), expected[1] if expected else 0], default=0) or 1
    ground = TOP_PX + HEIGHT_PX
    bars = []
    for number in range(MONTHS):
        each = next_month(period, number + 1 - MONTHS)
        month = known.get(each)
        energy_wh = max(month.energy_wh, 0) if month else 0
        height = energy_wh * HEIGHT_PX // most
        bars.append(
            Bar(
                period=each,
                label=_label(each, number),
                kind=_kind(number, month),
                x=number * STEP_PX + (STEP_PX - BAR_PX) // 2,
                y=ground - max(height, 1),
                height=max(height, 1),
                middle=number * STEP_PX + STEP_PX // 2,
                energy=f"{(month.energy_wh + 500) // 1000:,}" if month else wording.NOTHING,
                title=f"{wording.month(each)} {wording.kilowatt_hours(month.energy_wh if month else None)} kWh",
                empty=month is None,
            )
        )
    return Chart(
        bars=tuple(bars),
        mark=None if expected is None else _mark(expected, ground - max(expected[1], 0) * HEIGHT_PX // most),
        width_px=MONTHS * STEP_PX,
        height_px=ground + FOOT_PX,
        ground_px=ground,
        label_px=ground + 14,
        year_px=ground + 31,
    )


def _mark(expected: tuple[str, int], y: int) -> Mark:
    name, energy_wh = expected
    return Mark(y=y, text_px=MARK_PX, title=f"{name} {(energy_wh + 500) // 1000:,} kWh")


def _label(period: int, number: int) -> str:
    """Write the month; the first, each January and the last carry the year."""
    month = period % 100
    return wording.month(period)[2:] if number in (0, MONTHS - 1) or month == 1 else f"{month:02d}"


def _kind(number: int, month: MonthOfPoint | None) -> str:
    if number == MONTHS - 1:
        return "this"
    if number == 0:
        return "last-year"
    return "estimated" if month is not None and month.estimated else "other"
