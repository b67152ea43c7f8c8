"""What each period of the day makes of a price: ratios by month, and where a period without hours is priced.

Source: 发改价格〔2021〕1093号; 豫发改价管〔2024〕283号; domain.md §3. Kind ``time_of_use_bands``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from diansuo.core.quantity.band import Band
from diansuo.core.quantity.month import month_of, next_month
from diansuo.core.rules import Entry
from diansuo.core.rules.day_bands import day_of_month

FLAT_RATIO: Final = Decimal(1)


class RatioChange(LookupError):
    """The months of a bill give a period two ratios, so its energy must be split; names the month of the change."""

    def __init__(self, rule_id: str, file: str, month: int) -> None:
        self.rule_id, self.file, self.month = rule_id, file, month
        super().__init__(
            f"{file}: the ratios change in {month} within the days of use; split the energy there"
        )


@dataclass(frozen=True, slots=True)
class Ratios:
    """The ratio of every period, in the order of :class:`Band`; None: no price for energy of that period."""

    by_band: tuple[Decimal | None, ...]

    def __getitem__(self, band: Band) -> Decimal | None:
        return self.by_band[band]


def months_between(first_day: date, last_day: date) -> tuple[int, ...]:
    """Return every month YYYYMM that has a day of use, the last day included."""
    months = [month_of(first_day)]
    while months[-1] < month_of(last_day):
        months.append(next_month(months[-1]))
    return tuple(months)


def ratios_of(entry: Entry, months: Iterable[int]) -> Ratios:
    """Return the ratios for use in these months (domain.md §3.2, §3.3).

    A period that has hours in one of the months has the ratio of that month; one that has none (尖峰 in September) has
    the ratio of the period ``without_month`` names; a rule that states no hours at all gives each its ratio.

    Args:
        entry: of kind ``time_of_use_bands``.
        months: YYYYMM, ascending.

    Raises:
        ValueAbsent: a period has hours and its ratio is not known.
        RatioChange: two months give a period two ratios.
    """
    days = {month: day_of_month(entry, month % 100) for month in months}
    return Ratios(tuple(_ratio(entry, band, days) for band in Band))


def _ratio(entry: Entry, band: Band, days: Mapping[int, Mapping[str, Any] | None]) -> Decimal | None:
    own = {month: day for month, day in days.items() if day is None or band.key in day}
    found: dict[int, Decimal | None] = {}
    for month, day in (own or days).items():
        found[month] = _ratio_in(entry, band if own else _stand_in(entry, band), day, required=bool(own))
    if len(set(found.values())) > 1:
        first = next(iter(found.values()))
        changed = next(month for month, ratio in found.items() if ratio != first)
        raise RatioChange(entry.rule_id, entry.file, changed)
    return next(iter(found.values()))


def _stand_in(entry: Entry, band: Band) -> Band | None:
    target = entry.values["without_month"].get(band.key)
    return None if target is None else Band[target.upper()]


def _ratio_in(
    entry: Entry, band: Band | None, day: Mapping[str, Any] | None, *, required: bool
) -> Decimal | None:
    if band is None:
        return None
    ratios = (day or {}).get("ratios") or entry.values["ratios"]
    ratio = ratios.get(band.key)
    if ratio is None and (required and day is not None):
        raise entry.absent(f"ratios.{band.key}")
    return None if ratio is None else Decimal(ratio)
