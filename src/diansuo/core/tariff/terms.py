"""The terms of a place for households (``<place>/residential_terms``), read as far as somebody needs them.

Of most of these numbers no published value was found; they stand as null, and only a bill that needs one is
refused for it. Source: 发改价格〔2011〕2617号; domain.md §2.1, §2.3, §2.4.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import IntFlag, StrEnum
from typing import Final

from diansuo.core.rules import Entry

MIN_PERSONS: Final = "min_persons"
EXTRA_ENERGY: Final = "add_kwh_per_month"
HEATING_ENERGY: Final = "heating_season_add"
HEATING_FIRST_MONTH: Final = "heating_season_first_month"
HEATING_LAST_MONTH: Final = "heating_season_last_month"
FREE_ENERGY: Final = "free_energy"
FREE_ENERGY_COUNTS: Final = "free_energy_counts_in_steps"
FREE_ENERGY_FORM: Final = "free_energy_form"
SHARED_TIME_OF_USE: Final = "shared_time_of_use"
TRANSFER_OF_OWNERSHIP: Final = "transfer_of_ownership"
CORRECTION_YEAR: Final = "rebill_tier_year"
CLOSING_YEAR: Final = "closing_tier_year"
TIME_OF_USE_LOCK: Final = "time_of_use_lock_months"
MONTHS_A_YEAR: Final = 12


class Need(IntFlag):
    """For which of the terms a bill needs the rule."""

    MANY_PERSONS = 1
    FREE_ENERGY = 2
    SHARED_TIME_OF_USE = 4
    HEATING_SEASON = 8


class FreeEnergyForm(StrEnum):
    """How free energy (免费电量) reaches the household."""

    BILL = "bill"
    """taken off on the bill (账单直减)"""
    REFUND_LATER = "refund_later"
    """charged first, paid back later by another way (先征后返)"""


class TransferOfOwnership(StrEnum):
    """What happens to the year's steps when a supply changes hands (过户)."""

    CONTINUE = "continue"
    """the new owner goes on where the former one stands"""
    RESTART = "restart"
    """the former owner's year is closed, the new owner's is opened"""


class ClosingYear(StrEnum):
    """What the last bill with steps does to the year's bills before it (销户清算)."""

    SETTLED_ANEW = "settled_anew"
    """the whole year is charged with the limits of the months there really were"""
    AS_BILLED = "as_billed"
    """what is billed stays; the last bill has the limits of the year as they were"""


class CorrectionYear(StrEnum):
    """In the steps of which year energy of an earlier year is charged (补收往年电量)."""

    ORIGINAL = "original"
    CURRENT = "current"


@dataclass(frozen=True, slots=True)
class ResidentialTerms:
    """What the engine needs of the terms; a field nobody needed keeps its neutral default.

    Attributes:
        min_persons: from how many persons on a household has more.
        extra_wh_month: Wh more on every limit for each month it has so many.
        heating_wh_month: Wh more on every limit for each month of heating with electricity (采暖季).
        free_wh_month: Wh free for each month settled.
        free_energy_counts: whether free energy counts in the steps.
        free_energy_form: how it reaches the household.
        shared_time_of_use: whether a shared meter may choose peak and valley.
    """

    min_persons: int = 0
    extra_wh_month: int = 0
    heating_wh_month: int = 0
    free_wh_month: int = 0
    free_energy_counts: bool = True
    free_energy_form: FreeEnergyForm = FreeEnergyForm.BILL
    shared_time_of_use: bool = False

    @classmethod
    def from_entry(cls, entry: Entry, need: Need) -> ResidentialTerms:
        """Read from the entry what is needed.

        Raises:
            ValueAbsent: one of the values needed is not known, or the entry does not name it.
            ValueError: one of them is not what it may be.
        """
        many, free = Need.MANY_PERSONS in need, Need.FREE_ENERGY in need
        heating, shared = Need.HEATING_SEASON in need, Need.SHARED_TIME_OF_USE in need
        terms = cls(
            min_persons=_named(entry, MIN_PERSONS).integer(MIN_PERSONS) if many else 0,
            extra_wh_month=_named(entry, EXTRA_ENERGY).energy_wh(EXTRA_ENERGY) if many else 0,
            heating_wh_month=_named(entry, HEATING_ENERGY).energy_wh(HEATING_ENERGY) if heating else 0,
            free_wh_month=_named(entry, FREE_ENERGY).energy_wh(FREE_ENERGY) if free else 0,
            free_energy_counts=not free or _word(entry, FREE_ENERGY_COUNTS) == "counted",
            free_energy_form=FreeEnergyForm(_word(entry, FREE_ENERGY_FORM) if free else "bill"),
            shared_time_of_use=shared and _word(entry, SHARED_TIME_OF_USE) == "allowed",
        )
        numbers = (terms.min_persons, terms.extra_wh_month, terms.heating_wh_month, terms.free_wh_month)
        if min(numbers) < 0:
            raise ValueError(f"{entry.file}: persons and energies of the terms must be 0 or more")
        return terms


