"""Every minute of every day has one period, by month, by type of day and by season."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from diansuo.core.quantity.band import Band
from diansuo.core.rules import Entry, ValueAbsent, parse
from diansuo.core.rules.day_bands import (
    CalendarNeeded,
    DailyEnergyNeeded,
    band_of_minute,
    bands_of_day,
    day_of_month,
    type_of_day,
)
from diansuo.office.config.rulebook_files import load

BOOK = load()
SOURCE = {"document": "test", "clause": "1", "published": "2020-01-01", "url": None}
MONTHS = [str(month) for month in range(1, 13)]
WORK = {"peak": [["08:00", "20:00"]], "flat": [["20:00", "24:00"]], "valley": [["00:00", "08:00"]]}
TYPES = [
    {"name": "festival", "dates": [["2026-02-15", "2026-02-24"]]},
    {"name": "critical", "announced": "yes"},
    {"name": "off", "calendar": ["holiday"]},
    {"name": "sunday", "of_week": ["7"]},
    {"name": "work", "of_week": ["1", "2", "3", "4", "5", "6"]},
]


def entry_of(kind: str = "time_of_use_bands", **body: Any) -> Entry:
    values = {"2020-01-01": {"source": SOURCE, "checked": "2020-01-01", **body}}
    content = {"id": "hours", "kind": kind, "title": {"zh": "时段", "en": "hours"}, "values": values}
    return parse({"hours.yaml": content}, onto=BOOK).rules["hours"].entries[0]


def typed(**weekend: Any) -> Entry:
    idle = {"flat": [["06:00", "24:00"]], "valley": [["00:00", "06:00"]], **weekend}
    days = [
        {"months": MONTHS, "day_types": ["work", "critical"], **WORK},
        {"months": MONTHS, "day_types": ["festival", "off", "sunday"], **idle},
    ]
    ratios = {"peak": "1.5", "flat": "1", "valley": "0.5"}
    return entry_of(ratios=ratios, day_types=TYPES, days=days)


def test_the_hours_of_henan_change_by_month_and_are_half_open() -> None:
    entry = BOOK.in_force("province/henan/commercial_time_of_use", date(2026, 8, 1))
    wanted = {(1, 1019): Band.PEAK, (1, 1020): Band.SHARP, (1, 1139): Band.SHARP, (1, 1140): Band.PEAK,
              (2, 1020): Band.PEAK, (4, 360): Band.FLAT, (4, 359): Band.VALLEY, (8, 1439): Band.PEAK}  # fmt: skip
    for (month, minute), band in wanted.items():
        assert band_of_minute(entry, date(2026, month, 5), minute) is band


@pytest.mark.parametrize("month", range(1, 13))
def test_no_minute_is_without_a_period_and_the_whole_day_agrees_with_its_minutes(month: int) -> None:
    entry = BOOK.in_force("province/henan/commercial_time_of_use", date(2026, 8, 1))
    bands = bands_of_day(entry, date(2026, month, 3))
    assert bands.shape == (1440,) and bands.dtype == np.int8 and bands.min() >= 0
    assert [band_of_minute(entry, date(2026, month, 3), minute) for minute in (0, 777)] == [
        bands[0],
        bands[777],
    ]


def test_the_first_type_that_has_a_day_takes_it() -> None:
    entry = typed()
    assert type_of_day(entry, date(2026, 2, 16)) == "festival"
    assert type_of_day(entry, date(2026, 7, 1), announced=["critical"]) == "critical"
    assert type_of_day(entry, date(2026, 10, 4), calendar="holiday") == "off"
    assert type_of_day(entry, date(2026, 7, 5), calendar="weekend") == "sunday"
    assert type_of_day(entry, date(2026, 7, 4), calendar="weekend") == "work"


def test_a_moved_working_day_is_what_the_calendar_says_and_without_it_nothing_is_guessed() -> None:
    entry = typed()
    with pytest.raises(CalendarNeeded, match="working day, a weekend or a holiday"):
        band_of_minute(entry, date(2026, 7, 1), 600)
    assert band_of_minute(entry, date(2026, 7, 1), 600, calendar="working_day") is Band.PEAK
    assert band_of_minute(entry, date(2026, 7, 1), 600, calendar="holiday") is Band.FLAT


def test_registers_of_a_month_see_every_period_of_its_days_unless_the_ratios_differ() -> None:
    day = day_of_month(typed(), 7)
    assert day is not None and {"peak", "flat", "valley"} <= set(day)
    with pytest.raises(DailyEnergyNeeded, match="energy by day or interval is needed"):
        day_of_month(typed(ratios={"flat": "1", "valley": "0.4"}), 7)


def test_hours_that_nobody_knows_are_no_answer() -> None:
    entry = BOOK.in_force("province/henan/commercial_time_of_use", date(2023, 8, 1))
    with pytest.raises(ValueAbsent, match="sharp"):
        band_of_minute(entry, date(2023, 8, 1), 0)
    assert band_of_minute(entry, date(2023, 5, 1), 600) is Band.PEAK


def test_a_household_that_heats_has_the_wider_valley_of_the_season_in_its_months() -> None:
    entry = entry_of(
        "time_of_use_increment",
        unit="yuan/kWh",
        peak={"increment": "0.03", "hours": [["08:00", "22:00"]]},
        valley={"increment": "-0.12", "hours": [["22:00", "24:00"], ["00:00", "08:00"]]},
        heating_season={
            "months": ["11", "12", "1", "2", "3"],
            "peak": [["08:00", "20:00"]],
            "valley": [["20:00", "24:00"], ["00:00", "08:00"]],
        },
    )
    evening = 21 * 60
    assert band_of_minute(entry, date(2026, 1, 5), evening, heating=True) is Band.VALLEY
    assert band_of_minute(entry, date(2026, 1, 5), evening) is Band.PEAK
    assert band_of_minute(entry, date(2026, 7, 5), evening, heating=True) is Band.PEAK


def test_the_heating_season_of_henan_is_not_known() -> None:
    entry = BOOK.in_force("province/henan/residential_time_of_use", date(2026, 1, 1))
    with pytest.raises(ValueAbsent, match="heating_season"):
        band_of_minute(entry, date(2026, 1, 1), 0, heating=True)
    assert band_of_minute(entry, date(2026, 1, 1), 0) is Band.VALLEY
