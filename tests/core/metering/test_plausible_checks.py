"""What is possible and hardly true is said, with what it was held against; what is merely unusual is not."""

from __future__ import annotations

import numpy as np
import pytest

from diansuo.core.metering import Findings, History, Rule, SettledMonths, Source, history
from diansuo.core.metering.movement import unlike_the_like
from diansuo.core.metering.plausible_checks import PLAUSIBLE_MULTIPLIERS
from tests.core.metering.histories import THRESHOLDS, D, R, at, findings, one, rules

DUE = D(31, open_day=0)


def past(kwh: int, year_ago: int = 0, estimated: int | None = None) -> History:
    """A month of 31 days used so much; so many months before were estimated."""
    columns = (kwh * 1000, 31, year_ago * 1000, 31 if year_ago else 0, 0)
    run = None if estimated is None else np.array([estimated], np.int64)
    return History(*(np.array([value], np.int64) for value in columns), run)


def month(to_kwh: str, from_kwh: str = "1000", **evidence: object) -> Findings:
    """Findings of one month of one household."""
    return findings([R(0, from_kwh), R(31, to_kwh)], DUE, **evidence)


def sources(source: Source) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([source, source], np.int64)


@pytest.mark.parametrize(("used", "usual", "said"), [
    ("1049.99", 20, False), ("1050", 20, True),  # two and a half times
    ("1007", 1, False), ("1011", 1, True),  # a tiny household: ten kWh more at least
    ("1012", 0, True),  # nobody used anything for months
])  # fmt: skip
def test_many_times_the_usual_is_a_spike_however_small_the_household(
    used: str, usual: int, said: bool
) -> None:
    assert (Rule.SPIKE in rules(month(used, history=past(usual)))) is said


def test_spike_names_what_it_was_held_against_and_is_none_where_last_year_was_alike() -> None:
    told = one(month("1060", history=past(20)), Rule.SPIKE)
    assert (told["actual"], told["expected"], told["limit"]) == (60_000, 20_000, 50_000)
    assert rules(month("1060", history=past(20, year_ago=55))) == []
    assert rules(month("1060")) == []  # no past, nothing to hold it against


def test_a_collected_register_has_more_room_than_a_typed_one() -> None:
    assert Rule.SPIKE in rules(month("1055", history=past(20), source=sources(Source.ENTRY)))
    assert Rule.SPIKE in rules(month("1055", history=past(20), source=sources(Source.LIST)))
    assert rules(month("1055", history=past(20), source=sources(Source.HEAD_END))) == []
    assert Rule.SPIKE in rules(month("1060", history=past(20), source=sources(Source.HEAD_END)))


def test_a_spike_that_the_whole_village_shares_is_nobodys_finding() -> None:
    found = month("1060", history=past(20))
    for permille, said in ((3000, False), (1000, True)):
        kept = unlike_the_like(found, np.array([permille], np.int64), np.array([True]), THRESHOLDS)
        assert (Rule.SPIKE in rules(kept)) is said


def test_register_begun_anew_is_told_from_a_misread_and_a_rollover() -> None:
    found = month("120", from_kwh="48211.5")
    assert rules(found) == [Rule.REVERSED, Rule.RESET]
    told = one(found, Rule.RESET)
    assert (told["actual"], told["expected"], told["limit"]) == (120_000, 48_211_500, 7_142_400)
    assert rules(month("47211.5", from_kwh="48211.5")) == [Rule.REVERSED]  # not near nought
    assert rules(month("120", from_kwh="999900")) == [Rule.ROLLOVER]  # the end was near


def test_idle_contract_that_uses_energy_is_said_and_a_kwh_is_not() -> None:
    idle = np.array([True])
    assert rules(month("1001", idle=idle)) == []
    told = one(month("1030", idle=idle), Rule.INACTIVE)
    assert (told["actual"], told["limit"]) == (30_000, 1000)
    assert rules(month("1030", idle=~idle)) == []


@pytest.mark.parametrize(
    ("multiplier", "near"), [(1, 0), (20, 0), (30, 0), (1500, 0), (4000, 0), (21, 20), (37, 40)]
)
def test_multiplier_that_no_rated_transformers_give_is_said_with_the_nearest(
    multiplier: int, near: int
) -> None:
    rows = [R(0, "1000", multiplier=multiplier), R(31, "1010", multiplier=multiplier)]
    found = findings(rows, D(31, open_day=0, capacity_w=1_000_000)).of(Rule.MULTIPLIER)
    assert found.expected.tolist() == ([near] if near else [])
    assert 1 in PLAUSIBLE_MULTIPLIERS


def test_months_may_be_estimated_only_so_often_in_a_row() -> None:
    rows = [R(0, "1000"), at(R(31, "1020"), estimated=True)]
    assert Rule.ESTIMATE_LONG not in rules(findings(rows, DUE, history=past(20, estimated=1)))
    told = one(findings(rows, DUE, history=past(20, estimated=2)), Rule.ESTIMATE_LONG)
    assert (told["actual"], told["limit"]) == (3, 2)
    assert Rule.ESTIMATE_LONG not in rules(month("1020", history=past(20, estimated=5)))  # read at last


def test_run_of_estimates_ends_at_a_month_that_was_read() -> None:
    def run(*estimated: bool) -> list[int] | None:
        months = np.arange(100, 100 + len(estimated))
        same = np.full(len(estimated), 7, np.int64)
        known = SettledMonths(same, months, same, same, np.array(estimated, np.bool_))
        found = history(np.array([7], np.int64), 100 + len(estimated), known, 3).estimated_run
        return None if found is None else found.tolist()

    assert run(True, False, True, True) == [2]
    assert run(True, True, False) == [0]


def test_likely_register_is_suggested_beside_the_doubt() -> None:
    told = one(month("30811.5", from_kwh="30090", history=past(100)), Rule.TRANSPOSED)
    assert told["expected"] == 30_181_500
    slipped = month("301815", from_kwh="30090", history=past(100))
    assert one(slipped, Rule.DECIMAL)["expected"] == 30_181_500
    tenth = month("3018.15", from_kwh="30090", history=past(100))
    assert one(tenth, Rule.DECIMAL)["expected"] == 30_181_500
    assert Rule.REVERSED in rules(tenth)


def test_nothing_is_suggested_without_a_doubt_or_where_nothing_likely_is_near() -> None:
    assert rules(month("30181.5", from_kwh="30090", history=past(100))) == []
    far = month("35000", from_kwh="30090", history=past(100))
    assert not {Rule.TRANSPOSED, Rule.DECIMAL} & set(rules(far))
    collected = month("30811.5", from_kwh="30090", history=past(100), source=sources(Source.HEAD_END))
    assert Rule.TRANSPOSED not in rules(collected)


def test_a_station_where_nobody_is_due_has_no_finding() -> None:
    source = np.array([Source.LIST], np.int64)
    nothing = np.zeros(0, np.int64)
    past = History(nothing, nothing, nothing, nothing, nothing)
    assert rules(findings([R(0, "1000")], history=past, source=source)) == []
