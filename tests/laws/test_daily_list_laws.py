"""Laws of the daily lists: the slow twin agrees, and what was missing turns no verdict into its opposite."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from diansuo.core.network.daily_lists import (
    TransformerDays,
    Winding,
    imbalance,
    load_at_least,
    loads,
    low_voltage,
)
from diansuo.core.network.runs import Verdict, runs_of
from tests.core.network.curves import LIMITS, POINTS
from tests.reference import daily_list_twin as twin

GAP = -1


def stretches(values: st.SearchStrategy[int]) -> st.SearchStrategy[np.ndarray]:
    """192 points made of a few stretches of one value each: runs of every length, gaps among them."""

    def laid(parts: list[tuple[int, int]]) -> np.ndarray:
        row = np.concatenate([np.full(length, value, dtype=np.int64) for length, value in parts])
        return np.resize(row, POINTS)

    return st.lists(st.tuples(st.integers(1, 24), values), min_size=4, max_size=14).map(laid)


MILLIAMPERES = st.sampled_from((GAP, 0, 86_600, 86_700, 200_000, 224_000, 225_000, 255_000, 260_000, 300_000))
MILLIVOLTS = st.sampled_from((GAP, 0, 131_999, 132_000, 197_999, 198_000, 228_000))
WATTS = st.sampled_from((0, 30_000, 151_994, 152_000, 160_000, 190_000, 200_000, -152_000))


@st.composite
def transformer(draw: st.DrawFn) -> TransformerDays:
    power = draw(stretches(WATTS))
    return TransformerDays(
        capacity_va=np.array([draw(st.sampled_from((0, 200_000)))], dtype=np.int64),
        winding=np.array([draw(st.sampled_from(list(Winding)))], dtype=np.int64),
        power_w=power[None],
        has_power=(draw(stretches(st.integers(0, 4))) > 0)[None],
        voltage_mv=np.stack([draw(stretches(st.sampled_from((GAP, 228_000)))) for _ in range(3)])[None],
        current_ma=np.stack([draw(stretches(MILLIAMPERES)) for _ in range(3)])[None],
    )


def _decimal(value: Any, known: Any = True) -> Decimal | None:
    return None if int(value) == GAP or not known else Decimal(int(value)) / 1000


def _phases(values: np.ndarray, at: int) -> Any:
    return tuple(_decimal(each[at]) for each in values[0])


@settings(max_examples=150, deadline=None)
@given(transformer())
def test_the_slow_twin_finds_every_load_and_imbalance_alike(of: TransformerDays) -> None:
    kva = Decimal(int(of.capacity_va[0])) / 1000 or None
    winding = {Winding.UNKNOWN: "", Winding.STAR: "Y", Winding.DELTA: "D"}[Winding(int(of.winding[0]))]
    power = [
        Decimal(int(value)) / 1000 if known else None
        for value, known in zip(of.power_w[0], of.has_power[0], strict=True)
    ]
    for least in (80, 100):
        found = load_at_least(of, loads(of, LIMITS), least * 100, LIMITS).runs
        answers = [
            twin.load(power[at], _phases(of.voltage_mv, at), _phases(of.current_ma, at), kva, least)
            for at in range(POINTS)
        ]
        collected = (loads(of, LIMITS).apparent_va[0] >= 0).tolist()
        expected = twin.verdict(answers, collected, 8)
        assert (Verdict(int(found.verdict[0])).name, int(found.points[0])) == expected
    found = imbalance(of, LIMITS).runs
    answers = [twin.apart(_phases(of.current_ma, at), kva, winding) for at in range(POINTS)]
    expected = twin.verdict(answers, (of.current_ma[0] >= 0).all(axis=0).tolist(), 8)
    assert (Verdict(int(found.verdict[0])).name, int(found.points[0])) == expected


@settings(max_examples=150, deadline=None)
@given(st.lists(stretches(MILLIVOLTS), min_size=3, max_size=3), st.sampled_from(([0], [0, 1, 2], [])))
def test_the_slow_twin_finds_every_low_voltage_alike(rows: list[np.ndarray], wired: list[int]) -> None:
    mark = np.array([[phase in wired for phase in range(3)]])
    found = low_voltage(np.stack(rows)[None], mark, LIMITS).runs
    answers = [twin.low([_decimal(rows[phase][at]) for phase in wired]) for at in range(POINTS)]
    expected = twin.verdict(answers, [each != "?" for each in answers], 4)
    assert (Verdict(int(found.verdict[0])).name, int(found.points[0])) == expected


@settings(max_examples=200, deadline=None)
@given(stretches(st.integers(0, 1)), stretches(st.integers(0, 3)), st.sampled_from((60, 120)))
def test_a_gap_never_turns_a_verdict_into_its_opposite(
    holds: np.ndarray, seen: np.ndarray, least: int
) -> None:
    fact, known = (holds > 0)[None], (seen > 0)[None]
    whole = runs_of(fact, fact, np.ones_like(fact), least)
    part = runs_of(fact & known, fact | ~known, known, least)
    truth, told = Verdict(int(whole.verdict[0])), Verdict(int(part.verdict[0]))
    assert told in (truth, Verdict.UNDECIDED, Verdict.NOT_COLLECTED)
    assert int(part.points[0]) <= int(whole.points[0])
