"""A wrong class shows as a price its neighbours do not have; how far a price rule is carried out."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.tariff.execution import execution
from diansuo.core.tariff.price_outliers import OutlierLimits, Outliers, price_outliers

LIMITS = OutlierLimits(percent_bp=2000, least_fen=2000, least_members=3)
CHEAP, DEAR = 56, 74  # fen a kWh


def outliers(*rows: tuple[int, int, int, int], limits: OutlierLimits = LIMITS) -> Outliers:
    """Find the outliers among rows of class, area, kWh, fen a kWh."""
    kind, area, kwh, price = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    return price_outliers(kind, area, kwh * 1000, kwh * price, limits)


def test_a_shop_at_the_price_of_a_household_stands_apart_and_says_what_it_is_worth() -> None:
    found = outliers((6, 1, 500, DEAR), (6, 1, 400, DEAR), (6, 1, 300, CHEAP), (6, 1, 90, DEAR))
    assert found.row.tolist() == [2]
    assert found.price_nano.tolist() == [560_000_000]
    assert found.middle_nano.tolist() == [740_000_000]
    assert found.worth_fen.tolist() == [-5400]
    assert found.by_area.tolist() == [True]


def test_where_the_area_has_too_few_of_the_class_the_whole_class_is_the_measure() -> None:
    found = outliers((6, 1, 500, DEAR), (6, 2, 400, DEAR), (6, 3, 300, CHEAP), (6, 4, 90, DEAR))
    assert found.row.tolist() == [2]
    assert not found.by_area.any()


def test_too_few_of_a_class_have_no_middle() -> None:
    assert not len(outliers((6, 1, 500, DEAR), (6, 1, 300, CHEAP)).row)


def test_another_class_is_no_measure() -> None:
    assert not len(outliers(*[(1, 1, 300, CHEAP)] * 5, *[(6, 1, 300, DEAR)] * 5).row)


def test_what_is_worth_little_is_not_listed() -> None:
    assert not len(outliers(*[(6, 1, 500, DEAR)] * 4, (6, 1, 20, CHEAP)).row)


def test_nobody_and_rows_without_energy_are_no_outliers() -> None:
    none = np.zeros(0, np.int64)
    assert not len(price_outliers(none, none, none, none, LIMITS).row)
    assert outliers(*[(6, 1, 0, 0)] * 9, *[(6, 1, 500, DEAR)] * 3, (6, 1, 500, CHEAP)).row.tolist() == [12]


@given(
    st.lists(
        st.tuples(st.integers(1, 2), st.integers(0, 2), st.integers(0, 10**5), st.integers(-5, 200)),
        min_size=1,
    )
)
def test_the_middle_of_equals_is_never_an_outlier_and_the_worst_come_first(
    rows: list[tuple[int, int, int, int]],
) -> None:
    found = outliers(*rows)
    assert (np.diff(np.abs(found.worth_fen)) <= 0).all()
    assert (found.price_nano != found.middle_nano).all()
    assert (np.sign(found.worth_fen) == np.sign(found.price_nano - found.middle_nano)).all()


def test_execution_counts_by_customers_and_by_energy_and_says_what_a_point_is_worth() -> None:
    must = np.array([True, True, True, False])
    does = np.array([True, False, False, True])
    found = execution(must, does, np.array([60_000, 30_000, 10_000, 5_000]), np.array([300, 0, 0, 99]))
    assert (found.done, found.due, found.rate_bp, found.energy_rate_bp) == (1, 3, 3333, 6000)
    # 300 fen over 60 kWh is 5 fen a kWh; one point is 1 kWh, what is open is 40 kWh.
    assert (found.effect_fen, found.point_fen, found.open_fen) == (300, 5, 200)


def test_execution_without_anybody_due_or_doing_invents_nothing() -> None:
    none = execution(np.zeros(2, np.bool_), np.ones(2, np.bool_), np.ones(2, np.int64), np.ones(2, np.int64))
    assert (none.rate_bp, none.energy_rate_bp, none.point_fen, none.open_fen) == (None, None, None, None)
    nobody = execution(
        np.ones(2, np.bool_), np.zeros(2, np.bool_), np.ones(2, np.int64), np.ones(2, np.int64)
    )
    assert (nobody.rate_bp, nobody.point_fen) == (0, None)
    everybody = execution(
        np.ones(2, np.bool_), np.ones(2, np.bool_), np.ones(2, np.int64), np.ones(2, np.int64)
    )
    assert (everybody.rate_bp, everybody.point_fen) == (10_000, None)
