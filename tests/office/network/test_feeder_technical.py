"""The technical loss of the small grid's feeder: lines on record or estimated, transformers at what they carried."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from diansuo.core.network.feeder_technical import FeederLoads, Plates, feeder_loss
from diansuo.core.network.lines import BUSBAR, Segments
from diansuo.core.network.spreading import Profiles
from diansuo.core.network.technical import Method, Powers
from diansuo.core.network.technical_terms import CLASSES
from diansuo.office.archive.models import AreaTerm, MeteringSide, SupplyTerm, Transformer
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.network.technical import feeder_exporting, feeder_queries, learning, rules
from diansuo.office.network.technical.computing import Reason
from diansuo.office.network.technical.feeder_queries import FeederDay
from tests.office.metering.builder import ALL, NOW, SINCE, bring_in
from tests.office.network import curves
from tests.office.network.grid import FIRST, Grid
from tests.office.network.test_feeder_lines import listed, row

pytestmark = pytest.mark.django_db

LAST = FIRST + timedelta(days=2)


@pytest.fixture
def grid() -> Grid:
    """T1 takes 100 kWh a day, T2 200, the customer with T3 100; T1 and T2 have 200 kVA."""
    return Grid()


def with_lines(grid: Grid, folder: Path) -> None:
    rows = [row("1"), row("2", "1", "T1、T3"), row("3", "1", "T2", 导线型号="LGJ-70")]
    bring_in("feeder_lines", listed(folder / "lines.csv", *rows), now=NOW)
    grid.station = Station.objects.get(pk=grid.station.pk)


def of_feeder(grid: Grid, last: date = LAST) -> list[FeederDay]:
    grid.station.refresh_from_db()
    return feeder_queries.of_station(ALL, grid.station, FIRST, last)[grid.feeder.pk]


def test_profiles_over_lines_on_record_give_a_number_with_its_band(grid: Grid, tmp_path: Path) -> None:
    grid.freeze(grid.days(3))
    with_lines(grid, tmp_path)
    found = of_feeder(grid)

    assert [one.day for one in found] == [FIRST, FIRST + timedelta(days=1), LAST]
    first = found[0]
    assert (first.method_code, first.reason_code) == (Method.PROFILES_KNOWN, Reason.NONE)
    assert (first.transformers, first.filled, first.unplaced, first.unplated) == (3, 0, 0, 0)
    # Two of 200 kVA of S11, P0 0.34 kW each, at a load of a few per cent; the customer's own is behind its meter.
    assert first.transformer_wh == pytest.approx(2 * 24 * 340, rel=0.02)
    assert first.technical_wh == (first.line_wh or 0) + (first.transformer_wh or 0)
    terms = rules.of_feeders(FIRST).terms
    low, high = (
        (first.line_wh or 0) * terms.bands[True, 0][end]
        + (first.transformer_wh or 0) * terms.assumed_band[end]
        for end in (0, 1)
    )
    assert (first.low_wh, first.high_wh) == (pytest.approx(low, abs=2), pytest.approx(high, abs=2))


def test_curves_of_masters_and_large_customers_are_solved_quarter_by_quarter(
    grid: Grid, tmp_path: Path
) -> None:
    with_lines(grid, tmp_path)
    grid.freeze(grid.days(21))
    watt = {grid.masters[0]: 417, grid.masters[1]: 833, grid.dedicated: 4_167}
    curves.write(
        grid,
        {one: (lambda _day, _slot, w=w: curves.single(230) | {"power_w": w}) for one, w in watt.items()},
    )
    first = feeder_queries.of_station(ALL, grid.station, curves.DAY, curves.DAY)[grid.feeder.pk][0]
    assert first.method_code == Method.CURVES_KNOWN

    trunk, branch = 0.253 + 0.274j, 0.4217 + 0.282j
    segments = Segments(
        np.array([BUSBAR, 0, 0]),
        np.full(3, 800.0),
        np.array([trunk, trunk, branch]),
        np.zeros(3, np.complex128),
    )
    load = Powers(np.array([4170.0, 8330, 4167]).reshape(3, 1, 1), np.zeros((3, 1)))
    plates = Plates(*(np.array([one, one, np.nan]) for one in (340.0, 2600.0, 200_000.0)))
    loads = FeederLoads(np.array([1, 2, 1]), load, np.ones((3, 1), np.bool_), plates)
    expected = feeder_loss(segments, loads, 10_000.0, 0.95)
    assert first.line_wh == round(float(expected.line_wh[0]))
    assert first.transformer_wh == round(float(expected.transformer_wh.sum()))


def test_the_profile_of_shops_says_nothing_of_a_large_customer(
    grid: Grid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the station's curves of small meters tell is not taken for a feeder's own curves."""
    grid.freeze(grid.days(3))
    with_lines(grid, tmp_path)
    before = of_feeder(grid)[0]
    given = rules.in_force(FIRST).given
    shops = given.share.copy()
    shops[CLASSES.index("commercial")] = np.eye(shops.shape[1])[40]
    told = (Profiles(shops, given.scatter, given.sun), frozenset(range(len(CLASSES))))
    monkeypatch.setattr(learning, "profiles", lambda *_asked: told)
    feeder_queries.feeder_computing.of_month.cache_clear()
    assert of_feeder(grid)[0] == before


