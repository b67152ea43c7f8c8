"""The page of one route: what holds and held, who answers for it and stands in, and asking for a change."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diansuo.office.archive.models import Route
from diansuo.office.archive.route_models import ALWAYS
from diansuo.office.archive.terms.changes import terms_of
from diansuo.office.archive.terms.holding import OF_ROUTES
from diansuo.office.base.models import Proposal
from diansuo.office.base.periods import UnableToChange
from diansuo.office.base.proposals import operations as proposals
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.metering import walk_queries
from diansuo.office.metering.routes import calendar, changing, keeping, queries, standing_in, visiting
from diansuo.office.metering.routes.forms import ChangeForm, StandInForm

SEEING = ("base.enter_readings", "base.propose_terms", "base.dispatch_work")


def _route(request: HttpRequest, route_id: int) -> Route:
    route = walk_queries.route(Scope.of(request.user), route_id)
    if route is None:
        raise Http404
    return route


@allowed(*SEEING)
def route_page(request: HttpRequest, route_id: int) -> HttpResponse:
    """Show what a route is and was, and how its terms are changed."""
    return _shown(request, _route(request, route_id))


def _shown(request: HttpRequest, route: Route, **forms: Any) -> HttpResponse:
    scope, today = Scope.of(request.user), timezone.localdate()
    term, days = changing.term_of(route, today), calendar.of_route(route.pk)
    period = days.period_of(today)
    owner = term.owner_id if term else None
    context = {
        "route": route,
        "term": term,
        "period": period,
        "visit": visiting.visit(days.scheduled(period), days.spell(period).method),
        "kept": keeping.months(route.pk, today),
        "most": visiting.limits(today).reader_months_most,
        "history": queries.history(scope, route),
        "always": ALWAYS,
        "waiting": queries.waiting(scope, route),
        "stand_ins": [
            (row, standing_in.last_day(row), row.valid_to > today)
            for row in standing_in.history(scope, route)
        ],
        "change": forms.get("change") or ChangeForm(scope, route, term, today),
        "stand_in": forms.get("stand_in") or StandInForm(scope, route, owner),
        "may_change": request.user.has_perm("base.propose_terms"),
        "may_put_in": request.user.has_perm("base.dispatch_work"),
        "section": "reading_routes",
    }
    wrong = any(form.errors for form in forms.values())
    return render(request, "metering/route.html", context, status=422 if wrong else 200)


@require_POST
@allowed("base.propose_terms")
def route_change(request: HttpRequest, route_id: int) -> HttpResponse:
    """Propose what is to hold of a route from a day on, and show what that would do."""
    route, scope, today = _route(request, route_id), Scope.of(request.user), timezone.localdate()
    form = ChangeForm(scope, route, changing.term_of(route, today), today, request.POST)
    if form.is_valid():
        try:
            made = _proposed(request, scope, route, form)
        except (proposals.UnableToDo, UnableToChange) as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("proposal", made.pk)
    return _shown(request, route, change=form)


def _proposed(request: HttpRequest, scope: Scope, route: Route, form: ChangeForm) -> Proposal:
    day = form.cleaned_data["effective"]
    return proposals.proposed_and_seen(
        OF_ROUTES,
        terms_of(changing.draft(scope, route, form.wanted(), day)),
        station=route.station,
        subject=str(route),
        effective=day,
        reason=form.cleaned_data["reason"],
        user=request.user,
        now=timezone.now(),
    )


@require_POST
@allowed("base.dispatch_work")
def route_stand_in(request: HttpRequest, route_id: int) -> HttpResponse:
    """Let somebody stand in on a route, or (``end``) give it back to its owner."""
    route, scope, today = _route(request, route_id), Scope.of(request.user), timezone.localdate()
    ending = request.POST.get("end", "")
    if ending:
        try:
            standing_in.end(scope, route, int(ending) if ending.isdecimal() else 0, today)
        except standing_in.UnableToStandIn as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, _("已归还段负责人"))
        return redirect("route", route_id)
    term = changing.term_of(route, today)
    form = StandInForm(scope, route, term.owner_id if term else None, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            standing_in.put_in(
                scope,
                route,
                form.people[given["staff"]],
                first=given["first"],
                last=given["last"],
                reason=given["why"],
                user=request.user,
                now=timezone.now(),
                today=today,
            )
        except standing_in.UnableToStandIn as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("代抄已登记"))
            return redirect("route", route_id)
    return _shown(request, route, stand_in=form)
