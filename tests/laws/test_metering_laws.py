"""Laws of metering: nothing is lost or made on the way from registers to settled energy."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from diansuo.core.metering import (
    NEVER,
    Changes,
    Purpose,
    Register,
    Settled,
    Status,
    segments,
    settle,
)
from diansuo.shadow.registers import Month, Read, Terms, consumption
from tests.core.metering.histories import THRESHOLDS, D, R, due, readings, segments_of, settled

PLENTY_W = 1_000_000_000
KWH = st.one_of(st.integers(0, 3000), st.integers(99_900_000, 99_999_999)).map(
    lambda step: Decimal(step) / 100
)


@st.composite
def messy_reading(draw: st.DrawFn) -> R:
    """Any reading of one point, near both ends of the register, on few days, so that they collide."""
    return R(
        day=draw(st.integers(0, 12)),
        kwh=str(draw(KWH)),
        register=draw(st.sampled_from((Register.ACTIVE_TOTAL, Register.ACTIVE_TOTAL, Register.ACTIVE_PEAK))),
        purpose=draw(st.sampled_from((Purpose.PERIODIC, *Purpose))),
        meter=draw(st.sampled_from((1, 1, 2))),
        multiplier=draw(st.sampled_from((1, 1, 20))),
        estimated=draw(st.booleans()),
    )


@st.composite
def lived_history(draw: st.DrawFn) -> tuple[list[R], int]:
    """Readings of a point over exchanges and rollovers, and the energy in Wh that it really used."""
    meter, multiplier, digits = 1, draw(st.sampled_from((1, 20, 400))), draw(st.sampled_from((4, 6)))
    step = draw(st.integers(0, 10**digits * 100 - 1))
    rows, used_wh, day = [_row(0, step, meter, multiplier, digits)], 0, 0
    for _ in range(draw(st.integers(1, 8))):
        day += draw(st.integers(1, 40))
        # A register that wraps is recognisable only near its end, so what flows at a time is below a tenth.
        flow = draw(st.integers(0, 10**digits * 10 - 1))
        used_wh += flow * 10 * multiplier
        step = (step + flow) % (10**digits * 100)
        if draw(st.booleans()):
            rows.append(_row(day, step, meter, multiplier, digits))
            continue
        rows.append(_row(day, step, meter, multiplier, digits, Purpose.FINAL))
        meter, multiplier, digits = (
            meter + 1,
            draw(st.sampled_from((1, 20, 400))),
            draw(st.sampled_from((4, 6))),
        )
        step = draw(st.integers(0, 10**digits * 100 - 1))
        rows.append(_row(day, step, meter, multiplier, digits, Purpose.INITIAL))
    return rows, used_wh


def _row(
    day: int, step: int, meter: int, multiplier: int, digits: int, purpose: Purpose = Purpose.PERIODIC
) -> R:
    return R(
        day, str(Decimal(step) / 100), meter=meter, multiplier=multiplier, digits=digits, purpose=purpose
    )


def _twin(rows: list[R], terms: Terms) -> Month:
    return consumption(
        [
            Read(
                row.day,
                Decimal(row.kwh),
                int(row.register),
                int(row.purpose),
                row.meter,
                row.multiplier,
                row.digits,
                row.estimated,
            )
            for row in rows
        ],
        terms,
    )


def _assert_same(month: Settled, row: int, twin: Month) -> None:
    assert Status(int(month.status[row])).name == twin.status
    assert month.from_day[row] == (NEVER if twin.from_day is None else twin.from_day)
    assert month.to_day[row] == (NEVER if twin.to_day is None else twin.to_day)
    for register in Register:
        energy_wh, present = month.of(register)
        assert bool(present[row]) == (register in twin.energy)
        assert energy_wh[row] == twin.energy.get(register, 0) * 1000
    flags = (month.rolled, month.reversed, month.broken, month.estimated)
    assert tuple(bool(flag[row]) for flag in flags) == (
        twin.rolled,
        twin.backwards,
        twin.broken,
        twin.estimated,
    )
    assert month.exchanges[row] == twin.exchanges


@settings(max_examples=300, deadline=None)
@given(
    st.lists(messy_reading(), max_size=9),
    st.one_of(st.none(), st.integers(0, 8)),
    st.integers(4, 12),
    st.sampled_from((0, 100, 8000)),
    st.one_of(st.none(), st.integers(0, 12)),
)
def test_the_slow_twin_settles_every_mess_alike(
    rows: list[R], open_day: int | None, due_day: int, capacity_w: int, changed: int | None
) -> None:
    changes = None if changed is None else Changes(np.array([7]), np.array([changed]), np.array([True]))
    point = due(D(due_day, open_day=NEVER if open_day is None else open_day, capacity_w=capacity_w))
    month = settle(segments(readings(rows), point.capacities(), THRESHOLDS, changes), point)
    terms = Terms(
        capacity_kw=Decimal(capacity_w) / 1000,
        due_day=due_day,
        open_day=open_day,
        earliest_day=due_day - 5,
        latest_day=due_day + 5,
        multiplier_days=frozenset() if changed is None else frozenset({changed}),
    )
    _assert_same(month, 0, _twin(rows, terms))


def test_the_slow_twin_settles_a_whole_book_alike() -> None:
    random = np.random.default_rng(20240801)
    rows: list[R] = []
    for point in range(300):
        step = int(random.choice((0, 99_990_000)))
        meter = point * 10
        for day in sorted({0, 31, 62, *random.integers(1, 62, 3).tolist()}):
            step = (step + int(random.integers(0, 9_000))) % 100_000_000
            kwh = str(Decimal(step) / 100)
            if random.random() < 0.3:
                rows.append(R(day, kwh, point=point, meter=meter, purpose=Purpose.FINAL))
                meter, step = meter + 1, int(random.integers(0, 500))
                kwh = str(Decimal(step) / 100)
                rows.append(R(day, kwh, point=point, meter=meter, purpose=Purpose.INITIAL))
            if random.random() < 0.9:
                rows.append(R(day, kwh, point=point, meter=meter))
    random.shuffle(rows)  # type: ignore[arg-type]
    points = [D(62, open_day=31, point=point) for point in range(300)]
    month = settled(rows, *points)
    terms = Terms(Decimal(8), 62, 31, 57, 67)
    for place, point in enumerate(points):
        _assert_same(month, place, _twin([row for row in rows if row.point == point.point], terms))
    assert month.rolled.sum() > 5
    assert (month.exchanges > 0).sum() > 50
    assert len(set(month.status.tolist())) == 3


@settings(max_examples=200, deadline=None)
@given(lived_history())
def test_energy_is_conserved_over_exchanges_and_rollovers(history: tuple[list[R], int]) -> None:
    rows, used_wh = history
    pairs = segments_of(rows, capacity_w=PLENTY_W)
    assert not pairs.broken.any()
    assert not pairs.reversed.any()
    assert pairs.energy_wh.sum() == used_wh


@settings(max_examples=200, deadline=None)
@given(lived_history(), st.data())
def test_a_reading_in_between_changes_no_energy(history: tuple[list[R], int], data: st.DataObject) -> None:
    rows, used_wh = history
    place = data.draw(st.integers(0, len(rows) - 2))
    before, after = rows[place], rows[place + 1]
    assume(before.meter == after.meter and after.day > before.day + 1)
    wrap = 10**before.digits * 100
    start, end = (int(Decimal(row.kwh) * 100) for row in (before, after))
    between = (start + data.draw(st.integers(0, (end - start) % wrap))) % wrap
    day = data.draw(st.integers(before.day + 1, after.day - 1))
    special = replace(
        before, day=day, kwh=str(Decimal(between) / 100), purpose=Purpose.SPECIAL, meter=before.meter
    )
    assert segments_of([*rows, special], capacity_w=PLENTY_W).energy_wh.sum() == used_wh


@settings(max_examples=200, deadline=None)
@given(lived_history())
def test_settling_month_by_month_or_at_once_is_the_same_energy(history: tuple[list[R], int]) -> None:
    rows, used_wh = history
    ends = sorted({row.day for row in rows})
    months = [
        settled(rows, D(end, open_day=begin, capacity_w=PLENTY_W))
        for begin, end in zip(ends, ends[1:], strict=False)
    ]
    assert all(month.ok.all() for month in months)
    assert sum(int(month.of(Register.ACTIVE_TOTAL)[0][0]) for month in months) == used_wh
    at_once = settled(rows, D(ends[-1], capacity_w=PLENTY_W))
    assert at_once.of(Register.ACTIVE_TOTAL)[0][0] == used_wh


@settings(max_examples=100, deadline=None)
@given(st.lists(messy_reading(), max_size=12), st.sampled_from((0, 8000, PLENTY_W)))
def test_energy_is_never_negative_and_never_depends_on_the_order(rows: list[R], capacity_w: int) -> None:
    forward, backward = segments_of(rows, capacity_w), segments_of(rows[::-1], capacity_w)
    assert (forward.energy_wh >= 0).all()
    assert forward.energy_wh.tolist() == backward.energy_wh.tolist()
    silent = forward.reversed | forward.broken | forward.exchanged
    assert (forward.energy_wh[silent] == 0).all()
    assert not (forward.rolled & silent).any()
