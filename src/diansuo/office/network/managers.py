"""Who manages an area on a day: the person who manages most of its customers; kept while the archive stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection

from diansuo.office.archive.models import Responsibility

DAYS_KEPT = 64
_MANAGERS = """
    SELECT h.area_id, s.id, s.name, COUNT(*) FROM archive_pointarea h
    JOIN archive_transformerarea a ON a.id = h.area_id
    JOIN archive_responsibility r ON r.point_id = h.point_id AND r.duty = %s
        AND r.valid_from <= %s AND (r.valid_to IS NULL OR r.valid_to > %s)
    JOIN base_staff s ON s.id = r.staff_id
    WHERE a.station_id = %s AND h.valid_from <= %s AND (h.valid_to IS NULL OR h.valid_to > %s)
    GROUP BY h.area_id, s.id, s.name ORDER BY COUNT(*), s.id DESC
"""


@lru_cache(maxsize=DAYS_KEPT)
def of_areas(station_id: int, revision: int, day: date) -> dict[int, tuple[int, str]]:
    """Return id and name of the manager by area of a station, as its archive of this revision says for a day."""
    del revision  # part of the key alone
    with connection.cursor() as cursor:
        cursor.execute(_MANAGERS, [Responsibility.Duty.MANAGER.value, day, day, station_id, day, day])
        rows: Iterable[Any] = cursor.fetchall()
    # Ascending by how many customers they manage: the last one stays.
    return {area_id: (staff_id, name) for area_id, staff_id, name, _count in rows}
