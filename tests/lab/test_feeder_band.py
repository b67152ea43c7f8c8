"""The bands of a feeder's technical loss hold in sample stations that none of them was read off."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from diansuo.core.network.feeder_terms import FeederRules
from diansuo.core.network.technical_terms import BANDS, TRANSFORMERS, TechnicalRules, plates_of
from diansuo.lab.feeder_band import POINTS, Ratios, measured
from diansuo.office.config.rulebook_files import load

UNSEEN = ((901, date(2024, 2, 20)), (902, date(2024, 8, 5)))
DAY = date(2024, 7, 1)
INSIDE = 0.93


@pytest.fixture(scope="module")
def stations() -> list[Ratios]:
    rules, of_areas = FeederRules.of(load(), DAY), TechnicalRules.of(load(), DAY, POINTS)
    plates = plates_of(load().in_force(TRANSFORMERS, DAY))
    return [
        measured(rules, of_areas, plates, seed=seed, first_day=day, customers=1_200, days=7)
        for seed, day in UNSEEN
    ]


def inside(ratios: list[np.ndarray], band: tuple[float, float]) -> float:
    every = np.concatenate([each.ravel() for each in ratios])
    assert np.isfinite(every).all()
    return float(((every >= band[0]) & (every <= band[1])).mean())


@pytest.mark.parametrize("key", sorted(BANDS))
def test_the_true_line_loss_lies_within_the_band_of_the_computed_one(
    stations: list[Ratios], key: tuple[bool, int]
) -> None:
    assert (
        inside([each.line[key] for each in stations], FeederRules.of(load(), DAY).terms.bands[key]) >= INSIDE
    )


def test_transformers_of_another_model_than_the_assumed_one_lie_within_their_band(
    stations: list[Ratios],
) -> None:
    assert (
        inside([each.assumed for each in stations], FeederRules.of(load(), DAY).terms.assumed_band) >= INSIDE
    )


def test_to_know_the_lines_narrows_the_band(stations: list[Ratios]) -> None:
    bands = FeederRules.of(load(), DAY).terms.bands
    width = {key: high / low for key, (low, high) in bands.items()}
    assert max(width[True, spread] for _, spread in BANDS) < min(width[False, spread] for _, spread in BANDS)
