"""Whose rows a viewer may see: the first argument of every function in a ``queries.py``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from django.db.models import Model, Q

from diansuo.office.base import reach
from diansuo.office.base.models import Station, User
from diansuo.office.base.reach import Part, Reached


@dataclass(frozen=True, slots=True)
class Scope:
    """A set of stations; ``None`` stands for all of them (the command line, a system administrator).

    Whoever sees but a ``part`` of a station sees no station whole: what is asked by station is empty for them, and
    rows come through :meth:`limit` alone, which knows the part.
    """

    station_ids: frozenset[int] | None
    part: Part | None = None

    @classmethod
    def everything(cls) -> Self:
        """Return the scope of the system itself."""
        return cls(None)

    @classmethod
    def of(cls, user: User) -> Self:
        """Return what this user may see: a company's stations, one, or a part; all for a superuser, else nothing."""
        if user.is_superuser:
            return cls(None)
        return cls(*reach.part_of(user))

    def limit(self, path: str) -> Q:
        """Return the condition that a row's station, reached by ``path``, lies within the scope."""
        if self.part is not None:
            return Q(**{path: self.part.station_id}) & Q(Reached(path, self.part))
        return Q() if self.station_ids is None else Q(**{f"{path}__in": self.station_ids})

    def allows(self, station_id: int | None) -> bool:
        """Tell whether one whole station lies within the scope."""
        return self.station_ids is None or station_id in self.station_ids

    def holds(self, row: Model) -> bool:
        """Tell whether a row with a station of its own lies within the scope; a query only for a part."""
        if self.part is None:
            return self.allows(row.station_id)  # type: ignore[attr-defined]
        return type(row)._base_manager.filter(self.limit("station"), pk=row.pk).exists()

    def stations(self) -> Any:
        """Return the stations that lie whole within the scope, by name."""
        return (
            Station.objects.filter(Q() if self.station_ids is None else Q(id__in=self.station_ids))
            .select_related("company")
            .order_by("name")
        )

    def stations_in_part(self) -> Any:
        """Return the stations of which anything is within the scope: for what is then limited area by area."""
        if self.part is None:
            return self.stations()
        return Station.objects.filter(pk=self.part.station_id).select_related("company")

    def within(self, station_id: int) -> Scope:
        """Return what of one of :meth:`stations_in_part` lies within the scope: all of it, or the part."""
        return self if self.part is not None else Scope(frozenset({station_id}))

    def has_area(self, area_id: int) -> bool:
        """Tell whether an area of one of :meth:`stations_in_part` lies within the scope."""
        return self.part is None or area_id in self.part.area_ids
