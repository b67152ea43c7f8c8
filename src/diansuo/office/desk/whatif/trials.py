"""A trial (试算) over more bills than anybody waits for: a job in parts of whole customers, each part a file.

A part is computed alone, so that memory holds one at a time; its sums are written whole or not at all. Killed and run
again, the job makes the missing parts only. The result is one small file beside them; no bill and no price is written.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings

from diansuo.core.quantity.month import next_month
from diansuo.office.archive import page_queries as archive
from diansuo.office.base import jobs
from diansuo.office.base.models import Job, Station, User
from diansuo.office.base.scope import Scope
from diansuo.office.billing.repricing import queries
from diansuo.office.billing.repricing.answers import Answer, Group, OfCustomers, Part, joined, part_of, whole
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sums import queries as sums
from diansuo.office.desk.whatif.questions import Question, question_of

KIND: Final = "whatif"
PRICE: Final = "price"
SUM: Final = "sum"
CUSTOMERS_A_PART: Final = 10_000
MOST_AT_ONCE: Final = 500_000
"""Bills. So many are answered at once, in a quarter of a minute; more become a job."""
COUNTS: Final = ("bills", "steps_up", "steps_down", "reclassed")


def prepare(question: Question, *, user: User | None, now: datetime) -> Job:
    """Return the job of a question: ready to run, or done already where nothing has changed since.

    Raises:
        RuleBookRefused: everything that is wrong with the documents of the prices.
        JobBusy: it is being run.
    """
    question.prices.book(priced_book())
    key = f"{KIND}:{question.digest}"
    done = Job.objects.filter(key=key, state=Job.State.DONE).first()
    if done is not None and done.basis == _basis(done) and result(done).is_file():
        return done
    stations = question.scope.station_ids
    station = Station.objects.get(pk=next(iter(stations))) if stations and len(stations) == 1 else None
    return jobs.prepare(KIND, key, station=station, options=question.record(), user=user, now=now)


def of_question(question: Question) -> Job:
    """Return the job of a question that has one."""
    return Job.objects.get(key=f"{KIND}:{question.digest}")


def register() -> None:
    """Make the kind of job known (from the app's ``ready``)."""
    jobs.register(jobs.Kind(KIND, (jobs.Stage(PRICE, _plan, _price), jobs.Stage(SUM, _all, _sum)), _basis))


def found(scope: Scope, job_id: int) -> Job | None:
    """Return a trial whose stations the viewer may all see, or None."""
    job = Job.objects.filter(pk=job_id, kind=KIND).first()
    if job is None or scope.station_ids is None:
        return job
    stations = job.options["stations"]
    return job if stations is not None and set(stations) <= scope.station_ids else None


def answer(job: Job) -> Answer | None:
    """Return what a trial that is done came to; None where its file is gone."""
    try:
        return whole([_read(result(job))])
    except FileNotFoundError:
        return None


def result(job: Job) -> Path:
    """Return where the result of a job is."""
    return _folder(job) / "answer.npz"


def _folder(job: Job) -> Path:
    return settings.HOME.folder / "whatif" / f"job-{job.pk}"


def _basis(job: Job) -> str:
    """Name the state of the bills and of the prices. What is read or filed meanwhile moves no bill of these months."""
    question = question_of(job.options)
    months = [question.population.first]
    while months[-1] < question.population.last:
        months.append(next_month(months[-1]))
    state = sums.states(question.scope, months), priced_book().hash
    return hashlib.sha256(repr(state).encode()).hexdigest()


def _plan(job: Job) -> list[list[int]]:
    """Cut the customers into ranges of ids; what an earlier round left is cleared away."""
    shutil.rmtree(_folder(job), ignore_errors=True)
    ids = list(archive.customers(question_of(job.options).scope).order_by("id").values_list("id", flat=True))
    return [
        [number, ids[start], ids[min(start + CUSTOMERS_A_PART, len(ids)) - 1]]
        for number, start in enumerate(range(0, len(ids), CUSTOMERS_A_PART))
    ]


def _price(job: Job, chunk: list[int]) -> jobs.Write:
    part = _computed(job, chunk)

    def write() -> jobs.Summary:
        _write(_part(job, chunk[0]), part)
        return {"bills": part.bills, "refused": sum(part.refused.values())}

    return write


def _computed(job: Job, chunk: list[int]) -> Part:
    question = question_of(job.options)
    _number, first, last = chunk
    found = queries.compared(
        question.scope, question.of_customers(first, last), question.change, question.prices
    )
    return part_of(found)


def _part(job: Job, number: int) -> Path:
    return _folder(job) / f"part-{number:05d}.npz"


def _all(job: Job) -> list[list[list[int]]]:
    return [job.stages.get(name=PRICE).plan]


def _sum(job: Job, parts: list[list[int]]) -> jobs.Write:
    """Put the parts together; one whose file is gone is computed again, so that a trial is never short."""
    held = []
    for chunk in parts:
        file = _part(job, chunk[0])
        held.append(_read(file) if file.is_file() else _computed(job, chunk))
    one = joined(held)

    def write() -> jobs.Summary:
        _write(result(job), one)
        return {"customers": len(one.customers.customer)}

    return write


def _write(path: Path, part: Part) -> None:
    """Write a part whole or not at all."""
    said = {
        **{name: getattr(part, name) for name in COUNTS},
        "by_class": [asdict(each) for each in part.by_class],
        "by_area": [asdict(each) for each in part.by_area],
        "refused": part.refused,
    }
    columns: dict[str, Any] = {each.name: getattr(part.customers, each.name) for each in fields(OfCustomers)}
    stream = io.BytesIO()
    np.savez(stream, said=np.array(json.dumps(said)), **columns)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_bytes(stream.getvalue())
    draft.replace(path)


def _read(path: Path) -> Part:
    with np.load(path, allow_pickle=False) as held:
        said = json.loads(str(held["said"]))
        customers = OfCustomers(**{each.name: held[each.name] for each in fields(OfCustomers)})
    groups = {name: tuple(Group(**each) for each in said.pop(name)) for name in ("by_class", "by_area")}
    return Part(customers=customers, **said, **groups)
