"""Pages of metering: the reading routes, entering readings along one, and exchanging a meter."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from diansuo.office.base.access import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.metering import page_queries as queries
from diansuo.office.metering import rules


@allowed("base.enter_readings")
def route_list(request: HttpRequest) -> HttpResponse:
    """Show the reading routes and how far each has been read this month."""
    today = timezone.localdate()
    rows = queries.routes(Scope.of(request.user), period_of=lambda day: rules.period_of(today, day))
    return render(request, "metering/routes.html", {"rows": rows, "section": "reading_routes"})
