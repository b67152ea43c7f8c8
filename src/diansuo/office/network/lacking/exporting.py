"""What is missing as text: what ``diansuo export missing`` writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils import timezone

from diansuo.office.base.cells import exported
from diansuo.office.base.scope import Scope
from diansuo.office.network.lacking import listing, queries
from diansuo.office.network.queries import latest_loss_day


def latest_day(scope: Scope) -> date | None:
    """Return the latest day whose registers at both ends have come."""
    return latest_loss_day(scope, timezone.localdate())


def rows(
    scope: Scope, *, day: date | None = None, period: int | None = None, station: str = ""
) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
    """Return headings and rows of what is missing of a day, or else of a month; the station by name."""
    found = queries.on_day(scope, day) if day is not None else queries.in_month(scope, period or 0)
    columns = listing.exported_columns()
    written = (
        tuple("" if (value := exported(one, row.get(one.name))) is None else str(value) for one in columns)
        for row in map(listing.row, (one for one in found.lacks if not station or one.station == station))
    )
    return tuple(str(one.title) for one in columns), written