def test_without_a_list_the_lines_are_estimated_and_the_band_is_wider(grid: Grid, tmp_path: Path) -> None:
    grid.freeze(grid.days(3))
    estimated = of_feeder(grid)[0]
    assert estimated.method_code == Method.PROFILES_ESTIMATED
    with_lines(grid, tmp_path)
    known = of_feeder(grid)[0]

    least, most = rules.of_feeders(FIRST).terms.assumed_band

    def width(of: FeederDay) -> float:
        line, transformer, low, high = (
            value or 0 for value in (of.line_wh, of.transformer_wh, of.low_wh, of.high_wh)
        )
        return (high - low - transformer * (most - least)) / line

    assert width(estimated) > width(known)


def test_a_customer_metered_behind_its_transformer_leaves_its_loss_to_the_feeder(
    grid: Grid, tmp_path: Path
) -> None:
    grid.freeze(grid.days(3))
    with_lines(grid, tmp_path)
    before = of_feeder(grid)[0]
    contract = grid.dedicated.contract
    SupplyTerm.objects.create(contract=contract, metering_side=MeteringSide.HIGH_LOW, valid_from=SINCE)
    plate = Transformer.objects.create(
        contract=contract, number="1", capacity_va=400_000, p0_w=None, pk_w=None, valid_from=SINCE
    )
    feeder_queries.feeder_computing.of_month.cache_clear()
    assert (of_feeder(grid)[0].transformer_wh, of_feeder(grid)[0].unplated) == (before.transformer_wh, 1)

    Transformer.objects.filter(pk=plate.pk).update(p0_w=570, pk_w=4300)
    feeder_queries.feeder_computing.of_month.cache_clear()
    own = of_feeder(grid)[0]
    assert own.unplated == 0
    assert (own.transformer_wh or 0) - (before.transformer_wh or 0) == pytest.approx(24 * 570, rel=0.01)


def test_a_silent_master_is_filled_and_counted_and_a_silent_feeder_has_no_number(
    grid: Grid, tmp_path: Path
) -> None:
    with_lines(grid, tmp_path)
    loads = {*grid.masters, grid.dedicated}
    grid.freeze(
        [
            one
            for one in grid.days(4)
            if not (one[0] == grid.masters[0] and one[1] == FIRST + timedelta(days=2))
            and not (one[0] in loads and one[1] == FIRST + timedelta(days=4))
        ]
    )
    found = of_feeder(grid, FIRST + timedelta(days=3))
    assert [one.filled for one in found] == [0, 1, 1, 3]
    assert found[1].technical_wh == found[0].technical_wh, "filled by its own mean"
    assert (found[3].technical_wh, found[3].low_wh, found[3].reason_code) == (
        None,
        None,
        Reason.NOT_COLLECTED,
    )


def test_a_day_has_one_technical_loss_whatever_days_it_is_asked_for_with(grid: Grid, tmp_path: Path) -> None:
    """T1 takes twice as much from November on; the master's register between October's last two days is missing."""
    with_lines(grid, tmp_path)
    last, day = date(2024, 10, 31), timedelta(days=1)
    rows = [
        (point, on, str(Decimal(shown) * (2 if on > last and point == grid.masters[0] else 1)), back)
        for point, on, shown, back in grid.days(40)
    ]
    grid.freeze([row for row in rows if row[:2] != (grid.masters[0], last)])
    computing = feeder_queries.feeder_computing
    computing.of_month.cache_clear()

    spans = [(last, last), (FIRST, last), (last - 12 * day, last + 9 * day), (last, last + day)]
    found = [feeder_queries.of_station(ALL, grid.station, *span)[grid.feeder.pk] for span in spans]

    of_last = [one for days in found for one in days if one.day == last]
    assert len(of_last) == 4 and len(set(of_last)) == 1
    assert of_last[0].filled == 1 and of_last[0].technical_wh is not None
    assert [one.day for one in found[2]] == [last + at * day for at in range(-12, 10)]
    assert computing.of_month.cache_info().misses == 2, "two months, each once"


