"""Segments: exchange, multiplier, rollover, reversal, order."""

from __future__ import annotations

import numpy as np
import pytest

from diansuo.core.metering import Changes, Purpose, Register, UnusableReading
from diansuo.core.quantity.arrays import WrongColumn
from tests.core.metering.histories import R, readings, segments_of

FINAL, INITIAL, SPECIAL = Purpose.FINAL, Purpose.INITIAL, Purpose.SPECIAL


def change(day: int, multiplier: bool = True) -> Changes:
    return Changes(np.array([7]), np.array([day]), np.array([multiplier]))


def test_energy_is_the_difference_times_the_multiplier() -> None:
    pairs = segments_of([R(0, "712", multiplier=400), R(30, "800", multiplier=400)], capacity_w=500_000)
    assert pairs.energy_wh.tolist() == [35_200_000]
    assert (pairs.from_day.tolist(), pairs.to_day.tolist()) == ([0], [30])


def test_each_register_and_point_is_a_chain_of_its_own() -> None:
    pairs = segments_of(
        [
            R(0, "10"),
            R(0, "4", Register.ACTIVE_PEAK),
            R(0, "100", point=8),
            R(30, "19"),
            R(30, "9", Register.ACTIVE_PEAK),
            R(30, "150", point=8),
        ]
    )
    assert pairs.point.tolist() == [7, 7, 8]
    assert pairs.register.tolist() == [Register.ACTIVE_TOTAL, Register.ACTIVE_PEAK, Register.ACTIVE_TOTAL]
    assert pairs.energy_wh.tolist() == [9_000, 5_000, 50_000]
    assert pairs.openings.row.tolist() == [0, 1, 2]


def test_demand_is_a_maximum_and_makes_no_segment() -> None:
    pairs = segments_of([R(0, "3", Register.DEMAND), R(30, "5", Register.DEMAND)])
    assert len(pairs) == 0
    assert len(pairs.openings.row) == 0


def test_no_readings_make_no_segments() -> None:
    pairs = segments_of([])
    assert len(pairs) == 0
    assert len(pairs.openings.row) == 0


def test_meter_exchange_adds_old_and_new_meter_each_with_its_multiplier() -> None:
    pairs = segments_of(
        [
            R(0, "100", meter=1, multiplier=2),
            R(10, "150", purpose=FINAL, meter=1, multiplier=2),
            R(10, "7", purpose=INITIAL, meter=2, multiplier=3),
            R(30, "27", meter=2, multiplier=3),
        ]
    )
    assert pairs.energy_wh.tolist() == [100_000, 0, 60_000]
    assert pairs.exchanged.tolist() == [False, True, False]
    assert not pairs.broken.any()
    assert not pairs.reversed.any()


def test_freeze_of_the_old_meter_on_the_day_of_exchange_comes_before_its_final_reading() -> None:
    pairs = segments_of(
        [
            R(0, "100", meter=1),
            R(31, "160", meter=1),
            R(31, "161", purpose=FINAL, meter=1),
            R(31, "0", purpose=INITIAL, meter=2),
            R(62, "50", meter=2),
        ]
    )
    assert pairs.energy_wh.tolist() == [60_000, 1_000, 0, 50_000]
    assert pairs.late.tolist() == [False, True, True, False]
    assert not pairs.broken.any()


def test_reading_is_not_put_before_an_exchange_that_left_meter_and_multiplier_as_they_were() -> None:
    pairs = segments_of(
        [R(0, "1"), R(9, "5", purpose=FINAL), R(9, "5", purpose=INITIAL), R(9, "5"), R(20, "9")]
    )
    assert pairs.to_purpose.tolist() == [FINAL, INITIAL, Purpose.PERIODIC, Purpose.PERIODIC]
    assert not pairs.late.any()


def test_other_meter_without_final_and_first_reading_is_broken_and_measures_nothing() -> None:
    pairs = segments_of([R(0, "100", meter=1), R(30, "150", meter=2)])
    assert pairs.broken.tolist() == [True]
    assert pairs.energy_wh.tolist() == [0]


def test_first_reading_without_a_final_one_is_broken() -> None:
    pairs = segments_of([R(0, "100", meter=1), R(30, "0", purpose=INITIAL, meter=2)])
    assert pairs.broken.tolist() == [True]


