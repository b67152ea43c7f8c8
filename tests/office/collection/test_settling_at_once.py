"""Two clerks at once on a database with several writers: a payment waits for whoever settles the customer's books."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, connections, transaction

from diansuo.office.archive.models import Customer
from diansuo.office.base.imports import operations as imports
from diansuo.office.collection import operations
from diansuo.office.collection.models import Payment, PaymentAllocation, Receivable
from tests.office.collection.test_payments import HEADINGS, owe, pay, read, require_law, row
from tests.office.metering.builder import NOW, bring_in, issue, make_station, write_csv

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not connection.features.has_select_for_update, reason="the database has one writer anyway"
    ),
]
PATIENCE_S = 0.5
"""How long a payment that need not wait would take at the very most."""


class Counter:
    """A payment taken by another clerk, on a connection of its own."""

    def __init__(self, customer: Customer, amount_fen: int) -> None:
        self._customer, self._amount_fen = customer, amount_fen
        self._thread = threading.Thread(target=self._take)
        self.taken = threading.Event()

    def start_and_see_it_wait(self) -> None:
        """Start, from within a transaction that has the customer's books open."""
        self._thread.start()
        assert not self.taken.wait(PATIENCE_S)

    def require_taken(self) -> None:
        """Wait for the payment, the transaction being over."""
        self._thread.join(20)
        assert self.taken.is_set()

    def _take(self) -> None:
        try:
            pay(self._customer, self._amount_fen, "R1")
            self.taken.set()
        finally:
            connections.close_all()


def before(name: str, counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the counter begin when this thread first comes to one of the operations."""
    real: Callable[..., object] = getattr(operations, name)
    main, begun = threading.current_thread(), threading.Event()

    def paused(rows: list[int]) -> object:
        if threading.current_thread() is main and not begun.is_set():
            begun.set()
            counter.start_and_see_it_wait()
        return real(rows)

    monkeypatch.setattr(operations, name, paused)


def test_a_payment_taken_while_a_batch_is_withdrawn_settles_what_is_open_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = owe(make_station(), "0041", 5000)
    batch = bring_in("payments", write_csv(tmp_path / "a.csv", HEADINGS, [row("0041", "50", "1")]))
    counter = Counter(customer, 3000)
    before("recount", counter, monkeypatch)

    imports.withdraw(batch, now=NOW)
    counter.require_taken()

    assert Receivable.objects.get().paid_fen == 3000
    assert PaymentAllocation.objects.get().amount_fen == 3000
    require_law()


def test_a_payment_taken_while_bills_fall_due_settles_them(monkeypatch: pytest.MonkeyPatch) -> None:
    station = make_station()
    customer = owe(station, "0041", 5000)
    pay(customer, 5000, "R0")
    read(customer.contracts.get().points.get(), 202409, 300)
    issue(station, 202409, 6000)
    counter = Counter(customer, 4000)
    before("allocate_open", counter, monkeypatch)

    with transaction.atomic():
        operations.raise_receivables(station.pk, 202409, 1, 10**9, date(2024, 9, 5))
    counter.require_taken()

    assert Receivable.objects.get(period=202409).paid_fen == 4000
    assert Payment.objects.get(reference="R1").allocated_fen == 4000
    require_law()
