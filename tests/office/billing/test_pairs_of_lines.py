"""A line the other system did not tell is no difference; one its complete list does not have is."""

from __future__ import annotations

from diansuo.office.billing.opinion.queries import Pair, Side

OURS = Side(100_000, 560_000_000, 5600)


def test_a_line_that_was_not_told_differs_by_nothing_known() -> None:
    assert Pair(1, "", None, OURS, True, whole=False).difference_fen is None
    assert Pair(1, "", None, OURS, True, whole=True).difference_fen == -5600
    assert Pair(1, "", OURS, None, True, whole=False).difference_fen == 5600
