"""The page of the areas' same-period losses of a month, and what of customers read on other days was corrected."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from diansuo.office.base import lists
from diansuo.office.base.cells import cells
from diansuo.office.base.export import workbook
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.network import month_listing as listing
from diansuo.office.network.asked import asked
from diansuo.office.network.framing import frame, pages

ROWS = 200


@allowed("base.see_losses")
def months_list(request: HttpRequest) -> HttpResponse:
    """Show every area's month, the worst first; export."""
    scope = Scope.of(request.user)
    of = asked(request, scope)
    rows = listing.rows(scope, of.period) if of.period else []
    columns = listing.columns(compared=any(row["settled"] for row in rows))
    if request.GET.get("export") == "xlsx":
        return workbook(_("月度同期线损") + f"_{of.period or ''}", listing.exported_columns(), rows)
    start = lists.first_row(request)
    context = {
        **frame(of, "loss_months"),
        "columns": columns,
        "rows": [cells(columns, row) for row in rows[start : start + ROWS]],
        "summary": listing.summary(rows),
        "span": listing.span(scope, of.period) if of.period else None,
        **pages(start, ROWS, len(rows)),
    }
    return render(request, "network/month_areas.html", context)
