"""An archive list becomes customers, points, meters and the grid; a line that cannot be trusted is refused."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from diansuo.core.tariff.classes import PriceClass, VoltageClass
from diansuo.office.archive import beginnings
from diansuo.office.archive.importing import planning
from diansuo.office.archive.models import (
    AreaTerm,
    Contract,
    ContractTerm,
    Customer,
    Meter,
    MeteringPoint,
    MeterInstallation,
    PointArea,
    Responsibility,
    RouteTerm,
    TransformerArea,
    YearOpening,
)
from diansuo.office.base.imports import operations
from diansuo.office.base.models import ColumnAlias, Company, ImportBatch, Staff, Station
from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.problems import SheetRefused
from tests.office.archive.lists import bring_in, bring_in_file, day, line, picture, preview, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_readings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginnings, "_first_days", [])


def test_the_real_households_are_ten_customers_of_one_station(real_households: Path) -> None:
    outcome = bring_in_file(real_households / "用户档案.xlsx")

    assert outcome.counts() == {"new": 10}
    assert outcome.batch.station == Station.objects.get(name="东村供电所", company__name="巩义供电公司")
    assert sorted(Staff.objects.values_list("name", flat=True)) == [
        "王五",
        "赵六",
    ]  # written 王 五 in the file
    assert TransformerArea.objects.get().name == "东村1号台区"  # written １号 in the file
    # Two people read there, so that none of them answers for the route.
    assert RouteTerm.objects.values_list("route__number", "reading_day", "owner").get() == (
        "0041020017", 1, None,
    )  # fmt: skip
    classes = ContractTerm.objects.values_list("price_class", flat=True)
    assert sorted(classes) == [PriceClass.RESIDENTIAL_STEPS] * 3 + [PriceClass.RESIDENTIAL_STEPS_TOU] * 7
    assert set(ContractTerm.objects.values_list("capacity_va", "voltage_class")) == {
        (8000, VoltageClass.BELOW_1KV)
    }
    assert set(Meter.objects.values_list("integer_digits", "decimal_digits")) == {(6, 2)}
    assert Meter.objects.filter(asset_number="4130009000000020240007").count() == 1


@pytest.mark.parametrize(
    ("said", "method"), [("远程采集", "remote"), ("集抄", "remote"), ("人工抄表", "manual"), ("", "")]
)
def test_how_a_route_is_read_comes_with_the_list(db: None, tmp_path: Path, said: str, method: str) -> None:
    rows = [line("001", "m1", 抄表方式=said), line("002", "m2", 抄表方式=said)]
    assert bring_in_file(write(tmp_path / "档案.xlsx", rows)).counts() == {"new": 2}
    assert RouteTerm.objects.get().method == method


def test_a_route_that_two_lines_read_in_different_ways_is_refused(db: None, tmp_path: Path) -> None:
    rows = [line("001", "m1", 抄表方式="远程采集"), line("002", "m2", 抄表方式="现场抄表")]
    outcome = preview(write(tmp_path / "档案.xlsx", rows))
    assert [(row, column) for row, column, _why in outcome.refusals()] == [(3, "抄表方式")]


def test_the_same_file_twice_changes_nothing(real_households: Path) -> None:
    file = real_households / "用户档案.xlsx"
    bring_in_file(file)
    before = picture()

    again = bring_in_file(file)

    assert again.counts() == {"unchanged": 10}
    assert picture() == before


def test_without_readings_an_archive_is_in_force_before_any_that_may_come(
    no_readings: None, tmp_path: Path
) -> None:
    outcome = bring_in(tmp_path, line("001", "m1"), line("002", "m2", 送电日期="2023/5/6"))

    starts = dict(ContractTerm.objects.values_list("contract__customer__number", "valid_from"))
    assert starts == {"001": date(2000, 1, 1), "002": date(2023, 5, 6)}
    assert any("2000-01-01" in note for note in outcome.batch.notes)


def test_with_readings_an_archive_starts_with_the_year_of_the_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(beginnings, "_first_days", [lambda: date(2024, 7, 1), lambda: None])

    long_connected, connected_later = (
        line("002", "m2", 送电日期="2015-01-01"),
        line("003", "m3", 送电日期="20250601"),
    )
    bring_in(tmp_path, line("001", "m1"), long_connected, connected_later)

    starts = dict(ContractTerm.objects.values_list("contract__customer__number", "valid_from"))
    assert starts == {"001": date(2024, 1, 1), "002": date(2024, 1, 1), "003": date(2025, 6, 1)}


def test_the_day_the_user_names_rules(tmp_path: Path) -> None:
    bring_in(tmp_path, line("001", "m1", 送电日期="2023-05-06"), valid_from=day("2024-01-01"))

    for model in (ContractTerm, MeterInstallation, PointArea, Responsibility, AreaTerm):
        assert set(model.objects.values_list("valid_from", flat=True)) == {date(2024, 1, 1)}, model


def test_several_points_of_one_customer_are_several_lines(tmp_path: Path) -> None:
    outcome = bring_in(
        tmp_path,
        line("001", "m1", 计量点编号="p1", 抄表序号="1"),
        line("001", "m2", 计量点编号="p2", 综合倍率="30"),
    )

    assert outcome.counts() == {"new": 2}
    assert Customer.objects.count() == Contract.objects.count() == ContractTerm.objects.count() == 1
    points = MeteringPoint.objects.order_by("number").values_list("number", "installations__multiplier")
    assert list(points) == [("p1", 1), ("p2", 30)]


def test_numbers_keep_their_zeros_and_energy_of_the_year_its_hundredths(tmp_path: Path) -> None:
    bring_in(tmp_path, line("0001", "00m1", 年初累计电量="1234.56", 合同容量="7.5"), period=202408)

    assert Customer.objects.get().number == "0001"
    assert Meter.objects.get().asset_number == "00m1"
    assert YearOpening.objects.values_list("year", "energy_wh").get() == (2024, 1_234_560)
    assert ContractTerm.objects.get().capacity_va == 7500


def test_energy_of_a_year_nobody_names_is_refused_with_the_remedy(tmp_path: Path) -> None:
    outcome = bring_in(tmp_path, line("001", "m1", 年初累计电量="500"), line("002", "m2"))

    assert [(row, column) for row, column, _reason in outcome.refusals()] == [(2, "年初累计电量")]
    assert all(way in outcome.remedies()[0] for way in ("累计年度", "--period", "--valid-from"))
    assert Customer.objects.get().number == "002"
    assert not YearOpening.objects.exists()


@pytest.mark.parametrize(
    ("said", "options", "year"),
    [
        ({}, {"period": 202408}, 2024),
        ({}, {"valid_from": date(2025, 3, 1)}, 2025),
        ({"累计年度": "2023"}, {}, 2023),
        ({"累计年度": "2023"}, {"period": 202408}, 2023),
    ],
)
def test_energy_of_a_year_goes_to_the_year_that_is_said(
    tmp_path: Path, said: dict[str, str], options: dict[str, Any], year: int
) -> None:
    file = write(tmp_path / "档案.xlsx", [line("001", "m1", 年初累计电量="500", **said)])
    outcome = bring_in_file(file, **options)

    assert YearOpening.objects.values_list("year", "energy_wh").get() == (year, 500_000)
    assert any(str(year) in note for note in outcome.batch.notes if "年初累计电量" in note)
    YearOpening.objects.all().delete()
    assert bring_in_file(file, **options).counts() == {"changed": 1}
    assert YearOpening.objects.get().year == year


@pytest.mark.parametrize(
    ("changes", "column", "remedy"),
    [
        ({"综合倍率": "0"}, "综合倍率", "直接接入填1"),
        ({"累计年度": "24", "年初累计电量": "5"}, "累计年度", "2024"),
        ({"综合倍率": "1.5"}, "综合倍率", "填整数"),
        ({"用电类别": "工商业用电"}, "用电类别", "写成“工商业（单一制）”"),
        ({"用电类别": "月球用电"}, "用电类别", "居民生活用电"),
        ({"供电电压": "直流"}, "供电电压", "交流220V"),
        ({"送电日期": "2024-02-30"}, "送电日期", "2024-08-01"),
        ({"抄表位数": "六位"}, "抄表位数", "6.2"),
        ({"抄表例日": "32"}, "抄表例日", "每月的几日"),
        ({"销户日期": "2024-01-01"}, "销户日期", "只导入在用用户"),
        ({"用户名称": ""}, "用户名称", "补填"),
        ({"合同容量": "-1"}, "合同容量", "kVA"),
    ],
)
def test_a_line_that_cannot_be_trusted_is_refused_with_a_remedy(
    changes: dict[str, str], column: str, remedy: str, tmp_path: Path
) -> None:
    outcome = bring_in(tmp_path, line("001", "m1"), line("002", "m2", **changes))

    assert outcome.counts() == {"new": 1, "refused": 1}
    ((row, named, reason),) = outcome.refusals()
    assert (row, named) == (3, column)
    assert reason
    assert remedy in outcome.remedies()[0]
    assert list(Customer.objects.values_list("number", flat=True)) == ["001"]


def test_every_problem_of_a_line_is_named_at_once(tmp_path: Path) -> None:
    outcome = preview(
        write(tmp_path / "a.xlsx", [line("001", "m1", 综合倍率="x", 用电类别="工商业", 相别="D")])
    )

    assert {column for _row, column, _reason in outcome.refusals()} == {"综合倍率", "用电类别", "相别"}


def test_what_stands_twice_in_a_file_is_taken_once(tmp_path: Path) -> None:
    outcome = preview(
        write(
            tmp_path / "a.xlsx",
            [
                line("001", "m1"),
                line("001", "m1"),  # the same line again
                line("002", "m3"),
                line("003", "m3"),  # one meter, two customers: either may be right
                line("004", "m4", 台区名称="西村台区"),  # the area has another name above
            ],
        )
    )

    assert [(row, column) for row, column, _reason in outcome.refusals()] == [
        (3, "电能表编号"),
        (4, "电能表编号"),
        (5, "电能表编号"),
        (6, "台区名称"),
    ]
    assert outcome.counts() == {"new": 1, "refused": 4}


def test_a_meter_that_hangs_elsewhere_is_refused_and_the_customer_named(tmp_path: Path) -> None:
    bring_in(tmp_path, line("001", "m1"))
    before = picture()

    outcome = bring_in(tmp_path, line("002", "m1"))

    assert outcome.counts() == {"refused": 1}
    assert "001" in outcome.refusals()[0][2]
    assert picture() == before


def test_a_number_of_another_station_of_the_company_is_refused(tmp_path: Path) -> None:
    bring_in(tmp_path, line("001", "m1"))

    moved = line("001", "m1", 供电所="西村供电所", 台区编号="T2", 台区名称="二")
    outcome = preview(write(tmp_path / "a.xlsx", [moved]))

    assert [column for _row, column, _reason in outcome.refusals()] == ["用户编号"]


def test_the_station_is_the_one_named_by_the_user_or_the_only_one(tmp_path: Path) -> None:
    unplaced = line("001", "m1", 供电单位="", 供电所="")
    assert preview(write(tmp_path / "a.xlsx", [unplaced])).counts() == {"refused": 1}

    company = Company.objects.create(name="某县供电公司")
    Station.objects.create(company=company, name="东村供电所")
    assert preview(write(tmp_path / "a.xlsx", [unplaced])).counts() == {"new": 1}

    west = Station.objects.create(company=company, name="西村供电所")
    outcome = preview(write(tmp_path / "a.xlsx", [unplaced]))
    assert outcome.counts() == {"refused": 1}
    assert "--station" in outcome.remedies()[0]
    assert bring_in(tmp_path, unplaced, station="西村供电所").batch.station == west


def test_a_viewer_of_one_station_imports_neither_into_another_nor_a_new_one(tmp_path: Path) -> None:
    company = Company.objects.create(name="某县供电公司")
    own = Station.objects.create(company=company, name="东村供电所")
    Station.objects.create(company=company, name="西村供电所")
    scope = Scope(frozenset({own.pk}))
    stations = ("东村供电所", "西村供电所", "南村供电所")
    rows = [line(str(n), f"m{n}", 供电所=name, 台区编号="", 台区名称="") for n, name in enumerate(stations)]

    outcome = preview(write(tmp_path / "a.xlsx", rows), scope=scope)

    assert outcome.counts() == {"new": 1, "refused": 2}


def test_a_heading_the_user_registered_is_understood(tmp_path: Path) -> None:
    row = line("001", "m1")
    row["本地户号"] = row.pop("用户编号")
    file = tmp_path / "档案.csv"
    with file.open("w", encoding="gb18030", newline="") as stream:
        csv.writer(stream).writerows([row.keys(), row.values()])
    with pytest.raises(SheetRefused, match="缺少列：用户编号"):
        preview(file)

    ColumnAlias.objects.create(kind="archive", alias="本地户号", field="customer_number")

    assert preview(file).counts() == {"new": 1}


def _cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def _with_a_far_corner(file: Path) -> None:
    with xlsxwriter.Workbook(file) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["用户编号", "用户名称", "电能表编号", "用电类别"])
        sheet.write_string(1_048_575, 16_383, "x")


def _with_a_formula(file: Path) -> None:
    with xlsxwriter.Workbook(file) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["用户编号", "用户名称", "电能表编号", "用电类别"])
        sheet.write_formula(1, 0, "=1+1")


@pytest.mark.parametrize("spoil", [_cut_short, _with_a_far_corner, _with_a_formula])
def test_a_hostile_workbook_is_refused_and_nothing_is_kept(
    spoil: Callable[[Path], None], tmp_path: Path
) -> None:
    file = write(tmp_path / "a.xlsx", [line("001", "m1")])
    spoil(file)
    before = picture()

    with pytest.raises(SheetRefused):
        preview(file)

    assert not ImportBatch.objects.exists()
    assert picture() == before


def test_an_import_that_was_killed_between_two_writes_is_finished_by_calling_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "LINES_A_WRITE", 2)
    rows = [line(f"{n:03d}", f"m{n}") for n in range(6)] + [line("000", "m9", 计量点编号="p9")]
    outcome = preview(write(tmp_path / "a.xlsx", rows))

    class Killed(Exception):
        pass

    def kill(done: int, _of: int) -> None:
        if done == 3:
            raise Killed

    with pytest.raises(Killed):
        operations.apply(outcome.batch, scope=Scope.everything(), now=outcome.batch.created_at, advance=kill)
    assert Customer.objects.count() == 4

    batch = ImportBatch.objects.get()
    operations.apply(batch, scope=Scope.everything(), now=batch.created_at)

    assert Customer.objects.count() == 6
    assert MeteringPoint.objects.count() == ContractTerm.objects.count() + 1 == 7
    assert preview(write(tmp_path / "a.xlsx", rows)).counts() == {"unchanged": 7}
