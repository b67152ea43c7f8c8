"""Pages of billing: the months, the bills of one, and a bill that shows where every fen comes from."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import PRICE_CLASSES
from diansuo.office.base import lists, registry, wording
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.models import Station
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.billing import page_queries, queries
from diansuo.office.billing.explaining import why
from diansuo.office.billing.explaining.queries import Against
from diansuo.office.billing.marks import mark_words
from diansuo.office.billing.models import Bill
from diansuo.office.billing.operations import COMMERCIAL
from diansuo.office.billing.sums import queries as sums
from diansuo.office.billing.wording import doubt, rule_title
from diansuo.office.metering import page_queries as metering

STATE_TONES = {Bill.State.DRAFT: "info", Bill.State.ISSUED: "ok", Bill.State.KEPT: "info"}


def _states(scope: Scope) -> dict[int, Any]:
    """Return what the states are called: where another system issues, a draft here never will be."""
    names = dict(Bill.State.choices)
    if all(station.mode == Station.Mode.BESIDE for station in scope.stations_in_part()):
        names[Bill.State.DRAFT] = names[Bill.State.KEPT]
    return names


@allowed("base.see_bills")
def month_list(request: HttpRequest) -> HttpResponse:
    """Show the months that have bills, with their totals."""
    scope = Scope.of(request.user)
    corrected = sums.corrected(scope)
    months = [row | {"corrected_fen": corrected.get(row["period"], (0, 0))[1]} for row in sums.months(scope)]
    context = {"months": months, "corrected": corrected, "states": _states(scope), "section": "bills"}
    return render(request, "billing/months.html", context)


def _about_bill(bill: Bill) -> Subject:
    customer = bill.contract.customer
    return Subject(
        _("核对电费：%(name)s %(number)s %(month)s")
        % {"name": customer.name, "number": customer.number, "month": wording.month(bill.period)},
        source="bill",
        customer_number=customer.number,
        url=reverse("bill", args=[bill.pk]),
        staff_id=bill.manager_id,
        station_id=customer.station_id,
    )


@allowed("base.see_bills")
def bill_list(request: HttpRequest, period: int) -> HttpResponse:
    """Show the bills of one month."""
    scope, today = Scope.of(request.user), timezone.localdate()
    month = wording.month(period)
    listing = lists.Listing(
        title=_("%(month)s 电费账单") % {"month": month},
        columns=(
            Column("contract.customer.number", _("用户编号"), Kind.CODE, url_name="bill", url_args=("id",)),
            Column(
                "contract.customer.name",
                _("用户名称"),
                url_name="customer",
                url_args=("contract.customer_id",),
            ),
            Column("price_class", _("用电类别"), labels=dict(PRICE_CLASSES)),
            Column("from_date", _("起"), Kind.DAY),
            Column("to_date", _("止"), Kind.DAY),
            Column("energy_wh", _("电量"), Kind.KWH, unit="kWh"),
            Column("amount_fen", _("电费"), Kind.YUAN, unit=_("元"), url_name="bill", url_args=("id",)),
            Column("state", _("状态"), Kind.CODE, labels=_states(scope), tones=STATE_TONES),
            Column(
                "unverified",
                _("数值"),
                Kind.CODE,
                labels={True: _("未核对"), False: ""},
                tones={True: "warn"},
            ),
        ),
        key=("contract_id", "id"),  # a contract has a bill for each of its metering points
        empty=_("这个月还没有账单。在“电费流程”里执行这个月，这里就有了。"),
        file_name=_("电费账单") + f"_{period}",
        search=archive.of_customers(scope, "contract__customer"),
        search_hint=_("用户编号或名称"),
        filters=(
            lists.Filter(
                "price_class",
                _("用电类别"),
                PRICE_CLASSES,
                lambda rows, value: rows.filter(price_class=value),
            ),
            lists.Filter("state", _("状态"), Bill.State.choices, lists.equal("state")),
        ),
        enrich=lambda rows: page_queries.with_managers(scope, rows, today),
        subject=_about_bill,
        template="billing/bills.html",
    )
    rows = queries.bills(scope, period=period)
    context = {"period": period, "links": registry.month_links(request.user), "section": "bills"}
    return lists.respond(request, listing, rows, context)


@allowed("base.see_bills")
def bill_page(request: HttpRequest, bill_id: int) -> HttpResponse:
    """Show a bill: readings, lines with rule and source, and where the year stands on the steps."""
    scope = Scope.of(request.user)
    bill = queries.bill(scope, bill_id=bill_id)
    if bill is None:
        raise Http404
    words = mark_words(bill)
    marks, others = page_queries.marks(scope, bill), queries.other_rules(scope, bill_id=bill_id)
    doubts = [doubt(name, why) for one in others for name, why in one.unverified.items()]
    lines, parts = queries.lines(scope, bill_id=bill_id), queries.parts(scope, bill_id=bill_id)
    context = {
        "bill": bill,
        "customer": bill.contract.customer,
        "days": (bill.to_date - bill.from_date).days,
        "lines": lines,
        "together": queries.settlement_of(scope, bill=bill),
        "parts": parts,
        "classes": any(part.price_class not in (None, bill.price_class) for part in parts),
        "refunds": queries.refunds(scope, bill_id=bill_id),
        "settlement_title": rule_title(bill.settlement.rule_id),
        "commercial": bill.price_class in COMMERCIAL,
        "capacity_va": queries.capacities(scope, [bill_id]).get(bill_id),
        "doubts": list(dict.fromkeys([why for line in lines for why in line.unverified] + doubts)),
        "others": [(rule_title(one.rule_id), one, bool(one.unverified)) for one in others],
        "spans": metering.spans(scope, bill.consumption),
        "marks": [words[name] for name in marks if name != "unverified"],
        "unverified_mark": words["unverified"] if "unverified" in marks else "",
        "rule_ids": list(dict.fromkeys((line.rule_title, line.rule_id) for line in lines)),
        "why": why.why(scope, bill, Against.LAST_MONTH),
        "position": page_queries.year_position(scope, bill),
        "state_tone": STATE_TONES[Bill.State(bill.state)],
        "state": _states(scope)[bill.state],
        "section": "bills",
    }
    return render(request, "billing/bill.html", context)
