"""The import pages: what came in, a new file, its preview, and taking it back."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from diansuo.office.base import jobs, lists, progress, queries, tasks
from diansuo.office.base.cells import Column, cells
from diansuo.office.base.cells import Kind as Sort
from diansuo.office.base.export import download, workbook
from diansuo.office.base.forms import ImportForm
from diansuo.office.base.imports import job as background
from diansuo.office.base.imports import kinds, operations, verdicts
from diansuo.office.base.imports.verdicts import Outcome
from diansuo.office.base.models import ImportBatch, Job
from diansuo.office.base.proposals import queries as proposals
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.base.sheets.template import template_xlsx

VERDICTS_A_PAGE = 100
STATE_TONES = {"previewed": "info", "applying": "info", "applied": "ok", "withdrawn": ""}
OUTCOMES = {
    Outcome.REFUSED: (gettext_lazy("拒绝"), "bad"),
    Outcome.CHANGED: (gettext_lazy("变更"), "warn"),
    Outcome.NEW: (gettext_lazy("新增"), "ok"),
    Outcome.UNCHANGED: (gettext_lazy("未变"), ""),
}
VERDICT_COLUMNS = (
    Column("subject", gettext_lazy("对象"), Sort.CODE),
    Column("sheet", gettext_lazy("工作表"), Sort.CODE),
    Column("row", gettext_lazy("行"), Sort.COUNT),
    Column("column", gettext_lazy("列"), Sort.CODE),
    Column("value", gettext_lazy("值")),
    Column("reason", gettext_lazy("原因")),
    Column("remedy", gettext_lazy("怎么办")),
)


def _kind_words() -> dict[str, Any]:
    return {kind.name: kind.title for kind in kinds.all_kinds()}


@allowed("base.see_imports")
def batch_list(request: HttpRequest) -> HttpResponse:
    """Show every import batch of the viewer's stations, the latest first."""
    listing = lists.Listing(
        title=_("导入"),
        columns=(
            Column("file_name", _("文件"), url_name="import_batch", url_args=("id",)),
            Column("kind", _("种类"), Sort.CODE, labels=_kind_words()),
            Column("state", _("状态"), Sort.CODE, labels=dict(ImportBatch.State.choices), tones=STATE_TONES),
            Column("counts.new", _("新增"), Sort.COUNT),
            Column("counts.changed", _("变更"), Sort.COUNT),
            Column("counts.unchanged", _("未变"), Sort.COUNT),
            Column("counts.refused", _("拒绝"), Sort.COUNT),
            Column("created_by.first_name", _("导入人"), Sort.CODE),
            Column("created_at", _("预览时间"), Sort.MOMENT),
        ),
        key=("-id",),
        empty=_("还没有导入过文件。先导入用户档案，再按月导入抄表数据；文件种类和模板见“导入新文件”。"),
        file_name=_("导入批次"),
        search=lists.any_of("file_name__icontains"),
        search_hint=_("文件名"),
        filters=(
            lists.Filter("kind", _("种类"), _kind_words().items(), lists.equal("kind")),
            lists.Filter("state", _("状态"), ImportBatch.State.choices, lists.equal("state")),
        ),
        template="base/imports.html",
    )
    return lists.respond(request, listing, queries.batches(Scope.of(request.user), user=request.user))


