"""Every reading check: what it must say, and when it must keep silent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from diansuo.core.metering import (
    SEVERITY,
    Changes,
    Evidence,
    History,
    Purpose,
    Register,
    Rule,
    Severity,
    part_mask,
)
from diansuo.core.quantity.arrays import WrongColumn
from tests.core.metering.histories import D, R, at, findings, one, rules

FINAL, INITIAL, SPECIAL = Purpose.FINAL, Purpose.INITIAL, Purpose.SPECIAL
TOTAL, PEAK, VALLEY = Register.ACTIVE_TOTAL, Register.ACTIVE_PEAK, Register.ACTIVE_VALLEY
TWO_PARTS = part_mask(PEAK, VALLEY)
MONTH = [R(0, "1000"), R(31, "1200")]
DUE = D(31, open_day=0)


def past(
    recent: str = "200", days: int = 31, year_ago: str = "0", year_days: int = 0, run: int = 0
) -> History:
    """History of the only due point; energy in kWh."""
    columns = (int(recent) * 1000, days, int(year_ago) * 1000, year_days, run)
    return History(*(np.array([value], np.int64) for value in columns))


def changes(day: int, multiplier: bool = False, point: int = 7) -> Changes:
    """One change of terms."""
    return Changes(np.array([point]), np.array([day]), np.array([multiplier]))


def parts(total: str, peak: str, valley: str, day: int) -> list[R]:
    """The three registers of a household with peak and valley."""
    return [R(day, total), R(day, peak, PEAK), R(day, valley, VALLEY)]


def test_ordinary_month_has_no_finding() -> None:
    assert rules(findings(MONTH, DUE, history=past())) == []


def test_every_rule_has_one_severity_and_one_id() -> None:
    assert set(SEVERITY) == set(Rule)
    assert Rule.PART_MISSING.id == "R-PART-MISSING"


def test_point_not_read_is_held() -> None:
    found = findings(MONTH, DUE, D(31, open_day=0, point=8))
    assert rules(found) == [Rule.MISSING]
    assert found.held(2).tolist() == [False, True]
    assert one(found, Rule.MISSING)["from_day"] == 0


def test_first_reading_is_mentioned_and_not_held() -> None:
    found = findings(MONTH[1:], D(31))
    assert rules(found) == [Rule.OPENING]
    assert found.held(1).tolist() == [False]


def test_reading_that_does_not_join_the_last_settlement_is_held() -> None:
    found = findings(MONTH, D(31, open_day=10))
    assert rules(found) == [Rule.UNCONNECTED]
    assert one(found, Rule.UNCONNECTED)["expected"] == 10
    assert found.held(1).all()


@pytest.mark.parametrize("still_open", [True, False])
def test_open_previous_period_holds_this_one(still_open: bool) -> None:
    found = findings(MONTH, DUE, previous_open=np.array([still_open]))
    assert rules(found) == [Rule.PREVIOUS_OPEN] * still_open
    assert found.held(1).tolist() == [still_open]


def test_change_of_terms_inside_the_period_needs_a_reading_that_day() -> None:
    found = findings(MONTH, DUE, changes=changes(12))
    assert rules(found) == [Rule.CHANGE_INSIDE]
    assert one(found, Rule.CHANGE_INSIDE)["actual"] == 12
    assert found.held(1).all()
    assert rules(findings([*MONTH, R(12, "1100", purpose=SPECIAL)], DUE, changes=changes(12))) == []


@pytest.mark.parametrize(("day", "point"), [(0, 7), (31, 7), (40, 7), (12, 8)])
def test_change_at_the_edge_outside_or_elsewhere_is_no_finding(day: int, point: int) -> None:
    assert rules(findings(MONTH, DUE, changes=changes(day, point=point))) == []


def test_estimate_is_mentioned() -> None:
    found = findings([MONTH[0], at(MONTH[1], estimated=True)], DUE)
    assert rules(found) == [Rule.ESTIMATED]
    assert SEVERITY[Rule.ESTIMATED] == Severity.INFO


def test_register_running_backwards_is_held_and_hides_what_follows_from_it() -> None:
    rows = [*parts("1000", "600", "400", 0), *parts("900", "700", "480", 31)]
    found = findings(rows, D(31, open_day=0, parts=TWO_PARTS), history=past())
    assert rules(found) == [Rule.REVERSED]
    told = one(found, Rule.REVERSED)
    assert (told["register"], told["actual"], told["expected"], told["reading_row"]) == (
        0,
        900_000,
        1_000_000,
        3,
    )
    assert found.held(1).all()


def test_accepted_rollover_is_shown_with_its_evidence_and_not_held() -> None:
    rows = [*parts("999983.94", "700112.11", "299871.83", 0), *parts("187.92", "700257.15", "299930.78", 31)]
    found = findings(rows, D(31, open_day=0, parts=TWO_PARTS), history=past("170", 31))
    assert rules(found) == [Rule.ROLLOVER]
    told = one(found, Rule.ROLLOVER)
    assert (told["actual"], told["expected"], told["limit"]) == (203_980, 999_983_940, 7_142_400)
    assert not found.held(1).any()


def test_meter_that_changed_without_readings_is_held() -> None:
    found = findings([MONTH[0], at(MONTH[1], meter=2)], DUE)
    assert rules(found) == [Rule.BROKEN]
    assert (one(found, Rule.BROKEN)["actual"], one(found, Rule.BROKEN)["expected"]) == (2, 1)


@pytest.mark.parametrize(("back_on", "said"), [(10, []), (14, [Rule.UNMETERED])])
def test_days_without_a_meter_are_pointed_out(back_on: int, said: list[Rule]) -> None:
    rows = [
        R(0, "100"),
        R(10, "150", purpose=FINAL),
        R(back_on, "0", purpose=INITIAL, meter=2),
        R(31, "60", meter=2),
    ]
    found = findings(rows, DUE)
    assert rules(found) == said
    assert found.actual.tolist() == [4] * len(said)


def test_register_with_more_digits_than_the_meter_is_held() -> None:
    found = findings([R(0, "99990", digits=5), R(31, "100010", digits=5)], DUE)
    assert rules(found) == [Rule.OVER_DIGITS]
    assert (one(found, Rule.OVER_DIGITS)["actual"], one(found, Rule.OVER_DIGITS)["limit"]) == (
        100_010_000,
        100_000_000,
    )


@pytest.mark.parametrize(("after", "said"), [("8142.4", []), ("8142.41", [Rule.MAXIMUM])])
def test_energy_above_the_theoretical_maximum_is_held(after: str, said: list[Rule]) -> None:
    """8 kW × 24 h × 31 days × 1.2 = 7142.4 kWh."""
    found = findings([R(0, "1000"), R(31, after)], DUE)
    assert rules(found) == said
    assert found.held(1).tolist() == [bool(said)]
    assert rules(findings([R(0, "1000"), R(31, after)], D(31, open_day=0, capacity_w=0))) == []


@pytest.mark.parametrize(
    ("peak", "said"),
    [("660.01", []), ("661.02", []), ("661.03", [Rule.SUM]), ("658.98", []), ("658.97", [Rule.SUM])],
)
def test_total_and_parts_may_differ_by_rounding_and_one_kwh(peak: str, said: list[Rule]) -> None:
    """Two parts: 2 × 0.01 + 1 = 1.02 kWh."""
    rows = [*parts("1000", "600", "400", 0), *parts("1100", peak, "440", 31)]
    found = findings(rows, D(31, open_day=0, parts=TWO_PARTS))
    assert rules(found) == said
    assert found.limit.tolist() == [1_020] * len(said)


def test_rounding_of_the_parts_grows_with_the_multiplier() -> None:
    before = [at(row, multiplier=100) for row in parts("1000", "600", "400", 0)]
    within = [at(row, multiplier=100) for row in parts("1100", "660.03", "440", 31)]
    beyond = [at(row, multiplier=100) for row in parts("1100", "660.04", "440", 31)]
    big = D(31, open_day=0, parts=TWO_PARTS, capacity_w=100_000)
    assert rules(findings([*before, *within], big)) == []
    told = one(findings([*before, *beyond], big), Rule.SUM)
    assert (told["actual"], told["expected"], told["limit"]) == (10_000_000, 10_004_000, 3_000)


def test_an_exchange_adds_the_rounding_of_the_parts_once_more() -> None:
    old = [*parts("1000", "600", "400", 0)]
    final = [at(row, purpose=FINAL) for row in parts("1100", "660", "440", 10)]
    first = [at(row, purpose=INITIAL, meter=2) for row in parts("0", "0", "0", 10)]
    for peak, said in (("61.04", []), ("61.05", [Rule.SUM])):
        last = [at(row, meter=2) for row in parts("100", peak, "40", 31)]
        found = findings([*old, *final, *first, *last], D(31, open_day=0, parts=TWO_PARTS))
        assert rules(found) == said
        assert found.limit.tolist() == [1_040] * len(said)


def test_registers_that_never_added_up_are_no_finding_while_their_differences_do() -> None:
    rows = [*parts("5000", "600", "400", 0), *parts("5100", "660", "440", 31)]
    assert rules(findings(rows, D(31, open_day=0, parts=TWO_PARTS))) == []


def test_missing_part_of_a_time_of_use_customer_is_held_part_by_part() -> None:
    found = findings(MONTH, D(31, open_day=0, parts=TWO_PARTS))
    assert rules(found) == [Rule.PART_MISSING, Rule.PART_MISSING]
    assert found.register.tolist() == [PEAK, VALLEY]
    assert found.held(1).all()
    rows = [*parts("1000", "600", "400", 0), *parts("1100", "660", "440", 31)[:2]]
    assert one(findings(rows, D(31, open_day=0, parts=TWO_PARTS)), Rule.PART_MISSING)["register"] == VALLEY


def test_part_that_begins_inside_the_period_is_missing() -> None:
    rows = [*MONTH, *(R(day, kwh, reg) for reg in (PEAK, VALLEY) for day, kwh in ((9, "1"), (31, "50")))]
    assert rules(findings(rows, D(31, open_day=0, parts=TWO_PARTS))) == [Rule.PART_MISSING] * 2
    assert rules(findings(rows, DUE)) == []


@pytest.mark.parametrize(
    ("energy", "history", "said"),
    [
        ("299", past("200"), False),  # under a half
        ("300", past("200"), True),  # exactly a half and 100 kWh
        ("100", past("200"), True),  # downwards
        ("101", past("200"), False),
        ("150", past("60"), False),  # more than double, yet only 90 kWh
        ("100", past("0"), True),  # from nothing
        ("300", past("0", days=0), False),  # nothing known
        ("300", past("200", 31, "290", 31), False),  # like the same month of the year before
        ("300", past("200", 31, "200", 31), True),
        ("300", past("600", 93), True),  # three months of 200
        ("600", past("200", 10), False),  # 620 expected of 31 days
    ],
)
def test_month_is_unusual_if_unlike_its_own_past_and_its_year_before(
    energy: str, history: History, said: bool
) -> None:
    found = findings([R(0, "1000"), R(31, str(1000 + int(energy)))], DUE, history=history)
    assert len(found.of(Rule.HISTORY)) == said
    assert not found.held(1).any()


@pytest.mark.parametrize(("energy", "said"), [("1100", False), ("1200", True)])
def test_other_customers_need_a_larger_difference(energy: str, said: bool) -> None:
    rows = [R(0, "1000"), R(31, str(1000 + int(energy)))]
    found = findings(rows, D(31, open_day=0, residential=False), history=past("200"))
    assert len(found.of(Rule.HISTORY)) == said
    assert len(findings(rows, DUE, history=past("200")).of(Rule.HISTORY)) == 1


def test_exactly_half_of_an_odd_number_of_wh_is_not_rounded_in_favour_of_a_finding() -> None:
    odd = History(*(np.array([value]) for value in (200_001, 31, 0, 0, 0)))
    for energy_kwh, said in (("1300.001", []), ("1300.002", [Rule.HISTORY])):
        assert rules(findings([R(0, "1000"), R(31, energy_kwh)], DUE, history=odd)) == said


def test_several_missed_months_are_compared_by_day_averages() -> None:
    rows = [R(0, "1000"), R(92, "1600")]
    assert rules(findings(rows, D(92, open_day=0), history=past("200", 31))) == []


@pytest.mark.parametrize(
    ("before", "rule"), [(0, Rule.ZERO), (1, Rule.ZERO), (2, Rule.ZERO_RUN), (7, Rule.ZERO_RUN)]
)
def test_zero_month_is_counted_and_the_third_calls_for_a_visit(before: int, rule: Rule) -> None:
    found = findings([R(0, "1000"), R(31, "1000")], DUE, history=past("500", run=before))
    assert rules(found) == [rule]
    assert (one(found, rule)["actual"], one(found, rule)["limit"]) == (before + 1, 3)


def test_zero_month_of_an_inactive_point_is_no_finding() -> None:
    rows = [R(0, "1000"), R(31, "1000")]
    assert rules(findings(rows, D(31, open_day=0, inactive=True))) == []
    assert rules(findings(rows, DUE)) == [Rule.ZERO]


@pytest.mark.parametrize(
    ("kwh", "rule", "held"), [("1200", Rule.REPEATED, False), ("1201", Rule.CONFLICT, True)]
)
def test_reading_entered_twice_is_harmless_only_if_the_value_is_the_same(
    kwh: str, rule: Rule, held: bool
) -> None:
    found = findings([*MONTH, at(MONTH[1], kwh=kwh)], DUE)
    assert rules(found) == [rule]
    assert (one(found, rule)["reading_row"], one(found, rule)["expected"]) == (2, 1_200_000)
    assert found.held(1).tolist() == [held]


def test_readings_of_other_purpose_day_or_register_are_not_the_same() -> None:
    rows = [*MONTH, R(31, "1200", purpose=SPECIAL), R(30, "1199"), R(31, "5", PEAK)]
    assert rules(findings(rows, DUE)) == []


def test_conflict_before_the_last_settlement_does_not_hold_this_month() -> None:
    rows = [R(-31, "700"), R(-31, "701"), *MONTH]
    assert rules(findings(rows, DUE)) == []
    assert rules(findings([at(MONTH[0], kwh="999"), *MONTH], DUE)) == [Rule.CONFLICT]


def test_conflict_after_the_window_belongs_to_a_later_month() -> None:
    rows = [*MONTH, R(62, "1300"), R(62, "1301")]
    assert rules(findings(rows, DUE)) == []
    assert rules(findings(rows, D(62, open_day=31))) == [Rule.CONFLICT]


def test_duplicate_of_a_point_that_is_not_due_is_told_without_a_due_row() -> None:
    found = findings([*MONTH, at(MONTH[1], point=8), at(MONTH[1], point=8, kwh="1")], DUE)
    assert one(found, Rule.CONFLICT)["due_row"] == -1
    assert not found.held(1).any()


def test_findings_are_ordered_by_due_row_and_rule() -> None:
    rows = [*MONTH, MONTH[1], *(at(row, point=8, kwh="1000") for row in MONTH), R(31, "1", point=9)]
    found = findings(rows, D(31, open_day=0, point=8), DUE)
    assert found.due_row.tolist() == [0, 1]
    assert rules(found) == [Rule.ZERO, Rule.REPEATED]


@pytest.mark.parametrize(
    "evidence",
    [{"previous_open": np.array([True, False])}, {"history": History(*[np.zeros(2, np.int64)] * 5)}],
)
def test_evidence_of_the_wrong_length_is_refused(evidence: dict[str, Any]) -> None:
    with pytest.raises(WrongColumn, match="expected 1 rows, got 2"):
        findings(MONTH, DUE, **evidence)


def test_without_evidence_its_rules_are_off() -> None:
    assert Evidence() == Evidence(None, None, None, None, None, None, None)
    assert rules(findings([R(0, "0"), R(31, "5000")], DUE)) == []
