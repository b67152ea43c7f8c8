"""Laws of the list: what must not change it does not, and what must does."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from diansuo.core.network.causes import CauseKind, Causes, Evidence
from diansuo.core.network.causes.columns import AreaDays, StationDays
from diansuo.core.network.causes.ranking import _odds, causes_of
from diansuo.core.network.causes.scene import Suspect
from diansuo.core.quantity.arrays import WrongColumn
from tests.core.network.causes.village import (
    CUSTOMERS,
    DAYS,
    FIRST_DAY,
    MONTH,
    SHOP,
    ask,
    energy,
    first,
    limits,
    station,
    villages,
)

SINCE, HOUSE = 50, 7


def test_a_constant_added_to_a_clean_area_makes_an_unmetered_supply_of_that_size() -> None:
    for watts in (500, 1_000, 2_000):
        areas = villages()
        areas[2].besides[:] = watts * 24.0
        causes = ask(areas)
        assert set(causes.area.tolist()) == {2}
        assert first(causes, 2)[0] == CauseKind.UNMETERED
        assert energy(causes, 2) == pytest.approx(watts * 24, rel=0.15)


@pytest.mark.parametrize("days_ago", [5, 10, 20])
def test_a_young_cause_is_worth_what_goes_missing_a_day_since_it_began(days_ago: int) -> None:
    areas = villages()
    since = DAYS - days_ago
    areas[0].metered[SHOP, since:] *= 0.35
    missing = float((areas[0].used - areas[0].metered)[SHOP, since:].mean())

    causes = ask(areas)

    assert first(causes)[1] == SHOP
    assert energy(causes) == pytest.approx(missing, rel=0.15)


def test_permuting_the_customers_permutes_the_answer() -> None:
    areas = villages()
    areas[0].metered[HOUSE, SINCE:] *= 0.4
    seen = station(areas)
    order = np.random.default_rng(5).permutation(CUSTOMERS)
    before = causes_of(seen, limits())

    after = causes_of(
        StationDays((_shuffled(seen.areas[0], order), *seen.areas[1:]), FIRST_DAY, MONTH), limits()
    )

    assert after.kind.tolist() == before.kind.tolist()
    assert order[after.customer].tolist() == before.customer.tolist()
    assert np.allclose(after.confidence, before.confidence, atol=1e-6)


def _shuffled(area: AreaDays, order: np.ndarray) -> AreaDays:
    names = (
        "use_wh",
        "feed_wh",
        "counted",
        "roof",
        "multiplier",
        "phase",
        "group",
        "clock_minutes",
        "voltage_lost_days",
    )
    return replace(area, **{name: getattr(area, name)[order] for name in names})


def test_what_is_wrong_in_one_area_says_nothing_of_the_others() -> None:
    areas = villages()
    areas[1].metered[HOUSE, SINCE:] = 0
    assert set(ask(areas).area.tolist()) == {1}


def test_a_list_has_ranks_from_one_confidence_that_falls_and_at_most_five_rows() -> None:
    areas = villages()
    areas[0].metered[HOUSE, SINCE:] *= 0.4
    areas[0].metered[3:9, -9:] = np.nan
    listed = ask(areas).of(0)
    assert listed.rank.tolist() == list(range(1, len(listed) + 1))
    assert len(listed) <= 5
    assert (np.diff(listed.confidence) <= 1e-6).all()
    assert ((listed.confidence > 0) & (listed.confidence <= 1)).all()


def test_a_residual_within_the_band_that_nobody_explains_has_no_cause() -> None:
    areas = villages()
    areas[0].technical_error = areas[0].technical_error * 0.88
    assert len(ask(areas)) == 0


def test_what_a_wide_band_of_the_technical_loss_allows_is_no_cause_and_what_a_narrow_one_does_not_is() -> (
    None
):
    areas = villages()
    seen = station(areas)
    area = seen.areas[0]
    high = 1.7 * area.technical_wh
    guessed = replace(area, supply_wh=area.supply_wh + 0.7 * area.technical_wh)

    def kinds(low: np.ndarray, high: np.ndarray) -> int:
        banded = replace(guessed, technical_low_wh=low, technical_high_wh=high)
        return len(causes_of(StationDays((banded, *seen.areas[1:]), FIRST_DAY, MONTH), limits()).of(0))

    assert kinds(0.9 * area.technical_wh, 2.4 * area.technical_wh) == 0
    assert kinds(0.9 * area.technical_wh, 1.1 * area.technical_wh) > 0
    assert kinds(1.6 * area.technical_wh, high + 0.1 * area.technical_wh) == 0


def test_days_without_the_master_are_left_out() -> None:
    areas = villages()
    areas[0].metered[HOUSE, SINCE:] = 0
    seen = station(areas)
    supply = seen.areas[0].supply_wh.copy()
    supply[60:63] = np.nan
    causes = causes_of(
        StationDays((replace(seen.areas[0], supply_wh=supply), *seen.areas[1:]), FIRST_DAY, MONTH), limits()
    )
    assert first(causes) == (CauseKind.STOPPED_METER, HOUSE)


def test_a_high_technical_loss_by_uneven_phases_is_named_as_technical() -> None:
    areas = villages()
    seen = station(areas)
    area = seen.areas[0]
    heavy = np.array([1.8, 0.6, 0.6])[:, None] * area.supply_wh / 3
    added = 0.09 * area.supply_wh
    lossy = replace(
        area, phases_wh=heavy, supply_wh=area.supply_wh + added, technical_wh=area.technical_wh + added
    )
    lossy = replace(lossy, phase=np.full(CUSTOMERS, -1, dtype=np.int64))
    causes = causes_of(StationDays((lossy, *seen.areas[1:]), FIRST_DAY, MONTH), limits())
    kinds = [CauseKind(int(kind)) for kind in causes.of(0).kind]
    assert CauseKind.IMBALANCE in kinds
    assert CauseKind.LONG_LINE not in kinds


def test_energy_divided_over_the_days_of_a_gap_hides_nothing_and_accuses_nobody() -> None:
    """A shop's three days are known as a whole alone: what its days lie apart is no loss of the area."""
    areas = villages()
    gap = slice(40, 43)
    swings = np.array([0.2, 0.3, 2.5]) * 60_000
    areas[0].used[0, gap], areas[0].metered[0, gap] = swings, swings.mean()
    areas[0].metered[HOUSE] *= 0.5
    blind = ask(areas).of(0)
    areas[0].divided = np.zeros(areas[0].used.shape, dtype=np.bool_)
    areas[0].divided[0, gap] = True
    told = ask(areas).of(0)
    assert (CauseKind(int(told.kind[0])), int(told.customer[0])) == (CauseKind.THEFT, HOUSE)
    assert not len(blind) or told.confidence[0] >= blind.confidence[0]
    areas[0].metered[HOUSE] *= 2
    assert len(ask(areas)) == 0


