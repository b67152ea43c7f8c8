"""Failed collections: a list of a day is previewed, counted for each area manager, shown, and taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from diansuo.office.archive.models import Meter, MeteringPoint, MeterInstallation, TransformerArea
from diansuo.office.base.access import install_demo_users
from diansuo.office.base.imports import operations
from diansuo.office.base.models import Staff, Station
from diansuo.office.base.scope import Scope
from diansuo.office.metering.collecting import causes
from diansuo.office.metering.collecting import failure_queries as queries
from diansuo.office.metering.models import CollectionFailure
from tests.office.metering.builder import ALL, bring_in, household, make_station, preview, write_csv

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 1, 1, tzinfo=UTC)
DAY = date(2026, 3, 31)
HEADINGS = ("用户编号", "用户名称", "台区编号", "电能表编号", "失败日期", "连续失败天数", "失败原因")


@pytest.fixture
def station() -> Station:
    made = make_station()
    for number, meter, manager in (("0041", "M1", "赵六"), ("0042", "M2", "赵六"), ("0043", "M3", "")):
        household(made, number, meter, manager=manager)
    return made


def failed(number: str, meter: str, days: str = "1", **cells: Any) -> dict[str, Any]:
    plain = {"用户编号": number, "电能表编号": meter, "失败日期": "2026-03-31", "连续失败天数": days}
    return {**plain, "失败原因": "终端离线", **cells}


def listed(path: Path, *rows: dict[str, Any]) -> Path:
    return write_csv(path, HEADINGS, list(rows))


def test_failures_are_counted_for_the_area_manager_of_the_day(station: Station, tmp_path: Path) -> None:
    rows = [failed("0041", "M1", "3"), failed("0042", "M2"), failed("0043", "M3", "7")]
    bring_in("failures", listed(tmp_path / "a.csv", *rows), now=NOW)
    zhao = Staff.objects.get(name="赵六")

    assert queries.latest_failure_day(ALL, DAY) == DAY
    assert queries.failures_by_manager(ALL, DAY) == {zhao.pk: (2, 1), None: (1, 1)}
    of_zhao = queries.of_manager(ALL, queries.failures_on(ALL, DAY), zhao.pk, DAY)
    assert [row.customer_number for row in queries.failure_rows(ALL, of_zhao, DAY)] == ["0041", "0042"]


def test_another_stations_failures_are_not_seen(station: Station, tmp_path: Path) -> None:
    bring_in("failures", listed(tmp_path / "a.csv", failed("0041", "M1")), now=NOW)
    stranger = Scope(frozenset({station.pk + 1}))

    assert queries.latest_failure_day(stranger, DAY) is None
    assert not queries.failures_on(stranger, DAY).exists()


def test_a_list_without_the_number_of_days_counts_on_from_the_day_before(
    station: Station, tmp_path: Path
) -> None:
    bring_in(
        "failures", listed(tmp_path / "a.csv", failed("0041", "M1", "4", 失败日期="2026-03-30")), now=NOW
    )
    bring_in(
        "failures", listed(tmp_path / "b.csv", failed("0041", "M1", ""), failed("0042", "M2", "")), now=NOW
    )

    days = CollectionFailure.objects.filter(fail_date=DAY).order_by("point").values_list("days", flat=True)
    assert list(days) == [5, 1]


def test_the_same_list_again_changes_nothing_a_better_one_corrects_it_and_all_is_taken_back(
    station: Station, tmp_path: Path
) -> None:
    first = bring_in("failures", listed(tmp_path / "a.csv", failed("0041", "M1")), now=NOW)
    again, _plan = preview("failures", listed(tmp_path / "a.csv", failed("0041", "M1")), now=NOW)
    better = bring_in("failures", listed(tmp_path / "b.csv", failed("0041", "M1", "9")), now=NOW)

    assert again.counts["unchanged"] == 1
    assert better.counts["changed"] == 1
    assert CollectionFailure.objects.get().days == 9
    operations.withdraw(better, now=NOW)
    assert CollectionFailure.objects.get().days == 1
    operations.withdraw(first, now=NOW)
    assert not CollectionFailure.objects.exists()


def test_an_area_master_is_named_by_its_meter_alone(station: Station, tmp_path: Path) -> None:
    area = TransformerArea.objects.create(company=station.company, station=station, number="T1", name="一号")
    point = MeteringPoint.objects.create(company=station.company, station=station, master_of=area)
    meter = Meter.objects.create(company=station.company, asset_number="Z1")
    MeterInstallation.objects.create(point=point, meter=meter, valid_from=date(2024, 1, 1))
    bring_in("failures", listed(tmp_path / "a.csv", failed("", "Z1")), now=NOW)

    (row,) = queries.failure_rows(ALL, queries.failures_on(ALL, DAY), DAY)
    assert (row.area, row.meter, row.customer_id) == ("一号", "Z1", None)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"电能表编号": "M9"}, "电能表编号"),
        ({"失败日期": "2026-04-09"}, "失败日期"),
        ({"连续失败天数": "0"}, "连续失败天数"),
        ({"失败日期": "昨天"}, "失败日期"),
    ],
)
def test_a_bad_row_is_refused_with_column_and_remedy_and_nothing_is_written(
    station: Station, tmp_path: Path, cells: dict[str, str], column: str
) -> None:
    batch, plan = preview("failures", listed(tmp_path / "a.csv", failed("0041", "M1") | cells), now=NOW)
    (verdict,) = plan.verdicts.table().to_dicts()

    assert (batch.counts["refused"], verdict["column"]) == (1, column)
    assert verdict["remedy"]
    assert not CollectionFailure.objects.exists()


def test_the_page_marks_three_days_and_more_and_says_what_fills_it(
    client: Client, station: Station, tmp_path: Path, settings: Settings
) -> None:
    settings.DEMO = True
    users = {user.username: user for user in install_demo_users(station, "x-failures-1")}
    client.force_login(users["head"], "diansuo.office.base.access.StationBackend")
    assert "采集失败清单" in client.get(reverse("failures")).content.decode()
    rows = [failed("0041", "M1", "3"), failed("0042", "M2", "2")]
    bring_in("failures", listed(tmp_path / "a.csv", *rows), now=NOW)

    page = client.get(reverse("failures")).content.decode()
    assert page.count('class="state bad"') == 1
    assert "3 天及以上" in page
    only_long = client.get(reverse("failures"), {"day": DAY.isoformat(), "three_days": "1"}).content.decode()
    assert "0041" in only_long
    assert "0042" not in only_long
    assert f'name="day" value="{DAY.isoformat()}"' in only_long


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("台区停电", "outage"), ("终端离线", "offline"), ("载波模块故障", "module"), ("时钟超差", "clock"),
        ("电能表无响应", "meter"), ("", "other"),
    ],
)  # fmt: skip
def test_the_kind_of_cause_is_told_by_the_words_of_the_list_and_filters_alike(
    station: Station, tmp_path: Path, reason: str, cause: str
) -> None:
    bring_in(
        "failures", listed(tmp_path / "a.csv", failed("0041", "M1", "1") | {"失败原因": reason}), now=NOW
    )
    rows = queries.failures_on(ALL, DAY)
    assert [row.cause for row in queries.failure_rows(ALL, rows, DAY)] == [cause]
    assert [name for name in causes.NAMES if causes.of_cause(rows, name).exists()] == [cause]


def test_a_make_up_read_flows_back_and_the_failure_is_mended(
    client: Client, station: Station, tmp_path: Path, settings: Settings
) -> None:
    settings.DEMO = True
    users = {user.username: user for user in install_demo_users(station, "x-failures-2")}
    client.force_login(users["head"], "diansuo.office.base.access.StationBackend")
    rows = [failed("0041", "M1", "3"), failed("0042", "M2", "2")]
    bring_in("failures", listed(tmp_path / "a.csv", *rows), now=NOW)
    assert [row.mended for row in queries.failure_rows(ALL, queries.failures_on(ALL, DAY), DAY)] == [
        False
    ] * 2
    late = {"用户编号": "0041", "表资产号": "M1", "日期": DAY.isoformat(), "PAP_R": "100"}
    bring_in("freeze", write_csv(tmp_path / "f.csv", tuple(late), [late]), now=NOW)

    found = queries.failure_rows(ALL, queries.failures_on(ALL, DAY), DAY)
    assert {row.customer_number: row.mended for row in found} == {"0041": True, "0042": False}
    asked = {"day": DAY.isoformat(), "mended": "0"}
    open_only = client.get(reverse("failures"), asked).content.decode()
    assert "0042" in open_only
    assert "0041" not in open_only
