"""The rows of an archive list as columns, with the problems that refuse some of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from diansuo.office.archive.importing.columns import BY_FIELD, COLUMNS, HEADINGS, LENIENT
from diansuo.office.base.imports.kinds import Source
from diansuo.office.base.sheets.problems import Problem
from diansuo.office.base.sheets.read import parse_columns, read_tables


@dataclass(slots=True)
class Lines:
    """A file's rows, as one list a field, all of one length; the row number is the one in the file, from 1.

    ``values`` are typed (None for empty), ``texts`` are the cells as they stood. A refused line stays where it is,
    so that positions never shift.
    """

    sheet: list[str] = field(default_factory=list)
    row: list[int] = field(default_factory=list)
    values: dict[str, list[Any]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    refused: list[bool] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.row)

    def __getitem__(self, name: str) -> list[Any]:
        return self.values[name]

    def accepted(self) -> Iterator[int]:
        """Yield the positions of the lines nothing is wrong with so far."""
        return (i for i, refused in enumerate(self.refused) if not refused)

    def refuse(self, i: int, name: str, reason: str, remedy: str) -> None:
        """Refuse one line for what stands in one of its fields."""
        problem = Problem(self.sheet[i], self.row[i], HEADINGS[name], self.quoted(i, name), reason, remedy)
        self.problems.append(problem)
        self.refused[i] = True

    def quoted(self, i: int, name: str) -> str:
        """Return the text of one field as a verdict may quote it."""
        return BY_FIELD[name].quoted(self.texts[name][i])

    def where(self, i: int) -> str:
        """Say where a line stands, for the reason another one is refused with."""
        return _("“%(sheet)s”第%(row)d行") % {"sheet": self.sheet[i], "row": self.row[i]}


def read(source: Source) -> Lines:
    """Read the file's sheets into lines, every cell judged by itself.

    Raises:
        SheetRefused: the file as a whole cannot be read.
    """
    lines = Lines(values={name: [] for name in HEADINGS}, texts={name: [] for name in HEADINGS})
    for table in read_tables(source.path, source.file_name, COLUMNS, source.aliases):
        parsed = parse_columns(table, LENIENT)
        lines.sheet += [table.sheet] * len(table)
        lines.row += table.row_numbers
        lines.refused += [place in parsed.refused for place in range(len(table))]
        lines.problems += parsed.problems
        lines.notes += table.notes
        for name in HEADINGS:
            lines.values[name] += parsed.values[name]
            lines.texts[name] += table.fields.get(name) or [""] * len(table)
    return lines
