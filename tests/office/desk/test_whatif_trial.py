"""A trial over many bills as a job in parts: the answer as at once, whatever kills it, and only for its viewers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from diansuo.core.tariff import PriceClass
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.core.tariff.what_if import Change
from diansuo.office.base import jobs
from diansuo.office.base.models import Job, JobChunk, Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.billing.repricing import queries
from diansuo.office.billing.repricing.answers import Answer
from diansuo.office.billing.repricing.population import Population
from diansuo.office.billing.repricing.prices import OtherPrices
from diansuo.office.desk.whatif import trials
from diansuo.office.desk.whatif.questions import Question, question_of
from tests.office.base import pages
from tests.office.desk import sandbox_books
from tests.office.metering import builder
from tests.office.metering.builder import NOW

RISE = OtherPrices(rule_id="province/henan/residential_steps", by=Decimal("0.02"), first=date(2024, 7, 1))
MONTHS = Population(202409, 202410)


class Killed(Exception):
    """The process went away."""


@pytest.fixture
def station(db: None, sample_prices: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    sandbox_books.run_months(tmp_path)
    monkeypatch.setattr(trials, "CUSTOMERS_A_PART", 7)
    yield


def ask(question: Question) -> Answer:
    job = trials.prepare(question, user=None, now=NOW)
    if job.state != Job.State.DONE:
        job = jobs.run(job.pk, clock=timezone.now)
    found = trials.answer(job)
    assert found is not None
    return found


def plain(answer: Answer) -> dict[str, Any]:
    """Return what an answer says, without its bills."""
    said = {name: getattr(answer, name) for name in Answer.__slots__ if name not in ("compared", "customers")}
    columns = {name: column.tolist() for name, column in asdict(answer.customers).items()}
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in (said | columns).items()
    }


@pytest.mark.usefixtures("station")
def test_in_parts_as_at_once() -> None:
    bills = list(Bill.objects.order_by("id").values())
    for population, change, prices in (
        (MONTHS, Change(), RISE),
        (Population(202410, 202410), Change(time_of_use=True), OtherPrices()),
        (
            replace(MONTHS, price_class=int(PriceClass.RESIDENTIAL_SHARED)),
            Change(price_class=(PriceClass.RESIDENTIAL_SHARED, PriceClass.RESIDENTIAL_STEPS)),
            OtherPrices(),
        ),
        (
            replace(MONTHS, least_va=100_000),
            Change(capacity_method=CapacityMethod.ACTUAL_DEMAND),
            OtherPrices(),
        ),
    ):
        question = Question(builder.ALL, population, change, prices)
        assert question_of(question.record()) == question
        assert plain(ask(question)) == plain(queries.what_if(builder.ALL, population, change, prices))
    a_killed_trial_goes_on()
    assert list(Bill.objects.order_by("id").values()) == bills


def a_killed_trial_goes_on() -> None:
    question = Question(builder.ALL, MONTHS, Change(raised=True), OtherPrices())
    real, calls = trials._computed, []

    def dying(job: Job, chunk: list[int]) -> Any:
        calls.append(chunk)
        if len(calls) == 3:
            raise Killed
        return real(job, chunk)

    job = trials.prepare(question, user=None, now=NOW)
    with pytest.MonkeyPatch.context() as patched, pytest.raises(Killed):
        patched.setattr(trials, "_computed", dying)
        jobs.run(job.pk, clock=timezone.now)
    assert JobChunk.objects.filter(stage__job=job).count() == 2
    assert trials.answer(job) is None
    (trials._folder(job) / "part-00000.npz").unlink()  # somebody tidied up as well
    expected = queries.what_if(builder.ALL, MONTHS, Change(raised=True), OtherPrices())
    assert plain(ask(question)) == plain(expected)
    again = trials.prepare(question, user=None, now=NOW)
    assert (again.pk, again.state, again.round) == (job.pk, Job.State.DONE, 1)


@pytest.mark.django_db
def test_the_page_leaves_many_bills_to_the_worker_and_shows_them_afterwards(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    pages.build(tmp_path)
    auditor = pages.signed_in("auditor")
    asked = "kind=price&rule=province/henan/residential_steps&by=0.02&first=202408&last=202408"
    at_once = auditor.get(f"/whatif/?{asked}").content.decode()
    monkeypatch.setattr(trials, "MOST_AT_ONCE", 0)
    sent = auditor.get(f"/whatif/?{asked}")
    job = Job.objects.get(kind=trials.KIND)
    assert sent.status_code == 302
    assert sent["Location"].startswith(f"/whatif/{job.pk}/?kind=price")
    assert "正在试算" in auditor.get(sent["Location"]).content.decode()
    assert "HX-Refresh" not in auditor.get(f"/whatif/{job.pk}/progress/").headers
    jobs.run(job.pk, clock=timezone.now)

    page = auditor.get(sent["Location"]).content.decode()
    begin, end = '<div class="figures">', "</main>"
    assert page[page.index(begin) : page.index(end)] == at_once[at_once.index(begin) : at_once.index(end)]
    assert auditor.get(f"/whatif/{job.pk}/progress/").headers["HX-Refresh"] == "true"
    assert auditor.get(f"/whatif/{job.pk}/?export=xlsx").status_code == 200
    other = Station.objects.create(company=Station.objects.get().company, name="别的所")
    assert trials.found(Scope(frozenset({other.pk})), job.pk) is None
    assert trials.found(Scope(frozenset({other.pk, job.station_id})), job.pk) == job
    trials.result(job).unlink()
    assert "结果已不在" in auditor.get(sent["Location"]).content.decode()
