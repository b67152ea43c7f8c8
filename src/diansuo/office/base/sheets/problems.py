"""What is wrong with a file or a cell of it, where, and what to do now."""

from __future__ import annotations

from dataclasses import dataclass


class SheetRefused(ValueError):
    """A whole file cannot be taken. The text says why, where, and the remedy."""

    def __init__(self, reason: str, remedy: str, where: str = "") -> None:
        self.reason, self.remedy, self.where = reason, remedy, where
        super().__init__("；".join(part for part in (where, reason, remedy) if part))


@dataclass(frozen=True, slots=True)
class Problem:
    """One cell that cannot be taken; ``row`` is the row's number in the file, from 1."""

    sheet: str
    row: int
    column: str
    value: str
    reason: str
    remedy: str