@allowed("base.import_files", "base.take_payments")
def new_import(request: HttpRequest) -> HttpResponse:
    """Take a file of the chosen kind and preview it; a file that cannot be read is refused with the reason."""
    kind = _kind(request.GET.get("kind") or next(iter(_kind_words()), ""))
    if not request.user.has_perm(kind.permission):
        raise PermissionDenied(kind.permission)
    form = ImportForm(kind, request.POST or None, request.FILES or None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            batch = _preview(request, form, kind.name)
        except SheetRefused as problem:
            refusal = problem
        else:
            return redirect("import_batch", batch.pk)
    context = {
        "kinds": [one for one in kinds.all_kinds() if request.user.has_perm(one.permission)],
        "kind": kind,
        "form": form,
        "refusal": refusal,
        "section": "imports",
    }
    return render(request, "base/import_new.html", context, status=422 if refusal else 200)


def _preview(request: HttpRequest, form: ImportForm, kind: str) -> ImportBatch:
    upload: UploadedFile = form.cleaned_data["file"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"upload{Path(upload.name).suffix.lower()}"
        with file.open("wb") as stream:
            for chunk in upload.chunks():
                stream.write(chunk)
        batch, _plan = operations.preview(
            file,
            upload.name,
            kind,
            options=form.options(),
            scope=Scope.of(request.user),
            user=request.user,
            now=timezone.now(),
        )
    return batch


@allowed("base.see_imports")
def batch_page(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Show what the import would do, or did: counts, notes, and the verdict on every row."""
    batch = _batch(request, batch_id)
    # What was refused has to be seen first: the rest goes right without anybody.
    order = (Outcome.REFUSED, *(name for name in Outcome if name != Outcome.REFUSED))
    chosen = request.GET.get("outcome") or next(
        (name for name in order if batch.counts.get(name)), Outcome.NEW
    )
    start = lists.first_row(request)
    rows = verdicts.load(operations.verdict_file(batch), chosen, start, VERDICTS_A_PAGE + 1)
    shown = rows[:VERDICTS_A_PAGE]
    columns = [column for column in VERDICT_COLUMNS if any(row[column.name] for row in shown)]
    context = {
        "batch": batch,
        "proposals": proposals.of_batch(Scope.of(request.user), batch_id),
        "kind_title": _kind_words().get(batch.kind, batch.kind),
        "state_tone": STATE_TONES[batch.state],
        "tabs": [
            {"name": name.value, "title": words, "tone": tone, "count": batch.counts.get(name, 0)}
            for name, (words, tone) in OUTCOMES.items()
        ],
        "outcome": chosen,
        "columns": columns,
        "rows": [cells(columns, row) for row in shown],
        "start": start,
        "next_start": start + VERDICTS_A_PAGE if len(rows) > VERDICTS_A_PAGE else 0,
        "previous_start": max(start - VERDICTS_A_PAGE, 0),
        "to_write": batch.counts.get(Outcome.NEW, 0) + batch.counts.get(Outcome.CHANGED, 0),
        "made": queries.rows_made(Scope.of(request.user), batch) if batch.applied_at else [],
        "may_write": request.user.has_perm(kinds.named(batch.kind).permission),
        "section": "imports",
        **_background(batch),
    }
    return render(request, "base/import_batch.html", context)


@require_POST
@allowed("base.import_files", "base.take_payments")
def apply_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Write what the preview promised: at once, or in the background where it is much."""
    batch = _writable(request, batch_id)
    if background.wants_job(batch):
        return _apply_in_background(request, batch)
    try:
        operations.apply(batch, scope=Scope.of(request.user), now=timezone.now())
    except operations.UnableToImport as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("已导入。如有差错，可在本页撤回。"))
    return redirect("import_batch", batch_id)


def _apply_in_background(request: HttpRequest, batch: ImportBatch) -> HttpResponse:
    try:
        job = background.prepare(batch, user=request.user, now=timezone.now())
    except jobs.JobBusy:
        messages.info(request, _("正在导入，不必再按"))
    else:
        tasks.enqueue(job)
    return redirect("import_batch", batch.pk)


@allowed("base.see_imports")
def apply_progress(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Answer a page that polls: how far the background import is; once it ended, ask for the whole page afresh."""
    batch = _batch(request, batch_id)
    context = _background(batch)
    response = render(request, "base/import_progress.html", {"batch": batch, **context})
    if not context["working"]:
        response.headers["HX-Refresh"] = "true"
    return response


def _background(batch: ImportBatch) -> dict[str, Any]:
    job = background.of_batch(batch)
    working = job is not None and job.state in (Job.State.QUEUED, Job.State.RUNNING)
    return {"job": job, "working": working, "progress": progress.load(job.pk) if working else None}


@allowed("base.import_files", "base.take_payments")
def withdraw_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Say what taking the batch back deletes and restores, and do it when confirmed."""
    batch = _writable(request, batch_id)
    address = reverse("import_batch", args=[batch_id])
    if request.method == "POST":
        try:
            operations.withdraw(batch, now=timezone.now())
        except operations.UnableToWithdraw as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, _("本批已撤回"))
        return redirect(address)
    made = queries.rows_made(Scope.of(request.user), batch)
    applied = timezone.localtime(batch.applied_at or batch.created_at)
    consequences = [
        _("%(name)s，%(moment)s 导入。") % {"name": batch.file_name, "moment": f"{applied:%Y-%m-%d %H:%M}"},
        _("撤回将删除本批新增的记录，并恢复本批改动前的值："),
        "、".join(f"{rows.title} {rows.count:,}" for rows in made) or _("本批没有写入记录"),
    ]
    context = {
        "question": _("撤回本批？"),
        "consequences": consequences,
        "obstacles": kinds.named(batch.kind).blockers(batch),
        "answer": _("撤回 %(count)s 条记录") % {"count": f"{sum(rows.count for rows in made):,}"},
        "dangerous": True,
        "back": address,
        "section": "imports",
    }
    return render(request, "base/confirm.html", context)


@allowed("base.see_imports")
def verdict_export(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Send the verdicts of one outcome as a workbook, for whoever must mend the rows."""
    batch = _batch(request, batch_id)
    outcome = request.GET.get("outcome", Outcome.REFUSED)
    words = str(OUTCOMES[Outcome(outcome)][0]) if outcome in list(Outcome) else _("全部")
    rows = verdicts.load(operations.verdict_file(batch), outcome)
    return workbook(f"{Path(batch.file_name).stem}_{words}", VERDICT_COLUMNS, rows)


@allowed("base.see_imports")
def template_file(request: HttpRequest, name: str) -> HttpResponse:
    """Send an empty workbook with the headings of a kind of file, an example row and drop-downs."""
    kind = _kind(name)
    title = str(kind.title)
    return download(template_xlsx(title, kind.columns), f"{title}_{_('导入模板')}.xlsx")


def _kind(name: str) -> kinds.Kind:
    try:
        return kinds.named(name)
    except KeyError as problem:
        raise Http404 from problem


def _batch(request: HttpRequest, batch_id: int) -> ImportBatch:
    batch = queries.batch(Scope.of(request.user), batch_id, user=request.user)
    if batch is None:
        raise Http404
    return batch


def _writable(request: HttpRequest, batch_id: int) -> ImportBatch:
    batch = _batch(request, batch_id)
    permission = kinds.named(batch.kind).permission
    if not request.user.has_perm(permission):
        raise PermissionDenied(permission)
    return batch
