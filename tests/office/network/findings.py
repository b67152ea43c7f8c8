"""Findings of causes as the engine would have left them, for tests of what becomes of them."""

from __future__ import annotations

from datetime import date
from typing import Any

from diansuo.core.network.causes import CHECK_OF, CauseKind, Evidence
from diansuo.office.archive.models import MeteringPoint, TransformerArea
from diansuo.office.network.causes import keeping
from diansuo.office.network.causes.keeping import Found
from diansuo.office.network.causes.limits import limits
from diansuo.office.network.models import LossFinding

DAY = date(2024, 10, 28)
PRICE_NANO = 568_000_000


def found(area: TransformerArea, point: MeteringPoint | None, **other: Any) -> Found:
    """Return what the engine says: this customer takes 12 kWh a day past the meter."""
    kind = other.pop("kind", CauseKind.THEFT)
    told: dict[str, Any] = {
        "area_id": area.pk,
        "rank": 1,
        "kind": int(kind),
        "point_id": point.pk if point else None,
        "meter_id": None,
        "other_area_id": None,
        "other_phase": "",
        "daily_wh": 12_000,
        "confidence_bp": 8_600,
        "evidence": int(Evidence.DROPPED),
        "figures": (20_000.0, 8_000.0, 0.9, None),
        "first_date": date(2024, 10, 3),
        "check_kind": int(CHECK_OF[kind]),
    }
    return Found(**(told | other))


def keep(area: TransformerArea, *causes: Found, day: date = DAY, looked: bool = True) -> dict[str, int]:
    """Keep what was found of an area on a day."""
    return keeping.keep(area.station_id, area.pk, causes, day, limits(day), PRICE_NANO, looked=looked)


def make(area: TransformerArea, point: MeteringPoint | None, **other: Any) -> LossFinding:
    """Keep one cause of an area beside those there are and return its finding."""
    keep(area, found(area, point, **other), looked=False)
    return LossFinding.objects.filter(area=area).latest("id")
