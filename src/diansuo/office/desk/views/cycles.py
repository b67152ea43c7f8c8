"""The monthly cycle: the months, one month stage by stage, running it, and what it holds back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.archive import page_queries as archive
from diansuo.office.base import jobs, progress, tasks, wording
from diansuo.office.base.cells import Column, Kind
from diansuo.office.base.export import workbook
from diansuo.office.base.forms import DayInput
from diansuo.office.base.models import Job, Station
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.billing.audit import queries as audit
from diansuo.office.desk import cycle, held_queries, issuing, page_queries, queries
from diansuo.office.desk.wording import (
    STAGE_TONES,
    counts,
    is_beside,
    job_state,
    job_tone,
    stage_state,
    stage_title,
)

FEW = 3
"""Of each rule, on the page of the month."""
MOST = 200
"""Of the one rule asked for; the workbook has them all."""


class IssueForm(forms.Form):
    """The day that the bills of a run carry as their day of issue."""

    issue_date = forms.DateField(label=gettext_lazy("发行日期"), widget=DayInput)
    bills = forms.IntegerField(widget=forms.HiddenInput)
    amount_fen = forms.IntegerField(widget=forms.HiddenInput)

    def confirmed(self) -> issuing.Standing:
        """Return what the page showed when it was confirmed."""
        return issuing.Standing(self.cleaned_data["bills"], self.cleaned_data["amount_fen"])


@allowed("base.see_cycle")
def month_list(request: HttpRequest) -> HttpResponse:
    """Show every month that was run, and those with readings that were not."""
    scope = Scope.of(request.user)
    rows = [_month_row(scope, job) for job in queries.cycle_jobs(scope)]
    context = {"rows": rows, "open_months": page_queries.open_months(scope), "section": "cycles"}
    return render(request, "desk/cycles.html", context)


def _month_row(scope: Scope, job: Job) -> dict[str, Any]:
    month = queries.month(scope, job_id=job.pk)
    return {
        "month": month,
        "tone": job_tone(job),
        "beside": is_beside(job),
        "state": job_state(job, month.drafts),
    }


@allowed("base.see_cycle")
def month_page(request: HttpRequest, station_id: int, period: int) -> HttpResponse:
    """Show one month of one station: stages, totals, who is held and why, whose register was opened."""
    scope, station = _station(request, station_id)
    job = queries.cycle_job(scope, station_id=station_id, period=period)
    context = {
        "station_of_month": station,
        "period": period,
        "job": job,
        "may_run": request.user.has_perm("base.run_cycle"),
        "beside": station.mode == Station.Mode.BESIDE,
        "not_due": "" if job else cycle.not_due(station, period, timezone.localdate()),
        "section": "cycles",
    }
    if job:
        context |= _progress_context(scope, job)
        month = queries.month(scope, job_id=job.pk)
        context |= {
            "month": month,
            "job_state": job_state(job, month.drafts),
            "still_open": audit.open_count(scope, period, station_id=station_id) if month.drafts else 0,
            "reasons": _reasons(scope, job, station_id, period),
            **_groups(scope, job, request.GET.get("rule") or None),
            "opened": page_queries.opened(scope, station_id=station_id, period=period),
        }
    return render(request, "desk/cycle.html", context)


def _reasons(scope: Scope, job: Job, station_id: int, period: int) -> list[dict[str, Any]]:
    """Return what holds or warns, with where to work it off: the auditor's desk, or the lists on this page."""
    desk = reverse("audit_desk", args=[station_id, period])
    return [
        {
            "title": one.title,
            "customers": one.customers,
            "held": one.held,
            "url": f"{desk}?rule={one.rule}"
            if one.audited
            else f"?rule={one.rule}#{'held' if one.held else 'warned'}",
        }
        for one in queries.hold_ups(scope, job_id=job.pk)
    ]


def _groups(scope: Scope, job: Job, rule: str | None) -> dict[str, Any]:
    """Return what is held and what is warned of, rule by rule: the first few of each, or all of the one asked for."""
    asked = {"job_id": job.pk, "rows": MOST if rule else FEW, "rule": rule}
    held, warned = held_queries.held(scope, **asked), held_queries.warned(scope, **asked)
    rows = [row for group in held for row in group.rows]
    managers = archive.manager_ids(scope, [row.customer_id for row in rows], timezone.localdate())
    return {
        "rule": rule,
        "held": [
            {
                "group": group,
                "rows": [(row, _subject(row, managers.get(row.customer_id))) for row in group.rows],
            }
            for group in held
        ],
        "warned": [{"group": group, "rows": [(row, None) for row in group.rows]} for group in warned],
    }


