"""Money owed and money received: booked once, settled oldest first, exact to the fen however it comes and goes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diansuo.core.metering import Purpose, Register
from diansuo.office.archive.models import Customer, MeteringPoint
from diansuo.office.base.imports import operations as imports
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.collection import operations, queries
from diansuo.office.collection.models import Payment, PaymentAllocation, Receivable
from diansuo.office.metering import entry
from tests.office.metering.builder import (
    ALL,
    NOW,
    bring_in,
    household,
    issue,
    make_station,
    preview,
    write_csv,
)

pytestmark = pytest.mark.django_db

HEADINGS = ("用户编号", "金额", "收费日期", "渠道", "流水号")
TODAY = date(2026, 3, 1)


@pytest.fixture
def station() -> Station:
    return make_station()


def owe(station: Station, number: str, *months_fen: int, **people: str) -> Customer:
    """Make a customer with one receivable a month from August 2024."""
    point = household(station, number, f"M{number}", **people)
    read(point, 202407, 100)
    for step, amount_fen in enumerate(months_fen):
        period = 202408 + step
        read(point, period, 200 + step * 50)
        add_month(station, period, amount_fen)
    return point.contract.customer


def read(point: MeteringPoint, period: int, kwh: int) -> None:
    entry.enter_reading(
        ALL, point=point, values={Register.ACTIVE_TOTAL: kwh * 1000}, period=period, purpose=Purpose.PERIODIC,
        read_date=date(period // 100, period % 100, 1), user=None, today=TODAY, now=timezone.now(), confirmed=True,
    )  # fmt: skip


def add_month(station: Station, period: int, amount_fen: int) -> dict[str, int]:
    issue(station, period, amount_fen)
    with transaction.atomic():
        return operations.raise_receivables(
            station.pk, period, 1, 10**9, date(period // 100, period % 100, 5)
        )


def pay(customer: Customer, amount_fen: int, reference: str, **more: Any) -> Payment:
    queries.open_in_all(ALL, day=TODAY), queries.arrears_by_person(ALL, day=TODAY)  # a page looked at before
    given: dict[str, Any] = {
        "channel": "柜台",
        "paid_date": date(2024, 9, 9),
        "user": None,
        "now": NOW,
    } | more
    return operations.take_payment(customer, amount_fen=amount_fen, reference=reference, **given)


def books() -> tuple[Any, ...]:
    return (
        list(Receivable.objects.order_by("id").values_list()),
        list(Payment.objects.order_by("id").values_list()),
        list(PaymentAllocation.objects.order_by("id").values_list("payment", "receivable", "amount_fen")),
    )


def require_law() -> None:
    """Σ allocations = what each side says; nobody has credit beside something open; what is kept is what is so."""
    kept = queries.open_in_all(ALL, day=TODAY), queries.arrears_by_person(ALL, day=TODAY)
    for each in queries.REMEMBERED:
        each.cache_clear()
    assert kept == (queries.open_in_all(ALL, day=TODAY), queries.arrears_by_person(ALL, day=TODAY))
    for receivable in Receivable.objects.all():
        assert receivable.paid_fen == (receivable.allocations.aggregate(sum=Sum("amount_fen"))["sum"] or 0)
    for payment in Payment.objects.all():
        assert payment.allocated_fen == (payment.allocations.aggregate(sum=Sum("amount_fen"))["sum"] or 0)
    for customer in Customer.objects.all():
        credit = sum(each.amount_fen - each.allocated_fen for each in customer.payments.all())
        still_open = sum(each.amount_fen - each.paid_fen for each in customer.receivables.all())
        assert not (credit and still_open)


def state(customer: Customer) -> list[tuple[int, int]]:
    return list(customer.receivables.order_by("period").values_list("amount_fen", "paid_fen"))


def test_issued_bills_fall_due_once(station: Station) -> None:
    customer = owe(station, "0041", 5000)
    receivable = customer.receivables.get()
    assert (receivable.amount_fen, receivable.due_date, receivable.period) == (
        5000,
        date(2024, 8, 20),
        202408,
    )
    before = books()
    with transaction.atomic():
        assert operations.raise_receivables(station.pk, 202408, 1, 10**9, date(2024, 8, 6)) == {
            "receivables": 0
        }
    assert books() == before


def test_a_payment_settles_the_oldest_first(station: Station) -> None:
    customer = owe(station, "0041", 5000, 6000)
    payment = pay(customer, 7000, "R1")
    assert state(customer) == [(5000, 5000), (6000, 2000)]
    assert payment.allocated_fen == 7000
    require_law()


def test_the_same_payment_twice_is_booked_once(station: Station) -> None:
    customer = owe(station, "0041", 5000)
    first = pay(customer, 3000, "R1")
    before = books()
    assert pay(customer, 3000, "R1") == first
    assert books() == before


def test_a_reference_that_stands_for_something_else_is_refused(station: Station) -> None:
    customer, other = owe(station, "0041", 5000), owe(station, "0042")
    pay(customer, 3000, "R1")
    before = books()
    for payer, amount, more in (
        (customer, 3001, {}),
        (other, 3000, {}),
        (customer, 0, {"reference": "R2"}),
        (customer, 10, {"reference": ""}),
        (customer, 10, {"reference": "R2", "paid_date": date(2026, 3, 2)}),
    ):
        settings = {"reference": "R1"} | more
        with pytest.raises(operations.UnableToCollect):
            pay(payer, amount, **settings)
    assert books() == before


def test_credit_waits_and_settles_what_falls_due_later(station: Station) -> None:
    customer = owe(station, "0041", 5000)
    payment = pay(customer, 9000, "R1")
    assert payment.amount_fen - payment.allocated_fen == 4000
    read(customer.contracts.get().points.get(), 202409, 300)
    add_month(station, 202409, 6000)
    assert state(customer) == [(5000, 5000), (6000, 4000)]
    require_law()


def row(number: str, yuan: str, reference: str, **cells: str) -> dict[str, str]:
    return {
        "用户编号": number,
        "金额": yuan,
        "收费日期": "2024-09-09",
        "渠道": "网上国网",
        "流水号": reference,
    } | cells


def test_a_payment_file_is_booked_once(station: Station, tmp_path: Path) -> None:
    customer = owe(station, "0041", 5000)
    file = write_csv(
        tmp_path / "收费.csv",
        HEADINGS,
        [row("0041", "30.00", "1"), row("0041", "30", "1"), row("0041", "5", "2")],
    )
    assert bring_in("payments", file).counts == {"new": 2, "changed": 0, "unchanged": 1, "refused": 0}
    assert state(customer) == [(5000, 3500)]
    before = books()
    assert bring_in("payments", file).counts == {"new": 0, "changed": 0, "unchanged": 3, "refused": 0}
    assert books() == before
    require_law()


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"用户编号": "9999"}, "用户编号"),
        ({"金额": "0"}, "金额"),
        ({"金额": "-5"}, "金额"),
        ({"金额": "1.005"}, "金额"),
        ({"金额": "五元"}, "金额"),
        ({"收费日期": "2026-03-02"}, "收费日期"),
        ({"流水号": ""}, "流水号"),
        ({"流水号": "1"}, "流水号"),
        ({"流水号": "9" * 65}, "流水号"),
        ({"渠道": "很" * 21}, "渠道"),
    ],
)
def test_a_payment_row_that_cannot_be_true_is_refused(
    station: Station, tmp_path: Path, cells: dict[str, str], column: str
) -> None:
    owe(station, "0041", 5000)
    bring_in("payments", write_csv(tmp_path / "a.csv", HEADINGS, [row("0041", "10", "1")]))
    before = books()
    file = write_csv(tmp_path / "b.csv", HEADINGS, [row("0041", "12", "7") | cells, row("0041", "12", "8")])
    batch, plan = preview("payments", file)
    assert batch.counts == {"new": 1, "changed": 0, "unchanged": 0, "refused": 1}
    at = plan.verdicts.outcome.index("refused")
    assert (plan.verdicts.column[at], plan.verdicts.row[at]) == (column, 2)
    assert plan.verdicts.reason[at]
    assert plan.verdicts.remedy[at]
    assert books() == before


def test_payments_taken_back_restore_the_books_exactly(station: Station, tmp_path: Path) -> None:
    customer = owe(station, "0041", 5000, 6000)
    pay(customer, 5500, "R1")
    before = books()
    file = write_csv(tmp_path / "a.csv", HEADINGS, [row("0041", "100", "1"), row("0041", "5", "2")])
    batch = bring_in("payments", file)
    assert state(customer) == [(5000, 5000), (6000, 6000)]
    imports.withdraw(batch, now=NOW)
    assert books() == before
    require_law()


def test_other_credit_steps_in_where_a_payment_is_taken_back(station: Station, tmp_path: Path) -> None:
    customer = owe(station, "0041", 5000)
    batch = bring_in("payments", write_csv(tmp_path / "a.csv", HEADINGS, [row("0041", "20", "1")]))
    pay(customer, 4000, "R1")
    imports.withdraw(batch, now=NOW)
    assert state(customer) == [(5000, 4000)]
    assert PaymentAllocation.objects.count() == 1
    require_law()


def test_another_stations_customer_is_unknown(station: Station, tmp_path: Path) -> None:
    owe(station, "0041", 5000)
    other = Scope(frozenset([make_station("西村供电所").pk]))
    batch, _plan = preview(
        "payments", write_csv(tmp_path / "a.csv", HEADINGS, [row("0041", "20", "1")]), scope=other
    )
    assert batch.counts["refused"] == 1


def test_arrears_stand_under_the_manager_and_else_the_reader(station: Station) -> None:
    owe(station, "0041", 5000, reader="王五", manager="赵六")
    owe(station, "0042", 3000, reader="王五")
    paid = owe(station, "0043", 4000, reader="王五")
    nobody = owe(station, "0044", 1000)
    pay(paid, 4000, "R1")
    found = {each.name: each for each in queries.arrears_by_person(ALL, day=date(2024, 8, 21))}
    assert {name: (each.duty, each.customers, each.overdue_fen) for name, each in found.items()} == {
        "赵六": ("manager", 1, 5000),
        "王五": ("reader", 1, 3000),
        "": ("", 1, 1000),
    }
    assert all(each.not_due_fen == 0 for each in found.values())
    assert {each.not_due_fen for each in queries.arrears_by_person(ALL, day=date(2024, 8, 20))} == {
        5000,
        3000,
        1000,
    }
    assert queries.open_by_customer(ALL) == {"0041": 5000, "0042": 3000, "0044": 1000}
    assert queries.arrears_by_person(Scope(frozenset()), day=TODAY) == []
    table = queries.ageing_of(ALL, day=date(2024, 8, 21))
    assert table.open_fen[table.group.tolist().index(nobody.pk)].tolist() == [0, 1000, 0, 0, 0, 0, 0]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bills=st.lists(st.integers(0, 9000), min_size=1, max_size=4),
    payments=st.lists(st.tuples(st.booleans(), st.integers(1, 15_000)), max_size=5),
    back=st.integers(0, 5),
)
def test_the_books_agree_whatever_is_paid_and_taken_back(
    tmp_path_factory: pytest.TempPathFactory, bills: list[int], payments: list[tuple[bool, int]], back: int
) -> None:
    for each in queries.REMEMBERED:
        each.cache_clear()  # the example before was rolled back, and its versions come again
    with transaction.atomic():
        folder = tmp_path_factory.mktemp("payments")
        station = make_station(f"站{Station.objects.count()}")
        customer = owe(station, f"{Customer.objects.count():04d}", *bills)
        batches = []
        for at, (by_file, amount_fen) in enumerate(payments):
            reference = f"{station.pk}-{at}"
            if by_file:
                yuan = f"{amount_fen // 100}.{amount_fen % 100:02d}"
                rows = [row(customer.number, yuan, reference)]
                batches.append(bring_in("payments", write_csv(folder / f"{at}.csv", HEADINGS, rows)))
            else:
                pay(customer, amount_fen, reference)
            require_law()
        for batch in batches[:back]:
            imports.withdraw(batch, now=NOW)
            require_law()
        total = Payment.objects.aggregate(paid=Sum("amount_fen"), allocated=Sum("allocated_fen"))
        assert (total["allocated"] or 0) == min(total["paid"] or 0, sum(bills))
        transaction.set_rollback(True)
