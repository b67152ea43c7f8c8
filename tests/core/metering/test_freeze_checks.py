"""What was written down against what the meter froze, and a meter's level before and after an exchange."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from diansuo.core.metering import Known, Purpose, Register, Rule
from diansuo.core.metering.evidence import Frozen
from tests.core.metering.histories import D, R, findings, one, rules

MONTH = [R(0, "1000"), R(31, "1200")]
DUE = D(31, open_day=0)
FREEZES = (Rule.FREEZE, Rule.FREEZE_DAY, Rule.FREEZE_EXCHANGE)


def column(*values: int | None) -> Known:
    return Known(
        np.array([value or 0 for value in values], np.int64),
        np.array([value is not None for value in values], np.bool_),
    )


def frozen(on_day: Sequence[int | None], next_day: Sequence[int | None]) -> Frozen:
    return Frozen(column(*on_day), column(*next_day))


@pytest.mark.parametrize(
    ("on_day", "next_day", "told"),
    [
        (1_200_000, 1_206_000, None),
        (1_200_020, 1_206_000, None),
        (1_200_021, 1_206_000, Rule.FREEZE),
        (1_199_979, 1_206_000, Rule.FREEZE_DAY),
        (1_194_000, 1_199_980, Rule.FREEZE_DAY),
        (1_194_000, 1_199_979, Rule.FREEZE),
        (1_100_000, None, Rule.FREEZE_DAY),
        (1_200_500, None, Rule.FREEZE),
        (None, 1_100_000, None),
    ],
)
def test_the_register_is_that_of_its_day(on_day: int | None, next_day: int | None, told: Rule | None) -> None:
    found = findings(MONTH, DUE, freeze=frozen([None, on_day], [None, next_day]))
    assert rules(found) == ([told] if told else [])
    assert found.held(1).any() == (told is Rule.FREEZE)
    if told:
        assert one(found, told)["expected"] == on_day


def test_the_register_of_last_month_was_asked_about_last_month() -> None:
    assert rules(findings(MONTH, DUE, freeze=frozen([5, 1_200_000], [6, 1_206_000]))) == []


def test_demand_is_no_counter() -> None:
    rows = [*MONTH, R(31, "40", register=Register.DEMAND)]
    found = findings(rows, DUE, freeze=frozen([None, None, 30_000], [None, None, 31_000]))
    assert not np.isin(found.rule, FREEZES).any()


def exchange(final: str, first: str) -> list[R]:
    return [
        R(0, "1000"),
        R(10, final, purpose=Purpose.FINAL),
        R(10, first, purpose=Purpose.INITIAL, meter=2),
        R(31, "140", meter=2),
    ]


@pytest.mark.parametrize(
    ("final", "first", "told"),
    [
        ("1060", "0", False),
        ("1066", "0", False),
        ("1070", "0", True),
        ("1060", "7", True),
        ("1055", "0", True),
    ],
)
def test_both_meters_together_count_a_day_on_the_day_of_an_exchange(
    final: str, first: str, told: bool
) -> None:
    """The old one froze 1,060 kWh that morning, the new one 6 kWh the morning after: the day used 6 of a mean of 6."""
    found = findings(
        exchange(final, first), DUE, freeze=frozen([None, 1_060_000, None, None], [None, None, 6_000, None])
    )
    assert rules(found) == [Rule.FREEZE_EXCHANGE] * told


@pytest.mark.parametrize(
    ("used_after", "multiplier", "told"),
    [("126", 20, False), ("158", 20, True), ("94", 20, True), ("157", 20, False), ("252", 1, False)],
)
def test_behind_transformers_a_day_after_an_exchange_is_like_a_day_before(
    used_after: str, multiplier: int, told: bool
) -> None:
    rows = [
        R(0, "1000", multiplier=multiplier),
        R(10, "1060", purpose=Purpose.FINAL, multiplier=multiplier),
        R(10, "0", purpose=Purpose.INITIAL, meter=2, multiplier=multiplier),
        R(31, used_after, meter=2, multiplier=multiplier),
    ]
    found = findings(rows, D(31, open_day=0, capacity_w=0))
    assert rules(found) == [Rule.EXCHANGE_LEVEL] * told


def test_two_days_after_an_exchange_say_nothing() -> None:
    rows = [
        R(0, "1000", multiplier=20),
        R(29, "1174", purpose=Purpose.FINAL, multiplier=20),
        R(29, "0", purpose=Purpose.INITIAL, meter=2, multiplier=20),
        R(31, "30", meter=2, multiplier=20),
    ]
    assert rules(findings(rows, D(31, open_day=0, capacity_w=0))) == []
