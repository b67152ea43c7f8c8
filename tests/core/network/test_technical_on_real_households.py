"""The bands hold for real households too: a hundred of them, minute by minute, on the European low-voltage feeder."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from diansuo.core.network.lines import Consumers, Segments
from diansuo.core.network.spreading import Daily, powers
from diansuo.core.network.technical import Powers, Supply, line_loss
from diansuo.core.network.technical_terms import Spread, TechnicalRules
from diansuo.office.config.rulebook_files import load
from tests.reference import european_lv as feeder

HOUSEHOLDS, DRAWS = 100, 6
HEAD_V = 240.2

pytestmark = pytest.mark.skipif(not feeder.FOLDER.exists(), reason="shared/data/european_lv is not here")


def lines() -> tuple[Segments, Consumers]:
    rows = feeder.lines()
    ends = {below: at for at, (_above, below, _z1, _z0) in enumerate(rows)}
    positive, zero = (np.array([row[at] for row in rows]) for at in (2, 3))
    upper = np.array([ends.get(row[0], -1) for row in rows], dtype=np.int64)
    bus, phase = feeder.load_places()
    segments = Segments(upper, np.full(len(rows), 1000.0), positive, (zero - positive) / 3)
    return segments, Consumers(np.array([ends[each] for each in bus.tolist()], dtype=np.int64), phase)


def test_a_minute_s_truth_lies_within_the_bands_of_curves_and_of_given_profiles() -> None:
    rules = TechnicalRules.of(load(), date(2024, 7, 1), 96)
    folder = feeder.FOLDER / "Daily_1min_100profiles"
    watt = 1000 * np.array([np.loadtxt(folder / f"load_profile_{at + 1}.txt") for at in range(HOUSEHOLDS)])
    segments, consumers = lines()
    random = np.random.default_rng(11)
    for _ in range(DRAWS):
        minutes = watt[random.permutation(HOUSEHOLDS)[: len(consumers)], None]
        quarters = minutes.reshape(len(minutes), 1, 96, 15).mean(axis=3)

        def lost(power: Powers, width: int) -> float:
            return float(
                line_loss(segments, consumers, power, Supply(np.full((1, width), HEAD_V), 0.95)).wh[0]
            )

        nothing = np.zeros((len(minutes), 1))
        truth = lost(Powers(minutes, nothing), 1440)
        curves = lost(Powers(quarters, nothing), 96)
        daily = Daily(minutes.mean(axis=2) * 24, nothing, np.ones_like(nothing, dtype=np.bool_))
        spread, _ = powers(
            daily, np.zeros(len(minutes), dtype=np.int64), rules.given, np.full_like(quarters, np.nan)
        )
        for computed, how in ((curves, Spread.CURVES), (lost(spread, 96), Spread.GIVEN)):
            low, high = rules.terms.bands[True, how]
            assert low <= truth / computed <= high, (how, truth / computed)
        bare = lost(Powers(spread.watt, nothing), 96)
        assert bare < 0.8 * truth, "without the scatter of single households the profile reads a quarter low"
