"""What an import would change in rows that stand already, kept until it is applied."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models

from diansuo.office.base.periods import PeriodModel


@dataclass(slots=True)
class Edits:
    """Changes by row, so that a change stated by many lines is made once.

    ``in_place``: (model, row, field) -> (before, after). ``dated``: (period model, row) -> new values from the
    effective day on. ``added``: facts about a thing that stands already and had none, (model, key) -> (first day,
    values). Values may be names of shared things that have no id yet. ``ordered``: the day of the order that lines
    name for a changed row, or under ``(key,)`` for an added fact.
    """

    in_place: dict[tuple[type[models.Model], int, str], tuple[Any, Any]] = field(default_factory=dict)
    dated: dict[tuple[type[PeriodModel], int], dict[str, Any]] = field(default_factory=dict)
    added: dict[tuple[type[models.Model], Hashable], tuple[date, dict[str, Any]]] = field(
        default_factory=dict
    )
    ordered: dict[tuple[type[models.Model], Hashable], date] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.in_place or self.dated or self.added)

    def of(self, model: type[models.Model]) -> Edits:
        """Return the changes to one model only."""
        return self._where(lambda one: one is model)

    def without(self, model: type[models.Model]) -> Edits:
        """Return the changes to all other models."""
        return self._where(lambda one: one is not model)

    def _where(self, wanted: Callable[[type[models.Model]], bool]) -> Edits:
        return Edits(
            {key: value for key, value in self.in_place.items() if wanted(key[0])},
            {key: value for key, value in self.dated.items() if wanted(key[0])},
            {key: value for key, value in self.added.items() if wanted(key[0])},
            {key: day for key, day in self.ordered.items() if wanted(key[0])},
        )

    def join(self, other: Edits) -> None:
        """Take over the changes of another line."""
        self.in_place.update(other.in_place)
        for row, values in other.dated.items():
            self.dated.setdefault(row, {}).update(values)
        for thing, (day, values) in other.added.items():
            _first, known = self.added.setdefault(thing, (day, {}))
            known.update(values)
        self.ordered.update(other.ordered)
