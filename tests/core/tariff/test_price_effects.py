"""What moved revenue and average price: every fen has its cause and its customer."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.quantity.exact import nearest
from diansuo.core.tariff.average_price import NoAveragePrice
from diansuo.core.tariff.price_effects import PriceEffects, Sales, price_effects

HOMES, SHOPS = 1, 6


def sales(*rows: tuple[int, int, int]) -> Sales:
    """Return what customers bought: class, kWh, yuan."""
    return Sales(
        kind=np.array([row[0] for row in rows], np.int64),
        energy_wh=np.array([row[1] * 1000 for row in rows], np.int64),
        amount_fen=np.array([[row[2] * 100] for row in rows], np.int64).reshape(len(rows), 1),
    )


def totals(effects: PriceEffects) -> tuple[int, int, int, int]:
    """Return volume, structure, price and policy of all, in fen."""
    return (
        int(effects.volume_fen.sum()),
        int(effects.structure_fen.sum()),
        int(effects.price_fen.sum()),
        int(effects.policy_fen.sum()),
    )


def test_the_worked_table_of_the_page() -> None:
    before = sales((HOMES, 1000, 560), (SHOPS, 1000, 740))
    now = sales((HOMES, 900, 513), (SHOPS, 1500, 1125))
    # 2000 kWh at 0.65; now 2400 kWh, of which shops 1500.
    assert totals(price_effects(before, now)) == (26000, 5400, 2400, 0)


def test_more_energy_at_the_same_prices_and_shares_is_volume_alone() -> None:
    effects = price_effects(
        sales((HOMES, 100, 56), (SHOPS, 50, 37)), sales((HOMES, 200, 112), (SHOPS, 100, 74))
    )
    assert totals(effects) == (9300, 0, 0, 0)


def test_a_customer_moved_to_a_dearer_class_is_structure() -> None:
    before = sales((HOMES, 100, 56), (SHOPS, 100, 74), (HOMES, 100, 56))
    now = sales((HOMES, 100, 56), (SHOPS, 100, 74), (SHOPS, 100, 74))
    effects = price_effects(before, now)
    assert totals(effects) == (0, 1800, 0, 0)
    assert effects.structure_fen.tolist() == [0, 0, 1800]


def test_a_new_price_is_policy_where_the_old_rules_tell_what_it_would_have_been() -> None:
    before, now = sales((HOMES, 100, 56)), sales((HOMES, 100, 60))
    assert totals(price_effects(before, now, np.array([[5600]], np.int64))) == (0, 0, 0, 400)
    assert totals(price_effects(before, now)) == (0, 0, 400, 0)


def test_a_class_nobody_was_in_before_is_structure() -> None:
    effects = price_effects(sales((HOMES, 100, 56), (SHOPS, 0, 0)), sales((HOMES, 100, 56), (SHOPS, 100, 74)))
    assert totals(effects) == (5600, 1800, 0, 0)


def test_a_fixed_charge_without_a_kwh_is_an_effect_of_price() -> None:
    effects = price_effects(sales((HOMES, 100, 56), (SHOPS, 0, 0)), sales((HOMES, 100, 56), (SHOPS, 0, 2000)))
    assert totals(effects) == (0, 0, 200000, 0)


def test_without_sales_there_is_nothing_to_compare_with() -> None:
    with pytest.raises(NoAveragePrice, match="no average price to compare with"):
        price_effects(sales((HOMES, 0, 0)), sales((HOMES, 100, 56)))


def test_nobody_has_no_effects() -> None:
    with pytest.raises(NoAveragePrice):
        price_effects(sales(), sales())


books = st.integers(1, 12).flatmap(
    lambda rows: st.tuples(
        *[
            st.lists(
                st.tuples(
                    st.integers(0, 2),
                    st.integers(0, 10**9),
                    st.lists(st.integers(-(10**7), 10**7), min_size=2, max_size=2),
                ),
                min_size=rows,
                max_size=rows,
            )
        ]
        * 2
    )
)


@given(books)
def test_the_parts_are_the_exact_effects_and_sum_to_the_change_of_every_customer(
    pair: tuple[list[tuple[int, int, list[int]]], list[tuple[int, int, list[int]]]],
) -> None:
    before, now = (
        Sales(*(np.array(list(column), np.int64) for column in zip(*book, strict=True))) for book in pair
    )
    if not before.energy_wh.sum():
        return
    effects = price_effects(before, now)
    parts = effects.volume_fen + effects.structure_fen + effects.price_fen.sum(axis=1) + effects.policy_fen
    assert (parts == now.amount_fen.sum(axis=1) - before.amount_fen.sum(axis=1)).all()
    mean = Fraction(int(before.amount_fen.sum()), int(before.energy_wh.sum()))
    more = int(now.energy_wh.sum()) - int(before.energy_wh.sum())
    assert int(effects.volume_fen.sum()) == nearest(mean * more)
    for row, own in enumerate((now.energy_wh - before.energy_wh).tolist()):
        assert abs(int(effects.volume_fen[row]) - mean * own) <= 1
        assert own or not effects.volume_fen[row]
