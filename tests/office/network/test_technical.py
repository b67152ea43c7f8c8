"""The technical loss of the small grid: by curves or by profiles, over lines on record or estimated, with its band."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from diansuo.core.network.lines import BUSBAR, Consumers, Segments
from diansuo.core.network.technical import Method, Powers, Supply, line_loss
from diansuo.office.archive.models import PointArea
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.network.technical import classical, computing, exporting, queries, rules
from diansuo.office.network.technical.computing import Reason
from tests.office.metering.builder import ALL, NOW, bring_in
from tests.office.network import curves
from tests.office.network.grid import FIRST, Grid
from tests.office.network.test_lines import listed, row

pytestmark = pytest.mark.django_db

LAST = FIRST + timedelta(days=2)


@pytest.fixture
def grid() -> Grid:
    """T1 with 001 and 002, who use 48.5 kWh a day each."""
    made = Grid()
    PointArea.objects.filter(point=made.customers[0]).update(phase="A")
    PointArea.objects.filter(point=made.customers[1]).update(phase="ABC")
    return made


def with_lines(grid: Grid, folder: Path) -> None:
    rows = [row("1"), row("H1", "1", "001", 导线型号="BLV-16"), row("H2", "1", "002", 导线型号="BLV-16")]
    bring_in("lines", listed(folder / "lines.csv", *rows), now=NOW)
    grid.station = Station.objects.get(pk=grid.station.pk)


def test_profiles_over_lines_on_record_give_a_number_with_its_band(grid: Grid, tmp_path: Path) -> None:
    grid.freeze(grid.days(3))
    with_lines(grid, tmp_path)
    found = queries.of_area(ALL, grid.areas[0].pk, FIRST, LAST)

    assert found.day == [FIRST, FIRST + timedelta(days=1), LAST]
    assert found.method_code == [Method.PROFILES_KNOWN] * 3
    assert found.meters == [2, 2, 2] and found.filled == [0, 0, 0] and found.unplaced == 0
    assert found.meter_wh == [round((1000 + 2000) * 12 / 365)] * 3
    whole = found.technical_wh[0]
    assert whole is not None and whole == (found.line_wh[0] or 0) + (found.meter_wh[0] or 0)
    # The band of the rulebook for known lines and its own profiles: 78 to 118 %.
    assert (found.low_wh[0], found.high_wh[0]) == (
        pytest.approx(whole * 0.78, abs=1), pytest.approx(whole * 1.18, abs=1),
    )  # fmt: skip
    # 200 kVA of S11: P0 0.34 kW, Pk 2.60 kW; at a load of 2 % the no-load loss is nearly all.
    assert found.transformer_wh[0] == pytest.approx(24 * 340, rel=0.01)


def test_curves_of_every_meter_are_solved_quarter_by_quarter(grid: Grid, tmp_path: Path) -> None:
    with_lines(grid, tmp_path)
    grid.freeze(grid.days(21))
    watt = {grid.customers[0]: 2_000, grid.customers[1]: 2_041}
    said = {
        point: (lambda _day, _slot, w=w: curves.single(230) | {"power_w": w}) for point, w in watt.items()
    }
    curves.write(grid, {**said, grid.masters[0]: lambda _day, _slot: curves.QUIET})
    found = queries.of_area(ALL, grid.areas[0].pk, curves.DAY - timedelta(days=1), curves.DAY)
    assert found.method_code == [Method.CURVES_KNOWN] * 2

    ohm = np.array([0.443 + 0.291j, 1.91 + 0.25j, 1.91 + 0.25j])
    segments = Segments(np.array([BUSBAR, 0, 0]), np.array([50.0, 50, 50]), ohm, ohm)
    consumers = Consumers(np.array([1, 2]), np.array([0, 3]))
    load = Powers(np.array([2000.0, 2041]).reshape(2, 1, 1), np.zeros((2, 1)))
    expected = line_loss(segments, consumers, load, Supply(np.full((1, 1), 230.0), 0.95)).wh[0]
    assert found.line_wh == [round(expected)] * 2


def test_without_lines_they_are_estimated_and_the_band_is_wide(grid: Grid) -> None:
    grid.freeze(grid.days(3))
    found = queries.of_area(ALL, grid.areas[0].pk, FIRST, LAST)
    assert set(found.method_code) == {Method.PROFILES_ESTIMATED}
    assert (found.high_wh[0] or 0) > 4 * (found.low_wh[0] or 0)


def test_a_silent_meter_is_filled_and_counted_and_a_silent_area_has_no_number(
    grid: Grid, tmp_path: Path
) -> None:
    with_lines(grid, tmp_path)
    rows = [
        one
        for one in grid.days(4)
        if not (one[0] == grid.customers[0] and one[1] == FIRST + timedelta(days=2))
        and not (one[0] in grid.customers and one[1] == FIRST + timedelta(days=4))
    ]
    grid.freeze(rows)
    found = queries.of_area(ALL, grid.areas[0].pk, FIRST, FIRST + timedelta(days=3))
    assert found.filled == [0, 1, 1, 2]
    assert found.technical_wh[1] == found.technical_wh[0], "filled by its own mean"
    assert (found.technical_wh[3], found.reason_code[3]) == (None, Reason.NOT_COLLECTED)
    assert found.method_code[3] == Method.UNKNOWN


def test_a_day_has_one_technical_loss_whatever_days_it_is_asked_for_with(grid: Grid, tmp_path: Path) -> None:
    """001 uses twice as much from November on, and the register between October's last two days is missing."""
    with_lines(grid, tmp_path)
    last, november = date(2024, 10, 31), date(2024, 11, 1)
    rows = [
        (point, day, str(Decimal(shown) * 2 - Decimal("48.5") * 31), back)
        if point == grid.customers[0] and day >= november
        else (point, day, shown, back)
        for point, day, shown, back in grid.days(40)
    ]
    grid.freeze([row for row in rows if row[:2] != (grid.customers[0], last)])
    area, day = grid.areas[0].pk, timedelta(days=1)
    computing.of_month.cache_clear()

    spans = [(last, last), (FIRST, last), (last - 12 * day, november + 8 * day), (last, november)]
    found = {span: queries.of_area(ALL, area, *span) for span in spans}
    classic = {span: classical.of_area(ALL, area, *span) for span in spans}

    of_last = [(one, one.day.index(last)) for one in found.values()]
    assert len({(one.technical_wh[at], one.low_wh[at], one.filled[at]) for one, at in of_last}) == 1
    assert found[last, last].filled == [1] and found[last, last].technical_wh != [None]
    assert len({classic[span][found[span].day.index(last)] for span in spans}) == 1
    longest = found[spans[2]]
    assert longest.day[0] == last - 12 * day and longest.day[-1] == november + 8 * day
    assert (longest.technical_wh[14] or 0) > 1.5 * (longest.technical_wh[12] or 0)
    assert computing.of_month.cache_info().misses == 2, "two months, each once"


