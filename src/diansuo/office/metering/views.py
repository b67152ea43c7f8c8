"""Pages of metering: entering readings along a route, and exchanging a meter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diansuo.core.metering import Purpose
from diansuo.core.quantity.month import next_month, previous_month
from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base.proposals.operations import UnableToDo
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.metering import entry, exchanging, overriding, walk_queries
from diansuo.office.metering.forms import ExchangeForm, ReadingForm
from diansuo.office.metering.panels import SEVERITY_TONES
from diansuo.office.metering.routes import calendar
from diansuo.office.metering.walk_queries import NO_ROUTE, Stop

STOPS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Walk:
    """A route in a month, as of a day of reading."""

    scope: Scope
    route_id: int
    title: str
    period: int
    day: date
    scheduled: date


def _walk(request: HttpRequest, route_id: int, period: int) -> Walk:
    scope, today = Scope.of(request.user), timezone.localdate()
    route = walk_queries.route(scope, route_id)
    if route is None and route_id != NO_ROUTE:
        raise Http404
    scheduled = calendar.of_route(route_id).scheduled(period)
    given = request.POST.get("day") or request.GET.get("day")
    try:
        day = date.fromisoformat(given) if given else min(scheduled, today)
    except ValueError as problem:
        raise BadRequest("day") from problem
    return Walk(scope, route_id, str(route) if route else _("未分抄表段"), period, day, scheduled)


@allowed("base.enter_readings")
def walk_page(request: HttpRequest, route_id: int, period: int) -> HttpResponse:
    """Show the stops of a route in walking order, each with a form of its own."""
    walk = _walk(request, route_id, period)
    given = request.GET.get("start", "0")
    start = int(given) if given.isdecimal() else 0
    stops = walk_queries.stops(
        walk.scope, route_id, period=period, day=walk.day, start=start, count=STOPS_A_PAGE + 1
    )
    context = {
        "walk": walk,
        "items": [
            _item(stop, ReadingForm(stop.registers, auto_id=f"p{stop.point_id}-%s"))
            for stop in stops[:STOPS_A_PAGE]
        ],
        "next_start": start + STOPS_A_PAGE if len(stops) > STOPS_A_PAGE else 0,
        "previous_start": max(start - STOPS_A_PAGE, 0),
        "start": start,
        "later": next_month(period),
        "earlier": previous_month(period),
        "section": "reading_routes",
    }
    return render(request, "metering/walk.html", context)


@require_POST
@allowed("base.enter_readings")
def enter(request: HttpRequest, route_id: int, period: int, point_id: int) -> HttpResponse:
    """Check and store what one meter shows; a finding that blocks asks for a confirmation first."""
    walk = _walk(request, route_id, period)
    point = _point(walk.scope, point_id)
    stop = _described(walk, point)
    form = ReadingForm(stop.registers, request.POST, auto_id=f"p{point_id}-%s")
    outcome: dict[str, Any] = {}
    if form.is_valid():
        outcome = _store(request, walk, point, form)
        if outcome.get("stored"):
            stop = _described(walk, point)
    context = {"walk": walk, "item": _item(stop, form, **outcome), "section": "reading_routes"}
    if request.htmx:
        return render(request, "metering/walk_item.html", context)
    if outcome.get("stored"):
        messages.success(request, _("已保存 %(number)s") % {"number": stop.number})
        address = reverse("walk", args=[route_id, period])
        return redirect(f"{address}?day={walk.day.isoformat()}#p{point_id}")
    return render(request, "metering/walk_alone.html", context)


def _store(request: HttpRequest, walk: Walk, point: MeteringPoint, form: ReadingForm) -> dict[str, Any]:
    held = overriding.overridden(walk.scope, point, form.values(), walk.day, request.user)
    if held:
        return _proposed(request, walk, point, form, held)
    try:
        entered = entry.enter_reading(
            walk.scope,
            point=point,
            values=form.values(),
            read_date=walk.day,
            period=walk.period,
            purpose=Purpose.PERIODIC,
            user=request.user,
            today=timezone.localdate(),
            now=timezone.now(),
            estimated=form.cleaned_data["estimated"],
            confirmed="confirmed" in request.POST,
        )
    except entry.UnableToEnter as problem:
        return {"refusal": str(problem)}
    findings = [{"tone": SEVERITY_TONES[found.severity], "words": found.words} for found in entered.findings]
    return {"stored": entered.stored, "findings": findings, "ask": not entered.stored}


def _proposed(
    request: HttpRequest, walk: Walk, point: MeteringPoint, form: ReadingForm, held: dict[str, int]
) -> dict[str, Any]:
    """Keep another value in place of somebody else's as a proposal; ask for the reason first."""
    reason = request.POST.get("reason", "").strip()
    if not reason:
        return {"asks_reason": True}
    try:
        made = overriding.propose(
            point, form.values(), walk.day, walk.period, estimated=form.cleaned_data["estimated"], before=held,
            reason=reason, user=request.user, now=timezone.now(),
        )  # fmt: skip
    except UnableToDo as problem:
        return {"refusal": str(problem)}
    return {"proposal": made.pk}


def _described(walk: Walk, point: MeteringPoint) -> Stop:
    return walk_queries.described(walk.scope, [point], period=walk.period, day=walk.day)[0]


def _item(stop: Stop, form: ReadingForm, **outcome: Any) -> dict[str, Any]:
    fields = [(register, form[f"register-{register.code}"]) for register in stop.registers]
    return {"stop": stop, "form": form, "fields": fields, **outcome}


def _point(scope: Scope, point_id: int) -> MeteringPoint:
    point = walk_queries.point(scope, point_id)
    if point is None:
        raise Http404
    return point


@allowed("base.enter_readings")
def exchange(request: HttpRequest, point_id: int) -> HttpResponse:
    """Take a meter off and hang another one, with what both show."""
    scope, today = Scope.of(request.user), timezone.localdate()
    point = _point(scope, point_id)
    stop = walk_queries.described(scope, [point], period=calendar.UNROUTED.period_of(today), day=today)[0]
    initial = {"day": today, "multiplier": stop.multiplier} | {
        f"first-{register.code}": 0 for register in stop.registers if register.settles
    }
    form = ExchangeForm(stop.registers, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _exchange(request, scope, point, form):
        return redirect("customer", stop.customer_id)
    return render(
        request, "metering/exchange.html", {"stop": stop, "form": form, "section": "reading_routes"}
    )


def _exchange(request: HttpRequest, scope: Scope, point: MeteringPoint, form: ExchangeForm) -> bool:
    given = form.cleaned_data
    try:
        proposal = exchanging.exchange(
            scope,
            point=point,
            day=given["day"],
            final=form.side("final"),
            asset_number=given["asset_number"],
            first=form.side("first"),
            multiplier=given["multiplier"],
            digits=(given["integer_digits"], given["decimal_digits"]),
            user=request.user,
            today=timezone.localdate(),
            now=timezone.now(),
        )
    except entry.UnableToEnter as problem:
        form.add_error(None, str(problem))
        return False
    messages.success(request, _("已换表：电量按旧表与新表分段计算"))
    if proposal is not None:
        messages.warning(
            request,
            _("新倍率已成为第 %(number)d 号变更提议，另一人复核后才按它计费") % {"number": proposal.pk},
        )
    return True
