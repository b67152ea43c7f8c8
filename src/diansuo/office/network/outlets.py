"""Which customers' meters count for a loss: not those whose energy passes another one's, nor points without a meter.

A sub-meter (分表, 转供) registers again what its main meter has registered; an agreed share (定量定比) has no meter.
Counted beside the main one they would be sold twice, or missed every day. Meters side by side (并接) all count.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.db.models import Q

from diansuo.core.metering.energy import PointRelation
from diansuo.office.archive.models import PointTerm, ShareKind

PASSED: Final = (int(PointRelation.SERIES), int(PointRelation.TRANSFER))
INNER_SQL: Final = f"""
    SELECT 1 FROM archive_pointterm i WHERE i.point_id = h.point_id
    AND i.valid_from <= %s AND (i.valid_to IS NULL OR i.valid_to > %s)
    AND (i.share <> {int(ShareKind.NONE)}
         OR (i.behind_id IS NOT NULL AND i.relation IN ({", ".join(map(str, PASSED))})))
"""
"""Whether a point ``h.point_id`` is an inner one on a day, given twice."""


def inner(day: date) -> Any:
    """Return the ids of the points that do not count on a day, as a query to exclude."""
    passed = Q(behind__isnull=False, relation__in=PASSED) | ~Q(share=ShareKind.NONE)
    return PointTerm.objects.in_force(day).filter(passed).values("point")
