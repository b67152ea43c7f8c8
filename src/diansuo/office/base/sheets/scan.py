"""Streams the XML of a workbook's parts and counts: cells, references, merged ranges, texts, formulas.

It sees what calamine will see and is never more lenient: cells count wherever a ``sheetData`` stands, whatever the
part is called and whatever its root is; the parts are strict XML without document types.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from xml.parsers import expat

from django.utils.translation import gettext as _

from diansuo.office.base.sheets.problems import SheetRefused

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW_NUMBER = re.compile(r"[1-9][0-9]{0,6}")
_DEPTH = 200
# Two blocks in a row without an element: one text, comment or tag longer than any spreadsheet writes.
_SILENT_BLOCKS = 2
# What every cell has beside its text: <c r="A1"><v></v></c>.
_MARKUP_PER_CELL = 20


class SheetLimits(Protocol):
    """How much one workbook may hold, all its sheets together."""

    @property
    def rows(self) -> int: ...  # noqa: D102
    @property
    def columns(self) -> int: ...  # noqa: D102
    @property
    def cells(self) -> int: ...  # noqa: D102
    @property
    def area(self) -> int: ...  # noqa: D102
    @property
    def merges(self) -> int: ...  # noqa: D102
    @property
    def strings(self) -> int: ...  # noqa: D102


@dataclass(slots=True)
class Counted:
    """What was found in a part: ``area`` is what its cells span, ``text_bytes`` an upper bound of its texts."""

    has_cells: bool
    cells: int
    area: int
    text_bytes: int


class XmlScan:
    """Streams one XML part; refuses document types, endless nesting and endless texts."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.depth = self.elements = self.silent = self.inflated = 0
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def run(self, blocks: Iterable[bytes]) -> None:
        """Take the whole part.

        Raises:
            SheetRefused: it is not strict XML, or holds what a workbook may not.
        """
        try:
            for block in blocks:
                before = self._seen()
                self.parser.Parse(block, False)
                self.inflated += len(block)
                self._check_block(self._seen() > before)
            self.parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, ValueError) as problem:
            if isinstance(problem, SheetRefused):
                raise
            raise SheetRefused(_("文件内容损坏（%(part)s）") % {"part": self.part}, _("重新导出该文件")) from problem

    def _seen(self) -> int:
        return self.elements

    def _check_block(self, moved: bool) -> None:
        self.silent = 0 if moved else self.silent + 1
        if self.silent > _SILENT_BLOCKS:
            self.refuse(_("有一处文字过长"), _("把数据复制到新的工作簿再导入"))
        if self.depth > _DEPTH:
            self.refuse(_("文件内容嵌套过深"), _("重新导出该文件"))

    def refuse(self, reason: str, remedy: str) -> None:
        """Raise the refusal of this part."""
        raise SheetRefused(reason, remedy, self.part)

    def _doctype(self, *_args: object) -> None:
        self.refuse(_("文件里有不应出现的文档类型声明"), _("重新导出该文件"))

    def _start(self, _name: str, _attributes: dict[str, str]) -> None:
        self._deeper()

    def _deeper(self) -> None:
        self.elements += 1
        self.depth += 1

    def _end(self, _name: str) -> None:
        self.depth -= 1


