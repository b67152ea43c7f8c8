"""Looks a zip's directory over: one reading of it only, so that no other library finds other members in it.

Zip readers differ in how they treat comments, bytes before the archive, doubled names, and second directories. A
workbook as a spreadsheet program writes it has none of these; one that has is refused.
"""

from __future__ import annotations

import posixpath
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from diansuo.office.base.sheets.problems import SheetRefused

_LOCAL = b"PK\x03\x04"
_END = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_LOCATOR = struct.Struct("<4sLQL")
_LOCATOR_SIGNATURE = b"PK\x06\x07"
_END64 = struct.Struct("<4sQ2H2L4Q")
_END64_SIGNATURE = b"PK\x06\x06"
# An extra field that gives a member a second name (Info-ZIP Unicode Path, APPNOTE 4.6.9).
_SECOND_NAME = 0x7075
_ENCRYPTED = 0x1
# Other programs' workbooks: found in the same zip, a reader that guesses the format may take them instead.
_FOREIGN = frozenset({"xl/workbook.bin", "content.xml", "mimetype"})
# What calamine looks for in whatever folder the package's first relation names: here only in xl, where we look too.
_ONLY_IN_XL = {"workbook.xml": "xl", "sharedstrings.xml": "xl", "workbook.xml.rels": "xl/_rels"}


def check_ends(path: Path) -> None:
    """Refuse a zip that does not begin and end as one plain archive.

    Raises:
        SheetRefused: bytes before the archive, a comment, or two directories that say different things.
    """
    with path.open("rb") as stream:
        start = stream.read(4)
        size = stream.seek(0, 2)
        tail = max(0, size - _END.size - _LOCATOR.size - _END64.size)
        stream.seek(tail)
        block = stream.read()
    if start != _LOCAL or len(block) < _END.size or not _one_directory(block, tail):
        raise SheetRefused(
            _("文件不是 xlsx，或已损坏、已加密"),
            _("用 Excel 或 WPS 打开后另存为“Excel 工作簿(*.xlsx)”再导入"),
        )


def _one_directory(block: bytes, tail: int) -> bool:
    at = len(block) - _END.size
    signature, disk, first_disk, here, count, size, offset, comment = _END.unpack_from(block, at)
    if signature != _END_SIGNATURE or disk or first_disk or comment or here != count:
        return False
    locator_at = at - _LOCATOR.size
    if locator_at < 0 or block[locator_at : locator_at + 4] != _LOCATOR_SIGNATURE:
        return bool(offset + size == tail + at)
    end64_at = locator_at - _END64.size
    if end64_at < 0:
        return False
    _sign, disk64, end64_offset, _disks = _LOCATOR.unpack_from(block, locator_at)
    record = _END64.unpack_from(block, end64_at)
    return bool(
        record[0] == _END64_SIGNATURE
        and disk64 == 0
        and end64_offset == tail + end64_at
        and record[6:] == (count, count, size, offset)
        and offset + size == end64_offset
    )


def check_members(members: list[zipfile.ZipInfo], limit: int) -> None:
    """Refuse what no spreadsheet program writes into a zip.

    Raises:
        SheetRefused: not a workbook, too many parts, doubled or second names, encryption, odd compression.
    """
    names = [plain_name(member.filename) for member in members]
    if "word/document.xml" in names:
        raise SheetRefused(_("这是 Word 文档，不是表格"), _("把表格复制到 Excel，另存为 .xlsx 后再导入"))
    if "xl/workbook.xml" not in names or _FOREIGN.intersection(names):
        raise SheetRefused(
            _("这不是 xlsx 工作簿"), _("用 Excel 或 WPS 打开后另存为“Excel 工作簿(*.xlsx)”再导入")
        )
    if len(names) > limit:
        raise SheetRefused(_("工作簿的部件或工作表太多"), _("只保留要导入的工作表"))
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise SheetRefused(_("文件已加密"), _("去掉打开密码后再导入"))
    doubled = len(set(names)) < len(names)
    astray = any(_is_astray(name) for name in names)
    if doubled or astray or any(_is_odd(member) for member in members):
        raise SheetRefused(_("工作簿的压缩目录异常"), _("用 Excel 或 WPS 打开后另存为新文件再导入"))


def _is_astray(name: str) -> bool:
    folder = posixpath.dirname(name)
    return _ONLY_IN_XL.get(posixpath.basename(name), folder) != folder


def plain_name(name: str) -> str:
    """Return a part's name as it is compared: loaders ignore case and take both slashes."""
    return name.replace("\\", "/").casefold()


def _is_odd(member: zipfile.ZipInfo) -> bool:
    return (
        member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        or "\x00" in member.orig_filename
        or _SECOND_NAME in _extra_fields(member.extra)
    )


def _extra_fields(extra: bytes) -> Iterator[int]:
    at = 0
    while at + 4 <= len(extra):
        number, length = struct.unpack_from("<HH", extra, at)
        yield number
        at += 4 + length
