"""What is fitted to many at once is what the fit says of each."""

from __future__ import annotations

import numpy as np
import pytest

from diansuo.core.network.causes.fitting import Ground, fit, since
from diansuo.core.network.causes.many import Grounds, best_on_grid

DAYS, LOW, HIGH = 47, 0.9, 1.15


def grounds(seed: int, count: int) -> list[Ground]:
    """Areas whose residual follows something or nothing, with some days unknown, the last with all of them."""
    random = np.random.default_rng(seed)
    made = []
    for at in range(count):
        known = (random.random(DAYS) < 0.8) & (at < count - 1)
        residual = random.normal(3_000 * at, 2_000, DAYS) * known
        weight = known / random.uniform(1e5, 1e6, DAYS)
        made.append(Ground(residual, random.uniform(2_000, 4_000, DAYS) * known, weight, 100.0))
    return made


@pytest.mark.parametrize("seed", range(5))
def test_one_energy_against_every_area_is_fitted_as_against_each(seed: int) -> None:
    on = grounds(seed, 6)
    energy = np.random.default_rng(seed + 50).uniform(0, 9_000, DAYS)

    found = Grounds.of(on).fit(energy, LOW, HIGH)

    for at, each in enumerate(on):
        alone = fit(since(energy, each), each, LOW, HIGH)
        for name in ("amplitude", "gain", "error"):
            assert getattr(found, name)[at] == pytest.approx(getattr(alone, name)[0], abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("days", [5, 6, 30, DAYS])
def test_the_best_first_day_on_the_grid_is_the_best_of_those_fitted_one_by_one(seed: int, days: int) -> None:
    random = np.random.default_rng(seed + 100)
    whole = grounds(seed, 4)[2]
    on = Ground(whole.residual[:days], whole.technical[:days], whole.weight[:days], whole.stiffness)
    use, lead = random.uniform(0, 9_000, (20, days)), random.normal(0, 2, (20, days))
    use[3] = 0
    who = np.array([0, 3, 4, 19], dtype=np.int64)

    found = best_on_grid(use, who, on, lead, (5, 4), (LOW, HIGH))

    each = (fit(since(use, on), on, LOW, HIGH).gain + lead)[who][:, 0 : days - 4 : 5]
    assert found == pytest.approx(each.max(axis=1), abs=1e-9)
