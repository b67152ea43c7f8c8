"""Lots that anybody can draw again, shares that are kept, turns that come, and a register that is off."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.metering import sampling

KEYS = st.lists(st.integers(1, 10**9), unique=True, min_size=1, max_size=60).map(
    lambda keys: np.array(keys, np.int64)
)
LIMITS = (1_000, Decimal("0.5"))


@given(KEYS, st.sampled_from(["0", "0.2", "0.8", "1"]), st.integers(0, 2**64 - 1))
def test_a_share_is_rounded_up_and_drawn_again_the_same(keys: np.ndarray, share: str, seed: int) -> None:
    nobody = np.zeros(len(keys), np.bool_)
    drawn = sampling.draw(keys, Decimal(share), seed, nobody)
    assert drawn.sum() == -(-int(Decimal(share) * 10) * len(keys) // 10)
    assert (sampling.draw(keys[::-1], Decimal(share), seed, nobody)[::-1] == drawn).all()
    assert (sampling.draw(keys, Decimal(share), seed, drawn) == drawn).all()


@given(KEYS, st.integers(0, 2**64 - 1), st.data())
def test_who_was_drawn_stays_when_more_come(keys: np.ndarray, seed: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, len(keys)))
    before = sampling.draw(keys[:first], Decimal("0.2"), seed, np.zeros(first, np.bool_))
    standing = np.concatenate([before, np.zeros(len(keys) - first, np.bool_)])
    after = sampling.draw(keys, Decimal("0.2"), seed, standing)
    assert after[standing].all()
    assert after.sum() == max(before.sum(), -(-2 * len(keys) // 10))


def test_everybody_has_one_turn_in_each_cycle() -> None:
    keys = np.arange(1, 1_201, dtype=np.int64)
    every = np.where(keys % 2 == 0, 6, 12)
    turns = np.array([sampling.takes_its_turn(keys, month, every, 7) for month in range(24_300, 24_312)])
    assert (turns.sum(axis=0) == 12 // every).all()
    assert turns.sum(axis=1).min() > 100  # spread over the months: 150 on average


def test_a_register_is_off_when_it_goes_back_or_runs_ahead_of_its_mean() -> None:
    reading, used, span = 500_000, 300_000, 30
    assert sampling.differs(600_000, reading, used, 10, span, LIMITS) is None
    assert sampling.differs(651_000, reading, used, 10, span, LIMITS) is None
    assert sampling.differs(651_001, reading, used, 10, span, LIMITS) == 51_001
    assert sampling.differs(498_999, reading, used, 1, span, LIMITS) == -11_001
    assert sampling.differs(501_000, reading, 0, 0, 0, LIMITS) is None
