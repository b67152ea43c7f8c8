"""The operator-mistake laboratory as a regression test: what reaches issue without anybody having been told.

What the checks cannot catch stands in ``known_misses.yaml`` with its reason; a miss that is not named there fails, and
so does a name that is no miss any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from diansuo.lab import mistakes
from diansuo.sandbox import prices

if TYPE_CHECKING:  # Django is not loaded yet
    from diansuo.lab.judging import Verdict
    from diansuo.lab.laboratory import Report

pytestmark = pytest.mark.django_db

SEEDS = [11]
FIVE, MONTHS, ALARMS = 500, 3, 5


@pytest.fixture(scope="module")
def report(django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """All mistakes of the table, once with each of its sizes, with and without daily freeze; taken back afterwards."""
    from django.conf import settings

    from diansuo.lab import laboratory
    from diansuo.office.config import rulebook

    home, folder = settings.HOME, tmp_path_factory.mktemp("lab")
    prices.write_rules(folder / "rulebook")
    settings.HOME = replace(home, folder=folder, commercial_place=prices.PLACE)
    rulebook.book.cache_clear()
    try:
        with django_db_blocker.unblock(), transaction.atomic():
            found = laboratory.run(folder / "lab", seeds=SEEDS)
            transaction.set_rollback(True)
    finally:
        settings.HOME = home
        rulebook.book.cache_clear()
    return found


def test_the_table_has_every_kind_in_several_sizes_and_every_mistake_was_made(report: Report) -> None:
    kinds = mistakes.kinds()
    assert len(kinds) >= 25
    assert len({each.name for each in kinds}) == len(kinds)
    assert report.table == mistakes.digest()
    for trial in report.trials.values():
        made = {(each.kind, each.size) for each in trial.verdicts}
        assert made == {(kind.name, size) for kind in kinds for size in kind.sizes}


def missed(report: Report, condition: str, counts: Callable[[Verdict], bool]) -> list[str]:
    """Return what nobody was told of under a condition and is no known miss."""
    found = {f"{each.kind}/{each.size}" for each in report.trials[condition].verdicts if counts(each)}
    return sorted(found - set(mistakes.known_misses()[condition]))


def about_reading(verdict: Verdict) -> bool:
    return verdict.door in ("list", "exchange")


def test_with_a_daily_freeze_no_reading_that_moves_a_bill_by_five_yuan_reaches_issue_unflagged(
    report: Report,
) -> None:
    assert missed(report, "with_freeze", lambda each: about_reading(each) and each.unflagged_fen > FIVE) == []


def test_without_one_none_above_three_times_the_customers_mean_month(report: Report) -> None:
    def counts(each: Verdict) -> bool:
        return about_reading(each) and each.unflagged_fen > MONTHS * abs(each.mean_month_fen)

    assert missed(report, "without_freeze", counts) == []


def test_no_edit_of_terms_reaches_issue_unflagged(report: Report) -> None:
    known = mistakes.known_misses()["terms"]
    for trial in report.trials.values():
        edits = [each for each in trial.verdicts if not about_reading(each) and each.unflagged_fen > 0]
        assert {f"{each.kind}/{each.size}" for each in edits} - set(known) == set()


def test_a_known_miss_is_a_miss_of_the_table_and_says_why(report: Report) -> None:
    made = {f"{each.kind}/{each.size}" for each in report.trials["with_freeze"].verdicts}
    for condition, named in mistakes.known_misses().items():
        assert set(named) <= made, condition
        assert all(zh and en for zh, en in named.values()), condition


def test_false_alarms_stay_under_five_per_thousand_good_customers(report: Report) -> None:
    for trial in report.trials.values():
        assert trial.alarms.per_thousand < ALARMS, trial.alarms
