"""The administrator's pages of how far people see."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.archive.reaching import proposing, queries
from diansuo.office.base.models import Proposal, Staff
from diansuo.office.base.proposals.operations import UnableToDo
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope

RIGHT = proposing.RIGHT
LONGEST_TEAM = 80


@allowed(RIGHT)
def reach_list(request: HttpRequest) -> HttpResponse:
    """Show how far each person sees."""
    context = {"rows": queries.people(Scope.of(request.user)), "section": "reaches"}
    return render(request, "archive/reaches.html", context)


@allowed(RIGHT)
def reach_page(request: HttpRequest, staff_id: int) -> HttpResponse:
    """Show how far one person sees; ask for another reach, which somebody else agrees to."""
    scope = Scope.of(request.user)
    staff = queries.person(scope, staff_id)
    if staff is None:
        raise Http404
    if request.method == "POST":
        try:
            made = _proposed(request, staff)
        except UnableToDo as problem:
            messages.error(request, str(problem))
            return redirect("reach", staff.pk)
        messages.success(request, _("已提交，等另一人复核"))
        return redirect("proposal", made.pk)
    context = {
        "person": staff,
        "choices": Staff.Reach.choices,
        "areas": queries.areas(scope, staff),
        "named": queries.named_areas(scope, staff),
        "section": "reaches",
    }
    return render(request, "archive/reach.html", context)


def _proposed(request: HttpRequest, staff: Staff) -> Proposal:
    team = request.POST.get("team")
    return proposing.propose(
        staff,
        request.POST.get("reach", ""),
        [int(each) for each in request.POST.getlist("areas") if each.isdecimal()],
        team=team if team is None else team[:LONGEST_TEAM],
        reason=request.POST.get("reason", ""),
        user=request.user,
        now=timezone.now(),
    )
