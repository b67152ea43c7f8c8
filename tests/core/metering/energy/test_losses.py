"""Losses of transformers and lines: published examples, worked tables of the pages, and what is held."""

from __future__ import annotations

import numpy as np
import pytest

from diansuo.core.metering.energy import (
    UNKNOWN,
    EnergyCode,
    LossTable,
    MonthPart,
    TransformerTerms,
    agreed_losses,
    formula_losses,
    hours_in_service,
    line_losses,
    part_of_month_wh,
    ratio_losses,
    table_losses,
)
from diansuo.core.quantity.arrays import WrongColumn


def col(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def s11_315(hours: int, factor_milli: int = 1200, **other: int) -> TransformerTerms:
    terms = {
        "capacity_va": 315_000,
        "p0_w": 480,
        "pk_w": 3_650,
        "i0_milli_percent": 1_600,
        "uk_milli_percent": 4_000,
        "hours": hours,
        "factor_milli": factor_milli,
    } | other
    return TransformerTerms(**{name: col(value) for name, value in terms.items()})


# the worked table of docs/rules/transformer-loss.md: S11-315, 60000 kWh, 40000 kvarh
@pytest.mark.parametrize(
    ("hours", "factor_milli", "active_wh", "reactive_varh"),
    [
        (720, 1200, 664_400, 4_729_330),
        (720, 1800, 823_810, 5_279_590),
        (720, 3600, 1_302_010, 6_930_390),
        (480, 1200, 708_610, 4_069_990),
    ],
)
def test_the_formula_by_shift_and_days(
    hours: int, factor_milli: int, active_wh: int, reactive_varh: int
) -> None:
    found = formula_losses(col(60_000_000), col(40_000_000), s11_315(hours, factor_milli), step_wh=10)
    assert (found.active_wh[0], found.reactive_varh[0]) == (active_wh, reactive_varh)
    assert not found.held[0]


def test_a_transformer_at_its_rating_loses_what_the_plate_says() -> None:
    # one hour at S with K = 1: P0 + Pk and (I0% + Uk%) of S, whatever the power factor
    terms = s11_315(1, 1000)
    found = formula_losses(col(252_000), col(189_000), terms, step_wh=1)
    assert found.active_wh.tolist() == [480 + 3_650]
    assert found.reactive_varh.tolist() == [315_000 * 56 // 1000]


def test_no_load_leaves_the_iron_alone() -> None:
    found = formula_losses(col(0), col(0), s11_315(720), step_wh=1000)
    assert found.active_wh.tolist() == [346_000]  # 345.6
    assert found.reactive_varh.tolist() == [3_629_000]  # 3628.8


def test_the_day_a_transformer_is_sealed_is_out_and_the_day_it_is_unsealed_is_in() -> None:
    # May: sealed on the 11th, unsealed on the 21st: 31 − 10 days
    found = hours_in_service(
        col(0, 0, 0),
        col(31, 31, 31),
        out_row=col(0, 2, 2),
        out_from_day=col(10, -3, 20),
        out_to_day=col(20, 5, 90),
    )
    assert found.tolist() == [21 * 24, 31 * 24, 15 * 24]


def test_a_transformer_out_of_service_has_no_loss_but_energy_through_it_is_held() -> None:
    still = formula_losses(col(0), col(0), s11_315(0), step_wh=10)
    used = formula_losses(col(5), col(0), s11_315(0), step_wh=10)
    assert still.active_wh.tolist() == [0] and not still.findings
    assert used.held.tolist() == [True]
    assert [each.code for each in used.findings] == [EnergyCode.ENERGY_OUT_OF_SERVICE]


@pytest.mark.parametrize("missing", ["capacity_va", "p0_w", "pk_w", "i0_milli_percent", "factor_milli"])
def test_a_capacity_alone_is_not_enough_and_the_others_are_still_settled(missing: str) -> None:
    both = s11_315(720)
    columns = {
        name: np.concatenate((getattr(s11_315(720, **{missing: UNKNOWN}), name), getattr(both, name)))
        for name in TransformerTerms.__slots__
    }
    found = formula_losses(
        col(60_000_000, 60_000_000), col(40_000_000, 40_000_000), TransformerTerms(**columns), step_wh=10
    )
    assert found.held.tolist() == [True, False]
    assert found.active_wh.tolist() == [0, 664_400]
    assert [(each.row, each.code) for each in found.findings] == [(0, EnergyCode.NO_TRANSFORMER_TERMS)]


def test_negative_and_absurd_energies_are_held() -> None:
    found = formula_losses(col(-1), col(0), s11_315(720), step_wh=10)
    assert [each.code for each in found.findings] == [EnergyCode.NEGATIVE_ENERGY]
    found = formula_losses(col(4 * 10**12), col(0), s11_315(1, capacity_va=1), step_wh=10)
    assert [each.code for each in found.findings] == [EnergyCode.LOSS_TOO_LARGE]
    assert found.active_wh.tolist() == [0]


def test_floats_and_other_lengths_are_refused() -> None:
    with pytest.raises(WrongColumn):
        formula_losses(np.array([1.0]), col(0), s11_315(720), step_wh=10)
    with pytest.raises(WrongColumn):
        formula_losses(col(1, 2), col(0, 0), s11_315(720), step_wh=10)


def test_twenty_days_of_a_monthly_loss_of_304_are_203() -> None:
    assert part_of_month_wh(col(304_000), col(20), col(31), col(30), 1000).tolist() == [203_000]


def test_a_whole_month_is_the_months_value_however_long_it_is() -> None:
    whole = part_of_month_wh(col(304_000, 304_000), col(28, 31), col(28, 31), col(30, 30), 10)
    assert whole.tolist() == [304_000, 304_000]
    part = part_of_month_wh(
        col(304_000, 304_000, 304_000), col(30, 1, 0), col(31, 31, 0), col(30, 30, 30), 10
    )
    assert part.tolist() == [304_000, 10_130, 0]
    assert part_of_month_wh(col(310_000), col(20), col(31), col(31), 10).tolist() == [200_000]


TABLE = LossTable(
    table=col(1, 1, 1, 1),
    capacity_va=col(100_000, 100_000, 315_000, 315_000),
    up_to_wh=col(20_000_000, 10_000_000, 30_000_000, 60_000_000),
    active_wh=col(200_000, 150_000, 304_000, 410_000),
    reactive_varh=col(0, 0, 1_000_000, 1_500_000),
)


@pytest.mark.parametrize(
    ("capacity_va", "energy_wh", "loss_wh"),
    [
        (100_000, 0, 150_000),
        (100_000, 10_000_000, 150_000),
        (100_000, 10_000_001, 200_000),
        (100_000, 20_000_001, None),
        (315_000, 30_000_000, 304_000),
        (315_000, 30_000_010, 410_000),
        (200_000, 1, None),
    ],
)
def test_a_bracket_holds_up_to_and_with_its_limit(
    capacity_va: int, energy_wh: int, loss_wh: int | None
) -> None:
    month = MonthPart(col(30), col(30), col(30))
    found = table_losses(col(energy_wh), TABLE, col(1), col(capacity_va), month, step_wh=10)
    assert found.active_wh.tolist() == [loss_wh or 0]
    assert [each.code for each in found.findings] == ([] if loss_wh else [EnergyCode.NO_TABLE_BRACKET])


def test_a_table_by_days() -> None:
    month = MonthPart(col(20), col(31), col(30))
    found = table_losses(col(25_000_000), TABLE, col(1), col(315_000), month, step_wh=1000)
    assert (found.active_wh[0], found.reactive_varh[0]) == (203_000, 667_000)
    assert table_losses(col(1), TABLE, col(2), col(315_000), month, step_wh=10).held.tolist() == [True]


def test_a_bracket_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        LossTable(col(1, 1), col(5, 5), col(7, 7), col(1, 2), col(1, 2))


def test_agreed_values_and_ratios() -> None:
    month = MonthPart(col(20, 20), col(31, 31), col(30, 30))
    value = agreed_losses(col(304_000, UNKNOWN), col(0, 0), month, step_wh=1000)
    assert value.active_wh.tolist() == [203_000, 0]
    assert value.held.tolist() == [False, True]
    ratio = ratio_losses(col(12_345_000, 5), col(6_000_000, 0), col(25_000, -1), col(10_000, 0), step_wh=10)
    assert ratio.active_wh.tolist() == [308_630, 0]  # 308.625
    assert ratio.reactive_varh.tolist() == [60_000, 0]
    assert [(each.row, each.code) for each in ratio.findings] == [(1, EnergyCode.NO_AGREED_TERMS)]


def test_a_dedicated_line_adds_three_percent_of_read_and_transformer_loss() -> None:
    found = line_losses(col(100_000_000, -1), col(2_500_000, 0), col(30_000, 30_000), step_wh=10)
    assert found.energy_wh.tolist() == [3_075_000, 0]
    assert [(each.row, each.code) for each in found.findings] == [(1, EnergyCode.NEGATIVE_ENERGY)]
