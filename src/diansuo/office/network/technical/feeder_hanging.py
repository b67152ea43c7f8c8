"""What hangs on a station's feeders: public transformers by their masters, customers' own by their meters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from diansuo.core.quantity.arrays import Bool
from diansuo.office.archive.models import AreaTerm, MeteringPoint, PointArea
from diansuo.office.network.outlets import inner


@dataclass(slots=True)
class Hung:
    """A transformer on a feeder over D days.

    Attributes:
        area: its id.
        dedicated: a customer's own.
        capacity_va: None where it is not on record.
        model: of a public one, empty where it is not on record.
        on: bool (D,), whether it stands on the feeder.
        points: what it is metered by, each with the days it counts for, bool (D,).
    """

    area: int
    dedicated: bool
    capacity_va: int | None
    model: str
    on: Bool
    points: list[tuple[int, Bool]] = field(default_factory=list)


def hanging(station_id: int, first_day: date, last_day: date) -> dict[int, list[Hung]]:
    """Return the transformers of each feeder a station has anything on, in the order of their numbers.

    Transformers of other stations on the same feeder are among them; what they are metered by is not in this station's
    lake.
    """
    width = (last_day - first_day).days + 1
    after = last_day + timedelta(days=1)
    terms = AreaTerm.objects.filter(
        feeder__in=AreaTerm.objects.filter(area__station=station_id).values("feeder"), valid_from__lt=after
    ).exclude(valid_to__lte=first_day)
    rows = terms.order_by("area__number", "area", "valid_from").values_list(
        "feeder", "area", "dedicated", "capacity_va", "model", "valid_from", "valid_to"
    )
    found: dict[tuple[int, int], Hung] = {}
    for feeder, area, dedicated, capacity_va, model, start, end in rows:
        one = found.setdefault(
            (feeder, area), Hung(area, dedicated, capacity_va, model, np.zeros(width, np.bool_))
        )
        one.dedicated, one.capacity_va, one.model = dedicated, capacity_va, model
        _mark(one.on, first_day, start, end)
    _meter(found, first_day, after)
    of_feeder: dict[int, list[Hung]] = {}
    for (feeder, _area), one in found.items():
        of_feeder.setdefault(feeder, []).append(one)
    return of_feeder


def _meter(found: dict[tuple[int, int], Hung], first_day: date, after: date) -> None:
    """Note what each transformer is metered by."""
    by_area: dict[int, list[Hung]] = {}
    for one in found.values():
        by_area.setdefault(one.area, []).append(one)
    public = [area for area, hung in by_area.items() if not hung[-1].dedicated]
    own = [area for area, hung in by_area.items() if hung[-1].dedicated]
    masters = MeteringPoint.objects.filter(master_of__in=public).order_by("id")
    for point, area in masters.values_list("id", "master_of"):
        for one in by_area[area]:
            one.points.append((point, one.on))
    hangs = PointArea.objects.filter(
        area__in=own, point__contract__isnull=False, valid_from__lt=after
    ).exclude(valid_to__lte=first_day)
    hangs = hangs.exclude(point__in=inner(after - timedelta(days=1)))
    rows = hangs.order_by("point", "valid_from").values_list(
        "point", "area", "valid_from", "valid_to", "point__contract__closed_date"
    )
    for point, area, start, end, closed in rows:
        until = min((each for each in (end, closed) if each is not None), default=None)
        for one in by_area[area]:
            mask = np.zeros_like(one.on)
            _mark(mask, first_day, start, until)
            one.points.append((point, mask & one.on))


def _mark(days: Bool, first_day: date, start: date, end: date | None) -> None:
    until = len(days) if end is None else max((end - first_day).days, 0)
    days[max((start - first_day).days, 0) : until] = True
