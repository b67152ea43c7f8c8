"""Pages of paper to hand out: what there is to print, the slips themselves, and the list of text messages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import Responsibility
from diansuo.office.base.access import allowed
from diansuo.office.base.export import download
from diansuo.office.base.scope import Scope
from diansuo.office.collection import letter_queries as queries
from diansuo.office.collection import text_messages


def letters(request: HttpRequest) -> HttpResponse:
    """Show what can be printed or sent: notices of a month, reminders, text messages."""
    scope = Scope.of(request.user)
    context = {
        "months": queries.months(scope),
        "managers": archive.people(scope, Responsibility.Duty.MANAGER),
        "areas": [(area.pk, area.name) for area in archive.areas(scope).order_by("number")],
        "most": queries.MOST_SLIPS,
        "section": "letters",
    }
    return render(request, "collection/letters.html", context)


def notices(request: HttpRequest) -> HttpResponse:
    """Print the notices of a month (电费通知单), of one area or manager if asked."""
    scope, today = Scope.of(request.user), timezone.localdate()
    period = _number(request, "period")
    if period is None or not 1 <= period % 100 <= 12:
        raise BadRequest("period")
    slips = queries.notices(
        scope, period, today, area_id=_number(request, "area"), manager_id=_number(request, "manager")
    )
    return _printed(request, scope, slips, "collection/notices.html")


def reminders(request: HttpRequest) -> HttpResponse:
    """Print the reminders of today (催费通知单), of one area manager if asked."""
    scope, today = Scope.of(request.user), timezone.localdate()
    slips = queries.reminders(scope, today, manager_id=_number(request, "manager"))
    return _printed(request, scope, slips, "collection/reminders.html")


@allowed("base.send_reminders")
def text_message_list(request: HttpRequest) -> HttpResponse:
    """Return the list of text messages as a workbook."""
    scope, today = Scope.of(request.user), timezone.localdate()
    slips = queries.reminders(scope, today, manager_id=_number(request, "manager"))
    if not slips:
        messages.error(request, _("今天没有逾期欠费的用户，不用发短信"))
        return redirect("letters")
    return download(text_messages.workbook(slips), f"{_('短信名单')}_{today:%Y%m%d}.xlsx")


def _printed(request: HttpRequest, scope: Scope, slips: list[Any], template: str) -> HttpResponse:
    if len(slips) > queries.MOST_SLIPS:
        messages.error(
            request,
            _("共 %(count)s 户，一次最多印 %(most)s 户：请按台区经理或台区分批打印")
            % {"count": len(slips), "most": queries.MOST_SLIPS},
        )
        return redirect("letters")
    context = {
        "slips": slips,
        "today": timezone.localdate(),
        "station": queries.contact(scope),
        "section": "letters",
    }
    return render(request, template, context)


def _number(request: HttpRequest, name: str) -> int | None:
    """Return a number of the address, None where it is absent or empty.

    Raises:
        BadRequest: it is no number.
    """
    given = request.GET.get(name, "")
    if not given:
        return None
    if not given.isdecimal() or len(given) > 9:
        raise BadRequest(name)
    return int(given)
