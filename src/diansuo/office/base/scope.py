"""Whose rows a viewer may see: the first argument of every function in a ``queries.py``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from django.db.models import Q

from diansuo.office.base.models import Staff, Station, User


@dataclass(frozen=True, slots=True)
class Scope:
    """A set of stations; ``None`` stands for all of them (the command line, a system administrator)."""

    station_ids: frozenset[int] | None

    @classmethod
    def everything(cls) -> Self:
        """Return the scope of the system itself."""
        return cls(None)

    @classmethod
    def of(cls, user: User) -> Self:
        """Return what this user may see: their own station, or all for a superuser; nothing without a station."""
        if user.is_superuser:
            return cls(None)
        return cls(frozenset(Staff.objects.filter(user=user).values_list("station_id", flat=True)))

    def limit(self, path: str) -> Q:
        """Return the condition that a row's station, reached by ``path``, lies within the scope."""
        return Q() if self.station_ids is None else Q(**{f"{path}__in": self.station_ids})

    def allows(self, station_id: int | None) -> bool:
        """Tell whether one station lies within the scope."""
        return self.station_ids is None or station_id in self.station_ids

    def stations(self) -> Any:
        """Return the stations within the scope, by name."""
        return Station.objects.filter(self.limit("id")).select_related("company").order_by("name")
