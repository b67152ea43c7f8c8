"""Pages of the second opinion: comparing a month, and one bill beside ours."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diansuo.core.tariff.comparing import Cause
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import dispatch_url
from diansuo.office.billing import external_views
from diansuo.office.billing.models import Comparison, ExternalBill
from diansuo.office.billing.opinion import operations, queries
from diansuo.office.billing.opinion.models import CAUSE_NAMES
from diansuo.office.billing.opinion.wording import advice
from diansuo.office.billing.waterfall import Waterfall, between


@require_POST
@allowed("base.import_files")
def compare(request: HttpRequest, period: int) -> HttpResponse:
    """Compare a month of every station of the viewer's that has bills issued elsewhere."""
    scope = Scope.of(request.user)
    found = operations.compare_stations(scope, period, now=timezone.now())
    messages.success(
        request,
        _("已核对 %(bills)d 户，有差额 %(differing)d 户")
        % {"bills": found.bills, "differing": found.differing},
    )
    return redirect(f"{reverse('issued')}?period={period}")


@allowed("base.see_bills")
def side_by_side(request: HttpRequest, bill_id: int) -> HttpResponse:
    """Show a bill issued elsewhere beside ours: the causes of the difference, and line by line."""
    scope = Scope.of(request.user)
    bill = queries.the_bill(scope, bill_id=bill_id)
    if bill is None:
        raise Http404
    found = getattr(bill, "comparison", None)
    fresh = found is not None and (found.issued_fen, found.own_fen) == (bill.amount_fen, bill.own_fen)
    context = {
        "bill": bill,
        "customer": bill.customer,
        "own": queries.own_bills(scope, bill),
        "pairs": queries.pairs(scope, bill),
        "found": found if fresh else None,
        "outdated": found is not None and not fresh,
        "causes": _causes(found) if found and fresh else [],
        "chart": _chart(found) if found and fresh and found.cause else None,
        "dispatch": _dispatch(request, scope, bill),
        "section": "issued",
    }
    return render(request, "billing/opinion/side_by_side.html", context)


def _causes(found: Comparison) -> list[dict[str, object]]:
    return [
        {"title": CAUSE_NAMES[cause], "fen": fen, "advice": advice(cause)}
        for cause, fen in zip(Cause, found.effects, strict=True)
        if fen
    ]


def _chart(found: Comparison) -> Waterfall:
    parts = [(str(one["title"]), int(str(one["fen"]))) for one in _causes(found)]
    return between((_("本系统"), found.own_fen), parts, (_("已发行"), found.issued_fen))


def _dispatch(request: HttpRequest, scope: Scope, bill: ExternalBill) -> str:
    if bill.own_fen is None or not request.user.has_perm("base.dispatch_work"):
        return ""
    return dispatch_url(external_views.about(external_views.with_managers(scope, [bill])[0]))
