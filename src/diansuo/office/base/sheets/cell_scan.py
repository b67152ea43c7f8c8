"""Counts what a sheet holds: cells, what they span, merged ranges, texts, errors; and finds any formula.

It sees what calamine will see and is never more lenient: cells count wherever a ``sheetData`` stands, whatever the
part is called and whatever its root is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from django.utils.translation import gettext as _

from diansuo.office.base.sheets.scan import XmlScan

if TYPE_CHECKING:
    from diansuo.office.base.sheets.guard import Limits

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW_NUMBER = re.compile(r"[1-9][0-9]{0,6}")
# The errors calamine knows; of another it says only that it cannot read the file.
ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})
_ERROR_CHARACTERS = 20
# What every cell has beside its text: <c r="A1"><v></v></c>.
_MARKUP_PER_CELL = 20


@dataclass(slots=True)
class Counted:
    """What was found in a part: ``area`` is what its cells span, ``text_bytes`` an upper bound of its texts.

    ``errors`` are its error cells, (row, column) from 0 -> what stands there; calamine gives them as empty.
    """

    has_cells: bool
    cells: int
    area: int
    text_bytes: int
    errors: dict[tuple[int, int], str]


class CellScan(XmlScan):
    """Counts cells from where ``sheetData`` begins: their number, span, order, and that none is a formula."""

    def __init__(self, part: str, limits: Limits) -> None:
        super().__init__(part)
        self.limits = limits
        self.has_cells = False
        self.cells = self.rows = self.merges = 0
        self.row = self.cell_row = self.largest_row = self.column = self.largest_column = 0
        self.columns: dict[str, int] = {}
        self.errors: dict[tuple[int, int], str] = {}
        self.parser.buffer_text = True
        self.reference = self.digits = ""

    def counted(self) -> Counted:
        """Return what was found."""
        text = max(0, self.inflated - _MARKUP_PER_CELL * self.cells)
        for (row, column), error in self.errors.items():
            if error not in ERRORS:
                self.refuse(
                    _("第 %(row)s 行第 %(column)s 列是错误值 %(error)s")
                    % {"row": row + 1, "column": column + 1, "error": error},
                    _("在 Excel 中改正后重新导出"),
                )
        area = self.largest_row * self.largest_column
        return Counted(self.has_cells, self.cells, area, text, self.errors)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._deeper()
        tag = name.rpartition(":")[2]
        if tag == "sheetData":
            self.has_cells = True
            self.parser.StartElementHandler = self._start_in_data
            self.parser.EndElementHandler = self._end_in_data
        elif tag == "si":
            self.refuse(_("共享文字放在不应有的部件里"), _("用 Excel 或 WPS 打开后另存为新文件再导入"))
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
            if attributes.get("t") == "e":
                self._begin_error()
        elif name != "v":
            self._rare(name.rpartition(":")[2], attributes)

    def _rare(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._cell(attributes.get("r"))
            if attributes.get("t") == "e":
                self._begin_error()
            return
        self.elements += 1
        if tag == "row":
            self._row(attributes.get("r"))
        elif tag == "f":
            self.refuse(
                _("单元格 %(cell)s 是公式，缓存的数值不可信") % {"cell": self.reference},
                _("全选、复制、选择性粘贴为数值后再导入"),
            )

    def _begin_error(self) -> None:
        self.errors[self.cell_row - 1, self.column - 1] = ""
        self.parser.CharacterDataHandler = self._error_text
        if len(self.errors) > self.limits.errors:
            self.refuse(_("错误值（#N/A 等）太多"), _("在 Excel 中改正后重新导出"))

    def _error_text(self, text: str) -> None:
        place = (self.cell_row - 1, self.column - 1)
        self.errors[place] = (self.errors[place] + text.strip())[:_ERROR_CHARACTERS]

    def _end_in_data(self, name: str) -> None:
        self.depth -= 1
        if name == "v":
            return
        if name == "c":
            if self.errors:
                self.parser.CharacterDataHandler = None
            return
        tag = name.rpartition(":")[2]
        if tag == "c":
            self.parser.CharacterDataHandler = None
        elif tag == "row":
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
        if column is None or self.row >= self.largest_row or column > self.largest_column:
            self._new_place(reference)
        else:
            self.column = column
            self.cell_row = self.row + 1

    def _new_place(self, reference: str) -> None:
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            self._odd(reference)
        letters, digits = match.groups()
        self.column = self.columns[letters] = column_number(letters)
        self._reach(int(digits), reference)

    def _reach(self, row: int, reference: str) -> None:
        """Widen what the cells span: calamine lays out all of it."""
        self.cell_row = row
        self.largest_row = max(self.largest_row, row)
        self.largest_column = max(self.largest_column, self.column)
        far = self.largest_column > self.limits.columns or row > self.limits.rows
        if far or self.largest_row * self.largest_column > self.limits.area:
            self._too_far(reference)

    def _too_far(self, reference: str) -> NoReturn:
        cell = reference or f"R{self.cell_row}C{self.column}"
        self._too_large(_("单元格 %(cell)s 离数据太远") % {"cell": cell})

    def _too_large(self, reason: str) -> NoReturn:
        self.refuse(reason, _("删除数据区以外的行和列（或把数据复制到新的工作簿），仍超出时分成几个文件导入"))

    def _odd(self, reference: str) -> NoReturn:
        self.refuse(
            _("单元格编号异常（%(cell)s）") % {"cell": reference[:20]},
            _("用 Excel 或 WPS 打开后另存为新文件再导入"),
        )


def column_number(letters: str) -> int:
    """Return a column's number from 1: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
