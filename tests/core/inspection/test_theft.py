"""Theft of electricity: what is taken as stolen, and what is asked for it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from diansuo.core.inspection import (
    THEFT,
    MultipleNotAllowed,
    TheftTerms,
    UseKind,
    Wiring,
    stolen_by_capacity_wh,
    stolen_by_current_wh,
    theft_claim,
    theft_hours,
)
from diansuo.core.quantity.energy import wh_from_kwh
from diansuo.core.quantity.money import nano_from_price
from diansuo.office.config.rulebook_files import load
from tests.reference.inspection_twin import stolen_by_current_kwh, theft_yuan

OLD = TheftTerms.from_entry(load().in_force(THEFT, date(2024, 5, 31)))
NEW = TheftTerms.from_entry(load().in_force(THEFT, date(2024, 6, 1)))


def test_an_electric_stove_on_a_public_line_at_an_unknown_time() -> None:
    # Worked example P8: 2 kW, household hours
    stolen = stolen_by_capacity_wh(2000, theft_hours(OLD, UseKind.LIGHTING))
    claim = theft_claim([(stolen, nano_from_price("0.30"))], OLD)

    assert stolen == wh_from_kwh("2160")
    assert (claim.recovered_fen, claim.penalty_fen, claim.total_fen) == (648_00, 1944_00, 2592_00)


def test_an_industrial_load_on_one_phase_of_a_two_element_meter() -> None:
    # Worked example P15: 2 kW between a phase that the meter does not see and the ground
    stolen = stolen_by_capacity_wh(2000, theft_hours(OLD, UseKind.POWER))
    claim = theft_claim([(stolen, nano_from_price("0.40"))], OLD)

    assert stolen == wh_from_kwh("4320")
    assert (claim.recovered_fen, claim.penalty_fen) == (1728_00, 5184_00)


def test_what_is_known_of_days_and_hours_goes_before_what_the_rule_takes() -> None:
    assert theft_hours(NEW, UseKind.POWER) == 180 * 12
    assert theft_hours(NEW, UseKind.LIGHTING, days=20) == 20 * 6
    assert theft_hours(NEW, UseKind.LIGHTING, days=20, hours_a_day=Fraction(5, 2)) == 50
    with pytest.raises(ValueError, match="0 to 24 hours"):
        theft_hours(NEW, UseKind.POWER, hours_a_day=25)
    with pytest.raises(ValueError, match="no days below 0"):
        theft_hours(NEW, UseKind.POWER, days=-1)


@pytest.mark.parametrize(
    ("wiring", "kwh"),
    [
        (Wiring.SINGLE_PHASE, "1188"),  # 0.22 × 5 × 1080
        (Wiring.THREE_PHASE_FOUR_WIRE, "3564"),
        (Wiring.THREE_PHASE_THREE_WIRE, "3554.168"),  # √3 × 0.38 × 5 × 1080
    ],
)
def test_a_meter_that_was_tampered_with_stands_for_its_rated_current(wiring: Wiring, kwh: str) -> None:
    hours = theft_hours(NEW, UseKind.LIGHTING)

    assert stolen_by_current_wh(5, wiring, hours) == wh_from_kwh(kwh)


def test_a_multiplier_counts_where_it_is_given() -> None:
    assert stolen_by_current_wh("1.5", Wiring.SINGLE_PHASE, 10, multiplier=40) == 220 * 15 * 40


def test_under_the_new_rules_the_multiple_is_a_limit_and_under_the_old_ones_it_is_the_number() -> None:
    parts = [(wh_from_kwh("100"), nano_from_price("0.50"))]

    assert theft_claim(parts, NEW).penalty_fen == 150_00
    assert theft_claim(parts, NEW, Fraction(3, 2)).penalty_fen == 75_00
    assert theft_claim(parts, OLD, 3).penalty_fen == 150_00
    for terms, multiple in ((NEW, 4), (NEW, -1), (OLD, 2)):
        with pytest.raises(MultipleNotAllowed, match=f"{multiple}-fold"):
            theft_claim(parts, terms, multiple)


def test_a_theft_over_a_change_of_prices_is_a_part_for_each_and_one_penalty() -> None:
    # 1.005 + 1.005 yuan: each part rounds up to 1.01, the penalty is that of 2.01 exactly
    claim = theft_claim([(2010, nano_from_price("0.5"))] * 2, NEW)

    assert claim.parts_fen == (101, 101)
    assert claim.penalty_fen == 603


def test_what_is_negative_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        stolen_by_capacity_wh(-1, 10)
    with pytest.raises(ValueError, match="not negative"):
        stolen_by_current_wh(5, Wiring.SINGLE_PHASE, -10)
    with pytest.raises(ValueError, match="not negative"):
        theft_claim([(-1, 1)], NEW)
    with pytest.raises(TypeError, match="not exact"):
        stolen_by_current_wh(1.5, Wiring.SINGLE_PHASE, 10)  # type: ignore[arg-type]


def test_theft_is_that_of_its_slow_twin() -> None:
    rng = np.random.default_rng(3)
    for _ in range(300):
        current, days, multiplier = (int(rng.integers(1, high)) for high in (200, 400, 60))
        wiring, use = Wiring(int(rng.integers(1, 4))), UseKind(int(rng.integers(1, 3)))
        hours = theft_hours(NEW, use, days)
        kwh = stolen_by_current_kwh(Decimal(current), wiring.name, days, use.name, multiplier)
        assert stolen_by_current_wh(current, wiring, hours, multiplier) == wh_from_kwh(kwh)
        prices = [Decimal(int(each)).scaleb(-4) for each in rng.integers(1, 20_000, 3)]
        claim = theft_claim([(wh_from_kwh(kwh), nano_from_price(price)) for price in prices], NEW, 2)
        recovered, penalty = theft_yuan([(kwh, price) for price in prices], 2)
        assert (Decimal(claim.recovered_fen).scaleb(-2), Decimal(claim.penalty_fen).scaleb(-2)) == (
            recovered,
            penalty,
        )