def test_a_month_of_which_nothing_has_come_yet_has_no_number_and_says_so(grid: Grid) -> None:
    found = queries.of_area(ALL, grid.areas[0].pk, FIRST, LAST)
    assert found.technical_wh == [None] * 3
    assert found.reason_code == [Reason.NOT_COLLECTED] * 3


def test_a_line_that_cannot_carry_its_load_has_no_number_and_says_so(grid: Grid, tmp_path: Path) -> None:
    rows = [row("1", customers="001、002", **{"长度(m)": "5000", "导线型号": "BLV-16"})]
    bring_in("lines", listed(tmp_path / "lines.csv", *rows), now=NOW)
    grid.freeze(grid.days(2))
    found = queries.of_area(ALL, grid.areas[0].pk, FIRST, FIRST)
    assert (found.technical_wh, found.low_wh, found.high_wh) == ([None], [None], [None])
    assert found.reason_code == [Reason.NO_FLOW]


def test_a_customer_counts_on_the_days_it_hangs_here(grid: Grid, tmp_path: Path) -> None:
    with_lines(grid, tmp_path)
    PointArea.objects.filter(point=grid.customers[0]).update(valid_to=LAST)
    grid.freeze(grid.days(3))
    found = queries.of_area(ALL, grid.areas[0].pk, FIRST, LAST)
    assert found.meters == [2, 2, 1]
    assert (found.technical_wh[2] or 0) < (found.technical_wh[1] or 0) / 2


def test_a_foreign_area_and_an_area_without_customers_have_no_number(grid: Grid) -> None:
    other = Grid("西村供电所", "x")
    other.freeze(other.days(2))
    mine = Scope(frozenset({grid.station.pk}))
    foreign = queries.of_area(mine, other.areas[0].pk, FIRST, FIRST)
    assert foreign.technical_wh == [None] and foreign.meters == [0]
    assert queries.of_area(ALL, other.areas[0].pk, FIRST, FIRST).technical_wh != [None]

    PointArea.objects.filter(area=grid.areas[0]).delete()
    empty = queries.of_area(ALL, grid.areas[0].pk, date(2024, 10, 1), date(2024, 10, 1))
    assert empty.reason_code == [Reason.NO_METERS]


