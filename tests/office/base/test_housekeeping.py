"""What is too large is refused at the door, and what nobody applied does not stay for ever."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from diansuo.office.base.forms import LARGEST_UPLOAD_BYTES, ImportForm
from diansuo.office.base.imports import housekeeping, kinds, operations
from diansuo.office.base.imports import job as background
from diansuo.office.base.imports.kinds import Options
from diansuo.office.base.models import ImportBatch, User
from diansuo.office.base.scope import Scope

pytestmark = pytest.mark.django_db

NOW = timezone.now()
ROWS = (
    "用户编号,用户名称,供电单位,供电所,电能表编号,用电类别,综合倍率\n001,用户,甲公司,乙所,M1,居民生活用电,1\n"
)


def previewed(folder: Path, *, days_ago: int) -> ImportBatch:
    file = folder / "档案.csv"
    file.write_text(ROWS, encoding="utf-8")
    batch, _plan = operations.preview(
        file, file.name, "archive", options=Options(), scope=Scope.everything(), user=None,
        now=NOW - timedelta(days=days_ago),
    )  # fmt: skip
    return batch


def kept(batch: ImportBatch) -> tuple[bool, bool]:
    return ImportBatch.objects.filter(pk=batch.pk).exists(), operations.folder_of(batch).exists()


def test_a_preview_nobody_applied_goes_with_its_file_after_thirty_days(tmp_path: Path) -> None:
    old, young = previewed(tmp_path, days_ago=31), previewed(tmp_path, days_ago=29)

    assert housekeeping.sweep(NOW) == 1
    assert (kept(old), kept(young)) == ((False, False), (True, True))
    assert housekeeping.sweep(NOW) == 0
    assert housekeeping.sweep(NOW, keep_days=28) == 1


def test_what_was_applied_or_withdrawn_stays(tmp_path: Path) -> None:
    applied = previewed(tmp_path, days_ago=90)
    operations.apply(applied, scope=Scope.everything(), now=NOW)
    withdrawn = previewed(tmp_path, days_ago=90)
    ImportBatch.objects.filter(pk=withdrawn.pk).update(state=ImportBatch.State.WITHDRAWN)
    applying = previewed(tmp_path, days_ago=90)
    ImportBatch.objects.filter(pk=applying.pk).update(state=ImportBatch.State.APPLYING)

    assert housekeeping.sweep(NOW) == 0
    assert {kept(batch) for batch in (applied, withdrawn, applying)} == {(True, True)}


def test_what_a_job_still_wants_to_apply_stays(tmp_path: Path) -> None:
    batch = previewed(tmp_path, days_ago=90)
    background.prepare(batch, user=User.objects.create(username="clerk"), now=NOW)

    assert housekeeping.sweep(NOW) == 0
    assert kept(batch) == (True, True)


def test_a_file_beyond_the_cap_is_refused_with_words_and_a_way_out() -> None:
    for size, refused in ((LARGEST_UPLOAD_BYTES, False), (LARGEST_UPLOAD_BYTES + 1, True)):
        file = SimpleUploadedFile("抄表.csv", b"x")
        file.size = size
        form = ImportForm(kinds.named("readings"), {}, {"file": file})
        assert form.is_valid() is not refused
        words = "".join(form.errors.get("file", []))
        assert ("201 MiB" in words and "200 MiB" in words and "拆成几个文件" in words) is refused
