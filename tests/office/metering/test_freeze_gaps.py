"""Meters whose daily freeze is missing: since when, only where one is expected, never another station's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from diansuo.office.archive.models import Meter, MeteringPoint, MeterInstallation, TransformerArea
from diansuo.office.base.access import install_demo_users
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.metering.collecting.freeze_queries import freeze_missing
from tests.office.metering.builder import ALL, bring_in, household, make_station, write_csv

pytestmark = pytest.mark.django_db

DAY = date(2024, 7, 5)


@pytest.fixture
def station() -> Station:
    made = make_station()
    for number, meter in (("0041", "M1"), ("0042", "M2"), ("0043", "M3")):
        household(made, number, meter, manager="赵六")
    return made


def frozen(tmp_path: Path, days_of: dict[tuple[str, str], list[int]]) -> None:
    rows = [
        {"用户编号": customer, "表资产号": meter, "日期": f"2024-07-{day:02d}", "PAP_R": str(100 + day)}
        for (customer, meter), days in days_of.items()
        for day in days
    ]
    bring_in("freeze", write_csv(tmp_path / "f.csv", ("用户编号", "表资产号", "日期", "PAP_R"), rows))


def test_a_gap_says_since_when_and_whose_meter_it_is(station: Station, tmp_path: Path) -> None:
    days = {("0041", "M1"): [1, 2], ("0042", "M2"): [1, 2, 3, 4, 5], ("0043", "M3"): [4]}
    frozen(tmp_path, days)

    gaps = freeze_missing(ALL, DAY)
    assert [(gap.customer_number, gap.meter, gap.since_date, gap.days, gap.manager) for gap in gaps] == [
        ("0041", "M1", date(2024, 7, 3), 3, "赵六"),
        ("0043", "M3", date(2024, 7, 5), 1, "赵六"),
    ]
    assert freeze_missing(Scope(frozenset({station.pk + 1})), DAY) == []


def test_a_day_not_imported_yet_has_no_gaps(station: Station, tmp_path: Path) -> None:
    frozen(tmp_path, {("0041", "M1"): [1, 2], ("0042", "M2"): [1, 2]})

    assert freeze_missing(ALL, DAY) == []


def test_meters_that_never_came_or_hang_there_no_longer_are_not_expected(
    station: Station, tmp_path: Path
) -> None:
    frozen(tmp_path, {("0041", "M1"): [1], ("0042", "M2"): [1, 5]})
    MeterInstallation.objects.filter(meter__asset_number="M1").update(valid_to=date(2024, 7, 4))

    assert freeze_missing(ALL, DAY) == []


def test_the_master_of_an_area_is_named_by_its_area(station: Station, tmp_path: Path) -> None:
    area = TransformerArea.objects.create(company=station.company, station=station, number="T1", name="一号")
    point = MeteringPoint.objects.create(company=station.company, station=station, master_of=area)
    meter = Meter.objects.create(company=station.company, asset_number="Z1")
    MeterInstallation.objects.create(point=point, meter=meter, valid_from=date(2024, 1, 1))
    frozen(tmp_path, {("", "Z1"): [1, 2, 3, 4], ("0042", "M2"): [5]})

    (gap,) = freeze_missing(ALL, DAY)
    assert (gap.area, gap.customer_id, gap.meter, gap.days) == ("一号", None, "Z1", 1)


def test_the_page_lists_the_longest_first_and_offers_each_as_a_task(
    client: Client, station: Station, tmp_path: Path, settings: Settings
) -> None:
    settings.DEMO = True
    users = {user.username: user for user in install_demo_users(station, "x-gaps-1")}
    client.force_login(users["head"], "diansuo.office.base.access.StationBackend")
    assert "日冻结电量" in client.get(reverse("freeze_gaps")).content.decode()
    frozen(tmp_path, {("0041", "M1"): [1, 4], ("0042", "M2"): [1, 2, 3, 4, 5], ("0043", "M3"): [1, 2]})

    page = client.get(reverse("freeze_gaps")).content.decode()
    assert page.index("0043") < page.index("0041")
    assert "0042" not in page
    assert page.count('class="state bad"') == 1
    assert "派工" in page
    only_long = client.get(reverse("freeze_gaps"), {"day": DAY.isoformat(), "three_days": "1"})
    assert "0041" not in only_long.content.decode()
    exported = client.get(reverse("freeze_gaps"), {"export": "xlsx"})
    assert exported["Content-Type"].endswith("spreadsheetml.sheet")
