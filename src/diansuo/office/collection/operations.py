"""The only place where money owed and money received changes: receivables, payments, and what settles what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.core.quantity.month import month_of
from diansuo.core.receivables import allocate
from diansuo.office.archive.models import Customer
from diansuo.office.base.bulk import fetch_columns
from diansuo.office.base.models import ImportBatch, Station, User
from diansuo.office.base.modes import guards
from diansuo.office.base.scope import Scope
from diansuo.office.base.wording import yuan
from diansuo.office.billing.models import Correction, TemporaryCharge
from diansuo.office.collection import columns, open_books
from diansuo.office.collection.models import Payment, PaymentAllocation, Receivable
from diansuo.office.config.rulebook import book

PAYMENT_TERMS = "national/collection/payment"
CORRECTION_CHANNEL = "退补"
TEMPORARY_CHANNEL = "临时用电"

# The month of a bill has a plus before it: its index leads through the whole month, and a chunk is some of its points.
BILLED = """
    FROM billing_bill b
    JOIN metering_consumption c ON c.id = b.consumption_id
    JOIN archive_meteringpoint p ON p.id = c.point_id
    JOIN archive_contract k ON k.id = b.contract_id
    WHERE c.period = %s AND c.point_id BETWEEN %s AND %s AND +b.period = c.period AND b.state = 1
      AND p.station_id = %s
"""
RAISE = f"""
    INSERT INTO collection_receivable (bill_id, customer_id, period, amount_fen, paid_fen, due_date)
    SELECT b.id, k.customer_id, b.period, b.amount_fen, 0, {{due_date}} {BILLED}
      AND NOT EXISTS (SELECT 1 FROM collection_receivable r WHERE r.bill_id = b.id)
"""
IN_CREDIT = f"""
    SELECT DISTINCT y.customer_id FROM collection_payment y
    WHERE y.allocated_fen < y.amount_fen AND y.customer_id IN (SELECT k.customer_id {BILLED})
"""
LOCK_BILLED = f"""
    SELECT COUNT(*) FROM (
        SELECT id FROM archive_customer WHERE id IN (SELECT k.customer_id {BILLED})
        ORDER BY id FOR NO KEY UPDATE
    ) locked
