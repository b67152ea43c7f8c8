"""The 360° customer page: one record seen by all posts, made of the panels that the apps publish."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.archive import closing_queries
from diansuo.office.archive import page_queries as archive
from diansuo.office.base import personal, registry
from diansuo.office.base.masks import Part
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.desk.closing import queries as closing

SHOWN = (Part.PHONE, Part.ADDRESS)


@allowed("base.see_archive")
def customer_page(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Show everything about one customer; whoever sees personal data of theirs in full leaves an entry."""
    answer = _page(request, customer_id)
    if personal.may_see(request):
        personal.note(request.user, SHOWN, [customer_id], _("打开用户页"))
    return answer


@allowed("base.see_archive")
def customer_opened(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Show a customer this once with personal data in full, to whoever says what for: it is written down first."""
    if request.method != "POST":  # the page come back to, by another language or after signing in
        return redirect("customer", customer_id)
    reason = request.POST.get("reason", "").strip()
    if len(reason) < personal.SHORTEST_REASON:
        wrong = _("写明为什么要看，至少 %(count)d 个字") % {"count": personal.SHORTEST_REASON}
        return _page(request, customer_id, wrong, status=422)
    if archive.customer(Scope.of(request.user), customer_id) is None:
        raise Http404
    personal.note(request.user, SHOWN, [customer_id], reason)
    personal.open_page(request)
    return _page(request, customer_id)


def _page(request: HttpRequest, customer_id: int, wrong: str = "", status: int = 200) -> HttpResponse:
    scope, today = Scope.of(request.user), timezone.localdate()
    customer = archive.customer(scope, customer_id)
    if customer is None:
        raise Http404
    panels = [
        {"panel": panel, "template": panel.template, **panel.load(scope, customer_id, today)}
        for panel in registry.panels(request.user)
    ]
    context = {"customer": customer, "panels": panels, "today": today, "section": "customers"}
    context |= {"in_full": personal.may_see(request), "wrong_reason": wrong}
    may_bill = request.user.has_perm("base.run_cycle")
    context["may_close"] = may_bill and closing_queries.open_contract(scope, customer_id) is not None
    context["may_bill"] = may_bill
    context["closed"] = None if context["may_close"] else closing.closed(scope, customer_id)
    return render(request, "desk/customer.html", context, status=status)
