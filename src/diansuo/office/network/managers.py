"""Who manages the areas of a station on a day, kept while its archive stays as it is."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import TransformerArea
from diansuo.office.base.scope import Scope

DAYS_KEPT = 64


@lru_cache(maxsize=DAYS_KEPT)
def of_areas(station_id: int, revision: int, day: date) -> dict[int, tuple[int, str]]:
    """Return id and name of the manager by area of a station, as its archive of this revision says for a day."""
    del revision  # part of the key alone
    areas = TransformerArea.objects.filter(station=station_id).values_list("pk", flat=True)
    return archive.managers_of_areas(Scope(frozenset({station_id})), areas, day)