"""


class UnableToCollect(ValueError):
    """A payment that cannot be taken; the message says why and what to do."""


def payment_days(day: date) -> int:
    """Return how many days after issue a bill is due (rulebook national/collection/payment)."""
    return book().in_force(PAYMENT_TERMS, day).integer("payment_days")


def raise_receivables(station_id: int, period: int, low: int, high: int, issue_date: date) -> dict[str, int]:
    """Make the issued bills of these points due (inside the caller's transaction); run again, it adds nothing.

    A customer's credit settles what is new at once, oldest due first. The customers are locked before: a payment
    taken meanwhile waits, and then finds what became due.
    """
    due_date = issue_date + timedelta(days=payment_days(issue_date))
    cast = "%s" if connection.vendor == "sqlite" else "CAST(%s AS date)"
    billed = [period, low, high, station_id]
    with connection.cursor() as cursor:
        if connection.features.has_select_for_update:
            cursor.execute(LOCK_BILLED, billed)
        cursor.execute(RAISE.format(due_date=cast), [due_date, *billed])
        raised = cursor.rowcount
    if raised:
        open_books.move([station_id])
    in_credit = fetch_columns(IN_CREDIT, billed, customer="int")["customer"]
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

    The same channel and reference again, within one company, return the payment already booked and change nothing.

    Raises:
        UnableToCollect: not above 0, without a reference, dated in the future, or the reference stands for another
            customer or amount; or the customer's station runs beside a system that collects.
    """
    if Station.objects.filter(pk=customer.station_id, mode=guards.BESIDE).exists():
        raise UnableToCollect("；".join(guards.words(guards.ALONE)))
    if amount_fen <= 0:
        raise UnableToCollect(_("收费金额必须大于 0"))
    if not reference:
        raise UnableToCollect(_("缺少流水号，请填收据号或交易流水号"))
    if paid_date > timezone.localdate(now):
        raise UnableToCollect(_("收费日期 %(day)s 还没到") % {"day": paid_date})
    with transaction.atomic():
        lock([customer.pk])
        payment, made = Payment.objects.get_or_create(
            company_id=customer.company_id,
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
            _require_same(payment, customer, amount_fen, user)
            return payment
        allocate_open([customer.pk])
    payment.refresh_from_db()
    return payment


def settle_correction(correction: Correction, now: datetime) -> None:
    """Let an issued correction count (inside the caller's transaction): a charge falls due, a refund becomes credit.

    Credit settles what is open at once, oldest due first, like any payment; a refund stands in the customer's payments
    under the channel of corrections, for no cash moved.
    """
    _settle_issued(
        correction, correction.contract.customer, CORRECTION_CHANNEL, {"correction": correction}, now
    )


def settle_temporary(charge: TemporaryCharge, now: datetime) -> None:
    """Let an issued charge of a temporary supply count, as :func:`settle_correction`."""
    _settle_issued(charge, charge.supply.customer, TEMPORARY_CHANNEL, {"temporary": charge}, now)


def _settle_issued(
    issued: Correction | TemporaryCharge,
    customer: Customer,
    channel: str,
    source: dict[str, Any],
    now: datetime,
) -> None:
    day = issued.issued_date
    if not issued.amount_fen or day is None:
        return
    lock([customer.pk])
    if issued.amount_fen > 0:
        Receivable.objects.create(
            **source,
            customer=customer,
            period=month_of(day),
            amount_fen=issued.amount_fen,
            due_date=day + timedelta(days=payment_days(day)),
        )
        open_books.move([customer.station_id])
    else:
        Payment.objects.create(
            company_id=customer.company_id,
            customer=customer,
            paid_date=day,
            amount_fen=-issued.amount_fen,
            channel=channel,
            reference=f"{channel}{issued.pk}",
            taken_by=issued.issued_by,
            taken_at=now,
        )
    allocate_open([customer.pk])


def allocate_open(customers: Sequence[int]) -> int:
    """Settle what these customers owe with what they paid, oldest due first; return how many allocations.

    Works on whole customers and never across them. What is left of a payment stays as credit until something
    falls due.
    """
    if not customers:
        return 0
    with transaction.atomic():
        lock(customers)
        payments, receivables = columns.open_payments(customers), columns.open_receivables(customers)
        allocated = allocate(payments, receivables)
        if len(allocated):
            columns.store_allocations(payments, receivables, allocated)
            open_books.move_of(customers)
    return len(allocated)


def take_back_payments(batch: ImportBatch) -> None:
    """Delete a batch's payments with what they settled, and let other credit settle what is open again.

    Runs inside the withdrawal's transaction; what is owed is recomputed from the allocations that remain. The
    customers are locked before anything is read of them, so that no payment taken meanwhile is overwritten.
    """
    payments = Payment.objects.filter(batch=batch)
    customers = sorted(set(payments.values_list("customer", flat=True)))
    lock(customers)
    allocations = PaymentAllocation.objects.filter(payment__batch=batch)
    touched = sorted(set(allocations.values_list("receivable", flat=True)))
    allocations.delete()
    payments._raw_delete(payments.db)
    for _marks, part in columns.parts(touched):
        recount(part)
    open_books.move_of(customers)
    allocate_open(customers)


def recount(receivables: Sequence[int]) -> None:
    """Set what is paid of these receivables to the sum of their allocations (their customers being locked)."""
    settled = (
        PaymentAllocation.objects.filter(receivable=OuterRef("pk"))
        .values("receivable")
        .annotate(settled_fen=Sum("amount_fen"))
        .values("settled_fen")
    )
    Receivable.objects.filter(pk__in=receivables).update(paid_fen=Coalesce(Subquery(settled), 0))


def lock(customers: Sequence[int]) -> None:
    """Let nobody else settle anything for these customers until the caller's transaction ends.

    Always in the order of their keys, so that two callers never wait for each other. SQLite has one writer anyway.
    """
    if connection.features.has_select_for_update:
        for _marks, part in columns.parts(sorted(customers)):
            locked = Customer.objects.select_for_update(no_key=True).filter(pk__in=part).order_by("pk")
            list(locked.values_list("pk"))


def _require_same(payment: Payment, customer: Customer, amount_fen: int, user: User | None) -> None:
    if payment.customer_id == customer.pk and payment.amount_fen == amount_fen:
        return
    scope = Scope.of(user) if user else Scope.everything()
    if not scope.holds(payment.customer):
        raise UnableToCollect(
            _("流水号 %(reference)s 已被使用，请核对流水号") % {"reference": payment.reference}
        )
    raise UnableToCollect(
        _("流水号 %(reference)s 已记为 %(customer)s 的 %(amount)s 元，请核对流水号")
        % {
            "reference": payment.reference,
            "customer": payment.customer.number,
            "amount": yuan(payment.amount_fen),
        }
    )
