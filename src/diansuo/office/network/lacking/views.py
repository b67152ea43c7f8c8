"""The page of what is missing until losses can be computed, of a day or of a month."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from diansuo.office.base import lists
from diansuo.office.base.cells import cells
from diansuo.office.base.export import workbook
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import signed
from diansuo.office.network.asked import asked
from diansuo.office.network.framing import frame, pages
from diansuo.office.network.lacking import listing, queries

ROWS = 100
MONTH = "month"


@allowed("base.see_losses")
def missing(request: HttpRequest) -> HttpResponse:
    """Show what is to be mended so that areas and feeders can be computed, whatever helps most areas first."""
    scope = Scope.of(request.user)
    of = asked(request, scope)
    monthly = request.GET.get("of") == MONTH
    found = None
    if of.day and of.period:
        found = queries.in_month(scope, of.period) if monthly else queries.on_day(scope, of.day)
    lacks = found.lacks if found else []
    if request.GET.get("export") == "xlsx":
        name = _("不可算缺什么") + f"_{of.period if monthly else of.day}"
        return workbook(name, listing.exported_columns(), map(listing.row, lacks))
    start, may = lists.first_row(request), request.user.has_perm("base.dispatch_work")
    columns = listing.columns()
    shown = [
        lists.Row(cells(columns, listing.row(one)), signed(listing.about(one)) if may else "")
        for one in lacks[start : start + ROWS]
    ]
    context = {
        **frame(of, "loss_missing"),
        "columns": columns,
        "page": {"rows": shown},
        "dispatchable": may,
        "monthly": monthly,
        "summary": listing.summary(found.areas, found.feeders, lacks) if found else "",
        **pages(start, ROWS, len(lacks)),
    }
    return render(request, "network/missing.html", context)
