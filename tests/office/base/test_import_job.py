"""A large file is applied in the background, and taken up again where a dead worker left it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from diansuo.office.archive.models import Customer
from diansuo.office.base import jobs
from diansuo.office.base.imports import job as background
from diansuo.office.base.imports import operations
from diansuo.office.base.imports.kinds import Options
from diansuo.office.base.models import ImportBatch, Job, User
from diansuo.office.base.scope import Scope

pytestmark = pytest.mark.django_db

HEADINGS = "用户编号,用户名称,供电单位,供电所,电能表编号,用电类别,综合倍率\n"


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ImportBatch:
    """Return a previewed batch of six customers, in a place where that is many."""
    monkeypatch.setattr(background, "ROWS_AT_ONCE", 3)
    file = tmp_path / "档案.csv"
    rows = "".join(f"00{at},用户{at},甲公司,乙所,M{at},居民生活用电,1\n" for at in range(6))
    file.write_text(HEADINGS + rows, encoding="utf-8")
    made, _plan = operations.preview(
        file, file.name, "archive", options=Options(), scope=Scope.everything(), user=None, now=timezone.now()
    )
    return made


def test_a_large_batch_is_queued_and_applied_by_the_worker(batch: ImportBatch, client: Client) -> None:
    user = User.objects.create_superuser("root", password="a-long-password")
    client.force_login(user, backend="diansuo.office.base.access.StationBackend")

    client.post(f"/imports/{batch.pk}/apply/")
    assert Customer.objects.count() == 0
    assert "正在导入" in client.get(f"/imports/{batch.pk}/").content.decode()

    done = jobs.run(Job.objects.get(kind="import").pk, clock=timezone.now)
    batch.refresh_from_db()
    assert (done.state, batch.state) == (Job.State.DONE, ImportBatch.State.APPLIED)
    assert Customer.objects.count() == 6
    assert client.get(f"/imports/{batch.pk}/progress/").headers["HX-Refresh"] == "true"


def test_a_background_import_that_broke_goes_on_and_makes_nothing_twice(
    batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = User.objects.create_superuser("root", password="a-long-password")
    job = background.prepare(batch, user=user, now=timezone.now())
    apply = operations.apply

    def apply_and_die(*arguments: Any, **options: Any) -> None:
        apply(*arguments, **options)
        ImportBatch.objects.filter(pk=batch.pk).update(state=ImportBatch.State.APPLYING)
        raise RuntimeError("the power failed")

    monkeypatch.setattr(operations, "apply", apply_and_die)
    with pytest.raises(RuntimeError):
        jobs.run(job.pk, clock=timezone.now)
    monkeypatch.setattr(operations, "apply", apply)

    background.prepare(batch, user=user, now=timezone.now())
    assert jobs.run(job.pk, clock=timezone.now).state == Job.State.DONE
    assert Customer.objects.count() == 6
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.APPLIED
