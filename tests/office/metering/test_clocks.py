"""Meter clocks: a list of reads is judged row by row, checked with its month, and taken back with what it found."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from diansuo.office.archive.models import Meter, MeteringPoint, MeterInstallation, TransformerArea
from diansuo.office.base import jobs
from diansuo.office.base.imports import operations
from diansuo.office.base.models import ImportBatch, Job, Station
from diansuo.office.base.scope import Scope
from diansuo.office.metering import lake
from diansuo.office.metering.days import clocks, running
from diansuo.office.metering.models import ClockRead, DayFinding
from tests.office.metering.builder import bring_in, household, make_station, preview, write_csv

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 1, 1, tzinfo=UTC)
HEADINGS = ("用户编号", "表资产号", "召测时间", "表时钟", "时钟偏差(分钟)", "时钟偏差(秒)")
AT = "2026-03-31 02:00:00"


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setattr(lake, "_root", lambda: tmp_path / "lake")
    made = make_station()
    for number, meter in (("0041", "M1"), ("0042", "M2"), ("0043", "M3")):
        household(made, number, meter)
    return made


def read(meter: str, minutes: str = "", **cells: Any) -> dict[str, Any]:
    return {"表资产号": meter, "召测时间": AT, "时钟偏差(分钟)": minutes, **cells}


def listed(path: Path, *rows: dict[str, Any]) -> Path:
    return write_csv(path, HEADINGS, list(rows))


def take_in(path: Path, *rows: dict[str, Any]) -> ImportBatch:
    return bring_in("clocks", listed(path, *rows), now=NOW)


def run_what_waits() -> None:
    for job in Job.objects.filter(kind=running.KIND, state=Job.State.QUEUED):
        assert jobs.run(job.pk, clock=lambda: NOW).state == Job.State.DONE


def ahead() -> dict[str, int]:
    return dict(ClockRead.objects.order_by("meter").values_list("meter__asset_number", "ahead_s"))


def found() -> list[tuple[str, date, int]]:
    rows = DayFinding.objects.filter(rule="R-CLOCK").order_by("point")
    return list(rows.values_list("point__contract__customer__number", "from_date", "actual"))


def test_the_clock_itself_goes_before_the_offset_and_either_is_enough(
    station: Station, tmp_path: Path
) -> None:
    take_in(
        tmp_path / "a.csv",
        read("M1", "180", 表时钟="2026-03-31 05:00:20"),
        read("M2", "-6.5"),
        read("M3", **{"时钟偏差(秒)": "-12"}),
    )

    assert ahead() == {"M1": 3 * 3600 + 20, "M2": -390, "M3": -12}
    assert set(ClockRead.objects.values_list("read_at", flat=True)) == {datetime(2026, 3, 30, 18, tzinfo=UTC)}


def test_what_is_read_is_checked_without_anybody_asking_and_nothing_is_found_twice(
    station: Station, tmp_path: Path
) -> None:
    take_in(tmp_path / "a.csv", read("M1", "180"), read("M2", "5"), read("M3", "-5.1"))
    run_what_waits()
    assert found() == [("0041", date(2026, 3, 31), 10_800), ("0043", date(2026, 3, 31), -306)]
    running.prepare(station, 202603, user=None, now=NOW)
    run_what_waits()
    assert len(found()) == 2


def test_a_clock_that_was_set_the_same_day_is_no_longer_said(station: Station, tmp_path: Path) -> None:
    take_in(tmp_path / "a.csv", read("M1", "180"))
    run_what_waits()
    assert len(found()) == 1
    take_in(tmp_path / "b.csv", read("M1", "0", 召测时间="2026-03-31 09:30:00"))
    run_what_waits()
    assert found() == []


def test_the_same_list_again_changes_nothing_a_better_one_corrects_it_and_all_is_taken_back(
    station: Station, tmp_path: Path
) -> None:
    first = take_in(tmp_path / "a.csv", read("M1", "180"))
    run_what_waits()
    again, _plan = preview("clocks", listed(tmp_path / "a.csv", read("M1", "180")), now=NOW)
    better = take_in(tmp_path / "b.csv", read("M1", "1"))
    run_what_waits()

    assert again.counts["unchanged"] == 1
    assert (better.counts["changed"], found(), ahead()) == (1, [], {"M1": 60})
    operations.withdraw(better, now=NOW)
    assert ahead() == {"M1": 10_800}
    operations.withdraw(first, now=NOW)
    assert not ClockRead.objects.exists()


def test_what_was_found_goes_with_the_list_but_not_what_another_list_says_too(
    station: Station, tmp_path: Path
) -> None:
    first = take_in(tmp_path / "a.csv", read("M1", "180"), read("M2", "90"))
    take_in(tmp_path / "b.csv", read("M2", "90", 召测时间="2026-03-30 02:00"))
    run_what_waits()
    assert [number for number, _day, _s in found()] == ["0041", "0042"]
    operations.withdraw(first, now=NOW)
    assert [number for number, _day, _s in found()] == ["0042"]


def test_an_area_master_is_named_by_its_meter_alone(station: Station, tmp_path: Path) -> None:
    area = TransformerArea.objects.create(company=station.company, station=station, number="T1", name="一号")
    point = MeteringPoint.objects.create(company=station.company, station=station, master_of=area)
    meter = Meter.objects.create(company=station.company, asset_number="Z1")
    MeterInstallation.objects.create(point=point, meter=meter, valid_from=date(2024, 1, 1))
    take_in(tmp_path / "a.csv", read("Z1", "9"))

    assert ahead() == {"Z1": 540}


def test_the_causes_of_loss_are_given_the_latest_read_of_the_meter_that_hangs_there(
    station: Station, tmp_path: Path
) -> None:
    take_in(
        tmp_path / "a.csv",
        read("M1", "180"),
        read("M1", "6", 召测时间="2026-03-30 02:00"),
        read("M2", "90", 召测时间="2026-02-01 02:00"),
    )
    point, meter = ClockRead.objects.filter(meter__asset_number="M1").values_list("point", "meter")[0]

    assert clocks.minutes(station.pk, date(2026, 3, 2), date(2026, 3, 31)) == {(point, meter): 180.0}


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"表资产号": "M9"}, "表资产号"),
        ({"召测时间": "2023-03-31 02:00"}, "表资产号"),
        ({"召测时间": "2026-04-09 02:00"}, "召测时间"),
        ({"召测时间": "昨天"}, "召测时间"),
        ({"召测时间": "2026-03-31 25:00"}, "召测时间"),
        ({"时钟偏差(分钟)": ""}, "时钟偏差(分钟)"),
        ({"时钟偏差(分钟)": "快三分"}, "时钟偏差(分钟)"),
        ({"表时钟": "2026-03-31 02:03:00", "时钟偏差(分钟)": "-3"}, "时钟偏差(分钟)"),
        ({"时钟偏差(分钟)": "99999999999"}, "时钟偏差(分钟)"),
        ({"用户编号": "0042"}, "用户编号"),
    ],
)
def test_a_bad_row_is_refused_with_column_and_remedy_and_nothing_is_written(
    station: Station, tmp_path: Path, cells: dict[str, str], column: str
) -> None:
    batch, plan = preview("clocks", listed(tmp_path / "a.csv", read("M1", "3") | cells), now=NOW)
    (verdict,) = plan.verdicts.table().to_dicts()

    assert (batch.counts["refused"], verdict["column"], verdict["row"]) == (1, column, 2)
    assert verdict["remedy"]
    assert not ClockRead.objects.exists()


def test_two_rows_of_one_instant_that_say_different_things_are_told(station: Station, tmp_path: Path) -> None:
    file = listed(tmp_path / "a.csv", read("M1", "3"), read("M1", "3"), read("M1", "4"))
    batch, _plan = preview("clocks", file, now=NOW)

    assert (batch.counts["new"], batch.counts["unchanged"], batch.counts["refused"]) == (1, 1, 1)


def test_another_stations_meters_are_not_known(station: Station, tmp_path: Path) -> None:
    stranger = Scope(frozenset({station.pk + 1}))
    batch, _plan = preview("clocks", listed(tmp_path / "a.csv", read("M1", "3")), now=NOW, scope=stranger)

    assert batch.counts["refused"] == 1
