"""What a meter's daily freezes must say, and when they must keep silent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from diansuo.core.metering import DailyRegisters, DayThresholds, Findings, Rule, check_days
from diansuo.core.quantity.arrays import WrongColumn

SHIPPED = Path(__file__).parents[3] / "src/diansuo/rulebook/national/checks/day.yaml"
(_ENTRY,) = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))["values"].values()
LIMITS = DayThresholds.from_parameters({key: each["value"] for key, each in _ENTRY["parameters"].items()})
ABSENT = -1
EVEN = [5.0] * 14


def registers(days_kwh: list[float], start: float = 1000) -> list[int]:
    """Registers of days with this use, in Wh."""
    return [round(1000 * (start + sum(days_kwh[:at]))) for at in range(len(days_kwh) + 1)]


def found(total: list[int], **columns: Any) -> Findings:
    """Findings of one household of 8 kW; what is not named is absent or nothing."""

    def matrix(name: str) -> Any:
        return np.array([columns.get(name, [ABSENT] * len(total))], np.int64)

    exchanged = np.zeros((1, len(total)), np.bool_)
    exchanged[0, columns.get("exchanged", [])] = True
    return check_days(
        DailyRegisters(
            first_day=100,
            total=np.array([total], np.int64),
            parts=matrix("parts"),
            reverse=matrix("reverse"),
            exchanged=exchanged,
            multiplier=np.array([columns.get("multiplier", 1)], np.int64),
            integer_digits=np.array([6], np.int64),
            capacity_w=np.array([columns.get("capacity_w", 8000)], np.int64),
            feeds_in=np.array([columns.get("feeds_in", False)]),
            inactive=np.array([columns.get("inactive", False)]),
        ),
        LIMITS,
    )


def told(findings: Findings) -> list[tuple[Rule, int, int, int, int, int]]:
    """Rule, figures and days of each finding."""
    names = ("rule", "actual", "expected", "limit", "from_day", "to_day")
    return [
        (Rule(row[0]), *row[1:])
        for row in zip(*(getattr(findings, name).tolist() for name in names), strict=True)
    ]


def test_ordinary_days_have_no_finding() -> None:
    total = registers(EVEN)
    assert told(found(total, parts=total, reverse=[0] * len(total))) == []


def test_days_without_a_register_are_one_gap_with_its_days() -> None:
    total = registers(EVEN)
    total[3:6] = [ABSENT] * 3
    assert told(found(total)) == [(Rule.DAY_GAP, 3, 0, 3, 103, 106)]
    total[5] = registers(EVEN)[5]
    assert told(found(total)) == []
    total[-3:] = [ABSENT] * 3
    assert told(found(total)) == [(Rule.DAY_GAP, 3, 0, 3, 112, 115)]  # it goes on
    assert told(found([ABSENT] * 5)) == [(Rule.DAY_GAP, 5, 0, 3, 100, 105)]


def test_register_that_falls_is_said_unless_it_rolled_over_or_the_meter_is_another() -> None:
    total = registers(EVEN)
    total[7:] = [each - 50_000 for each in total[7:]]
    assert told(found(total)) == [(Rule.DAY_BACK, 985_000, 1_030_000, 0, 106, 107)]
    assert told(found(total, exchanged=[7])) == []
    over = [each % 10**9 for each in registers(EVEN, start=999_970)]
    assert told(found(over)) == []


def test_more_than_the_capacity_can_draw_is_a_run_away() -> None:
    runs = registers([5.0] * 6 + [300.0] + [5.0] * 6)
    assert told(found(runs)) == [
        (Rule.DAY_RUNAWAY, 300_000, 230_400, 0, 106, 107),
        (Rule.DAY_SPIKE, 300_000, 5000, 0, 106, 107),
    ]
    assert [rule for rule, *_rest in told(found(runs, capacity_w=0))] == [Rule.DAY_SPIKE]
    assert [rule for rule, *_rest in told(found(runs, capacity_w=20_000))] == [Rule.DAY_SPIKE]


@pytest.mark.parametrize(("largest", "said"), [(28.0, False), (28.1, True)])
def test_a_day_far_above_the_third_largest_is_a_spike(largest: float, said: bool) -> None:
    total = registers([10.0] * 6 + [largest] + [10.0] * 6)
    assert bool(len(found(total).of(Rule.DAY_SPIKE))) is said
    small = registers([1.0] * 6 + [19.0] + [1.0] * 6)
    assert told(found(small)) == []


def test_a_meter_that_stands_still_after_days_of_use_is_said_with_its_days() -> None:
    still = registers([5.0] * 8 + [0.0] * 7)
    assert told(found(still)) == [(Rule.DAY_STOPPED, 7, 5000, 7, 108, 115)]
    assert told(found(still, inactive=True)) == []
    assert told(found(registers([5.0] * 8 + [0.0] * 6))) == []
    assert told(found(registers([0.0] * 14))) == []  # nobody ever used anything


def test_total_and_parts_of_a_day_are_held_against_each_other() -> None:
    total, parts = registers(EVEN), registers(EVEN)
    parts[5:] = [each - 101 for each in parts[5:]]
    assert told(found(total, parts=parts)) == [(Rule.DAY_SUM, 5000, 4899, 100, 104, 105)]
    parts[5:] = [each + 1 for each in parts[5:]]
    assert told(found(total, parts=parts)) == []


def test_reverse_energy_is_said_where_no_generator_stands() -> None:
    total = registers(EVEN)
    reverse = [0] * 6 + [600] * 9
    assert told(found(total, reverse=reverse)) == [(Rule.DAY_REVERSE, 600, 0, 500, 105, 106)]
    assert told(found(total, reverse=reverse, feeds_in=True)) == []
    assert told(found(total, reverse=[0] * 6 + [500] * 9)) == []


def test_shipped_thresholds_are_each_marked_unverified() -> None:
    assert all(each["unverified"] for each in _ENTRY["parameters"].values())


def test_columns_of_another_shape_are_refused() -> None:
    with pytest.raises(WrongColumn, match="parts"):
        found(registers(EVEN), parts=[0, 1])
