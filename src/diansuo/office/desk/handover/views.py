"""Pages of hand-overs (交接单): the list, a new one from an area or a person, the sheet that both sign."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diansuo.office.archive import page_queries as archive
from diansuo.office.base import lists
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.models import Staff
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import queries as work_orders
from diansuo.office.desk.handover import operations, queries, wording
from diansuo.office.desk.handover.forms import HandoverForm
from diansuo.office.desk.models import Handover, HandoverSignature

Side = HandoverSignature.Side
LONGEST_ID = 18  # digits; no key of the database is longer


@allowed("base.see_archive")
def handover_list(request: HttpRequest) -> HttpResponse:
    """Show the hand-overs of the viewer's stations, the latest first, and those that wait for the viewer."""
    scope = Scope.of(request.user)
    listing = lists.Listing(
        title=_("交接单"),
        columns=(
            Column("id", _("交接单号"), Kind.CODE, url_name="handover", url_args=("id",)),
            Column("outgoing.name", _("移交人"), Kind.CODE),
            Column("incoming.name", _("接收人"), Kind.CODE),
            Column("handover_date", _("移交日期"), Kind.DAY),
            Column("state", _("状态"), Kind.CODE, labels=dict(Handover.State.choices), tones=wording.TONES),
            Column("area_names", _("台区")),
            Column("customers", _("用户数"), Kind.COUNT),
            Column("signed", _("已签字")),
            Column("created_at", _("制单时间"), Kind.MOMENT),
        ),
        key=("-id",),
        empty=_("还没有交接单。台区换人管时，在台区页面按“移交台区”，或在这里按“新交接单”。"),
        file_name=_("交接单"),
        search=lists.any_of("outgoing__name__contains", "incoming__name__contains", "areas__name__contains"),
        search_hint=_("移交人、接收人或台区"),
        filters=(lists.Filter("state", _("状态"), Handover.State.choices, lists.equal("state")),),
        enrich=_with_words,
        template="desk/handovers.html",
    )
    context = {"waiting": queries.waiting_for(scope, request.user), "section": "handovers"}
    return lists.respond(request, listing, queries.handovers(scope).distinct(), context)


def _with_words(rows: list[Handover]) -> list[Handover]:
    for row in rows:
        row.area_names = "、".join(area["name"] for area in row.content["areas"])
        row.customers = row.content["customers"]
        row.signed = "、".join(str(one.get_side_display()) for one in row.signatures.all())
    return rows


@allowed("base.hand_over")
def handover_of_area(request: HttpRequest, area_id: int) -> HttpResponse:
    """Begin a hand-over at an area: of the person who manages it today."""
    scope, today = Scope.of(request.user), timezone.localdate()
    if archive.area(scope, area_id) is None:
        raise Http404
    manager_id = queries.manager_of(scope, area_id, today)
    if manager_id is None:
        messages.error(
            request,
            _("这个台区还没有台区经理，没有可移交的责任。在用户档案里填台区经理一列，导入后即可移交。"),
        )
        return redirect("area", area_id)
    response = redirect("handover_new")
    response["Location"] += f"?person={manager_id}&area={area_id}"
    return response


@allowed("base.hand_over")
def handover_new(request: HttpRequest) -> HttpResponse:
    """Ask whose areas, then which of them, to whom and from when; make the sheet."""
    scope, today = Scope.of(request.user), timezone.localdate()
    outgoing = _person(request, scope)
    context: dict[str, Any] = {
        "outgoing": outgoing,
        "managers": queries.managers(scope, today),
        "section": "handovers",
    }
    if outgoing is not None:
        form = _form(request, scope, outgoing, today)
        if request.method == "POST" and form.is_valid():
            made = _make(request, scope, outgoing, form)
            if made is not None:
                return redirect("handover", made.pk)
        context["form"] = form
    return render(request, "desk/handover_new.html", context)


def _person(request: HttpRequest, scope: Scope) -> Staff | None:
    given = request.GET.get("person", "")
    if not given:
        return None
    person = queries.person(scope, _id(given))
    if person is None:
        raise Http404
    return person


