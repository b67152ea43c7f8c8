"""Pages of temporary supply without a meter: the list, a new one, one supply, and one charge with who decides on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diansuo.office.base import lists, personal
from diansuo.office.base.cells import Column
from diansuo.office.base.cells import Kind as Cell
from diansuo.office.base.masks import Part
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import TemporaryCharge, TemporarySupply
from diansuo.office.billing.temporary import operations, paper, queries, wording
from diansuo.office.billing.temporary.forms import MoreForm, TermsForm
from diansuo.office.billing.temporary.preview import NotPossible, Preview, preview
from diansuo.office.billing.temporary.standing import standing_of

Kind, State = TemporaryCharge.Kind, TemporaryCharge.State
SECTION = {"section": "temporary"}


@allowed("base.see_bills")
def charge_list(request: HttpRequest) -> HttpResponse:
    """Show every charge, the latest first."""
    listing = lists.Listing(
        title=_("临时用电（无表）"),
        columns=(
            Column("id", _("单号"), Cell.CODE, url_name="temporary_charge", url_args=("id",)),
            Column("supply.customer.number", _("用户编号"), Cell.CODE),
            Column(
                "supply.customer.name", _("用户名称"), url_name="temporary_supply", url_args=("supply_id",)
            ),
            Column("supply.purpose", _("用途")),
            Column("kind", _("事由"), labels=dict(Kind.choices)),
            Column("from_date", _("起"), Cell.CODE),
            Column("to_date", _("止（不含）"), Cell.CODE),
            Column("energy_wh", _("电量"), Cell.KWH, unit="kWh"),
            Column(
                "amount_fen",
                _("金额"),
                Cell.YUAN,
                unit=_("元"),
                url_name="temporary_charge",
                url_args=("id",),
            ),
            Column("state", _("状态"), Cell.CODE, labels=dict(State.choices), tones=wording.TONES),
        ),
        key=("-id",),
        empty=_("还没有无表临时用电。提交一项：容量 × 每日时数 × 天数 × 电价，另一人审批后发行。"),
        file_name=_("临时用电"),
        search=lists.any_of(
            "supply__customer__number__contains",
            "supply__customer__name__contains",
            "supply__purpose__contains",
        ),
        search_hint=_("用户编号、名称或用途"),
        filters=(
            lists.Filter("state", _("状态"), State.choices, lists.equal("state")),
            lists.Filter("kind", _("事由"), Kind.choices, lists.equal("kind")),
        ),
        template="billing/temporary/list.html",
    )
    return lists.respond(request, listing, queries.charges(Scope.of(request.user)), SECTION)


@allowed("base.propose_corrections")
def temporary_new(request: HttpRequest) -> HttpResponse:
    """Take what was agreed, show what it costs, and propose it once that was confirmed."""
    scope = Scope.of(request.user)
    stations = queries.stations_alone(scope)
    form = TermsForm(stations, request.POST or None, initial={"from_date": timezone.localdate()})
    context: dict[str, Any] = {"form": form, "stations": stations, **SECTION}
    if request.method == "POST" and form.is_valid():
        station = next(one for one in stations if one.pk == form.cleaned_data["station"])
        terms = form.terms()

        def propose(seen: str) -> TemporaryCharge:
            return operations.propose(scope, station, terms, user=request.user, now=timezone.now(), seen=seen)

        answer = _answer(request, form, context, lambda: operations.preview_of(terms), propose)
        if answer is not None:
            return answer
    return render(request, "billing/temporary/new.html", context, status=422 if form.errors else 200)


@allowed("base.propose_corrections")
def temporary_more(request: HttpRequest, supply_id: int, kind: str) -> HttpResponse:
    """Take an extension, an early end or a cancellation, show what it comes to, and propose it."""
    scope, one = Scope.of(request.user), _supply(request, supply_id)
    if kind not in (Kind.EXTENSION, Kind.EARLY_END, Kind.CANCEL):
        raise Http404
    form = MoreForm(kind, request.POST or None)
    context: dict[str, Any] = {
        "form": form,
        "one": one,
        "title": Kind(kind).label,
        "agreed": wording.agreed(one.capacity_w, one.minutes_a_day),
        "standing": standing_of(one),
        **SECTION,
    }
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        day = given.get("day") or one.from_date

        def propose(seen: str) -> TemporaryCharge:
            return operations.propose_more(
                scope, one, kind, day=day, reason=given["reason"], user=request.user, now=timezone.now(),
                seen=seen,
            )  # fmt: skip

        answer = _answer(request, form, context, lambda: preview(one, kind, day), propose)
        if answer is not None:
            return answer
    return render(request, "billing/temporary/more.html", context, status=422 if form.errors else 200)


def _answer(
    request: HttpRequest,
    form: Any,
    context: dict[str, Any],
    reckon: Callable[[], Preview],
    propose: Callable[[str], TemporaryCharge],
) -> HttpResponse | None:
    """Reckon into the context; propose it where that was asked for and what was seen still holds."""
    try:
        found = reckon()
        context |= {"found": found, "lines": wording.shown(found), "doubts": found.doubts}
        seen = request.POST.get("seen", "")
        if "propose" in request.POST and seen == found.digest:
            made = propose(seen)
            messages.success(request, _("已提交，等另一人审批；审批之前不收也不退"))
            return redirect("temporary_charge", made.pk)
        if "propose" in request.POST:
            messages.warning(request, _("填写的情况或价格在试算之后有了变化，这是新的结果；看过再提交"))
    except (NotPossible, operations.UnableToDo) as problem:
        form.add_error(None, str(problem))
    return None


@allowed("base.see_bills")
def supply_page(request: HttpRequest, supply_id: int) -> HttpResponse:
    """Show a supply: what was agreed, until when it runs, every charge, and what may be done now."""
    one = _supply(request, supply_id)
    charges = queries.of_supply(Scope.of(request.user), one.pk)
    standing = standing_of(one)
    waiting = any(each.state in operations.WAITING for each in charges)
    running = standing.agreed_to is not None and standing.ended is None and not waiting
    context = {
        "one": one,
        "agreed": wording.agreed(one.capacity_w, one.minutes_a_day),
        "standing": standing,
        "charges": [(each, wording.TONES[State(each.state)]) for each in charges],
        "total_fen": sum(each.amount_fen for each in standing.issued),
        "may": running and request.user.has_perm("base.propose_corrections"),
        **SECTION,
    }
    return render(request, "billing/temporary/supply.html", context)


@allowed("base.see_bills")
def charge_page(request: HttpRequest, charge_id: int) -> HttpResponse:
    """Show a charge line by line with its evidence, who decided what, and what may be done with it now."""
    one = _charge(request, charge_id)
    scope = Scope.of(request.user)
    own = one.proposed_by_id == request.user.pk
    approver = request.user.has_perm("base.approve_corrections")
    context = {
        "one": one,
        "tone": wording.TONES[State(one.state)],
        "agreed": wording.agreed(one.supply.capacity_w, one.supply.minutes_a_day),
        "days": (one.to_date - one.from_date).days,
        "lines": queries.lines(scope, one),
        "doubts": queries.doubts(scope, one),
        "own": own and one.state == State.PROPOSED,
        "may_approve": one.state == State.PROPOSED and approver and not own,
        "may_issue": one.state == State.APPROVED and approver,
        "may_withdraw": one.state in operations.WAITING and (own or approver),
        **SECTION,
    }
    return render(request, "billing/temporary/charge.html", context)


@allowed("base.see_bills")
def charge_pdf(request: HttpRequest, charge_id: int) -> HttpResponse:
    """Send a charge as PDF; one that is not issued says so across the sheet."""
    one = _charge(request, charge_id)
    made = paper.pdf(Scope.of(request.user), one)
    personal.note(request.user, (Part.ADDRESS,), [one.supply.customer_id], _("打印临时用电电费单"))
    response = HttpResponse(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(False, paper.file_name(one))
    return response


@require_POST
@allowed("base.approve_corrections")
def charge_approve(request: HttpRequest, charge_id: int) -> HttpResponse:
    """Approve a charge that somebody else proposed."""
    return _decide(request, charge_id, operations.approve, _("已审批；发行后才收或退"))


@require_POST
@allowed("base.approve_corrections")
def charge_issue(request: HttpRequest, charge_id: int) -> HttpResponse:
    """Issue an approved charge."""
    return _decide(request, charge_id, operations.issue, _("已发行"))


@require_POST
@allowed("base.propose_corrections", "base.approve_corrections")
def charge_withdraw(request: HttpRequest, charge_id: int) -> HttpResponse:
    """Take a charge back that is not issued."""
    one = _charge(request, charge_id)
    if one.proposed_by_id != request.user.pk and not request.user.has_perm("base.approve_corrections"):
        messages.error(request, _("只有提交人或审批人能撤回"))
        return redirect("temporary_charge", charge_id)
    return _decide(request, charge_id, operations.withdraw, _("已撤回"))


def _decide(
    request: HttpRequest, charge_id: int, operation: Callable[..., TemporaryCharge], done: str
) -> HttpResponse:
    try:
        operation(_charge(request, charge_id), user=request.user, now=timezone.now())
    except operations.UnableToDo as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, done)
    return redirect("temporary_charge", charge_id)


def _charge(request: HttpRequest, charge_id: int) -> TemporaryCharge:
    one = queries.charge(Scope.of(request.user), charge_id)
    if one is None:
        raise Http404
    return one


def _supply(request: HttpRequest, supply_id: int) -> TemporarySupply:
    one = queries.supply(Scope.of(request.user), supply_id)
    if one is None:
        raise Http404
    return one
