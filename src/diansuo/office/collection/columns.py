"""Where payments and receivables become the columns of core.receivables, and allocations become rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from django.db import connection, transaction

from diansuo.core.quantity.arrays import Int64
from diansuo.core.receivables import Allocations, Payments, Receivables
from diansuo.office.base.bulk import fetch_columns, insert_columns
from diansuo.office.collection.models import PaymentAllocation

MANY = 10_000

OPEN_PAYMENTS = """
    SELECT id, customer_id, paid_date, amount_fen - allocated_fen FROM collection_payment
    WHERE allocated_fen < amount_fen AND customer_id IN ({marks})
"""
OPEN_RECEIVABLES = """
    SELECT id, customer_id, due_date, amount_fen - paid_fen FROM collection_receivable
    WHERE paid_fen < amount_fen AND (bill_id IS NOT NULL OR correction_id IS NOT NULL OR temporary_id IS NOT NULL)
      AND customer_id IN ({marks})
"""
HELD_ALLOCATIONS = """
    SELECT id, payment_id, receivable_id FROM collection_paymentallocation WHERE payment_id IN ({marks})
"""


def parts(keys: Sequence[int]) -> Iterator[tuple[str, list[int]]]:
    """Cut keys into lists a database takes as parameters, each with its placeholders."""
    for start in range(0, len(keys), MANY):
        part = list(keys[start : start + MANY])
        yield ", ".join(["%s"] * len(part)), part


def open_payments(customers: Sequence[int]) -> Payments:
    """Load what these customers paid and is not yet allocated."""
    rows = _fetch(OPEN_PAYMENTS, customers, key="int", account="int", paid_day="day", amount_fen="int")
    return Payments(**rows)


def open_receivables(customers: Sequence[int]) -> Receivables:
    """Load what these customers still owe."""
    rows = _fetch(OPEN_RECEIVABLES, customers, key="int", account="int", due_day="day", open_fen="int")
    return Receivables(**rows)


def store_allocations(payments: Payments, receivables: Receivables, allocated: Allocations) -> None:
    """Write allocations, and with them what each side now counts as settled, in the caller's transaction.

    A payment that settled part of a receivable before and now settles more of it keeps one row.
    """
    payment, receivable = payments.key[allocated.payment_row], receivables.key[allocated.receivable_row]
    amounts = allocated.amount_fen.tolist()
    pairs = list(zip(payment.tolist(), receivable.tolist(), strict=True))
    held = _held(sorted(set(payment.tolist())))
    known = [at for at, pair in enumerate(pairs) if pair in held]
    fresh = [at for at, pair in enumerate(pairs) if pair not in held]
    with transaction.atomic():
        insert_columns(
            PaymentAllocation,
            {
                "payment": [pairs[at][0] for at in fresh],
                "receivable": [pairs[at][1] for at in fresh],
                "amount_fen": [amounts[at] for at in fresh],
            },
        )
        _add("collection_paymentallocation", "amount_fen", [(amounts[at], held[pairs[at]]) for at in known])
        _add("collection_payment", "allocated_fen", _sums(payment, allocated.amount_fen))
        _add("collection_receivable", "paid_fen", _sums(receivable, allocated.amount_fen))


def _held(payments: Sequence[int]) -> dict[tuple[int, int], int]:
    rows = _fetch(HELD_ALLOCATIONS, payments, id="int", payment="int", receivable="int")
    keys = zip(rows["payment"].tolist(), rows["receivable"].tolist(), strict=True)
    return dict(zip(keys, rows["id"].tolist(), strict=True))


def _sums(key: Int64, amount_fen: Int64) -> list[tuple[int, int]]:
    keys, row = np.unique(key, return_inverse=True)
    sums = np.zeros(len(keys), dtype=np.int64)
    np.add.at(sums, row, amount_fen)
    return list(zip(sums.tolist(), keys.tolist(), strict=True))


def _add(table: str, column: str, changes: Sequence[tuple[int, int]]) -> None:
    if changes:
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {table} SET {column} = {column} + %s WHERE id = %s", changes)


def _fetch(query: str, keys: Sequence[int], **kinds: str) -> dict[str, Any]:
    found = [fetch_columns(query.format(marks=marks), part, **kinds) for marks, part in parts(keys)]
    if not found:
        return {name: np.zeros(0, dtype=np.int64) for name in kinds}
    return {name: np.concatenate([part[name] for part in found]) for name in kinds}
