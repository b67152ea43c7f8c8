"""The button that looks for causes, and how far the search is."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diansuo.office.base import jobs, tasks
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.network.causes import job_queries, running


@allowed("base.see_losses")
def search_progress(request: HttpRequest, station_id: int) -> HttpResponse:
    """Answer with how far the search of a station is."""
    found = job_queries.search_of(Scope.of(request.user), station_id, timezone.localdate())
    if found is None:
        raise Http404
    return render(request, "network/cause_job.html", {"one": found})


@require_POST
@allowed("base.dispatch_work")
def search(request: HttpRequest, station_id: int) -> HttpResponse:
    """Have the worker look for the causes of a station's losses up to the latest day with registers."""
    found = job_queries.search_of(Scope.of(request.user), station_id, timezone.localdate())
    if found is None:
        raise Http404
    if found.could is None:
        messages.error(request, _("还没有日冻结示数；先导入日冻结电量，再查找原因"))
        return redirect("loss_findings")
    try:
        job = running.prepare(found.station, found.could, user=request.user, now=timezone.now())
        tasks.enqueue(job)
    except jobs.JobBusy:
        messages.warning(request, _("正在查找，等它完成"))
    return redirect("loss_findings")
