"""Sets rebilled as one job: a report, nothing twice, killed and resumed, one refusal keeps nobody; and the pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from diansuo.cli import bill as command
from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import ContractTerm, MeteringPoint, MeterInstallation
from diansuo.office.base.models import Job, Staff, Station, User
from diansuo.office.billing.models import Bill, Correction, RebillRefusal
from diansuo.office.billing.rebilling import operations, sets
from diansuo.office.collection.models import Receivable
from tests.office.billing.sheets import sheet
from tests.office.billing.test_rebilling import billed
from tests.office.metering import builder

pytestmark = pytest.mark.django_db

Kind, State = Correction.Kind, Correction.State
WANTED = sets.Wanted(202408, 202411, Kind.ARCHIVE, {}, "倍率更正")


@pytest.fixture
def station() -> Station:
    return builder.make_station()


@pytest.fixture
def three(station: Station) -> list[MeteringPoint]:
    """Three households; of the first two the archive's multiplier was put right later."""
    points = [billed(station, number) for number in ("01", "02", "03")]
    MeterInstallation.objects.filter(point__in=points[:2]).update(multiplier=2)
    return points


@pytest.fixture
def proposer(station: Station) -> User:
    return person(station, "proposer", "propose_corrections")


@pytest.fixture
def approver(station: Station) -> User:
    return person(station, "approver", "approve_corrections")


def person(station: Station, name: str, *rights: str) -> User:
    user = sheet.person(name, *rights)
    Staff.objects.create(station=station, name=name, user=user)
    return user


def run(station: Station, user: User | None = None, wanted: sets.Wanted = WANTED) -> Job:
    job = sets.prepare(station, wanted, user=user, now=builder.NOW)
    return sets.run(job, clock=lambda: builder.NOW)


def test_a_set_is_reported_by_customer_with_before_after_and_difference(
    station: Station, three: list[MeteringPoint], proposer: User
) -> None:
    report = sets.report_of(run(station, proposer))
    issued = sum(Bill.objects.filter(contract=three[0].contract).values_list("amount_fen", flat=True))
    assert [row["customer"] for row in report.rows] == ["01", "02"]
    assert report.rows[0]["before_fen"] == issued
    assert report.rows[0]["months"] == 4
    totals = report.totals
    assert (totals["looked_at"], totals["customers"], totals["refused"]) == (3, 2, 0)
    assert totals["difference_fen"] == totals["after_fen"] - totals["before_fen"] > 0


def test_the_set_run_again_proposes_nothing_twice_and_after_issue_finds_nothing(
    station: Station, three: list[MeteringPoint], proposer: User, approver: User
) -> None:
    job = run(station, proposer)
    first = list(Correction.objects.values_list("pk", "digest"))
    assert run(station, proposer).pk == job.pk
    assert list(Correction.objects.values_list("pk", "digest")) == first
    assert sets.approve_all(job, user=approver, now=builder.NOW) == (2, 0)
    assert sets.issue_all(job, user=approver, now=builder.NOW) == 2
    assert sets.issue_all(job, user=approver, now=builder.NOW) == 0
    run(station, proposer)
    assert Correction.objects.count() == Receivable.objects.filter(correction__isnull=False).count() == 2


def test_what_cannot_be_rebilled_is_named_and_the_rest_goes_on(
    station: Station, three: list[MeteringPoint]
) -> None:
    ContractTerm.objects.filter(contract=three[0].contract).update(price_class=int(PriceClass.AGRICULTURAL))
    report = sets.report_of(run(station))
    assert [row["customer"] for row in report.rows] == ["02"]
    (refused,) = report.refused
    assert refused["customer"] == "01"
    assert "agricultural" in refused["reason"]


