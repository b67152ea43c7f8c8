"""The edges of a month: what changes while it runs, days that cannot be, contracts and terms that do not fit."""

from __future__ import annotations

from datetime import date

import pytest

from diansuo.core.metering.registers import Purpose, Register
from diansuo.office.archive.models import ContractTerm, MeteringPoint
from diansuo.office.base import progress, revision
from diansuo.office.base.models import Job, Station
from diansuo.office.billing.models import Bill
from diansuo.office.desk import cycle, queries
from diansuo.office.metering.entry import enter_reading
from diansuo.office.metering.models import RegisterReading
from tests.office.desk.months import opened_household, read, reasons, run
from tests.office.metering import builder

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Station:
    return builder.make_station()


def test_a_reading_corrected_after_the_audit_is_the_one_that_is_issued(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    read(point, 202408, 1300)
    run(station, 202408, until="audit")
    assert Bill.objects.get().energy_wh == 300_000

    enter_reading(
        builder.ALL,
        point=point,
        values={Register.ACTIVE_TOTAL: 1_100_000},
        read_date=date(2024, 8, 1),
        period=202408,
        purpose=Purpose.PERIODIC,
        user=None,
        today=builder.NOW.date(),
        now=builder.NOW,
    )
    run(station, 202408)

    assert list(Bill.objects.values_list("energy_wh", "amount_fen", "state")) == [
        (100_000, 5_600, Bill.State.ISSUED)
    ]


def test_a_reading_corrected_while_the_month_runs_starts_it_afresh(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    read(point, 202408, 1300)

    def correct_once(state: progress.Progress) -> None:
        if state.stage == "bill" and RegisterReading.objects.filter(register_wh=1_300_000).exists():
            RegisterReading.objects.filter(register_wh=1_300_000).update(register_wh=1_100_000)
            revision.bump([station.pk])

    job = cycle.prepare(station, 202408, issue_date=date(2024, 8, 3), user=None, now=builder.NOW)
    cycle.run(job, clock=lambda: builder.NOW, on_progress=correct_once)

    assert Bill.objects.get().energy_wh == 100_000


def test_bills_carry_the_day_they_are_issued_on_and_fall_due_after_it(station: Station) -> None:
    early, late = opened_household(station, "01"), opened_household(station, "02")
    run(station, 202407)
    read(early, 202408, 1100)
    run(station, 202408, until="audit")
    for day in (date(2024, 8, 28), date(2024, 9, 20)):
        job = cycle.prepare(station, 202408, issue_date=day, user=None, now=builder.NOW)
        cycle.run(job, clock=lambda: builder.NOW)
        if day.month == 8:
            read(late, 202408, 1200)
            revision.bump([station.pk])

    issued = Bill.objects.order_by("contract").values_list("issued_date", "receivable__due_date")
    assert list(issued) == [
        (date(2024, 8, 28), date(2024, 9, 12)),
        (date(2024, 9, 20), date(2024, 10, 5)),
    ]


@pytest.mark.parametrize(
    ("period", "issue_date", "words"),
    [
        (202408, date(2024, 7, 31), "早于抄表例日"),
        (202408, date(2026, 3, 2), "还没到"),
        (202604, date(2026, 3, 1), "抄表例日"),
    ],
)
def test_a_month_or_a_day_of_issue_that_cannot_be_is_refused(
    station: Station, period: int, issue_date: date, words: str
) -> None:
    opened_household(station, "01")

    with pytest.raises(cycle.UnableToRun, match=words):
        cycle.prepare(station, period, issue_date=issue_date, user=None, now=builder.NOW)
    assert not Job.objects.exists()


def test_a_contract_with_two_points_is_held_whole_even_if_one_was_not_read(station: Station) -> None:
    first, second = opened_household(station, "01"), opened_household(station, "02")
    MeteringPoint.objects.filter(pk=second.pk).update(contract=first.contract)
    run(station, 202407)
    read(first, 202408, 1100)
    job = run(station, 202408)
    assert not Bill.objects.exists()
    assert sorted(title for titles in reasons(job).values() for title in titles) == ["多计量点", "漏抄"]

    read(second, 202408, 1200)
    revision.bump([station.pk])
    run(station, 202408)
    assert not Bill.objects.exists()
    assert reasons(job)["01"] == ["多计量点"]


def test_energy_before_the_first_terms_is_held_and_named(station: Station) -> None:
    point = opened_household(station, "01")
    ContractTerm.objects.filter(contract=point.contract).update(valid_from=date(2024, 7, 10))
    run(station, 202407)
    read(point, 202408, 1200)
    job = run(station, 202408)

    assert not Bill.objects.exists()
    assert reasons(job) == {"01": ["账期内无电价条款"]}


def test_a_change_of_capacity_alone_does_not_hold_the_bill(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    ContractTerm.objects.get(contract=point.contract).change_from(date(2024, 7, 15), capacity_va=12_000)
    read(point, 202408, 1200)
    run(station, 202408)

    assert Bill.objects.get().amount_fen == 11_200


def test_every_warned_customer_is_counted_however_many_are_shown(station: Station) -> None:
    points = [opened_household(station, f"0{at}") for at in range(3)]
    run(station, 202407)
    for point in points:
        read(point, 202408, 1000)
    job = run(station, 202408)

    assert queries.month(builder.ALL, job_id=job.pk).warned == 3
    assert len(queries.warned(builder.ALL, job_id=job.pk, limit=2)) == 2


def test_drafts_are_not_counted_as_issued_money(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    read(point, 202408, 1200)
    job = run(station, 202408, until="audit")

    report = queries.cycle_report(builder.ALL, job_id=job.pk)
    assert (report["issued"], report["amount_yuan"], report["drafts"], report["draft_yuan"]) == (
        0,
        "0.00",
        1,
        "112.00",
    )
