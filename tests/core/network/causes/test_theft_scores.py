"""The three scores of theft and their fused ranks: what each one sees, and what none of them is given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from diansuo.core.network.causes.scene import Scene, scene
from diansuo.core.network.causes.theft import deficit, fused_ranks, own_drop, regression
from diansuo.core.network.causes.usual import shapes
from tests.core.network.causes.village import CUSTOMERS, MONTH, Village, limits, station, villages

HOUSE, SINCE = 7, 45


def of_first(areas: list[Village]) -> Scene:
    seen = station(areas)
    return scene(seen.areas[0], shapes(seen), MONTH, limits())


@pytest.fixture
def areas() -> list[Village]:
    return villages()


def test_the_regression_sees_who_meters_a_share_whatever_its_sign(areas: list[Village]) -> None:
    areas[0].metered[HOUSE] *= 0.4
    assert regression(of_first(areas)).argmax() == HOUSE
    areas[0].metered[HOUSE] *= 4
    assert regression(of_first(areas)).argmax() == HOUSE


def test_the_deficit_sees_who_fell_below_its_own_clean_history_as_the_loss_rose(areas: list[Village]) -> None:
    areas[0].metered[HOUSE, SINCE:] = np.minimum(areas[0].used[HOUSE, SINCE:], 1_500)
    found = of_first(areas)
    assert deficit(found).argmax() == HOUSE
    assert own_drop(found).argmax() == HOUSE


def test_fused_ranks_lie_between_nought_and_one_and_put_the_thief_in_front(areas: list[Village]) -> None:
    areas[0].metered[HOUSE, SINCE:] *= 0.3
    ranks = fused_ranks(of_first(areas))
    assert len(ranks) == CUSTOMERS
    assert ((ranks >= 0) & (ranks <= 1)).all()
    assert ranks.argmax() == HOUSE


def test_the_masters_total_is_not_among_the_regressors(areas: list[Village]) -> None:
    """Were it, the residual would be master less sum, and every honest customer as suspicious as can be."""
    found = of_first(areas)
    other = replace(found, area=replace(found.area, supply_wh=found.area.supply_wh * 3))
    assert np.array_equal(regression(found), regression(other))
    assert regression(found).max() < 6