class BookScan(XmlScan):
    """Counts the sheets a workbook lists; one part listed twice would be read twice."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.sheets: list[str] = []
        self.targets: list[str] = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._deeper()
        tag = name.rpartition(":")[2]
        if tag == "sheet":
            self.sheets.append(next((value for key, value in attributes.items() if key.endswith(":id")), ""))
        elif tag == "Relationship":
            self.targets.append(attributes.get("Target", "").casefold().removeprefix("/").removeprefix("xl/"))


class StringsScan(XmlScan):
    """Measures the shared strings: ``lengths`` in bytes, each an upper bound."""

    def __init__(self, part: str, limits: SheetLimits) -> None:
        super().__init__(part)
        self.limits, self.lengths, self.begun = limits, array("Q"), 0

    def run(self, blocks: Iterable[bytes]) -> None:
        """Take the whole part."""
        super().run(blocks)
        self._measure(self.inflated)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._deeper()
        if name.rpartition(":")[2] == "si":
            at = self.parser.CurrentByteIndex
            self._measure(at)
            self.lengths.append(0)
            self.begun = at
            if len(self.lengths) > self.limits.strings:
                self.refuse(_("单元格太多"), _("分成几个文件导入"))

    def _measure(self, until: int) -> None:
        if self.lengths:
            self.lengths[-1] = until - self.begun


class CellScan(XmlScan):
    """Counts cells from where ``sheetData`` begins: their number, span, order, and that none is a formula."""

    def __init__(self, part: str, limits: SheetLimits) -> None:
        super().__init__(part)
        self.limits = limits
        self.has_cells = False
        self.cells = self.rows = self.merges = 0
        self.row = self.largest_row = self.column = self.largest_column = 0
        self.columns: dict[str, int] = {}
        self.reference = self.digits = ""

    def counted(self) -> Counted:
        """Return what was found."""
        text = max(0, self.inflated - _MARKUP_PER_CELL * self.cells)
        return Counted(self.has_cells, self.cells, self.largest_row * self.largest_column, text)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._deeper()
        tag = name.rpartition(":")[2]
        if tag == "sheetData":
            self.has_cells = True
            self.parser.StartElementHandler = self._start_in_data
            self.parser.EndElementHandler = self._end_in_data
        elif tag == "mergeCell":
            self.merges += 1
            if self.merges > self.limits.merges:
                self.refuse(_("合并单元格太多"), _("取消合并单元格后再导入"))

    def _seen(self) -> int:
        return self.elements + self.cells

    def _check_block(self, moved: bool) -> None:
        super()._check_block(moved)
        if self.cells > self.limits.cells:
            self._too_large(_("单元格太多"))

    def _start_in_data(self, name: str, attributes: dict[str, str]) -> None:
        """Take one element; written for speed, for a full sheet has millions."""
        self.depth += 1
        if name == "c":
            self._cell(attributes.get("r"))
        elif name != "v":
            self._rare(name.rpartition(":")[2], attributes)

    def _rare(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._cell(attributes.get("r"))
            return
        self.elements += 1
        if tag == "row":
            self._row(attributes.get("r"))
        elif tag == "f":
            self.refuse(
                _("单元格 %(cell)s 是公式，缓存的数值不可信") % {"cell": self.reference},
                _("全选、复制、选择性粘贴为数值后再导入"),
            )

    def _end_in_data(self, name: str) -> None:
        self.depth -= 1
        if name in ("c", "v"):
            return
        tag = name.rpartition(":")[2]
        if tag == "row":
            self.row += 1
            self.column = 0
        elif tag == "sheetData":
            self.parser.StartElementHandler = self._start
            self.parser.EndElementHandler = self._end

    def _row(self, number: str | None) -> None:
        self.rows += 1
        if number is not None:
            if _ROW_NUMBER.fullmatch(number) is None:
                self._odd(number)
            self.row = int(number) - 1
        self.digits = str(self.row + 1)
        if self.rows > self.limits.rows or self.row >= self.limits.rows:
            self._too_large(_("行数超过 %(limit)s") % {"limit": f"{self.limits.rows:,}"})

    def _cell(self, reference: str | None) -> None:
        """Place a cell as calamine does: by its own reference, else after the last one in its row."""
        self.cells += 1
        if reference is None:
            self.column += 1
            self._reach(self.row + 1, "")
            return
        self.reference = reference
        column = self.columns.get(reference.removesuffix(self.digits))
        if column is None or self.row + 1 != self.largest_row or column > self.largest_column:
            self._new_place(reference)
        else:
            self.column = column

    def _new_place(self, reference: str) -> None:
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            self._odd(reference)
            return
        letters, digits = match.groups()
        self.column = self.columns[letters] = column_number(letters)
        self._reach(int(digits), reference)

    def _reach(self, row: int, reference: str) -> None:
        """Widen what the cells span; a row before the last one makes calamine ask for all memory there is."""
        if row < self.largest_row:
            self._odd(reference)
        self.largest_row = row
        self.largest_column = max(self.largest_column, self.column)
        far = self.largest_column > self.limits.columns or row > self.limits.rows
        if far or row * self.largest_column > self.limits.area:
            self._too_far(reference)

    def _too_far(self, reference: str) -> None:
        self._too_large(_("单元格 %(cell)s 离数据太远") % {"cell": reference})

    def _too_large(self, reason: str) -> None:
        self.refuse(reason, _("删除数据区以外的行和列（或把数据复制到新的工作簿），仍超出时分成几个文件导入"))

    def _odd(self, reference: str) -> None:
        self.refuse(
            _("单元格次序或编号异常（%(cell)s）") % {"cell": reference[:20]},
            _("用 Excel 或 WPS 打开后另存为新文件再导入"),
        )


class SharedUse(XmlScan):
    """Adds up the bytes of the shared strings that a sheet's cells take, each as often as it is taken."""

    def __init__(self, part: str, lengths: array[int]) -> None:
        super().__init__(part)
        self.lengths, self.used_bytes, self.shared = lengths, 0, False
        self.parser.buffer_text = True
        self.parser.CharacterDataHandler = self._text

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._deeper()
        tag = name.rpartition(":")[2]
        if tag == "c":
            self.shared = attributes.get("t") == "s"

    def _text(self, text: str) -> None:
        if self.shared:
            index = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
            self.used_bytes += self.lengths[index] if index < len(self.lengths) else 0


def column_number(letters: str) -> int:
    """Return a column's number from 1: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
