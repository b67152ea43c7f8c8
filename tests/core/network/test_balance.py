"""Supply, sold and loss of one area: the sides, exchanges, rollover, customers who move, whole months."""

from __future__ import annotations

import numpy as np
import pytest

from diansuo.core.network import Freezes, Losses, LossKind, Reason, State, balance
from diansuo.core.quantity.arrays import WrongColumn
from tests.core.network.groups import (
    ENDS,
    balanced,
    column,
    customer,
    exchanged,
    freezes,
    losses,
    master,
    members,
)


def _first(found: Losses) -> tuple[str, str]:
    return LossKind(int(found.kind[0, 0])).name, Reason(int(found.reason[0, 0])).name


def test_the_worked_example_of_the_page() -> None:
    # docs/rules/line-loss.md: a master × 40, two customers, one of them with photovoltaics.
    points = [
        master("120.00", "122.50", reverse=("3.00", "3.10"), multiplier=40),
        customer("500.00", "562.40"),
        customer("80.00", "115.60", reverse=("10.00", "12.00"), feeds=True),
    ]

    of, found = balanced(points, (0, 1)), losses(points, 1)

    assert of.supply_wh[0, 0] == 100_000 + 2_000
    assert of.sold_wh[0, 0] == 62_400 + 35_600 + 4_000
    assert found.loss_wh[0, 0] == 0
    assert _first(found) == ("ECONOMIC", "NONE")


@pytest.mark.parametrize(
    ("sold", "kind", "rate"),
    [
        ("94.01", "NORMAL", 599),
        ("94.00", "HIGH", 600),
        ("96.00", "ECONOMIC", 400),
        ("95.99", "NORMAL", 401),
        ("100.00", "ECONOMIC", 0),
        ("100.01", "NORMAL", -1),
        ("100.99", "NORMAL", -99),
        ("101.00", "NEGATIVE", -100),
    ],
)
def test_the_borders_of_the_classes_are_exact(sold: str, kind: str, rate: int) -> None:
    found = losses([master("0", "100"), customer("0", sold)], 1)

    assert _first(found) == (kind, "NONE")
    assert found.rate_bp[0, 0] == rate


def test_the_statistical_loss_rate_of_an_area() -> None:
    # Worked example C11: 12860 kWh supplied, 12105 sold
    found = losses([master("0", "12860"), customer("0", "12105")], 1)

    assert (found.loss_wh[0, 0], found.rate_bp[0, 0]) == (755_000, 587)


def test_a_rate_that_only_rounds_to_the_border_is_not_over_it() -> None:
    found = losses([master("0", "300.00"), customer("0", "282.01")], 1)

    assert found.rate_bp[0, 0] == 600  # 5.9967 % is shown as 6.00
    assert _first(found) == ("NORMAL", "NONE")


def test_a_small_supply_is_not_judged() -> None:
    assert _first(losses([master("0", "19.99"), customer("0", "1")], 1)) == ("SMALL", "NONE")
    assert _first(losses([master("0", "20.00"), customer("0", "1")], 1)) == ("HIGH", "NONE")


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ([customer("0", "50")], "NO_MASTER"),
        ([master("0", None), customer("0", "50")], "NO_MASTER_REGISTER"),
        ([master("0", "90", meters=(7, 8)), customer("0", "50")], "EXCHANGE_UNKNOWN"),
        ([master("500", "90"), customer("0", "50")], "REGISTER_FELL"),
        ([master("0", "90"), *[customer("0", "2")] * 18, *[customer("0", None)] * 2], "LOW_COLLECTION"),
        ([master("10", "10"), customer("0", "0")], "NO_SUPPLY"),
    ],
)
def test_each_reason_why_a_loss_cannot_be_computed(points: list, reason: str) -> None:
    assert _first(losses(points, 1)) == ("UNCOMPUTABLE", reason)


def test_nineteen_of_twenty_customers_are_enough() -> None:
    points = [master("0", "100"), *[customer("0", "5")] * 19, customer("0", None)]

    of, found = balanced(points, (0, 1)), losses(points, 1)

    assert (of.outlets_known[0, 0], of.outlets[0, 0]) == (19, 20)
    assert _first(found) == ("NORMAL", "NONE")


def test_a_register_that_rolls_over_loses_nothing() -> None:
    of = balanced([master("999990.00", "15.00", multiplier=20), customer("999999.99", "0.01")], (0, 1))

    assert (of.supply_wh[0, 0], of.sold_wh[0, 0]) == (500_000, 20)


def test_a_customer_with_photovoltaics_is_unknown_without_the_reverse_register() -> None:
    without = balanced([customer("0", "5", feeds=True)], (0, 1))
    only_one = balanced([customer("0", "5", reverse=("1", None))], (0, 1))
    none_at_all = balanced([customer("0", "5")], (0, 1))

    assert [of.outlets_known[0, 0] for of in (without, only_one, none_at_all)] == [0, 0, 1]


def test_an_exchange_is_bridged_where_both_registers_are_known() -> None:
    points = [master("100", "30", meters=(7, 8), multiplier=10), customer("0", "5")]

    of = balanced(points, (0, 1), exchanges=exchanged((1, "104", "25")))

    assert of.supply_wh[0, 0] == (4_000 + 5_000) * 10
    assert of.inlet_state[0, 0] == State.KNOWN


def test_two_exchanges_on_one_day_stay_unknown() -> None:
    points = [master("100", "30", meters=(7, 9))]
    twice = exchanged((1, "104", "25"), (1, "104", "25"))

    assert balanced(points, (0, 1), exchanges=twice).inlet_state[0, 0] == State.EXCHANGED


