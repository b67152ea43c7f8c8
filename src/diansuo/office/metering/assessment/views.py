"""The pages of assessment: a month's rates by reader, route, area or month, and the readings behind a figure."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.quantity.month import next_month, previous_month
from diansuo.office.base import lists, wording
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.metering.assessment import queries
from diansuo.office.metering.collecting.failure_views import WHERE
from diansuo.office.metering.routes import calendar, visiting

BY: Final = {
    "reader": gettext_lazy("按抄表员"),
    "route": gettext_lazy("按抄表段"),
    "area": gettext_lazy("按台区"),
    "month": gettext_lazy("按月"),
}
WHAT: Final = {
    "due": gettext_lazy("应抄"),
    "read": gettext_lazy("实抄"),
    "missed": gettext_lazy("漏抄"),
    "late": gettext_lazy("逾期上传"),
    "misread": gettext_lazy("错抄"),
    "estimated": gettext_lazy("估抄"),
    "failed": gettext_lazy("远程采集失败"),
}
NUMBERS: Final = {"station", "key"}
LONGEST: Final = 18


@allowed("base.see_readings")
def latest(request: HttpRequest) -> HttpResponse:
    """Go to the assessment of the month whose reading day has just been."""
    return redirect("assessment", calendar.UNROUTED.period_of(timezone.localdate()))


@allowed("base.see_readings")
def assessment(request: HttpRequest, period: int) -> HttpResponse:
    """Show a month's rates, grouped as the address says (``?by=``)."""
    scope, station = _station(request, period)
    by = request.GET.get("by", "reader")
    if by not in BY:
        raise BadRequest("by")
    found = []
    if station is not None:
        found = (
            queries.by_month(scope, station.pk, period)
            if by == "month"
            else queries.groups(scope, station.pk, period, by)
        )
    context = {
        "rows": [(one, _title(one, by), _links(one, by, period, station.pk)) for one in found],
        "by": by,
        "choices": BY.items(),
        "period": period,
        "earlier": previous_month(period),
        "later": next_month(period),
        "station": station,
        "stations": list(scope.stations()),
        "section": "assessments",
    }
    return render(request, "metering/assessment.html", context)


def _title(one: queries.Group, by: str) -> str:
    if by == "month":
        return wording.month(one.key)
    return one.title or {"reader": _("无抄表员"), "route": _("未分抄表段"), "area": _("无台区")}[by]


def _links(one: queries.Group, by: str, period: int, station_id: int) -> dict[str, str]:
    """Return where each figure leads."""
    month = one.key if by == "month" else period
    said: dict[str, Any] = {"station": station_id} | ({} if by == "month" else {"by": by, "key": one.key})
    address = reverse("assessed", args=[month])
    return {what: f"{address}?{urlencode(said | {'what': what})}" for what in WHAT}


@allowed("base.see_readings")
def assessed(request: HttpRequest, period: int) -> HttpResponse:
    """List the readings behind a figure (``?what=``) of a group (``?by=`` and ``?key=``)."""
    scope, station = _station(request, period)
    what, by, key = request.GET.get("what", "due"), request.GET.get("by", ""), _number(request, "key")
    if what not in WHAT or by not in {"", *queries.GROUPS}:
        raise BadRequest("what")
    if station is None:
        raise Http404
    rows, due = queries.points_behind(scope, station.pk, period, by=by, key=key, what=what)
    day = max(due.values(), default=timezone.localdate())
    listing = lists.Listing(
        title=_("%(what)s %(month)s") % {"what": WHAT[what], "month": wording.month(period)},
        columns=(
            *WHERE,
            Column("due_date", _("抄表例日"), Kind.DAY),
            Column("read_date", _("抄表日期"), Kind.DAY),
            Column("register_wh", _("示数"), Kind.KWH, unit="kWh"),
            Column("entered_at", _("录入时间"), Kind.MOMENT),
            Column("reason", _("未抄原因")),
        ),
        key=("id",),
        empty=_("没有这样的示数。"),
        file_name=str(WHAT[what]),
        enrich=lambda found: queries.rows_of(scope, found, period, due, day),
        template="metering/assessed.html",
    )
    kept = {name: request.GET[name] for name in ("station", "by", "key", "what") if request.GET.get(name)}
    context = {"kept": kept, "period": period, "by": by, "section": "assessments"}
    return lists.respond(request, listing, rows, context)


def _station(request: HttpRequest, period: int) -> tuple[Scope, Any]:
    """Return the viewer's scope and the station asked for, else the first; None where there is none."""
    if not visiting.known_month(period, timezone.localdate()):
        raise Http404
    scope = Scope.of(request.user)
    wanted = _number(request, "station")
    stations = scope.stations()
    found = stations.filter(pk=wanted).first() if wanted else stations.first()
    if wanted and found is None:
        raise Http404
    return scope, found


def _number(request: HttpRequest, name: str) -> int:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) <= LONGEST else 0