def transfer_of_ownership(entry: Entry) -> TransferOfOwnership:
    """Return what a transfer of ownership does to the year's steps.

    Raises:
        ValueAbsent: it is not known.
    """
    return TransferOfOwnership(_word(entry, TRANSFER_OF_OWNERSHIP))


def correction_year(entry: Entry) -> CorrectionYear:
    """Return in which year's steps energy of an earlier year is charged.

    Raises:
        ValueAbsent: it is not known.
    """
    return CorrectionYear(_word(entry, CORRECTION_YEAR))


def closing_year(entry: Entry) -> ClosingYear:
    """Return what the last bill with steps does to the year's bills before it.

    Raises:
        ValueAbsent: it is not known.
    """
    return ClosingYear(_word(entry, CLOSING_YEAR))


def many_persons(entry: Entry) -> int:
    """Return from how many persons on a household has more.

    Raises:
        ValueAbsent: it is not known.
    """
    return _named(entry, MIN_PERSONS).integer(MIN_PERSONS)


def heating_season(entry: Entry) -> int:
    """Return the months of heating with electricity (采暖季) as a set, bit 0 for January; they may span new year.

    Raises:
        ValueAbsent: its first or last month is not known.
        ValueError: one of them is no month.
    """
    first, last = (_named(entry, name).integer(name) for name in (HEATING_FIRST_MONTH, HEATING_LAST_MONTH))
    if not (1 <= first <= MONTHS_A_YEAR and 1 <= last <= MONTHS_A_YEAR):
        raise ValueError(f"{entry.file}: the heating season runs from month {first} to {last}; write 1 to 12")
    count = (last - first) % MONTHS_A_YEAR + 1
    return sum(1 << (first - 1 + ahead) % MONTHS_A_YEAR for ahead in range(count))


def time_of_use_lock_months(entry: Entry) -> int:
    """Return for how many months a household keeps its choice of peak and valley (选择峰谷后不得变更).

    Raises:
        ValueAbsent: it is not known.
    """
    return _named(entry, TIME_OF_USE_LOCK).integer(TIME_OF_USE_LOCK)


def free_again(chosen: date, lock_months: int) -> date:
    """Return the first day on which a choice made on a day may be changed: so many months later, same day of it.

    Where that month is shorter, its last day.
    """
    year, month = divmod(chosen.year * MONTHS_A_YEAR + chosen.month - 1 + lock_months, MONTHS_A_YEAR)
    return date(year, month + 1, min(chosen.day, monthrange(year, month + 1)[1]))


def _word(entry: Entry, name: str) -> str:
    return _named(entry, name).word(name)


def _named(entry: Entry, name: str) -> Entry:
    """Return the entry if it names the parameter: a place that says nothing of it does not know it."""
    if name not in entry.values["parameters"]:
        raise entry.absent(f"parameters.{name}")
    return entry
