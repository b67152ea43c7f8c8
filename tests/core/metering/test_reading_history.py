"""A point's past: latest months, the year before, zero months in a row."""

from __future__ import annotations

import numpy as np

from diansuo.core.metering import SettledMonths, history
from tests.core.metering.histories import DEFAULTS

JANUARY_2025 = 2025 * 12


def past(*rows: tuple[int, int, int, int]) -> SettledMonths:
    """Rows of (point, months before January 2025, Wh, days)."""
    table = np.array(rows, np.int64).reshape(-1, 4)
    return SettledMonths(table[:, 0], JANUARY_2025 - table[:, 1], table[:, 2], table[:, 3])


def test_latest_months_make_the_mean_and_older_ones_do_not() -> None:
    rows = past((7, 5, 500, 30), (7, 1, 100, 31), (7, 3, 300, 31), (7, 2, 200, 30), (8, 1, 9, 31))
    known = history(np.array([7, 9]), JANUARY_2025, rows, int(DEFAULTS["history_periods"]))
    assert known.recent_energy_wh.tolist() == [600, 0]
    assert known.recent_days.tolist() == [92, 0]


def test_same_month_of_the_year_before_is_found() -> None:
    known = history(np.array([7]), JANUARY_2025, past((7, 12, 70, 31), (7, 11, 1, 28), (7, 13, 1, 31)), 1)
    assert (known.year_ago_energy_wh.tolist(), known.year_ago_days.tolist()) == ([70], [31])


def test_the_month_itself_and_later_ones_are_ignored() -> None:
    known = history(np.array([7]), JANUARY_2025, past((7, 0, 1, 31), (7, -1, 1, 31)), 3)
    assert known.recent_days.tolist() == [0]


def test_zero_months_count_back_to_the_first_that_used_anything() -> None:
    rows = past((7, 1, 0, 31), (7, 2, 0, 30), (7, 3, 5, 31), (7, 4, 0, 31), (8, 1, 0, 31), (9, 1, 3, 31))
    assert history(np.array([7, 8, 9, 10]), JANUARY_2025, rows, 3).zero_run.tolist() == [2, 1, 0, 0]


def test_no_past_is_no_error() -> None:
    assert history(np.array([7]), JANUARY_2025, past(), 3).recent_days.tolist() == [0]