def test_beside_it_stands_the_equivalent_resistance_of_the_same_lines(grid: Grid, tmp_path: Path) -> None:
    """48.5 kWh behind each service line, 97 through the trunk, N 2 and 3.5; K of the day's curve."""
    rows = [
        row("1"),
        row("H1", "1", "001", 导线型号="BLV-16", 相别="A"),
        row("H2", "1", "002", 导线型号="BLV-16"),
    ]
    bring_in("lines", listed(tmp_path / "lines.csv", *rows), now=NOW)
    grid.freeze(grid.days(1))
    (found,) = classical.of_area(ALL, grid.areas[0].pk, FIRST, FIRST)

    trunk, service = 0.05 * 0.443, 0.05 * 1.91
    squares = 3.5 * 97**2 * trunk + 2 * 48.5**2 * service + 3.5 * 48.5**2 * service
    tangent = np.tan(np.arccos(0.95))
    mean_square = 97_000**2 * (1 + tangent**2) / 3 / (round(230 * 3**0.5) * 24) ** 2
    profile = rules.in_force(FIRST).given.share[0]
    rate, least = profile.mean() / profile.max(), profile.min() / profile.max()
    assert rate >= 0.5
    shape = (least + (1 - least) ** 2 / 3) / ((1 + least) / 2) ** 2
    assert found.resistance_wh == pytest.approx(shape * mean_square * squares / 97**2 * 24, abs=1)

    assert classical.of_area(ALL, grid.areas[1].pk, FIRST, FIRST)[0].resistance_wh is None, (
        "no lines on record"
    )
    nobody = Scope(frozenset())
    assert classical.of_area(nobody, grid.areas[0].pk, FIRST, FIRST) == [classical.Classical()]


def test_beside_it_stands_the_method_of_the_voltage_drop(grid: Grid, tmp_path: Path) -> None:
    """230 V at the master, 218.5 V at the end: a drop of a twentieth, k_p of the trunk's X ÷ R and cos φ 0.95."""
    with_lines(grid, tmp_path)
    grid.freeze(grid.days(21))
    low, high = (lambda _day, _slot, v=v: curves.single(v) for v in (218.5, 226))
    head = {grid.masters[0]: lambda _day, _slot: curves.QUIET}
    curves.write(grid, {grid.customers[0]: low, grid.customers[1]: high, **head})
    found = classical.of_area(ALL, grid.areas[0].pk, curves.DAY - timedelta(days=5), curves.DAY)

    tangent = np.tan(np.arccos(0.95))
    factor = (1 + tangent**2) / (1 + 0.291 / 0.443 * tangent)
    assert found[-1].voltage_drop_wh == pytest.approx(97_000 * 0.05 * factor, abs=1)
    assert found[0].voltage_drop_wh is None and found[0].resistance_wh, "no voltages on that day"

    feeding = {grid.customers[0]: lambda _day, _slot: curves.single(236)}
    curves.write(grid, {**feeding, grid.customers[1]: lambda _day, _slot: curves.single(236), **head})
    (fed,) = classical.of_area(ALL, grid.areas[0].pk, curves.DAY, curves.DAY)
    assert fed.voltage_drop_wh is None and fed.resistance_wh


def test_a_month_leaves_as_rows_with_what_the_technical_loss_does_not_explain(
    grid: Grid, tmp_path: Path
) -> None:
    with_lines(grid, tmp_path)
    grid.freeze(grid.days(3))
    rows = [
        dict(zip(exporting.HEADINGS, line, strict=True))
        for line in exporting.rows_of_month(ALL, period=202410, area="T1")
    ]
    assert [line["日期"] for line in rows] == ["2024-10-01", "2024-10-02", "2024-10-03"]
    one = rows[0]
    assert (one["供电量"], one["售电量"], one["损失电量"]) == ("100.00", "97.00", "3.00")
    assert one["算法"] == "典型负荷，实测线路" and one["无法计算原因"] == ""
    assert Decimal(one["技术线损"]) == Decimal(one["其中线路"]) + Decimal(one["其中电能表"])
    assert Decimal(one["其余损失"]) == 3 - Decimal(one["技术线损"])
    assert Decimal(one["下限"]) < Decimal(one["技术线损"]) < Decimal(one["上限"])
    assert one["等值电阻法线路损耗"] and not one["电压损失法线路损耗"], "no voltages"
    assert not list(exporting.rows_of_month(Scope(frozenset()), period=202410))
