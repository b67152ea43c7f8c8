"""The state of a station's books in one number: it moves with every write that a month's bills could depend on.

Whoever computes from the books notes the revision first and compares it in the transaction that writes the result
(:mod:`diansuo.office.base.jobs`); whoever changes readings or the archive moves it in the transaction that changes
them. Both touch the station's row, so on either database one of the two waits for the other.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F, QuerySet

from diansuo.office.base.models import Station


def bump(station_ids: Iterable[int | None]) -> None:
    """Move the revision of these stations; of all of them where one is not known (inside the caller's transaction)."""
    wanted = set(station_ids)
    rows = Station.objects.all() if None in wanted else Station.objects.filter(pk__in=wanted)
    rows.update(revision=F("revision") + 1)


def locked(station_id: int) -> int:
    """Return a station's revision and hold it still until the caller's transaction ends."""
    return Station.objects.select_for_update().values_list("revision", flat=True).get(pk=station_id)


def of(station_id: int | None) -> list[int]:
    """Return the revision of a station, or those of all of them where the whole place is meant."""
    return list(_named(station_id).values_list("revision", flat=True))


def held(station_id: int | None) -> list[int]:
    """Return what :func:`of` does, and hold it still until the caller's transaction ends."""
    return list(_named(station_id).select_for_update().values_list("revision", flat=True))


def _named(station_id: int | None) -> QuerySet[Station]:
    rows = Station.objects.order_by("pk")
    return rows if station_id is None else rows.filter(pk=station_id)
