"""The bands of the technical loss hold in sample stations that none of them was read off."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from diansuo.core.network.technical_terms import BANDS, TechnicalRules
from diansuo.lab.technical_band import POINTS, measured
from diansuo.office.config.rulebook_files import load

UNSEEN = ((901, date(2024, 2, 20)), (902, date(2024, 8, 5)))
INSIDE = 0.93


@pytest.fixture(scope="module")
def ratios() -> dict[object, object]:
    rules = TechnicalRules.of(load(), date(2024, 7, 1), POINTS)
    found = [measured(rules, seed=seed, first_day=day, customers=1_200, days=7) for seed, day in UNSEEN]
    return {key: np.concatenate([each[key].ravel() for each in found]) for key in BANDS}


@pytest.mark.parametrize("key", sorted(BANDS))
def test_the_true_loss_lies_within_the_band_of_the_computed_one(
    ratios: dict[object, np.ndarray], key: tuple[bool, int]
) -> None:
    low, high = TechnicalRules.of(load(), date(2024, 7, 1), POINTS).terms.bands[key]
    every = ratios[key]
    solved = every[np.isfinite(every)]
    assert len(solved) >= 0.99 * len(every)
    assert ((solved >= low) & (solved <= high)).mean() >= INSIDE


def test_to_know_the_lines_narrows_the_band_more_than_to_know_the_curves() -> None:
    bands = TechnicalRules.of(load(), date(2024, 7, 1), POINTS).terms.bands
    width = {key: high / low for key, (low, high) in bands.items()}
    assert max(width[True, spread] for _, spread in BANDS) < min(width[False, spread] for _, spread in BANDS)
