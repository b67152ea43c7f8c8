"""Technical causes: why lines lose much, listed where they do; what a transformer costs, listed by its own economy."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from diansuo.core.network.causes import CauseKind, Causes, Evidence
from diansuo.core.network.causes.ranking import causes_of
from diansuo.core.network.causes.technical import daily_loss_wh, fitting_size
from diansuo.core.network.transformer_economy import TransformerUnit
from tests.core.network.causes.village import MONTH, limits, station, villages

SIZES = tuple(
    TransformerUnit(kva * 1000, Fraction(p0), Fraction(pk))
    for kva, p0, pk in (
        (30, "0.10", "0.60"),
        (100, "0.20", "1.50"),
        (200, "0.34", "2.60"),
        (400, "0.57", "4.30"),
    )
)
HIGH = 2.7
"""Three per cent of technical loss times so much is eight."""


def listed(lossy: bool, **changed: Any) -> Causes:
    """Return what is listed of an area with nothing wrong but this; ``lossy``: its lines lose 8 % and not 3 %."""
    seen = station(villages())
    area = seen.areas[0]
    if lossy:
        more = area.technical_wh * (HIGH - 1)
        changed = {
            "technical_wh": area.technical_wh * HIGH,
            "supply_wh": area.supply_wh + more,
            "phases_wh": area.phases_wh + more / 3,
        } | changed
    return causes_of(replace(seen, areas=(replace(area, **changed), *seen.areas[1:])), limits()).of(0)


def supply() -> float:
    return float(station(villages()).areas[0].supply_wh[-MONTH:].mean())


def kinds(causes: Causes) -> list[CauseKind]:
    return [CauseKind(kind) for kind in causes.kind.tolist()]


def test_lines_that_lose_as_lines_do_have_no_cause() -> None:
    assert kinds(listed(lossy=False, power_factor=0.7)) == []


def test_a_long_line_costs_what_lies_above_the_high_share() -> None:
    found = listed(lossy=True)

    assert kinds(found) == [CauseKind.LONG_LINE]
    lost, high = found.figures[0, :2]
    assert (lost, high) == (pytest.approx(0.075, abs=0.005), 0.06)
    technical = HIGH * station(villages()).areas[0].technical_wh[-MONTH:].mean()
    assert found.wh_per_day[0] == pytest.approx((1 - high / lost) * technical, rel=0.02)


def test_uneven_phases_cost_their_share_of_the_loss() -> None:
    area = station(villages()).areas[0]
    whole = area.supply_wh + area.technical_wh * (HIGH - 1)
    found = listed(lossy=True, phases_wh=np.stack([whole * share for share in (0.5, 0.3, 0.2)]))

    at = kinds(found).index(CauseKind.IMBALANCE)
    # K = (Σ I² + I_N²) / 3 I_mean² of 1.5, 0.9, 0.6: (3.42 + 0.63) / 3 = 1.35.
    assert found.figures[at, :2].tolist() == pytest.approx([1.5, 1 - 1 / 1.35])
    technical = HIGH * area.technical_wh[-MONTH:].mean()
    assert found.wh_per_day[at] == pytest.approx((1 - 1 / 1.35) * technical, rel=0.01)
    assert CauseKind.LONG_LINE not in kinds(found)


def test_a_low_power_factor_costs_its_share_of_the_loss() -> None:
    found = listed(lossy=True, power_factor=0.72)

    at = kinds(found).index(CauseKind.LOW_POWER_FACTOR)
    technical = HIGH * station(villages()).areas[0].technical_wh[-MONTH:].mean()
    assert found.wh_per_day[at] == pytest.approx((1 - 0.64) * technical, rel=0.01)


@pytest.mark.parametrize("lossy", [False, True])
def test_an_oversized_transformer_is_told_by_its_own_economy_whatever_the_area_loses(lossy: bool) -> None:
    found = listed(lossy, capacity_va=400_000, sizes=SIZES)

    at = kinds(found).index(CauseKind.OVERSIZED)
    load_va = supply() / 24
    fitting = SIZES[1]
    assert load_va <= 0.1 * 400_000
    assert found.evidence[at] == Evidence.LOAD_ECONOMY
    assert found.figures[at, 1] == 100
    beyond = daily_loss_wh(SIZES[3], load_va, 1.15) - daily_loss_wh(fitting, load_va, 1.15)
    assert found.wh_per_day[at] == pytest.approx(beyond, rel=0.05)
    assert beyond > 1_000


@pytest.mark.parametrize("lossy", [False, True])
def test_an_overloaded_transformer_is_told_with_what_it_loses_beyond_a_fitting_one(lossy: bool) -> None:
    capacity = round(supply() / 24 / 0.9)
    own = TransformerUnit(capacity, Fraction("0.04"), Fraction("0.40"))
    found = listed(lossy, capacity_va=capacity, sizes=(own, *SIZES))

    at = kinds(found).index(CauseKind.OVERLOADED)
    load_va = found.figures[at, 0] * capacity
    fitting = next(each for each in SIZES if each.capacity_va == found.figures[at, 1] * 1000)
    assert load_va <= 0.3 * fitting.capacity_va
    beyond = daily_loss_wh(own, load_va, 1.15) - daily_loss_wh(fitting, load_va, 1.15)
    assert found.wh_per_day[at] == pytest.approx(beyond, rel=0.01)
    assert CauseKind.LONG_LINE not in kinds(found)


def test_without_a_known_series_the_load_alone_is_told_and_nothing_is_made_up() -> None:
    found = listed(lossy=False, capacity_va=400_000)

    assert kinds(found) == [CauseKind.OVERSIZED]
    assert (found.evidence[0], found.wh_per_day[0]) == (Evidence.LOAD_RATE, 0)


def test_an_area_without_a_known_capacity_or_without_a_known_supply_has_no_load() -> None:
    assert kinds(listed(lossy=False, sizes=SIZES)) == []
    blind = np.full(station(villages()).days, np.nan)
    assert kinds(listed(lossy=False, capacity_va=400_000, sizes=SIZES, supply_wh=blind)) == []


def test_the_fitting_size_is_the_smallest_that_leaves_room_for_the_peak() -> None:
    assert fitting_size(SIZES, 29_000, 0.3).capacity_va == 100_000
    assert fitting_size(SIZES, 31_000, 0.3).capacity_va == 200_000
    assert fitting_size(SIZES, 500_000, 0.3).capacity_va == 400_000


def test_what_a_transformer_loses_in_a_day_is_no_load_and_the_square_of_its_load() -> None:
    # 200 kVA at a mean of 80 kVA, shape 1: (0.34 + 2.60 × 0.16) × 24 = 18.144 kWh.
    assert daily_loss_wh(SIZES[2], 80_000, 1.0) == pytest.approx(18_144)
