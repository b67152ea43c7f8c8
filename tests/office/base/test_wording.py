"""Quantities are written exactly, the one way all pages do."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from diansuo.office.base import wording

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("amount_fen", "written"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (-707, "-7.07"),
        (123456789, "1,234,567.89"),
        (9_007_199_254_740_993, "90,071,992,547,409.93"),
        (None, "—"),
    ],
)
def test_fen_are_written_as_yuan_to_the_last_digit(amount_fen: int | None, written: str) -> None:
    assert wording.yuan(amount_fen) == written


@pytest.mark.parametrize(
    ("energy_wh", "written"), [(301710, "301.71"), (301715, "301.715"), (0, "0.00"), (1_008_410, "1,008.41")]
)
def test_energy_keeps_a_third_decimal_only_where_it_has_one(energy_wh: int, written: str) -> None:
    assert wording.kilowatt_hours(energy_wh) == written


@pytest.mark.parametrize(
    ("price_nano", "written"),
    [(560_000_000, "0.5600"), (28_889_375, "0.028889375"), (-120_000_000, "-0.1200"), (0, "0.0000")],
)
def test_prices_keep_every_decimal_and_at_least_four(price_nano: int, written: str) -> None:
    assert wording.yuan_per_kilowatt_hour(price_nano) == written


def test_capacities_and_months() -> None:
    assert wording.kilovolt_amperes(8000) == "8"
    assert wording.kilovolt_amperes(315_500) == "315.5"
    assert wording.month(202408) == "2024-08"
    assert wording.month(None) == "—"


@time_machine.travel(datetime(2026, 1, 1, 0, 30, tzinfo=SHANGHAI), tick=False)
def test_days_of_this_civil_year_are_short() -> None:
    assert wording.short_day(date(2026, 11, 23)) == "11-23"
    assert wording.short_day(date(2025, 12, 31)) == "2025-12-31"
