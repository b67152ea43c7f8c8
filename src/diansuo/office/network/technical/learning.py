"""The station's own profiles: how its classes of customers really spread a day, from a sample of its curves."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np

from diansuo.core.network.spreading import Profiles, learned
from diansuo.office.archive.models import MeteringPoint
from diansuo.office.metering import lake
from diansuo.office.metering.models import LakeFile
from diansuo.office.network.technical import rules
from diansuo.office.network.technical.loading import curve_power, kinds

POINTS_LOOKED_AT: Final = 300
DAYS_LOOKED_AT: Final = 7
KEPT: Final = 16


@lru_cache(maxsize=KEPT)
def profiles(station_id: int, revision: int, month: int, day: date) -> tuple[Profiles, frozenset[int]]:
    """Return profiles and which classes have one of their own; without curves in the month, those of the rulebook.

    Args:
        station_id: whose.
        revision: of the station; part of the key alone.
        month: YYYYMM whose curves are looked at.
        day: the day whose rules hold.
    """
    del revision
    now = rules.in_force(day)
    if not LakeFile.objects.filter(station=station_id, kind=lake.CURVE, month=month).exists():
        return now.given, frozenset()
    first = date(month // 100, month % 100, 1)
    after = (first + timedelta(days=32)).replace(day=1)
    days = sorted(lake.read_curve_days(station_id, first, after))
    if not days:
        return now.given, frozenset()
    start, end = days[-min(DAYS_LOOKED_AT, len(days))], days[-1]
    there = lake.read_curve_frame([station_id], end, end + timedelta(days=1))["point"].unique()
    held = set(there.to_list())
    customers = MeteringPoint.objects.filter(station=station_id, contract__isnull=False).order_by("id")
    points = [one for one in customers.values_list("id", flat=True) if one in held]
    points = points[:: max(1, len(points) // POINTS_LOOKED_AT)][:POINTS_LOOKED_AT]
    if not points:
        return now.given, frozenset()
    frame = lake.read_curve_frame([station_id], start, end + timedelta(days=1), points)
    curve_w = curve_power(frame, points, start, (end - start).days + 1)
    kind = kinds(points, end)
    own = learned(curve_w, kind, now.given, now.terms.learning_days)
    told = {
        one for one in np.unique(kind).tolist() if not np.array_equal(own.share[one], now.given.share[one])
    }
    return own, frozenset(told)
