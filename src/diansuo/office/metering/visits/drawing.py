"""The draw of a month's checks on site: by rule and lot, the same however often, each made a task once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

import numpy as np
from django.db import transaction

from diansuo.core.metering import sampling
from diansuo.core.quantity.month import first_day, next_month
from diansuo.office.base.models import Station, User
from diansuo.office.metering.models import SiteCheck
from diansuo.office.metering.visits import candidates, tasking
from diansuo.office.metering.visits.limits import Limits, limits

Kind, Group = SiteCheck.Kind, SiteCheck.Group
RIGHT: Final = "base.dispatch_work"


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a draw came to for one kind: how many it could have been, how many stand, how many of them are new."""

    kind: str
    eligible: int
    standing: int
    new: int


@dataclass(frozen=True, slots=True)
class _Month:
    station: Station
    period: int
    limits: Limits
    due: candidates.Due
    standing: dict[str, set[int]]

    def seed(self, kind: str) -> int:
        said = f"{self.station.pk}:{self.period}:{kind}".encode()
        return int.from_bytes(hashlib.sha256(said).digest()[:8])

    def share(self, kind: str, points: Iterable[int], share: Decimal) -> set[int]:
        """Draw a share of points; what stands of them counts first."""
        keys = np.array(sorted(points), np.int64)
        there = np.isin(keys, np.array(sorted(self.standing[kind]), np.int64))
        return set(keys[sampling.draw(keys, share, self.seed(kind), there)].tolist())


Chosen = tuple[dict[int, str], set[int]]
"""The points a rule means, with their group, and those of them drawn."""


def draw(station: Station, period: int, *, user: User, now: datetime) -> list[Drawn]:
    """Draw a month's checks and make their tasks; run again it adds only what has become due meanwhile.

    One visit is enough: who is to be looked at for one reason is not drawn for another in the same month, but for
    accompanied reading and reading again, which check the reader.

    Raises:
        NoValueInForce: the rulebook does not reach back to the month.
    """
    with transaction.atomic():
        Station.objects.select_for_update().get(pk=station.pk)  # two draws at once come to one
        rows = SiteCheck.objects.filter(station=station, period=period).values_list("kind", "point")
        standing: dict[str, set[int]] = {kind: set() for kind in Kind.values}
        for kind, point in rows:
            standing[kind].add(point)
        held = limits(first_day(period))
        month = _Month(station, period, held, candidates.due_of(station.pk, period), standing)
        taken: set[int] = set()
        found, made = [], []
        for kind, rule in _RULES.items():
            meant, drawn = rule(month, taken)
            new = sorted(drawn - standing[kind])
            made += [
                SiteCheck(
                    station=station, point_id=point, period=period, kind=kind, group=meant[point], drawn_by=user,
                    drawn_at=now,
                )
                for point in new
            ]  # fmt: skip
            if kind in (Kind.ZERO, Kind.REMOTE, Kind.SITE):
                taken |= drawn | standing[kind]
            found.append(Drawn(kind, len(meant), len(standing[kind]) + len(new), len(new)))
        tasking.give(station, period, made, held.visit_days, user, now)
        SiteCheck.objects.bulk_create(made, batch_size=candidates.MANY)
    return found


def _zero(month: _Month, _taken: set[int]) -> Chosen:
    rest = SiteCheck.objects.filter(
        station=month.station,
        kind=Kind.ZERO,
        period__lt=month.period,
        period__gt=next_month(month.period, -month.limits.zero_rest_months),
    )
    points = candidates.zero_runs(month.station.pk, month.period) - set(rest.values_list("point", flat=True))
    meant = month.due.of(points)
    drawn: set[int] = set()
    for group, share in month.limits.zero_share.items():
        drawn |= month.share(Kind.ZERO, [point for point, own in meant.items() if own == group], share)
    return meant, drawn


def _remote(month: _Month, taken: set[int]) -> Chosen:
    points = candidates.newly_remote(month.station.pk, month.period, month.limits.new_remote_periods)
    meant = month.due.of(points - taken)
    return meant, set(meant)


def _site(month: _Month, taken: set[int]) -> Chosen:
    meant = month.due.of(candidates.remote(month.station.pk, month.period) - taken)
    seen = candidates.last_seen(month.station.pk)
    here = month.period // 100 * 12 + month.period % 100
    keys = np.array(sorted(meant), np.int64)
    every = np.array([month.limits.site_months[meant[point]] for point in keys.tolist()], np.int64)
    turns = sampling.takes_its_turn(keys, here, every, month.station.pk)
    drawn = set()
    for point, months, turn in zip(keys.tolist(), every.tolist(), turns.tolist(), strict=True):
        day = seen.get(point)
        if turn if day is None else here - (day.year * 12 + day.month) >= months:
            drawn.add(point)
    return meant, drawn


def _accompanied(month: _Month, _taken: set[int]) -> Chosen:
    areas = candidates.worst_areas(month.station.pk, month.period, month.limits.accompanied_areas)
    masters = dict.fromkeys(candidates.masters_of(areas), Group.MASTER.value)
    customers = month.due.of(candidates.points_in(areas, month.period))
    drawn = month.share(Kind.ACCOMPANIED, customers, month.limits.accompanied_share)
    return masters | customers, set(masters) | drawn


def _reread(month: _Month, _taken: set[int]) -> Chosen:
    meant = month.due.of(candidates.truly_read(month.station.pk, month.period))
    risky = set(meant) & candidates.at_risk(month.station.pk, month.period)
    chosen = month.share(Kind.REREAD, risky, month.limits.reread_risk_share)
    return meant, chosen | month.share(Kind.REREAD, set(meant) - risky, month.limits.reread_share)


_RULES: Final[dict[str, Callable[[_Month, set[int]], Chosen]]] = {
    Kind.ZERO: _zero,
    Kind.REMOTE: _remote,
    Kind.SITE: _site,
    Kind.ACCOMPANIED: _accompanied,
    Kind.REREAD: _reread,
}
