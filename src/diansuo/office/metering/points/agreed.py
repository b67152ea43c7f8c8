"""What the rulebook says of agreed energy: part of a month, what a ratio is of, hours of transfer supply."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from diansuo.core.metering.energy import ShareOrder, part_of_month_wh
from diansuo.core.metering.energy.points import NOBODY
from diansuo.core.rules.book import NoSuchRule
from diansuo.core.rules.entry import Entry, NoValueInForce, ValueAbsent
from diansuo.core.tariff.classes import SETTLEMENT
from diansuo.office.archive.models import SuppliedUse
from diansuo.office.config.rulebook import book

RULE: Final = "national/sub_metering"
DEFAULT_STEP_WH: Final = 10
ORDERS: Final = {"total": ShareOrder.RATIO_OF_WHOLE, "remainder": ShareOrder.RATIO_OF_REST}
HOURS: Final = {
    SuppliedUse.ONE_SHIFT: "transfer_one_shift",
    SuppliedUse.TWO_SHIFT: "transfer_two_shift",
    SuppliedUse.THREE_SHIFT: "transfer_three_shift",
    SuppliedUse.AGRICULTURAL: "transfer_agricultural",
}


@dataclass(frozen=True, slots=True)
class Agreed:
    """The values in force.

    Attributes:
        by_days: whether a fixed quantity of a part of a month counts by days.
        order: :class:`ShareOrder` where the contract says nothing, ``NOBODY`` where no rule does either.
        hours: kWh a month for 1 kW of a supplied customer by use; 0 where unknown.
        step_wh: precision of settled energy.
    """

    by_days: bool
    order: int
    hours: dict[int, int]
    step_wh: int


def in_force(day: date) -> Agreed:
    """Return what holds on a day; what no rule says stays unknown."""
    entry = _entry(RULE, day)
    settlement = _entry(f"{book().default_place}/{SETTLEMENT}", day)
    return Agreed(
        by_days=_word(entry, "fixed_quantity_part_month") != "whole",
        order=int(ORDERS.get(_word(entry, "fixed_ratio_base"), NOBODY)),
        hours={int(use): _hours(entry, name) for use, name in HOURS.items()},
        step_wh=settlement.energy_wh("energy_precision") if settlement else DEFAULT_STEP_WH,
    )


def _entry(rule: str, day: date) -> Entry | None:
    try:
        return book().in_force(rule, day)
    except (NoSuchRule, NoValueInForce):
        return None


def _word(entry: Entry | None, name: str) -> str:
    try:
        return entry.word(name) if entry else ""
    except (ValueAbsent, KeyError):
        return ""


def _hours(entry: Entry | None, name: str) -> int:
    try:
        return int(entry.number(name)) if entry else 0
    except (ValueAbsent, KeyError):
        return 0


def fixed_quantity_wh(
    month_wh: int, period: tuple[date, date], holds: tuple[date, date | None], agreed: Agreed
) -> int:
    """Return a fixed quantity (定量) for a period of its meter: for each month, and by days where it holds for a part.

    ``period`` and ``holds`` are half-open; a missed month is settled with the next one, and counts too.
    """
    start, end = period
    whole_wh = month_wh * max(1, (end.year - start.year) * 12 + end.month - start.month)
    days = (min(end, holds[1] or end) - max(start, holds[0])).days
    length = (end - start).days
    if not agreed.by_days or days >= length:
        return whole_wh
    of_days = np.array([max(days, 0)]), np.array([length])
    month = np.array([max(length, monthrange(start.year, start.month)[1])])
    return int(part_of_month_wh(np.array([whole_wh]), *of_days, month, agreed.step_wh)[0])