@pytest.mark.parametrize(
    ("changes", "broken", "energy_wh"),
    [
        (change(10), [False, False], [50_000, 40 * 20_000]),
        (change(9), [True, False], [0, 40 * 20_000]),
        (change(10, multiplier=False), [True, False], [0, 40 * 20_000]),
        (None, [True, False], [0, 40 * 20_000]),
    ],
)
def test_multiplier_change_splits_only_at_a_reading_of_that_day(
    changes: Changes | None, broken: list[bool], energy_wh: list[int]
) -> None:
    rows = [
        R(0, "100"),
        R(10, "150", purpose=SPECIAL, multiplier=40),
        R(30, "170", multiplier=40),
    ]
    pairs = segments_of(rows, capacity_w=100_000, changes=changes)
    assert pairs.broken.tolist() == broken
    assert pairs.energy_wh.tolist() == energy_wh


def test_transformers_exchanged_on_one_meter_need_a_final_and_a_first_reading() -> None:
    rows = [
        R(0, "100", multiplier=20),
        R(10, "150", purpose=FINAL, multiplier=20),
        R(10, "150", purpose=INITIAL, multiplier=30),
        R(30, "170", multiplier=30),
    ]
    pairs = segments_of(rows, capacity_w=100_000)
    assert pairs.energy_wh.tolist() == [1_000_000, 0, 600_000]
    assert not pairs.broken.any()


def test_total_rolls_over_while_its_parts_do_not() -> None:
    """User 04 of the real households, 2024-12 to 2025-01."""
    peak, valley = Register.ACTIVE_PEAK, Register.ACTIVE_VALLEY
    pairs = segments_of(
        [
            R(0, "999983.94"),
            R(0, "700112.11", peak),
            R(0, "299871.83", valley),
            R(31, "187.92"),
            R(31, "700257.15", peak),
            R(31, "299930.78", valley),
        ]
    )
    assert pairs.energy_wh.tolist() == [203_980, 145_040, 58_950]
    assert pairs.rolled.tolist() == [True, False, False]
    assert pairs.maximum_wh.tolist() == [8_000 * 24 * 31 * 12 // 10] * 3
    assert not pairs.reversed.any()


@pytest.mark.parametrize(
    ("before", "after", "capacity_w", "rolled"),
    [
        ("900000.01", "0.00", 10**8, True),
        ("900000.00", "0.00", 10**8, False),  # not above 0.9 × 10^n
        ("999990", "278", 1000, True),  # 288 kWh = 1.2 × 1 kW × 24 h × 10
        ("999990", "278.01", 1000, False),
        ("999990", "0", 0, False),  # no capacity, no evidence
    ],
)
def test_rollover_needs_a_register_near_its_end_and_a_possible_energy(
    before: str, after: str, capacity_w: int, rolled: bool
) -> None:
    pairs = segments_of([R(0, before), R(10, after)], capacity_w=capacity_w)
    assert pairs.rolled.tolist() == [rolled]
    assert pairs.reversed.tolist() == [not rolled]
    assert (pairs.energy_wh > 0).tolist() == [rolled]


def test_register_that_runs_backwards_gives_no_negative_energy() -> None:
    pairs = segments_of([R(0, "500"), R(30, "499.99")])
    assert pairs.reversed.tolist() == [True]
    assert pairs.energy_wh.tolist() == [0]


def test_register_beyond_its_digits_never_gives_a_negative_rollover() -> None:
    pairs = segments_of([R(0, "1500000"), R(30, "3")], capacity_w=10**9)
    assert pairs.reversed.tolist() == [True]
    assert pairs.energy_wh.tolist() == [0]


def test_order_of_the_rows_does_not_matter() -> None:
    rows = [
        R(0, "100", meter=1),
        R(10, "150", purpose=FINAL, meter=1),
        R(10, "7", purpose=INITIAL, meter=2),
        R(10, "7", purpose=SPECIAL, meter=2),
        R(10, "8", purpose=SPECIAL, meter=2),
        R(30, "27", meter=2),
    ]
    forward, backward = segments_of(rows), segments_of(rows[::-1])
    for name in ("from_day", "to_day", "from_wh", "to_wh", "energy_wh", "meter", "broken", "late"):
        assert getattr(forward, name).tolist() == getattr(backward, name).tolist(), name


@pytest.mark.parametrize(
    "row",
    [R(0, "-1"), R(0, "1", multiplier=0), R(0, "1", digits=0), R(0, "1", digits=10), R(0, "1000000000")],
)
def test_reading_no_meter_can_show_is_refused(row: R) -> None:
    with pytest.raises(UnusableReading, match="row 1"):
        readings([R(0, "1"), row])


def test_float_registers_are_refused() -> None:
    good = readings([R(0, "1")])
    columns = {name: getattr(good, name) for name in good.__dataclass_fields__}
    with pytest.raises(WrongColumn, match="register_wh"):
        type(good)(**{**columns, "register_wh": np.array([1000.0])})
    with pytest.raises(WrongColumn, match="expected 2 rows, got 1"):
        type(good)(**{**columns, "register": np.array([0, 0], np.int16)})
