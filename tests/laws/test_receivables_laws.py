"""Laws of receivables: money is neither made nor lost, and the oldest is settled first."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from diansuo.core.receivables import Payments, Receivables, ageing, ageing_table, allocate

ROW = st.tuples(st.integers(1, 4), st.integers(0, 5), st.one_of(st.integers(0, 12), st.integers(0, 10**12)))
ROWS = st.lists(ROW, max_size=25)


def _payments(rows: list[tuple[int, int, int]]) -> Payments:
    columns = np.array(rows, np.int64).reshape(-1, 3).T.copy()
    return Payments(np.arange(len(rows)), *columns)


def _receivables(rows: list[tuple[int, int, int]]) -> Receivables:
    columns = np.array(rows, np.int64).reshape(-1, 3).T.copy()
    return Receivables(np.arange(len(rows)), *columns)


def _slowly(paid: list[tuple[int, int, int]], owed: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The obvious way: take every payment in turn and walk down its account's receivables."""
    made, open_fen = [], [fen for _, _, fen in owed]
    for payment in sorted(range(len(paid)), key=lambda row: (paid[row][0], paid[row][1], row)):
        left = paid[payment][2]
        for receivable in sorted(range(len(owed)), key=lambda row: (owed[row][1], row)):
            fen = min(left, open_fen[receivable]) if owed[receivable][0] == paid[payment][0] else 0
            if fen:
                made.append((payment, receivable, fen))
                left, open_fen[receivable] = left - fen, open_fen[receivable] - fen
    return made


@settings(max_examples=400, deadline=None)
@given(ROWS, ROWS)
def test_allocation_is_that_of_a_clerk_who_takes_them_in_turn(
    paid: list[tuple[int, int, int]], owed: list[tuple[int, int, int]]
) -> None:
    made = allocate(_payments(paid), _receivables(owed))
    columns = (made.payment_row.tolist(), made.receivable_row.tolist(), made.amount_fen.tolist())
    assert list(zip(*columns, strict=True)) == _slowly(paid, owed)


@settings(max_examples=200, deadline=None)
@given(ROWS, ROWS)
def test_no_fen_is_made_or_lost(paid: list[tuple[int, int, int]], owed: list[tuple[int, int, int]]) -> None:
    payments, receivables = _payments(paid), _receivables(owed)
    made = allocate(payments, receivables)
    given_fen, got_fen = np.zeros(len(paid), np.int64), np.zeros(len(owed), np.int64)
    np.add.at(given_fen, made.payment_row, made.amount_fen)
    np.add.at(got_fen, made.receivable_row, made.amount_fen)
    assert (given_fen + made.remainder_fen == payments.amount_fen).all()
    assert (got_fen + made.still_open_fen == receivables.open_fen).all()
    assert (made.amount_fen > 0).all()
    assert (made.remainder_fen >= 0).all()
    assert (made.still_open_fen >= 0).all()
    for account in range(1, 5):
        credit = made.remainder_fen[payments.account == account].sum()
        assert credit == 0 or made.still_open_fen[receivables.account == account].sum() == 0


@settings(max_examples=200, deadline=None)
@given(ROWS, ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_decides_nothing(
    paid: list[tuple[int, int, int]], owed: list[tuple[int, int, int]], random: st.DataObject
) -> None:
    def shuffled(columns: Payments | Receivables) -> Payments | Receivables:
        order = list(range(len(columns.key)))
        random.shuffle(order)  # type: ignore[attr-defined]
        rows = np.array(order, np.int64)
        return type(columns)(*(getattr(columns, field.name)[rows] for field in fields(columns)))

    payments, receivables = _payments(paid), _receivables(owed)
    mixed_payments, mixed_receivables = shuffled(payments), shuffled(receivables)
    plain, mixed = allocate(payments, receivables), allocate(mixed_payments, mixed_receivables)  # type: ignore[arg-type]
    assert mixed_payments.key[mixed.payment_row].tolist() == payments.key[plain.payment_row].tolist()
    assert (
        mixed_receivables.key[mixed.receivable_row].tolist() == receivables.key[plain.receivable_row].tolist()
    )
    assert mixed.amount_fen.tolist() == plain.amount_fen.tolist()


@settings(max_examples=100, deadline=None)
@given(ROWS, st.integers(-10, 500))
def test_ageing_moves_no_fen_between_groups(owed: list[tuple[int, int, int]], as_of_day: int) -> None:
    receivables = _receivables(owed)
    table = ageing_table(receivables.account, receivables.open_fen, ageing(receivables.due_day, as_of_day))
    for place, account in enumerate(table.group):
        assert table.open_fen[place].sum() == receivables.open_fen[receivables.account == account].sum()
