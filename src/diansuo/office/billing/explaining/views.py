"""The page that says why a bill is what it is and why it differs from an earlier one, and the same for programs."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.billing import queries
from diansuo.office.billing.explaining import why
from diansuo.office.billing.explaining.queries import Against


def _explained(request: HttpRequest, bill_id: int) -> why.Why:
    scope = Scope.of(request.user)
    bill = queries.bill(scope, bill_id=bill_id)
    if bill is None:
        raise Http404
    asked = request.GET.get("against", "")
    against = Against.LAST_YEAR if asked == Against.LAST_YEAR else Against.LAST_MONTH
    return why.why(scope, bill, against)


@allowed("base.see_bills")
def why_page(request: HttpRequest, bill_id: int) -> HttpResponse:
    """Show the waterfall from the earlier bill to this one, each part with its sentence, and why each line is so."""
    found = _explained(request, bill_id)
    context = {
        "bill": found.after.bill,
        "customer": found.after.bill.contract.customer,
        "why": found,
        "rows": found.rows(),
        "chart": found.chart(),
        "lines": found.lines(),
        "missing": why.missing_words(found) if found.missing else "",
        "last_year": request.GET.get("against") == Against.LAST_YEAR,
        "section": "bills",
    }
    return render(request, "billing/why.html", context)


@allowed("base.see_bills")
def why_json(request: HttpRequest, bill_id: int) -> HttpResponse:
    """Answer with the same as plain data, in both languages."""
    return JsonResponse(why.record(_explained(request, bill_id)), json_dumps_params={"ensure_ascii": False})
