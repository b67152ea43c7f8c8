"""The wide form of curves: a day a row; the same lake, nothing of it half imported, every refusal with its reason."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from diansuo.office.base.imports import operations
from diansuo.office.base.models import Station
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.metering import lake
from diansuo.office.metering.models import LakeFile
from tests.office.metering.builder import ALL, bring_in, household, make_station, preview, write_csv

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 1, 1, tzinfo=UTC)
DAY = date(2024, 7, 31)
IDS = ("用户编号", "表资产号", "日期", "数据项")
NUMBERS = tuple(str(slot) for slot in range(1, 97))


@pytest.fixture(autouse=True)
def own_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(lake, "_root", lambda: tmp_path / "lake")
    return tmp_path / "lake"


@pytest.fixture
def station() -> Station:
    made = make_station()
    household(made, "0041", "M1")
    return made


def wide(item: str, values: dict[int, Any], **cells: Any) -> dict[str, Any]:
    row = {"用户编号": "0041", "表资产号": "M1", "日期": "2024-07-31", "数据项": item}
    return {**row, **{str(slot): value for slot, value in values.items()}, **cells}


def table(path: Path, *rows: dict[str, Any]) -> Path:
    return write_csv(path, (*IDS, *NUMBERS), list(rows))


def held(station: Station) -> list[tuple[Any, ...]]:
    frame = lake.read_curve_frame([station.pk], date(2024, 7, 1), date(2024, 9, 1))
    return frame.select("day", "slot", "voltage_a_mv", "power_w").rows()


def test_both_quantities_of_a_day_come_to_one_row_a_point_in_exact_thousandths(
    station: Station, tmp_path: Path
) -> None:
    power, volts = {1: "0.8214", 2: "-0.0005", 3: "1,000.5"}, {1: "231.4", 4: "229.9"}
    batch = bring_in(
        "curve", table(tmp_path / "a.csv", wide("有功功率", power), wide("电压A", volts)), now=NOW
    )
    assert batch.counts["new"] == 2
    assert held(station) == [
        (DAY, 1, 231_400, 821), (DAY, 2, None, -1), (DAY, 3, None, 1_000_500), (DAY, 4, 229_900, None),
    ]  # fmt: skip
    again, _plan = preview("curve", table(tmp_path / "b.csv", wide("有功功率", power)), now=NOW)
    assert again.counts["unchanged"] == 1

    operations.withdraw(batch, now=NOW)
    assert held(station) == []


def test_a_quantity_that_a_later_file_does_not_bring_stays(station: Station, tmp_path: Path) -> None:
    bring_in("curve", table(tmp_path / "a.csv", wide("电压A", {1: "231.4", 2: "230"})), now=NOW)
    later = bring_in("curve", table(tmp_path / "b.csv", wide("有功功率", {1: "0.5"})), now=NOW)
    assert later.counts["new"] + later.counts["changed"] == 1
    assert held(station) == [(DAY, 1, 231_400, 500), (DAY, 2, 230_000, None)]


def test_the_long_and_the_wide_form_say_the_same(station: Station, tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"用户编号": ["0041"], "表资产号": ["M1"], "日期": [DAY], "数据项": ["有功功率"]}
        | {f"P{slot}": [slot / 1000 + 0.0005] for slot in range(1, 97)}
    )
    file = tmp_path / "w.parquet"
    frame.write_parquet(file)
    bring_in("curve", file, now=NOW)
    meter = {"用户编号": "0041", "表资产号": "M1", "日期": "2024-07-31"}
    rows = [meter | {"点号": str(slot), "有功功率": f"{slot / 1000 + 0.0005:.4f}"} for slot in range(1, 97)]
    headings = ("用户编号", "表资产号", "日期", "点号", "有功功率")
    again, _plan = preview("curve", write_csv(tmp_path / "l.csv", headings, rows), now=NOW)
    assert again.counts["unchanged"] == 96


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (wide("无功功率", {1: "3"}), "不认识的数据项"),
        (wide("有功功率", {1: "三"}), "96 点中有的不是数字"),
        (wide("有功功率", {}), "96 点都是空的"),
        (wide("电压A", {1: "-3"}), "电压不能为负"),
        (wide("电压A", {1: "230"}, 表资产号="M9"), "该用户没有装过这块电能表"),
        (wide("电压A", {1: "230"}, 日期="2024-13-01"), "不是日期"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_its_reason(
    station: Station, tmp_path: Path, row: dict[str, Any], reason: str
) -> None:
    batch, plan = preview("curve", table(tmp_path / "a.csv", row), now=NOW)
    assert batch.counts["refused"] == 1
    assert plan.verdicts.reason == [reason]
    assert plan.verdicts.remedy[0]
    assert held(station) == []


def test_two_rows_that_say_different_things_are_both_refused(station: Station, tmp_path: Path) -> None:
    rows = (wide("电压A", {1: "230"}), wide("电压A", {1: "231"}), wide("有功功率", {1: "1"}))
    batch, _plan = preview("curve", table(tmp_path / "a.csv", *rows), now=NOW)
    assert (batch.counts["refused"], batch.counts["new"]) == (2, 1)


@pytest.mark.parametrize(
    "content", [b"PAR1 this is no parquet", b"", "用户编号,数据项\n0041,有功功率\n".encode()]
)
@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_file_that_is_none_is_refused_whole(
    station: Station, tmp_path: Path, content: bytes, suffix: str
) -> None:
    file = tmp_path / f"x{suffix}"
    file.write_bytes(content)
    with pytest.raises(SheetRefused):
        preview("curve", file, now=NOW)
    assert not LakeFile.objects.exists()


def test_of_a_file_over_two_months_nothing_counts_before_all_of_it_is_written(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (wide("有功功率", {1: "1"}), wide("有功功率", {1: "2"}, 日期="2024-08-01"))
    file = table(tmp_path / "a.csv", *rows)
    batch, plan = preview("curve", file, now=NOW)
    real, calls = lake.store, []

    def dies(*given: Any, **more: Any) -> Any:
        calls.append(given)
        if len(calls) == 2:
            raise OSError("disk full")
        return real(*given, **more)

    monkeypatch.setattr(lake, "store", dies)
    with pytest.raises(OSError, match="disk full"):
        operations.apply(batch, scope=ALL, now=NOW, plan=plan)
    assert held(station) == []
    monkeypatch.setattr(lake, "store", real)
    operations.apply(batch, scope=ALL, now=NOW)
    assert [row[3] for row in held(station)] == [1000, 2000]


def test_the_currents_of_the_phases_stand_beside_the_voltages(station: Station, tmp_path: Path) -> None:
    bring_in(
        "curve",
        table(tmp_path / "a.csv", wide("电压A", {1: "231.4"}), wide("A相电流", {1: "3.4125"})),
        now=NOW,
    )
    later = bring_in("curve", table(tmp_path / "b.csv", wide("电流C", {1: "-2.5"})), now=NOW)

    assert later.counts["changed"] == 1
    frame = lake.read_curve_frame([station.pk], date(2024, 7, 1), date(2024, 9, 1))
    assert frame.select("voltage_a_mv", "current_a_ma", "current_b_ma", "current_c_ma").rows() == [
        (231_400, 3_413, None, -2_500)
    ]
