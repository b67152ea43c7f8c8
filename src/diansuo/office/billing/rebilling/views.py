"""Pages of corrections: the list, a new one with its preview, one with the buttons that decide on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diansuo.office.base import lists
from diansuo.office.base.cells import Column
from diansuo.office.base.cells import Kind as Cell
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Correction
from diansuo.office.billing.rebilling import operations, queries, wording
from diansuo.office.billing.rebilling.forms import CorrectionForm
from diansuo.office.billing.rebilling.preview import Asked, Preview, preview
from diansuo.office.billing.rebilling.uses import Held
from diansuo.office.billing.rebilling.wording import TONES

Kind, State = Correction.Kind, Correction.State


@allowed("base.see_bills")
def correction_list(request: HttpRequest) -> HttpResponse:
    """Show every correction, the latest first."""
    listing = lists.Listing(
        title=_("退补"),
        columns=(
            Column("id", _("退补单号"), Cell.CODE, url_name="correction", url_args=("id",)),
            Column("contract.customer.number", _("用户编号"), Cell.CODE),
            Column(
                "contract.customer.name",
                _("用户名称"),
                url_name="customer",
                url_args=("contract.customer_id",),
            ),
            Column("kind", _("差错"), labels=dict(Kind.choices)),
            Column("from_period", _("起"), Cell.PERIOD),
            Column("to_period", _("止"), Cell.PERIOD),
            Column("energy_wh", _("退补电量"), Cell.KWH, unit="kWh"),
            Column(
                "amount_fen", _("退补电费"), Cell.YUAN, unit=_("元"), url_name="correction", url_args=("id",)
            ),
            Column("state", _("状态"), Cell.CODE, labels=dict(State.choices), tones=TONES),
        ),
        key=("-id",),
        empty=_("还没有退补。已发行的账单有错，在这里提交退补，另一人审批后发行。"),
        file_name=_("退补"),
        search=lists.any_of("contract__customer__number__contains", "contract__customer__name__contains"),
        search_hint=_("用户编号或名称"),
        filters=(
            lists.Filter("state", _("状态"), State.choices, lists.equal("state")),
            lists.Filter("kind", _("差错"), Kind.choices, lists.equal("kind")),
        ),
        template="billing/rebilling/list.html",
    )
    return lists.respond(
        request, listing, queries.corrections(Scope.of(request.user)), {"section": "corrections"}
    )


@allowed("base.propose_corrections")
def correction_new(request: HttpRequest) -> HttpResponse:
    """Take what was found, show what it comes to month by month, and keep it once that was confirmed."""
    given = request.POST if request.method == "POST" else request.GET
    kind = given.get("kind", "")
    context: dict[str, Any] = {"kinds": Kind.choices, "kind": kind, "section": "corrections"}
    if kind not in Kind.values:
        context["customer"] = given.get("customer", "")
        return render(request, "billing/rebilling/new.html", context)
    asked_for = request.method == "POST" or "from_period" in request.GET and kind == Kind.ARCHIVE
    form = CorrectionForm(kind, _filled(given)) if asked_for else CorrectionForm(kind, initial=given.dict())
    context |= {"form": form, "title": Kind(kind).label}
    if asked_for and form.is_valid():
        answer = _answer(request, form, context)
        if answer is not None:
            return answer
    return render(request, "billing/rebilling/new.html", context, status=422 if form.errors else 200)


def _filled(given: Any) -> Any:
    """Return what was entered; the page that asks what follows from the archive brings no reason yet."""
    filled = given.copy()
    if not filled.get("reason") and filled.get("kind") == Kind.ARCHIVE:
        filled["reason"] = _("档案更正后按现行档案重算")
    return filled


def _answer(request: HttpRequest, form: CorrectionForm, context: dict[str, Any]) -> HttpResponse | None:
    """Work the form out into the context; propose it where that was asked for, and say where to go then."""
    scope, now = Scope.of(request.user), timezone.now()
    points = queries.points(scope, form.cleaned_data["customer"].strip())
    chosen = [one for one in points if str(one.pk) == request.POST.get("point", "")] or points
    context |= {"points": points, "point": chosen[0].pk if chosen else None}
    if not points:
        form.add_error("customer", _("没有这个用户，或还没有发行过账单"))
        return None
    given = form.cleaned_data
    asked = Asked(chosen[0].pk, form.kind, given["from_period"], given["to_period"], form.facts())
    try:
        found = preview(scope, asked, day=timezone.localdate(now))
        if "propose" in request.POST and request.POST.get("seen") != found.digest:
            messages.warning(request, _("填写的情况或账单在试算之后有了变化，这是新的结果；看过再提交"))
        elif "propose" in request.POST:
            made = operations.propose(
                scope, asked, reason=given["reason"], user=request.user, now=now, found=found
            )
            messages.success(request, _("已提交，等另一人审批；审批之前不收也不退"))
            return redirect("correction", made.pk)
    except Held as problem:
        form.add_error(None, wording.held(problem.record()))
    except operations.UnableToDo as problem:
        form.add_error(None, str(problem))
    else:
        context |= {"found": found, "months": _months(found), "customer_row": chosen[0].contract.customer}
    return None


def _months(found: Preview) -> list[dict[str, Any]]:
    return [
        {
            "period": month.period,
            "bill": month.standing.bill.pk,
            "energy_wh": month.energy_wh,
            "issued_fen": month.issued_fen,
            "right_fen": month.right_fen,
            "amount_fen": month.amount_fen,
            "words": wording.of_month(
                follows=month.follows,
                amount_fen=month.amount_fen,
                energy_wh=month.energy_wh,
                billed=month.standing.billed.record(),
                right=month.right.record(),
            ),
            "lines": [
                {
                    "title": wording.component(line.component),
                    "amount_fen": line.amount_fen,
                    "right_fen": line.right_fen,
                    "issued_fen": line.issued_fen,
                }
                for line in month.lines
            ],
        }
        for month in found.months
    ]


@allowed("base.see_bills")
def correction_page(request: HttpRequest, correction_id: int) -> HttpResponse:
    """Show a correction month by month, who decided what, and what may be done with it now."""
    one = _found(request, correction_id)
    own = one.proposed_by_id == request.user.pk
    approver = request.user.has_perm("base.approve_corrections")
    waiting = one.state in operations.WAITING
    months = queries.months(Scope.of(request.user), one)
    context = {
        "one": one,
        "size_fen": abs(one.amount_fen),
        "tone": TONES[State(one.state)],
        "months": months,
        "before_fen": sum(month["issued_fen"] for month in months),
        "right_fen": sum(month["right_fen"] for month in months),
        "facts": wording.facts(one.kind, one.facts),
        "own": own and one.state == State.PROPOSED,
        "needs_two": one.state == State.PROPOSED and operations.needs_two(one, timezone.now()),
        "may_approve": one.state == State.PROPOSED
        and approver
        and request.user.pk not in (one.proposed_by_id, one.agreed_by_id),
        "may_issue": one.state == State.APPROVED and approver,
        "may_withdraw": waiting and (own or approver),
        "section": "corrections",
    }
    return render(request, "billing/rebilling/correction.html", context)


@require_POST
@allowed("base.approve_corrections")
def correction_approve(request: HttpRequest, correction_id: int) -> HttpResponse:
    """Approve a correction that somebody else proposed."""
    one = _found(request, correction_id)
    agreed = one.agreed_by_id is None and operations.needs_two(one, timezone.now())
    said = _("已复核；超过限值，还须另一人审批") if agreed else _("已审批；发行后才收或退")
    return _decide(request, correction_id, operations.approve, said)


@require_POST
@allowed("base.approve_corrections")
def correction_issue(request: HttpRequest, correction_id: int) -> HttpResponse:
    """Issue an approved correction."""
    return _decide(request, correction_id, operations.issue, _("已发行"))


@require_POST
@allowed("base.propose_corrections", "base.approve_corrections")
def correction_withdraw(request: HttpRequest, correction_id: int) -> HttpResponse:
    """Take a correction back."""
    one = _found(request, correction_id)
    if one.proposed_by_id != request.user.pk and not request.user.has_perm("base.approve_corrections"):
        messages.error(request, _("只有提交人或审批人能撤回退补单"))
        return redirect("correction", correction_id)
    return _decide(request, correction_id, operations.withdraw, _("已撤回"))


def _decide(
    request: HttpRequest, correction_id: int, operation: Callable[..., Correction], done: str
) -> HttpResponse:
    try:
        operation(_found(request, correction_id), user=request.user, now=timezone.now())
    except operations.UnableToDo as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, done)
    return redirect("correction", correction_id)


def _found(request: HttpRequest, correction_id: int) -> Correction:
    one = queries.correction(Scope.of(request.user), correction_id)
    if one is None:
        raise Http404
    return one
