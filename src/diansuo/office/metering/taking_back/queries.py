"""Reads: what was taken back to the fixed day, with what was read beside it."""

from __future__ import annotations

from collections.abc import Iterable

from diansuo.office.base.scope import Scope
from diansuo.office.metering.models import TakenBack

A_QUESTION = 5_000


def of_points(scope: Scope, points: Iterable[int]) -> list[TakenBack]:
    """Return what was taken back at these points, by point, month and register."""
    wanted = sorted(set(points))
    found: list[TakenBack] = []
    for start in range(0, len(wanted), A_QUESTION):
        rows = TakenBack.objects.filter(
            scope.limit("point__station"), point__in=wanted[start : start + A_QUESTION]
        )
        found += rows.select_related("meter").order_by("point", "period", "register")
    return found
