"""Streams the XML of a workbook's parts: no document types anywhere, and of sheets everything that costs memory counted."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from django.utils.translation import gettext as _

from diansuo.office.base.sheets.problems import SheetRefused

if TYPE_CHECKING:
    from diansuo.office.base.sheets.guard import Limits

GRID_ROWS = 1_048_576
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


@dataclass(slots=True)
class Totals:
    """What the sheets of one workbook add up to; ``text_lengths`` and ``longest_text`` are of its shared texts."""

    rows: int = 0
    cells: int = 0
    errors: int = 0
    characters: int = 0
    longest_text: int = 0
    text_lengths: array[int] = field(default_factory=lambda: array("I"))


class PartScan:
    """Reads a part to its end, for being well-formed XML in utf-8 without a document type."""

    def __init__(self) -> None:
        # The encoding is imposed: a loader reads utf-8 whatever the part declares, and must not see another text.
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype

    def run(self, name: str, pieces: Iterable[bytes]) -> None:
        """Read the part.

        Raises:
            SheetRefused: it is not such XML, or what it holds is refused.
        """
        try:
            for piece in pieces:
                self.parser.Parse(piece, False)
            self.parser.Parse(b"", True)
        except expat.ExpatError as problem:
            raise SheetRefused(
                _("文件内容损坏（%(part)s）") % {"part": name}, _("用 Excel 或 WPS 打开后另存为新的 .xlsx 再导入")
            ) from problem

    def _doctype(self, *_args: object) -> None:
        raise SheetRefused(
            _("文件里有不应出现的文档类型声明"), _("用 Excel 或 WPS 打开后另存为新的 .xlsx 再导入")
        )


class WorkbookScan(PartScan):
    """The sheets a workbook lists: name and key of the relation that leads to the part."""

    def __init__(self, most_sheets: int) -> None:
        super().__init__()
        self.most_sheets = most_sheets
        self.sheets: list[tuple[str, str]] = []
        self.parser.StartElementHandler = self._element

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] != "sheet":
            return
        key = next((value for label, value in attributes.items() if label.rpartition(":")[2] == "id"), "")
        self.sheets.append((attributes.get("name", ""), key))
        if len(self.sheets) > self.most_sheets:
            raise SheetRefused(
                _("工作表超过 %(limit)s 张") % {"limit": self.most_sheets}, _("只保留要导入的工作表，另存后再导入")
            )


class RelationScan(PartScan):
    """Where the workbook's relations lead; ``outside`` are the keys of those that lead out of the file."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, str] = {}
        self.outside: set[str] = set()
        self.parser.StartElementHandler = self._element

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] != "Relationship":
            return
        key = attributes.get("Id", "")
        if key in self.targets or attributes.get("TargetMode", "").casefold() == "external":
            self.outside.add(key)
        self.targets[key] = attributes.get("Target", "")


