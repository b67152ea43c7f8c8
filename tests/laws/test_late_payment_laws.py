"""Laws of the late-payment penalty: it grows with days and debt, and no way of cutting a debt makes it cheaper."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.receivables import LatePaymentTerms, late_payment

TERMS = LatePaymentTerms(1000, 2000, 3000, minimum_fen=0)
DUE = st.integers(10_000, 25_000)
LATE = st.integers(-50, 1500)
FEN = st.integers(0, 10**11)


def penalty(due: int, paid: int, fen: int, residential: bool = False) -> int:
    columns = (np.array([each], np.int64) for each in (due, paid, fen))
    return int(late_payment(*columns, np.array([residential]), TERMS).penalty_fen[0])


@given(DUE, LATE, FEN, st.booleans())
def test_a_day_more_never_costs_less(due: int, late: int, fen: int, residential: bool) -> None:
    assert penalty(due, due + late + 1, fen, residential) >= penalty(due, due + late, fen, residential)


@given(DUE, LATE, FEN)
def test_a_household_never_pays_more_than_another(due: int, late: int, fen: int) -> None:
    assert penalty(due, due + late, fen, True) <= penalty(due, due + late, fen, False)


@given(DUE, LATE, st.lists(FEN, min_size=1, max_size=6))
def test_a_debt_cut_into_parts_costs_the_same_but_for_half_a_fen_each(
    due: int, late: int, parts: list[int]
) -> None:
    whole = penalty(due, due + late, sum(parts))

    assert abs(sum(penalty(due, due + late, part) for part in parts) - whole) <= (len(parts) + 1) / 2


@given(DUE, LATE, FEN)
def test_the_days_of_both_years_are_the_days_late(due: int, late: int, fen: int) -> None:
    columns = (np.array([each], np.int64) for each in (due, due + late, fen))
    found = late_payment(*columns, np.array([False]), TERMS)

    assert int(found.current_days[0] + found.later_days[0]) == max(late, 0)
