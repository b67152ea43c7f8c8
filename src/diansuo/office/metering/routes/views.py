"""The page of the reading routes: what is due, done and late in a month, who walks it and until when."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from diansuo.core.quantity.month import next_month, previous_month
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.metering.routes import calendar, queries, visiting

TONES = {"done": "ok", "late": "bad", "due": "warn", "coming": "info", "nothing": "info"}


@allowed("base.enter_readings")
def route_list(request: HttpRequest) -> HttpResponse:
    """Show the reading routes and how far each has come, in a month (``?month=2026-11``) or in that of today."""
    today = timezone.localdate()
    given = request.GET.get("month", "").replace("-", "")
    asked = int(given) if given.isascii() and given.isdecimal() and 1 <= int(given[4:] or 0) <= 12 else None
    if asked is not None and not visiting.known_month(asked, today):
        asked = None
    shown = asked or calendar.UNROUTED.period_of(today)
    rows = queries.routes(Scope.of(request.user), today=today, period=asked)
    context = {
        "rows": [(row, TONES[row.progress]) for row in rows],
        "late": sum(row.progress == queries.Progress.LATE for row in rows),
        "unpublished": any(not row.visit.published for row in rows),
        "earlier": previous_month(shown),
        "later": next_month(shown),
        "limit": visiting.limits(today).upload_days,
        "section": "reading_routes",
    }
    return render(request, "metering/routes.html", context)
