"""Whose a finding is and where its page is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

from django.urls import reverse

from diansuo.office.archive.models import Responsibility
from diansuo.office.base.scope import Scope
from diansuo.office.metering.exceptions.findings import Key

MANY: Final = 5_000


def address_of(key: Key) -> str:
    """Return the address of a finding's page, the same however often it is found again."""
    return reverse("exception", args=[key.month, key.point_id, key.rule])


def owners(scope: Scope, points: Collection[int], day: date) -> dict[int, Responsibility]:
    """Return by point who answers for it on a day: the area manager, else the reader."""
    found: dict[int, Responsibility] = {}
    ordered = sorted(points)
    for start in range(0, len(ordered), MANY):
        duties = Responsibility.objects.in_force(day).filter(
            scope.limit("staff__station"), point__in=ordered[start : start + MANY]
        )
        # The reader first, so that the manager takes the place.
        for duty in duties.select_related("staff").order_by("-duty"):
            found[duty.point_id] = duty
    return found
