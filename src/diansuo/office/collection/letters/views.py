"""Pages of paper to hand out: what there is to print, the slips themselves, and the list of text messages."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core import signing
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import Responsibility
from diansuo.office.base import personal
from diansuo.office.base.export import download
from diansuo.office.base.masks import Part
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import unsigned
from diansuo.office.collection.letters import operations, queries, text_messages

SEND = "base.send_reminders"
LONGEST_ID = 18  # digits; no key of the database is longer


@allowed("base.see_arrears")
def letters(request: HttpRequest) -> HttpResponse:
    """Show what can be printed or sent: notices of a month, reminders, text messages; with a choice made elsewhere."""
    scope = Scope.of(request.user)
    given = {name: _number(request, name) for name in ("period", "manager", "area", "route")}
    context = {
        "months": queries.months(scope),
        "managers": archive.people(scope, Responsibility.Duty.MANAGER),
        "areas": archive.area_choices(scope, given=given["area"], order="number"),
        "routes": archive.routes(scope),
        "given": given,
        "most": queries.MOST_SLIPS,
        "downloads": queries.downloads(scope) if request.user.has_perm(SEND) else [],
        "section": "letters",
    }
    return render(request, "collection/letters.html", context)


@allowed("base.see_arrears")
def letters_of_area(request: HttpRequest, area_id: int) -> HttpResponse:
    """Go to the choice of letters with an area chosen."""
    response = redirect("letters")
    response["Location"] += f"?area={area_id}"
    return response


@allowed("base.see_arrears")
def letters_of_month(request: HttpRequest, period: int) -> HttpResponse:
    """Go to the choice of letters with a month chosen."""
    response = redirect("letters")
    response["Location"] += f"?period={period}"
    return response


@require_POST
@allowed("base.see_arrears")
def reminders_of_rows(request: HttpRequest) -> HttpResponse:
    """Print the reminders of the rows ticked in the list of debtors."""
    try:
        subjects = unsigned(request.POST.getlist("subject"))
    except (signing.BadSignature, TypeError) as problem:
        raise BadRequest("subject") from problem
    numbers = [(one.station_id, one.customer_number) for one in subjects]
    found = queries.customer_ids(Scope.of(request.user), numbers)
    if not found:
        messages.error(request, _("没有勾选用户：先在列表里勾选要催的用户，再按“打印催费通知单”"))
        return redirect("debtors")
    response = redirect("reminders")
    response["Location"] += "?" + urlencode({"customer": found}, doseq=True)
    return response


@allowed("base.see_arrears")
def notices(request: HttpRequest) -> HttpResponse:
    """Print the notices of a month (电费通知单), of those chosen in the address."""
    scope, today = Scope.of(request.user), timezone.localdate()
    period = _number(request, "period")
    if period is None or not 1 <= period % 100 <= 12:
        raise BadRequest("period")
    count = queries.notice_count(scope, period, today, _chosen(request))
    if count > queries.MOST_SLIPS:  # to make them first took seconds, only to refuse them
        return _too_many(request, count)
    slips = queries.notices(scope, period, today, _chosen(request))
    return _printed(request, slips, "collection/notices.html", _("打印电费通知单"))


@allowed("base.see_arrears")
def reminders(request: HttpRequest) -> HttpResponse:
    """Print the reminders of today (催费通知单), of those chosen in the address."""
    scope, today = Scope.of(request.user), timezone.localdate()
    slips = queries.reminders(scope, today, _chosen(request))
    return _printed(request, slips, "collection/reminders.html", _("打印催费通知单"))


@allowed(SEND)
def text_message_list(request: HttpRequest) -> HttpResponse:
    """Return the list of text messages as a workbook; who took it is recorded."""
    scope, today = Scope.of(request.user), timezone.localdate()
    slips = queries.reminders(scope, today, _chosen(request))
    if not slips:
        messages.error(request, _("今天没有符合条件的逾期欠费用户，不用发短信"))
        return redirect("letters")
    operations.note_download(len(slips), user=request.user, now=timezone.now())
    _note(request, slips, (Part.PHONE, Part.ADDRESS), _("下载短信名单"))
    return download(text_messages.workbook(slips), f"{_('短信名单')}_{today:%Y%m%d}.xlsx")


def _chosen(request: HttpRequest) -> queries.Chosen:
    customers = request.GET.getlist("customer")
    if not all(one.isdecimal() and len(one) <= LONGEST_ID for one in customers):
        raise BadRequest("customer")
    return queries.Chosen(
        area_id=_number(request, "area"),
        route_id=_number(request, "route"),
        manager_id=_number(request, "manager"),
        customer_ids=tuple(int(one) for one in customers[: queries.MOST_SLIPS]),
    )


def _too_many(request: HttpRequest, count: int) -> HttpResponse:
    messages.error(
        request,
        _("共 %(count)s 联，一次最多印 %(most)s 联：请按台区经理、台区或抄表段分批打印")
        % {"count": count, "most": queries.MOST_SLIPS},
    )
    return redirect("letters")


def _note(request: HttpRequest, slips: list[Any], parts: tuple[Part, ...], why: str) -> None:
    personal.note(request.user, parts, [one.to.customer_id for one in slips], why)


def _printed(request: HttpRequest, slips: list[Any], template: str, why: str) -> HttpResponse:
    """Show slips to print: they go to the customer, whose address stands on them for whoever hands them over."""
    if len(slips) > queries.MOST_SLIPS:
        return _too_many(request, len(slips))
    _note(request, slips, (Part.ADDRESS,), why)
    context = {
        "slips": slips,
        "today": timezone.localdate(),
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
