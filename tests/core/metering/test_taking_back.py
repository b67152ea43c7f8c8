"""A register read on another day settles at 00:00 of the fixed one where the meter's freezes prove it, else not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.metering.evidence import Frozen, Known
from diansuo.core.metering.taking_back import Taken, TakenBack, take_back
from diansuo.core.quantity.arrays import WrongColumn
from tests.reference.taking_back_twin import CONTRADICTED, NO_FREEZE, register_of_fixed_day

ROLLS = 1_000_000_000


def known(*values: int | None) -> Known:
    return Known(
        np.array([value or 0 for value in values], np.int64),
        np.array([value is not None for value in values]),
    )


def taken(
    read: int, fixed: int | None, on_day: int | None, next_day: int | None = None, rolls: int = ROLLS
) -> tuple[Taken, int]:
    found: TakenBack = take_back(
        np.array([read]), known(fixed), Frozen(known(on_day), known(next_day)), np.array([rolls])
    )
    return Taken(int(found.outcome[0])), int(found.register_wh[0])


def test_what_flowed_between_the_two_days_comes_off() -> None:
    """Read on the 8th at 1,234.50 of 1,234.00 frozen that day; 1,190.00 was frozen on the 1st."""
    assert taken(1_234_500, 1_190_000, 1_234_000, 1_240_000) == (Taken.TAKEN, 1_190_500)


def test_read_before_the_fixed_day_what_flowed_is_put_on() -> None:
    assert taken(1_180_000, 1_190_000, 1_180_000) == (Taken.TAKEN, 1_190_000)


@pytest.mark.parametrize(("fixed", "on_day"), [(None, 1_234_000), (1_190_000, None), (None, None)])
def test_without_both_freezes_nothing_is_made_up(fixed: int | None, on_day: int | None) -> None:
    assert taken(1_234_000, fixed, on_day) == (Taken.NO_FREEZE, 0)


@pytest.mark.parametrize("read", [1_333_000, 1_133_500, 1_232_000])
def test_a_reading_that_the_freezes_of_its_day_contradict_is_left(read: int) -> None:
    assert taken(read, 1_190_000, 1_234_000, 1_240_000) == (Taken.CONTRADICTED, 0)


def test_decimals_that_were_not_read_are_no_contradiction_but_a_kwh_is() -> None:
    assert taken(1_234_000, 1_190_000, 1_234_999) == (Taken.TAKEN, 1_189_001)
    assert taken(1_234_010, 1_190_000, 1_234_999) == (Taken.CONTRADICTED, 0)


def test_a_meter_that_rolled_between_the_days_is_counted_on() -> None:
    assert taken(5_000, ROLLS - 10_000, 5_000, 8_000) == (Taken.TAKEN, ROLLS - 10_000)


def test_a_register_below_nothing_is_none() -> None:
    assert taken(0, 0, 900) == (Taken.CONTRADICTED, 0)


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(WrongColumn):
        take_back(np.array([1, 2]), known(1), Frozen(known(1), known(1)), np.array([ROLLS]))


registers = st.one_of(st.none(), st.integers(0, 19_999))


@given(st.lists(st.tuples(st.integers(0, 19_999), registers, registers, registers), min_size=1, max_size=20))
def test_the_columns_are_what_the_twin_finds_one_by_one(
    rows: list[tuple[int, int | None, int | None, int | None]],
) -> None:
    rolls = 20_000  # a tiny meter, so that it rolls all the time
    read, fixed, on_day, next_day = zip(*rows, strict=True)
    found = take_back(
        np.array(read, np.int64),
        known(*fixed),
        Frozen(known(*on_day), known(*next_day)),
        np.full(len(rows), rolls, np.int64),
    )
    words = {Taken.NO_FREEZE: NO_FREEZE, Taken.CONTRADICTED: CONTRADICTED}
    said = [
        words.get(Taken(outcome), register)
        for outcome, register in zip(found.outcome.tolist(), found.register_wh.tolist(), strict=True)
    ]
    assert said == [register_of_fixed_day(*row, rolls) for row in rows]
