"""Preview, apply, take back: the three things one can do with an imported file."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.base import revision, tasks
from diansuo.office.base.imports import kinds, verdicts
from diansuo.office.base.imports.kinds import Options, Plan, Source
from diansuo.office.base.models import ColumnAlias, ImportBatch, ImportChange, Proposal, User
from diansuo.office.base.proposal_models import OVER
from diansuo.office.base.scope import Scope

Advance = Callable[[int, int], None]


class UnableToImport(ValueError):
    """The batch cannot be applied as it was previewed; the message says why and what to do."""


class UnableToWithdraw(ValueError):
    """Something depends on the batch; the message says what."""


def preview(
    file: Path, file_name: str, kind: str, *, options: Options, scope: Scope, user: User | None, now: datetime
) -> tuple[ImportBatch, Plan]:
    """Read a file, judge every row, keep file and verdicts, write nothing else; return the batch and its plan.

    Raises:
        SheetRefused: the file as a whole cannot be read; nothing is kept of it.
    """
    source = _source(file, file_name, kind, options, scope, timezone.localdate(now))
    plan = kinds.named(kind).plan(source)
    with transaction.atomic():
        batch = ImportBatch.objects.create(
            kind=kind,
            station=plan.station,
            file_name=file_name,
            digest=_digest(file),
            plan_digest=plan.verdicts.digest(),
            options=options.as_json(),
            counts=plan.verdicts.counts(),
            notes=[str(note) for note in plan.notes],
            created_by=user,
            created_at=now,
        )
        folder = folder_of(batch)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, stored_file(batch))
        verdicts.save(plan.verdicts, folder / "verdicts.parquet")
    return batch, plan


def apply(
    batch: ImportBatch,
    *,
    scope: Scope,
    now: datetime,
    advance: Advance | None = None,
    plan: Plan | None = None,
) -> ImportBatch:
    """Write what the preview promised; interrupted, it can be called again and does the rest.

    Raises:
        UnableToImport: the batch is not waiting to be applied, another call took it over, or what it would do is
            no longer what the preview showed.
    """
    token, resumed = _take(batch)
    if plan is None:
        plan = replan(batch, scope=scope, today=timezone.localdate(now))
        if not resumed and plan.verdicts.digest() != batch.plan_digest:
            raise UnableToImport(_("预览之后数据已经变化，请重新预览后再导入"))
    batch.station, batch.applied_at = plan.station, now  # for the writes; stored once all of them are done
    _hold(batch, token, [ImportBatch.State.PREVIEWED, ImportBatch.State.APPLYING], station=plan.station)
    for number, write in enumerate(plan.writes):
        if advance:
            advance(number, len(plan.writes))
        with transaction.atomic():
            _hold(batch, token, [ImportBatch.State.APPLYING])
            write(batch)
            revision.bump([batch.station_id])
    with transaction.atomic():
        _hold(batch, token, [ImportBatch.State.APPLYING], state=ImportBatch.State.APPLIED, applied_at=now)
        waiting = [job for follow_up in kinds.follow_ups(batch.kind) for job in follow_up(batch, now)]
    for job in waiting:
        tasks.enqueue(job)
    if advance:
        advance(len(plan.writes), len(plan.writes))
    return batch


def _take(batch: ImportBatch) -> tuple[str, bool]:
    """Make this call the batch's one writer; return its token, and whether an earlier one was interrupted."""
    token = secrets.token_hex(8)
    with transaction.atomic():
        row = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        batch.state = row.state
        if row.state not in (ImportBatch.State.PREVIEWED, ImportBatch.State.APPLYING):
            raise UnableToImport(_("批次%(state)s，不能再导入") % {"state": row.get_state_display()})
        row.writer = token
        row.save(update_fields=["writer"])
    return token, row.state == ImportBatch.State.APPLYING


def _hold(batch: ImportBatch, token: str, states: Sequence[str], **changes: Any) -> None:
    """Make sure the batch is still ours and in one of these states, and write its changes with that."""
    changes = {"state": ImportBatch.State.APPLYING, **changes}
    if not ImportBatch.objects.filter(pk=batch.pk, writer=token, state__in=states).update(**changes):
        raise UnableToImport(_("该批次正在别处导入或已被撤回；刷新页面查看"))
    for name, value in changes.items():
        setattr(batch, name, value)


def replan(batch: ImportBatch, *, scope: Scope, today: date) -> Plan:
    """Plan a kept file again, against what the database holds now."""
    options = Options.from_json(batch.options)
    source = _source(stored_file(batch), batch.file_name, batch.kind, options, scope, today)
    return kinds.named(batch.kind).plan(source)


def withdraw(batch: ImportBatch, *, now: datetime) -> ImportBatch:
    """Take a batch back: delete what it made, restore what it changed, all or nothing.

    Raises:
        UnableToWithdraw: the batch is not applied, or something depends on it.
    """
    kind = kinds.named(batch.kind)
    with transaction.atomic():
        row = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if row.state not in (ImportBatch.State.APPLIED, ImportBatch.State.APPLYING):
            raise UnableToWithdraw(_("批次%(state)s，无可撤回") % {"state": row.get_state_display()})
        blockers = kind.blockers(batch)
        if blockers:
            raise UnableToWithdraw("；".join(blockers))
        if kind.before_withdrawal:
            kind.before_withdrawal(batch)
        for model in kind.made:
            rows = model._base_manager.filter(batch=batch)
            rows._raw_delete(rows.db)
        for change in ImportChange.objects.filter(batch=batch).order_by("-id"):
            _restore(change)
        left = Proposal.objects.filter(batch=batch).exclude(state__in=OVER)
        left.update(state=Proposal.State.WITHDRAWN, ended_at=now, ended_because=_("导入批次已撤回"))
        batch.state, batch.withdrawn_at = ImportBatch.State.WITHDRAWN, now
        batch.save(update_fields=["state", "withdrawn_at"])
        revision.bump([batch.station_id])
    if kind.after_withdrawal:
        kind.after_withdrawal(batch)
    return batch


def note_change(batch: ImportBatch, row: models.Model, field: str, before: Any, after: Any) -> ImportChange:
    """Return (unsaved) the note that a batch changes one field of a row it did not make."""
    return ImportChange(
        batch=batch,
        model=row._meta.label,
        row=row.pk,
        field=field,
        before=_plain(before),
        after=_plain(after),
    )


def folder_of(batch: ImportBatch) -> Path:
    """Return the folder that keeps the batch's file and verdicts."""
    return settings.HOME.imports / f"{batch.pk:06d}"


def stored_file(batch: ImportBatch) -> Path:
    """Return where the batch's own copy of the file lies."""
    return folder_of(batch) / f"source{Path(batch.file_name).suffix.lower()}"


def verdict_file(batch: ImportBatch) -> Path:
    """Return where the batch's verdicts lie."""
    return folder_of(batch) / "verdicts.parquet"


def _restore(change: ImportChange) -> None:
    model = apps.get_model(change.model)
    field = model._meta.get_field(change.field)
    model._base_manager.filter(pk=change.row).update(**{field.attname: field.to_python(change.before)})


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _source(file: Path, file_name: str, kind: str, options: Options, scope: Scope, today: date) -> Source:
    aliases = dict(ColumnAlias.objects.filter(kind=kind).values_list("alias", "field"))
    return Source(file, file_name, aliases, options, scope, today)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
