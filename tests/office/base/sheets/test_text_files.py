"""Csv files as exports write them: encodings, delimiters, quotes; and files that are not what their name says."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from diansuo.office.base.sheets.columns import Column
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.base.sheets.read import Table, read_tables
from tests.office.base.sheets.workbooks import FIRST, HEADER, read_apart, workbook

COLUMNS = [Column("number", "用户编号", kind="id"), Column("name", "用户名称")]
TEXT = "用户编号,用户名称\n0041,张三\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read(path: Path, content: str | bytes, filename: str = "抄表.csv") -> Table:
    path = path / "file"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    [table] = read_tables(path, filename, COLUMNS, {})
    return table


def refusal(path: Path, content: str | bytes, filename: str = "抄表.csv") -> SheetRefused:
    with pytest.raises(SheetRefused) as refused:
        read(path, content, filename)
    assert refused.value.remedy
    assert refused.value.where.startswith(filename)
    return refused.value


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_every_encoding_that_a_station_meets_is_read(encoding: str, tmp_path: Path) -> None:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")

    assert read(tmp_path, mark + TEXT.encode(encoding)).fields == {"number": ["0041"], "name": ["张三"]}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_delimiter_is_recognised_though_a_title_stands_first(delimiter: str, tmp_path: Path) -> None:
    table = read(tmp_path, "某某供电所抄表数据\n" + TEXT.replace(",", delimiter))

    assert (table.header_row, table.row_numbers) == (2, [3])
    assert table.fields == {"number": ["0041"], "name": ["张三"]}


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_line_ending_is_read(ending: str, tmp_path: Path) -> None:
    assert read(tmp_path, TEXT.replace("\n", ending)).fields["name"] == ["张三"]


def test_a_quoted_field_may_hold_lines_delimiters_and_quotes(tmp_path: Path) -> None:
    table = read(tmp_path, '用户编号,用户名称\n0041,"东村\n5号,""南""院"\n0042,李四\n')

    assert table.fields == {"number": ["0041", "0042"], "name": ['东村 5号,"南"院', "李四"]}
    assert table.row_numbers == [2, 3]


@pytest.mark.parametrize(
    "text",
    [
        TEXT + '0042,"李四\n0043,王五\n',
        TEXT + '0042,"李四\n0043,"王五"\n',
        TEXT + '0042,"李四' + "\n0043,王五" * 300_000,
    ],
)
def test_unbalanced_quotes_are_refused_for_they_swallow_rows(text: str, tmp_path: Path) -> None:
    assert "引号" in refusal(tmp_path, text).remedy


def test_a_nul_byte_is_refused(tmp_path: Path) -> None:
    assert "空字符" in refusal(tmp_path, TEXT + "00\x0042,李四\n").reason
    assert "空字符" in refusal(tmp_path, TEXT.encode("ascii", "replace") + b"a\x00,b\n").reason


def test_a_field_longer_than_a_cell_holds_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, TEXT + "0042," + "长" * 32_768 + "\n").reason


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    assert "过长" in refusal(tmp_path, TEXT + "," * 2_000_000).reason


def test_bytes_of_no_known_encoding_are_refused(tmp_path: Path) -> None:
    assert "编码" in refusal(tmp_path, TEXT.encode("gb18030") + b"0042,\xff\xff\n").reason


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert "空" in refusal(tmp_path, b"").reason
    assert "空" in refusal(tmp_path, b"", "抄表.xlsx").reason


def test_a_file_of_blank_lines_has_no_header(tmp_path: Path) -> None:
    assert "找不到表头" in refusal(tmp_path, "\n\n , \n").reason


@pytest.mark.parametrize("filename", ["抄表.xls", "抄表.et", "抄表.pdf", "抄表"])
def test_another_kind_of_file_is_refused_with_what_to_save_it_as(filename: str, tmp_path: Path) -> None:
    assert ".xlsx" in refusal(tmp_path, TEXT, filename).remedy


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (OLE + bytes(600), "旧版"),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "加密"),
        (b"\x89PNG\r\n\x1a\n" + bytes(600), "图片"),
        (b"%PDF-1.7\n", "PDF"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
        (TEXT.encode(), "文本"),
        (b"PK\x03\x04" + bytes(600), "损坏"),
        (b"PK\x05\x06" + bytes(18), "xlsx"),
    ],
)
def test_what_only_calls_itself_xlsx_is_refused_by_its_right_name(
    content: bytes, word: str, tmp_path: Path
) -> None:
    assert word in str(refusal(tmp_path, content, "抄表.xlsx"))


@pytest.mark.parametrize("start", [OLE, b"\x89PNG\r\n\x1a\n", b"%PDF-1.7\n"])
def test_what_only_calls_itself_csv_is_refused(start: bytes, tmp_path: Path) -> None:
    refusal(tmp_path, start + struct.pack("<600s", b"\x01"))


def test_a_workbook_that_calls_itself_csv_is_refused_with_the_right_ending(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", HEADER + FIRST)

    assert ".xlsx" in refusal(tmp_path, path.read_bytes()).remedy


def test_the_ending_is_that_of_the_name_given_not_of_the_stored_file(tmp_path: Path) -> None:
    path = workbook(tmp_path / "upload-1", HEADER + FIRST)

    assert read_apart(path, "档案.XLSX") == "read: 1"


@pytest.mark.parametrize("row", [b",", b'"a\n",', b"\xe5\xbc\xa0"])
def test_a_large_file_of_one_thing_costs_no_memory(row: bytes, tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_bytes(TEXT.encode() + row * (60_000_000 // len(row)))

    assert read_apart(path).startswith("refused: ")


def test_a_row_longer_than_the_header_is_noted_and_a_shorter_one_is_filled(tmp_path: Path) -> None:
    table = read(tmp_path, TEXT + "0042\n0043,李四,多余\n")

    assert table.fields == {"number": ["0041", "0042", "0043"], "name": ["张三", "", "李四"]}
    assert any("第 4 行" in note for note in table.notes)
