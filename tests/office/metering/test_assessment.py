"""Assessment of reading: each rate from its readings, misreads charged to the month they were read in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from diansuo.core.metering import Purpose, Register
from diansuo.core.quantity.month import first_day
from diansuo.office.archive.models import MeteringPoint, ReadingMethod, RouteTerm
from diansuo.office.base.models import Station, User
from diansuo.office.base.scope import Scope
from diansuo.office.metering import entry, lake
from diansuo.office.metering.assessment import queries
from diansuo.office.metering.assessment.figures import Figures
from tests.office.metering import builder
from tests.office.metering.builder import (
    ALL,
    agree,
    bring_in,
    household,
    make_station,
    reading_list,
    write_csv,
)

pytestmark = pytest.mark.django_db

PERIOD, DUE = 202407, date(2024, 7, 1)
IN_TIME, LATE = datetime(2024, 7, 2, 1, tzinfo=UTC), datetime(2024, 7, 9, 1, tzinfo=UTC)


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setattr(lake, "_root", lambda: tmp_path / "lake")
    made = make_station()
    for at in range(1, 5):
        household(made, f"004{at}", f"M{at}", reader="钱七" if at < 4 else "")
    return made


def point(number: str) -> MeteringPoint:
    return MeteringPoint.objects.get(contract__customer__number=number)


def enter(number: str, kwh: int, now: datetime, *, estimated: bool = False, period: int = PERIOD) -> None:
    entry.enter_reading(
        ALL, point=point(number), values={Register.ACTIVE_TOTAL: kwh * 1000},
        read_date=first_day(period), period=period, purpose=Purpose.PERIODIC,
        user=None, today=now.date(), now=now, estimated=estimated, confirmed=True,
    )  # fmt: skip


def by_reader(station: Station, period: int = PERIOD) -> dict[str, Figures]:
    return {one.title: one.figures for one in queries.groups(ALL, station.pk, period, "reader")}


def test_each_rate_counts_what_it_says(station: Station) -> None:
    enter("0041", 100, IN_TIME)
    enter("0042", 100, LATE)
    enter("0043", 100, IN_TIME, estimated=True)
    mine = by_reader(station)["钱七"]
    assert (mine.due, mine.read, mine.estimated, mine.timed, mine.on_time, mine.misread) == (3, 3, 1, 2, 1, 0)
    assert (mine.read_bp, mine.on_time_bp, mine.estimated_bp) == (6667, 5000, 3333)
    nobody = by_reader(station)[""]
    assert (nobody.due, nobody.missed, nobody.on_time_bp, nobody.misread_bp) == (1, 1, None, None)


def test_what_is_read_from_afar_is_due_by_the_fixed_day_and_what_is_walked_by_its_visit(
    station: Station,
) -> None:
    enter(
        "0041", 100, datetime(2024, 6, 5, 1, tzinfo=UTC), period=202406
    )  # 1 June 2024 is a Saturday: walked on the 3rd
    assert by_reader(station, 202406)["钱七"].on_time == 1
    RouteTerm.objects.update(method=ReadingMethod.REMOTE)
    assert by_reader(station, 202406)["钱七"].on_time == 0


def test_a_misread_found_months_later_is_charged_to_the_month_of_its_reading(station: Station) -> None:
    enter("0041", 100, IN_TIME)
    enter("0042", 100, IN_TIME)
    enter("0042", 101, IN_TIME.replace(hour=5))  # put right on the same day
    assert by_reader(station)["钱七"].misread == 0
    enter("0041", 90, datetime(2024, 11, 3, 1, tzinfo=UTC))
    assert by_reader(station)["钱七"].misread == 1
    assert by_reader(station, 202411)["钱七"].misread == 0
    enter("0041", 91, datetime(2024, 12, 3, 1, tzinfo=UTC))
    assert by_reader(station)["钱七"].misread == 1  # one point counts once


def test_a_true_value_in_the_place_of_an_estimate_is_no_misread(station: Station) -> None:
    enter("0041", 100, IN_TIME, estimated=True)
    enter("0041", 120, LATE)
    mine = by_reader(station)["钱七"]
    assert (mine.misread, mine.timed, mine.on_time) == (0, 1, 0)


def test_a_list_that_replaces_what_a_list_said_is_a_misread(station: Station, tmp_path: Path) -> None:
    for kwh, now in (("100", IN_TIME), ("90", LATE)):
        row = {"用户编号": "0041", "电能表编号": "M1", "本次示数": kwh}
        agree(
            bring_in("readings", reading_list(tmp_path / f"{kwh}.csv", row), period=PERIOD, now=now), now=now
        )
    assert by_reader(station)["钱七"].misread == 1


def test_remote_success_is_that_of_the_meters_read_from_afar(station: Station, tmp_path: Path) -> None:
    rows = [
        {"用户编号": number, "表资产号": meter, "日期": day, "PAP_R": "100"}
        for number, meter, day in (
            ("0041", "M1", "2024-06-30"), ("0041", "M1", "2024-07-01"), ("0042", "M2", "2024-06-20"),
        )
    ]  # fmt: skip
    bring_in("freeze", write_csv(tmp_path / "f.csv", ("用户编号", "表资产号", "日期", "PAP_R"), rows))
    mine = by_reader(station)["钱七"]
    assert (mine.remote, mine.collected, mine.failed, mine.collected_bp) == (2, 1, 1, 5000)


def test_every_figure_leads_to_its_readings_and_not_for_another_station(
    station: Station, client: Client
) -> None:
    enter("0041", 100, IN_TIME)
    enter("0042", 100, LATE)
    client.force_login(User.objects.create_user("boss", is_superuser=True))
    page = client.get(reverse("assessment", args=[PERIOD]))
    assert page.status_code == 200
    for _one, _title, links in page.context["rows"]:
        for address in links.values():
            assert client.get(address).status_code == 200
    late = next(links["late"] for one, _title, links in page.context["rows"] if one.title == "钱七")
    text = client.get(late).content.decode()
    assert "0042" in text
    assert "0041" not in text
    assert queries.groups(Scope(frozenset({station.pk + 1})), station.pk, PERIOD, "route") == []
    assert client.get(reverse("assessment", args=[PERIOD]), {"by": "month"}).status_code == 200
    assert client.get(reverse("assessment", args=[PERIOD]), {"by": "x"}).status_code == 400


def test_a_month_is_its_groups_together(station: Station) -> None:
    enter("0041", 100, IN_TIME)
    months = queries.by_month(ALL, station.pk, PERIOD)
    assert [one.key for one in months][0] == PERIOD
    for by in queries.GROUPS:
        found = queries.groups(ALL, station.pk, PERIOD, by)
        assert sum(one.figures.due for one in found) == months[0].figures.due
        assert sum(one.figures.read for one in found) == months[0].figures.read
    assert builder.MeteringPoint.objects.count() == 4
