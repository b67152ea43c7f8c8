"""The verdict on every row of an imported file, kept beside the file so that a page can leaf through it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import polars as pl


class Outcome(StrEnum):
    """What the import makes of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


FIELDS = ("sheet", "row", "outcome", "subject", "column", "value", "reason", "remedy")


@dataclass(slots=True)
class Verdicts:
    """Verdicts as columns. A refused row may have several (one a problem); every other row has one.

    ``row`` is the row's number in the file, from 1. ``reason`` says what is wrong, or what changes from what to
    what; ``remedy`` what to do now.
    """

    sheet: list[str] = field(default_factory=list)
    row: list[int] = field(default_factory=list)
    outcome: list[str] = field(default_factory=list)
    subject: list[str] = field(default_factory=list)
    column: list[str] = field(default_factory=list)
    value: list[str] = field(default_factory=list)
    reason: list[str] = field(default_factory=list)
    remedy: list[str] = field(default_factory=list)

    def add(
        self,
        sheet: str,
        row: int,
        outcome: Outcome,
        subject: str,
        *,
        column: str = "",
        value: str = "",
        reason: str = "",
        remedy: str = "",
    ) -> None:
        """Add one verdict."""
        self.sheet.append(sheet)
        self.row.append(row)
        self.outcome.append(outcome.value)
        self.subject.append(subject)
        self.column.append(column)
        self.value.append(value)
        self.reason.append(reason)
        self.remedy.append(remedy)

    def counts(self) -> dict[str, int]:
        """Return how many rows met each outcome; a row with several problems counts once."""
        table = self.table().select("sheet", "row", "outcome").unique()
        found = dict(table.group_by("outcome").len().iter_rows())
        return {outcome.value: found.get(outcome.value, 0) for outcome in Outcome}

    def digest(self) -> str:
        """Return a digest of all verdicts: two previews of a file agree when it does."""
        seen = hashlib.sha256()
        for name in FIELDS:
            seen.update("\x1f".join(map(str, getattr(self, name))).encode())
            seen.update(b"\x1e")
        return seen.hexdigest()

    def of(self, outcome: Outcome) -> list[dict[str, object]]:
        """Return the verdicts of one outcome, in the file's order."""
        return self.table().filter(pl.col("outcome") == outcome.value).to_dicts()

    def table(self) -> pl.DataFrame:
        """Return the verdicts as a frame."""
        return pl.DataFrame(
            {name: getattr(self, name) for name in FIELDS},
            schema={name: pl.Int64 if name == "row" else pl.String for name in FIELDS},
        )


def save(verdicts: Verdicts, path: Path) -> None:
    """Write the verdicts beside the imported file."""
    verdicts.table().write_parquet(path)


def load(path: Path, outcome: str = "", start: int = 0, count: int | None = None) -> list[dict[str, object]]:
    """Return verdicts in the file's order, refused first, optionally of one outcome only."""
    rank = pl.col("outcome").replace_strict({"refused": 0, "changed": 1, "new": 2, "unchanged": 3})
    frame = pl.scan_parquet(path)
    if outcome:
        frame = frame.filter(pl.col("outcome") == outcome)
    return frame.sort([rank, "sheet", "row"], maintain_order=True).slice(start, count).collect().to_dicts()
