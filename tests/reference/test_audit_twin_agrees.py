"""The columns find the same sudden months as the customer-by-customer twin, on random villages; in any company."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.tariff.auditing import alike, energy
from diansuo.core.tariff.auditing.columns import Drafts
from diansuo.core.tariff.auditing.rules import Situation
from diansuo.core.tariff.classes import PriceClass
from tests.core.tariff.test_auditing import LIMITS, PLAIN
from tests.reference import audit_twin
from tests.reference.audit_twin import Month

HOUSEHOLD, SHOP = int(PriceClass.RESIDENTIAL_STEPS), int(PriceClass.COMMERCIAL_SINGLE_PART)


def village(seed: int, size: int) -> list[Month]:
    chance = random.Random(seed)
    return [
        Month(
            area=chance.randrange(4),
            residential=chance.random() < 0.8,
            days=chance.choice((28, 30, 31)),
            energy_wh=chance.choice((0, 50_000, 200_000, 5_000_000)) + chance.choice((0, 37_000, 90_001)),
            last_wh=chance.choice((0, 200_000, 2_000_000)) + chance.randrange(100_000),
            last_days=chance.choice((0, 28, 31)),
            year_ago_wh=chance.choice((None, 0, 180_000, 4_000_000)),
            year_ago_days=30,
        )
        for _each in range(size)
    ]  # fmt: skip


def columns(months: list[Month]) -> Drafts:
    def of(values: list[Any]) -> np.ndarray:
        return np.array(values, np.int64)

    changed = {
        "price_class": of([HOUSEHOLD if one.residential else SHOP for one in months]),
        "to_day": of([one.days for one in months]),
        "energy_wh": of([one.energy_wh for one in months]),
        "last_wh": of([one.last_wh for one in months]),
        "last_days": of([one.last_days for one in months]),
        "year_ago_wh": of([one.year_ago_wh or 0 for one in months]),
        "year_ago_days": of([0 if one.year_ago_wh is None else one.year_ago_days for one in months]),
    }
    changed["ratio_permille"] = alike.changes_permille(
        of([one.area for one in months]), changed["price_class"], changed["energy_wh"], changed["to_day"],
        changed["last_wh"], changed["last_days"], least_members=LIMITS.least_members,
    )  # fmt: skip
    plain = {
        name: np.full(len(months), value, np.bool_ if isinstance(value, bool) else np.int64)
        for name, value in PLAIN.items()
    }
    return Drafts(**plain | changed)


def found(drafts: Drafts) -> list[str]:
    out = [""] * len(drafts)
    for part in energy.sudden(drafts, LIMITS):
        for row, code in zip(part.row.tolist(), part.situation.tolist(), strict=True):
            assert not out[row]
            out[row] = Situation(code).name
    return out


@pytest.mark.parametrize("seed", range(40))
def test_sudden_months_agree(seed: int) -> None:
    months = village(seed, 60)
    assert found(columns(months)) == [
        audit_twin.sudden(
            months, one, percent=50, floor_wh=100_000 if one.residential else 1_000_000, least=5
        )
        for one in months
    ]


@given(st.integers(0, 10_000), st.floats(1.6, 4.0))
def test_a_village_that_moves_as_one_is_nobodys_finding(seed: int, times: float) -> None:
    chance = random.Random(seed)
    months = []
    for _each in range(20):
        last = chance.randrange(100_000, 400_000)
        months.append(Month(1, True, 30, int(last * times), last, 30, None, 30))
    assert set(found(columns(months))) == {""}