def _id(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= LONGEST_ID else 0


def _form(request: HttpRequest, scope: Scope, outgoing: Staff, today: date) -> HandoverForm:
    areas = queries.areas_of(scope, outgoing.pk, today)
    chosen = _id(request.GET.get("area", ""))
    initial = {
        "areas": [one.id for one in areas if chosen in (0, one.id)],
        "handover_date": today + timedelta(days=1),
        "with_reading": True,
    }
    people = work_orders.people(scope, [outgoing.station_id]).exclude(pk=outgoing.pk)
    return HandoverForm(areas, people, request.POST or None, initial=initial)


def _make(request: HttpRequest, scope: Scope, outgoing: Staff, form: HandoverForm) -> Handover | None:
    given = form.cleaned_data
    chosen = archive.areas(scope).filter(pk__in=[int(key) for key in given["areas"]]).order_by("number")
    try:
        return operations.make(
            outgoing,
            given["incoming"],
            list(chosen),
            handover_date=given["handover_date"],
            with_reading=given["with_reading"],
            keys=given["keys"],
            user=request.user,
            now=timezone.now(),
        )
    except operations.UnableToHandOver as problem:
        form.add_error(None, str(problem))
        return None


@allowed("base.see_archive")
def handover_page(request: HttpRequest, handover_id: int) -> HttpResponse:
    """Show the sheet, and to whoever may sign or withdraw it, the buttons for that."""
    handover = _found(request, handover_id)
    content = handover.content
    signatures = {one.side: one for one in handover.signatures.select_related("user")}
    waiting = handover.state == Handover.State.WAITING
    context = {
        "handover": handover,
        "content": content,
        "classes": wording.customers_by_class(content),
        "counted_from": wording.counted_from(content),
        "day": date.fromisoformat(content["day"]),
        "tone": wording.TONES[Handover.State(handover.state)],
        "signatures": [
            (Side.OUTGOING, handover.outgoing, signatures.get(Side.OUTGOING)),
            (Side.INCOMING, handover.incoming, signatures.get(Side.INCOMING)),
        ],
        "sides": operations.sides_of(handover, request.user),
        "without_account": [
            one.name
            for side, one in ((Side.OUTGOING, handover.outgoing), (Side.INCOMING, handover.incoming))
            if waiting and one.user_id is None and side not in signatures
        ],
        "may_withdraw": waiting and _may_withdraw(request, handover),
        "section": "handovers",
    }
    return render(request, "desk/handover.html", context)


@require_POST
@allowed("base.see_archive")
def handover_sign(request: HttpRequest, handover_id: int) -> HttpResponse:
    """Sign for one side."""
    handover = _found(request, handover_id)
    try:
        signed = operations.sign(
            handover,
            request.POST.get("side", ""),
            reason=request.POST.get("reason", "")[:200],
            user=request.user,
            now=timezone.now(),
        )
    except operations.UnableToHandOver as problem:
        messages.error(request, str(problem))
    else:
        if signed.state == Handover.State.DONE:
            messages.success(
                request,
                _(
                    "双方已签字，移交生效：%(points)d 个计量点从 %(day)s 起由%(name)s负责，转派派工单 %(orders)d 张"
                )
                % {
                    "points": signed.points_moved,
                    "day": signed.handover_date.isoformat(),
                    "name": signed.incoming.name,
                    "orders": signed.orders_moved,
                },
            )
        else:
            messages.success(request, _("已签字，另一方签字后生效"))
    return redirect("handover", handover_id)


@require_POST
@allowed("base.see_archive")
def handover_withdraw(request: HttpRequest, handover_id: int) -> HttpResponse:
    """Withdraw a sheet that has not taken effect."""
    handover = _found(request, handover_id)
    if not _may_withdraw(request, handover):
        messages.error(request, _("只有制单人或所长能撤回交接单"))
        return redirect("handover", handover_id)
    try:
        operations.withdraw(handover, user=request.user, now=timezone.now())
    except operations.UnableToHandOver as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("交接单已撤回，责任和任务都没有变动"))
    return redirect("handover", handover_id)


def _may_withdraw(request: HttpRequest, handover: Handover) -> bool:
    return handover.created_by_id == request.user.pk or request.user.has_perm("base.hand_over")


def _found(request: HttpRequest, handover_id: int) -> Handover:
    handover = queries.handover(Scope.of(request.user), handover_id)
    if handover is None:
        raise Http404
    return handover
