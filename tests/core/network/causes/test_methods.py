"""Each cause is found where it is and nowhere else; what only looks like it is not taken for it."""

from __future__ import annotations

import numpy as np
import pytest

from diansuo.core.network.causes import NOBODY, CauseKind, Check, Evidence
from diansuo.core.network.causes.clock import LEAST
from tests.core.network.causes.village import (
    DAYS,
    FIRST_DAY,
    MONTH,
    ROOF,
    SHOP,
    ask,
    energy,
    first,
    villages,
)

SINCE = 50
HOUSE = 7


def test_a_station_with_nothing_wrong_has_no_causes() -> None:
    assert len(ask(villages())) == 0


def test_a_silent_meter_is_named_with_its_usual_energy() -> None:
    areas = villages()
    areas[0].metered[HOUSE, -12:] = np.nan
    causes = ask(areas)
    assert first(causes) == (CauseKind.MISSING_READS, HOUSE)
    assert energy(causes) == pytest.approx(areas[0].used[HOUSE, -12:].mean(), rel=0.3)
    assert causes.figures[0, :2].tolist() == [12, MONTH]
    assert (causes.first_day[0], causes.check[0]) == (FIRST_DAY + DAYS - 12, Check.READ_ON_SITE)


@pytest.mark.parametrize("times", [0.0, 0.3, 2.5])
def test_a_meter_never_read_is_given_what_the_area_lacks_rather_than_what_those_alike_use(
    times: float,
) -> None:
    areas = villages()
    areas[0].used[HOUSE] *= times
    areas[0].metered[HOUSE] = np.nan
    causes = ask(areas).of(0)
    true = areas[0].used[HOUSE, -MONTH:].mean()
    if times == 0:
        assert not len(causes)
    else:
        assert first(causes) == (CauseKind.MISSING_READS, HOUSE)
        assert energy(causes) == pytest.approx(true, rel=0.3)


def test_a_gap_of_long_ago_is_no_cause_of_this_month() -> None:
    areas = villages()
    areas[0].metered[HOUSE, 10:14] = np.nan
    assert len(ask(areas)) == 0


@pytest.mark.parametrize("booked", [10, 15, 30])
def test_a_multiplier_that_is_not_the_one_on_site(booked: int) -> None:
    areas = villages()
    areas[0].metered[SHOP] *= booked / 20
    areas[0].multiplier[SHOP] = booked
    causes = ask(areas)
    assert first(causes) == (CauseKind.WRONG_MULTIPLIER, SHOP)
    assert causes.figures[0, :2].tolist() == [booked, 20]
    assert energy(causes) == pytest.approx(areas[0].used[SHOP, -MONTH:].mean() * (1 - booked / 20), rel=0.1)


def test_a_share_no_transformer_has_is_no_multiplier() -> None:
    areas = villages()
    areas[0].metered[SHOP] *= 0.57
    assert first(ask(areas)) == (CauseKind.THEFT, SHOP)


def test_the_multiplier_of_the_master() -> None:
    areas = villages()
    columns = areas[0].columns()
    areas[0].besides = -0.25 * columns.supply_wh
    causes = ask(areas)
    assert first(causes) == (CauseKind.WRONG_MULTIPLIER, NOBODY)
    assert causes.evidence[0] == Evidence.MASTER_RATIO


def test_a_customer_booked_in_another_area_is_told_from_both_sides() -> None:
    areas = villages()
    areas[0].besides = areas[1].used[HOUSE].copy()
    areas[1].used[HOUSE] = 0
    causes = ask(areas)
    here, there = causes.of(0), causes.of(1)
    assert first(causes, 0) == first(causes, 1) == (CauseKind.WRONG_AREA, HOUSE)
    assert (here.other[0], there.other[0]) == (1, 0)
    assert here.wh_per_day[0] == pytest.approx(-there.wh_per_day[0], rel=0.1)


def test_a_customer_on_another_phase_moves_no_loss() -> None:
    areas = villages()
    areas[0].booked_phase[HOUSE] = (areas[0].phase[HOUSE] + 1) % 3
    causes = ask(areas)
    assert first(causes) == (CauseKind.WRONG_PHASE, HOUSE)
    assert (causes.other[0], causes.wh_per_day[0]) == (areas[0].phase[HOUSE], 0)


def test_a_voltage_that_follows_another_phase_speaks_for_a_customer_too_small_for_energy() -> None:
    areas = villages()
    small = areas[0].used[HOUSE] * 0.1
    areas[0].used[HOUSE] = areas[0].metered[HOUSE] = small
    areas[0].booked_phase[HOUSE] = (areas[0].phase[HOUSE] + 1) % 3
    assert len(ask(areas)) == 0
    areas[0].voltage_phase = areas[0].phase.astype(np.int64)
    causes = ask(areas)
    assert first(causes) == (CauseKind.WRONG_PHASE, HOUSE)
    areas[0].voltage_phase = areas[0].booked_phase.astype(np.int64)
    assert len(ask(areas)) == 0


