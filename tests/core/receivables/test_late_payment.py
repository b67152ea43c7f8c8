"""The late-payment penalty: days, years, the least and the most, and the published answers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from diansuo.core.quantity.arrays import WrongColumn
from diansuo.core.quantity.money import AmountTooLarge
from diansuo.core.receivables import LATE_PAYMENT, LatePayment, LatePaymentTerms, late_payment
from diansuo.office.config.rulebook_files import load
from tests.reference.late_payment_twin import penalty_yuan

PLAIN = LatePaymentTerms(1000, 2000, 3000, minimum_fen=0)
EPOCH = date(1970, 1, 1)


def days(*each: date) -> np.ndarray:
    return np.array([(day - EPOCH).days for day in each], dtype=np.int64)


def penalties(
    *debts: tuple[date, date, int], residential: bool = False, terms: LatePaymentTerms = PLAIN
) -> LatePayment:
    due, paid, fen = zip(*debts, strict=True)
    return late_payment(
        days(*due), days(*paid), np.array(fen, np.int64), np.full(len(fen), residential), terms
    )


def in_force(day: date) -> LatePaymentTerms:
    return LatePaymentTerms.from_entry(load().in_force(LATE_PAYMENT, day))


def test_a_debt_over_new_year_costs_190_yuan_and_not_126_or_222() -> None:
    # Worked example P12: due on the 15th, both paid on 18 January. 126 leaves out the days of the old year, 222
    # charges them at the rate of the new one.
    found = penalties(
        (date(2009, 12, 15), date(2010, 1, 18), 2000_00),
        (date(2010, 1, 15), date(2010, 1, 18), 3000_00),
        terms=in_force(date(2010, 1, 18)),
    )

    assert found.current_days.tolist() == [16, 3]
    assert found.later_days.tolist() == [18, 0]
    assert found.penalty_fen.tolist() == [64_00 + 108_00, 18_00]
    assert found.penalty_fen.sum() == 190_00


def test_the_published_31_50_is_not_what_900_yuan_cost_over_new_year() -> None:
    # The supplement of worked example P12: 900 yuan, 10 days of the old year and 15 of the new, answer 18 + 13.50.
    # 15 days at 3‰ of 900 are 40.50; 13.50 are 15 days at 3‰ of 300, so it holds if 600 were paid in the old year.
    last, paid = date(2010, 12, 31), date(2011, 1, 15)
    whole = penalties((date(2010, 12, 21), paid, 900_00))
    parts = penalties((date(2010, 12, 21), last, 600_00), (date(2010, 12, 21), paid, 300_00))

    assert (whole.current_days[0], whole.later_days[0]) == (10, 15)
    assert whole.penalty_fen[0] == 18_00 + 40_50
    assert parts.penalty_fen.sum() == 18_00 + 13_50


def test_the_day_after_the_due_day_is_the_first_and_the_day_of_payment_counts() -> None:
    found = penalties(
        (date(2024, 7, 15), date(2024, 7, 18), 1000_00),
        (date(2024, 7, 15), date(2024, 7, 16), 1000_00),
        (date(2024, 7, 15), date(2024, 7, 15), 1000_00),
        (date(2024, 7, 15), date(2024, 7, 1), 1000_00),
    )

    assert found.current_days.tolist() == [3, 1, 0, 0]
    assert found.penalty_fen.tolist() == [6_00, 2_00, 0, 0]


def test_a_household_pays_one_rate_in_every_year() -> None:
    found = penalties((date(2010, 12, 21), date(2011, 1, 15), 900_00), residential=True)

    assert found.penalty_fen[0] == 22_50


def test_the_last_day_of_december_belongs_to_the_year_of_the_debt_and_the_next_does_not() -> None:
    found = penalties(
        (date(2024, 12, 30), date(2024, 12, 31), 1000_00), (date(2024, 12, 31), date(2025, 1, 1), 1000_00)
    )

    assert found.penalty_fen.tolist() == [2_00, 3_00]


def test_a_december_bill_that_is_due_in_january_can_be_a_debt_of_the_old_year() -> None:
    columns = days(date(2025, 1, 10)), days(date(2025, 1, 12)), np.array([1000_00]), np.array([False])

    assert late_payment(*columns, PLAIN).penalty_fen[0] == 4_00
    assert late_payment(*columns, PLAIN, np.array([2024])).penalty_fen[0] == 6_00


@pytest.mark.parametrize(("day", "fen"), [(date(2024, 5, 31), 1_00), (date(2024, 6, 1), 3)])
def test_the_least_penalty_of_one_yuan_ends_with_the_old_rules(day: date, fen: int) -> None:
    due = date.fromordinal(day.toordinal() - 3)

    assert penalties((due, day, 10_00), residential=True, terms=in_force(day)).penalty_fen[0] == fen


def test_nothing_owed_and_nothing_late_cost_nothing_whatever_the_least_is() -> None:
    terms = LatePaymentTerms(1000, 2000, 3000, minimum_fen=100)

    found = penalties(
        (date(2024, 7, 15), date(2024, 7, 18), 0), (date(2024, 7, 15), date(2024, 7, 15), 500_00), terms=terms
    )

    assert found.penalty_fen.tolist() == [0, 0]


def test_a_limit_holds_the_penalty_and_its_minimum() -> None:
    terms = LatePaymentTerms(1000, 2000, 3000, minimum_fen=100, cap_ratio=Fraction(1))

    found = penalties(
        (date(2020, 7, 15), date(2024, 7, 15), 1000_00),
        (date(2024, 7, 15), date(2024, 7, 16), 50),
        terms=terms,
    )

    assert found.penalty_fen.tolist() == [1000_00, 50]


def test_the_rounding_is_one_and_away_from_zero() -> None:
    # 2.5 fen in the old year and 2.5 in the new are 5 together, not 3 + 3
    terms = LatePaymentTerms(0, 2500, 2500, minimum_fen=0)

    found = penalties(
        (date(2024, 12, 30), date(2025, 1, 1), 10_00),
        (date(2024, 12, 30), date(2024, 12, 31), 10_00),
        terms=terms,
    )

    assert found.penalty_fen.tolist() == [5, 3]


def test_a_credit_and_a_column_of_another_type_are_refused() -> None:
    with pytest.raises(ValueError, match="row 0: -1 fen is negative"):
        penalties((date(2024, 7, 15), date(2024, 7, 18), -1))
    with pytest.raises(WrongColumn, match="residential"):
        late_payment(*(np.array([1]),) * 3, np.array([True, False]), PLAIN)
    with pytest.raises(WrongColumn, match="amount_fen"):
        late_payment(np.array([1]), np.array([2]), np.array([1.0]), np.array([True]), PLAIN)
    with pytest.raises(AmountTooLarge):
        penalties((date(2000, 7, 15), date(2024, 7, 18), 2**62))
    with pytest.raises(ValueError, match="negative"):
        LatePaymentTerms(-1, 2000, 3000, 0)


def test_the_penalty_is_that_of_its_slow_twin() -> None:
    rng = np.random.default_rng(7)
    rates = (Decimal("0.001"), Decimal("0.002"), Decimal("0.003"))
    for minimum, cap in ((0, None), (100, None), (100, 1), (0, 1)):
        due = rng.integers(14_000, 20_000, 500)
        paid = due + rng.integers(-20, 900, 500)
        fen = rng.choice([0, 1, 49, 5_000, 123_456, 10**9], 500).astype(np.int64)
        residential = rng.random(500) < 0.5
        year = (
            due.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
            + 1970
            - (rng.random(500) < 0.2)
        )
        terms = LatePaymentTerms(1000, 2000, 3000, minimum, None if cap is None else Fraction(cap))
        found = late_payment(due, paid, fen, residential, terms, year)
        for row in range(500):
            expected = penalty_yuan(
                date.fromordinal(EPOCH.toordinal() + int(due[row])),
                date.fromordinal(EPOCH.toordinal() + int(paid[row])),
                Decimal(int(fen[row])).scaleb(-2),
                bool(residential[row]),
                rates,
                Decimal(minimum).scaleb(-2),
                None if cap is None else Decimal(cap),
                int(year[row]),
            )
            assert Decimal(int(found.penalty_fen[row])).scaleb(-2) == expected, row
