"""Streams the XML of a workbook's parts: strict, without document types, endless nesting or endless texts."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from django.utils.translation import gettext as _

from diansuo.office.base.sheets.problems import SheetRefused

if TYPE_CHECKING:
    from diansuo.office.base.sheets.guard import Limits

_DEPTH = 200
# Two blocks in a row without an element: one text, comment or tag longer than any spreadsheet writes.
_SILENT_BLOCKS = 2
# What every shared string has beside its text: <si><t></t></si>.
_MARKUP_PER_STRING = 16


class XmlScan:
    """Streams one XML part; refuses document types, endless nesting and endless texts."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.depth = self.elements = self.silent = self.inflated = 0
        # The encoding is imposed: calamine reads utf-8 whatever the part declares.
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def run(self, blocks: Iterable[bytes]) -> None:
        """Take the whole part.

        Raises:
            SheetRefused: it is not strict XML, or holds what a workbook may not.
        """
        for block in blocks:
            self.take(block)
        self.close()

    def take(self, block: bytes) -> None:
        """Take the next bytes of the part."""
        before = self._seen()
        self._parse(block, False)
        self.inflated += len(block)
        self._check_block(self._seen() > before)

    def close(self) -> None:
        """Take the part for whole."""
        self._parse(b"", True)

    def _parse(self, block: bytes, final: bool) -> None:
        try:
            self.parser.Parse(block, final)
        except SheetRefused:
            raise
        except (expat.ExpatError, LookupError, ValueError) as problem:
            raise SheetRefused(
                _("文件内容损坏（%(part)s）") % {"part": self.part}, _("重新导出该文件")
            ) from problem

    def _seen(self) -> int:
        return self.elements

    def _check_block(self, moved: bool) -> None:
        self.silent = 0 if moved else self.silent + 1
        if self.silent > _SILENT_BLOCKS:
            self.refuse(_("有一处文字过长"), _("把数据复制到新的工作簿再导入"))
        if self.depth > _DEPTH:
            self.refuse(_("文件内容嵌套过深"), _("重新导出该文件"))

    def refuse(self, reason: str, remedy: str) -> NoReturn:
        """Raise the refusal of this part."""
        raise SheetRefused(reason, remedy, self.part)

    def refuse_size(self) -> NoReturn:
        """Refuse the part for what it inflates to."""
        self.refuse(_("文件解压后异常庞大"), _("把数据复制到新的工作簿，分成几个文件导入"))

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
    """The sheets a workbook lists (name, relation) and where its relations lead (key, part)."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.sheets: list[tuple[str, str]] = []
        self.relations: dict[str, str] = {}

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._deeper()
        tag = name.rpartition(":")[2]
        if tag == "sheet":
            key = next((value for label, value in attributes.items() if label.endswith(":id")), "")
            self.sheets.append((attributes.get("name", ""), key))
        elif tag == "Relationship":
            target = part_name(attributes.get("Target", ""))
            if target in self.relations.values() or attributes.get("Id", "") in self.relations:
                self.refuse(_("工作簿把同一个部件列了两次"), _("用 Excel 或 WPS 打开后另存为新文件再导入"))
            self.relations[attributes.get("Id", "")] = target


def part_name(target: str) -> str:
    """Return the part that calamine looks for: targets start from ``xl``, case does not count."""
    path = target.replace("\\", "/").casefold().removeprefix("/")
    return path if path.startswith("xl/") else f"xl/{path}"


class StringsScan(XmlScan):
    """Measures the shared strings: ``lengths`` in bytes, each an upper bound."""

    def __init__(self, part: str, limits: Limits) -> None:
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
            self.lengths[-1] = max(0, until - self.begun - _MARKUP_PER_STRING)


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
