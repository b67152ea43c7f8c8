"""Pages of proposals: the list, a new one about a customer, one with its effect and the buttons that decide on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diansuo.office.archive.terms import queries as terms
from diansuo.office.archive.terms.changes import terms_of
from diansuo.office.base import jobs, lists, progress, rights, tasks
from diansuo.office.base.models import Job, Proposal
from diansuo.office.base.periods import UnableToChange
from diansuo.office.base.proposal_models import OPEN, WAITING
from diansuo.office.base.proposals import background, kinds, operations, queries, seconds
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.desk.proposals import listing
from diansuo.office.desk.proposals.forms import OF_KIND, ProposalForm

State = Proposal.State
PROPOSING = (
    "base.propose_terms", "base.propose_prices", "base.propose_posts", "base.propose_rules", "base.set_mode",
    "base.enter_readings", "base.keep_accounts",
)  # fmt: skip
SEEING = ("base.see_bills", "base.second_terms", *PROPOSING)


@allowed(*SEEING)
def proposal_list(request: HttpRequest) -> HttpResponse:
    """Show every proposal, the latest first, and what waits for a second person on other pages."""
    scope = Scope.of(request.user)
    shown = lists.Listing(
        title=_("变更提议"),
        columns=listing.columns(),
        key=("-id",),
        empty=_(
            "还没有提议。倍率、类别、容量等计费参数的变更在用户页面的“变更计费参数”里提交，"
            "导入文件改动现有参数也会到这里；另一人看过影响后生效。"
        ),
        file_name=_("变更提议"),
        search=lists.any_of("subject__contains", "customer_number__startswith"),
        search_hint=_("用户编号或名称"),
        filters=(
            lists.Filter("state", _("状态"), State.choices, lists.equal("state")),
            lists.Filter("kind", _("种类"), listing.titles().items(), lists.equal("kind")),
        ),
        template="desk/proposals/list.html",
    )
    waiting = listing.elsewhere(scope) if request.user.has_perm("base.see_bills") else []
    context = {"section": "proposals", "elsewhere": waiting}
    return lists.respond(request, shown, _seen_by(request), context)


def _seen_by(request: HttpRequest) -> QuerySet[Proposal]:
    """Return the proposals a viewer may look at: without a right to bills, those of kinds they may propose."""
    scope, user = Scope.of(request.user), request.user
    if rights.holds(user, ("base.see_bills", "base.propose_terms", "base.second_terms")):
        return queries.proposals(scope)
    return queries.of_kinds(scope, [one.name for one in kinds.all_kinds() if user.has_perm(one.permission)])


@allowed("base.propose_terms")
def proposal_new(request: HttpRequest) -> HttpResponse:
    """Ask which customer and what, then for the new values; keep the proposal and work out its effect at once."""
    scope, today = Scope.of(request.user), timezone.localdate()
    given = request.POST if request.method == "POST" else request.GET
    number, kind = given.get("customer", "").strip().replace("\0", ""), given.get("kind", "")
    context: dict[str, Any] = {
        "kinds": [(name, listing.titles()[name]) for name in OF_KIND],
        "kind": kind,
        "customer": number,
        "section": "proposals",
    }
    points = terms.points_of_customer(scope, number) if number else []
    if number and not points:
        messages.error(request, _("没有这个用户：%(number)s") % {"number": number})
    if not points or kind not in OF_KIND:
        return render(request, "desk/proposals/new.html", context)
    standing = terms.standing_terms(scope, points[0], today)
    form = ProposalForm(
        scope, kind, points, standing, request.POST or None, initial={"effective": today}
    )  # fmt: skip
    context |= {"form": form, "title": points[0].contract.customer, "kind_title": listing.titles()[kind]}
    if request.method == "POST" and form.is_valid():
        try:
            made = _proposed(request, form)
        except (operations.UnableToDo, UnableToChange) as problem:
            form.add_error(None, str(problem))
        else:
            return redirect("proposal", made.pk)
    return render(request, "desk/proposals/new.html", context, status=422 if form.errors else 200)


def _proposed(request: HttpRequest, form: ProposalForm) -> Proposal:
    point, now = form.point_row, timezone.now()
    customer = point.contract.customer
    made = operations.propose(
        form.kind,
        terms_of(form.changes()),
        station=point.station,
        subject=str(customer),
        customer_number=customer.number,
        effective=form.cleaned_data["effective"],
        reason=form.cleaned_data["reason"],
        user=request.user,
        now=now,
    )
    return operations.preview(made, now=now)


@allowed(*SEEING)
def proposal_page(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Show what would change, for whom, by how much, and the buttons of who looks at it."""
    proposal = _found(request, proposal_id)
    kind = kinds.named(proposal.kind)
    waiting, applied = proposal.state in WAITING, proposal.state == State.APPLIED
    why = seconds.objection(proposal, request.user)
    proposing = rights.holds(request.user, (kind.permission, kind.second_right or kind.permission))
    bills = kind.final_bills(proposal) if applied else 0
    context = {
        "proposal": proposal,
        "kind": kind,
        "tone": listing.TONES[State(proposal.state)],
        "said": kind.describe(proposal.terms),
        "agreed": list(proposal.seconds.select_related("user").order_by("id")),
        "second_posts": seconds.post_names(proposal.kind),
        "may_second": waiting and not why,
        "why_not": why if waiting else "",
        "may_preview": proposal.state in OPEN and proposing,
        "may_withdraw": (proposal.state in OPEN or (applied and not bills and kind.undone)) and proposing,
        "instead": kind.after_bills if applied and bills else "",
        "may_reverse": applied and bills and kind.reversal and proposing,
        "bills": bills,
        "reversals": list(proposal.reversals.order_by("id")),
        "sections": kind.sections(proposal) if kind.sections else [],
        "page": kind.page(proposal) if kind.page else "",
        "section": "proposals",
        **_background(proposal),
        **listing.effect(proposal.preview),
    }
    return render(request, "desk/proposals/proposal.html", context)


