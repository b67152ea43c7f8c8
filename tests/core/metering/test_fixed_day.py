"""Which readings end a month on another day than the fixed one, and that a point moves whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.metering import Changes, Known, Purpose, Register, Rule, Severity
from diansuo.core.metering.evidence import Frozen
from diansuo.core.metering.fixed_day import FixedDay, findings_of, of_fixed_day, off_day
from diansuo.core.metering.taking_back import Taken
from diansuo.shadow import registers as shadow
from diansuo.shadow.taking_back import taken_back
from tests.core.metering.histories import D, R, due, readings

ASKED = np.ones(1, np.bool_)
PEAK, VALLEY, DEMAND = Register.ACTIVE_PEAK, Register.ACTIVE_VALLEY, Register.DEMAND
Froze = dict[tuple[Register, int], str]


def known(values: Sequence[int | None]) -> Known:
    return Known(
        np.array([value or 0 for value in values], np.int64),
        np.array([value is not None for value in values], np.bool_),
    )


def days(rows: Sequence[R], point: D, changes: Changes | None = None) -> list[int]:
    columns = readings(rows)
    return columns.day[off_day(columns, due(point), ASKED, changes).row].tolist()


def moved(rows: Sequence[R], point: D, froze: Froze) -> FixedDay:
    """Take readings back by what was frozen, kWh by register and day."""
    columns = readings(rows)
    off = off_day(columns, due(point), ASKED)

    def on(later: int | None) -> Known:
        asked = [
            (Register(int(columns.register[row])), fixed if later is None else int(columns.day[row]) + later)
            for row, fixed in zip(off.row.tolist(), off.fixed_day.tolist(), strict=True)
        ]
        return known([int(Decimal(froze[key]) * 1000) if key in froze else None for key in asked])

    return of_fixed_day(off, columns, on(None), Frozen(on(0), on(1)))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([R(0, "1000"), R(34, "1200")], [34]),
        ([R(0, "1000"), R(28, "1200")], [28]),
        ([R(0, "1000"), R(31, "1190"), R(34, "1200")], []),
        ([R(0, "1000"), R(31, "1190", purpose=Purpose.SPECIAL), R(34, "1200")], []),
        ([R(0, "1000"), R(29, "1190"), R(33, "1200")], [33]),
        ([R(0, "1000"), R(34, "1200", purpose=Purpose.OPENING)], []),
        ([R(0, "1000"), R(34, "1200", estimated=True)], []),
        ([R(0, "1000"), R(34, "500", register=PEAK)], []),
        ([R(0, "1000"), R(34, "1200"), R(34, "500", register=PEAK)], [34, 34]),
        ([R(0, "1000"), R(34, "1200"), R(34, "5", register=Register.REACTIVE_Q1)], [34]),
        ([R(0, "1000"), R(37, "1200")], []),
        ([R(0, "1000")], []),
    ],
)
def test_what_ends_the_month_on_another_day(rows: list[R], expected: list[int]) -> None:
    assert days(rows, D(31, open_day=0)) == expected


def test_a_point_nobody_asks_about_stays() -> None:
    columns = readings([R(0, "1000"), R(34, "1200")])
    assert len(off_day(columns, due(D(31, open_day=0)), ~ASKED)) == 0


@pytest.mark.parametrize(("day", "exchanged"), [(30, False), (31, True), (33, True), (34, True), (35, False)])
def test_an_exchange_between_the_days_is_seen(day: int, exchanged: bool) -> None:
    meters = [R(day, "1190", purpose=Purpose.FINAL), R(day, "0", purpose=Purpose.INITIAL, meter=2)]
    columns = readings([R(0, "1000"), R(34, "1200"), *meters])
    off = off_day(columns, due(D(31, open_day=0)), ASKED)
    # The final register of the fixed day itself ends the month there: nothing is to be taken back.
    assert off.exchanged.tolist() == ([] if day == 31 else [exchanged])
    multiplier = Changes(np.array([7]), np.array([day]), np.array([True]))
    columns = readings([R(0, "1000"), R(34, "1200")])
    assert off_day(columns, due(D(31, open_day=0)), ASKED, multiplier).exchanged.tolist() == [exchanged]


MONTH = [R(0, "1000"), R(34, "1234"), R(34, "620", register=PEAK), R(34, "9", register=DEMAND)]
FROZEN: Froze = {
    (Register.ACTIVE_TOTAL, 31): "1190", (Register.ACTIVE_TOTAL, 34): "1234",
    (PEAK, 31): "600", (PEAK, 34): "620", (DEMAND, 31): "31",
}  # fmt: skip


def test_all_registers_of_a_point_move_together_and_demand_is_what_was_frozen() -> None:
    made = moved(MONTH, D(31, open_day=0), FROZEN)
    assert made.outcome.tolist() == [Taken.TAKEN] * 3
    assert made.register_wh.tolist() == [1_190_000, 600_000, 31_000]


@pytest.mark.parametrize("missing", list(FROZEN))
def test_one_missing_freeze_leaves_all_of_them(missing: tuple[Register, int]) -> None:
    made = moved(MONTH, D(31, open_day=0), {key: kwh for key, kwh in FROZEN.items() if key != missing})
    assert made.outcome.tolist() == [Taken.NO_FREEZE] * 3
    assert made.register_wh.tolist() == [1_234_000, 620_000, 9_000]
    said = findings_of(made, readings(MONTH))
    assert said.rule.tolist() == [Rule.BACK_NO_FREEZE]
    assert said.severity.tolist() == [Severity.WARNING]


def test_what_became_of_it_is_said_once_a_point() -> None:
    said = findings_of(moved(MONTH, D(31, open_day=0), FROZEN), readings(MONTH))
    assert said.rule.tolist() == [Rule.TAKEN_BACK]
    assert (said.actual[0], said.expected[0], said.from_day[0], said.to_day[0]) == (
        1_234_000,
        1_190_000,
        31,
        34,
    )


one_reading = st.builds(
    R,
    day=st.integers(26, 36),
    kwh=st.decimals("0", "99.99", places=2).map(str),
    register=st.sampled_from([Register.ACTIVE_TOTAL, Register.ACTIVE_TOTAL, PEAK, DEMAND]),
    purpose=st.sampled_from([Purpose.PERIODIC] * 6 + [Purpose.SPECIAL, Purpose.OPENING, Purpose.FINAL]),
    digits=st.just(2),
    estimated=st.sampled_from([False] * 9 + [True]),
)
freezes = st.dictionaries(
    st.tuples(st.sampled_from([Register.ACTIVE_TOTAL, PEAK, DEMAND]), st.integers(25, 38)),
    st.decimals("0", "99.99", places=2).map(str),
    min_size=20,
)


@given(st.lists(one_reading, min_size=1, max_size=5), freezes, st.integers(0, 3))
def test_the_columns_are_what_the_shadow_finds_one_by_one(rows: list[R], froze: Froze, exact: int) -> None:
    """The first freezes are what was read, so that some of the registers can be taken back."""
    once = list({(row.day, row.register, row.purpose): row for row in rows}.values())
    for row in once[: exact + 1]:
        froze = froze | {(row.register, row.day): row.kwh}
    point = D(31, open_day=0)
    made = moved(once, point, froze)
    after = [(row.day, Decimal(row.kwh)) for row in once]
    for at in made.taken.tolist():
        row, fixed = int(made.of.row[at]), int(made.of.fixed_day[at])
        after[row] = (fixed, Decimal(int(made.register_wh[at])) / 1000)
    reads = [
        shadow.Read(
            row.day, Decimal(row.kwh), int(row.register), int(row.purpose), row.meter, row.multiplier, row.digits,
            row.estimated,
        )
        for row in once
    ]  # fmt: skip
    terms = shadow.Terms(Decimal(8), due_day=31, open_day=0, earliest_day=26, latest_day=36)

    def answer(read: shadow.Read, day: int) -> Decimal | None:
        said = froze.get((Register(read.register), day))
        return None if said is None else Decimal(said)

    assert [(one.day, one.kwh) for one in taken_back(reads, terms, answer)] == after
