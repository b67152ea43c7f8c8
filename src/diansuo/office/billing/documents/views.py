"""Pages of documents: one bill as PDF, and a month's batch: ordered, watched, fetched."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.base import jobs, personal, progress, tasks
from diansuo.office.base.masks import Part
from diansuo.office.base.models import Job
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.billing.documents import batch, queries
from diansuo.office.billing.documents.content import Titles, content_of
from diansuo.office.billing.documents.typesetting import BILL, NOTICE, pdf
from diansuo.office.billing.documents.words import words
from diansuo.office.billing.explaining.queries import Against
from diansuo.office.billing.explaining.why import why

LANGUAGES = (("zh-hans", gettext_lazy("中文")), ("en", "English"))


class BatchForm(forms.Form):
    """What to make of a month's bills."""

    station = forms.ModelChoiceField(None, label=gettext_lazy("供电所"), empty_label=None)
    document = forms.ChoiceField(
        label=gettext_lazy("单据"),
        choices=((BILL, gettext_lazy("电费账单，一户一页")), (NOTICE, gettext_lazy("电费通知单，一页三联"))),
    )
    form = forms.ChoiceField(
        label=gettext_lazy("文件"),
        choices=(
            (batch.ONE_FILE, gettext_lazy("合成一个 PDF，便于打印")),
            (batch.ZIP, gettext_lazy("一户一个 PDF，打成压缩包")),
        ),
    )
    language = forms.ChoiceField(label=gettext_lazy("语言"), choices=LANGUAGES)

    def __init__(self, scope: Scope, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["station"].queryset = scope.stations()


@allowed("base.see_bills")
def bill_pdf(request: HttpRequest, bill_id: int) -> HttpResponse:
    """Send one bill as PDF, in the reader's language or the one asked for; ``?notice=1`` sends the notice."""
    scope = Scope.of(request.user)
    found = queries.materials(scope, [bill_id], day=timezone.localdate())
    if not found:
        raise Http404
    document = NOTICE if request.GET.get("notice") else BILL
    with translation.override(_language(request)):
        explained = why(scope, found[0].bill, Against.LAST_MONTH) if document == BILL else None
        content = content_of(found[0], Titles(), explained)
        made = pdf(document, [content], words())
    personal.note(request.user, (Part.ADDRESS,), [found[0].bill.contract.customer_id], _("打印账单"))
    response = HttpResponse(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(False, batch.entry_name(content))
    return response


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("lang") or translation.get_language() or ""
    return "en" if asked.startswith("en") else "zh-hans"


@allowed("base.see_bills")
def month_documents(request: HttpRequest, period: int) -> HttpResponse:
    """Show the batches of a month, and order one."""
    scope = Scope.of(request.user)
    form = BatchForm(scope, request.POST or None, initial={"language": _language(request)})
    if request.method == "POST" and form.is_valid():
        try:
            job = batch.prepare(period=period, user=request.user, now=timezone.now(), **form.cleaned_data)
        except jobs.JobBusy:
            messages.error(request, _("这一批正在排版，等它做完"))
        except batch.NothingToSet as problem:
            messages.error(request, str(problem))
        else:
            tasks.enqueue(job)
        return redirect("bill_documents", period)
    rows = [_row(job) for job in queries.jobs_of(scope, kind=batch.KIND, period=period)]
    context = {"form": form, "period": period, "rows": rows, "section": "bills"}
    return render(request, "billing/documents.html", context)


def _row(job: Job) -> dict[str, Any]:
    working = job.state in (Job.State.QUEUED, Job.State.RUNNING)
    file = batch.result(job)
    state = progress.load(job.pk) if working else None
    return {
        "job": job,
        "name": batch.file_name(job),
        "working": working,
        "progress": state,
        "binding": state is not None and state.stage == batch.BIND,
        "ready": job.state == Job.State.DONE and file.is_file(),
        "megabytes": f"{file.stat().st_size / 2**20:.1f}" if file.is_file() else "",
        "language": dict(LANGUAGES)[job.options["language"]],
    }


@allowed("base.see_bills")
def progress_of(request: HttpRequest, job_id: int) -> HttpResponse:
    """Answer a page that polls: how far one batch is; when it has ended, ask for the whole page afresh."""
    row = _row(_job(request, job_id))
    response = render(request, "billing/documents_progress.html", {"row": row})
    if not row["working"]:
        response.headers["HX-Refresh"] = "true"
    return response


@allowed("base.see_bills")
def fetch(request: HttpRequest, job_id: int) -> HttpResponse:
    """Send the finished file of a batch."""
    job = _job(request, job_id)
    file = batch.result(job)
    if job.state != Job.State.DONE or not file.is_file():
        raise Http404
    personal.note(request.user, (Part.ADDRESS,), [job.pk], batch.file_name(job), table="base_job")
    return FileResponse(file.open("rb"), as_attachment=True, filename=batch.file_name(job))


def _job(request: HttpRequest, job_id: int) -> Job:
    job = queries.job(Scope.of(request.user), kind=batch.KIND, job_id=job_id)
    if job is None:
        raise Http404
    return job
