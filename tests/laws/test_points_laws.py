"""Laws of points that belong together: the slow twin agrees, and what they are settled with is what was read."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from diansuo.core.metering.energy import PointRelation, Points, settle_points, take_from_bands
from diansuo.core.quantity.arrays import Int64
from tests.reference import points_twin as twin

BANDS = st.lists(st.integers(0, 3000), min_size=5, max_size=5)


@st.composite
def trees(draw: st.DrawFn) -> Points:
    """Draw points of which each hangs behind an earlier meter, or none; sometimes a circle."""
    size = draw(st.integers(1, 7))
    above = [-1] + [draw(st.integers(-1, row - 1)) for row in range(1, size)]
    if draw(st.integers(0, 9)) == 0:
        above[0] = draw(st.integers(-1, size - 1))
    share = [row > 0 and draw(st.booleans()) for row in range(size)]
    by_ratio = [draw(st.booleans()) for _row in range(size)]
    known = [not one and draw(st.integers(0, 9)) > 0 for one in share]
    scale = [10 ** max(0, 3 - row) for row in range(size)]
    bands = np.array([[10 * part * scale[row] for part in draw(BANDS)] for row in range(size)], np.int64)
    has = np.array(known) & np.array([draw(st.booleans()) for _row in range(size)])
    read = np.where(known, bands.sum(axis=1), 0)
    column = np.zeros(size, np.int64)
    return Points(
        read_wh=read,
        bands_wh=np.where(has[:, None], bands, 0),
        has_bands=has,
        reactive_varh=column,
        known=np.array(known, np.bool_),
        opens=np.zeros(size, np.bool_),
        from_day=column + 10,
        to_day=column + 40,
        above=np.array(above, np.int64),
        relation=np.array([draw(st.sampled_from(list(PointRelation))) for _row in range(size)], np.int64),
        share=np.array(share, np.bool_),
        fixed_wh=np.array([
            draw(st.integers(0, 5000)) if one and not ratio else 0 for one, ratio in zip(share, by_ratio, strict=True)
        ], np.int64),
        ratio_ppm=np.array([
            draw(st.integers(1, 600_000)) if one and ratio else 0 for one, ratio in zip(share, by_ratio, strict=True)
        ], np.int64),
        order=np.zeros(size, np.int64),
    )  # fmt: skip


@settings(max_examples=300)
@given(trees())
def test_every_meter_is_settled_with_what_those_behind_it_leave(points: Points) -> None:
    found = settle_points(points, step_wh=10)
    metered = points.known & ~found.held
    parts = found.settled_wh + found.subs_wh + found.supplied_wh + found.shares_wh
    assert (parts[metered] == points.read_wh[metered]).all()
    assert (found.settled_wh >= 0).all() and (found.bands_wh >= 0).all()
    timed = metered & points.has_bands
    assert (found.bands_wh.sum(axis=1)[timed] == found.settled_wh[timed]).all()
    assert (found.settled_wh[found.held] == 0).all()
    assert {one.row for one in found.findings if one.code.holds} == set(np.flatnonzero(found.held).tolist())


@settings(max_examples=300)
@given(trees())
def test_the_slow_twin_settles_the_same(points: Points) -> None:
    found = settle_points(points, step_wh=10)
    settled, held = twin.settle(points, 10)
    assert found.held.tolist() == held
    assert found.settled_wh.tolist() == settled


@given(BANDS, st.integers(0, 1_000_000), st.sampled_from((1, 10, 1000)))
def test_what_is_taken_from_periods_sums_and_never_exceeds_one(parts: list[int], ppm: int, step: int) -> None:
    bands: Int64 = np.array([parts], np.int64)
    amount = np.array([sum(parts) * ppm // 1_000_000], np.int64)
    taken = take_from_bands(amount, bands, step_wh=step)
    assert taken.sum() == amount[0]
    assert ((taken >= 0) & (taken <= bands)).all()
