"""The state of what a station's customers owe in one number: it moves with whatever falls due or is settled.

What pages sum up over all that is open is kept in the process by it (:mod:`.queries`). Imports move the station's
revision instead, which is asked beside it; a payment at the counter must not, for a month that is being issued
depends on no payment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from diansuo.office.archive.models import Customer
from diansuo.office.base.scope import Scope
from diansuo.office.collection.columns import parts
from diansuo.office.collection.models import OpenBook

MOVE = """
    INSERT INTO collection_openbook (station_id, version) VALUES (%s, 1)
    ON CONFLICT (station_id) DO UPDATE SET version = collection_openbook.version + 1
"""


def move(station_ids: Iterable[int]) -> None:
    """Say that what is open at these stations has changed (inside the transaction that changes it)."""
    with connection.cursor() as cursor:
        for station_id in sorted(set(station_ids)):
            cursor.execute(MOVE, [station_id])


def move_of(customers: Sequence[int]) -> None:
    """Say that what these customers owe has changed."""
    stations: set[int] = set()
    for _marks, part in parts(customers):
        rows = Customer.objects.filter(pk__in=part)
        stations.update(rows.order_by().values_list("station", flat=True).distinct())
    move(stations)


def states(scope: Scope) -> dict[int, tuple[int, int, str]]:
    """Return by station of a scope, seen whole or in part, what changes with everything its open sums stand on."""
    stations = list(scope.stations_in_part())
    books = (
        OpenBook.objects.all() if scope.station_ids is None else OpenBook.objects.filter(station__in=stations)
    )
    versions = dict(books.values_list("station", "version"))
    return {one.pk: (one.revision, versions.get(one.pk, 0), one.mode) for one in stations}