def _background(proposal: Proposal) -> dict[str, Any]:
    job = background.of_proposal(proposal)
    working = job is not None and job.state in (Job.State.QUEUED, Job.State.RUNNING)
    failed = job.error if job is not None and job.state == Job.State.FAILED else ""
    return {
        "working": working,
        "failed": failed,
        "progress": progress.load(job.pk) if working and job else None,
    }


@allowed(*SEEING)
def proposal_progress(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Answer a page that polls: how far the preview is; once it ended, ask for the whole page afresh."""
    proposal = _found(request, proposal_id)
    context = _background(proposal)
    response = render(request, "desk/proposals/progress.html", {"proposal": proposal, **context})
    if not context["working"]:
        response.headers["HX-Refresh"] = "true"
    return response


@require_POST
@allowed("base.second_terms", *PROPOSING)
def proposal_preview(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Work the effect out again; over very many customers in the background, with progress."""
    proposal = _found(request, proposal_id)
    if operations.is_large(proposal) and proposal.state in OPEN:
        try:
            job = background.prepare(proposal, user=request.user, now=timezone.now())
        except jobs.JobBusy:
            messages.info(request, _("正在重算，不必再按"))
        else:
            tasks.enqueue(job)
        return redirect("proposal", proposal_id)
    return _done(
        request, proposal_id, _("影响已重算"), lambda one: operations.preview(one, now=timezone.now())
    )


@require_POST
@allowed("base.second_terms")
def proposal_second(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Agree to what the page shows; applied once enough have agreed."""
    seen = request.POST.get("basis", "")

    def agree(one: Proposal) -> Proposal:
        if seen != one.basis:
            raise operations.UnableToDo(_("影响已重算过，请看过新的影响再复核"))
        return operations.second(one, user=request.user, now=timezone.now())

    return _done(request, proposal_id, _("已复核"), agree)


@require_POST
@allowed("base.second_terms")
def proposal_reject(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Send it back with a reason."""
    because = request.POST.get("because", "")
    return _done(
        request,
        proposal_id,
        _("已退回"),
        lambda one: operations.reject(one, user=request.user, because=because, now=timezone.now()),
    )


@require_POST
@allowed(*PROPOSING)
def proposal_withdraw(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Take it back."""
    return _done(
        request,
        proposal_id,
        _("已撤回"),
        lambda one: operations.withdraw(one, user=request.user, now=timezone.now()),
    )


@require_POST
@allowed("base.propose_terms")
def proposal_reverse(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Propose to take it back although bills stand on it; shows the new proposal with its own effect."""
    reason, now = request.POST.get("because", ""), timezone.now()
    try:
        made = operations.propose_reversal(
            _found(request, proposal_id), user=request.user, reason=reason, now=now
        )
        operations.preview(made, now=now)
    except operations.UnableToDo as problem:
        messages.error(request, str(problem))
        return redirect("proposal", proposal_id)
    return redirect("proposal", made.pk)


def _done(
    request: HttpRequest, proposal_id: int, words: str, operation: Callable[[Proposal], Proposal]
) -> HttpResponse:
    proposal = _found(request, proposal_id)
    if not request.user.has_perm(kinds.named(proposal.kind).permission) and not request.user.has_perm(
        seconds.RIGHT
    ):
        messages.error(request, _("您的岗位不能处理这类提议"))
        return redirect("proposal", proposal_id)
    try:
        operation(proposal)
    except operations.UnableToDo as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, words)
    return redirect("proposal", proposal_id)


def _found(request: HttpRequest, proposal_id: int) -> Proposal:
    proposal = _seen_by(request).filter(pk=proposal_id).first()
    if proposal is None:
        raise Http404
    return proposal
