"""The page of the station's settings: which way it runs, what that means, who changed it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.base.models import Station
from diansuo.office.base.modes import operations, proposing, queries, wording
from diansuo.office.base.proposals.operations import UnableToDo
from diansuo.office.base.rights import EVERYONE, allowed
from diansuo.office.base.scope import Scope

CHANGES_SHOWN = 50


@allowed(EVERYONE)
def station_page(request: HttpRequest) -> HttpResponse:
    """Show how each of the viewer's stations runs, and what the other way would be."""
    scope = Scope.of(request.user)
    rows = [
        {
            "station": station,
            "mode": wording.name(station.mode),
            "meaning": wording.meaning(station.mode),
            "others": [(mode, wording.name(mode)) for mode in Station.Mode.values if mode != station.mode],
        }
        for station in scope.stations()
    ]
    changes = [
        {"change": change, "before": wording.name(change.before), "after": wording.name(change.after)}
        for change in queries.changes(scope)[:CHANGES_SHOWN]
    ]
    context = {
        "rows": rows,
        "changes": changes,
        "may_change": request.user.has_perm("base.set_mode"),
        "section": "station",
    }
    return render(request, "base/station.html", context)


@allowed("base.set_mode")
def change_mode(request: HttpRequest, station_id: int, mode: str) -> HttpResponse:
    """Say what running this way means; confirmed, it is proposed, and a second person lets it happen."""
    station = Scope.of(request.user).stations().filter(pk=station_id).first()
    if station is None or mode not in Station.Mode.values:
        raise Http404
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        try:
            made = proposing.propose(station, mode, reason=reason, user=request.user, now=timezone.now())
        except UnableToDo as problem:
            messages.error(request, str(problem))
            return redirect("station")
        messages.success(request, _("已提交，等另一人复核"))
        return redirect("proposal", made.pk)
    context = {
        "question": _("改为%(mode)s？") % {"mode": wording.name(mode)},
        "consequences": wording.consequences(station.name, mode),
        "obstacles": operations.obstacles(station, mode),
        "answer": _("提议改为%(mode)s") % {"mode": wording.name(mode)},
        "asks_reason": True,
        "back": reverse("station"),
        "section": "station",
    }
    return render(request, "base/confirm.html", context)
