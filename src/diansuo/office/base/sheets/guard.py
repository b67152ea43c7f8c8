"""Looks a workbook over before any library loads it: a hostile file is refused early and in little memory.

The parts of the zip are streamed and counted as they inflate; what the file says of itself (``<dimension>``, sizes
in the zip's directory, counts of strings) is never trusted. calamine lays a sheet out as one block, first to last
row by first to last column, and copies every shared string once per cell; a size it cannot allocate ends the whole
process.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

from django.utils.translation import gettext as _

from diansuo.office.base.sheets.cell_scan import CellScan
from diansuo.office.base.sheets.directory import check_ends, check_members, plain_name
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.base.sheets.scan import BookScan, SharedUse, StringsScan
from diansuo.office.base.sheets.zip_parts import Allowance, PartCap, inflate

MIB = 1024 * 1024
_STRINGS = "xl/sharedstrings.xml"
_BOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"

# Error cells of a sheet: (row, column) from 0 -> what stands there.
ErrorCells = dict[tuple[int, int], str]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a workbook may hold; cells, area, texts and bytes are of the whole file.

    At these limits reading stays below 1.5 GiB of address space.
    """

    rows: int = 1_048_576
    columns: int = 512
    cells: int = 8_000_000
    area: int = 8_388_608
    sheets: int = 64
    members: int = 2_000
    merges: int = 200_000
    errors: int = 100_000
    strings: int = 4_000_000
    text_bytes: int = 384 * MIB
    sheet_bytes: int = 512 * MIB
    strings_bytes: int = 256 * MIB
    other_bytes: int = 64 * MIB
    total_bytes: int = 768 * MIB
    ratio: int = 400
    ratio_from_bytes: int = 64 * MIB


def check_workbook(path: Path, limits: Limits | None = None) -> dict[str, ErrorCells]:
    """Return the error cells of each sheet by its name, once nothing speaks against loading the workbook.

    Raises:
        SheetRefused: it is not a workbook, is encrypted or damaged, is too large, or holds formulas; why, where, and
            what to do.
    """
    limits = limits or Limits()
    try:
        check_ends(path)
        with zipfile.ZipFile(path) as archive, path.open("rb") as stream:
            members = archive.infolist()
            check_members(members, limits.members)
            return _Inspection(stream, members, limits).run()
    except SheetRefused:
        raise
    except (zipfile.BadZipFile, struct.error, ValueError, OSError, EOFError, NotImplementedError) as problem:
        raise SheetRefused(
            _("文件不是 xlsx，或已损坏"), _("用 Excel 或 WPS 打开后另存为“Excel 工作簿(*.xlsx)”再导入")
        ) from problem


class _Inspection:
    """Takes a workbook's parts one by one and keeps the sums that hold for the whole file."""

    def __init__(self, stream: IO[bytes], members: list[zipfile.ZipInfo], limits: Limits) -> None:
        self.stream, self.limits = stream, limits
        self.members = {plain_name(member.filename): member for member in members}
        self.allowance = Allowance(limits.total_bytes)
        self.cells = self.area = self.text_bytes = 0
        self.strings: StringsScan | None = None
        self.errors: dict[str, ErrorCells] = {}
        self.titles: dict[str, str] = {}

    def run(self) -> dict[str, ErrorCells]:
        """Take every part: what the sheets need first, then whatever is there."""
        titles = self._listed()
        self.titles = {part: _("工作表“%(sheet)s”") % {"sheet": title} for title, part in titles.items()}
        if _STRINGS in self.members:
            self.strings = StringsScan(_STRINGS, self.limits)
            self.strings.run(self._blocks(_STRINGS, self.limits.strings_bytes))
        for name in self.members:
            if name in (_BOOK, _RELATIONS, _STRINGS):
                continue
            if name.endswith((".xml", ".rels")):
                self._xml(name)
            else:
                self._other(name)
        return {title: self.errors[part] for title, part in titles.items() if part in self.errors}

    def _listed(self) -> dict[str, str]:
        """Return sheet -> part, as the workbook lists them."""
        book, relations = BookScan(_BOOK), BookScan(_RELATIONS)
        for name, scan in ((_BOOK, book), (_RELATIONS, relations)):
            if name not in self.members:
                raise zipfile.BadZipFile(name)
            scan.run(self._blocks(name, self.limits.other_bytes))
        if len(book.sheets) > self.limits.sheets:
            self._refuse_sheets()
        keys = [key for _title, key in book.sheets]
        titles = {title: relations.relations.get(key, "") for title, key in book.sheets}
        if len(set(keys)) < len(keys) or len(titles) < len(keys):
            book.refuse(_("工作簿把同一张工作表列了两次"), _("用 Excel 或 WPS 打开后另存为新文件再导入"))
        return titles

    def _xml(self, name: str) -> None:
        scan = CellScan(self.titles.get(name, name), self.limits)
        blocks = self._blocks(name, self.limits.sheet_bytes)
        for block in blocks:
            scan.take(block)
            if not scan.has_cells and scan.inflated > self.limits.other_bytes:
                scan.refuse_size()
        scan.close()
        found = scan.counted()
        if not found.has_cells:
            return
        self.errors[name] = found.errors
        self.cells += found.cells
        self.area += found.area
        self.text_bytes += found.text_bytes + self._shared_bytes(name, found.cells)
        limits = self.limits
        if len(self.errors) > limits.sheets:
            self._refuse_sheets()
        if self.cells > limits.cells or self.area > limits.area or self.text_bytes > limits.text_bytes:
            raise SheetRefused(_("单元格或文字太多"), _("分成几个文件导入"), scan.part)

    def _shared_bytes(self, name: str, cells: int) -> int:
        """Return the bytes of the shared strings as cells copy them: a bound where that is enough, else the sum."""
        lengths = self.strings.lengths if self.strings else None
        if not lengths:
            return 0
        bound = max(lengths) * cells
        if self.text_bytes + bound <= self.limits.text_bytes // 2:
            return bound
        use = SharedUse(name, lengths)
        use.run(self._blocks(name, self.limits.sheet_bytes))
        return use.used_bytes

    def _other(self, name: str) -> None:
        """Pictures and the like; a sheet hidden in one would be read uncounted."""
        before = b""
        for block in self._blocks(name, self.limits.other_bytes):
            if b"sheetData" in before[-16:] + block:
                raise SheetRefused(
                    _("工作表放在不应有的部件里（%(part)s）") % {"part": name},
                    _("用 Excel 或 WPS 打开后另存为新文件再导入"),
                )
            before = block

    def _blocks(self, name: str, inflated_bytes: int) -> Iterator[bytes]:
        cap = PartCap(inflated_bytes, self.limits.ratio, self.limits.ratio_from_bytes)
        return inflate(self.stream, self.members[name], cap, self.allowance)

    def _refuse_sheets(self) -> NoReturn:
        raise SheetRefused(
            _("工作表超过 %(limit)s 张") % {"limit": self.limits.sheets},
            _("只保留要导入的工作表，另存后再导入"),
        )
