"""The page of the reading routes: what is due, done and late in a month, who walks it and until when."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.core.quantity.month import next_month, previous_month
from diansuo.office.base.lists import PHONE_ROWS
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.metering.routes import calendar, keeping, queries, visiting
from diansuo.office.metering.routes.queries import Progress, RouteRow

TONES: Final = {"done": "ok", "late": "bad", "due": "warn", "coming": "info", "nothing": "info"}
A_PAGE: Final = 30
NOBODY: Final = "0"


def _words() -> dict[str, str]:
    return {
        Progress.LATE: _("逾期"),
        Progress.DUE: _("待抄"),
        Progress.COMING: _("未到例日"),
        Progress.DONE: _("已抄完"),
        Progress.NOTHING: _("本月不抄"),
    }


@allowed("base.enter_readings")
def route_list(request: HttpRequest) -> HttpResponse:
    """Show the reading routes and how far each has come, the late ones first, a page at a time.

    ``?month=2026-11`` asks for a month instead of the one nearest to today, ``state`` and ``owner`` for some routes.
    """
    today, scope = timezone.localdate(), Scope.of(request.user)
    given = request.GET.get("month", "").replace("-", "")
    asked = int(given) if given.isascii() and given.isdecimal() and 1 <= int(given[4:] or 0) <= 12 else None
    if asked is not None and not visiting.known_month(asked, today):
        asked = None
    shown = asked or calendar.UNROUTED.period_of(today)
    every = queries.progressed(scope, today=today, period=asked)
    owners = keeping.of_routes({row.id for row in every if row.id}, today)
    state, owner = request.GET.get("state", ""), request.GET.get("owner", "")
    rows = [
        row
        for row in every
        if (not state or row.progress == state) and (not owner or _owner(row, owners) == owner)
    ]
    size = PHONE_ROWS if "Mobi" in request.headers.get("User-Agent", "") else A_PAGE
    start = _start(request, len(rows), size)
    words = _words()
    context = {
        "rows": [
            (row, TONES[row.progress], words[row.progress])
            for row in queries.with_people(scope, rows[start : start + size], today)
        ],
        "any": bool(every),
        "found": len(rows),
        "first": start + 1,
        "last": min(start + size, len(rows)),
        "before": max(start - size, 0) if start else None,
        "after": start + size if start + size < len(rows) else None,
        "states": [(one, words[one], _many(every, one)) for one in queries.PRESSING if _many(every, one)],
        "state": state,
        "owners": [
            *sorted({(str(one.staff_id), one.name) for one in owners.values()}, key=lambda one: one[1])
        ],
        "owner": owner,
        "nobody": NOBODY,
        "late": _many(every, Progress.LATE),
        "unpublished": any(not row.visit.published for row in every),
        "earlier": previous_month(shown),
        "later": next_month(shown),
        "asked": asked,
        "limit": visiting.limits(today).upload_days,
        "section": "reading_routes",
    }
    return render(request, "metering/routes.html", context)


def _owner(row: RouteRow, owners: dict[int, Any]) -> str:
    return str(owners[row.id].staff_id) if row.id in owners else NOBODY


def _many(rows: list[RouteRow], state: Progress) -> int:
    return sum(row.progress == state for row in rows)


def _start(request: HttpRequest, found: int, size: int) -> int:
    given = request.GET.get("start", "0")
    start = int(given) if given.isascii() and given.isdecimal() and len(given) < 7 else 0
    return start // size * size if start < found else 0
