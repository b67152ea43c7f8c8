"""A station's points that belong together as the columns of the core: terms, what was read, what hangs behind what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.db.models import Q

from diansuo.core.metering import Status
from diansuo.core.metering.energy import PointRelation, Points
from diansuo.core.metering.energy.points import NOBODY
from diansuo.core.quantity.band import BANDS, Band
from diansuo.office.archive.models import FeedIn, PointTerm, ShareKind
from diansuo.office.metering import rules
from diansuo.office.metering.columns import days_since_epoch
from diansuo.office.metering.models import Consumption
from diansuo.office.metering.points import agreed as values
from diansuo.office.metering.points.agreed import Agreed
from diansuo.office.metering.routes import calendar

POINTS_A_QUERY: Final = 500
LATELY: Final = timedelta(days=31)
OTHERS: Final = (Band.SHARP, Band.PEAK, Band.VALLEY, Band.DEEP_VALLEY)


@dataclass(frozen=True, slots=True)
class Network:
    """The points that belong to others, one row each, ascending by point; rows of ``columns`` are the same.

    ``terms`` and ``read`` hold the row of the archive and what was read, None for neither.
    """

    point: tuple[int, ...]
    terms: tuple[PointTerm | None, ...]
    read: tuple[Consumption | None, ...]
    columns: Points
    agreed: Agreed

    def __len__(self) -> int:
        return len(self.point)


def load(station_id: int, period: int) -> Network:
    """Load the points of a station that have terms of their own in a month, and those they hang behind."""
    terms = _terms(station_id, period)
    points = tuple(sorted({*terms, *(term.behind_id for term in terms.values() if term.behind_id)}))
    agreed = values.in_force(rules.scheduled_day(period, rules.FIRST_READING_DAY) - timedelta(days=1))
    metered = [point for point in points if point not in terms or terms[point].share == ShareKind.NONE]
    read = {row.point_id: row for row in _consumptions(period, metered)}
    held_terms = tuple(terms.get(point) for point in points)
    held_read = tuple(read.get(point) for point in points)
    return Network(points, held_terms, held_read, _columns(points, held_terms, held_read, agreed), agreed)


def due_of(term: PointTerm, period: int) -> date:
    """Return the day on which the route of a point is read for a month."""
    return calendar.of_route(term.point.route_id).scheduled(period)


def _terms(station_id: int, period: int) -> dict[int, PointTerm]:
    """Return the terms in force on the last day of use, by point; what begins on the day of reading is the next's."""
    rows = (
        PointTerm.objects.filter(Q(point__station=station_id) | Q(behind__station=station_id))
        .select_related("point__route", "point__contract", "behind")
        .order_by("valid_from")
    )
    found: dict[int, PointTerm] = {}
    for term in rows:
        due, contract = due_of(term, period), term.point.contract
        holds = term.valid_from <= due and (term.valid_to is None or term.valid_to >= due)
        # A point whose customer left during the month is still expected: what it used belongs off its master.
        served = contract is not None and (contract.opened_date is None or contract.opened_date <= due)
        served = served and (contract.closed_date is None or contract.closed_date > due - LATELY)
        if holds and served:
            found.setdefault(term.point_id, term)
    return found


def _consumptions(period: int, points: list[int]) -> Iterable[Consumption]:
    for start in range(0, len(points), POINTS_A_QUERY):
        yield from Consumption.objects.filter(period=period, point__in=points[start : start + POINTS_A_QUERY])


def _columns(
    points: tuple[int, ...],
    terms: tuple[PointTerm | None, ...],
    read: tuple[Consumption | None, ...],
    agreed: Agreed,
) -> Points:
    place = {point: row for row, point in enumerate(points)}
    known = [row is not None and row.status == Status.OK for row in read]
    above = [place.get(term.behind_id, NOBODY) if term and term.behind_id else NOBODY for term in terms]

    def column(name: str) -> Any:
        return np.array(
            [getattr(row, name) if row and ok else 0 for row, ok in zip(read, known, strict=True)], np.int64
        )

    has_bands = np.array([bool(row and row.has_parts) for row in read], np.bool_) & np.array(known, np.bool_)
    bands = np.zeros((len(points), BANDS), np.int64)
    for band in OTHERS:
        bands[:, band] = np.where(has_bands, column(f"{band.key}_wh"), 0)
    total = column("total_wh")
    # The total rules (总示数为准): the flat is what it leaves.
    bands[:, Band.FLAT] = np.where(has_bands, total - bands.sum(axis=1), 0)
    fits = (bands >= 0).all(axis=1)
    return Points(
        read_wh=total,
        bands_wh=np.where(fits[:, None], bands, 0),
        has_bands=has_bands & fits,
        reactive_varh=column("reactive_forward_varh"),
        known=np.array(known, np.bool_),
        opens=np.array([row is not None and row.status == Status.OPENING for row in read], np.bool_),
        from_day=_days(read, "from_date", known),
        to_day=_days(read, "to_date", known),
        above=np.array(above, np.int64),
        relation=np.array([term.relation if term else PointRelation.OWN for term in terms], np.int64),
        share=np.array([bool(term and term.share != ShareKind.NONE) for term in terms], np.bool_),
        fixed_wh=np.array(
            [
                _fixed_wh(term, read[row] if row >= 0 and known[row] else None, agreed)
                for term, row in zip(terms, above, strict=True)
            ],
            np.int64,
        ),
        ratio_ppm=np.array([(term.ratio_ppm or 0) if term else 0 for term in terms], np.int64),
        order=np.array([_order(term, agreed) for term in terms], np.int64),
    )


def _days(read: tuple[Consumption | None, ...], name: str, known: list[bool]) -> Any:
    return np.array(
        [
            days_since_epoch(getattr(row, name)) if row and ok else 0
            for row, ok in zip(read, known, strict=True)
        ],
        np.int64,
    )


def _fixed_wh(term: PointTerm | None, master: Consumption | None, agreed: Agreed) -> int:
    if term is None or master is None or term.share != ShareKind.FIXED_QUANTITY:
        return 0
    if master.from_date is None or master.to_date is None:
        return 0
    period, holds = (master.from_date, master.to_date), (term.valid_from, term.valid_to)
    return values.fixed_quantity_wh(term.fixed_wh_month or 0, period, holds, agreed)


def _order(term: PointTerm | None, agreed: Agreed) -> int:
    return agreed.order if term is None or term.ratio_base is None else int(term.ratio_base)


def feeds_in(term: PointTerm | None) -> bool:
    """Tell whether a point has photovoltaics that feed in."""
    return term is not None and term.feed_in != FeedIn.NONE