def test_a_voltage_that_follows_its_own_area_clears_a_customer() -> None:
    areas = villages()
    areas[0].besides = areas[1].used[HOUSE].copy()
    areas[1].used[HOUSE] = 0
    for at, each in enumerate(areas):
        each.voltage_area = np.full(len(each.used), at, dtype=np.int64)
    doubted = ask(areas).of(0)
    areas[1].voltage_area[HOUSE] = 0
    certain = ask(areas).of(0)
    assert (certain.kind[0], certain.customer[0]) == (CauseKind.WRONG_AREA, HOUSE)
    assert certain.confidence[0] >= doubted.confidence[0]


def test_a_clock_that_was_read_and_is_off() -> None:
    areas = villages()
    areas[0].clock[HOUSE] = 4
    assert len(ask(areas)) == 0
    areas[0].clock[HOUSE] = -190
    assert first(ask(areas)) == (CauseKind.CLOCK_DRIFT, HOUSE)


@pytest.mark.parametrize("share", [0.06, 0.018])
def test_a_clock_nobody_read_is_told_by_what_it_moves_unless_that_is_what_lines_may_lose(
    share: float,
) -> None:
    areas = villages()
    areas[0].clock[SHOP] = np.nan
    areas[0].metered[SHOP, 1:] -= share * np.diff(areas[0].used[SHOP])
    assert first(ask(areas)) == ((CauseKind.CLOCK_DRIFT, SHOP) if share > LEAST else (None, -1))


def test_a_meter_that_stands_while_the_loss_rises() -> None:
    areas = villages()
    areas[0].metered[HOUSE, SINCE:] = 0
    causes = ask(areas)
    assert first(causes) == (CauseKind.STOPPED_METER, HOUSE)
    assert causes.first_day[0] == FIRST_DAY + SINCE
    assert energy(causes) == pytest.approx(areas[0].used[HOUSE, -MONTH:].mean(), rel=0.2)


def test_an_empty_house_is_no_stopped_meter() -> None:
    areas = villages()
    areas[0].metered[HOUSE, SINCE:] = areas[0].used[HOUSE, SINCE:] = 0
    assert len(ask(areas)) == 0


@pytest.mark.parametrize("left", [2 / 3, 1 / 3])
def test_a_phase_lost(left: float) -> None:
    areas = villages()
    areas[0].metered[SHOP, SINCE:] *= left
    causes = ask(areas)
    assert first(causes) == (CauseKind.PHASE_LOST, SHOP)
    assert causes.evidence[0] == Evidence.ONE_PHASE_OF_THREE


def test_a_phase_that_was_always_lost_needs_the_meters_event() -> None:
    areas = villages()
    areas[0].metered[SHOP] *= 2 / 3
    areas[0].voltage_lost[SHOP] = MONTH
    causes = ask(areas)
    assert first(causes) == (CauseKind.PHASE_LOST, SHOP)
    assert causes.evidence[0] == Evidence.VOLTAGE_GONE


def test_wires_the_wrong_way_round_count_backwards() -> None:
    areas = villages()
    areas[0].fed[HOUSE] = areas[0].used[HOUSE]
    areas[0].counted[HOUSE] = True
    areas[0].metered[HOUSE] = 0
    causes = ask(areas)
    assert first(causes) == (CauseKind.REVERSED_WIRING, HOUSE)
    assert energy(causes) == pytest.approx(2 * areas[0].used[HOUSE, -MONTH:].mean(), rel=0.1)


def test_a_roof_whose_register_is_silent_is_missing_on_the_other_side() -> None:
    areas = villages()
    areas[0].true_feed = areas[0].fed.copy()
    areas[0].fed[ROOF, SINCE:] = np.nan
    causes = ask(areas)
    assert first(causes) == (CauseKind.PHOTOVOLTAIC, ROOF)
    assert energy(causes) == pytest.approx(-areas[0].true_feed[ROOF, -MONTH:].mean(), rel=0.15)


@pytest.mark.parametrize("house", [9, 14, 22])
def test_a_roof_nobody_has_heard_of_is_the_house_whose_own_use_is_missing_in_what_it_feeds(
    house: int,
) -> None:
    areas = villages()
    feed = 9_000 * areas[0].sun - 0.5 * areas[0].used[house]
    areas[0].besides = -feed
    causes = ask(areas)
    assert first(causes) == (CauseKind.PHOTOVOLTAIC, house)
    assert energy(causes) == pytest.approx(-feed[-MONTH:].mean(), rel=0.15)


