"""What an app tells about a kind of file it can import."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import models
from django.utils.functional import Promise

from diansuo.office.base.imports.verdicts import Verdicts
from diansuo.office.base.models import ImportBatch, Job, Station
from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.columns import Column


@dataclass(frozen=True, slots=True)
class Options:
    """What the user says beside the file. Every one may be absent."""

    period: int | None = None
    valid_from: date | None = None
    effective: date | None = None
    station: str = ""
    day: date | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the options as a batch keeps them."""
        return {
            "period": self.period,
            "valid_from": self.valid_from.isoformat() if self.valid_from else None,
            "effective": self.effective.isoformat() if self.effective else None,
            "station": self.station,
            "day": self.day.isoformat() if self.day else None,
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Options:
        """Return the options a batch kept."""
        return cls(
            period=record.get("period"),
            valid_from=date.fromisoformat(record["valid_from"]) if record.get("valid_from") else None,
            effective=date.fromisoformat(record["effective"]) if record.get("effective") else None,
            station=record.get("station", ""),
            day=date.fromisoformat(record["day"]) if record.get("day") else None,
        )


@dataclass(frozen=True, slots=True)
class Source:
    """The file to import, where it lies and what it was called, with the headings this place's exports use."""

    path: Path
    file_name: str
    aliases: dict[str, str]
    options: Options
    scope: Scope
    today: date


@dataclass(slots=True)
class Plan:
    """What an import would do: a verdict per row, and the writes, each of them a short transaction.

    ``writes`` get the batch they belong to; rows they make carry it, values they change in other rows are noted
    with :func:`diansuo.office.base.imports.operations.note_change`.
    """

    verdicts: Verdicts
    writes: Sequence[Callable[[ImportBatch], None]]
    station: Station | None = None
    notes: list[str] = field(default_factory=list)


FollowUp = Callable[[ImportBatch, datetime], Sequence[Job]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its columns, how it is planned, and what taking it back means.

    ``made`` lists the models whose rows carry the batch, in the order in which they can be deleted.
    ``blockers(batch)`` says, in words, what depends on the batch and so forbids taking it back.
    ``before_withdrawal`` undoes, in the withdrawal's own transaction, what follows from the rows (sums kept elsewhere).
    ``after_withdrawal`` undoes what is not a row (files of the lake).
    ``follow_up(batch, now)`` makes ready, in the transaction that ends the application, the jobs that look at it; an
    app above the kind's own adds its jobs by :func:`add_follow_up`.
    """

    name: str
    title: Promise | str
    columns: tuple[Column, ...]
    plan: Callable[[Source], Plan]
    made: tuple[type[models.Model], ...]
    blockers: Callable[[ImportBatch], list[str]]
    permission: str = "base.import_files"
    suffixes: tuple[str, ...] = (".xlsx", ".csv")
    before_withdrawal: Callable[[ImportBatch], None] | None = None
    after_withdrawal: Callable[[ImportBatch], None] | None = None
    follow_up: FollowUp | None = None
    option_names: tuple[str, ...] = ()


_kinds: dict[str, Kind] = {}
_added: dict[str, list[FollowUp]] = {}


def register(kind: Kind) -> None:
    """Make a kind of file known (from an app's ``ready``)."""
    _kinds[kind.name] = kind


def named(name: str) -> Kind:
    """Return a kind by its name (KeyError if there is none)."""
    return _kinds[name]


def all_kinds() -> list[Kind]:
    """Return every kind, in the order of registration."""
    return list(_kinds.values())


def add_follow_up(name: str, follow_up: FollowUp) -> None:
    """Let an upper app's jobs follow a kind of file of a lower one (from the app's ``ready``), after the kind's own."""
    added = _added.setdefault(name, [])
    if follow_up not in added:
        added.append(follow_up)


def follow_ups(name: str) -> list[FollowUp]:
    """Return what makes ready the jobs that follow a kind of file, in their order."""
    own = _kinds[name].follow_up
    return [*([own] if own else []), *_added.get(name, [])]