def test_a_house_that_hung_here_and_stands_empty_since_is_no_cause_of_this_month() -> None:
    areas = villages()
    areas[0].besides = areas[1].used[HOUSE].copy()
    areas[1].used[HOUSE] = 0
    ended = slice(DAYS - MONTH - 2, None)
    areas[0].besides[ended] = areas[1].metered[HOUSE, ended] = 0
    kinds = {int(kind) for kind in ask(areas).of(0).kind}
    assert CauseKind.WRONG_AREA not in kinds


def test_the_loss_of_the_meters_themselves_is_not_in_error() -> None:
    """Lines that lose half as much again as they were thought to, beside meters known exactly: no steady supply."""
    areas = villages()
    seen = station(areas)
    area = seen.areas[0]
    meters = np.full(DAYS, 2_000.0)
    more = 0.5 * area.technical_wh
    told = replace(
        area,
        supply_wh=area.supply_wh + more + meters,
        technical_wh=area.technical_wh + meters,
        meter_wh=meters,
        technical_low_wh=0.6 * (area.technical_wh + meters),
        technical_high_wh=3.4 * (area.technical_wh + meters),
    )
    assert len(causes_of(StationDays((told, *seen.areas[1:]), FIRST_DAY, MONTH), limits()).of(0)) == 0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("known", [0, 1, 3, 12, 40])
def test_a_station_whose_registers_began_to_come_lately_is_looked_at_without_a_warning(known: int) -> None:
    areas = villages()
    for each in areas:
        each.metered[:, : DAYS - known] = np.nan
        each.fed[:, : DAYS - known] = np.nan
    seen = station(areas)
    lately = tuple(_known_lately(area, known) for area in seen.areas)

    assert len(causes_of(StationDays(lately, FIRST_DAY, MONTH), limits())) == 0


def _known_lately(area: AreaDays, known: int) -> AreaDays:
    names = ("supply_wh", "back_wh", "phases_wh", "technical_wh")
    columns = {name: getattr(area, name).copy() for name in names}
    for column in columns.values():
        column[..., : DAYS - known] = np.nan
    return replace(area, **columns)


def test_within_the_band_a_clock_needs_no_more_odds_than_beyond_it_and_every_other_kind_does() -> None:
    def suspect(kind: CauseKind) -> Suspect:
        return Suspect(kind, HOUSE, 0.0, np.full(DAYS, 500.0), Evidence.DAY_SHIFT, ())

    clock, theft = suspect(CauseKind.CLOCK_DRIFT), suspect(CauseKind.THEFT)
    least, within = limits().least_odds, limits().odds_within

    assert [each for each, _share in _odds([(clock, 7.0)], within, least)] == [clock]
    assert _odds([(theft, 7.0)], within, least) == []
    assert _odds([(clock, 5.9)], within, least) == []
    assert [each for each, _share in _odds([(theft, 8.1)], within, least)] == [theft]


def test_no_area_no_list_and_areas_of_different_days_are_refused() -> None:
    assert len(causes_of(StationDays((), FIRST_DAY, MONTH), limits())) == 0
    area = station(villages()).areas[0]
    with pytest.raises(WrongColumn, match="month"):
        StationDays((area,), FIRST_DAY, DAYS + 1)
    with pytest.raises(WrongColumn, match="phases_wh"):
        replace(area, phases_wh=area.phases_wh[:2])


def test_the_table_of_causes_holds_every_column() -> None:
    areas = villages()
    areas[0].metered[HOUSE, SINCE:] = 0
    causes = ask(areas)
    assert all(len(getattr(causes, each.name)) == len(causes) for each in fields(Causes))