def test_a_house_that_happens_to_use_little_in_the_sun_has_no_roof() -> None:
    areas = villages()
    for rows in (areas[0].used, areas[0].metered):
        rows[HOUSE] *= 1.4 - 0.4 * areas[0].sun
    assert len(ask(areas)) == 0


def test_a_roof_whose_register_is_read_and_counted_is_no_cause() -> None:
    areas = villages()
    areas[0].fed[ROOF] *= 3
    assert len(ask(areas)) == 0


def test_a_reverse_register_that_hardly_moves_is_no_wiring() -> None:
    areas = villages()
    areas[0].fed[HOUSE] = 20.0
    areas[0].counted[HOUSE] = True
    assert len(ask(areas)) == 0


def test_a_roof_that_feeds_in_is_no_reversed_wiring() -> None:
    areas = villages()
    kinds = {int(kind) for kind in ask(areas).kind}
    assert CauseKind.REVERSED_WIRING not in kinds


def test_customers_that_use_alike_in_two_areas_are_booked_in_neither_wrongly() -> None:
    areas = villages()
    for rows in (areas[1].used, areas[1].metered):
        rows[HOUSE] = areas[0].used[HOUSE]
    assert len(ask(areas)) == 0


def test_a_large_customer_that_comes_and_one_that_goes_are_no_wrong_area() -> None:
    areas = villages()
    for each, days in ((areas[0], slice(SINCE, None)), (areas[1], slice(0, SINCE))):
        each.used[SHOP, days] = each.metered[SHOP, days] = 400.0
    assert len(ask(areas)) == 0


def test_a_base_load_that_a_meter_sees_is_no_supply_without_one() -> None:
    areas = villages()
    for rows in (areas[0].used, areas[0].metered):
        rows[HOUSE] = 14_400.0
    assert len(ask(areas)) == 0


def test_a_steady_supply_too_small_to_tell_from_the_error_of_the_technical_loss_is_not_claimed() -> None:
    areas = villages()
    areas[0].besides[:] = 100.0
    assert len(ask(areas)) == 0


def test_a_register_that_counts_on_nobodys_account() -> None:
    areas = villages()
    areas[0].counted[ROOF] = False
    causes = ask(areas)
    assert first(causes) == (CauseKind.PHOTOVOLTAIC, ROOF)
    assert causes.evidence[0] == Evidence.FEED_NOT_BOOKED


@pytest.mark.parametrize("since", [0, SINCE])
def test_a_steady_supply_without_meter(since: int) -> None:
    areas = villages()
    areas[0].besides[since:] = 14_400.0
    causes = ask(areas)
    assert first(causes) == (CauseKind.UNMETERED, NOBODY)
    assert causes.first_day[0] == FIRST_DAY + since
    assert energy(causes) == pytest.approx(14_400, rel=0.1)


@pytest.mark.parametrize("days", [2, 3])
def test_a_large_supply_without_meter_is_told_after_two_days(days: int) -> None:
    areas = villages()
    areas[0].besides[-days:] = 72_000.0
    causes = ask(areas)
    assert first(causes) == (CauseKind.UNMETERED, NOBODY)
    assert causes.first_day[0] == FIRST_DAY + DAYS - days
    assert energy(causes) == pytest.approx(72_000, rel=0.1)


def test_one_day_beyond_all_others_is_no_supply_yet() -> None:
    areas = villages()
    areas[0].besides[-1:] = 72_000.0
    causes = ask(areas)
    young = causes.first_day > FIRST_DAY + DAYS - 4
    assert CauseKind.UNMETERED not in causes.kind[young].tolist()


@pytest.mark.parametrize("since", [0, SINCE])
def test_energy_past_a_meter(since: int) -> None:
    areas = villages()
    areas[0].metered[HOUSE, since:] *= 0.4
    causes = ask(areas)
    assert first(causes) == (CauseKind.THEFT, HOUSE)
    assert causes.check[0] == Check.CLAMP_BEFORE_METER
    assert energy(causes) == pytest.approx(0.6 * areas[0].used[HOUSE, -MONTH:].mean(), rel=0.15)


def test_a_meter_held_down_to_a_cap() -> None:
    areas = villages()
    areas[0].used[HOUSE] *= 2
    areas[0].metered[HOUSE] = areas[0].used[HOUSE]
    areas[0].metered[HOUSE, SINCE:] = np.minimum(areas[0].used[HOUSE, SINCE:], 5_000)
    assert first(ask(areas)) == (CauseKind.THEFT, HOUSE)


def test_a_household_that_saves_is_no_thief() -> None:
    areas = villages()
    areas[0].used[HOUSE, SINCE:] *= 0.5
    areas[0].metered[HOUSE] = areas[0].used[HOUSE]
    assert len(ask(areas)) == 0
