"""Months priced again: missed energy, refunds and wrong classes, at the prices and steps of the months concerned."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pytest

from diansuo.core.quantity.band import BANDS
from diansuo.core.tariff import Component, PriceClass
from diansuo.core.tariff.correction import (
    CannotRebill,
    CorrectedMonth,
    CorrectionYear,
    Priced,
    Use,
    distribute,
    rebill,
)
from tests.core.tariff.correction.henan import SHARED, STEPS, henan
from tests.reference.rebill_twin import corrections_yuan, current_year_yuan, year_yuan

# Worked example C1: a household's year of 2840 kWh.
YEAR = [210, 180, 170, 150, 160, 280, 420, 450, 260, 150, 170, 240]


def year_of(
    billed: Sequence[int | Decimal],
    right: Sequence[int | Decimal],
    year: int = 2024,
    price_class: PriceClass = STEPS,
    first: int = 1,
) -> list[CorrectedMonth]:
    """The months of a year from ``first`` on, as billed and as they should have been, in kWh."""
    before, months = 0, []
    issued = year_yuan([Decimal(each) for each in billed])
    for at, (was, should) in enumerate(zip(billed, right, strict=True)):
        period = year * 100 + at + 1
        if at + 1 >= first:
            months.append(
                CorrectedMonth(
                    billed=Use(period, STEPS, int(was * 1000)),
                    issued_fen=int(issued[at] * 100),
                    right=Use(period, price_class, int(should * 1000)),
                    year_to_date_wh=before,
                )
            )
        before += int(was * 1000)
    return months


def test_missed_energy_is_priced_in_its_own_month_and_moves_the_steps_of_the_months_after() -> None:
    right = YEAR.copy()
    right[6] += 200

    found = rebill(year_of(YEAR, right), henan())

    # July itself stays in step 1 (200 × 0.56); of August 60 kWh move up, of September the 140 that were in step 1
    assert [(line.period, line.energy_wh, line.amount_fen) for line in found.lines] == [
        (202407, 200_000, 112_00),
        (202408, 0, 3_00),
        (202409, 0, 7_00),
    ]
    assert found.amount_fen == 200 * 61
    assert {line.component for line in found.lines} == {Component.CORRECTION}


def test_a_month_left_out_keeps_its_bill_but_its_energy_counts_for_the_steps() -> None:
    right = YEAR.copy()
    right[6] += 200

    only_july_and_december = [
        month for month in year_of(YEAR, right) if month.right.period in (202407, 202412)
    ]

    assert [line.amount_fen for line in rebill(only_july_and_december, henan()).lines] == [112_00]


def test_energy_charged_too_much_is_given_back_step_by_step() -> None:
    right = YEAR.copy()
    right[8] -= 260

    found = rebill(year_of(YEAR, right, first=9), henan())

    assert found.lines[0].amount_fen == -151_60  # the September of worked example C1
    assert found.amount_fen == -(140 * 61 + 120 * 61)  # October and November fall back by 140 kWh


def test_a_wrong_class_is_the_same_energy_at_the_other_price() -> None:
    found = rebill(year_of(YEAR, YEAR, price_class=SHARED), henan())

    assert sum(line.energy_wh for line in found.lines) == 0
    # 2840 × 0.568 less the year of worked example C1; every month is a bill of its own
    assert found.amount_fen == 2840 * 568 // 10 - 1624_40


def test_a_correction_issued_once_gives_nothing_the_second_time() -> None:
    right = [kwh + 35 for kwh in YEAR]

    once = rebill(year_of(YEAR, right), henan())

    assert once.lines
    assert rebill(once.months, henan()).lines == ()


def test_what_an_old_bill_does_not_recompute_to_is_told_apart() -> None:
    month = CorrectedMonth(
        billed=Use(202401, STEPS, 100_000),
        issued_fen=50_00,
        right=Use(202401, STEPS, 110_000),
        year_to_date_wh=0,
    )

    line = rebill([month], henan()).lines[0]

    assert (line.amount_fen, line.right_fen, line.issued_fen, line.repriced_fen) == (
        11_60,
        61_60,
        50_00,
        56_00,
    )
    assert line.by_component_fen == {Component.BASE: 5_60}


def test_an_earlier_year_is_charged_in_its_own_steps_or_in_those_of_the_correcting_bill() -> None:
    right = YEAR.copy()
    right[11] += 100
    months = year_of(YEAR, right, year=2023)

    own = rebill(months, henan(), CorrectionYear.ORIGINAL)
    this = rebill(months, henan(), CorrectionYear.CURRENT, current=(202402, 210_000))
    full = rebill(months, henan(), CorrectionYear.CURRENT, current=(202410, 3_100_000))

    assert own.amount_fen == 61_00
    assert this.amount_fen == 56_00
    assert full.amount_fen == 100 * 56 + 20 * 5 + 80 * 30
    assert rebill(full.months, henan(), CorrectionYear.CURRENT, current=(202410, 3_200_000)).lines == ()


def test_a_refund_of_an_earlier_year_is_taken_from_the_end_of_the_steps_of_this_one() -> None:
    right = YEAR.copy()
    right[11] -= 100
    months = year_of(YEAR, right, year=2023)

    assert rebill(months, henan(), CorrectionYear.CURRENT, current=(202410, 2_200_000)).amount_fen == -(
        40 * 61 + 60 * 56
    )
    with pytest.raises(CannotRebill, match="202312: 100000 Wh to take back, the year has 50000"):
        rebill(months, henan(), CorrectionYear.CURRENT, current=(202401, 50_000))


def test_a_fixed_charge_is_not_charged_again_for_energy_of_an_earlier_year() -> None:
    def pricing(use: Use, _before_wh: int) -> Priced:
        return Priced({Component.ENERGY: use.energy_wh // 20, Component.CAPACITY: 10_000}, use.energy_wh)

    month = CorrectedMonth(Use(202312, STEPS, 100_000), 15_000, Use(202312, STEPS, 120_000))

    line = rebill([month], pricing, CorrectionYear.CURRENT, current=(202402, 0)).lines[0]

    assert line.by_component_fen == {Component.ENERGY: 1_000}


def test_months_that_say_too_little_or_contradict_themselves_are_refused() -> None:
    months = year_of(YEAR, YEAR)
    with pytest.raises(CannotRebill, match="from early to late"):
        rebill([months[1], months[0]], henan())
    with pytest.raises(CannotRebill, match="give the month of the correcting bill"):
        rebill(months, henan(), CorrectionYear.CURRENT)
    with pytest.raises(CannotRebill, match="take tier year 'original'"):
        rebill(year_of(YEAR, YEAR, 2023, SHARED), henan(), CorrectionYear.CURRENT, current=(202402, 0))
    with pytest.raises(CannotRebill, match="another month"):
        CorrectedMonth(Use(202401, STEPS, 1), 0, Use(202402, STEPS, 1))
    with pytest.raises(CannotRebill, match="negative"):
        Use(202401, STEPS, -1)
    with pytest.raises(CannotRebill, match=f"not {BANDS} periods of 7 Wh"):
        Use(202401, STEPS, 7, (1, 2, 3, 0, 0))


def test_a_corrected_total_goes_to_its_months_by_what_they_read() -> None:
    assert distribute(1_000_000, [100, 100, 100]) == (333_330, 333_330, 333_340)
    assert distribute(200, [1, 1, 1], step_wh=1) == (67, 67, 66)
    assert distribute(-1_000_000, [1, 3]) == (-250_000, -750_000)
    # by period of the day the flat one takes the remainder
    assert distribute(100_005, [0, 1, 2, 1, 0], remainder_at=2) == (0, 25_000, 50_005, 25_000, 0)
    # a share never takes more than is left
    assert distribute(5, [1] * 10, step_wh=1) == (1, 1, 1, 1, 1, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(("weights", "step"), [([0, 0], 10), ([], 10), ([-1, 2], 10), ([1], 0)])
def test_a_total_without_weights_is_refused(weights: list[int], step: int) -> None:
    with pytest.raises(ValueError, match="weights of 0 or more"):
        distribute(100, weights, step)


def test_back_billing_is_that_of_its_slow_twin() -> None:
    rng = np.random.default_rng(11)
    for _ in range(150):
        billed = [Decimal(int(each)).scaleb(-2) for each in rng.integers(0, 60_000, 12)]
        changed = [Decimal(int(each)).scaleb(-2) for each in rng.integers(0, 60_000, 12)]
        right = [new if rng.random() < 0.4 else old for old, new in zip(billed, changed, strict=True)]
        months = year_of(billed, right, year=2023)

        own = {line.period: line.amount_fen for line in rebill(months, henan()).lines}
        expected = [int(yuan * 100) for yuan in corrections_yuan(billed, right)]
        assert [own.get(202301 + at, 0) for at in range(12)] == expected

        here = rebill(months, henan(), CorrectionYear.CURRENT, current=(202406, 5_000_000))
        expected = [int(yuan * 100) for yuan in current_year_yuan(billed, right, Decimal(5000))]
        assert [
            {line.period: line.amount_fen for line in here.lines}.get(202301 + at, 0) for at in range(12)
        ] == expected
