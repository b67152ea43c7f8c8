"""The daily freeze table and the lake: previewed against what is there, atomic, taken back without a trace."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from diansuo.office.archive.models import Feeder, Meter, MeteringPoint, MeterInstallation, TransformerArea
from diansuo.office.base import jobs
from diansuo.office.base.imports import operations
from diansuo.office.base.models import Job, Station
from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.metering import lake
from diansuo.office.metering.days import running
from diansuo.office.metering.importing import texts
from diansuo.office.metering.models import LakeFile
from tests.office.metering.builder import (
    ALL,
    bring_in,
    household,
    make_station,
    preview,
    real_data,
    real_station,
    write_csv,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 1, 1, tzinfo=UTC)
HEADINGS = ("用户编号", "台区编号", "表资产号", "倍率", "日期", "PAP_R", "PAP_R2", "PAP_R4", "RAP_R")


@pytest.fixture(autouse=True)
def own_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(lake, "_root", lambda: tmp_path / "lake")
    return tmp_path / "lake"


@pytest.fixture
def station() -> Station:
    made = make_station()
    household(made, "0041", "M1")
    return made


def freeze(day: str, total: str, **cells: Any) -> dict[str, Any]:
    return {"用户编号": "0041", "表资产号": "M1", "倍率": "1", "日期": day, "PAP_R": total, **cells}


def table(path: Path, *rows: dict[str, Any]) -> Path:
    return write_csv(path, HEADINGS, list(rows))


def totals(start: date = date(2024, 7, 1), end: date = date(2024, 9, 1)) -> dict[str, int]:
    found = lake.read_freeze(ALL, start, end)
    days = found["day"].astype("datetime64[D]").astype(str)
    return dict(zip(days.tolist(), found["active_total_wh"].tolist(), strict=True))


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_freezes_go_into_the_lake_by_station_and_month(
    station: Station, tmp_path: Path, own_lake: Path
) -> None:
    batch = bring_in(
        "freeze",
        table(tmp_path / "a.csv", freeze("2024-07-31", "10.5", PAP_R2="1"), freeze("20240801", "11")),
        now=NOW,
    )
    assert files(own_lake) == [
        f"raw/freeze/station={station.pk}/month={month}/{batch.pk:08d}.parquet" for month in (202407, 202408)
    ]
    assert totals() == {"2024-07-31": 10_500, "2024-08-01": 11_000}
    found = lake.read_freeze(ALL, date(2024, 7, 31), date(2024, 8, 1))
    assert {name: found[name].tolist() for name in ("active_peak_wh", "active_valley_wh", "multiplier")} == {
        "active_peak_wh": [1000], "active_valley_wh": [-1], "multiplier": [1],
    }  # fmt: skip


def test_the_same_table_twice_changes_nothing(station: Station, tmp_path: Path, own_lake: Path) -> None:
    file = table(tmp_path / "a.csv", freeze("2024-07-31", "10.5"))
    bring_in("freeze", file, now=NOW)
    before = files(own_lake)
    again = bring_in("freeze", file, now=NOW)
    assert again.counts == {"new": 0, "changed": 0, "unchanged": 1, "refused": 0}
    assert files(own_lake) == before


def test_a_changed_freeze_wins_and_taken_back_gives_the_old_one(
    station: Station, tmp_path: Path, own_lake: Path
) -> None:
    first = bring_in(
        "freeze", table(tmp_path / "a.csv", freeze("2024-07-31", "10.5"), freeze("2024-07-30", "10")), now=NOW
    )
    second = bring_in(
        "freeze", table(tmp_path / "b.csv", freeze("2024-07-31", "10.7"), freeze("2024-07-30", "10")), now=NOW
    )
    assert second.counts == {"new": 0, "changed": 1, "unchanged": 1, "refused": 0}
    assert totals() == {"2024-07-30": 10_000, "2024-07-31": 10_700}
    operations.withdraw(second, now=NOW)
    assert totals() == {"2024-07-30": 10_000, "2024-07-31": 10_500}
    operations.withdraw(first, now=NOW)
    assert totals() == {}
    assert files(own_lake) == []
    assert not LakeFile.objects.exists()


def test_final_values_come_before_raw_ones_however_old(station: Station, tmp_path: Path) -> None:
    first = bring_in("freeze", table(tmp_path / "a.csv", freeze("2024-07-31", "10")), now=NOW)
    good = lake.read_freeze_frame([station.pk], date(2024, 7, 1), date(2024, 8, 1))
    lake.write_freeze(
        first, station.pk, 202407, good.with_columns(active_total_wh=pl.lit(9_000)), side=lake.FINAL
    )
    bring_in("freeze", table(tmp_path / "b.csv", freeze("2024-07-31", "12")), now=NOW)
    assert totals() == {"2024-07-31": 9_000}


def test_a_file_the_manifest_does_not_list_does_not_count_and_is_swept(
    station: Station, tmp_path: Path, own_lake: Path
) -> None:
    batch = bring_in("freeze", table(tmp_path / "a.csv", freeze("2024-07-31", "10")), now=NOW)
    LakeFile.objects.filter(batch=batch).delete()
    assert totals() == {}
    written = datetime.fromtimestamp(os.path.getmtime(own_lake / files(own_lake)[0]), UTC)
    assert lake.sweep(written) == 0
    assert lake.sweep(written + timedelta(hours=2)) == 1
    assert files(own_lake) == []


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"用户编号": "9999"}, "用户编号"),
        ({"用户编号": ""}, "用户编号"),
        ({"表资产号": "M2"}, "表资产号"),
        ({"倍率": "30"}, "倍率"),
        ({"倍率": "abc"}, "倍率"),
        ({"日期": "2026-04-02"}, "日期"),
        ({"日期": "昨天"}, "日期"),
        ({"日期": "2023-12-31"}, "表资产号"),
        ({"PAP_R": ""}, "PAP_R"),
        ({"PAP_R": "-1"}, "PAP_R"),
        ({"PAP_R": "1000000"}, "PAP_R"),
        ({"PAP_R2": "1e3"}, "PAP_R2"),
    ],
)
def test_a_row_that_cannot_be_true_is_refused_and_the_others_go_in(
    station: Station, tmp_path: Path, own_lake: Path, cells: dict[str, str], column: str
) -> None:
    file = table(tmp_path / "a.csv", freeze("2024-07-31", "10") | cells, freeze("2024-08-01", "11"))
    batch, plan = preview("freeze", file, now=NOW)
    assert batch.counts == {"new": 1, "changed": 0, "unchanged": 0, "refused": 1}
    refused = plan.verdicts.table().filter(pl.col("outcome") == "refused").to_dicts()[0]
    assert (refused["column"], refused["row"]) == (column, 2)
    assert refused["reason"]
    assert refused["remedy"]
    assert files(own_lake) == []


def test_one_day_twice_counts_once_and_is_refused_where_it_differs(station: Station, tmp_path: Path) -> None:
    same, _plan = preview("freeze", table(tmp_path / "a.csv", *[freeze("2024-07-31", "10")] * 2), now=NOW)
    assert same.counts == {"new": 1, "changed": 0, "unchanged": 1, "refused": 0}
    rows = (freeze("2024-07-31", "10"), freeze("2024-07-31", "11"), freeze("2024-08-01", "11"))
    other, _plan = preview("freeze", table(tmp_path / "b.csv", *rows), now=NOW)
    assert other.counts == {"new": 1, "changed": 0, "unchanged": 0, "refused": 2}


def test_decimals_finer_than_a_watt_hour_round_half_away(station: Station, tmp_path: Path) -> None:
    bring_in(
        "freeze",
        table(tmp_path / "a.csv", freeze("2024-07-31", "10.0005"), freeze("2024-07-30", "10.0004")),
        now=NOW,
    )
    assert totals() == {"2024-07-30": 10_000, "2024-07-31": 10_001}


def test_parquet_says_the_same_as_csv(station: Station, tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "用户编号": ["0041"],
            "表资产号": ["M1"],
            "日期": [date(2024, 7, 31)],
            "PAP_R": ["10.50"],
            "PAP_R2": [None],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    bring_in("freeze", tmp_path / "a.parquet", now=NOW)
    assert totals() == {"2024-07-31": 10_500}
    again, _plan = preview("freeze", table(tmp_path / "a.csv", freeze("2024-07-31", "10.5")), now=NOW)
    assert again.counts["unchanged"] == 1


def test_another_stations_freezes_are_not_seen(station: Station, tmp_path: Path) -> None:
    bring_in("freeze", table(tmp_path / "a.csv", freeze("2024-07-31", "10")), now=NOW)
    other = Scope(frozenset([make_station("西村供电所").pk]))
    assert len(lake.read_freeze(other, date(2024, 7, 1), date(2024, 8, 1))["day"]) == 0


def test_the_real_freezes_agree_with_the_lists_registers(db: None) -> None:
    station = real_station()
    batch = bring_in("freeze", real_data() / "日冻结电量.csv", now=NOW)
    assert batch.counts == {"new": 6065, "changed": 0, "unchanged": 0, "refused": 0}
    assert len(lake.read_freeze(ALL, date(2024, 1, 1), date(2026, 4, 1))["day"]) == 6065
    again, _plan = preview("freeze", real_data() / "日冻结电量.csv", now=NOW)
    assert again.counts == {"new": 0, "changed": 0, "unchanged": 6065, "refused": 0}
    assert LakeFile.objects.filter(station=station).count() == 26


def packed(path: Path, columns: dict[str, list[str]]) -> Path:
    pl.DataFrame(columns).write_parquet(path)
    return path


@pytest.mark.parametrize(
    ("bound", "most", "words"),
    [("MOST_ROWS", 3, "4 行"), ("MOST_COLUMNS", 4, "5 列"), ("MOST_BYTES", 100, "字节")],
)
def test_a_table_larger_than_any_station_has_is_refused_unread(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str, most: int, words: str
) -> None:
    rows = {"用户编号": "0041", "表资产号": "M1", "倍率": "1", "日期": "2024-07-01", "PAP_R": "1"}
    file = packed(tmp_path / "freeze.parquet", {name: [value] * 4 for name, value in rows.items()})
    assert preview("freeze", file)[0].counts["refused"] == 0
    monkeypatch.setattr(texts, bound, most)
    monkeypatch.setattr(pl, "read_parquet", lambda *_args, **_more: pytest.fail("it was read"))
    with pytest.raises(SheetRefused, match=words) as refusal:
        preview("freeze", file)
    assert "分成" in refusal.value.remedy


def test_columns_a_freeze_table_does_not_need_are_not_read(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = {"用户编号": "0041", "表资产号": "M1", "日期": "2024-07-01", "PAP_R": "1", "备注": "长"}
    file = packed(tmp_path / "freeze.parquet", {name: [value] for name, value in rows.items()})
    read, asked = pl.read_parquet, []

    def watched(path: Path, columns: list[str]) -> pl.DataFrame:
        asked.extend(columns)
        return read(path, columns=columns)

    monkeypatch.setattr(pl, "read_parquet", watched)
    assert preview("freeze", file)[0].counts["new"] == 1
    assert sorted(asked) == sorted(set(rows) - {"备注"})


def test_what_is_no_parquet_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "freeze.parquet"
    file.write_bytes(b"nothing of the kind")
    with pytest.raises(SheetRefused, match="parquet"):
        preview("freeze", file)


def _unowned(station: Station, meter: str, **role: Any) -> MeteringPoint:
    point = MeteringPoint.objects.create(company=station.company, station=station, **role)
    made = Meter.objects.create(company=station.company, asset_number=meter)
    MeterInstallation.objects.create(point=point, meter=made, multiplier=80, valid_from=date(2024, 1, 1))
    return point


def test_masters_and_gates_are_found_by_their_meter_alone(station: Station, tmp_path: Path) -> None:
    area = TransformerArea.objects.create(company=station.company, station=station, number="T1", name="1")
    feeder = Feeder.objects.create(company=station.company, name="F1")
    master, gate = _unowned(station, "Z1", master_of=area), _unowned(station, "G1", gate_of=feeder)
    phases = {"PAP_A": "1.5", "PAP_B": "2", "PAP_C": "0.25"}
    rows = [
        {"表资产号": "Z1", "倍率": "80", "日期": "2024-07-01", "PAP_R": "3.75", **phases},
        {"表资产号": "G1", "倍率": "80", "日期": "2024-07-01", "PAP_R": "9", "RAP_R": "1"},
    ]
    bring_in("freeze", write_csv(tmp_path / "a.csv", (*HEADINGS, *phases), rows), now=NOW)

    found = lake.read_freeze(ALL, date(2024, 7, 1), date(2024, 7, 2))
    assert found["point"].tolist() == [master.pk, gate.pk]
    assert [found[name].tolist() for name in lake.PHASE_REGISTERS] == [[1500, -1], [2000, -1], [250, -1]]
    assert found["reverse_total_wh"].tolist() == [-1, 1000]


def test_a_row_without_customer_needs_a_meter_that_is_a_master_or_a_gate(
    station: Station, tmp_path: Path
) -> None:
    batch, plan = preview(
        "freeze", table(tmp_path / "a.csv", freeze("2024-07-01", "1", 用户编号="")), now=NOW
    )

    assert batch.counts["refused"] == 1
    (verdict,) = plan.verdicts.table().to_dicts()
    assert verdict["column"] == "用户编号"
    assert "台区总表" in verdict["reason"]


def test_files_from_before_the_phases_were_kept_are_still_read(
    station: Station, tmp_path: Path, own_lake: Path
) -> None:
    bring_in("freeze", table(tmp_path / "a.csv", freeze("2024-07-01", "1")), now=NOW)
    (path,) = own_lake.rglob("*.parquet")
    pl.read_parquet(path).drop(lake.PHASE_REGISTERS).write_parquet(path)

    assert totals() == {"2024-07-01": 1_000}


def test_what_came_is_checked_day_by_day_without_anybody_asking(station: Station, tmp_path: Path) -> None:
    bring_in("freeze", table(tmp_path / "later.csv", freeze("2024-08-02", "120")))
    bring_in("freeze", table(tmp_path / "earlier.csv", freeze("2024-07-31", "110")))
    waiting = Job.objects.filter(kind=running.KIND, state=Job.State.QUEUED)

    assert {job.options["month"] for job in waiting} == {202407, 202408}
    for job in waiting:
        assert jobs.run(job.pk, clock=lambda: NOW).state == Job.State.DONE
    bring_in("freeze", table(tmp_path / "again.csv", freeze("2024-07-30", "109")))
    again = {job.options["month"]: job.state for job in Job.objects.filter(kind=running.KIND)}
    assert again == {202407: Job.State.QUEUED, 202408: Job.State.QUEUED}, "August looks back into July"
