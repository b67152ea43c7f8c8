"""The administrator's pages of how far people see."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from diansuo.office.archive.reaching import operations, queries
from diansuo.office.base.models import Staff
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope

RIGHT = "base.keep_accounts"
LONGEST_TEAM = 80


@allowed(RIGHT)
def reach_list(request: HttpRequest) -> HttpResponse:
    """Show how far each person sees."""
    context = {"rows": queries.people(Scope.of(request.user)), "section": "reaches"}
    return render(request, "archive/reaches.html", context)


@allowed(RIGHT)
def reach_page(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Show and set how far one person sees."""
    scope = Scope.of(request.user)
    staff = queries.person(scope, staff_id)
    if staff is None:
        raise Http404
    if request.method == "POST":
        chosen = [int(each) for each in request.POST.getlist("areas") if each.isdecimal()]
        reach, team = request.POST.get("reach", ""), request.POST.get("team")
        try:
            operations.set_reach(
                staff, reach, chosen, by=request.user, team=team if team is None else team[:LONGEST_TEAM]
            )
        except operations.UnableToReach as problem:
            messages.error(request, str(problem))
            return redirect("reach", staff.pk)
        messages.success(request, _("%(name)s 的管辖范围已更改") % {"name": staff.name})
        return redirect("reaches")
    context = {
        "person": staff,
        "choices": Staff.Reach.choices,
        "areas": queries.areas(scope, staff),
        "named": queries.named_areas(scope, staff),
        "section": "reaches",
    }
    return render(request, "archive/reach.html", context)