def test_an_exchange_of_the_next_day_is_none_of_this_one() -> None:
    """Meters 7, 8, 9: exchanged on days 1 and 2 about noon, so that freezes 2 and 3 are the first of the new ones."""
    points = [master("100", "110", "6", "6", "16", meters=(7, 7, 8, 9, 9))]
    both = exchanged((1, "114", "0"), (2, "10", "0"))

    days = balanced(points, range(5), exchanges=both)

    assert days.supply_wh[0].tolist() == [10_000, 10_000, 10_000, 10_000]
    assert balanced(points, (0, 4), exchanges=both).supply_wh[0, 0] == 40_000
    after = exchanged((1, "114", "0"), (3, "50", "0"))
    month = balanced([master("100", "110", "6", "16", meters=(7, 7, 8, 8))], (0, 3), exchanges=after)
    assert month.supply_wh[0, 0] == 30_000, "one on the day after the month says nothing about it"


def test_a_meter_that_came_and_went_within_the_month_is_not_known_by_the_months_ends() -> None:
    points = [customer("0", "10", "510", "520", "40", "50", meters=(7, 7, 8, 8, 7, 7))]

    unknown = balanced(points, (0, 5))
    known = balanced(points, (0, 5), exchanges=exchanged((1, "14", "504"), (3, "526", "36")))

    assert (unknown.outlets_known[0, 0], unknown.sold_wh[0, 0]) == (0, 0)
    assert (known.outlets_known[0, 0], known.sold_wh[0, 0]) == (1, 14_000 + 22_000 + 14_000)


def test_a_meter_that_came_and_went_without_ever_being_read_is_not_known() -> None:
    points = [
        customer("0", None, "20", reverse=("0", "0", "0"), meters=(7, 8, 7)),
    ]

    assert balanced(points, (0, 2)).outlets_known[0, 0] == 0


def test_a_month_with_two_multipliers_is_the_sum_of_its_days() -> None:
    points = [customer("0", "1", "2", "3", "4", "5", multipliers=(20, 20, 30, 30, 20, 20))]

    days, month = balanced(points, range(6)), balanced(points, (0, 5))

    assert days.sold_wh[0].tolist() == [20_000, 20_000, 30_000, 30_000, 20_000]
    assert (month.sold_wh[0, 0], month.outlets_known[0, 0]) == (120_000, 1)


def test_without_the_register_of_its_day_a_new_multiplier_leaves_the_month_unknown() -> None:
    points = [customer("0", "1", None, "3", multipliers=(20, 20, 30, 30))]

    assert balanced(points, (0, 3)).outlets_known[0, 0] == 0
    assert balanced(points, (0, 3), exchanges=exchanged((2, "1.5", "1.5"))).sold_wh[0, 0] == 30_000 + 45_000


def test_a_customer_who_moves_counts_where_they_hang() -> None:
    moved = ("0", "10", "30", "60")
    points = [
        customer(*moved, number=5, group=0, to_day=2),
        customer(*moved, number=5, group=1, from_day=2),
    ]

    days = balanced(points, (0, 1, 2, 3), groups=2)
    month = balanced(points, (0, 3), groups=2)

    assert days.sold_wh.tolist() == [[10_000, 20_000, 0], [0, 0, 30_000]]
    assert days.outlets.tolist() == [[1, 1, 0], [0, 0, 1]]
    assert month.sold_wh.tolist() == [[30_000], [30_000]]


def test_a_month_needs_only_the_registers_of_its_ends() -> None:
    points = [master("0", None, "100", "150"), customer("0", "40", None, "145")]

    days, month = losses(points, 3), balanced(points, (0, 3))

    assert days.reason[0].tolist() == [
        Reason.NO_MASTER_REGISTER,
        Reason.NO_MASTER_REGISTER,
        Reason.LOW_COLLECTION,
    ]
    assert (month.supply_wh[0, 0], month.sold_wh[0, 0]) == (150_000, 145_000)


def test_a_sudden_change_is_held_against_the_days_before() -> None:
    sold = [0, 98, 196, 294, 392, 487, 575]  # 2 % a day, then 5 %, then 12 %
    points = [master(*(str(100 * day) for day in range(7))), customer(*map(str, sold))]

    found = losses(points, 6)

    assert found.sudden[0].tolist() == [False, False, False, False, True, True]
    assert found.mean_days[0].tolist() == [0, 1, 2, 3, 4, 5]
    assert found.mean_rate_bp[0, 4:].tolist() == [200, 260]
    assert found.mean_loss_wh[0, 5] == 2_600


def test_of_two_rows_of_a_day_the_later_counts() -> None:
    one = freezes([customer("0", "5")])
    both = Freezes(*(np.concatenate([getattr(one, name)] * 2) for name in one.__dataclass_fields__))
    both.total_wh[3] = 7_000

    of = balance(both, members([customer()]), column([0, 1]), 1, ENDS)

    assert of.sold_wh[0, 0] == 7_000


def test_columns_of_the_wrong_type_are_refused() -> None:
    with pytest.raises(WrongColumn, match="total_wh"):
        Freezes(*[column([1])] * 4, np.array([1.0]), column([1]))


def test_days_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="bounds"):
        balanced([customer("0", "1")], (1, 1))


def test_nothing_at_all_is_no_error() -> None:
    of = balanced([], (0, 1), groups=2)

    assert of.supply_wh.tolist() == [[0], [0]]
    assert losses([], 1).reason.tolist() == [[Reason.NO_MASTER]]
