"""Pages of statements: a customer's month over all its points, what is owed for feed-in, and one feed-in statement."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from diansuo.office.base import lists, wording
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import FeedInSettlement
from diansuo.office.billing.statements import queries
from diansuo.office.metering import page_queries as metering

STATE_TONES = {
    FeedInSettlement.State.DRAFT: "info",
    FeedInSettlement.State.ISSUED: "ok",
    FeedInSettlement.State.KEPT: "info",
}


@allowed("base.see_bills")
def summary_page(request: HttpRequest, customer_id: int, period: int) -> HttpResponse:
    """Show all bills of a customer's month as one statement."""
    found = queries.summary(Scope.of(request.user), customer_id=customer_id, period=period)
    if found is None:
        raise Http404
    return render(request, "billing/statements/summary.html", {"found": found, "section": "bills"})


@allowed("base.see_bills")
def feed_in_list(request: HttpRequest) -> HttpResponse:
    """Show what is owed for feed-in."""
    scope = Scope.of(request.user)
    months = queries.feed_in_months(scope)
    yuan = _("元")
    listing = lists.Listing(
        title=_("上网电费"),
        columns=(
            Column(
                "contract.customer.number", _("用户编号"), Kind.CODE, url_name="feed_in", url_args=("id",)
            ),
            Column(
                "contract.customer.name",
                _("用户名称"),
                url_name="customer",
                url_args=("contract.customer_id",),
            ),
            Column("period", _("电费年月"), Kind.PERIOD, url_name="feed_in", url_args=("id",)),
            Column("consumption.point.number", _("计量点"), Kind.CODE),
            Column(
                "full_feed_in", _("上网方式"), Kind.CODE, labels={True: _("全额上网"), False: _("余电上网")}
            ),
            Column("energy_wh", _("上网电量"), Kind.KWH, unit="kWh"),
            Column("price_nano", _("上网电价"), Kind.PRICE, unit=_("元/kWh")),
            Column("amount_fen", _("应付"), Kind.YUAN, unit=yuan, url_name="feed_in", url_args=("id",)),
            Column("held", _("未计算的原因"), labels=dict(FeedInSettlement.Held.choices) | {"": ""}),
            Column(
                "state", _("状态"), Kind.CODE, labels=dict(FeedInSettlement.State.choices), tones=STATE_TONES
            ),
        ),
        key=("-period", "id"),
        empty=_("还没有上网电量。在用户档案里填写上网方式，导入反向有功示数，执行电费流程后这里就有了。"),
        file_name=_("上网电费"),
        search=lists.any_of("contract__customer__number__startswith", "contract__customer__name__contains"),
        search_hint=_("用户编号或名称"),
        filters=(
            lists.Filter(
                "period",
                _("电费年月"),
                [(str(one), wording.month(one)) for one in months],
                lambda rows, value: rows.filter(period=int(value)),
            ),
            lists.Filter("state", _("状态"), FeedInSettlement.State.choices, lists.equal("state")),
        ),
    )
    return lists.respond(request, listing, queries.feed_in(scope), {"section": "feed_in_list"})


@allowed("base.see_bills")
def feed_in_page(request: HttpRequest, settlement_id: int) -> HttpResponse:
    """Show one feed-in settlement as a statement for the customer."""
    scope = Scope.of(request.user)
    found = queries.feed_in_statement(scope, settlement_id=settlement_id)
    if found is None:
        raise Http404
    history = queries.feed_in_history(scope, of=found)
    largest = max((one.energy_wh or 0 for one in history), default=0) or 1
    context = {
        "found": found,
        "customer": found.contract.customer,
        "tone": STATE_TONES[FeedInSettlement.State(found.state)],
        "spans": metering.spans(scope, found.consumption, reverse=True),
        "history": [(one, f"{(one.energy_wh or 0) * 100 // largest}%") for one in history],
        "section": "feed_in_list",
    }
    return render(request, "billing/statements/feed_in.html", context)
