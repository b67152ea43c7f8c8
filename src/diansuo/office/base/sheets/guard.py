"""Looks a workbook over before any library loads it: a hostile file is refused early and in little memory.

The parts of the zip are streamed and counted as they inflate; what the file says of itself (``<dimension>``, sizes
in the zip's directory, counts of strings) is never trusted. A loader lays a sheet out as a full rectangle up to its
farthest cell and aborts the process when that fails, so the rectangle is what is capped here.
"""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from diansuo.office.base.sheets.part_scan import (
    PartScan,
    RelationScan,
    SheetScan,
    StringScan,
    Totals,
    WorkbookScan,
)
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.base.sheets.zip_parts import Allowance, PartCap, inflate, plain_name, refuse_odd_envelope

MIB = 1024 * 1024
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a workbook may hold; rows, cells, errors and texts over all of its sheets together.

    ``area`` is the rectangle of one sheet up to its farthest cell, in cells; ``text_characters`` what all its cells
    show, a shared text counted at every cell that shows it.
    """

    rows: int = 1_200_000
    columns: int = 512
    cells: int = 40_000_000
    area: int = 40_000_000
    sheets: int = 64
    members: int = 2_000
    merges: int = 200_000
    errors: int = 10_000
    strings: int = 20_000_000
    text_characters: int = 1024 * MIB
    sheet_bytes: int = 1536 * MIB
    strings_bytes: int = 512 * MIB
    other_bytes: int = 64 * MIB
    total_bytes: int = 2048 * MIB
    ratio: int = 400
    ratio_from_bytes: int = 64 * MIB


@dataclass(slots=True)
class SheetFacts:
    """What the look-over found in a sheet: its size, and its error cells ((row, column) from 1 -> their text)."""

    rows: int
    columns: int
    errors: dict[tuple[int, int], str]


def check_workbook(path: Path, limits: Limits | None = None) -> dict[str, SheetFacts]:
    """Return what is in each sheet, by its name, once nothing speaks against loading the workbook.

    Raises:
        SheetRefused: it is not a workbook, is encrypted or damaged, is too large, or holds formulas; why, where, and
            what to do.
    """
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as stream:
            return _Guard(archive, stream, limits or Limits()).check()
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, ValueError) as problem:
        if isinstance(problem, SheetRefused):
            raise
        raise SheetRefused(_("文件不是 xlsx，或已损坏"), _remedy()) from problem


def _remedy() -> str:
    return _("用 Excel 或 WPS 打开后另存为“Excel 工作簿(*.xlsx)”再导入")


class _Guard:
    """One look over one workbook."""

    def __init__(self, archive: zipfile.ZipFile, stream: IO[bytes], limits: Limits) -> None:
        self.archive, self.stream, self.limits = archive, stream, limits
        self.allowance = Allowance(limits.total_bytes)
        self.totals = Totals()
        self.members = {plain_name(member.filename): member for member in archive.infolist()}

    def check(self) -> dict[str, SheetFacts]:
        self._check_members()
        titles = self._sheet_parts()
        strings = StringScan(self.limits)
        for name in sorted(self.members, key=lambda name: not name.endswith("sharedstrings.xml")):
            if name.endswith("sharedstrings.xml"):
                self._run(name, strings, self.limits.strings_bytes)
        self.totals.longest_text = strings.longest
        self.totals.text_lengths = strings.lengths
        facts = {}
        for name in self.members:
            if name in titles or _lies_with_sheets(name):
                scan = SheetScan(titles.get(name, name), self.limits, self.totals)
                self._run(name, scan, self.limits.sheet_bytes)
                facts[scan.title] = SheetFacts(scan.largest_row, scan.largest_column, scan.errors)
            elif name.endswith((".xml", ".rels")) and not name.endswith("sharedstrings.xml"):
                self._run(name, PartScan(), self.limits.other_bytes)
        return facts

    def _check_members(self) -> None:
        if _WORKBOOK not in self.members:
            if any(name.startswith("word/") for name in self.members):
                raise SheetRefused(_("这是 Word 文档，不是表格"), _("把表格复制到 Excel，另存为 .xlsx 后再导入"))
            raise SheetRefused(_("这不是 xlsx 工作簿"), _remedy())
        refuse_odd_envelope(self.archive)
        if len(self.members) > self.limits.members:
            raise SheetRefused(_("工作簿的部件太多"), _("只保留要导入的工作表，另存后再导入"))
        if any(name.startswith("xl/externallinks/") for name in self.members):
            raise SheetRefused(
                _("工作簿引用了其他文件的数据"), _("在“数据 → 编辑链接”中断开链接，另存后再导入")
            )

    def _sheet_parts(self) -> dict[str, str]:
        """Return part -> name of the sheet, for every sheet the workbook lists."""
        book, relations = WorkbookScan(self.limits.sheets), RelationScan()
        self._run(_WORKBOOK, book, self.limits.other_bytes)
        if _RELATIONS not in self.members:
            raise SheetRefused(_("工作簿不完整"), _remedy())
        self._run(_RELATIONS, relations, self.limits.other_bytes)
        titles: dict[str, str] = {}
        for title, key in book.sheets:
            part = _part_of(relations.targets.get(key, ""))
            if key in relations.outside or part not in self.members or part in titles:
                raise SheetRefused(
                    _("工作表指向异常的内容"), _remedy(), _("工作表“%(sheet)s”") % {"sheet": title}
                )
            titles[part] = title
        return titles

    def _run(self, name: str, scan: PartScan, inflated_bytes: int) -> None:
        member = self.members[name]
        cap = PartCap(inflated_bytes, self.limits.ratio, self.limits.ratio_from_bytes)
        scan.run(member.filename, inflate(self.stream, member, cap, self.allowance))


def _lies_with_sheets(name: str) -> bool:
    return posixpath.dirname(name) == "xl/worksheets" and name.endswith(".xml")


def _part_of(target: str) -> str:
    """Return the part a relation of the workbook points at; relative targets start from its folder."""
    path = target.replace("\\", "/")
    return plain_name(posixpath.normpath(path if path.startswith("/") else f"xl/{path}"))
