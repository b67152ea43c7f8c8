"""The rows of a list one by one: what a kind makes of each, and the verdict of those it must refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from diansuo.office.base.imports.verdicts import Outcome, Verdicts
from diansuo.office.base.sheets.read import Parsed

Row = TypeVar("Row")


class RowRefused(ValueError):
    """A row that cannot be taken: column, value, reason and remedy."""

    def __init__(self, column: str, value: object, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason, self.remedy = column, str(value), reason, remedy


def read_rows(
    sheets: Sequence[Parsed],
    verdicts: Verdicts,
    row_of: Callable[[str, int, dict[str, Any]], Row],
    *,
    subjects: Sequence[str] = ("customer",),
) -> Iterator[Row]:
    """Yield what ``row_of(sheet, number, cells)`` makes of every readable row; give the others their verdict.

    A refused row is named by the first of the ``subjects`` columns that is filled.
    """
    for sheet in sheets:
        for problem in sheet.problems:
            verdicts.add(
                problem.sheet, problem.row, Outcome.REFUSED, "",
                column=problem.column, value=problem.value, reason=problem.reason, remedy=problem.remedy,
            )  # fmt: skip
        for at, number in enumerate(sheet.row_numbers):
            if at in sheet.refused:
                continue
            cells = {field: values[at] for field, values in sheet.values.items()}
            try:
                yield row_of(sheet.sheet, number, cells)
            except RowRefused as refusal:
                subject = next((cells[name] for name in subjects if cells[name]), "")
                verdicts.add(
                    sheet.sheet, number, Outcome.REFUSED, subject,
                    column=refusal.column, value=refusal.value, reason=refusal.reason, remedy=refusal.remedy,
                )  # fmt: skip
