"""A plain csv file read by columns comes to the same texts as one read row by row; others are left to that."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.office.base.sheets.columns import Column
from diansuo.office.base.sheets.plain_csv import PlainTable, read_plain
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.base.sheets.read import Table, read_tables

COLUMNS = [
    Column("number", "用户编号", kind="id", required=True),
    Column("day", "日期"),
    Column("value", "有功功率"),
]
HEADER = "用户编号,日期,数据来源,有功功率\n"
PLAIN = HEADER + "0041,2024-07-01,主站,0.5\n0042,2024-07-01,主站,\n"


def plain(content: str | bytes, *, rows_at_most: int = 1_000) -> PlainTable | None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_plain(path, "曲线.csv", COLUMNS, {}, rows_at_most=rows_at_most)


def by_row(content: str | bytes) -> Table:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        [table] = read_tables(path, "曲线.csv", COLUMNS, {})
        return table


def same(found: PlainTable, table: Table) -> None:
    assert found.sheet == table.sheet
    assert found.frame["row"].to_list() == table.row_numbers
    assert {name: found.frame[name].to_list() for name in table.fields} == table.fields
    assert found.notes == table.notes


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_encoding_and_ending_is_read_by_columns(encoding: str, ending: str) -> None:
    content = PLAIN.replace("\n", ending).encode(encoding)
    found = plain(content)

    assert found is not None
    assert found.frame["number"].to_list() == ["0041", "0042"]
    same(found, by_row(content))


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.replace("主站", '"主站"'),
        PLAIN + "\n0043,2024-07-01,主站,1\n",
        PLAIN + "合计,,,0.5\n",
        PLAIN + ",,,\n",
        PLAIN + "0043,2024-07-01,主站,1,多出\n",
        PLAIN.replace("\n", "\r"),
        PLAIN.encode("utf-16"),
        "没有表头\n" + "一,二\n" * 3,
    ],
    ids=["quote", "blank line", "total", "empty line", "longer line", "old line ends", "utf-16", "no header"],
)
def test_what_is_not_plain_is_left_to_reading_row_by_row(content: str | bytes) -> None:
    assert plain(content) is None


def test_more_rows_than_asked_for_are_left_to_it_too() -> None:
    assert plain(PLAIN, rows_at_most=2) is None


def test_a_missing_column_is_refused_by_its_name() -> None:
    with pytest.raises(SheetRefused, match="用户编号"):
        plain("日期,有功功率\n2024-07-01,1\n")


CELL = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters='",\t;'), max_size=6
) | st.sampled_from(
    ["", " ", "0041", "１２．５", "王 五", "合计", "total", "\u200b", "1 234", "\u3000", "\u2028x"]
)


@given(
    st.lists(st.lists(CELL, min_size=1, max_size=5), max_size=6),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "某所导出\n"]),
    st.booleans(),
)
def test_columns_and_rows_come_to_the_same_whatever_the_cells_hold(
    rows: list[list[str]], ending: str, title: str, ended: bool
) -> None:
    content = (title + HEADER + "\n".join(",".join(row) for row in rows)).replace("\n", ending)
    content += ending if ended and not content.endswith("\n") else ""
    found = plain(content)
    if found is not None:
        same(found, by_row(content))
