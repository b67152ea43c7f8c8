"""What the reading checks promise about misreads, held on a small book; the table and its seeds are committed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from diansuo.core.metering import Thresholds
from diansuo.lab import misreading, reading
from diansuo.lab.misreading import CANNOT, Shown, write_down

RULES = Path(__file__).parents[2] / "src/diansuo/rulebook/national/checks/reading.yaml"
CUSTOMERS, SEEDS, MONTHS = 240, [21], [202407, 202411, 202502]
DEAREST_FEN = 86
PROMISED, ALARMS = 99, 5


@pytest.fixture(scope="module")
def report() -> reading.Report:
    """All kinds and sizes at every household of a July, a quiet month and the one of the Spring Festival."""
    (entry,) = yaml.safe_load(RULES.read_text(encoding="utf-8"))["values"].values()
    limits = Thresholds.from_parameters({key: each["value"] for key, each in entry["parameters"].items()})
    return reading.run(limits, DEAREST_FEN, customers=CUSTOMERS, seeds=SEEDS, months=MONTHS)


def test_every_kind_and_size_of_the_table_was_made(report: reading.Report) -> None:
    made = {(each["kind"], size) for each in reading.table()["kinds"] for size in each["sizes"]}
    for counts in report.misreads.values():
        assert set(counts) == made
        assert all(each.made > CUSTOMERS for each in counts.values())


def test_with_a_daily_freeze_99_of_100_misreads_above_5_yuan_are_told(report: reading.Report) -> None:
    told, made = report.share("with_freeze", "yuan")
    assert made > 10_000
    assert told * 100 >= made * PROMISED


def test_without_one_99_of_100_above_three_times_the_customers_mean_month(report: reading.Report) -> None:
    told, made = report.share("without_freeze", "mean")
    assert made > 5_000
    assert told * 100 >= made * PROMISED


def test_fewer_than_5_false_alarms_per_1000_good_readings_in_every_month(report: reading.Report) -> None:
    for months in report.alarms.values():
        assert set(months) == set(MONTHS)
        for alarms in months.values():
            assert alarms.alarms * 1000 < alarms.readings * ALARMS, months


def test_what_the_like_and_the_area_did_beats_plain_interpolation_while_the_register_is_missing(
    report: reading.Report,
) -> None:
    assert set(report.estimates) == {"1 open", "3 closed", "3 open", "7 closed", "7 open"}
    for gap, ways in report.estimates.items():
        assert set(ways) == {"interpolated", "like_days", "last_year", "class_profile", "area_balance"}
        if gap.endswith("open"):
            assert ways["class_profile"][0] < ways["interpolated"][0]
            assert ways["area_balance"][0] < ways["interpolated"][0]


def test_a_misread_changes_what_is_written_or_is_none() -> None:
    now, before = (
        np.array([30_183_570, 5_555_000, 999_000_000]),
        np.array([30_018_000, 5_500_000, 998_900_000]),
    )
    shown = Shown(now, before, np.stack([now + 1000 * day for day in range(16)], axis=1))
    random = np.random.default_rng(1)

    def written(how: str, **given: int) -> list[int]:
        return write_down(how, shown, given, random).tolist()

    assert written("transpose", place=0) == [30_138_570, CANNOT, CANNOT]
    assert written("shift", tenfold=1) == [301_835_700, 55_550_000, CANNOT]  # longer than the register
    assert written("shift", tenfold=-1) == [3_018_350, 555_500, 99_900_000]
    assert written("left_out", place=0) == [3_018_570, 555_000, 99_900_000]
    assert written("less", percent=100) == before.tolist()
    assert written("add", kwh=5) == [30_188_570, 5_560_000, 999_005_000]
    assert set(misreading.WAYS) == {each["how"] for each in reading.table()["kinds"]}
