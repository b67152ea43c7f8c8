"""Pages of tasks (派工单): the list, one's own, a new one from rows of a list, one with all that happened."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import BadRequest
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diansuo.office.base import lists, personal, registry
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.models import WorkOrder
from diansuo.office.base.rights import EVERYONE, allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import operations, photos, queries, wording
from diansuo.office.base.work_orders.forms import AnswerForm, DispatchForm, HandForm
from diansuo.office.base.work_orders.links import Subject, signed, unsigned
from diansuo.office.base.work_orders.safety import measures

DAYS_TO_DO = 3
LATEST_SHOWN = 10


@allowed(EVERYONE)
def order_list(request: HttpRequest) -> HttpResponse:
    """Show the orders of the viewer's stations, the latest first."""
    scope, today = Scope.of(request.user), timezone.localdate()
    people = [(one.pk, one.name) for one in queries.people(scope)]
    on = _day(request)
    rows = queries.due_or_answered_on(scope, on) if on else queries.orders(scope)
    listing = lists.Listing(
        title=_("%(day)s 到期或反馈的派工单") % {"day": on.isoformat()} if on else _("派工单"),
        columns=(
            Column("number", _("派工单号"), Kind.CODE, url_name="work_order", url_args=("id",)),
            Column("title", _("事由"), url_name="work_order", url_args=("id",)),
            Column("source", _("来源"), Kind.CODE, labels=dict(WorkOrder.Source.choices)),
            Column("standing", _("状态"), Kind.CODE, labels=wording.STANDINGS, tones=wording.STANDING_TONES),
            Column("assignee.name", _("接单人"), Kind.CODE),
            Column("due_date", _("完成期限"), Kind.DAY),
            Column("created_by.first_name", _("派工人"), Kind.CODE),
            Column("created_at", _("派工时间"), Kind.MOMENT),
            Column("reply", _("处理结果")),
        ),
        key=("-id",),
        empty=_("还没有派工单。在用户、台区、欠费等列表里按行末的“派工”，派出的单子列在这里。"),
        file_name=_("派工单"),
        search=lists.any_of("number__startswith", "title__contains", "customer_number", "area_number"),
        search_hint=_("单号、事由、用户或台区编号"),
        filters=(
            lists.Filter("state", _("状态"), WorkOrder.State.choices, lists.equal("state")),
            lists.Filter(
                "overdue",
                _("期限"),
                (("1", _("已逾期")),),
                lambda rows, _value: rows.filter(state=WorkOrder.State.OPEN, due_date__lt=today),
            ),
            lists.Filter("assignee", _("接单人"), people, lists.equal("assignee")),
            lists.Filter("source", _("来源"), WorkOrder.Source.choices, lists.equal("source")),
        ),
        enrich=lambda rows: [_with_standing(row, today) for row in rows],
        template="base/work_orders.html",
    )
    return lists.respond(request, listing, rows, {"kept": {"on": on.isoformat()} if on else {}})


def _day(request: HttpRequest) -> date | None:
    """Return the day whose orders are asked for (``?on=``), or None for all."""
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return None


def _with_standing(order: WorkOrder, today: Any) -> WorkOrder:
    order.standing = wording.standing(order, today)
    return order


@allowed(EVERYONE)
def my_orders(request: HttpRequest) -> HttpResponse:
    """Show what the viewer has to do, what waits for their acceptance, and what they did lately; made for a phone."""
    scope, today = Scope.of(request.user), timezone.localdate()
    mine = queries.mine(scope, request.user)
    may_close = request.user.has_perm("base.close_work")
    context = {
        "to_do": _cards(mine.filter(state=WorkOrder.State.OPEN), today, scope),
        "to_close": _cards(queries.to_close(scope, request.user), today) if may_close else [],
        "done": _cards(
            mine.exclude(state=WorkOrder.State.OPEN).order_by("-replied_at", "-id")[:LATEST_SHOWN], today
        ),
        "section": "my_work",
    }
    return render(request, "base/my_work.html", context)


def _cards(orders: Any, today: Any, scope: Scope | None = None) -> list[dict[str, Any]]:
    shown = list(orders)
    reasons = queries.sent_back(scope, [order.pk for order in shown]) if scope else {}
    return [
        {"order": order, "sent_back": reasons.get(order.pk), **_state(order, today, order.pk in reasons)}
        for order in shown
    ]


