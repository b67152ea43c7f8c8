"""Average price and the energy that reaches one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.quantity.energy import kwh_from_wh, wh_from_kwh
from diansuo.core.quantity.money import fen_from_yuan, nano_from_price
from diansuo.core.tariff.average_price import (
    NoAveragePrice,
    average_price_nano,
    break_even_energy_wh,
    two_part_average_nano,
)

FIXED = fen_from_yuan("20000")  # 2000 kVA at 10 yuan
PRICE = nano_from_price("0.20")


def test_a_fixed_charge_makes_every_kwh_dearer() -> None:
    # Worked example P19
    assert two_part_average_nano(FIXED, PRICE, wh_from_kwh("100000")) == nano_from_price("0.40")
    assert average_price_nano(FIXED + fen_from_yuan("20000"), wh_from_kwh("100000")) == nano_from_price(
        "0.40"
    )


def test_five_fen_less_needs_a_third_more_energy() -> None:
    # Worked example P19: 20000 / (0.40 − 0.05 − 0.20)
    found = break_even_energy_wh(FIXED, PRICE, nano_from_price("0.35"))

    assert kwh_from_wh(found) == Decimal("133333.333")


def test_the_average_of_a_whole_bill() -> None:
    # Worked example C16: 113313.84 yuan for 150000 kWh
    found = average_price_nano(fen_from_yuan("113313.84"), wh_from_kwh("150000"))

    assert found == nano_from_price("0.7554256")


def test_an_average_of_nothing_and_one_that_cannot_be_reached_are_refused() -> None:
    with pytest.raises(NoAveragePrice):
        average_price_nano(100, 0)
    with pytest.raises(NoAveragePrice):
        two_part_average_nano(100, PRICE, 0)
    with pytest.raises(NoAveragePrice, match="no energy brings"):
        break_even_energy_wh(FIXED, PRICE, PRICE)
    with pytest.raises(ValueError, match="not negative"):
        break_even_energy_wh(-1, PRICE, 2 * PRICE)


@given(st.integers(10_000_00, 10**10), st.integers(0, 10**9), st.integers(10**7, 10**9))
def test_at_the_break_even_energy_the_average_is_the_one_asked_for(fixed: int, price: int, more: int) -> None:
    energy = break_even_energy_wh(fixed, price, price + more)

    # the energy is a whole Wh, so the average may be off by what one Wh more or less makes of it
    assert abs(two_part_average_nano(fixed, price, energy) - (price + more)) <= more // energy + 1
