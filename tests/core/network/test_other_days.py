"""Of customers settled between other days than the loss stands for, the freezes say by how much, or nobody can."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.network.other_days import Settled, nearest_month, other_days

START, END = 31, 62


def settled(*rows: tuple[int, int, int, int, int, bool]) -> Settled:
    area, first, last, wh, frozen, known = (list(column) for column in zip(*rows, strict=True))
    return Settled(
        *(np.array(column, np.int64) for column in (area, first, last, wh, frozen)), np.array(known, np.bool_)
    )


def test_what_the_freezes_correct_is_summed_by_area() -> None:
    """Area 0: one on the days themselves, one read late, one read early; area 1: one nobody froze."""
    found = other_days(
        settled(
            (0, START, END, 100_000, 100_000, True),
            (0, START + 3, END + 3, 120_000, 111_000, True),
            (0, START, END - 1, 90_000, 93_000, True),
            (1, START - 5, END - 5, 80_000, 0, False),
        ),
        START, END, 3,
    )  # fmt: skip
    assert found.settled.tolist() == [3, 1, 0]
    assert found.other.tolist() == [2, 1, 0]
    assert found.corrected.tolist() == [2, 0, 0]
    assert found.corrected_wh.tolist() == [-6_000, 0, 0]
    assert found.left.tolist() == [0, 1, 0]
    assert found.left_wh.tolist() == [0, 80_000, 0]


month = st.tuples(
    st.integers(0, 2), st.integers(20, 45), st.integers(46, 75), st.integers(0, 10**6), st.integers(0, 10**6),
    st.booleans(),
)  # fmt: skip


@given(st.lists(month, min_size=1, max_size=30))
def test_every_customer_of_another_day_is_corrected_or_left(
    rows: list[tuple[int, int, int, int, int, bool]],
) -> None:
    found = other_days(settled(*rows), START, END, 3)
    assert (found.corrected + found.left == found.other).all()
    assert found.settled.sum() == len(rows)
    # What was settled and what the freezes add is what the freezes say, customer by customer.
    other = [row for row in rows if (row[1], row[2]) != (START, END)]
    assert found.corrected_wh.sum() + sum(row[3] for row in other if row[5]) == sum(
        row[4] for row in other if row[5]
    )
    assert found.left_wh.sum() == sum(row[3] for row in other if not row[5])


def test_the_month_is_the_one_that_shares_most_days_and_half_of_them_at_least() -> None:
    point = np.array([1, 1, 1, 2, 3])
    first, last = np.array([0, 31, 62, 50, 34]), np.array([31, 62, 93, 81, 65])
    assert nearest_month(point, first, last, START, END).tolist() == [1, 4]
