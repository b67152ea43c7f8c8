"""A power-factor adjustment that was charged at a wrong rate."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest

from diansuo.core.quantity.arrays import WrongColumn
from diansuo.core.quantity.money import AmountTooLarge
from diansuo.core.tariff.correction import recover_adjustment


def column(*each: int) -> np.ndarray:
    return np.array(each, dtype=np.int64)


def test_reactive_energy_read_too_low_is_charged_afterwards() -> None:
    # Worked example P5: 12600 yuan with +5 % in it, cosφ is 0.71 and not 0.80: +9.5 %
    found = recover_adjustment(column(12_600_00), column(500), column(950))

    assert found.right_fen[0] == 13_140_00
    assert found.difference_fen[0] == 540_00


def test_a_reward_that_was_none_is_taken_back_and_the_reverse() -> None:
    found = recover_adjustment(column(9_925_00, 10_500_00), column(-75, 500), column(0, -75))

    assert found.right_fen.tolist() == [10_000_00, 9_925_00]
    assert found.difference_fen.tolist() == [75_00, -575_00]


def test_it_is_exact_to_the_fen_whatever_the_base() -> None:
    rng = np.random.default_rng(5)
    charged, billed, right = (
        rng.integers(low, high, 400) for low, high in ((0, 10**12), (-130, 9_500), (-130, 9_500))
    )
    found = recover_adjustment(charged, billed, right)
    for row in range(400):
        exact = Decimal(int(charged[row])) * (10_000 + int(right[row])) / (10_000 + int(billed[row]))
        assert int(found.right_fen[row]) == int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def test_set_right_and_back_again_is_what_was_charged_within_a_fen() -> None:
    rng = np.random.default_rng(6)
    charged, billed, right = (
        rng.integers(low, high, 400) for low, high in ((0, 10**12), (-130, 950), (-130, 950))
    )
    there = recover_adjustment(charged, billed, right)
    assert np.abs(recover_adjustment(there.right_fen, right, billed).right_fen - charged).max() <= 1
    assert not recover_adjustment(there.right_fen, right, right).difference_fen.any()


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="row 1"):
        recover_adjustment(column(1, 1), column(0, -10_000), column(0, 0))
    with pytest.raises(AmountTooLarge, match="row 0"):
        recover_adjustment(column(2**62), column(0), column(30_000))
    with pytest.raises(WrongColumn):
        recover_adjustment(np.array([1.0]), column(0), column(0))