def _subject(row: held_queries.Row, manager: int | None) -> Subject:
    """Return what a task about a held customer's problem would be about."""
    return Subject(
        f"{row.words.title}：{row.name} {row.number}",
        source="bill",
        customer_number=row.number,
        url=f"{reverse('customer', args=[row.customer_id])}#findings",
        staff_id=manager,
        station_id=row.station_id,
        instruction=f"{row.words.reason}\n{row.words.remedy}",
    )


@allowed("base.see_cycle")
def month_progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """Answer a page that polls: the stages as they stand; when the run has ended, ask for the whole page afresh."""
    scope = Scope.of(request.user)
    job = page_queries.job(scope, job_id=job_id)
    if job is None:
        raise Http404
    response = render(request, "desk/stages.html", _progress_context(scope, job))
    if job.state not in (Job.State.QUEUED, Job.State.RUNNING):
        response.headers["HX-Refresh"] = "true"
    return response


def _progress_context(scope: Scope, job: Job) -> dict[str, Any]:
    now = timezone.now()
    state = progress.load(job.pk)
    working = job.state in (Job.State.QUEUED, Job.State.RUNNING)
    return {
        "job": job,
        "job_state": job_state(job),
        "job_tone": job_tone(job),
        "working": working,
        "stalled": working and not jobs.is_running(job, now),
        "progress": state if working else None,
        "stages": [
            {
                "stage": stage,
                "title": stage_title(stage.name),
                "tone": STAGE_TONES[stage.state],
                "state": stage_state(job, stage),
                "counts": counts(stage.summary),
                "seconds": (stage.finished_at - stage.started_at).total_seconds()
                if stage.finished_at
                else None,
                "progress": state if working and state and state.stage == stage.name else None,
            }
            for stage in queries.stages(scope, job_id=job.pk)
        ],
    }


@allowed("base.run_cycle")
def run_month(request: HttpRequest, station_id: int, period: int) -> HttpResponse:
    """Run a month as far as the audit: nothing is issued, so nothing needs confirming."""
    _scope, station = _station(request, station_id)
    if request.method == "POST":
        _start(request, station, period, until="audit")
    return redirect("cycle", station_id, period)


@allowed("base.run_cycle")
def issue_month(request: HttpRequest, station_id: int, period: int) -> HttpResponse:
    """Say how many bills and how many yuan go out and how many stay, and issue when confirmed."""
    scope, station = _station(request, station_id)
    job = queries.cycle_job(scope, station_id=station_id, period=period)
    if job is None:
        return redirect("cycle", station_id, period)
    if station.mode == Station.Mode.BESIDE:
        messages.error(request, _("旁运行不发行电费：电费由营销2.0发行，这里算的只用来核对"))
        return redirect("cycle", station_id, period)
    standing = issuing.standing(scope, station_id=station_id, period=period)
    initial = {"issue_date": timezone.localdate(), **asdict(standing)}
    form = IssueForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        _start(
            request, station, period, issue_date=form.cleaned_data["issue_date"], confirmed=form.confirmed()
        )
        return redirect("cycle", station_id, period)
    context = {
        "form": form,
        "month": queries.month(scope, job_id=job.pk),
        "still_open": audit.open_count(scope, period, station_id=station_id),
        "drafted": issuing.drafted(scope, station_id=station_id, period=period),
        "station_of_month": station,
        "period": period,
        "section": "cycles",
    }
    return render(request, "desk/issue.html", context)


def _start(request: HttpRequest, station: Station, period: int, **choices: Any) -> None:
    issue_date = choices.pop("issue_date", None) or timezone.localdate()
    try:
        job = cycle.prepare(
            station, period, issue_date=issue_date, user=request.user, now=timezone.now(), **choices
        )
    except (cycle.UnableToRun, jobs.JobBusy) as problem:
        messages.error(request, _("现在不能执行：%(why)s") % {"why": problem})
    else:
        tasks.enqueue(job)


@allowed("base.see_cycle")
def held_export(request: HttpRequest, station_id: int, period: int) -> HttpResponse:
    """Send everyone who is held in a month, with the reasons, as a workbook."""
    scope, _station_row = _station(request, station_id)
    job = queries.cycle_job(scope, station_id=station_id, period=period)
    if job is None:
        raise Http404
    columns = (
        Column("number", _("用户编号"), Kind.CODE),
        Column("name", _("用户名称")),
        Column("title", _("问题")),
        Column("reason", _("原因")),
        Column("remedy", _("怎么办")),
    )
    rows = (
        {
            "number": row.number,
            "name": row.name,
            "title": words.title,
            "reason": words.reason,
            "remedy": words.remedy,
        }
        for row in queries.held(scope, job_id=job.pk)
        for words in row.findings
    )
    return workbook(_("待处理用户_%(month)s") % {"month": wording.month(period)}, columns, rows)


def _station(request: HttpRequest, station_id: int) -> tuple[Scope, Station]:
    scope = Scope.of(request.user)
    station = page_queries.station(scope, station_id)
    if station is None:
        raise Http404
    return scope, station
