"""The page of trials, and the choices of one customer: views translate, the engine computes, nothing is written."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.core.quantity.month import first_day, previous_month
from diansuo.core.rules import RuleBookRefused
from diansuo.core.tariff.what_if import Change
from diansuo.office.archive import page_queries as archive
from diansuo.office.base import jobs, progress, tasks
from diansuo.office.base import wording as said
from diansuo.office.base.cells import cells
from diansuo.office.base.export import workbook
from diansuo.office.base.models import Job
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.billing.repricing import choices, queries, wording
from diansuo.office.billing.repricing.answers import Answer
from diansuo.office.billing.repricing.prices import OtherPrices
from diansuo.office.billing.sheets import operations as sheets
from diansuo.office.billing.sheets import reading
from diansuo.office.billing.sums import queries as sums
from diansuo.office.desk.whatif import listing, trials
from diansuo.office.desk.whatif.forms import SheetTrialForm, WhatIfForm
from diansuo.office.desk.whatif.questions import Question

AREAS_SHOWN = 20


@allowed("base.see_prices")
def what_if(request: HttpRequest) -> HttpResponse:
    """Show what a change would bring: the spread, the biggest movers, by class and by area; many bills become a job."""
    scope = Scope.of(request.user)
    months = sums.periods(scope)
    context: dict[str, Any] = {"months": months, "section": "whatif"}
    if not months:
        return render(request, "desk/whatif.html", context)
    asked = request.GET if "kind" in request.GET else None
    form = WhatIfForm(scope, months, asked, initial={"first": months[0], "last": months[0]})
    context["form"] = form
    if asked is not None and form.is_valid():
        try:
            if queries.bills(scope, form.population) > trials.MOST_AT_ONCE:
                return _in_parts(request, Question(scope, form.population, form.change, form.prices))
            answer = queries.what_if(scope, form.population, form.change, form.prices)
        except RuleBookRefused as refused:
            form.add_error(None, str(refused.problems[0]))
            return render(request, "desk/whatif.html", context)
        if request.GET.get("export") == "xlsx":
            return _file(scope, answer)
        context |= _shown(scope, answer)
    return render(request, "desk/whatif.html", context)


@allowed("base.see_prices")
def sheet_trial(request: HttpRequest) -> HttpResponse:
    """Show what an uploaded price sheet would bring, before anything of it is saved."""
    scope = Scope.of(request.user)
    months = sums.periods(scope)
    context: dict[str, Any] = {"months": months, "section": "whatif"}
    if not months:
        return render(request, "desk/whatif_sheet.html", context)
    form = SheetTrialForm(
        scope,
        months,
        request.POST or None,
        request.FILES or None,
        initial={"first": months[0], "last": months[0], "month": said.month(previous_month(months[0]))},
    )
    if request.method == "POST" and form.is_valid():
        answer = _of_sheet(scope, form)
        if answer is not None and request.POST.get("export") == "xlsx":
            return _file(scope, answer)
        # The table that was read takes the file's place, so that other months can be asked for without it.
        given = request.POST.copy()
        given["table"] = reading.as_pasted(form.cleaned_data["prices"])
        context["held"] = SheetTrialForm(scope, months, given)
        context |= _shown(scope, answer) if answer is not None else {}
    context["form"] = form
    return render(request, "desk/whatif_sheet.html", context, status=422 if form.errors else 200)


def _of_sheet(scope: Scope, form: SheetTrialForm) -> Answer | None:
    """Return what the sheet of a form would bring; None, with the form saying why, where that cannot be said."""
    if queries.bills(scope, form.population) > trials.MOST_AT_ONCE:
        form.add_error(
            None,
            _(
                "账单超过 %(most)s 张：缩小范围；要全部试算，先提交价格表（待审批不计费），再在试算里选“换用价格表”"
            )
            % {"most": f"{trials.MOST_AT_ONCE:,}"},
        )
        return None
    try:
        prices = OtherPrices(form.documents(timezone.now()))
        return queries.what_if(scope, form.population, Change(), prices)
    except RuleBookRefused as refused:
        form.add_error(None, str(refused.problems[0]))
    except sheets.UnableToDo as problem:
        form.add_error(None, str(problem))
    return None


def _in_parts(request: HttpRequest, question: Question) -> HttpResponse:
    """Let the worker answer what takes longer than anybody waits, and go where its answer will be."""
    try:
        job = trials.prepare(question, user=request.user, now=timezone.now())
    except jobs.JobBusy:
        job = trials.of_question(question)
    else:
        if job.state != Job.State.DONE:
            tasks.enqueue(job)
    return redirect(f"{reverse('whatif_trial', args=[job.pk])}?{request.GET.urlencode()}")


@allowed("base.see_prices")
def trial_page(request: HttpRequest, job_id: int) -> HttpResponse:
    """Show how far a trial in parts is, and then what it came to; the address can be passed on."""
    scope, job = _trial(request, job_id)
    context = _progress(job) | {"months": sums.periods(scope), "section": "whatif", "trial": job}
    answer = trials.answer(job) if job.state == Job.State.DONE else None
    if answer is not None and request.GET.get("export") == "xlsx":
        return _file(scope, answer)
    if answer is not None:
        context |= _shown(scope, answer)
    context["gone"] = job.state == Job.State.DONE and answer is None
    asked = request.GET if "kind" in request.GET else None
    months = context["months"]
    if months:
        first = job.options["population"]
        initial = {"first": first["first"], "last": first["last"]}
        context["form"] = WhatIfForm(scope, months, asked, initial=initial)
    return render(request, "desk/whatif.html", context)


@allowed("base.see_prices")
def trial_progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """Answer a page that polls; when the trial has ended, ask for the whole page afresh."""
    _scope, job = _trial(request, job_id)
    context = _progress(job)
    response = render(request, "desk/whatif_progress.html", context)
    if not context["working"]:
        response.headers["HX-Refresh"] = "true"
    return response


def _trial(request: HttpRequest, job_id: int) -> tuple[Scope, Job]:
    scope = Scope.of(request.user)
    job = trials.found(scope, job_id)
    if job is None:
        raise Http404
    return scope, job


def _progress(job: Job) -> dict[str, Any]:
    working = job.state in (Job.State.QUEUED, Job.State.RUNNING)
    return {"job": job, "working": working, "progress": progress.load(job.pk) if working else None}


def _file(scope: Scope, answer: Answer) -> HttpResponse:
    """Answer with every customer whose money changes, the largest change first."""
    difference = np.abs(answer.customers.difference_fen)
    order = np.argsort(-difference, kind="stable")
    rows = order[difference[order] > 0]
    return workbook(_("试算"), listing.mover_columns(), listing.movers(scope, answer, rows))


def _shown(scope: Scope, answer: Answer) -> dict[str, Any]:
    columns = listing.mover_columns()
    by_class = listing.groups(answer.by_class, listing.CLASSES)
    areas = answer.by_area[:AREAS_SHOWN]
    by_area = listing.groups(areas, listing.area_names(scope, areas))
    class_columns, area_columns = listing.group_columns(_("用电类别")), listing.group_columns(_("台区"))
    return {
        "answer": answer,
        "difference_fen": answer.after_fen - answer.before_fen,
        "less_fen": -answer.spread.cheaper_fen,
        "bins": listing.histogram(answer.spread),
        "columns": columns,
        "movers": [cells(columns, row) for row in listing.movers(scope, answer, answer.movers)],
        "turned": [cells(columns, row) for row in listing.movers(scope, answer, answer.turned[:AREAS_SHOWN])],
        "turned_count": len(answer.turned),
        "class_columns": class_columns,
        "by_class": [cells(class_columns, row) for row in by_class],
        "area_columns": area_columns,
        "by_area": [cells(area_columns, row) for row in by_area],
        "more_areas": max(len(answer.by_area) - AREAS_SHOWN, 0),
        "refused": [(wording.reason_title(code), count) for code, count in answer.refused],
        "refused_count": sum(count for _code, count in answer.refused),
    }


@allowed("base.see_bills")
def customer_choices(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Show which of the choices the rules leave one customer would have been cheapest over the last twelve months."""
    scope = Scope.of(request.user)
    customer = archive.customer(scope, customer_id)
    if customer is None:
        raise Http404
    months = queries.months_of_customer(scope, customer_id)
    period = _month(request.GET.get("period", "")) or (months[0] if months else None)
    found = choices.choices(scope, customer.number, period) if period else []
    context = {
        "customer": customer,
        "months": months,
        "period": period,
        "contracts": [_contract(one) for one in found],
        "section": "customers",
    }
    return render(request, "desk/choices.html", context)


def _contract(one: choices.Choices) -> dict[str, Any]:
    best = one.cheapest
    columns = [
        {
            "title": wording.option(option.option, option.contract_demand_w),
            "total_fen": option.total_fen,
            "current": option.option == one.current,
            "best": option is best,
            "refused": wording.reason(*option.refused) if option.refused else "",
        }
        for option in one.options
    ]
    rows = [
        (
            month,
            billed,
            [(column, option.month_fen[at]) for column, option in zip(columns, one.options, strict=True)],
        )
        for at, (month, billed) in enumerate(zip(one.months, one.billed_fen, strict=True))
    ]
    return {
        "of": one,
        "kind": listing.CLASSES[one.price_class],
        "best": wording.option(best.option, best.contract_demand_w) if best else "",
        "is_current": best is not None and best.option == one.current,
        "columns": columns,
        "rows": rows,
        "conditions": [wording.condition(each) for each in one.conditions],
        "files": sorted({each.file for each in one.conditions}),
    }


def _month(text: str) -> int | None:
    if not text:
        return None
    try:
        period = int(text) if text.isdecimal() and len(text) == 6 else 0
        first_day(period)
    except ValueError as problem:
        raise BadRequest("period") from problem
    return period
