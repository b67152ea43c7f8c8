"""A zip that two readers could read differently is refused; a damaged one is never more than refused."""

from __future__ import annotations

import random
import struct
import zipfile
from pathlib import Path

import pytest

from diansuo.office.base.sheets.columns import Column
from diansuo.office.base.sheets.guard import check_workbook
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.base.sheets.read import read_tables
from tests.office.base.sheets.workbooks import FIRST, HEADER, pack, parts, read_apart, sheet_xml, workbook

SHEET = "xl/worksheets/sheet1.xml"
COLUMNS = [Column("number", "用户编号", kind="id"), Column("name", "用户名称")]
DATA = HEADER + FIRST
FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


def _refusal(path: Path) -> str:
    with pytest.raises(SheetRefused) as refused:
        check_workbook(path)
    return str(refused.value)


def test_one_name_twice_in_the_zip_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "twice.xlsx", DATA)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(SHEET, sheet_xml(DATA + FAR))

    assert "压缩目录异常" in _refusal(path)


def test_one_name_in_two_cases_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "cases.xlsx", DATA)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/worksheets/SHEET1.xml", sheet_xml(DATA + FAR))

    assert "压缩目录异常" in _refusal(path)


def test_a_size_understated_in_the_directory_hides_nothing(tmp_path: Path) -> None:
    """Python's zip reader stops at the stated size, another reads on: what lies behind must not go unseen."""
    seen = b"<worksheet/>"
    path = pack(tmp_path / "short.xlsx", parts({SHEET: seen + sheet_xml(DATA + FAR).encode()}))
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(SHEET)
    stated, real = struct.pack("<LL", zipfile.crc32(seen), 0)[:4], struct.pack("<L", info.CRC)
    short = content.replace(
        real + struct.pack("<LL", info.compress_size, info.file_size),
        stated + struct.pack("<LL", info.compress_size, len(seen)),
    )
    assert short != content
    path.write_bytes(short)

    assert read_apart(path).startswith("refused: ")


@pytest.mark.parametrize("oddity", ["comment", "prefix", "tail"])
def test_a_zip_that_can_be_read_in_two_ways_is_refused(oddity: str, tmp_path: Path) -> None:
    path = workbook(tmp_path / "odd.xlsx", DATA)
    if oddity == "comment":
        with zipfile.ZipFile(path, "a") as archive:
            archive.comment = b"PK\x05\x06" + bytes(18)
    elif oddity == "prefix":
        path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    else:
        path.write_bytes(path.read_bytes() + bytes(64))

    _refusal(path)


def test_an_encrypted_member_is_refused_as_encrypted(tmp_path: Path) -> None:
    path = workbook(tmp_path / "locked.xlsx", DATA)
    content = bytearray(path.read_bytes())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    path.write_bytes(content)

    assert "加密" in _refusal(path)


def test_a_part_packed_in_an_unusual_way_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lzma.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in parts({SHEET: sheet_xml(DATA)}).items():
            archive.writestr(name, content)

    assert "压缩目录异常" in _refusal(path)


def test_a_workbook_written_with_zip64_records_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 0)
    path = workbook(tmp_path / "zip64.xlsx", DATA)
    content = path.read_bytes()
    monkeypatch.undo()
    assert b"PK\x06\x06" in content
    record = content.index(b"PK\x06\x06")
    count, size, offset = struct.unpack_from("<QQQ", content, record + 32)
    end = content.rindex(b"PK\x05\x06")
    path.write_bytes(content[: end + 8] + struct.pack("<HHLLH", count, count, size, offset, 0))

    assert read_apart(path) == "read: 1"


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.9, 0.999])
def test_a_cut_off_file_is_refused(kept: float, tmp_path: Path) -> None:
    path = workbook(tmp_path / "cut.xlsx", DATA)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])

    with pytest.raises(SheetRefused):
        read_tables(path, path.name, COLUMNS, {})


def test_no_damaged_byte_gets_past_as_anything_but_a_refusal(tmp_path: Path) -> None:
    """Every fourth byte in turn, and 400 pairs of bytes by chance: read rightly or refused, never another error."""
    path = workbook(tmp_path / "damaged.xlsx", DATA)
    content = path.read_bytes()
    chance = random.Random(20260302)
    changes = [((at, 0xFF),) for at in range(0, len(content), 4)]
    changes += [
        tuple((chance.randrange(len(content)), chance.randrange(1, 256)) for _ in range(2))
        for _ in range(400)
    ]
    refused = 0
    for change in changes:
        damaged = bytearray(content)
        for at, mask in change:
            damaged[at] ^= mask
        path.write_bytes(damaged)
        try:
            tables = read_tables(path, path.name, COLUMNS, {})
        except SheetRefused:
            refused += 1
        else:
            assert [table.fields for table in tables] == [{"number": ["0041"], "name": ["张三"]}]
    assert refused > len(changes) // 2
