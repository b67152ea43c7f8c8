"""Theoretical loss of a low-voltage area by equivalent resistance."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from diansuo.core.network.equivalent_resistance import (
    Head,
    Section,
    equivalent_resistance_ohm,
    line_loss_wh,
    loss_percent,
    meter_loss_wh,
    shape_factor_squared,
)
from diansuo.core.quantity.energy import kwh_from_wh, wh_from_kwh
from diansuo.core.quantity.exact import decimal_of, exact
from tests.reference.network_twin import area_loss_kwh, section_by_section_kwh

FOUR_WIRE = exact("3.5")
HEAD = Head(wh_from_kwh("36000"), wh_from_kwh("15000"), 380, Fraction(720), exact("1.1"), FOUR_WIRE)
SECTIONS = [
    Section.of("3.5", wh_from_kwh("36000"), "0.020"),
    Section.of("3.5", wh_from_kwh("22000"), "0.035"),
    Section.of(2, wh_from_kwh("4000"), "0.12"),
]


def test_the_loss_of_a_month_of_an_area() -> None:
    # Worked example C12
    resistance = equivalent_resistance_ohm(SECTIONS, HEAD)
    line_wh = line_loss_wh(HEAD, resistance)
    meters_wh = meter_loss_wh(single_phase=150, three_phase=0)

    assert HEAD.mean_current_a(3) == Decimal("82.298")
    assert HEAD.effective_current_a(2) == Decimal("90.53")
    assert decimal_of(resistance, 6) == Decimal("0.033918")
    assert decimal_of(Fraction(line_wh, 1000), 1) == Decimal("700.5")
    assert meters_wh == wh_from_kwh("150")
    assert loss_percent(line_wh + meters_wh, HEAD.active_wh) == Decimal("2.362")


def test_the_shape_of_the_load_makes_the_current_larger() -> None:
    assert (
        shape_factor_squared("0.8", 1 - Fraction(3, 10))
        == (exact("0.7") + exact("0.03")) / exact("0.85") ** 2
    )
    assert shape_factor_squared("0.5", 0) == Fraction(4, 3)
    assert shape_factor_squared("0.4", "0.1") == (exact("0.44") - exact("0.1")) / exact("0.16")
    assert shape_factor_squared(1, 1) == 1
    for rate, least in (("0.5", "0.6"), ("1.1", "0.1"), (0, 0)):
        with pytest.raises(ValueError, match="least"):
            shape_factor_squared(rate, least)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="the head 36000000"):
        equivalent_resistance_ohm([Section.of(2, wh_from_kwh("36001"), "0.1")], HEAD)
    with pytest.raises(ValueError, match="no energy"):
        equivalent_resistance_ohm(SECTIONS, Head(0, 1, 380, Fraction(1), Fraction(1), FOUR_WIRE))
    with pytest.raises(ValueError, match="above 0"):
        Head(1, 1, 0, Fraction(1), Fraction(1), FOUR_WIRE)
    with pytest.raises(ValueError, match="negative"):
        Section.of(2, 1, "-0.1")
    with pytest.raises(ValueError, match="no rate"):
        loss_percent(1, 0)


def test_it_is_the_loss_of_the_sections_one_by_one() -> None:
    rng = np.random.default_rng(9)
    for _ in range(200):
        active = int(rng.integers(100, 500_000)) * 10
        rows = [
            (Decimal(str(n)), Decimal(active * int(rng.integers(1, 100))) / 100, Decimal(int(ohm)).scaleb(-4))
            for n, ohm in zip(rng.choice([2, 3, 3.5], 5), rng.integers(0, 9000, 5), strict=True)
        ]
        reactive, shape = int(rng.integers(0, active)), Decimal(int(rng.integers(100, 130))).scaleb(-2)
        rows = [(n, kwh.quantize(Decimal("0.001")), ohm) for n, kwh, ohm in rows]
        head = Head(active * 1000, reactive * 1000, 380, Fraction(720), exact(shape), FOUR_WIRE)
        sections = [Section.of(n, wh_from_kwh(kwh), ohm) for n, kwh, ohm in rows]
        loss = kwh_from_wh(line_loss_wh(head, equivalent_resistance_ohm(sections, head)))
        facts = (Decimal(active), Decimal(reactive), Decimal("0.38"), Decimal(720), shape)
        current, resistance, expected = area_loss_kwh(rows, *facts, Decimal("3.5"))
        assert abs(loss - expected) <= Decimal("0.0005000001")
        assert abs(loss - section_by_section_kwh(rows, *facts)) <= Decimal("0.0005000001")
        assert abs(head.mean_current_a(6) - current) <= Decimal("0.0000005000001")
        assert abs(decimal_of(equivalent_resistance_ohm(sections, head), 9) - resistance) <= Decimal(
            "5.000001E-10"
        )
