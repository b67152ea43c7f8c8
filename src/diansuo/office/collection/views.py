"""Pages of collection: who owes what by area manager, taking a payment, the receipt."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import Customer, Responsibility
from diansuo.office.base import lists, wording
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.modes import guards
from diansuo.office.base.modes import queries as modes
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.collection import operations, page_queries, queries
from diansuo.office.collection.forms import PaymentForm


@allowed("base.see_arrears")
def arrears(request: HttpRequest) -> HttpResponse:
    """Show what is open by responsible person: the page, or its table alone where another page shows it."""
    scope, today = Scope.of(request.user), timezone.localdate()
    people = queries.arrears_by_person(scope, day=today)
    context = {
        "people": people,
        "customers": sum(row.customers for row in people),
        "overdue_fen": sum(row.overdue_fen for row in people),
        "not_due_fen": sum(row.not_due_fen for row in people),
        "duties": dict(Responsibility.Duty.choices),
        "beside": guards.BESIDE in modes.modes(scope),
        "listed": queries.latest_list_date(scope),
        "section": "arrears",
    }
    template = "collection/people.html" if request.htmx else "collection/arrears.html"
    return render(request, template, context)


@allowed("base.see_arrears")
def debtors(request: HttpRequest) -> HttpResponse:
    """Show the customers who owe."""
    scope, today = Scope.of(request.user), timezone.localdate()
    yuan = _("元")
    people = [*archive.staff(scope), (queries.NOBODY, _("无责任人"))]
    listing = lists.Listing(
        title=_("欠费用户"),
        columns=(
            Column("number", _("用户编号"), Kind.CODE, url_name="collect", url_args=("id",)),
            Column("name", _("用户名称"), url_name="customer", url_args=("id",)),
            Column("months", _("未结清月数"), Kind.COUNT),
            Column("oldest_period", _("最早电费年月"), Kind.PERIOD),
            Column("overdue_fen", _("逾期"), Kind.YUAN, unit=yuan),
            Column("owed_fen", _("欠费合计"), Kind.YUAN, unit=yuan, url_name="collect", url_args=("id",)),
        ),
        key=("company_id", "number"),
        empty=_("没有欠费。发行账单后产生应收，或导入欠费明细（旁运行），未交清的用户列在这里。"),
        file_name=_("欠费用户"),
        search=lists.any_of("number__startswith", "name__contains"),
        search_hint=_("用户编号或名称"),
        filters=(
            lists.Filter(
                "person",
                _("责任人"),
                people,
                lambda rows, value: page_queries.of_person(scope, rows, int(value), day=today),
            ),
            lists.Filter(
                "overdue",
                _("期限"),
                (("1", _("已逾期")),),
                lambda rows, _value: page_queries.overdue(scope, rows, day=today),
            ),
        ),
        enrich=lambda rows: page_queries.debtor_rows(scope, rows, day=today),
        subject=_about_debtor,
        template="collection/debtors.html",
    )
    return lists.respond(request, listing, page_queries.debtors(scope), {"section": "arrears"})


def _about_debtor(row: page_queries.Debtor) -> Subject:
    return Subject(
        _("催费：%(name)s %(number)s，欠 %(owed)s 元")
        % {"name": row.name, "number": row.number, "owed": wording.yuan(row.owed_fen)},
        source="arrears",
        customer_number=row.number,
        url=reverse("collect", args=[row.id]),
        staff_id=row.manager_id,
        station_id=row.station_id,
    )


@allowed("base.see_arrears")
def collect(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Show what a customer owes, and take a payment from them."""
    scope, today = Scope.of(request.user), timezone.localdate()
    customer = archive.customer(scope, customer_id)
    if customer is None:
        raise Http404
    owed_fen = page_queries.owed_fen(scope, customer_id)
    initial = {
        "amount": Decimal(owed_fen).scaleb(-2) if owed_fen else None,
        "paid_date": today,
        "reference": f"{today:%Y%m%d}-{get_random_string(8, '0123456789')}",
    }
    form = PaymentForm(request.POST or None, initial=initial)
    if request.method == "POST":
        answer = _take(request, customer, form, owed_fen)
        if answer:
            return answer
    context = {
        "customer": customer,
        "receivables": queries.open_receivables(scope).filter(customer=customer_id).order_by("due_date"),
        "owed_fen": owed_fen,
        "credit_fen": page_queries.credit_fen(scope, customer_id),
        "form": form,
        "may_take": request.user.has_perm("base.take_payments"),
        "today": today,
        "beside": guards.words(guards.ALONE) if customer.station.mode == guards.BESIDE else None,
        "listed": queries.latest_list_date(scope),
        "section": "arrears",
    }
    return render(request, "collection/collect.html", context)


@allowed("base.take_payments")
def _take(request: HttpRequest, customer: Customer, form: PaymentForm, owed_fen: int) -> HttpResponse | None:
    if not form.is_valid():
        return None
    given: dict[str, Any] = form.cleaned_data
    beyond_fen = form.amount_fen() - owed_fen
    # The same slip sent again finds the debt gone: it is answered with its receipt, not with this question.
    again = page_queries.is_booked(
        Scope.of(request.user), customer, channel=given["channel"], reference=given["reference"]
    )
    if beyond_fen > 0 and not given["beyond_debt"] and not again:
        form.add_error(
            "beyond_debt",
            _("比欠费多 %(beyond)s 元：金额没有错的话，勾选后再收") % {"beyond": wording.yuan(beyond_fen)},
        )
        return None
    try:
        payment = operations.take_payment(
            customer,
            amount_fen=form.amount_fen(),
            channel=given["channel"],
            reference=given["reference"],
            paid_date=given["paid_date"],
            user=request.user,
            now=timezone.now(),
        )
    except operations.UnableToCollect as problem:
        form.add_error(None, str(problem))
        return None
    messages.success(request, _("已收费"))
    return redirect("receipt", payment.pk)


@allowed("base.see_arrears")
def receipt(request: HttpRequest, payment_id: int) -> HttpResponse:
    """Show one payment and what it settled."""
    scope = Scope.of(request.user)
    payment = page_queries.payment(scope, payment_id)
    if payment is None:
        raise Http404
    context = {
        "payment": payment,
        "customer": payment.customer,
        "allocations": page_queries.allocations(scope, payment_id),
        "credit_fen": payment.amount_fen - payment.allocated_fen,
        "section": "arrears",
    }
    return render(request, "collection/receipt.html", context)
