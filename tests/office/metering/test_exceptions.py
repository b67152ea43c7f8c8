"""Exceptions of reading: the lake checked day by day by a job, worked off by people, nothing lost and nothing twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from diansuo.office.archive.models import MeterInstallation
from diansuo.office.base import jobs
from diansuo.office.base.access import install_demo_users
from diansuo.office.base.models import Job, Proposal, Station, User, WorkOrder
from diansuo.office.base.scope import Scope
from diansuo.office.metering import lake
from diansuo.office.metering.days import running
from diansuo.office.metering.exceptions import findings, operations, queries
from diansuo.office.metering.models import DayFinding, Finding, ReadingDecision, RegisterReading
from tests.office.metering import builder
from tests.office.metering.builder import ALL, bring_in, household, make_station, write_csv

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 1, tzinfo=UTC)
MONTH, LAST = 202407, 20
HEADINGS = ("用户编号", "表资产号", "日期", "PAP_R")
GOOD, GAP, BACK = ("0041", "M1"), ("0042", "M2"), ("0043", "M3")


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setattr(lake, "_root", lambda: tmp_path / "lake")
    made = make_station()
    for number, meter in (GOOD, GAP, BACK):
        household(made, number, meter, manager="赵六" if number != "0043" else "", reader="钱七")
    return made


@pytest.fixture
def head(station: Station, settings: Settings) -> User:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return next(user for user in install_demo_users(station, "x-exceptions-1") if user.username == "head")


def frozen(tmp_path: Path, days_of: dict[tuple[str, str], dict[int, int]], name: str = "f.csv") -> None:
    rows = [
        {"用户编号": customer, "表资产号": meter, "日期": f"2024-07-{day:02d}", "PAP_R": str(kwh)}
        for (customer, meter), days in days_of.items()
        for day, kwh in days.items()
    ]
    bring_in("freeze", write_csv(tmp_path / name, HEADINGS, rows))


def month_of_faults(tmp_path: Path) -> None:
    """10 kWh a day: the second meter is silent from the 6th to the 9th, the third falls on the 12th."""
    steady = {day: 100 + 10 * day for day in range(1, LAST + 1)}
    frozen(
        tmp_path,
        {
            GOOD: steady,
            GAP: {day: kwh for day, kwh in steady.items() if not 6 <= day <= 9},
            BACK: {day: kwh - (90 if day >= 12 else 0) for day, kwh in steady.items()},
        },
    )


def check(station: Station) -> Job:
    job = running.prepare(station, MONTH, user=None, now=NOW)
    return jobs.run(job.pk, clock=lambda: NOW)


def found() -> list[tuple[Any, ...]]:
    rows = DayFinding.objects.order_by("point__contract__customer__number", "rule")
    return list(
        rows.values_list(
            "point__contract__customer__number", "rule", "from_date", "to_date", "actual", "expected"
        )
    )


FAULTS = [
    ("0042", "R-DAY-GAP", date(2024, 7, 6), date(2024, 7, 10), 4, 0),
    ("0043", "R-DAY-BACK", date(2024, 7, 11), date(2024, 7, 12), 130_000, 210_000),
]


def test_the_days_of_a_month_are_checked_and_a_second_run_finds_nothing_twice(
    station: Station, tmp_path: Path
) -> None:
    month_of_faults(tmp_path)
    assert check(station).state == Job.State.DONE
    assert found() == FAULTS
    check(station)
    assert found() == FAULTS
    assert queries.counts(ALL, MONTH)["R-DAY-GAP"] == ("缺日冻结", 1)


def test_a_check_killed_on_the_way_goes_on_and_comes_to_the_same(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    month_of_faults(tmp_path)
    monkeypatch.setattr(running, "POINTS_A_CHUNK", 1)
    real, asked = running.registers, []

    def dies(*given: Any, **more: Any) -> Any:
        asked.append(given[3])
        if len(asked) == 3:
            raise MemoryError
        return real(*given, **more)

    monkeypatch.setattr(running, "registers", dies)
    with pytest.raises(MemoryError):
        check(station)
    assert found() == FAULTS[:1]
    monkeypatch.setattr(running, "registers", real)
    check(station)
    assert found() == FAULTS


def test_a_day_nobody_has_and_days_before_a_meter_hung_there_are_no_gaps(
    station: Station, tmp_path: Path
) -> None:
    steady = {day: 100 + 10 * day for day in range(1, LAST + 1) if day not in (4, 5, 6)}
    late = {day: kwh for day, kwh in steady.items() if day >= 10}
    MeterInstallation.objects.filter(meter__asset_number="M2").update(valid_from=date(2024, 7, 10))
    frozen(tmp_path, {GOOD: steady, GAP: late})
    check(station)
    assert found() == []


def test_a_register_that_comes_late_ends_the_finding(station: Station, tmp_path: Path) -> None:
    month_of_faults(tmp_path)
    check(station)
    frozen(tmp_path, {GAP: {day: 100 + 10 * day for day in range(6, 10)}}, "late.csv")
    check(station)
    assert found() == FAULTS[1:]


def test_lost_phases_and_a_curve_unlike_the_register_are_found(station: Station, tmp_path: Path) -> None:
    month_of_faults(tmp_path)
    rows = [
        {"用户编号": "0041", "表资产号": "M1", "日期": "2024-07-03", "点号": str(slot), "电压A": "231",
         "电压B": "90" if slot <= 8 else "230", "有功功率": "0.9"}
        for slot in range(1, 97)
    ]  # fmt: skip
    headings = ("用户编号", "表资产号", "日期", "点号", "电压A", "电压B", "有功功率")
    bring_in("curve", write_csv(tmp_path / "c.csv", headings, rows))
    check(station)
    assert [row[:2] + row[4:] for row in found() if row[0] == "0041"] == [
        ("0041", "R-CURVE-SUM", 21_600, 10_000),
        ("0041", "R-PHASE-LOST", 8, 0),
    ]


def open_rules() -> list[str]:
    return list(findings.of_days(ALL, MONTH).filter(done=0).order_by("rule").values_list("rule", flat=True))


def test_what_is_taken_as_good_stays_so_until_its_figures_change(
    station: Station, head: User, tmp_path: Path
) -> None:
    month_of_faults(tmp_path)
    check(station)
    chosen = list(DayFinding.objects.order_by("pk"))
    with pytest.raises(operations.UnableToAct):
        operations.take_as_good(ALL, chosen, reason=" ", user=head, now=NOW)
    assert not ReadingDecision.objects.exists()
    operations.take_as_good(ALL, chosen, reason="终端停电检修", user=head, now=NOW)
    check(station)
    assert open_rules() == []

    frozen(tmp_path, {BACK: {12: 125}}, "other.csv")
    frozen(tmp_path, {GOOD: {21: 310}, BACK: {21: 220}}, "more.csv")
    check(station)
    assert open_rules() == ["R-DAY-BACK"]
    operations.reopen(ALL, list(DayFinding.objects.filter(rule="R-DAY-GAP")), reason="", user=head, now=NOW)
    assert open_rules() == ["R-DAY-BACK", "R-DAY-GAP"]


def test_a_task_to_read_again_goes_to_who_answers_for_the_point_or_nothing_is_made(
    station: Station, head: User, tmp_path: Path
) -> None:
    month_of_faults(tmp_path)
    check(station)
    chosen = list(DayFinding.objects.order_by("point__contract__customer__number"))
    orders = operations.have_read_again(ALL, chosen, reason="", user=head, now=NOW)
    assert [order.assignee.name for order in orders] == ["赵六", "钱七"]
    assert "缺日冻结" in orders[0].title
    assert open_rules() == []

    chosen[1].point.duties.all().delete()
    before = WorkOrder.objects.count()
    with pytest.raises(operations.UnableToAct, match="0043"):
        operations.have_read_again(ALL, chosen, reason="", user=head, now=NOW)
    assert WorkOrder.objects.count() == before


def misread(station: Station, tmp_path: Path) -> Finding:
    """A list says 1,188 on the day the meter froze 1,200: the bill is held."""
    freezes = [("2024-07-01", "1000"), ("2024-08-01", "1200"), ("2024-08-02", "1206")]
    rows = [{"用户编号": "0041", "表资产号": "M1", "日期": day, "PAP_R": kwh} for day, kwh in freezes]
    bring_in("freeze", write_csv(tmp_path / "f.csv", HEADINGS, rows))
    for period, kwh in ((202407, "1000"), (202408, "1188")):
        row = {"用户编号": "0041", "电能表编号": "M1", "本次示数": kwh}
        bring_in("readings", builder.reading_list(tmp_path / f"{period}.csv", row), period=period)
        builder.issue(station, period) if period == 202407 else builder.settle(station, period)
    return Finding.objects.get(period=202408, rule="R-FREEZE")


def test_what_holds_a_bill_is_proposed_anew_and_never_waved_through(
    station: Station, head: User, tmp_path: Path
) -> None:
    finding = misread(station, tmp_path)
    with pytest.raises(operations.UnableToAct):
        operations.take_as_good(ALL, [finding], reason="看过", user=head, now=NOW)
    assert not ReadingDecision.objects.exists()

    (proposal,) = operations.propose_values(ALL, [finding], reason="以日冻结为准", user=head, now=NOW)
    assert proposal.terms["after"] == {"0": 1_200_000}
    assert proposal.state != Proposal.State.APPLIED
    reading = RegisterReading.objects.get(read_date=date(2024, 8, 1))
    assert reading.register_wh == 1_188_000
    assert findings.of_month(ALL, 202408).get(rule="R-FREEZE").decided == "override"


def test_a_replaced_freeze_stands_beside_the_one_that_counts(station: Station, tmp_path: Path) -> None:
    month_of_faults(tmp_path)
    frozen(tmp_path, {BACK: {12: 125}}, "other.csv")
    check(station)
    point = DayFinding.objects.get(rule="R-DAY-BACK").point_id
    matter = queries.matter(ALL, MONTH, point, "R-DAY-BACK", date(2024, 7, 31))
    assert matter is not None
    day = [(value.register_wh, value.counts) for value in matter.values if value.day == date(2024, 7, 12)]
    assert day == [(130_000, False), (125_000, True)]
    assert (
        queries.matter(Scope(frozenset({station.pk + 1})), MONTH, point, "R-DAY-BACK", date(2024, 7, 31))
        is None
    )


def test_the_worklist_is_worked_off_from_its_page_and_by_nobody_else(
    station: Station, head: User, client: Client, tmp_path: Path
) -> None:
    address = reverse("exception_days", args=[MONTH])
    client.force_login(head, "diansuo.office.base.access.StationBackend")
    assert "核查本月" in client.get(address).content.decode()
    month_of_faults(tmp_path)
    check(station)
    page = client.get(address)
    text = page.content.decode()
    assert "缺日冻结" in text
    assert "赵六" in text
    marks = [row.subject for row in page.context["page"].rows]
    assert len(marks) == 2
    done = client.post(
        reverse("exception_act"), {"subject": marks, "act": "good", "reason": "看过", "here": address}
    )
    assert done["Location"] == address
    assert open_rules() == []
    client.force_login(User.objects.get(username="manager"), "diansuo.office.base.access.StationBackend")
    refused = client.post(reverse("exception_act"), {"subject": marks, "act": "reopen", "here": address})
    assert refused.status_code in (302, 403)
    assert open_rules() == []
