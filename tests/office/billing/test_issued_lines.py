"""Lines of bills issued elsewhere, a row a bill or a row a line: refused with the remedy, taken back as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from diansuo.office.base.imports import operations as imports
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Comparison, ExternalLine
from tests.office.billing.beside import LINE_HEADINGS, beside, causes, household, months, of, theirs
from tests.office.metering.builder import NOW, bring_in, preview, write_csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def station(sample_prices: str) -> Station:
    return beside()


def test_lines_and_figures_that_change_drop_what_was_compared_of_them(
    station: Station, tmp_path: Path
) -> None:
    household(station, "0041")
    months(station)
    theirs(tmp_path, of("0041", 应收电费="120.00"))
    causes(station)
    line = {
        "用户编号": "0041",
        "电费年月": "202408",
        "项目": "第一档",
        "电量": "200",
        "单价": "0.60",
        "金额": "120.00",
    }
    batch = bring_in("issued_lines", write_csv(tmp_path / "明细.csv", LINE_HEADINGS, [line]))

    assert not Comparison.objects.exists()
    assert causes(station) == {"0041": {"PRICE": 800}}
    imports.withdraw(batch, now=NOW)
    assert not Comparison.objects.exists()
    assert not ExternalLine.objects.exists()


def test_lines_without_their_bill_or_twice_are_refused_with_the_remedy(
    station: Station, tmp_path: Path
) -> None:
    household(station, "0041")
    months(station)
    theirs(tmp_path, of("0041"))
    line = {"用户编号": "0041", "电费年月": "202408", "项目": "第一档", "金额": "112.00"}
    file = write_csv(tmp_path / "明细.csv", LINE_HEADINGS, [line, line, line | {"电费年月": "202407"}])
    batch, plan = preview("issued_lines", file)
    said = " ".join(row["reason"] + row["remedy"] for row in plan.verdicts.table().to_dicts())

    assert batch.counts == {"new": 1, "changed": 0, "unchanged": 0, "refused": 2}
    assert "有几行" in said
    assert "先导入该月的已发行电费" in said


def test_one_row_a_bill_brings_its_lines_along(station: Station, tmp_path: Path) -> None:
    household(station, "0041", 1300)
    months(station)
    columns = ("用户编号", "电费年月", "结算电量", "应收电费", "一档电量", "一档电价", "一档电费", "执行电价")
    row = ("0041", "202408", "300", "168.00", "300", "0.56", "168.00", "0.56")
    file = write_csv(tmp_path / "宽表.csv", columns, [dict(zip(columns, row, strict=True))])
    bring_in("issued", file)
    again, _plan = preview("issued", file)

    line = ExternalLine.objects.get()
    assert (line.kind, line.quantity, line.price_nano, line.amount_fen) == (1, 300_000, 560_000_000, 16_800)
    assert line.bill.class_text == ""
    assert again.counts["unchanged"] == 1
    assert causes(station) == {"0041": {}}


@pytest.mark.parametrize(
    ("columns", "said"),
    (
        ({"倍率": "0"}, "倍率应为正整数"),
        ({"倍率": "-20"}, "倍率应为正整数"),
        ({"倍率": "3000000000"}, "倍率应为正整数"),
        ({"一档电价": "56"}, "单位应为元/千瓦时"),
        ({"一档电量": "9999999999"}, "单位应为千瓦时"),
    ),
)
def test_figures_no_bill_can_have_are_refused_with_the_remedy(
    station: Station, tmp_path: Path, columns: dict[str, str], said: str
) -> None:
    household(station, "0041")
    row = {"用户编号": "0041", "电费年月": "202408", "结算电量": "200", "应收电费": "112.00"} | columns
    batch, plan = preview("issued", write_csv(tmp_path / "错.csv", tuple(row), [row]))

    assert batch.counts["refused"] == 1
    assert said in plan.verdicts.reason[0]
    assert plan.verdicts.remedy[0]
