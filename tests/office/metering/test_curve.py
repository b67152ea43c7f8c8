"""Curves of voltage and power: previewed against the lake, read by point, day and slot, taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from diansuo.office.archive.models import Meter, MeteringPoint, MeterInstallation, TransformerArea
from diansuo.office.base.imports import operations
from diansuo.office.base.models import Station
from diansuo.office.metering import lake
from diansuo.office.metering.models import LakeFile
from tests.office.metering.builder import bring_in, household, make_station, preview, write_csv

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 1, 1, tzinfo=UTC)
DAY = date(2024, 7, 31)
HEADINGS = ("用户编号", "表资产号", "日期", "点号", "电压A", "电压B", "电压C", "有功功率")


@pytest.fixture(autouse=True)
def own_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(lake, "_root", lambda: tmp_path / "lake")
    return tmp_path / "lake"


@pytest.fixture
def station() -> Station:
    made = make_station()
    household(made, "0041", "M1")
    return made


def shown(slot: str, volts: str = "231.4", kilowatts: str = "0.8214", **cells: Any) -> dict[str, Any]:
    row = {"用户编号": "0041", "表资产号": "M1", "日期": "2024-07-31", "点号": slot}
    return {**row, "电压A": volts, "有功功率": kilowatts, **cells}


def table(path: Path, *rows: dict[str, Any]) -> Path:
    return write_csv(path, HEADINGS, list(rows))


def curve(station: Station) -> list[tuple[Any, ...]]:
    frame = lake.read_curve_frame([station.pk], DAY, date(2024, 8, 1))
    return frame.select("slot", "voltage_a_mv", "voltage_b_mv", "power_w").rows()


def test_a_curve_is_read_by_slot_and_the_newest_batch_counts(station: Station, tmp_path: Path) -> None:
    bring_in("curve", table(tmp_path / "a.csv", shown("2"), shown("1", "229.9", "-0.0005")), now=NOW)
    assert curve(station) == [(1, 229_900, None, -1), (2, 231_400, None, 821)]

    better = bring_in("curve", table(tmp_path / "b.csv", shown("2", "198.0")), now=NOW)
    assert better.counts["changed"] == 1
    assert curve(station)[1] == (2, 198_000, None, 821)
    again, _plan = preview("curve", table(tmp_path / "c.csv", shown("1", "229.9", "-0.0005")), now=NOW)
    assert again.counts["unchanged"] == 1

    operations.withdraw(better, now=NOW)
    assert curve(station)[1] == (2, 231_400, None, 821)


def test_a_withdrawn_curve_leaves_no_file_and_freezes_stay_apart(
    station: Station, tmp_path: Path, own_lake: Path
) -> None:
    batch = bring_in("curve", table(tmp_path / "a.csv", shown("1")), now=NOW)
    (path,) = own_lake.rglob("*.parquet")
    assert path.relative_to(own_lake).as_posix().startswith("raw/curve/station=")
    assert len(lake.read_freeze_frame([station.pk], DAY, date(2024, 8, 1))) == 0

    operations.withdraw(batch, now=NOW)
    assert not LakeFile.objects.exists()
    assert not list(own_lake.rglob("*.parquet"))


def test_parquet_with_numbers_and_masters_without_customer(station: Station, tmp_path: Path) -> None:
    area = TransformerArea.objects.create(company=station.company, station=station, number="T1", name="一号")
    point = MeteringPoint.objects.create(company=station.company, station=station, master_of=area)
    meter = Meter.objects.create(company=station.company, asset_number="Z1")
    MeterInstallation.objects.create(point=point, meter=meter, multiplier=80, valid_from=date(2024, 1, 1))
    columns = {
        "用户编号": ["0041", ""],
        "表资产号": ["M1", "Z1"],
        "日期": [DAY, DAY],
        "点号": [96, 96],
        "电压A": [229.95, 231.0],
        "电压B": [None, 230.1],
        "电压C": [None, 232.0],
        "有功功率": [0.3, -1.25],
    }
    pl.DataFrame(columns).write_parquet(tmp_path / "a.parquet")
    bring_in("curve", tmp_path / "a.parquet", now=NOW)

    assert curve(station) == [(96, 229_950, None, 300), (96, 231_000, 230_100, -1_250)]
    multipliers = lake.read_curve_frame([station.pk], DAY, date(2024, 8, 1), [point.pk])["multiplier"]
    assert multipliers.to_list() == [80]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"点号": "97"}, "点号"),
        ({"点号": "午"}, "点号"),
        ({"电压A": "-3"}, "电压A"),
        ({"有功功率": "1e3"}, "有功功率"),
        ({"电压A": "", "有功功率": ""}, "有功功率"),
        ({"表资产号": "M2"}, "表资产号"),
        ({"日期": "2026-04-02"}, "日期"),
    ],
)
def test_a_row_that_cannot_be_is_refused_and_the_others_go_in(
    station: Station, tmp_path: Path, cells: dict[str, str], column: str
) -> None:
    batch, plan = preview("curve", table(tmp_path / "a.csv", shown("1") | cells, shown("2")), now=NOW)

    assert batch.counts == {"new": 1, "changed": 0, "unchanged": 0, "refused": 1}
    (refused,) = plan.verdicts.table().filter(pl.col("outcome") == "refused").to_dicts()
    assert refused["column"] == column
    assert refused["remedy"]


def test_one_slot_twice_counts_once_and_is_refused_where_it_differs(station: Station, tmp_path: Path) -> None:
    same, _plan = preview("curve", table(tmp_path / "a.csv", shown("1"), shown("1")), now=NOW)
    assert same.counts == {"new": 1, "changed": 0, "unchanged": 1, "refused": 0}
    rows = (shown("1"), shown("1", "198"), shown("2"))
    other, _plan = preview("curve", table(tmp_path / "b.csv", *rows), now=NOW)
    assert other.counts == {"new": 1, "changed": 0, "unchanged": 0, "refused": 2}


def test_numbers_of_a_parquet_file_are_refused_row_by_row_as_texts_are(
    station: Station, tmp_path: Path
) -> None:
    household(station, "0042", "M2")
    size = 6
    columns = {
        "用户编号": ["0041"] * 4 + ["0042"] * 2,
        "表资产号": ["M1"] * 4 + ["M2", "M9"],
        "日期": pl.Series([DAY] * size).cast(pl.Datetime("ms")),
        "点号": [1, 97, 2, 3, 1, 2],
        "电压A": [231.4, 231.4, -1.0, float("nan"), 229.95, 229.95],
    }
    pl.DataFrame(columns).write_parquet(tmp_path / "a.parquet")
    batch, plan = preview("curve", tmp_path / "a.parquet", now=NOW)

    assert batch.counts == {"new": 2, "changed": 0, "unchanged": 0, "refused": 4}
    refused = plan.verdicts.table().filter(pl.col("outcome") == "refused")
    assert refused.select("row", "column", "value").rows() == [
        (2, "点号", "97"), (3, "电压A", "-1.0"), (4, "电压A", "NaN"), (6, "表资产号", "M9"),
    ]  # fmt: skip
    assert refused["subject"].to_list()[-1] == "0042 2024-07-31"


def test_one_row_otherwise_is_another_promise(station: Station, tmp_path: Path) -> None:
    first = [shown("1"), shown("2"), shown("3", "97")]
    one, _plan = preview("curve", table(tmp_path / "a.csv", *first), now=NOW)
    same, _plan = preview("curve", table(tmp_path / "a.csv", *first), now=NOW)
    other, _plan = preview("curve", table(tmp_path / "a.csv", *first[:2], shown("3", "-97")), now=NOW)
    assert one.plan_digest == same.plan_digest != other.plan_digest
