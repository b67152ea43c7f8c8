"""Beside another billing system: a month is read, checked, priced and audited; nothing is issued, nothing falls due."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.urls import reverse

from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import Contract
from diansuo.office.base import revision
from diansuo.office.base.access import install_demo_users
from diansuo.office.base.models import Job, Station
from diansuo.office.base.modes import operations as modes
from diansuo.office.billing.models import Bill, ExternalBill
from diansuo.office.collection.models import Receivable
from diansuo.office.desk import cycle, queries
from diansuo.office.desk.wording import job_state
from tests.office.base import pages
from tests.office.desk.months import opened_household, read, run
from tests.office.metering import builder

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Station:
    station = builder.make_station()
    modes.switch(station, "beside", user=None, now=builder.NOW)
    return station


def bills() -> list[tuple[int, int, int]]:
    return list(Bill.objects.order_by("period").values_list("period", "energy_wh", "state"))


def test_a_month_ends_with_the_audit_and_says_why(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    read(point, 202408, 1300)
    job = run(station, 202408)

    assert bills() == [(202408, 300_000, Bill.State.DRAFT)]
    assert not Receivable.objects.exists()
    assert job.state == Job.State.PAUSED
    assert job_state(job, 1) == "已核算，旁运行不发行"
    report = queries.cycle_report(builder.ALL, job_id=job.pk)
    assert (report["mode"], report["issued"], report["drafts"]) == ("beside", 0, 1)
    assert report["stages"]["issue"]["state"] == "pending"


def test_the_issue_is_refused_and_nothing_is_issued(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    read(point, 202408, 1300)
    run(station, 202408)

    with pytest.raises(cycle.UnableToRun, match="旁运行不发行"):
        run(station, 202408, until="issue")
    assert bills() == [(202408, 300_000, Bill.State.DRAFT)]


def test_a_month_begins_where_the_one_before_ended(station: Station) -> None:
    point = opened_household(station, "01")
    for period, kwh in ((202407, None), (202408, 1300), (202409, 1450)):
        if kwh:
            read(point, period, kwh)
        run(station, period)

    assert bills() == [(202408, 300_000, Bill.State.KEPT), (202409, 150_000, Bill.State.DRAFT)]


def test_running_an_earlier_month_again_computes_it_afresh(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    read(point, 202408, 1300)
    run(station, 202408)
    read(point, 202409, 1450)
    run(station, 202409)

    cycle.prepare(station, 202408, issue_date=builder.NOW.date(), user=None, now=builder.NOW)
    point.readings.filter(period=202408).update(register_wh=1_310_000)
    revision.bump([station.pk])
    run(station, 202408)
    run(station, 202409)

    assert bills() == [(202408, 310_000, Bill.State.KEPT), (202409, 140_000, Bill.State.DRAFT)]


def test_the_years_steps_go_on_from_what_the_other_system_billed(station: Station) -> None:
    point = opened_household(station, "01", price_class=PriceClass.RESIDENTIAL_STEPS)
    run(station, 202407)
    read(point, 202408, 1300)
    run(station, 202408)
    contract = Contract.objects.get()
    ExternalBill.objects.create(
        customer=contract.customer, contract=contract, period=202408, energy_wh=5_000_000, amount_fen=1
    )
    read(point, 202409, 1400)
    run(station, 202409)

    assert Bill.objects.get(period=202409).year_to_date_wh == 5_000_000
    ExternalBill.objects.all().delete()
    revision.bump([station.pk])
    run(station, 202409)
    assert Bill.objects.get(period=202409).year_to_date_wh == 300_000


def test_what_the_other_system_billed_is_never_issued_after_the_change(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    read(point, 202408, 1300)
    run(station, 202408)
    contract = Contract.objects.get()
    ExternalBill.objects.create(
        customer=contract.customer, contract=contract, period=202408, energy_wh=300_000, amount_fen=1
    )
    modes.switch(station, "alone", user=None, now=builder.NOW)
    run(station, 202408)
    assert bills() == [(202408, 300_000, Bill.State.KEPT)]
    read(point, 202409, 1450)
    run(station, 202409)

    assert bills()[1] == (202409, 150_000, Bill.State.ISSUED)
    assert Receivable.objects.get().period == 202409


def test_nobody_with_two_contracts_is_billed_again_after_the_change(station: Station) -> None:
    point = opened_household(station, "01")
    second = opened_household(station, "02")
    Contract.objects.filter(pk=second.contract_id).update(customer=point.contract.customer)
    run(station, 202407)
    for each in (point, second):
        read(each, 202408, 1300)
    run(station, 202408)
    # Their bill is of the whole customer: it names no contract where there are two.
    ExternalBill.objects.create(
        customer=point.contract.customer, contract=None, period=202408, energy_wh=600_000, amount_fen=1
    )
    modes.switch(station, "alone", user=None, now=builder.NOW)
    run(station, 202408)

    assert [state for _period, _wh, state in bills()] == [Bill.State.KEPT] * 2
    assert not Receivable.objects.exists()


def test_a_month_half_issued_forbids_the_change() -> None:
    alone = builder.make_station()
    point = opened_household(alone, "01")
    run(alone, 202407)
    read(point, 202408, 1300)
    job = run(alone, 202408, until="audit")
    job.stages.filter(name="issue").update(state="running")

    with pytest.raises(modes.UnableToSwitch, match="发行到一半"):
        modes.switch(alone, "beside", user=None, now=builder.NOW)
    Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED)
    with pytest.raises(modes.UnableToSwitch, match="正在执行"):
        modes.switch(alone, "beside", user=None, now=builder.NOW)
    alone.refresh_from_db()
    assert alone.mode == "alone"


def test_the_pages_of_the_month_say_why_nothing_is_issued(
    station: Station, settings: object, tmp_path: Path
) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    install_demo_users(station, pages.PASSWORD)
    point = opened_household(station, "01")
    run(station, 202407)
    read(point, 202408, 1300)
    run(station, 202408)
    client = pages.signed_in("auditor")
    month = client.get(reverse("cycle", args=[station.pk, 202408])).content.decode()

    assert "电费由营销2.0发行" in month
    assert reverse("cycle_issue", args=[station.pk, 202408]) not in month
    answer = client.post(
        reverse("cycle_issue", args=[station.pk, 202408]), {"issue_date": "2024-08-03"}, follow=True
    )
    assert "旁运行不发行电费" in answer.content.decode()
    assert Bill.objects.get().state == Bill.State.DRAFT
    assert "已核算，旁运行不发行" in client.get(reverse("cycles")).content.decode()
