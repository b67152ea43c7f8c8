"""A month's documents as one job: typeset in pieces that survive a kill, then bound into one PDF or a zip.

A piece is a file in the job's own folder, written whole or not at all; run again, only the missing ones are made.
"""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Max, Sum
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from pypdf import PdfWriter

from diansuo.office.base import jobs, revision, wording
from diansuo.office.base.models import Job, Station, User
from diansuo.office.base.scope import Scope
from diansuo.office.billing.documents import queries
from diansuo.office.billing.documents.content import Content, Titles, content_of
from diansuo.office.billing.documents.typesetting import BILL, NOTICE, pdf
from diansuo.office.billing.documents.words import words
from diansuo.office.billing.models import Bill

KIND: Final = "bill_documents"
TYPESET: Final = "typeset"
BIND: Final = "bind"
ONE_FILE: Final = "one-file"
ZIP: Final = "zip"
BILLS_A_PIECE: Final = 99
"""A multiple of three, so that a sheet of notices is never left half empty within a batch."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The day every entry of a zip carries, so that the same bills give the same bytes."""


class NothingToSet(ValueError):
    """There is no bill to set; the message says what to do."""


def prepare(
    station: Station,
    period: int,
    *,
    document: str = BILL,
    form: str = ONE_FILE,
    language: str = "zh-hans",
    user: User | None,
    now: datetime,
) -> Job:
    """Make the batch of a station's month ready to run; the same one asked for again is made anew.

    Raises:
        NothingToSet: the month has no bills.
        JobBusy: it is being made.
    """
    if not Bill.objects.filter(consumption__point__station=station, period=period).exists():
        raise NothingToSet(
            _("%(month)s 没有账单；先在“电费流程”执行这个月") % {"month": wording.month(period)}
        )
    day = timezone.localdate(now).isoformat()
    return jobs.prepare(
        KIND,
        f"{KIND}:{station.pk}:{period}:{document}:{form}:{language}",
        station=station,
        options={"period": period, "document": document, "form": form, "language": language, "day": day},
        user=user,
        now=now,
    )


def register() -> None:
    """Make the kind of job known."""
    jobs.register(
        jobs.Kind(KIND, (jobs.Stage(TYPESET, _plan, _typeset), jobs.Stage(BIND, _pieces, _bind)), _basis)
    )


def result(job: Job) -> Path:
    """Return where the finished file of a job is."""
    return _folder(job) / file_name(job)


def file_name(job: Job) -> str:
    """Return what the finished file is called."""
    with translation.override(job.options["language"]):
        name = _("电费通知单") if job.options["document"] == NOTICE else _("电费账单")
    suffix = "zip" if job.options["form"] == ZIP else "pdf"
    return f"{name}_{job.options['period']}.{suffix}".replace(" ", "_")


def _folder(job: Job) -> Path:
    return settings.HOME.folder / "documents" / f"job-{job.pk}"


def _scope(job: Job) -> Scope:
    return Scope(frozenset({job.station_id}))


def _basis(job: Job) -> str:
    """Name the state of what the documents say: archive and readings, and the month's bills."""
    held = Bill.objects.filter(consumption__point__station=job.station_id, period=job.options["period"])
    sums = held.aggregate(count=Count("id"), last=Max("id"), states=Sum("state"))
    return f"{revision.locked(job.station_id)}:{sums['count']}:{sums['last']}:{sums['states']}"


def _plan(job: Job) -> list[list[Any]]:
    """Cut the month's bills into pieces, in the order of a walk; what an earlier round left is cleared away."""
    folder = _folder(job)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ids = queries.bill_ids(
        _scope(job), period=job.options["period"], station_id=job.station_id, day=_day(job)
    )
    return [
        [number, ids[start : start + BILLS_A_PIECE]]
        for number, start in enumerate(range(0, len(ids), BILLS_A_PIECE))
    ]


def _day(job: Job) -> Any:
    return datetime.fromisoformat(job.options["day"]).date()


def _typeset(job: Job, chunk: list[Any]) -> jobs.Write:
    number, ids = chunk
    options = job.options
    with translation.override(options["language"]):
        titles = Titles()
        contents = [
            content_of(material, titles) for material in queries.materials(_scope(job), ids, day=_day(job))
        ]
        fixed = words()
        if options["form"] == ZIP:
            made = _zipped(options["document"], contents, fixed)
        else:
            made = pdf(options["document"], contents, fixed)

    def write() -> jobs.Summary:
        _replace(_piece(job, number), made)
        return {"bills": len(contents)}

    return write


def _piece(job: Job, number: int) -> Path:
    return _folder(job) / f"piece-{number:05d}"


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_bytes(content)
    draft.replace(path)


def _zipped(document: str, contents: Sequence[Content], fixed: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for one in contents:
            archive.writestr(zipfile.ZipInfo(entry_name(one), _EPOCH), pdf(document, [one], fixed))
    return stream.getvalue()


def entry_name(content: Content) -> str:
    """Return what one document is called: month, customer number and name, without what a file may not be called."""
    name = "".join(one if one.isalnum() else "_" for one in content["name"])[:40]
    number = "".join(one if one.isalnum() else "_" for one in content["number"])
    return f"{content['period']}_{number}_{name}_{content['id']}.pdf"


def _pieces(job: Job) -> list[int]:
    """Plan the binding as one piece of work; it says how many pieces there must be."""
    return [len(job.stages.get(name=TYPESET).plan)]


def _bind(job: Job, count: int) -> jobs.Write:
    """Bind the pieces; one that is gone (a folder tidied away) is refused, so that a batch is never short."""
    pieces = [_piece(job, number) for number in range(count)]
    draft = _folder(job) / "bound.draft"
    bind = _bind_zip if job.options["form"] == ZIP else _bind_pdf
    bind(job, pieces, draft)

    def write() -> jobs.Summary:
        draft.replace(result(job))
        return {"files": 1}

    return write


def _bind_pdf(job: Job, pieces: Sequence[Path], draft: Path) -> None:
    writer = PdfWriter()
    for piece in pieces:
        writer.append(io.BytesIO(piece.read_bytes()), import_outline=False)
        jobs.renew(job, timezone.now())
    with draft.open("wb") as stream:
        writer.write(stream)
    writer.close()


def _bind_zip(job: Job, pieces: Sequence[Path], draft: Path) -> None:
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
        for piece in pieces:
            with zipfile.ZipFile(piece) as part:
                for entry in part.infolist():
                    archive.writestr(entry, part.read(entry))
            jobs.renew(job, timezone.now())
