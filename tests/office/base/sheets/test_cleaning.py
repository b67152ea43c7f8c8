"""What a cell's text means: widths, blanks, numbers with marks and units, the forms of days and months, choices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from diansuo.office.base.sheets.clean import (
    Unreadable,
    clean_text,
    parse_date,
    parse_decimal,
    parse_id,
    parse_int,
    parse_moment,
    parse_month,
    parser_of,
)
from diansuo.office.base.sheets.columns import Column


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("王 五", "王五"),
        ("王　　五", "王五"),
        ("  王五\t\n", "王五"),
        ("𠮷 田", "𠮷田"),
        ("John Smith", "John Smith"),
        (" John \n Smith ", "John Smith"),
        ("王五 John", "王五 John"),
        ("ＡＢ１２（总）", "AB12(总)"),
        ("\u200b0041\ufeff", "0041"),
        ("10kV 东线", "10kV 东线"),
        ("", ""),
        ("　", ""),
    ],
)
def test_text_loses_its_padding_and_nothing_else(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean
    assert clean_text(clean) == clean


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234.56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("-1,234,567", "-1234567"),
        ("+8", "8"),
        (".5", "0.5"),
        ("8.", "8"),
        ("0.028889375", "0.028889375"),
        ("12.5元", "12.5"),
        ("¥12.50", "12.50"),
        ("315 kVA", "315"),
        ("200千瓦时", "200"),
        ("3 度", "3"),
    ],
)
def test_a_number_is_read_exactly_with_its_separators_and_unit(text: str, number: str) -> None:
    assert parse_decimal(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "八",
        "1,2",
        "12,34",
        "1,2345",
        "1 2",
        "1.2.3",
        "1e5",
        "--1",
        "٣",
        "NaN",
        "Infinity",
        "8吨",
        "9" * 29,
        "-",
    ],
)
def test_what_is_not_surely_a_number_is_refused(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_decimal(text)
    assert refused.value.remedy


def test_a_whole_number_has_no_fraction_but_may_be_written_with_one() -> None:
    assert (parse_int("8"), parse_int("8.00"), parse_int("1,000")) == (8, 8, 1000)
    with pytest.raises(Unreadable, match="整数"):
        parse_int("8.5")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0041020017", "0041020017"),
        ("4102T00017", "4102T00017"),
        ("12E4567", "12E4567"),
        ("4130 0090 0000", "413000900000"),
        ("'0041", "0041"),
        ('="0041"', "0041"),
        ("4130009000000020240007", "4130009000000020240007"),
    ],
)
def test_an_id_keeps_its_digits_and_zeros(text: str, number: str) -> None:
    assert parse_id(text) == number


@pytest.mark.parametrize("text", ["4.13001E+21", "4.1E+12", "4e+3", "1.00000000000000e+15"])
def test_an_id_in_scientific_notation_is_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(Unreadable, match="末几位已丢失") as refused:
        parse_id(text)
    assert "文本" in refused.value.remedy


@pytest.mark.parametrize(
    "text",
    [
        "2024-08-01",
        "2024/8/1",
        "2024.8.1",
        "2024年8月1日",
        "20240801",
        "2024-08-01 00:00:00",
        "2024-08-01T10:30",
        "2024/8/1 0:00",
        "45505",
        "45505.5",
    ],
)
def test_a_day_is_read_in_each_usual_form(text: str) -> None:
    assert parse_date(text) == date(2024, 8, 1)


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("2024-08-01 02:10:05", 5), ("2024/8/1 2:10", 0), ("2024年8月1日 02:10:05", 5), ("20240801021005", 5),
        ("2024-08-01T02:10:05.25", 5),
    ],
)  # fmt: skip
def test_an_instant_is_read_to_the_second_and_a_day_alone_is_its_midnight(text: str, second: int) -> None:
    assert parse_moment(text).isoformat() == f"2024-08-01T02:10:{second:02d}"
    assert parse_moment("2024-08-01").isoformat() == "2024-08-01T00:00:00"


@pytest.mark.parametrize("text", ["02:10", "2024-08-01 24:10", "2024-02-30 02:10", "2024-08-01 下午", "昨天"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="不是日期和时刻"):
        parse_moment(text)


@pytest.mark.parametrize(
    "text", ["24-8-1", "2024-13-01", "2024-02-30", "0024-08-01", "2024-08", "8月1日", "2024-08-01 下午", "0"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="不是日期"):
        parse_date(text)


@pytest.mark.parametrize(
    "text",
    ["202408", "2024-08", "2024-8", "2024/8", "2024.08", "2024年8月", "2024年08", "2024-08-01", "45505"],
)
def test_a_month_is_read_in_each_usual_form(text: str) -> None:
    assert parse_month(text) == 202408


@pytest.mark.parametrize(
    "text", ["202413", "202400", "20248", "2024-08-15", "45506", "八月", "1208", "010101"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="不是年月"):
        parse_month(text)


CHOICE = Column(
    "kind",
    "用电类别",
    kind="choice",
    choices={"居民": 1, "城镇居民生活用电": 1, "农业": 2},
    listed=("居民", "农业"),
)


@pytest.mark.parametrize(("text", "value"), [("居民", 1), (" 城镇居民 生活用电", 1), ("农业", 2)])
def test_a_choice_is_known_by_any_of_its_names(text: str, value: Any) -> None:
    assert parser_of(CHOICE)(text) == value


def test_an_unknown_choice_says_what_can_be_filled_in() -> None:
    with pytest.raises(Unreadable, match="没有这个选项") as refused:
        parser_of(CHOICE)("工业")
    assert refused.value.remedy == "可填：居民、农业"


@pytest.mark.parametrize("kind", ["text", "id", "integer", "decimal", "date", "month", "choice"])
@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"])
def test_an_error_value_is_refused_in_every_kind_of_column(kind: str, error: str) -> None:
    with pytest.raises(Unreadable, match="错误值"):
        parser_of(Column("field", "列", kind=kind))(error)