class StringScan(PartScan):
    """The lengths of the shared texts, in characters."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.limits = limits
        self.lengths = array("I")
        self.longest = 0
        self.parser.StartElementHandler = self._element
        self.parser.CharacterDataHandler = self._characters

    def _element(self, name: str, _attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            self.lengths.append(0)
            if len(self.lengths) > self.limits.strings:
                raise SheetRefused(_("文字太多"), _("分成几个文件导入"))

    def _characters(self, text: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(text)
            self.longest = max(self.longest, self.lengths[-1])


class SheetScan(PartScan):
    """Counts a sheet's rows, cells and texts, finds its farthest cell, and refuses any formula."""

    def __init__(self, title: str, limits: Limits, totals: Totals) -> None:
        super().__init__()
        self.title, self.limits, self.totals = title, limits, totals
        self.row = self.column = self.largest_row = self.largest_column = self.merges = 0
        self.row_digits = ""
        self.prefix = ""
        self.index = ""
        self.errors: dict[tuple[int, int], str] = {}
        self.columns = {column_letters(number): number for number in range(1, limits.columns + 1)}
        self.parser.StartElementHandler = self._element

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        if name == "v":
            return
        prefix, _colon, tag = name.rpartition(":")
        if tag == "c":
            self.prefix = prefix
            self._cell(attributes)
        elif tag == "row":
            self._row(attributes.get("r"))
        elif tag == "f" and prefix == self.prefix:  # xm:f of a drop-down's list is no cell's formula
            self._refuse_formula()
        elif tag == "mergeCell":
            self.merges += 1
            if self.merges > self.limits.merges:
                self._refuse(_("合并单元格太多"), _("取消合并单元格后再导入"))

    def _row(self, number: str | None) -> None:
        self.totals.rows += 1
        self.row = self.row + 1 if number is None else int(number) if number.isdecimal() else GRID_ROWS + 1
        self.row_digits = number or ""
        self.column = 0
        if self.totals.rows > self.limits.rows or self.row > GRID_ROWS:
            limit = min(self.limits.rows, GRID_ROWS)
            self._too_large(_("行数超过 %(limit)s") % {"limit": f"{limit:,}"})

    def _cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        digits = self.row_digits
        column = None
        if reference is None:
            column = self.column + 1
        elif digits and reference.endswith(digits):
            column = self.columns.get(reference[: -len(digits)])
        if column is None or column > self.limits.columns:
            column = self._place(reference or "")
        self.column = column
        if column > self.largest_column or self.row > self.largest_row:
            self._grow(column)
        self.totals.cells += 1
        if self.totals.cells > self.limits.cells:
            self._too_large(_("单元格超过 %(limit)s 个") % {"limit": f"{self.limits.cells:,}"})
        kind = attributes.get("t")
        if kind == "s":
            self._shared_text()
        elif kind == "e":
            self._error()
        elif self.parser.CharacterDataHandler is not None:
            self.parser.CharacterDataHandler = None

    def _place(self, reference: str) -> int:
        """Read a reference that does not end in its row's number, or lies too far to the right."""
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            self._refuse(_("单元格位置异常"), _("用 Excel 或 WPS 打开后另存为新的 .xlsx 再导入"))
        column, self.row = column_number(match[1].upper()), int(match[2])
        self.row_digits = match[2]
        if column > self.limits.columns or not 1 <= self.row <= GRID_ROWS:
            self._too_large(_("单元格 %(cell)s 离数据太远") % {"cell": reference})
        return column

    def _grow(self, column: int) -> None:
        self.largest_column = max(self.largest_column, column)
        self.largest_row = max(self.largest_row, self.row)
        if self.largest_row * self.largest_column > self.limits.area:
            self._too_large(
                _("单元格 %(cell)s 离数据太远") % {"cell": f"{column_letters(column)}{self.row}"}
            )

    def _shared_text(self) -> None:
        """Count a shared text at its longest while that is harmless, then each at its own length."""
        bound = self.totals.characters + self.totals.longest_text
        if bound <= self.limits.text_characters // 2:
            self.totals.characters = bound
            self.parser.CharacterDataHandler = None
        else:
            self.index = ""
            self.parser.CharacterDataHandler = self._index_characters

    def _index_characters(self, text: str) -> None:
        self.index = (self.index + text)[:12]
        place = int(self.index) if self.index.strip().isdecimal() else -1
        if 0 <= place < len(self.totals.text_lengths):
            self.totals.characters += self.totals.text_lengths[place]
        if self.totals.characters > self.limits.text_characters:
            self._too_large(_("文字太多"))

    def _error(self) -> None:
        self.totals.errors += 1
        if self.totals.errors > self.limits.errors:
            self._refuse(_("错误值（#N/A 等）太多"), _("在 Excel 中改正后再导入"))
        self.errors[self.row, self.column] = ""
        self.parser.CharacterDataHandler = self._error_characters

    def _error_characters(self, text: str) -> None:
        place = (self.row, self.column)
        self.errors[place] = (self.errors[place] + text.strip())[:20]

    def _refuse_formula(self) -> NoReturn:
        self._refuse(
            _("单元格 %(cell)s 是公式，缓存的数值不可信")
            % {"cell": f"{column_letters(self.column)}{self.row}"},
            _("全选、复制、选择性粘贴为数值后再导入"),
        )

    def _too_large(self, reason: str) -> NoReturn:
        self._refuse(reason, _("删除数据区以外的行和列（或把数据复制到新的工作簿）后再导入"))

    def _refuse(self, reason: str, remedy: str) -> NoReturn:
        raise SheetRefused(reason, remedy, _("工作表“%(sheet)s”") % {"sheet": self.title})


def column_number(letters: str) -> int:
    """Return the number of a column, from 1 (A)."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """Return the letters of a column, from 1 (A)."""
    letters = ""
    while number > 0:
        number, place = divmod(number - 1, 26)
        letters = chr(65 + place) + letters
    return letters
