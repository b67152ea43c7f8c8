"""The home page: what is waiting today, each figure a link to its rows."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from diansuo.office.base.rights import EVERYONE, allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import queries as work_orders
from diansuo.office.collection import queries as collection
from diansuo.office.desk import page_queries, queries
from diansuo.office.desk.loss_today import loss_today
from diansuo.office.desk.views.board import lands_on_board, morning_board
from diansuo.office.desk.wording import job_state, job_tone


@allowed(EVERYONE)
def home(request: HttpRequest) -> HttpResponse:
    """Show the page a post works from: the morning board for the head, what is waiting today for the others."""
    return morning_board(request) if lands_on_board(request.user) else today_page(request)


@allowed(EVERYONE)
def today_page(request: HttpRequest) -> HttpResponse:
    """Show the state of the latest month, who is held, arrears, imports and what data is missing."""
    scope, today = Scope.of(request.user), timezone.localdate()
    jobs = queries.cycle_jobs(scope)
    latest = jobs[0] if jobs else None
    context = {
        "today": today,
        "tasks": work_orders.open_of_user(scope, request.user, today),
        "latest": queries.month(scope, job_id=latest.pk) if latest else None,
        "latest_state": job_state(latest) if latest else "",
        "latest_tone": job_tone(latest) if latest else "",
        "open_months": page_queries.open_months(scope),
        "open": collection.open_in_all(scope, day=today),
        "batches": page_queries.recent_batches(scope),
        "gaps": page_queries.gaps(scope, period=int(latest.options["period"]) if latest else None),
        "loss": loss_today(scope, request.user, today),
        "section": "today",
    }
    return render(request, "desk/home.html", context)