def _state(order: WorkOrder, today: Any, sent_back: bool = False) -> dict[str, Any]:
    standing = wording.RETURNED if sent_back else wording.standing(order, today)
    return {"state": wording.STANDINGS[standing], "tone": wording.STANDING_TONES[standing]}


@allowed("base.dispatch_work")
def new_orders(request: HttpRequest) -> HttpResponse:
    """Show the form, filled in for the rows that were chosen, and dispatch one order for each."""
    given = request.POST if request.method == "POST" else request.GET
    only = given.get("only")
    try:
        subjects = unsigned([only] if only else given.getlist("subject"))
    except signing.BadSignature as problem:
        raise BadRequest("subject") from problem
    if not subjects and request.method == "POST" and "due_date" not in given:
        messages.error(request, _("请先勾选要派工的行"))
        return redirect(_way_back(request))
    scope = Scope.of(request.user)
    stations = {one.station_id for one in subjects if one.station_id}
    people = queries.people(scope, stations or None)
    suggested = {one.staff_id for one in subjects}
    known = {one.pk: one for one in people.filter(pk__in=suggested - {None})}
    form = DispatchForm(
        people,
        request.POST if "due_date" in request.POST else None,
        subjects=bool(subjects),
        each=len(subjects) > 1 and all(one.staff_id in known for one in subjects),
        initial={
            "due_date": timezone.localdate() + timedelta(days=DAYS_TO_DO),
            "assignee": next(iter(suggested)) if len(suggested) == 1 else None,
            "instruction": subjects[0].instruction if len(subjects) == 1 else "",
            "source": WorkOrder.Source.OTHER,
        },
    )
    if form.is_bound and form.is_valid():
        answer = _dispatch(request, form, subjects, known)
        if answer:
            return answer
    context = {
        "form": form,
        "subjects": [
            {"subject": one, "signed": signed(one), "standing": queries.standing_about(scope, one)}
            for one in subjects
        ],
        "section": "work_orders",
    }
    return render(request, "base/work_order_new.html", context)


def _way_back(request: HttpRequest) -> str:
    """Return the list the viewer came from, as far as it is one of ours."""
    came = request.headers.get("Referer", "")
    return came if url_has_allowed_host_and_scheme(came, {request.get_host()}) else "work_orders"


def _dispatch(
    request: HttpRequest, form: DispatchForm, subjects: list[Subject], known: dict[int, Any]
) -> HttpResponse | None:
    given = form.cleaned_data
    wanted = subjects or [Subject(given["title"], given["source"])]
    pairs = [(one, given["assignee"] or known[one.staff_id or 0]) for one in wanted]
    try:
        orders = operations.dispatch_all(
            pairs,
            due_date=given["due_date"],
            instruction=given["instruction"],
            safety=given["safety"],
            user=request.user,
            now=timezone.now(),
        )
    except operations.UnableToDispatch as problem:
        form.add_error(None, str(problem))
        return None
    said = _("已派工 %(count)d 张") % {"count": len(orders)}
    messages.success(request, said)
    return redirect("work_order", orders[0].pk) if len(orders) == 1 else redirect("work_orders")


@allowed(EVERYONE)
def order_page(request: HttpRequest, order_id: int) -> HttpResponse:
    """Show one order: what is to be done, what came of it, every step, and what the viewer may do now."""
    return _page(request, _order(request, order_id))


def _page(
    request: HttpRequest, order: WorkOrder, answer_form: AnswerForm | None = None, status: int = 200
) -> HttpResponse:
    scope, user = Scope.of(request.user), request.user
    is_open, is_answered = order.state == WorkOrder.State.OPEN, order.state == WorkOrder.State.ANSWERED
    may_hand = user.has_perm("base.dispatch_work") and order.state != WorkOrder.State.CLOSED
    people = queries.people(scope, [order.station_id]).exclude(pk=order.assignee_id)
    facts = _facts(request, scope, order)
    context = {
        "order": order,
        **_state(order, timezone.localdate()),
        "safety": [
            # Asked for is not done: a sheet that stands ticked is signed unread.
            {"words": words, "asked": code in order.safety, "ticked": code in order.safety and not is_open}
            for code, words in measures()
        ],
        "photos": queries.photos(scope, order.pk),
        "events": queries.events(scope, order.pk),
        "facts": facts,
        "text": wording.as_text(order, [(title, words) for title, words, _hidden in facts]),
        "answer_form": (answer_form or AnswerForm(order))
        if is_open and operations.may_answer(order, user)
        else None,
        "may_close": is_answered and operations.may_close(order, user),
        "waits_for_another": is_answered and not operations.may_close(order, user),
        "hand_form": HandForm(people) if may_hand else None,
        "section": "work_orders" if user.has_perm("base.dispatch_work") else "my_work",
    }
    return render(request, "base/work_order.html", context, status=status)


