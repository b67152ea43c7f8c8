"""Voltage levels: both sides of what can be computed, and of how many groups that is."""

from __future__ import annotations

import numpy as np

from diansuo.core.network import classify
from diansuo.core.network.voltage_levels import VoltageLevel, voltage_level
from tests.core.network.groups import THRESHOLDS, P, balanced, customer, master


def level(points: list[P], groups: int, counted: list[bool]) -> VoltageLevel:
    of = balanced(points, range(2), groups)
    losses = classify(of, THRESHOLDS, THRESHOLDS.area_collection_bp)
    return voltage_level(of, losses, np.array(counted, dtype=np.bool_))


POINTS = [
    master("0", "100", group=0), customer("0", "95", group=0),
    master("0", "50", group=1), customer("0", "49", group=1),
    master("0", None, group=2), customer("0", "30", group=2),
    master("0", "80", group=3), customer("0", "40", group=3),
]  # fmt: skip


def test_a_silent_master_takes_its_customers_out_with_it() -> None:
    found = level(POINTS, 5, [True] * 5)

    assert (int(found.supply_wh[0]), int(found.sold_wh[0]), int(found.loss_wh[0])) == (
        230_000,
        184_000,
        46_000,
    )
    assert int(found.rate_bp[0]) == 2000
    # The fifth group has nobody: it is no part of the level.
    assert (int(found.groups_known[0]), int(found.groups[0])) == (3, 4)


def test_what_does_not_belong_to_the_level_is_left_out() -> None:
    found = level(POINTS, 4, [True, True, True, False])

    assert (int(found.loss_wh[0]), int(found.groups[0])) == (6_000, 3)


def test_a_level_of_which_nothing_can_be_computed_has_no_rate() -> None:
    found = level(POINTS, 4, [False, False, True, False])

    assert (int(found.supply_wh[0]), int(found.rate_bp[0])) == (0, 0)
    assert (int(found.groups_known[0]), int(found.groups[0])) == (0, 1)
