"""Classical theoretical losses: by voltage drop, of a feeder by the capacities of its transformers, unbalanced."""

from __future__ import annotations

from cmath import polar, rect
from decimal import Decimal
from fractions import Fraction
from math import acos, sqrt, tan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.network.classical_methods import (
    FeederSection,
    FeederTransformer,
    drop_share,
    feeder_loss_wh,
    feeder_resistance_ohm,
    loss_share_of_drop,
    unbalance_factor,
)
from diansuo.core.network.equivalent_resistance import Head

FEEDER = (
    [FeederSection(1_030_000, Fraction("0.6")), FeederSection(400_000, Fraction("1.1"))],
    [
        FeederTransformer(630_000, Fraction(810), Fraction(6200)),
        FeederTransformer(400_000, Fraction(570), Fraction(4300)),
    ],
)


def test_a_line_with_its_load_at_the_end_loses_the_share_its_voltage_drop_says() -> None:
    # 40 kW at 0.9 behind 0.2 + 0.1j Ω from 400 V: I²R and the drop along the voltage, in plain complex numbers.
    angle = acos(0.9)
    current = 40_000 / (sqrt(3) * 400 * 0.9)
    volt = 400 / sqrt(3)
    drop = (rect(current, -angle) * (0.2 + 0.1j)).real / volt
    lost = 3 * current**2 * 0.2 / 40_000

    found = loss_share_of_drop(Fraction(str(round(drop, 12))), Decimal(str(round(tan(angle), 12))), "0.5")

    assert float(found) == pytest.approx(lost, rel=1e-9)


def test_a_drop_is_a_share_of_the_voltage_at_the_head() -> None:
    assert drop_share("230", "218.5") == Fraction(1, 20)
    assert drop_share(230, 230) == 0
    for head, end in ((230, 231), (0, 0), (230, -1)):
        with pytest.raises(ValueError, match="no drop"):
            drop_share(head, end)


def test_without_reactive_power_the_loss_is_the_drop() -> None:
    assert loss_share_of_drop(Fraction(1, 20), 0, "0.4") == Fraction(1, 20)
    with pytest.raises(ValueError, match="negative"):
        loss_share_of_drop(Fraction(1, 20), "-0.1", "0.4")


def test_a_feeder_by_the_capacities_of_its_transformers() -> None:
    line, copper = feeder_resistance_ohm(*FEEDER, 10_000)

    assert line == Fraction("0.6") + Fraction("1.1") * Fraction(400, 1030) ** 2
    assert copper == Fraction(10_000**2 * 10_500, 1_030_000**2)


def test_a_feeder_loses_what_its_sections_and_transformers_lose_one_by_one() -> None:
    head = Head(3_000_000, 900_000, 10_000, Fraction(24), Fraction("1.1"), Fraction(3))
    current = 1.1 * sqrt((3_000_000**2 + 900_000**2) / 3) / (10_000 * 24)
    each = 0.0
    for capacity, ohm in ((1_030_000, 0.6), (400_000, 1.1)):
        each += 3 * (current * capacity / 1_030_000) ** 2 * ohm
    for capacity, iron, copper in ((630_000, 810, 6200), (400_000, 570, 4300)):
        load = sqrt(3) * 10_000 * current * capacity / 1_030_000 / capacity
        each += iron + copper * load**2

    assert feeder_loss_wh(head, *FEEDER) == pytest.approx(each * 24, abs=1)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="without transformers"):
        feeder_resistance_ohm(FEEDER[0], [], 10_000)
    with pytest.raises(ValueError, match="behind a section"):
        feeder_resistance_ohm([FeederSection(2_000_000, Fraction(1))], FEEDER[1], 10_000)
    with pytest.raises(ValueError, match="above 0"):
        unbalance_factor(0, 0, 0)


@given(st.integers(0, 50))
def test_the_three_cases_of_the_textbook(hundredths: int) -> None:
    # domain.md §10.3: neutral of twice the resistance, β = (I_max − I_mean) ÷ I_mean.
    beta = Fraction(hundredths, 100)

    assert unbalance_factor(1 + beta, 1 - beta / 2, 1 - beta / 2) == 1 + 2 * beta**2
    assert unbalance_factor(1 + beta, 1 - beta, 1) == 1 + Fraction(8, 3) * beta**2
    assert unbalance_factor(1 + beta, 1 + beta, 1 - 2 * beta) == 1 + 8 * beta**2


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=3).filter(any), st.integers(0, 5))
def test_the_neutral_carries_what_the_phases_do_not_cancel(amperes: list[int], ratio: int) -> None:
    total = sum(rect(each, 2.0943951023931953 * at) for at, each in enumerate(amperes))
    mean = sum(amperes) / 3
    by_hand = (sum(each**2 for each in amperes) + polar(total)[0] ** 2 * ratio) / (3 * mean**2)

    assert float(unbalance_factor(*amperes, ratio)) == pytest.approx(by_hand, rel=1e-9)
    assert unbalance_factor(*amperes, ratio) >= 1
