"""Pages of sets: many customers' months rebilled as one job, its progress, its report, and what may be done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diansuo.office.base import jobs, progress, tasks
from diansuo.office.base.models import Job
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.billing.rebilling import operations, queries, sets, wording
from diansuo.office.billing.rebilling.forms import SetForm
from diansuo.office.billing.rebilling.models import Correction

Kind = Correction.Kind
SHOWN = 500


@allowed("base.propose_corrections")
def set_new(request: HttpRequest) -> HttpResponse:
    """Take a set and let the worker propose it."""
    kind = request.POST.get("kind") or request.GET.get("kind") or Kind.ARCHIVE
    if kind not in Kind.values:
        raise Http404
    form = SetForm(kind, request.POST or None)
    if request.method == "POST" and form.is_valid():
        station = Scope.of(request.user).stations().first()
        given = form.cleaned_data
        wanted = sets.Wanted(
            given["from_period"], given["to_period"], kind, form.facts(), given["reason"], form.numbers()
        )
        try:
            job = sets.prepare(station, wanted, user=request.user, now=timezone.now())
        except (operations.UnableToDo, jobs.JobBusy) as problem:
            form.add_error(None, str(problem))
        else:
            tasks.enqueue(job)
            return redirect("correction_set", job.pk)
    context = {
        "form": form,
        "kind": kind,
        "kinds": Kind.choices,
        "sets": queries.jobs_of_sets(Scope.of(request.user))[:20],
        "section": "corrections",
    }
    return render(request, "billing/rebilling/set_new.html", context, status=422 if form.errors else 200)


@allowed("base.see_bills")
def set_page(request: HttpRequest, job_id: int) -> HttpResponse:
    """Show what a set came to: customers, months, before, after, difference, and who was refused and why."""
    job = _found(request, job_id)
    report = sets.report_of(job)
    own = job.created_by_id == request.user.pk
    approver = request.user.has_perm("base.approve_corrections")
    states = {row["state"] for row in report.rows}
    context = _progress(job) | {
        "report": report,
        "totals": report.totals,
        "rows": report.rows[:SHOWN],
        "refused": report.refused[:SHOWN],
        "kind_words": Kind(job.options["kind"]).label,
        "facts": wording.facts(job.options["kind"], job.options["facts"]),
        "own": own and Correction.State.PROPOSED in states,
        "may_approve": approver and not own and Correction.State.PROPOSED in states,
        "may_issue": approver and Correction.State.APPROVED in states,
        "section": "corrections",
    }
    return render(request, "billing/rebilling/set.html", context)


@allowed("base.see_bills")
def set_progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """Answer a page that polls; when the job has ended, ask for the whole page afresh."""
    job = _found(request, job_id)
    context = _progress(job)
    response = render(request, "billing/rebilling/set_progress.html", context)
    if not context["working"]:
        response.headers["HX-Refresh"] = "true"
    return response


def _progress(job: Job) -> dict[str, Any]:
    working = job.state in (Job.State.QUEUED, Job.State.RUNNING)
    return {"job": job, "working": working, "progress": progress.load(job.pk) if working else None}


@require_POST
@allowed("base.approve_corrections")
def set_approve(request: HttpRequest, job_id: int) -> HttpResponse:
    """Approve all proposals of a set that somebody else made."""
    try:
        approved, agreed = sets.approve_all(_found(request, job_id), user=request.user, now=timezone.now())
    except operations.UnableToDo as problem:
        messages.error(request, str(problem))
    else:
        if agreed:
            messages.success(request, _("已复核 %(count)s 张；超过限值，还须另一人审批") % {"count": agreed})
        else:
            messages.success(request, _("已审批 %(count)s 张；发行后才收或退") % {"count": approved})
    return redirect("correction_set", job_id)


@require_POST
@allowed("base.approve_corrections")
def set_issue(request: HttpRequest, job_id: int) -> HttpResponse:
    """Issue all approved corrections of a set."""
    count = sets.issue_all(_found(request, job_id), user=request.user, now=timezone.now())
    messages.success(request, _("已发行 %(count)s 张") % {"count": count})
    return redirect("correction_set", job_id)


def _found(request: HttpRequest, job_id: int) -> Job:
    job = queries.jobs_of_sets(Scope.of(request.user)).filter(pk=job_id).first()
    if job is None:
        raise Http404
    return job
