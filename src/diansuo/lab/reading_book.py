"""A book of good readings: what every meter of the sample station showed at 0:00 of every day, and nothing is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from diansuo.core.metering import Register
from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.month import first_day, next_month
from diansuo.core.tariff.classes import PriceClass
from diansuo.sandbox import lists, physics, registers
from diansuo.sandbox.energy import Energy
from diansuo.sandbox.layout import Layout, lay_out
from diansuo.sandbox.shapes import Use

SEED: Final = 7
DAYS_AFTER: Final = 16
DIGITS: Final = 6
_CLASS_OF_USE: Final = {
    Use.RESIDENTIAL: PriceClass.RESIDENTIAL_STEPS,
    Use.SHARED: PriceClass.RESIDENTIAL_SHARED,
    Use.IRRIGATION: PriceClass.AGRICULTURAL,
    Use.COMMERCIAL: PriceClass.COMMERCIAL_SINGLE_PART,
    Use.DEDICATED: PriceClass.COMMERCIAL_TWO_PART,
}


@dataclass(frozen=True, slots=True)
class Book:
    """Customers (n,) and their registers (n, days + 1) in Wh before the multiplier, a step of 10 Wh.

    Attributes:
        first: the first day.
        registers: by kind; peak and valley count of those who have them (`time_of_use`).
        daily_wh: true energy of each day after the multiplier, (n, days).
        supply_wh: what went into each area on each day, (areas, days); row of area − 1.
        area, price_class, multiplier, capacity_w: int64 (n,).
        time_of_use, household: bool (n,).
        left_at: place of the day from which a household has moved out, −1 for who stays; int64 (n,).
    """

    first: date
    registers: dict[Register, Int64]
    daily_wh: Int64
    supply_wh: Int64
    area: Int64
    price_class: Int64
    multiplier: Int64
    capacity_w: Int64
    time_of_use: np.ndarray[tuple[int], np.dtype[np.bool_]]
    household: np.ndarray[tuple[int], np.dtype[np.bool_]]
    left_at: Int64

    def __len__(self) -> int:
        return len(self.area)

    def at(self, month: int) -> int:
        """Return the place of a month's reading day among the days."""
        return (first_day(month) - self.first).days


def write(customers: int, opening: int, last: int) -> Book:
    """Let the station's days pass, from the 1st of one month to half a month after the 1st of another.

    Args:
        customers: how many.
        opening: YYYYMM of the first reading day.
        last: YYYYMM of the last one.
    """
    first = first_day(opening)
    days = [first + timedelta(days=at) for at in range((first_day(last) - first).days + DAYS_AFTER)]
    layout = lay_out(np.random.default_rng([SEED, 10]), customers)
    energy = physics.simulate(layout, [], days, SEED, _silent, ([], [], len(days)))
    shown = registers.run_up(np.random.default_rng([SEED, 13]), layout, energy, [])
    rows = lists.archive(np.random.default_rng([SEED, 12]), layout, [])
    own = layout.columns
    use = layout.use[own]
    parts = layout.time_of_use[own]
    price_class = np.array([_CLASS_OF_USE[Use(int(each))] for each in use], np.int64)
    price_class[parts] = PriceClass.RESIDENTIAL_STEPS_TOU
    return Book(
        first,
        {
            Register.ACTIVE_TOTAL: shown.total[own],
            Register.ACTIVE_PEAK: shown.peak[own],
            Register.ACTIVE_VALLEY: shown.valley[own],
        },
        np.rint(energy.forward[own]).astype(np.int64),
        _supply_wh(layout, energy),
        layout.area[own] + 1,
        price_class,
        layout.multiplier[own],
        np.array([int(float(rows[at]["合同容量"]) * 1000) for at in range(len(own))], np.int64),
        parts,
        (use == Use.RESIDENTIAL) & (layout.roof_kw[own] == 0),
        # The sandbox lets who moves out go in the middle of its days.
        np.where(layout.empty[own], np.int64(len(days) // 2), np.int64(-1)),
    )


def _supply_wh(layout: Layout, energy: Energy) -> Int64:
    """Return what the masters and the roofs put into each area; an area of one's own is supplied what it uses."""
    into = energy.master - energy.master_back
    public = layout.padded
    np.add.at(into, layout.area[:public], energy.backward[:public])
    return np.rint(np.concatenate([into, energy.forward[public:]])).astype(np.int64)


def months(opening: int, last: int) -> list[int]:
    """Return all reading months from the opening to the last one."""
    found = [opening]
    while found[-1] < last:
        found.append(next_month(found[-1], 1))
    return found


def _silent(label: str, done: int, total: int) -> None:
    """Show nothing."""
