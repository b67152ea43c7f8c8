"""Commercial months divided by the engine and by its slow twin, on random days, registers and losses."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import pytest

from diansuo.core.tariff.commercial import CommercialFreeze, CommercialInput
from diansuo.core.tariff.commercial.dividing import divide_energy
from tests.core.tariff.commercial.columns_of import commercial_input
from tests.reference.commercial_dividing_twin import divide

BANDS = 5


def month(random: Random) -> tuple[CommercialInput, list[int], CommercialFreeze, list[dict[int, Fraction]]]:
    """Return a row, days of change, what is known of some of them, and the same as shares for the twin."""
    length = random.randrange(2, 40)
    start = 20_000 + random.randrange(300)
    days = [start + random.randrange(1, length) for _ in range(random.randrange(4))]
    read = [random.choice([0, random.randrange(10**9)]) for _ in range(BANDS)]
    settled = [wh + random.randrange(wh // 20 + 1) for wh in read]
    known = sorted({day for day in days if random.random() < 0.5})
    shares = [sorted(Fraction(random.randrange(101), 100) for _ in known) for _ in range(BANDS)]
    used = [[int(wh * share) for share in of_band] for wh, of_band in zip(read, shares, strict=True)]
    row = commercial_input({"band_wh": settled, "from_day": start, "to_day": start + length})
    totals = [sum(band[at] for band in used) for at in range(len(known))]
    freeze = CommercialFreeze(
        np.zeros(len(known), np.int64),
        np.array(known, np.int64),
        np.array(totals, np.int64),
        np.full(len(known), sum(read)),
        np.array(used, np.int64).reshape(BANDS, len(known)).T.copy(),
        np.tile(np.array(read, np.int64), (len(known), 1)),
    )
    if sum(read) == 0:
        return row, days, freeze, [{} for _ in range(BANDS)]
    of_total = [Fraction(total, sum(read)) for total in totals]
    by_day = [
        {
            day: Fraction(used[band][at], read[band]) if read[band] else of_total[at]
            for at, day in enumerate(known)
        }
        for band in range(BANDS)
    ]
    return row, days, freeze, by_day


@pytest.mark.parametrize("seed", range(150))
def test_the_engine_divides_every_period_as_the_twin_does(seed: int) -> None:
    row, days, freeze, known = month(Random(seed))
    changes = np.zeros(len(days), np.int64), np.array(days, np.int64)
    divided = divide_energy(row, *changes, freeze.sound(), np.ones(1, np.bool_))
    start, end = int(row.from_day[0]), int(row.to_day[0])
    for band in range(BANDS):
        expected = divide(int(row.band_wh[0, band]), start, end, days, known[band])
        assert divided.band_wh[:, band].tolist() == expected
    assert divided.energy_wh.sum() == row.energy_wh[0]
    assert (divided.band_wh >= 0).all()


def test_a_register_that_runs_backwards_between_two_days_leaves_the_month_to_days() -> None:
    row = commercial_input({"band_wh": [0, 0, 900, 0, 0], "from_day": 20_000, "to_day": 20_030})
    bands = np.array([[0, 0, 600, 0, 0], [0, 0, 500, 0, 0]])
    whole = np.tile(row.band_wh, (2, 1))
    days = np.array([20_010, 20_020])
    rows = np.zeros(2, np.int64)
    freeze = CommercialFreeze(rows, days, bands.sum(axis=1), whole.sum(axis=1), bands, whole)
    assert len(freeze.sound()) == 0
    assert len(freeze.take(np.array([0])).sound()) == 1
    divided = divide_energy(row, rows, days, freeze.sound(), np.ones(1, np.bool_))
    assert divided.energy_wh.tolist() == [300, 300, 300]
    assert divided.by_days.all()
