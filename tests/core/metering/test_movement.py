"""What moved as its like did is no sudden month; what did not is."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.metering import Findings, History, Rule
from diansuo.core.metering.movement import NO_LIKE, unlike_the_like
from tests.core.metering.histories import THRESHOLDS, D, R, findings, rules

HOUSEHOLD = np.array([True])


def august(kwh: int, recent_kwh: int = 200) -> Findings:
    """A month of 31 days after a recent one of as many."""
    past = History(*(np.array([value], np.int64) for value in (recent_kwh * 1000, 31, 0, 0, 0)))
    return findings([R(0, "1000"), R(31, str(1000 + kwh))], D(31, open_day=0), history=past)


def judged(found: Findings, permille: int, *, residential: bool = True) -> list[Rule]:
    """R-HISTORY, if it remains beside a usual change."""
    usual = np.array([permille], np.int64)
    kept = unlike_the_like(found, usual, np.array([residential]), THRESHOLDS)
    return rules(kept.of(Rule.HISTORY))


@pytest.mark.parametrize(("kwh", "permille", "said"), [
    (420, 2000, False),  # the whole village doubled
    (420, 1000, True),  # nobody else moved
    (420, NO_LIKE, True),  # nobody to compare with
    (599, 1000, True), (299, 1000, False), (300, 1000, True),  # half above what is usual, where nobody moved
    (799, 2000, False), (800, 2000, True),  # where all moved, half above twice their way

    (30, 200, False),  # the village left for the city
    (30, 1000, True),
])  # fmt: skip
def test_a_month_that_moved_as_its_like_did_is_not_sudden(kwh: int, permille: int, said: bool) -> None:
    assert judged(august(kwh), permille) == [Rule.HISTORY] * said


def test_a_month_that_stood_still_while_all_moved_is_no_news_here() -> None:
    assert judged(august(200), 3000) == []


def test_every_other_rule_stays_whatever_the_village_does() -> None:
    found = findings([R(0, "1000"), R(31, "1000")], D(31, open_day=0), D(31, open_day=0, point=8))
    usual = np.array([1000, 1000], np.int64)
    kept = unlike_the_like(found, usual, np.array([True, True]), THRESHOLDS)
    assert rules(kept) == rules(found)


@given(st.integers(1, 3000), st.integers(0, 3000), st.integers(-1, 5000))
def test_the_slow_twin_keeps_the_same(kwh: int, recent_kwh: int, permille: int) -> None:
    found = august(kwh, recent_kwh)
    spoke = Rule.HISTORY in rules(found)
    usual_wh = recent_kwh * 1000 * permille // 1000
    gap = max(Fraction(100_000), Fraction(usual_wh, 2))
    far_wh = max(2 * usual_wh - recent_kwh * 1000, 0)
    low, high = sorted((usual_wh, far_wh))
    apart = low - kwh * 1000 if kwh * 1000 < low else max(kwh * 1000 - high, 0)
    stays = spoke and (permille == NO_LIKE or apart >= gap)
    assert (Rule.HISTORY in judged(found, permille)) == stays
