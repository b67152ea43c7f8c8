"""What the causes promise about faults, held on one small station; the table and its seeds are committed."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from diansuo.cli import lab_loss
from diansuo.core.network.causes import CauseKind
from diansuo.core.network.technical_terms import TechnicalRules
from diansuo.lab import loss, loss_assigning, loss_published
from diansuo.lab.losing import WAYS, areas_needed
from diansuo.lab.loss_station import make
from diansuo.lab.technical_band import POINTS
from diansuo.office.config.rulebook_files import load
from tests.core.network.causes.village import ROOT, limits

SEED = 101
RULES = TechnicalRules.of(load(), date(2025, 7, 1), POINTS)


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    """The committed table with one size of some kinds, and few clean areas."""
    whole = loss.table()
    chosen = ("books_10_for_20", "household_9", "never", "always_with_event", "w_600", "bypass_65_since")
    kinds = [
        kind | {"sizes": {name: size for name, size in kind["sizes"].items() if name in chosen}}
        for kind in whole["kinds"]
    ]
    return whole | {"clean_areas": 6, "kinds": [kind for kind in kinds if kind["sizes"]]}


@pytest.fixture(scope="module")
def report(table: dict[str, Any]) -> loss.Report:
    return loss.run(limits(), RULES, seeds=[SEED], given=table)


def test_every_fault_of_the_table_was_made_and_its_cause_is_among_the_first_three(
    report: loss.Report, table: dict[str, Any]
) -> None:
    assert set(report.counts) == {(kind["kind"], size) for kind in table["kinds"] for size in kind["sizes"]}
    assert {key for key, count in report.counts.items() if not count.three} == set()
    assert report.share("first") >= 0.85


def test_two_faults_in_an_area_are_of_different_customers_and_of_seeds_of_their_own(
    table: dict[str, Any],
) -> None:
    whole = loss.table()
    assert not set(whole["paired_seeds"]) & {*whole["tuning_seeds"], *whole["judged_seeds"]}

    made = make(table | {"paired": True}, RULES, SEED)
    of_area = [[case for case in made.plan.cases if case.area == each.area] for each in made.plan.cases]
    assert any(len(cases) == 2 for cases in of_area)
    assert all(len({case.customer for case in cases}) == len(cases) <= 2 for cases in of_area)

    paired = loss.run_paired(limits(), RULES, seeds=[SEED], given=table)
    assert paired.faults.made == 2 * paired.areas > 0
    assert 0 < paired.either_first <= paired.areas


def test_nothing_is_said_of_clean_areas(report: loss.Report) -> None:
    assert (report.clean, report.alarms) == (6, 0)


def test_tuning_and_judged_seeds_are_apart_and_the_table_names_what_there_is() -> None:
    whole = loss.table()
    assert not set(whole["tuning_seeds"]) & set(whole["judged_seeds"])
    assert {kind["how"] for kind in whole["kinds"]} == set(WAYS)
    accepted = [name for kind in whole["kinds"] for name in (kind["kind"].upper(), *kind.get("accept", ()))]
    assert set(accepted) <= set(CauseKind.__members__)
    assert areas_needed(whole) > sum(len(kind["sizes"]) for kind in whole["kinds"]) + whole["clean_areas"]


def test_the_same_seed_gives_the_same_station_and_another_one_another(table: dict[str, Any]) -> None:
    few = table | {"kinds": [], "days": 40}
    one, again, other = (make(few, RULES, seed, 2).seen.areas[0] for seed in (5, 5, 6))
    assert np.array_equal(one.supply_wh, again.supply_wh)
    assert not np.array_equal(one.supply_wh, other.supply_wh)


def test_the_technical_loss_is_what_the_office_would_compute_and_lies_within_the_band_of_its_method(
    table: dict[str, Any],
) -> None:
    made = make(table | {"kinds": [], "days": 30}, RULES, 6, 8)
    bands = {
        (round(low, 3), round(high, 3))
        for area in made.seen.areas
        for low, high in [
            (area.technical_low_wh / area.technical_wh)[:1].tolist()
            + (area.technical_high_wh / area.technical_wh)[:1].tolist()
        ]
    }
    on_record = {band for (recorded, _spread), band in RULES.terms.bands.items() if recorded}
    assert bands & on_record
    assert bands - on_record
    for area in made.seen.areas:
        lost = area.supply_wh + np.nansum(area.feed_wh, axis=0) - area.sold_wh - area.back_wh
        assert area.technical_low_wh.mean() <= lost.mean() <= area.technical_high_wh.mean()


def test_phases_and_areas_are_assigned(table: dict[str, Any]) -> None:
    few = table | {"assigning": table["assigning"] | {"areas": 2, "curve_days": 3}}
    voltage, energy = loss_assigning.by_voltage(few, [SEED]), loss_assigning.by_energy(few, RULES, [SEED])
    near = loss_assigning.neighbours_by_energy(few, RULES, [SEED])
    assert voltage.both >= 0.99 * voltage.customers > 0
    assert energy.phase >= 0.95 * energy.customers > 0
    assert near.area >= 0.95 * near.customers > 0


def test_a_way_that_put_nobody_right_says_so_and_one_that_says_nothing_of_areas_leaves_them_out() -> None:
    none_right = loss_assigning.Rates(customers=12, phase=0)

    assert lab_loss._assigned(none_right) == {"customers": 12, "phase_percent": 0.0, "areas_left_out": 0}
    assert lab_loss._assigned(loss_assigning.Rates(phase=0, left_out=4)) == {
        "customers": 0,
        "areas_left_out": 4,
    }


def test_the_page_shows_the_committed_result_of_the_committed_table_and_the_judged_seeds() -> None:
    page = (ROOT / "docs/rules/loss-causes.md").read_text(encoding="utf-8")
    given = loss_published.record()
    assert given["table"] == loss.digest()
    assert given["seeds"] == loss.table()["judged_seeds"]
    assert "\n".join(loss_published.lines(given)) in page
    for sentence in loss_published.sentences(given):
        assert sentence in page
