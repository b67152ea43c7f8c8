"""What hangs on what on a day, each with its loss: for whoever may see it, the worst area of a feeder first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from diansuo.office.archive.models import AreaTerm, Feeder
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.network import listing, queries
from diansuo.office.network.queries import AreaLoss, Loss


@dataclass(frozen=True, slots=True)
class FeederBranch:
    """A feeder with its areas; ``feeder_id`` is None for those that hang on none, ``loss`` where it is not known.

    ``dedicated`` counts the customers' own transformers on it: they have no loss of ours.
    """

    feeder_id: int | None
    name: str
    loss: Loss | None
    areas: list[AreaLoss]
    dedicated: int

    @property
    def bad(self) -> int:
        """Return how many of its areas somebody must look at."""
        return sum(area.abnormal for area in self.areas)


@dataclass(frozen=True, slots=True)
class SubstationBranch:
    """A substation with its feeders; without a name where the archive does not say which one it is."""

    name: str
    feeders: list[FeederBranch]


@dataclass(frozen=True, slots=True)
class Tree:
    """A station with all that hangs on it; ``loss`` is None for whoever sees but a part of it."""

    station: Station
    loss: Loss | None
    substations: list[SubstationBranch]

    @property
    def feeders(self) -> list[FeederBranch]:
        """Return the feeders of all substations."""
        return [feeder for one in self.substations for feeder in one.feeders]


def tree(scope: Scope, station: Station, day: date) -> Tree:
    """Return a station's network on a day, as far as the viewer may see it."""
    mine, after = scope.within(station.pk), day + timedelta(days=1)
    areas = sorted(queries.loss_on(mine, day), key=listing.worst_first)
    terms = AreaTerm.objects.in_force(day).filter(mine.limit("area__station"), area__station=station)
    hung: dict[int | None, list[AreaLoss]] = defaultdict(list)
    own: dict[int | None, int] = defaultdict(int)
    rows = terms.values_list("area", "feeder", "dedicated")
    of = {area: (feeder, dedicated) for area, feeder, dedicated in rows}
    for feeder, dedicated in of.values():
        own[feeder] += dedicated
    for area in areas:
        hung[of.get(area.area_id, (None, False))[0]].append(area)
    losses = {one.id: one for one in queries.loss_of_feeders(mine, day, after)}
    whole = next(iter(queries.loss_of_stations(mine, day, after)), None)
    return Tree(station, whole, _substations(hung, own, losses))


def _substations(
    hung: dict[int | None, list[AreaLoss]], own: dict[int | None, int], losses: dict[int, Loss]
) -> list[SubstationBranch]:
    wanted = {key for key in {*hung, *own, *losses} if key is not None}
    rows = Feeder.objects.filter(pk__in=wanted).select_related("substation").order_by("name", "pk")
    found: dict[str, list[FeederBranch]] = defaultdict(list)
    for row in rows:
        branch = FeederBranch(
            row.pk, row.name or row.number, losses.get(row.pk), hung.get(row.pk, []), own.get(row.pk, 0)
        )
        found[row.substation.name if row.substation else ""].append(branch)
    if hung.get(None) or own.get(None):
        found[""].append(FeederBranch(None, "", None, hung.get(None, []), own.get(None, 0)))
    return [SubstationBranch(name, found[name]) for name in sorted(found, key=lambda name: (not name, name))]