def test_a_feeder_of_this_month_alone_has_no_number_in_the_one_before(grid: Grid) -> None:
    grid.freeze(grid.days(40))
    november = date(2024, 11, 1)
    AreaTerm.objects.filter(feeder=grid.feeder).update(valid_from=november)

    days = feeder_queries.of_station(ALL, grid.station, november - timedelta(days=1), november)[
        grid.feeder.pk
    ]

    assert [(one.technical_wh is None, one.reason_code) for one in days] == [
        (True, Reason.NO_METERS),
        (False, Reason.NONE),
    ]


def test_a_transformer_counts_on_the_days_it_stands_on_the_feeder(grid: Grid, tmp_path: Path) -> None:
    with_lines(grid, tmp_path)
    AreaTerm.objects.filter(area=grid.areas[1]).update(valid_to=LAST)
    grid.freeze(grid.days(3))
    found = of_feeder(grid)
    assert [one.transformers for one in found] == [3, 3, 2]
    assert found[2].transformer_wh == pytest.approx(24 * 340, rel=0.01)


def test_a_transformer_of_unknown_capacity_is_counted_as_not_known(grid: Grid) -> None:
    AreaTerm.objects.filter(area=grid.areas[0]).update(capacity_va=None)
    grid.freeze(grid.days(3))
    first = of_feeder(grid)[0]
    assert first.unplated == 1 and first.transformer_wh == pytest.approx(24 * 340, rel=0.02)


def test_a_line_that_cannot_carry_its_load_has_no_number_and_says_so(grid: Grid, tmp_path: Path) -> None:
    rows = [row("1", "", "T1、T2、T3", 导线型号="LGJ-16", **{"长度(m)": "50000"})]
    bring_in("feeder_lines", listed(tmp_path / "lines.csv", *rows), now=NOW)
    grid.freeze([(point, day, str(float(shown) * 200), back) for point, day, shown, back in grid.days(2)])
    first = of_feeder(grid, FIRST)[0]
    assert (first.technical_wh, first.reason_code) == (None, Reason.NO_FLOW)


def test_the_export_sets_it_beside_the_statistical_loss_of_feeders_in_scope(
    grid: Grid, tmp_path: Path
) -> None:
    grid.freeze(grid.days(3))
    with_lines(grid, tmp_path)
    rows = [
        dict(zip(feeder_exporting.HEADINGS, one, strict=True))
        for one in feeder_exporting.rows_of_month(ALL, period=202410)
    ]
    known = [one for one in rows if one["损失电量"]]
    assert [one["日期"] for one in known] == ["2024-10-01", "2024-10-02", "2024-10-03"]
    first = known[0]
    assert (first["线路名称"], first["算法"], first["配变台数"]) == ("东线", "典型负荷，实测线路", "3")
    assert float(first["技术线损"]) == pytest.approx(
        float(first["其中线路"]) + float(first["其中配变"]), abs=0.02
    )
    assert float(first["其余损失"]) == pytest.approx(
        float(first["损失电量"]) - float(first["技术线损"]), abs=0.02
    )
    assert not list(feeder_exporting.rows_of_month(Scope(frozenset()), period=202410))


def test_a_transformer_s_own_model_goes_before_the_assumed_one_and_narrows_the_band(
    grid: Grid, tmp_path: Path
) -> None:
    with_lines(grid, tmp_path)
    grid.freeze(grid.days(3))
    assumed = of_feeder(grid)[0]
    AreaTerm.objects.filter(area__in=grid.areas[:2]).update(model="S9-M-200/10")
    feeder_queries.feeder_computing.of_month.cache_clear()
    own = of_feeder(grid)[0]

    # P0 of an S9 of 200 kVA is 0.48 kW, of an S11 0.34 kW; their load losses are the same.
    assert (own.transformer_wh or 0) - (assumed.transformer_wh or 0) == pytest.approx(2 * 24 * 140, abs=1)
    assert (own.high_wh or 0) - (own.low_wh or 0) < (assumed.high_wh or 0) - (assumed.low_wh or 0)
    AreaTerm.objects.filter(area__in=grid.areas[:2]).update(model="SBH15-M-200/10")
    feeder_queries.feeder_computing.of_month.cache_clear()
    assert of_feeder(grid)[0] == assumed, "a series the table does not have counts as the assumed one"
