"""Looks a workbook over before any library loads it: a hostile file is refused early and in little memory.

The parts of the zip are streamed and counted as they inflate; what the file says of itself (``<dimension>``, sizes
in the zip's directory) is never trusted.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.parsers import expat

from django.utils.translation import gettext as _

from diansuo.office.base.sheets.problems import SheetRefused

MIB = 1024 * 1024
CHUNK = 256 * 1024
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a workbook may hold."""

    rows: int = 1_048_576
    columns: int = 512
    cells: int = 40_000_000
    area: int = 60_000_000
    sheets: int = 64
    members: int = 2_000
    sheet_bytes: int = 1536 * MIB
    strings_bytes: int = 512 * MIB
    other_bytes: int = 64 * MIB
    ratio: int = 400
    ratio_from_bytes: int = 64 * MIB


def check_workbook(path: Path, limits: Limits | None = None) -> None:
    """Refuse a workbook that is not one, is encrypted, is too large, or holds formulas.

    Raises:
        SheetRefused: why, where, and what to do.
    """
    limits = limits or Limits()
    remedy = _("用 Excel 或 WPS 打开后另存为“Excel 工作簿(*.xlsx)”再导入")
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" not in names:
                raise SheetRefused(_("这不是 xlsx 工作簿"), remedy)
            if len(names) > limits.members or sum(bool(_SHEET_PART.fullmatch(name)) for name in names) > limits.sheets:
                raise SheetRefused(_("工作簿的部件或工作表太多"), _("只保留要导入的工作表"))
            for info in archive.infolist():
                _check_member(archive, info, limits)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, NotImplementedError) as problem:
        raise SheetRefused(_("文件不是 xlsx，或已损坏、已加密"), remedy) from problem
    except RuntimeError as problem:  # zipfile says so of an encrypted member
        raise SheetRefused(_("文件已加密"), _("去掉打开密码后再导入")) from problem


def _check_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> None:
    is_sheet = bool(_SHEET_PART.fullmatch(info.filename))
    is_strings = info.filename.lower().endswith("sharedstrings.xml")
    cap = limits.sheet_bytes if is_sheet else limits.strings_bytes if is_strings else limits.other_bytes
    with archive.open(info) as stream:
        if info.filename.lower().endswith((".xml", ".rels")):
            _SheetScan(info, limits, cap, counting=is_sheet).run(stream)
        else:
            _Meter(info, limits, cap).drain(stream)


class _Meter:
    """Counts what a member inflates to and stops it at its cap."""

    def __init__(self, info: zipfile.ZipInfo, limits: Limits, cap: int) -> None:
        self.info, self.limits, self.cap, self.inflated = info, limits, cap, 0

    def take(self, stream: IO[bytes]) -> bytes:
        block = stream.read(CHUNK)
        self.inflated += len(block)
        packed = max(self.info.compress_size, 1)
        bomb = self.inflated > self.limits.ratio_from_bytes and self.inflated > packed * self.limits.ratio
        if self.inflated > self.cap or bomb:
            raise SheetRefused(
                _("文件解压后异常庞大（%(part)s）") % {"part": self.info.filename},
                _("把数据复制到新的工作簿，分成几个文件导入"),
            )
        return block

    def drain(self, stream: IO[bytes]) -> None:
        while self.take(stream):
            pass


class _SheetScan(_Meter):
    """Streams one XML member: no document types anywhere; rows, cells, references and formulas of a sheet."""

    def __init__(self, info: zipfile.ZipInfo, limits: Limits, cap: int, *, counting: bool) -> None:
        super().__init__(info, limits, cap)
        self.cells = self.rows = self.largest_row = self.largest_column = self.column = 0
        self.reference = ""
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        if counting:
            self.parser.StartElementHandler = self._element

    def run(self, stream: IO[bytes]) -> None:
        try:
            while block := self.take(stream):
                self.parser.Parse(block, False)
            self.parser.Parse(b"", True)
        except expat.ExpatError as problem:
            raise SheetRefused(
                _("文件内容损坏（%(part)s）") % {"part": self.info.filename}, _("重新导出该文件")
            ) from problem

    def _doctype(self, *_args: object) -> None:
        raise SheetRefused(_("文件里有不应出现的文档类型声明"), _("重新导出该文件"))

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self._cell(attributes.get("r", ""))
        elif tag == "row":
            self._row(attributes.get("r", ""))
        elif tag == "f":
            raise SheetRefused(
                _("单元格 %(cell)s 是公式，缓存的数值不可信") % {"cell": self.reference},
                _("全选、复制、选择性粘贴为数值后再导入"),
                self.info.filename,
            )

    def _row(self, number: str) -> None:
        self.rows += 1
        self.column = 0
        self.largest_row = max(self.largest_row + 1, int(number) if number.isdigit() else 0)
        if self.rows > self.limits.rows or self.largest_row > self.limits.rows:
            self._too_large(_("行数超过 %(limit)s") % {"limit": f"{self.limits.rows:,}"})

    def _cell(self, reference: str) -> None:
        self.cells += 1
        self.column += 1
        match = _REFERENCE.fullmatch(reference)
        if match:
            self.reference = reference
            self.column = _column_number(match[1])
            self.largest_row = max(self.largest_row, int(match[2]))
        self.largest_column = max(self.largest_column, self.column)
        area = self.largest_row * self.largest_column
        if self.largest_column > self.limits.columns or self.largest_row > self.limits.rows:
            self._too_large(_("单元格 %(cell)s 离数据太远") % {"cell": reference})
        if self.cells > self.limits.cells or area > self.limits.area:
            self._too_large(_("单元格太多"))

    def _too_large(self, reason: str) -> None:
        raise SheetRefused(reason, _("删除数据区以外的行和列（或把数据复制到新的工作簿）后再导入"), self.info.filename)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
