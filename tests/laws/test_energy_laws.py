"""Laws of the energy to settle: the slow twin agrees, and no Wh is lost or made on the way."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from diansuo.core.metering.energy import (
    EnergyCode,
    ShareOrder,
    Shares,
    TransformerTerms,
    formula_losses,
    hours_in_service,
    less_sub_meters,
    part_of_month_wh,
    share_out,
    spread_over_bands,
    spread_over_points,
    surplus_feed_in,
)
from diansuo.core.quantity.money import ENERGY_LIMIT_WH
from diansuo.shadow import losses
from tests.reference import energy_twin as twin

ENERGY = st.one_of(st.integers(0, 50), st.integers(0, 10**7), st.integers(0, 4 * 10**12))
STEP = st.sampled_from((1, 10, 1000))


def col(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def kilo(value: int) -> Fraction:
    return Fraction(value, 1000)


TRANSFORMER = st.tuples(
    ENERGY,
    ENERGY,
    st.integers(1, 100_000_000),
    st.integers(0, 200_000),
    st.integers(0, 500_000),
    st.integers(0, 30_000),
    st.integers(0, 30_000),
    st.integers(1, 800),
    st.integers(1, 4000),
)


@settings(max_examples=300)
@given(st.lists(TRANSFORMER, min_size=1, max_size=6), STEP)
def test_the_slow_twin_finds_every_transformer_loss_alike(rows: list[tuple[int, ...]], step: int) -> None:
    a, r, *terms = (np.array(each, dtype=np.int64) for each in zip(*rows, strict=True))
    expected = [_twin_loss(row, step) for row in rows]
    beyond = [max(pair) > ENERGY_LIMIT_WH for pair in expected]
    expected = [(0, 0) if each else pair for each, pair in zip(beyond, expected, strict=True)]
    found = formula_losses(a, r, TransformerTerms(*terms), step_wh=step)
    assert list(zip(found.active_wh.tolist(), found.reactive_varh.tolist(), strict=True)) == expected
    assert found.held.tolist() == beyond
    assert {each.code for each in found.findings} <= {EnergyCode.LOSS_TOO_LARGE}


def _twin_loss(row: tuple[int, ...], step: int) -> tuple[int, int]:
    a, r, s, p0, pk, i0, uk, t, k = row
    active, reactive = losses.transformer_loss(
        *(kilo(each) for each in (a, r, s, p0, pk, i0, uk)), t, kilo(k), kilo(step)
    )
    return int(active * 1000), int(reactive * 1000)


@given(st.integers(1, 10**6), st.integers(1, 744), st.integers(1, 10**5), st.sampled_from((10, 1000)))
def test_a_tie_of_the_formula_goes_up_and_a_watt_hour_less_goes_down(
    capacity: int, hours: int, whole: int, step: int
) -> None:
    # With Pk = 0 and P0 × T an odd half of the step the loss is a tie; the copper loss of 1 Wh tips nothing.
    terms = TransformerTerms(
        *(col(each) for each in (capacity, (2 * whole + 1) * step // 2, 0, 0, 0, 1, 1000))
    )
    assert formula_losses(col(5), col(0), terms, step_wh=step).active_wh[0] == (whole + 1) * step
    below = TransformerTerms(
        *(col(each) for each in (capacity, (2 * whole + 1) * step // 2 - 1, 0, 0, 0, 1, 1000))
    )
    assert formula_losses(col(5), col(0), below, step_wh=step).active_wh[0] == whole * step


@given(st.integers(0, 10**10), st.integers(0, 45), st.integers(0, 20), st.sampled_from((28, 30, 31)), STEP)
def test_the_slow_twin_takes_the_same_part_of_a_month(
    month: int, days: int, more: int, base: int, step: int
) -> None:
    found = part_of_month_wh(col(month), col(days), col(days + more), col(base), step)
    expected = losses.part_of_month(Fraction(month), days, days + more, base, Fraction(step))
    assert found.tolist() == [int(expected)]


SEALS = st.lists(st.tuples(st.integers(-5, 40), st.integers(0, 20)), max_size=4)


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 31), SEALS), min_size=1, max_size=4))
def test_the_slow_twin_counts_the_same_hours(rows: list[tuple[int, int, list[tuple[int, int]]]]) -> None:
    starts = col(*(start for start, _, _ in rows))
    ends = col(*(start + days for start, days, _ in rows))
    seals = [(row, a, a + n) for row, (_, _, out) in enumerate(rows) for a, n in out]
    found = hours_in_service(
        starts,
        ends,
        out_row=col(*(row for row, _, _ in seals)),
        out_from_day=col(*(a for _, a, _ in seals)),
        out_to_day=col(*(b for _, _, b in seals)),
    )
    expected = [losses.hours(start, start + days, [(a, a + n) for a, n in out]) for start, days, out in rows]
    assert found.tolist() == expected


READ = st.lists(st.one_of(st.just(0), st.integers(0, 30), st.integers(0, 10**12)), min_size=5, max_size=5)


@given(st.integers(-(10**12), 10**12), READ, STEP)
def test_periods_sum_to_what_was_spread_and_the_twin_agrees(amount: int, read: list[int], step: int) -> None:
    found = spread_over_bands(col(amount), np.array([read], dtype=np.int64), step_wh=step)[0]
    expected = losses.bands(Fraction(amount), [Fraction(each) for each in read], Fraction(step))
    assert found.tolist() == [int(each) for each in expected]
    assert found.sum() == amount
    assert (found * np.sign(amount) >= 0).all(), "no period gives what it does not have"


POINT = st.tuples(st.integers(0, 3), st.one_of(st.just(0), ENERGY), st.booleans())


@given(st.lists(st.integers(0, 10**9), min_size=4, max_size=4), st.lists(POINT, max_size=8), STEP)
def test_points_sum_to_what_was_spread_and_the_twin_agrees(
    amounts: list[int], points: list[tuple[int, int, bool]], step: int
) -> None:
    found = spread_over_points(
        col(*amounts),
        group=col(*(group for group, _, _ in points)),
        energy_wh=col(*(energy for _, energy, _ in points)),
        fixed=np.array([fixed for _, _, fixed in points], dtype=np.bool_),
        step_wh=step,
    )
    for group, amount in enumerate(amounts):
        own = [place for place, point in enumerate(points) if point[0] == group]
        expected = twin.points(
            Fraction(amount),
            [Fraction(points[place][1]) for place in own],
            [points[place][2] for place in own],
            Fraction(step),
        )
        shares = found.energy_wh[own].tolist()
        assert found.held[group] == (amount > 0 and not any(not points[place][2] for place in own))
        assert shares == ([0] * len(own) if found.held[group] else [int(each) for each in expected])
        assert found.held[group] or not own or sum(shares) == amount


PART = st.one_of(
    st.tuples(st.integers(0, 10**6), st.just(0)), st.tuples(st.just(0), st.integers(0, 1_000_000))
)


@given(st.integers(0, 10**7), st.lists(PART, max_size=4), st.sampled_from(list(ShareOrder)), STEP)
def test_shares_and_rest_are_the_whole_and_the_twin_agrees(
    total: int, parts: list[tuple[int, int]], order: ShareOrder, step: int
) -> None:
    shares = Shares(
        col(*[0] * len(parts)), col(*(fixed for fixed, _ in parts)), col(*(ratio for _, ratio in parts))
    )
    found = share_out(col(total), shares, col(order), step_wh=step)
    expected = twin.share_out(
        Fraction(total),
        [(Fraction(fixed), Fraction(ratio, 10**6)) for fixed, ratio in parts],
        order is ShareOrder.RATIO_OF_REST,
        Fraction(step),
    )
    if expected is None:
        assert found.held.tolist() == [True]
        assert [each.code for each in found.findings] == [EnergyCode.SHARES_EXCEED_TOTAL]
        assert found.rest_wh.tolist() == [0]
    else:
        assert found.share_wh.tolist() == [int(each) for each in expected[0]]
        assert found.rest_wh.tolist() == [int(expected[1])]
        assert int(found.share_wh.sum()) + int(found.rest_wh[0]) == total


@given(st.lists(ENERGY, min_size=1, max_size=4), st.lists(st.tuples(st.integers(0, 3), ENERGY), max_size=8))
def test_masters_and_subs_are_never_negative_and_lose_nothing(
    masters: list[int], subs: list[tuple[int, int]]
) -> None:
    subs = [(master % len(masters), energy) for master, energy in subs]
    found = less_sub_meters(
        col(*masters), col(*(each for _, each in subs)), master_of=col(*(m for m, _ in subs))
    )
    for master, energy in enumerate(masters):
        rest = energy - sum(each for m, each in subs if m == master)
        assert found.held[master] == (rest < 0)
        assert found.energy_wh[master] == max(rest, 0)


@given(st.lists(st.tuples(ENERGY, ENERGY, ENERGY), max_size=5))
def test_what_is_generated_is_used_or_fed_in(rows: list[tuple[int, int, int]]) -> None:
    columns = [np.array([row[place] for row in rows], dtype=np.int64) for place in range(3)]
    found = surplus_feed_in(*columns)
    settled = ~found.held
    assert (found.held == (columns[1] > columns[0])).all()
    assert ((found.self_use_wh + found.feed_in_wh)[settled] == columns[0][settled]).all()
    assert (found.import_wh[settled] == columns[2][settled]).all()
