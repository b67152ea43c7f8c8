"""The 360° customer page: one record seen by all posts, made of the panels that the apps publish."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from diansuo.office.archive import closing_queries
from diansuo.office.archive import page_queries as archive
from diansuo.office.base import registry
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.desk.closing import queries as closing


@allowed("base.see_archive")
def customer_page(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Show everything about one customer."""
    scope, today = Scope.of(request.user), timezone.localdate()
    customer = archive.customer(scope, customer_id)
    if customer is None:
        raise Http404
    panels = [
        {"panel": panel, "template": panel.template, **panel.load(scope, customer_id, today)}
        for panel in registry.panels(request.user)
    ]
    context = {"customer": customer, "panels": panels, "today": today, "section": "customers"}
    may_bill = request.user.has_perm("base.run_cycle")
    context["may_close"] = may_bill and closing_queries.open_contract(scope, customer_id) is not None
    context["may_bill"] = may_bill
    context["closed"] = None if context["may_close"] else closing.closed(scope, customer_id)
    return render(request, "desk/customer.html", context)
