"""Laws of corrections: doing it twice gives nothing, undoing it gives it back, nothing is lost on the way."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from diansuo.core.tariff import Component, PriceClass
from diansuo.core.tariff.correction import (
    CorrectedMonth,
    CorrectionYear,
    Priced,
    Rebilling,
    Use,
    distribute,
    rebill,
)

STEPS = PriceClass.RESIDENTIAL_STEPS
WH = st.integers(0, 900_000)
YEARS = st.lists(st.tuples(WH, WH, st.integers(0, 90_000)), min_size=1, max_size=24)
CURRENT = (202506, 50_000_000)


def pricing(use: Use, before_wh: int) -> Priced:
    """Two steps with a limit of 3 MWh a year, and something that does not depend on energy."""

    def fen(wh: int) -> int:
        return 56 * wh // 1000 + 30 * max(wh - 3_000_000, 0) // 1000

    energy = fen(before_wh + use.energy_wh) - fen(before_wh)
    dear = 2 if use.price_class is PriceClass.COMMERCIAL_SINGLE_PART else 1
    return Priced({Component.ENERGY: dear * energy, Component.CAPACITY: 700}, use.energy_wh)


def months(rows: list[tuple[int, int, int]]) -> list[CorrectedMonth]:
    """Months from January 2023 on: billed Wh, right Wh, issued fen."""
    made, before, year = [], 0, 2023
    for at, (billed, right, issued) in enumerate(rows):
        period = (2023 + at // 12) * 100 + at % 12 + 1
        before = before if period // 100 == year else 0
        year = period // 100
        made.append(CorrectedMonth(Use(period, STEPS, billed), issued, Use(period, STEPS, right), before))
        before += billed
    return made


@given(YEARS, st.sampled_from(CorrectionYear))
def test_a_correction_done_twice_gives_nothing(
    rows: list[tuple[int, int, int]], tier_year: CorrectionYear
) -> None:
    once = rebill(months(rows), pricing, tier_year, CURRENT)
    twice = rebill(once.months, pricing, tier_year, CURRENT)

    assert twice.lines == ()
    assert twice.months == once.months


@given(YEARS, st.sampled_from(CorrectionYear))
def test_what_was_issued_and_what_is_corrected_is_what_is_right(
    rows: list[tuple[int, int, int]], tier_year: CorrectionYear
) -> None:
    found = rebill(months(rows), pricing, tier_year, CURRENT)

    issued = sum(each[2] for each in rows)
    assert issued + found.amount_fen == sum(month.issued_fen for month in found.months)
    for line in found.lines:
        assert line.amount_fen == line.right_fen - line.issued_fen
        assert line.amount_fen == sum(line.by_component_fen.values()) + line.repriced_fen - line.issued_fen


@given(YEARS)
def test_a_correction_set_back_gives_everything_back(rows: list[tuple[int, int, int]]) -> None:
    recomputing = rebill(months([(billed, billed, issued) for billed, _, issued in rows]), pricing).months
    asked = [
        CorrectedMonth(
            month.billed, month.issued_fen, Use(month.billed.period, STEPS, right), month.year_to_date_wh
        )
        for month, (_, right, _) in zip(recomputing, rows, strict=True)
    ]

    there = rebill(asked, pricing)
    back = rebill(_turned(there, [month.billed for month in asked]), pricing)

    assert there.amount_fen + back.amount_fen == 0
    assert [month.issued_fen for month in back.months] == [month.issued_fen for month in asked]


def _turned(done: Rebilling, uses: list[Use]) -> list[CorrectedMonth]:
    return [
        CorrectedMonth(month.billed, month.issued_fen, use, month.year_to_date_wh)
        for month, use in zip(done.months, uses, strict=True)
    ]


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.integers(0, 10**9), min_size=1),
    st.sampled_from([1, 10, 1000]),
)
@settings(max_examples=300)
def test_shares_sum_to_the_total_and_none_has_the_other_sign(
    total: int, weights: list[int], step: int
) -> None:
    weights[0] += 1
    shares = distribute(total, weights, step)

    assert sum(shares) == total
    assert all(share * total >= 0 for share in shares)
    left = abs(total)
    for share in shares[:-1]:
        assert share % step == 0 or abs(share) == left
        left -= abs(share)
