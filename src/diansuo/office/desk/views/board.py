"""The morning board: the page, its text, and the daily report as a workbook."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.base.export import download
from diansuo.office.base.models import User
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import Subject, signed
from diansuo.office.desk.board.daily_report import daily_report
from diansuo.office.desk.board.figures import Board, Source, WorstArea
from diansuo.office.desk.board.queries import board
from diansuo.office.desk.board.wording import bulletin, source_name, stamp_text

HEAD = "head"


def lands_on_board(user: User) -> bool:
    """Tell whether the board is this user's home page: the station head's is."""
    staff = getattr(user, "staff", None)
    return staff is not None and staff.posts.filter(code=HEAD).exists()


@allowed("base.see_board")
def morning_board(request: HttpRequest) -> HttpResponse:
    """Show the board of a day (``?day=``, today without one)."""
    scope, today = Scope.of(request.user), timezone.localdate()
    day, asked = _day(request, today), request.GET.get("day", "")
    if asked and asked != day.isoformat():
        messages.warning(
            request, _("没有“%(asked)s”这一天的早会，显示 %(day)s") % {"asked": asked[:20], "day": day}
        )
    shown = board(scope, day)
    text = bulletin(shown, _station_name(scope))
    dispatchable = request.user.has_perm("base.dispatch_work")
    context = {
        "board": shown,
        "worst": [(area, signed(about(area)) if dispatchable else "") for area in shown.worst],
        "dispatchable": dispatchable,
        "bulletin": text,
        "bulletin_rows": text.count("\n") + 2,
        "stamps": [(stamp, stamp_text(stamp)) for stamp in shown.stamps],
        "waits": _waits(shown),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day < today else None,
        "yesterday": day - timedelta(days=1),
        "section": "board",
    }
    return render(request, "desk/board.html", context)


@allowed("base.see_board")
def daily_report_file(request: HttpRequest) -> HttpResponse:
    """Return the daily report of a day as a workbook."""
    scope = Scope.of(request.user)
    day = _day(request, timezone.localdate())
    content = daily_report(scope, board(scope, day, every_area=True))
    return download(content, f"{_('日报')}_{day:%Y%m%d}.xlsx")


def about(area: WorstArea) -> Subject:
    """Say what a task made from an abnormal area would be about."""
    return Subject(
        title=_("%(area)s：%(reason)s") % {"area": area.name, "reason": area.reason},
        source="loss",
        area_number=area.number,
        url=area.url,
        staff_id=area.staff_id,
        station_id=area.station_id,
        instruction=area.instruction,
    )


def _waits(shown: Board) -> dict[str, str]:
    """Return, for columns whose data no import has brought, which file they wait for."""
    missing = {
        Source.FAILURES: shown.failure_day is None,
        Source.FREEZE: shown.loss_day is None,
        Source.ARREARS: not shown.has_arrears,
    }
    return {source.value: source_name(source) for source, waits in missing.items() if waits}


def _station_name(scope: Scope) -> str:
    names = [station.name for station in scope.stations()[:2]]
    return names[0] if len(names) == 1 else ""


def _day(request: HttpRequest, today: date) -> date:
    try:
        return min(date.fromisoformat(request.GET.get("day", "")), today)
    except ValueError:
        return today
