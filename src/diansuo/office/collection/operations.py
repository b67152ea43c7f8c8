"""The only place where money owed and money received changes: receivables, payments, and what settles what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.core.receivables import allocate
from diansuo.office.archive.models import Customer
from diansuo.office.base.bulk import fetch_columns
from diansuo.office.base.models import ImportBatch, User
from diansuo.office.base.wording import yuan
from diansuo.office.collection import columns
from diansuo.office.collection.models import Payment, PaymentAllocation, Receivable
from diansuo.office.config.rulebook import book

PAYMENT_TERMS = "national/collection/payment"

RAISE = """
    INSERT INTO collection_receivable (bill_id, customer_id, period, amount_fen, paid_fen, due_date)
    SELECT b.id, k.customer_id, b.period, b.amount_fen, 0, {due_date}
    FROM billing_bill b
    JOIN metering_consumption c ON c.id = b.consumption_id
    JOIN archive_meteringpoint p ON p.id = c.point_id
    JOIN archive_contract k ON k.id = b.contract_id
    WHERE b.period = %s AND b.state = 1 AND c.period = b.period AND c.point_id BETWEEN %s AND %s
      AND p.station_id = %s AND NOT EXISTS (SELECT 1 FROM collection_receivable r WHERE r.bill_id = b.id)
"""
IN_CREDIT = """
    SELECT DISTINCT y.customer_id FROM collection_payment y
    JOIN archive_contract k ON k.customer_id = y.customer_id
    JOIN archive_meteringpoint p ON p.contract_id = k.id
    WHERE y.allocated_fen < y.amount_fen AND p.station_id = %s AND p.id BETWEEN %s AND %s
"""


class UnableToCollect(ValueError):
    """A payment that cannot be taken; the message says why and what to do."""


def payment_days(day: date) -> int:
    """Return how many days after issue a bill is due (rulebook national/collection/payment)."""
    return book().in_force(PAYMENT_TERMS, day).integer("payment_days")


def raise_receivables(station_id: int, period: int, low: int, high: int, issue_date: date) -> dict[str, int]:
    """Make the issued bills of these points due (inside the caller's transaction); run again, it adds nothing.

    A customer's credit settles what is new at once, oldest due first.
    """
    due_date = issue_date + timedelta(days=payment_days(issue_date))
    cast = "%s" if connection.vendor == "sqlite" else "CAST(%s AS date)"
    with connection.cursor() as cursor:
        cursor.execute(RAISE.format(due_date=cast), [due_date, period, low, high, station_id])
        raised = cursor.rowcount
    in_credit = fetch_columns(IN_CREDIT, [station_id, low, high], customer="int")["customer"]
    allocate_open(in_credit.tolist())
    return {"receivables": raised}


def take_payment(
    customer: Customer,
    *,
    amount_fen: int,
    channel: str,
    reference: str,
    paid_date: date,
    user: User | None,
    now: datetime,
) -> Payment:
    """Book a payment once and settle with it what the customer owes, oldest due first; the rest is credit.

    The same channel and reference again return the payment already booked and change nothing.

    Raises:
        UnableToCollect: not above 0, without a reference, dated in the future, or the reference stands for another
            customer or amount.
    """
    if amount_fen <= 0:
        raise UnableToCollect(_("收费金额必须大于 0"))
    if not reference:
        raise UnableToCollect(_("缺少流水号，请填收据号或交易流水号"))
    if paid_date > timezone.localdate(now):
        raise UnableToCollect(_("收费日期 %(day)s 还没到") % {"day": paid_date})
    with transaction.atomic():
        payment, made = Payment.objects.get_or_create(
            channel=channel,
            reference=reference,
            defaults={
                "customer": customer,
                "paid_date": paid_date,
                "amount_fen": amount_fen,
                "taken_by": user,
                "taken_at": now,
            },
        )
        if not made:
            _require_same(payment, customer, amount_fen)
            return payment
        allocate_open([customer.pk])
    payment.refresh_from_db()
    return payment


def allocate_open(customers: Sequence[int]) -> int:
    """Settle what these customers owe with what they paid, oldest due first; return how many allocations.

    Works on whole customers and never across them. What is left of a payment stays as credit until something
    falls due.
    """
    if not customers:
        return 0
    with transaction.atomic():
        _lock(customers)
        payments, receivables = columns.open_payments(customers), columns.open_receivables(customers)
        allocated = allocate(payments, receivables)
        if len(allocated):
            columns.store_allocations(payments, receivables, allocated)
    return len(allocated)


def take_back_payments(batch: ImportBatch) -> None:
    """Delete a batch's payments with what they settled, and let other credit settle what is open again.

    Runs inside the withdrawal's transaction; what is owed is recomputed from the allocations that remain.
    """
    payments = Payment.objects.filter(batch=batch)
    customers = sorted(set(payments.values_list("customer", flat=True)))
    allocations = PaymentAllocation.objects.filter(payment__batch=batch)
    touched = sorted(set(allocations.values_list("receivable", flat=True)))
    allocations.delete()
    payments._raw_delete(payments.db)
    for _marks, part in columns.parts(touched):
        recount(part)
    allocate_open(customers)


def recount(receivables: Sequence[int]) -> None:
    """Set what is paid of these receivables to the sum of their allocations."""
    rows = Receivable.objects.filter(pk__in=receivables).annotate(
        settled_fen=Coalesce(Sum("allocations__amount_fen"), 0)
    )
    changed = []
    for row in rows:
        if row.paid_fen != row.settled_fen:
            row.paid_fen = row.settled_fen
            changed.append(row)
    Receivable.objects.bulk_update(changed, ["paid_fen"], batch_size=500)


def _lock(customers: Sequence[int]) -> None:
    """Let nobody else allocate for these customers meanwhile (SQLite has one writer anyway)."""
    if connection.features.has_select_for_update:
        for _marks, part in columns.parts(sorted(customers)):
            list(Customer.objects.select_for_update().filter(pk__in=part).order_by("pk").values_list("pk"))


def _require_same(payment: Payment, customer: Customer, amount_fen: int) -> None:
    if payment.customer_id != customer.pk or payment.amount_fen != amount_fen:
        raise UnableToCollect(
            _("流水号 %(reference)s 已记为 %(customer)s 的 %(amount)s 元，请核对流水号")
            % {
                "reference": payment.reference,
                "customer": payment.customer.number,
                "amount": yuan(payment.amount_fen),
            }
        )
