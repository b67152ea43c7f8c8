"""Violations of the supply contract: the six kinds, by the old and by the new rules."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from diansuo.core.inspection import (
    VIOLATIONS,
    DayBase,
    MultipleNotAllowed,
    NoSuchViolation,
    PriceDifference,
    UseKind,
    Violation,
    ViolationTerms,
    capacity_claim,
    flat_claim,
    month_shares,
    quota_claim,
    unknown_use_wh,
    wrong_class_claim,
)
from diansuo.core.quantity.energy import wh_from_kwh
from diansuo.core.quantity.money import nano_from_price
from diansuo.office.config.rulebook_files import load
from tests.reference.inspection_twin import capacity_yuan

OLD = ViolationTerms.from_entry(load().in_force(VIOLATIONS, date(2024, 5, 31)))
NEW = ViolationTerms.from_entry(load().in_force(VIOLATIONS, date(2024, 6, 1)))
TWENTY_YUAN = nano_from_price("20")
AUGUST_TO_SEPTEMBER = (date(2008, 8, 25), date(2008, 10, 1))


def test_power_and_shop_lighting_behind_a_household_meter() -> None:
    # Worked example P7: the penalty is twice the exact 1590.084, not twice 1590.08
    power = unknown_use_wh(5000, UseKind.POWER, OLD)
    lighting = unknown_use_wh(3000, UseKind.LIGHTING, OLD)
    household, industry, shop = (nano_from_price(each) for each in ("0.5653", "0.7625", "0.8895"))

    claim = wrong_class_claim(
        [PriceDifference(power, household, industry), PriceDifference(lighting, household, shop)], OLD
    )

    assert (power, lighting) == (wh_from_kwh("5400"), wh_from_kwh("1620"))
    assert claim.parts_fen == (1064_88, 525_20)
    assert (claim.recovered_fen, claim.penalty_fen) == (1590_08, 3180_17)


def test_a_transformer_connected_without_leave_by_the_old_rules() -> None:
    # Worked example P10: 315 kVA from 25 August, found and taken out on 30 September
    claim = capacity_claim(Violation.EXCESS_CAPACITY, 315_000, TWENTY_YUAN, AUGUST_TO_SEPTEMBER, OLD)

    assert claim.parts_fen == (1470_00, 6300_00)
    assert (claim.recovered_fen, claim.penalty_fen) == (7770_00, 23310_00)


def test_the_same_transformer_by_the_days_of_the_calendar() -> None:
    claim = capacity_claim(Violation.EXCESS_CAPACITY, 315_000, TWENTY_YUAN, AUGUST_TO_SEPTEMBER, NEW)

    assert claim.parts_fen == (1422_58, 6300_00)
    assert claim.recovered_fen == 7722_58
    assert claim.penalty_fen == 23167_74


def test_suspended_capacity_costs_twice_its_charge_and_a_new_contract_may_agree_less() -> None:
    july = (date(2024, 7, 1), date(2024, 8, 1))

    highest = capacity_claim(Violation.SUSPENDED_CAPACITY, 315_000, TWENTY_YUAN, july, NEW)
    agreed = capacity_claim(Violation.SUSPENDED_CAPACITY, 315_000, TWENTY_YUAN, july, NEW, Fraction(1, 2))

    assert (highest.recovered_fen, highest.penalty_fen) == (6300_00, 12600_00)
    assert agreed.penalty_fen == 3150_00
    with pytest.raises(MultipleNotAllowed, match="0 to 2"):
        capacity_claim(Violation.SUSPENDED_CAPACITY, 315_000, TWENTY_YUAN, july, NEW, 3)
    with pytest.raises(MultipleNotAllowed, match="allows 2"):
        capacity_claim(Violation.SUSPENDED_CAPACITY, 315_000, TWENTY_YUAN, july, OLD, 1)


@pytest.mark.parametrize("terms", [OLD, NEW], ids=["1996", "2024"])
def test_what_has_a_fixed_rate_costs_it(terms: ViolationTerms) -> None:
    assert flat_claim(Violation.EXCESS_CAPACITY, terms, capacity_va=30_000).penalty_fen == 1500_00
    assert flat_claim(Violation.SUSPENDED_CAPACITY, terms, capacity_va=30_000, times=2).penalty_fen == 1800_00
    assert flat_claim(Violation.TAMPERING, terms, residential=True).penalty_fen == 500_00
    assert flat_claim(Violation.TAMPERING, terms, times=2).penalty_fen == 10_000_00
    assert flat_claim(Violation.OWN_SOURCE, terms, capacity_va=12_500).penalty_fen == 6250_00
    assert flat_claim(Violation.OWN_SOURCE, terms, capacity_va=12_500).recovered_fen == 0


def test_the_quota_is_a_matter_of_the_old_rules_alone() -> None:
    parts = [(wh_from_kwh("1000"), nano_from_price("0.50"))]

    assert quota_claim(20_000, 3, parts, OLD).penalty_fen == 60_00 + 2500_00
    with pytest.raises(NoSuchViolation, match="no quota any more"):
        quota_claim(20_000, 3, parts, NEW)


def test_a_kind_is_not_priced_as_another() -> None:
    with pytest.raises(NoSuchViolation, match="kinds 2 and 3"):
        capacity_claim(Violation.TAMPERING, 1, 1, AUGUST_TO_SEPTEMBER, NEW)
    with pytest.raises(NoSuchViolation, match="no fixed rate"):
        flat_claim(Violation.WRONG_CLASS, NEW)
    with pytest.raises(ValueError, match="does not give back"):
        wrong_class_claim([PriceDifference(1000, 2, 1)], NEW)
    with pytest.raises(ValueError, match="neither is negative"):
        flat_claim(Violation.TAMPERING, NEW, times=-1)
    with pytest.raises(ValueError, match="none is negative"):
        quota_claim(-1, 1, [], OLD)
    with pytest.raises(ValueError, match="there is no day"):
        capacity_claim(Violation.EXCESS_CAPACITY, 1, 1, (date(2024, 7, 1), date(2024, 7, 1)), NEW)


@pytest.mark.parametrize(
    ("start", "end", "thirty", "calendar"),
    [
        (date(2024, 2, 1), date(2024, 3, 1), Fraction(1), Fraction(1)),
        (date(2024, 2, 1), date(2024, 2, 29), Fraction(28, 30), Fraction(28, 29)),
        (date(2024, 7, 2), date(2024, 8, 1), Fraction(1), Fraction(30, 31)),
        (date(2024, 7, 1), date(2024, 7, 2), Fraction(1, 30), Fraction(1, 31)),
    ],
)
def test_a_whole_month_is_one_and_a_part_never_more(
    start: date, end: date, thirty: Fraction, calendar: Fraction
) -> None:
    assert [each.share for each in month_shares(start, end, DayBase.THIRTY)] == [thirty]
    assert [each.share for each in month_shares(start, end, DayBase.CALENDAR_DAYS)] == [calendar]


def test_capacity_is_that_of_its_slow_twin() -> None:
    rng = np.random.default_rng(4)
    for _ in range(200):
        start = date(2023, 1, 1) + timedelta(days=int(rng.integers(0, 500)))
        end = start + timedelta(days=int(rng.integers(1, 200)))
        kva, price = int(rng.integers(1, 3000)), Decimal(int(rng.integers(1, 5000))).scaleb(-2)
        for terms, calendar in ((OLD, False), (NEW, True)):
            claim = capacity_claim(
                Violation.EXCESS_CAPACITY, kva * 1000, nano_from_price(price), (start, end), terms
            )
            expected = capacity_yuan(Decimal(kva), price, start, end, calendar, 3)
            assert (
                Decimal(claim.recovered_fen).scaleb(-2),
                Decimal(claim.penalty_fen).scaleb(-2),
            ) == expected
