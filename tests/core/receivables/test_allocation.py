"""Allocation: oldest due first, to the fen, each account for itself."""

from __future__ import annotations

import numpy as np
import pytest

from diansuo.core.quantity.arrays import WrongColumn
from diansuo.core.receivables import Payments, Receivables, UnusableAmount, allocate


def payments(*rows: tuple[int, int, int, int]) -> Payments:
    """Rows of (key, account, paid day, fen)."""
    return Payments(*np.array(rows, np.int64).reshape(-1, 4).T.copy())


def receivables(*rows: tuple[int, int, int, int]) -> Receivables:
    """Rows of (key, account, due day, fen)."""
    return Receivables(*np.array(rows, np.int64).reshape(-1, 4).T.copy())


def triples(paid: Payments, owed: Receivables) -> list[tuple[int, int, int]]:
    """(payment key, receivable key, fen) of every allocation."""
    made = allocate(paid, owed)
    return [
        (int(paid.key[p]), int(owed.key[r]), int(fen))
        for p, r, fen in zip(made.payment_row, made.receivable_row, made.amount_fen, strict=True)
    ]


def test_one_payment_settles_the_oldest_due_first() -> None:
    owed = receivables((1, 7, 60, 5_000), (2, 7, 30, 3_333))
    paid = payments((9, 7, 70, 4_000))
    assert triples(paid, owed) == [(9, 2, 3_333), (9, 1, 667)]
    made = allocate(paid, owed)
    assert made.remainder_fen.tolist() == [0]
    assert made.still_open_fen.tolist() == [4_333, 0]


def test_what_is_paid_too_much_stays_as_credit() -> None:
    made = allocate(payments((9, 7, 70, 10_000)), receivables((1, 7, 60, 9_999)))
    assert made.amount_fen.tolist() == [9_999]
    assert made.remainder_fen.tolist() == [1]


def test_several_payments_settle_one_receivable() -> None:
    paid = payments((3, 7, 71, 50), (1, 7, 70, 20), (2, 7, 70, 30))
    assert triples(paid, receivables((1, 7, 60, 80))) == [(1, 1, 20), (2, 1, 30), (3, 1, 30)]


def test_within_a_day_the_smaller_key_goes_first_on_both_sides() -> None:
    paid = payments((12, 7, 70, 10), (11, 7, 70, 10))
    owed = receivables((22, 7, 60, 10), (21, 7, 60, 10))
    assert triples(paid, owed) == [(11, 21, 10), (12, 22, 10)]


def test_no_account_pays_for_another() -> None:
    made = allocate(payments((1, 7, 70, 100), (2, 9, 70, 5)), receivables((1, 8, 60, 100), (2, 9, 60, 8)))
    assert made.payment_row.tolist() == [1]
    assert made.remainder_fen.tolist() == [100, 0]
    assert made.still_open_fen.tolist() == [100, 3]


def test_nothing_to_pay_or_nothing_to_pay_with_allocates_nothing() -> None:
    assert len(allocate(payments(), receivables((1, 7, 60, 5)))) == 0
    assert allocate(payments((1, 7, 70, 5)), receivables()).remainder_fen.tolist() == [5]
    assert len(allocate(payments(), receivables())) == 0


def test_zero_amounts_are_passed_over() -> None:
    paid = payments((1, 7, 70, 0), (2, 7, 71, 10))
    owed = receivables((1, 7, 60, 0), (2, 7, 61, 10), (3, 7, 62, 0))
    assert triples(paid, owed) == [(2, 2, 10)]


def test_allocating_what_is_left_again_gives_nothing() -> None:
    paid, owed = payments((1, 7, 70, 70), (2, 8, 70, 5)), receivables((1, 7, 60, 80), (2, 8, 60, 3))
    made = allocate(paid, owed)
    again = allocate(
        Payments(paid.key, paid.account, paid.paid_day, made.remainder_fen),
        Receivables(owed.key, owed.account, owed.due_day, made.still_open_fen),
    )
    assert len(again) == 0


def test_the_columns_handed_in_are_left_alone() -> None:
    paid, owed = payments((1, 7, 70, 70)), receivables((1, 7, 60, 80))
    allocate(paid, owed)
    assert (paid.amount_fen.tolist(), owed.open_fen.tolist()) == ([70], [80])


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        ([(1, 7, 70, -1)], "payment 1: -1 fen is negative"),
        ([(1, 7, 70, 1), (1, 7, 71, 1)], "payment 1 is there twice"),
        ([(1, 7, 70, 2**62), (2, 7, 70, 2**62)], "too large"),
    ],
)
def test_payments_that_cannot_be_allocated_are_refused(
    rows: list[tuple[int, int, int, int]], match: str
) -> None:
    with pytest.raises(UnusableAmount, match=match):
        payments(*rows)


def test_negative_receivable_is_refused() -> None:
    with pytest.raises(UnusableAmount, match="receivable 4: -5 fen is negative"):
        receivables((4, 7, 60, -5))


def test_float_money_is_refused() -> None:
    key = np.array([1])
    with pytest.raises(WrongColumn, match="amount_fen: expected int64, got float64"):
        Payments(key, key, key, np.array([1.0]))  # type: ignore[arg-type]
