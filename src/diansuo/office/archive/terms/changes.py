"""A change of terms as a proposal keeps it: which row, which values, before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from django.apps import apps
from django.db import models

from diansuo.office.base.periods import PeriodModel


@dataclass(frozen=True, slots=True)
class TermChange:
    """One row that changes, or begins.

    Attributes:
        model: whose row.
        row: its id; None: the thing has none of its kind yet, and gets one with ``key`` and ``after``.
        after: new values by attribute (``area_id``).
        before: what stands.
        in_place: written over where it stands (what was unknown is filled in), not from a day on.
        key: of a new row, whose it is.
        first: of a new row, from when on; None: from the proposal's effective day.
        ordered: the day of the order (工单) it rests on, where somebody said it.
    """

    model: type[PeriodModel]
    row: int | None
    after: Mapping[str, Any]
    before: Mapping[str, Any] = field(default_factory=dict)
    in_place: bool = False
    key: Mapping[str, Any] = field(default_factory=dict)
    first: date | None = None
    ordered: date | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as a proposal keeps it."""
        return {
            "model": self.model._meta.label,
            "row": self.row,
            "after": _plain(self.after),
            "before": _plain(self.before),
            "in_place": self.in_place,
            "key": dict(self.key),
            "first": self.first.isoformat() if self.first else None,
            "ordered": self.ordered.isoformat() if self.ordered else None,
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """Return what a proposal kept."""
        model = apps.get_model(record["model"])
        first, ordered = record.get("first"), record.get("ordered")
        return cls(
            model=model,
            row=record["row"],
            after=_typed(model, record["after"]),
            before=_typed(model, record["before"]),
            in_place=record["in_place"],
            key=record["key"],
            first=date.fromisoformat(first) if first else None,
            ordered=date.fromisoformat(ordered) if ordered else None,
        )


def changes_of(terms: Mapping[str, Any]) -> list[TermChange]:
    """Return the changes a proposal's terms hold."""
    return [TermChange.from_json(record) for record in terms["changes"]]


def terms_of(changes: Iterable[TermChange]) -> dict[str, Any]:
    """Return changes as a proposal's terms."""
    return {"changes": [change.as_json() for change in changes]}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _typed(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as the model's fields have them; JSON knows no days."""
    if not any(isinstance(value, str) for value in values.values()):
        return dict(values)
    return {
        name: model._meta.get_field(name).to_python(value) if isinstance(value, str) else value
        for name, value in values.items()
    }