def _facts(request: HttpRequest, scope: Scope, order: WorkOrder) -> list[tuple[str, str, bool]]:
    """Return what must be known of the customer, and whether it is masked; whoever is sent there sees it all."""
    facts = registry.customer_facts(scope, order.station_id, order.customer_number)
    in_full = personal.may_see(request) or operations.is_sent(order, request.user)
    parts = [one.part for one in facts if one.part]
    if parts and in_full:
        personal.note(request.user, parts, [order.pk], order.number, table="base_workorder")
    return [(*one.pair(in_full=in_full), bool(one.part) and not in_full) for one in facts]


@require_POST
@allowed(EVERYONE)
def answer(request: HttpRequest, order_id: int) -> HttpResponse:
    """Take what came of an order, with its photos."""
    order = _order(request, order_id)
    form = AnswerForm(order, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, order, form, status=422)
    try:
        operations.answer(
            order,
            text=form.cleaned_data["reply"],
            safety=form.cleaned_data["safety"],
            verdict=form.cleaned_data.get("verdict", ""),
            photos=[
                (file.name, file.read(photos.LARGEST_PHOTO_BYTES + 1)) for file in form.cleaned_data["photos"]
            ],
            user=request.user,
            now=timezone.now(),
        )
    except operations.UnableToAnswer as problem:
        order.refresh_from_db()
        if order.state != WorkOrder.State.OPEN or not operations.may_answer(order, request.user):
            # The form is not on the page any more: the words come back with the reason, to be copied.
            messages.error(request, f"{problem}。{_('没有记下的内容：')}{form.cleaned_data['reply']}")
            return _page(request, order, status=422)
        form.add_error(None, str(problem))
        return _page(request, order, form, status=422)
    messages.success(request, _("已反馈，等待验收"))
    return redirect("work_order", order_id)


@require_POST
@allowed("base.close_work")
def close(request: HttpRequest, order_id: int) -> HttpResponse:
    """Accept what was answered."""
    order = _order(request, order_id)
    try:
        operations.close(order, text=request.POST.get("text", ""), user=request.user, now=timezone.now())
    except operations.UnableToClose as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("已验收，派工单完成"))
    return redirect("work_order", order_id)


@require_POST
@allowed("base.close_work")
def send_back(request: HttpRequest, order_id: int) -> HttpResponse:
    """Send an answered order back with the reason."""
    order = _order(request, order_id)
    try:
        operations.send_back(
            order, reason=request.POST.get("text", ""), user=request.user, now=timezone.now()
        )
    except operations.UnableToClose as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("已退回接单人"))
    return redirect("work_order", order_id)


@require_POST
@allowed("base.dispatch_work")
def hand_on(request: HttpRequest, order_id: int) -> HttpResponse:
    """Give the order to somebody else of the station."""
    order = _order(request, order_id)
    form = HandForm(queries.people(Scope.of(request.user), [order.station_id]), request.POST)
    if not form.is_valid():
        messages.error(request, _("请选择转派给谁"))
        return redirect("work_order", order_id)
    try:
        operations.hand_to(
            order,
            form.cleaned_data["staff"],
            reason=form.cleaned_data["reason"],
            user=request.user,
            now=timezone.now(),
        )
    except operations.UnableToDispatch as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("已转派"))
    return redirect("work_order", order_id)


@allowed(EVERYONE)
def photo(request: HttpRequest, photo_id: int) -> HttpResponse | FileResponse:
    """Send a photo of an order of the viewer's stations, as the picture it was found to be and nothing else."""
    found = queries.photo(Scope.of(request.user), photo_id)
    if found is None or not photos.file_of(found).is_file():
        raise Http404
    response = FileResponse(photos.file_of(found).open("rb"), content_type=found.media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _order(request: HttpRequest, order_id: int) -> WorkOrder:
    order = queries.order(Scope.of(request.user), order_id)
    if order is None:
        raise Http404
    return order
