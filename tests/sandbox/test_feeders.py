"""The 10 kV lines of the sample: trees that name every area once, flows that add up at the gates."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from diansuo.office.config import rulebook_files
from diansuo.sandbox import feeders, gates, physics, special
from diansuo.sandbox import layout as layouts
from diansuo.sandbox.energy import Energy
from diansuo.sandbox.layout import Layout, lay_out
from diansuo.sandbox.network import POWER_FACTOR, UnableToSupply
from diansuo.sandbox.transformers import Transformer
from tests.sandbox import books

DAYS = [date(2024, 7, 29) + timedelta(days=at) for at in range(6)]  # over the turn of a month


def station(seed: int, customers: int = 1_200) -> Layout:
    return lay_out(np.random.default_rng([seed, 10]), customers)


def simulated(
    layout: Layout, seed: int, days: list[date], behind: dict[int, Transformer] | None = None
) -> Energy:
    return physics.simulate(layout, [], days, seed, lambda *_said: None, ([], [], len(days)), behind)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> books.Books:
    """A station of two feeders."""
    return books.write(tmp_path_factory.mktemp("feeders"), customers=900, curve_areas=0)


def test_the_file_is_a_tree_from_the_substation_that_names_each_area_of_its_feeder_once(
    sample: books.Books,
) -> None:
    lines = books.table(sample.files.feeder_lines)
    named = lines["下接台区编号"].drop_nulls().str.split("、").explode()
    archive = books.table(sample.files.archive).filter(pl.col("台区编号") != "")
    last = archive["线路名称"].unique().sort()[-1]
    of = archive.filter(pl.col("线路名称") != last)["台区编号"].unique()

    assert tuple(lines.columns) == feeders.COLUMNS
    assert sample.files.feeder_lines.read_bytes().startswith(b"\xef\xbb\xbf")
    assert last not in set(lines["线路名称"])  # nobody wrote it down
    assert named.is_unique().all()
    assert set(named) == set(of)
    assert any(number in named for number in archive.filter(pl.col("公专变标志") == "专变")["台区编号"])
    seen = {""}
    for segment, above in lines.select("线段编号", pl.col("上级线段").fill_null("")).iter_rows():
        assert above in seen
        assert segment not in seen
        seen.add(segment)
    assert (lines["上级线段"].fill_null("") == "").sum() == lines["线路名称"].n_unique()


def test_a_single_feeder_is_written_down(tmp_path: Path) -> None:
    small = books.write(tmp_path, customers=60, curve_areas=0)

    assert books.table(small.files.feeder_lines)["线路名称"].unique().to_list() == ["10kV云1线"]


def test_lengths_are_those_of_a_rural_feeder_and_wires_those_of_the_rulebook() -> None:
    table = rulebook_files.load().in_force("national/network/conductors", DAYS[0]).values
    shipped = {row[0]: row[1:] for row in table["rows"]}
    for seed in range(20):
        for line in feeders.string_up(station(seed), seed):
            assert 6_000 <= line.length_m.sum() <= 15_000
            assert 150 <= line.length_m.min() <= line.length_m.max() <= 900
            ends = set(range(len(line.parent))) - set(line.parent.tolist())
            assert ends <= set(line.segment.tolist())  # no lateral leads to nobody
    for name, ohm in (feeders.CONDUCTORS | layouts.CONDUCTORS).items():
        assert (float(shipped[name][0]), float(shipped[name][1])) == (ohm.real, ohm.imag)


def test_the_gate_sees_masters_factories_transformers_and_the_line() -> None:
    layout = station(3)
    energy = simulated(layout, 3, DAYS)
    masters = energy.master - energy.master_back
    taken = np.concatenate((masters, energy.forward[layout.padded :]))
    below = np.stack([taken[layout.feeder == feeder].sum(axis=0) for feeder in range(layout.feeders)])

    assert layout.feeders == 2
    assert np.abs(energy.gate - energy.gate_back - below - energy.transformer - energy.line).max() < 1
    no_load = layout.transformers("no_load_w")[layout.feeder[: layout.areas] == 0].sum() * 24
    assert (energy.transformer[0] > no_load).all()


def test_a_factory_measured_behind_its_transformer_draws_the_losses_of_its_plate_before_the_meter() -> None:
    layout, days = station(3), DAYS[3:]
    usual = simulated(layout, 3, days)
    behind = simulated(layout, 3, days, {2: Transformer(630, 1200, 6200, 1500)})
    more = (behind.transformer - usual.transformer) / 1000
    (feeder,) = np.flatnonzero(more.sum(axis=1))
    kwh = behind.forward[layout.padded + 2] / 1000
    at_least = (
        24 * 1.2 + 24 * 6.2 * (kwh / 24 / POWER_FACTOR / 630) ** 2
    )  # what a load that never changes loses

    assert feeder == layout.feeder[layout.areas + 2]
    assert np.array_equal(behind.forward, usual.forward)
    assert (at_least < more[feeder]).all()
    assert (more[feeder] < 24 * 1.2 + (at_least - 24 * 1.2) * 2.5).all()
    line = (behind.line - usual.line) / 1000
    assert (behind.gate - usual.gate)[feeder] / 1000 == pytest.approx((more + line)[feeder], abs=1e-3)
    assert (line[feeder] > 0).all()


def test_the_plates_of_those_measured_behind_their_transformer_are_those_of_the_rulebook() -> None:
    rows = rulebook_files.load().in_force("national/transformers", DAYS[0]).values["rows"]
    shipped = {row[1]: row[2:4] for row in rows if row[0] == special.MODEL}
    for kva, watts in special.PLATES.items():
        assert tuple(float(kw) * 1000 for kw in shipped[str(kva)]) == watts


def test_only_an_office_that_bills_has_such_a_factory_and_its_feeder_shows_it(tmp_path: Path) -> None:
    lost = {}
    for mode in ("alone", "beside"):
        made = books.write(tmp_path / mode, customers=800, curve_areas=0, mode=mode)
        table = pl.read_csv(made.files.feeder_technical).group_by("线路编号", maintain_order=True)
        lost[mode] = table.agg(pl.col("变压器损耗kWh").sum())["变压器损耗kWh"]
        assert (made.files.special is None) == (mode == "beside")
        if made.files.special is not None:
            factory = books.table(made.files.special).row(-1, named=True)
    assert factory["计量方式"] == "高供低计"
    more = (lost["alone"] - lost["beside"]).to_numpy()
    plate = special.plate({"受电变压器容量": int(factory["受电变压器容量"])})
    days = (date(2024, 2, 1) - date(2024, 1, 1)).days
    assert more.max() > days * 24 * plate.no_load_w / 1000
    assert np.count_nonzero(more) == 1


@pytest.mark.parametrize("seed", [1, 5, 7])
@pytest.mark.parametrize("first", [date(2024, 1, 10), date(2024, 7, 10)])
def test_the_line_loses_a_plausible_share_of_what_passes_the_gate(seed: int, first: date) -> None:
    energy = simulated(station(seed), seed, [first + timedelta(days=at) for at in range(5)])
    share = energy.line.sum(axis=1) / energy.gate.sum(axis=1)

    assert 0.005 < share.min() < share.max() < 0.025


def test_the_same_seed_strings_up_the_same_lines_and_another_one_others() -> None:
    one, again, other = (feeders.string_up(station(3), seed)[0] for seed in (3, 3, 4))

    for name in ("parent", "length_m", "segment"):
        assert np.array_equal(getattr(one, name), getattr(again, name))
    assert not np.array_equal(one.length_m, other.length_m)


def test_one_load_at_the_end_of_a_line_loses_the_square_of_its_current() -> None:
    line = feeders.FeederLine(
        np.array([-1, 0]), ("YJLV-240", "LGJ-70"), np.array([1_000.0, 4_000.0]), np.arange(1), np.array([1])
    )
    through, lost = gates.flow(line, np.array([[200.0, -200.0]]))
    ohm = 0.125 + 4 * 0.4217
    drawn, fed = (200_000 / (3**0.5 * gates.SUBSTATION_VOLT) / factor for factor in (POWER_FACTOR, 1))

    assert lost * 1000 == pytest.approx([3 * drawn**2 * ohm, 3 * fed**2 * ohm], rel=0.02)
    assert through == pytest.approx([200 + lost[0], -200 + lost[1]])


def test_more_than_a_feeder_can_carry_is_no_flow_and_says_which_feeder_and_day() -> None:
    layout = station(3)
    lines = feeders.string_up(layout, 3)
    energy = simulated(layout, 3, DAYS[:2])
    net = np.full((layout.areas, 48), 50.0)
    net[layout.areas - 1, 30] = 60_000
    none = np.zeros((layout.dedicated, 48))
    drawn = gates.Drawn(net, np.zeros_like(net), none, none)

    with pytest.raises(UnableToSupply) as caught:
        gates.note(layout, lines, energy, drawn, slice(0, 2))
    assert (caught.value.feeder, caught.value.area, caught.value.day) == (1, None, 1)
