"""The verdict on every row of an imported file, kept beside the file so that a page can leaf through it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

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


class FramedVerdicts(Verdicts):
    """Verdicts of a file of millions of rows: they stay a frame, and become lists only for who asks for a column."""

    def __init__(self, frame: pl.DataFrame) -> None:
        """Take a frame with the columns ``FIELDS``, rows in the file's order."""
        self._frame = frame.select(
            pl.col(name).cast(pl.Int64 if name == "row" else pl.String) for name in FIELDS
        )

    def __getattr__(self, name: str) -> Any:
        """Return a column as a list, as :class:`Verdicts` holds it."""
        if name not in FIELDS:
            raise AttributeError(name)
        setattr(self, name, self._frame[name].to_list())
        return getattr(self, name)

    def add(self, *_verdict: Any, **_more: Any) -> None:
        """Refuse: a frame is whole when it is made."""
        raise TypeError

    def counts(self) -> dict[str, int]:
        """Return how many rows met each outcome, as :meth:`Verdicts.counts` does."""
        frame = self._frame
        step = (pl.col("row") > pl.col("row").shift()) & (pl.col("sheet") == pl.col("sheet").shift())
        if not frame.select(step.slice(1).all()).item():
            return super().counts()
        found = dict(frame["outcome"].value_counts().iter_rows())
        return {outcome.value: found.get(outcome.value, 0) for outcome in Outcome}

    def digest(self) -> str:
        """Return a digest of all verdicts: what repeats from row to row is told once, with how often."""
        seen = hashlib.sha256(self._frame["row"].to_numpy().tobytes())
        for name in FIELDS:
            if name != "row":
                runs = self._frame[name].rle().struct.unnest()
                seen.update(runs["len"].to_numpy().tobytes())
                seen.update("\x1f".join(map(str, runs["value"])).encode())
        return seen.hexdigest()

    def table(self) -> pl.DataFrame:
        """Return the verdicts as a frame."""
        return self._frame


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
