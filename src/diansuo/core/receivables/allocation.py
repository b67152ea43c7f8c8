"""Allocation (销账): each payment settles its own account's receivables, oldest due first, to the fen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diansuo.core.quantity.arrays import Int64, require


class UnusableAmount(ValueError):
    """An amount that cannot be allocated: negative, or too large to add up exactly; names the row."""


@dataclass(frozen=True, slots=True)
class Payments:
    """Payments (收费), shape (n,), any order.

    Attributes:
        key: primary key, unique; within a day the smaller key goes first.
        account: whose receivables it may settle.
        paid_day: days since 1970-01-01.
        amount_fen: 0 or more, what is not yet allocated.
    """

    key: Int64
    account: Int64
    paid_day: Int64
    amount_fen: Int64

    def __post_init__(self) -> None:
        require(
            np.int64,
            key=self.key,
            account=self.account,
            paid_day=self.paid_day,
            amount_fen=self.amount_fen,
        )
        _check("payment", self.key, self.amount_fen)


@dataclass(frozen=True, slots=True)
class Receivables:
    """Receivables (应收), shape (m,), any order.

    Attributes:
        key: primary key, unique; of two due on one day the smaller key goes first.
        account: who owes it.
        due_day: last day to pay without penalty (交费截止日), days since 1970-01-01.
        open_fen: 0 or more, what is not yet paid. A negative bill is a credit of its own, never a receivable.
    """

    key: Int64
    account: Int64
    due_day: Int64
    open_fen: Int64

    def __post_init__(self) -> None:
        require(np.int64, key=self.key, account=self.account, due_day=self.due_day, open_fen=self.open_fen)
        _check("receivable", self.key, self.open_fen)


@dataclass(frozen=True, slots=True)
class Allocations:
    """Which payment settles how much of which receivable, shape (k,), and what is left on both sides.

    Attributes:
        payment_row: row in the payments.
        receivable_row: row in the receivables.
        amount_fen: above 0.
        remainder_fen: shape (n,), what each payment leaves as credit (预收).
        still_open_fen: shape (m,), what each receivable still waits for.
    """

    payment_row: Int64
    receivable_row: Int64
    amount_fen: Int64
    remainder_fen: Int64
    still_open_fen: Int64

    def __len__(self) -> int:
        return len(self.amount_fen)


def allocate(payments: Payments, receivables: Receivables) -> Allocations:
    """Settle each account's receivables by due day with its payments by day, exactly.

    Lay an account's payments end to end, and its receivables end to end beside them: where a payment and a
    receivable overlap, the one settles the other by the length of the overlap. All ends of an account,
    sorted, cut both lines into these overlaps. The result depends on days and keys alone, never on the order
    of the rows.

    Raises:
        WrongColumn: dtype, shape or length.
        UnusableAmount: an amount is negative, a key is there twice, or the sum does not fit.
    """
    paying = np.lexsort((payments.key, payments.paid_day, payments.account))
    owed = np.lexsort((receivables.key, receivables.due_day, receivables.account))
    payers, owers = payments.account[paying], receivables.account[owed]
    paid_to_fen = _ends(payers, payments.amount_fen[paying])
    owed_to_fen = _ends(owers, receivables.open_fen[owed])
    account = np.concatenate((payers, owers))
    end_fen = np.concatenate((paid_to_fen, owed_to_fen))
    is_payment = np.arange(len(account)) < len(payers)
    order = np.lexsort((end_fen, account))
    account, end_fen, is_payment = account[order], end_fen[order], is_payment[order]
    length_fen = _lengths(account, end_fen)
    # The ends passed so far, over all accounts, are the row of the piece under way: on an account's last
    # piece of one side it would point into the next account, which is how a side that has run out shows.
    payment_at: Int64 = np.cumsum(is_payment, dtype=np.int64) - is_payment
    receivable_at: Int64 = np.cumsum(~is_payment, dtype=np.int64) - ~is_payment
    both = (length_fen > 0) & _belongs(payers, payment_at, account) & _belongs(owers, receivable_at, account)
    payment_row, receivable_row = paying[payment_at[both]], owed[receivable_at[both]]
    amount_fen = length_fen[both]
    remainder_fen, still_open_fen = payments.amount_fen.copy(), receivables.open_fen.copy()
    np.subtract.at(remainder_fen, payment_row, amount_fen)
    np.subtract.at(still_open_fen, receivable_row, amount_fen)
    return Allocations(payment_row, receivable_row, amount_fen, remainder_fen, still_open_fen)


def _ends(account: Int64, amount_fen: Int64) -> Int64:
    """Where each amount ends when those of its account lie end to end; accounts are contiguous."""
    running_fen = np.cumsum(amount_fen)
    first = np.searchsorted(account, account)
    return running_fen - (running_fen - amount_fen)[first]


def _lengths(account: Int64, end_fen: Int64) -> Int64:
    """Distance of each end from the one before on its account, or from 0."""
    before_fen = np.zeros(len(end_fen), np.int64)
    before_fen[1:] = np.where(account[1:] == account[:-1], end_fen[:-1], 0)
    return end_fen - before_fen


def _belongs(accounts: Int64, at: Int64, account: Int64) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether the row at each place exists and is of that account."""
    belongs = at < len(accounts)
    belongs[belongs] = accounts[at[belongs]] == account[belongs]
    return belongs


def _check(what: str, key: Int64, amount_fen: Int64) -> None:
    if (amount_fen < 0).any():
        row = int(np.argmax(amount_fen < 0))
        raise UnusableAmount(f"{what} {key[row]}: {amount_fen[row]} fen is negative")
    if len(amount_fen) and int(amount_fen.max()) > np.iinfo(np.int64).max // len(amount_fen):
        row = int(np.argmax(amount_fen))
        raise UnusableAmount(f"{what} {key[row]}: {amount_fen[row]} fen is too large to add up exactly")
    keys, times = np.unique(key, return_counts=True)
    if (times > 1).any():
        raise UnusableAmount(f"{what} {keys[np.argmax(times > 1)]} is there twice")
