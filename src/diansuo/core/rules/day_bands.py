"""Which period of the day a minute belongs to, on any day: by month, by type of day, by season.

Registers of the periods need none of this: the meter has switched. It is for energy by interval or by day, and for
showing hours. Sources of the shapes: 发改价格〔2021〕1093号; domain.md §2.4, §3.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from diansuo.core.quantity.band import Band
from diansuo.core.rules.entry import Entry, ValueAbsent
from diansuo.core.rules.kinds.hours import DAY_MINUTES, minutes

NONE: Final = -1


class CalendarNeeded(LookupError):
    """The type of a day depends on the public calendar and nobody said what the calendar has on it."""

    def __init__(self, entry: Entry, day: date) -> None:
        self.rule_id, self.file, self.day = entry.rule_id, entry.file, day
        super().__init__(
            f"{entry.file}: the hours of {day} depend on the public calendar; say whether it is a working day, a "
            f"weekend or a holiday"
        )


class DailyEnergyNeeded(ValueAbsent):
    """Two types of day in one month price a period differently: its register of the month cannot be priced."""

    def __init__(self, entry: Entry, month_of_year: int) -> None:
        self.month_of_year = month_of_year
        why = f"by the type of day it differs within month {month_of_year}, so energy by day or interval is needed"
        super().__init__(entry.rule_id, entry.file, entry.effective, "days", why)


def type_of_day(
    entry: Entry, day: date, *, calendar: str | None = None, announced: Collection[str] = ()
) -> str | None:
    """Return the type of a day by a rule of kind ``time_of_use_bands``; None where the rule has no types.

    Args:
        entry: the rule in force on the day.
        day: which day.
        calendar: what the public calendar has on it: ``working_day``, ``weekend`` or ``holiday``.
        announced: the types announced for this very day.

    Raises:
        CalendarNeeded: the answer depends on the calendar and none was given.
    """
    for each in entry.values.get("day_types", ()):
        if "calendar" in each and calendar is None:
            raise CalendarNeeded(entry, day)
        if (
            calendar in each.get("calendar", ())
            or str(day.isoweekday()) in each.get("of_week", ())
            or any(first <= day.isoformat() < end for first, end in each.get("dates", ()))
            or ("announced" in each and each["name"] in announced)
        ):
            return str(each["name"])
    return None


def bands_of_day(
    entry: Entry,
    day: date,
    *,
    calendar: str | None = None,
    announced: Collection[str] = (),
    heating: bool = False,
) -> npt.NDArray[np.int8]:
    """Return the period of each minute of a day.

    Args:
        entry: the rule in force on the day, of kind ``time_of_use_bands`` or ``time_of_use_increment``.
        day: which day.
        calendar: see :func:`type_of_day`.
        announced: see :func:`type_of_day`.
        heating: whether the customer has the hours of the heating season.

    Returns:
        int8 (1440,), a :class:`Band` each; index 0 is [00:00, 00:01).

    Raises:
        ValueAbsent: the rule states no hours, or does not know those of a period of this day.
        CalendarNeeded: as :func:`type_of_day`.
    """
    hours = (
        _hours_by_type(entry, day, calendar, announced)
        if "days" in entry.values
        else _peak_and_valley(entry, day, heating=heating)
    )
    found = np.full(DAY_MINUTES, NONE, dtype=np.int8)
    for band in Band:
        for start, end in hours.get(band.key, ()):
            found[minutes(start) : minutes(end)] = band
    return found


def band_of_minute(
    entry: Entry,
    day: date,
    minute: int,
    *,
    calendar: str | None = None,
    announced: Collection[str] = (),
    heating: bool = False,
) -> Band:
    """Return the period of one minute of a day, 0 to 1439; see :func:`bands_of_day`.

    Raises:
        ValueError: there is no such minute.
        ValueAbsent, CalendarNeeded: as :func:`bands_of_day`.
    """
    if not 0 <= minute < DAY_MINUTES:
        raise ValueError(f"a day has the minutes 0 to {DAY_MINUTES - 1}, not {minute}")
    found = bands_of_day(entry, day, calendar=calendar, announced=announced, heating=heating)
    return Band(int(found[minute]))


def day_of_month(entry: Entry, month_of_year: int) -> Mapping[str, Any] | None:
    """Return the day of a month as registers see it: every period that has hours on some type of day.

    Returns:
        The day as the rule writes it; None where the rule states no hours.

    Raises:
        DailyEnergyNeeded: the ratios differ between the types of day.
    """
    held = [day for day in entry.values["days"] if str(month_of_year) in day["months"]]
    if not held:
        return None
    if any(day.get("ratios") != held[0].get("ratios") for day in held):
        raise DailyEnergyNeeded(entry, month_of_year)
    return {name: value for day in held for name, value in day.items()}


def _hours_by_type(
    entry: Entry, day: date, calendar: str | None, announced: Collection[str]
) -> Mapping[str, Any]:
    of_type = type_of_day(entry, day, calendar=calendar, announced=announced)
    for place, each in enumerate(entry.values["days"]):
        if str(day.month) in each["months"] and of_type in each.get("day_types", (of_type,)):
            for band in Band:
                if each.get(band.key, ()) is None:
                    raise entry.absent(f"days.{place}.{band.key}")
            hours: Mapping[str, Any] = each
            return hours
    raise entry.absent("days")


def _peak_and_valley(entry: Entry, day: date, *, heating: bool) -> Mapping[str, Any]:
    if heating:
        season = entry.values.get("heating_season")
        if season is None:
            raise entry.absent("heating_season")
        if str(day.month) in season["months"]:
            of_season: Mapping[str, Any] = season
            return of_season
    return {band: entry.values[band]["hours"] for band in ("peak", "valley")}