def test_a_killed_job_goes_on_where_it_stood(
    station: Station, three: list[MeteringPoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sets, "POINTS_A_CHUNK", 1)
    job = sets.prepare(station, WANTED, user=None, now=builder.NOW)
    looked_at: list[int] = []
    whole = sets._looked_at

    def killed(points: Any, *more: Any) -> Any:
        looked_at.extend(points)
        if len(looked_at) == 2:
            raise KeyboardInterrupt
        return whole(points, *more)

    monkeypatch.setattr(sets, "_looked_at", killed)
    with pytest.raises(KeyboardInterrupt):
        sets.run(job, clock=lambda: builder.NOW)
    assert Correction.objects.count() == 1
    sets.run(Job.objects.get(kind=sets.KIND), clock=lambda: builder.NOW)
    assert Correction.objects.count() == 2
    assert looked_at == [three[0].pk, three[1].pk, three[1].pk, three[2].pk]


def test_the_proposer_of_a_set_cannot_approve_it_and_nothing_of_it_is_approved(
    station: Station, three: list[MeteringPoint]
) -> None:
    both = person(station, "both", "propose_corrections", "approve_corrections")
    job = run(station, both)
    with pytest.raises(operations.UnableToDo, match="另一人"):
        sets.approve_all(job, user=both, now=builder.NOW)
    assert set(Correction.objects.values_list("state", flat=True)) == {State.PROPOSED}


def test_a_set_above_the_limit_needs_two_persons_though_each_of_it_is_below(
    station: Station, three: list[MeteringPoint], proposer: User, approver: User
) -> None:
    MeterInstallation.objects.filter(point__in=three[:2]).update(multiplier=7)
    job = run(station, proposer)
    amounts = list(Correction.objects.values_list("amount_fen", flat=True))
    assert max(amounts) < 2_000_000 <= sum(amounts)
    assert sets.approve_all(job, user=approver, now=builder.NOW) == (0, 2)
    assert sets.issue_all(job, user=approver, now=builder.NOW) == 0
    with pytest.raises(operations.UnableToDo, match="还需要另一人"):
        sets.approve_all(job, user=approver, now=builder.NOW)
    other = person(station, "other", "approve_corrections")
    assert sets.approve_all(job, user=other, now=builder.NOW) == (2, 0)
    assert sets.issue_all(job, user=other, now=builder.NOW) == 2


def test_one_that_can_no_longer_be_issued_stays_with_its_reason_and_the_others_are_issued(
    station: Station, three: list[MeteringPoint], approver: User
) -> None:
    job = run(station)
    sets.approve_all(job, user=approver, now=builder.NOW)
    MeterInstallation.objects.filter(point=three[0]).update(multiplier=3)
    assert sets.issue_all(job, user=approver, now=builder.NOW) == 1
    assert RebillRefusal.objects.get().point == three[0]
    assert sorted(Correction.objects.values_list("state", flat=True)) == [State.APPROVED, State.ISSUED]


def test_the_command_works_a_set_out_without_storing_and_proposes_it(
    station: Station, three: list[MeteringPoint], approver: User
) -> None:
    runner = CliRunner()
    said = ["rebill", "--from", "2024-08", "--to", "2024-11", "--reason", "倍率更正", "--json"]
    dry = json.loads(runner.invoke(command.app, [*said, "--dry-run"]).stdout)
    assert not Correction.objects.exists()
    made = json.loads(runner.invoke(command.app, said).stdout)
    assert made["totals"] == dry["totals"]
    assert runner.invoke(command.app, [*said, "--approve", "--as", "approver"]).exit_code == 0
    assert runner.invoke(command.app, [*said, "--issue", "--as", "approver"]).exit_code == 0
    assert set(Correction.objects.values_list("state", flat=True)) == {State.ISSUED}


def test_a_closed_year_is_a_refusal_of_every_customer(station: Station, three: list[MeteringPoint]) -> None:
    assert CliRunner().invoke(command.app, ["close", "--year", "2024"]).exit_code == 0
    report = sets.report_of(run(station))
    assert not report.rows
    assert all("已关账" in row["reason"] for row in report.refused)
    assert len(report.refused) == 3


def test_a_customer_nobody_knows_is_said_before_anything_is_done(station: Station) -> None:
    wanted = sets.Wanted(202408, 202408, Kind.CANCEL, {}, "x", ("404",))
    with pytest.raises(operations.UnableToDo, match="404"):
        sets.prepare(station, wanted, user=None, now=builder.NOW)
    assert not Job.objects.filter(kind=sets.KIND).exists()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_on_the_pages_one_person_proposes_and_another_approves_and_issues(
    station: Station, proposer: User, approver: User
) -> None:
    point = billed(station)
    one, other = client_of(proposer), client_of(approver)
    given = {
        "kind": "missed", "customer": "01", "from_period": "2024-09", "to_period": "2024-09",
        "energy_kwh": "200", "reason": "漏抄",
    }  # fmt: skip
    seen = one.post(reverse("correction_new"), given)
    assert "提交审批" in seen.content.decode()
    assert "阶梯随之移动" in seen.content.decode()
    # What was not seen as it now is, is shown once more and not proposed.
    assert one.post(reverse("correction_new"), given | {"propose": "", "energy_kwh": "20"}).status_code == 200
    assert not Correction.objects.exists()
    made_at = one.post(
        reverse("correction_new"), given | {"propose": "", "seen": seen.context["found"].digest}
    )["Location"]
    made = Correction.objects.get()
    assert "须由另一人审批" in one.get(made_at).content.decode()
    assert one.post(reverse("correction_approve", args=[made.pk])).status_code == 403
    other.post(reverse("correction_approve", args=[made.pk]))
    other.post(reverse("correction_issue", args=[made.pk]))
    made.refresh_from_db()
    assert made.state == State.ISSUED
    assert "已发行" in other.get(made_at).content.decode()
    customer = reverse("customer", args=[point.contract.customer_id])
    assert made_at in one.get(customer).content.decode()
    assert "01" in one.get(reverse("corrections")).content.decode()


def test_the_page_says_what_is_wrong_with_what_was_entered(station: Station, proposer: User) -> None:
    billed(station)
    given = {
        "kind": "reading", "customer": "01", "from_period": "2024-09", "to_period": "2024-09",
        "right_kwh": "9000", "reason": "错抄",
    }  # fmt: skip
    answer = client_of(proposer).post(reverse("correction_new"), given | {"propose": ""})
    assert answer.status_code == 422
    assert "与示数矛盾" in answer.content.decode()
    assert not Correction.objects.exists()


def test_after_the_archive_was_put_right_the_customer_page_leads_to_the_months_that_differ(
    station: Station, three: list[MeteringPoint], proposer: User
) -> None:
    client = client_of(proposer)
    page = client.get(reverse("customer", args=[three[0].contract.customer_id])).content.decode()
    assert "kind=archive" in page
    asked = {"kind": "archive", "customer": "01", "from_period": "202408", "to_period": "202411"}
    assert "提交审批" in client.get(reverse("correction_new"), asked).content.decode()
    same = client.get(reverse("correction_new"), asked | {"customer": "03"}).content.decode()
    assert "没有差额" in same


def test_a_set_is_shown_with_its_sums_and_nobody_of_another_station_sees_it(
    station: Station, three: list[MeteringPoint], proposer: User
) -> None:
    job = run(station, proposer)
    page = client_of(proposer).get(reverse("correction_set", args=[job.pk])).content.decode()
    assert "有差额" in page
    stranger = person(builder.make_station("西村供电所"), "stranger", "propose_corrections")
    assert client_of(stranger).get(reverse("correction_set", args=[job.pk])).status_code == 404
    made = Correction.objects.first()
    assert made is not None
    assert client_of(stranger).get(reverse("correction", args=[made.pk])).status_code == 404
