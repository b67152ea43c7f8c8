"""What nobody applied goes again: previews keep a copy of every file, which nobody would ever clear away."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta

from django.db import transaction

from diansuo.office.base.imports import job, operations
from diansuo.office.base.models import ImportBatch, Job

KEEP_DAYS = 30


def sweep(now: datetime, keep_days: int = KEEP_DAYS) -> int:
    """Delete batches that were previewed more than so many days ago and never applied, with their folders.

    What was applied or withdrawn stays for good, and so does what a job still wants to apply. Return how many went.
    """
    before = now - timedelta(days=keep_days)
    old = ImportBatch.objects.filter(state=ImportBatch.State.PREVIEWED, created_at__lt=before)
    return sum(_forget(pk) for pk in list(old.order_by("pk").values_list("pk", flat=True)))


def _forget(pk: int) -> bool:
    """Delete one batch unless it is being applied; its folder goes after its row, never the other way round."""
    with transaction.atomic():
        previewed = ImportBatch.objects.filter(pk=pk, state=ImportBatch.State.PREVIEWED)
        batch = previewed.select_for_update().first()
        if batch is None or _awaited(batch):
            return False
        folder = operations.folder_of(batch)
        batch.delete()
    shutil.rmtree(folder, ignore_errors=True)
    return True


def _awaited(batch: ImportBatch) -> bool:
    found = job.of_batch(batch)
    return found is not None and found.state not in (Job.State.DONE, Job.State.FAILED)
