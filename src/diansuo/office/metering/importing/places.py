"""Where a list's customers and meters are in the archive: every installation of the customers a file names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple

from diansuo.core.metering import Purpose
from diansuo.office.archive.models import Customer, MeterInstallation
from diansuo.office.base.scope import Scope

MANY = 5_000


class Place(NamedTuple):
    """One installation of a meter at a point of a customer, with what the point and the meter are."""

    customer: str
    company: str
    station: str
    station_id: int
    point_id: int
    point: str
    route_id: int | None
    meter: str
    meter_id: int
    integer_digits: int
    decimal_digits: int
    multiplier: int
    valid_from: date
    valid_to: date | None

    def touches(self, day: date) -> bool:
        """Tell whether the meter hung here on this day, the day it was taken off included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def serves(self, day: date, purpose: int) -> bool:
        """Tell whether a reading of this purpose can be of this installation on this day.

        A final reading is of the meter that hung there the day before, a first one of the meter that hangs there
        now, any other of either: its 0:00 register may still be the old meter's.
        """
        if purpose == Purpose.FINAL:
            return self.valid_from < day and (self.valid_to is None or day <= self.valid_to)
        if purpose == Purpose.INITIAL:
            return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)
        return self.touches(day)


FIELDS = (
    "point__contract__customer__number",
    "point__company__name",
    "point__station__name",
    "point__station_id",
    "point_id",
    "point__number",
    "point__route_id",
    "meter__asset_number",
    "meter_id",
    "meter__integer_digits",
    "meter__decimal_digits",
    "multiplier",
    "valid_from",
    "valid_to",
)


def places_of(customers: Collection[str], scope: Scope) -> dict[str, list[Place]]:
    """Return the installations of these customers, by customer number, oldest first."""
    found: dict[str, list[Place]] = defaultdict(list)
    for part in _parts(customers):
        rows = (
            MeterInstallation.objects.filter(
                scope.limit("point__station"), point__contract__customer__number__in=part
            )
            .order_by("point_id", "valid_from")
            .values_list(*FIELDS)
        )
        for row in rows.iterator(chunk_size=MANY):
            found[row[0]].append(Place(*row[:5], row[5] or "", *row[6:]))
    return found


def places_without_customer(meters: Collection[str], scope: Scope) -> list[Place]:
    """Return the installations of these meters as masters of areas or gates of feeders; their customer is ``""``."""
    found: list[Place] = []
    for part in _parts(meters):
        rows = MeterInstallation.objects.filter(
            scope.limit("point__station"), point__contract__isnull=True, meter__asset_number__in=part
        )
        for row in rows.order_by("point_id", "valid_from").values_list(*FIELDS).iterator(chunk_size=MANY):
            found.append(Place("", *row[1:5], row[5] or "", *row[6:]))
    return found


def places_of_meters(meters: Collection[str], scope: Scope) -> dict[str, list[Place]]:
    """Return where these meters hang or hung, masters and gates too, by asset number, oldest first."""
    found: dict[str, list[Place]] = defaultdict(list)
    for part in _parts(meters):
        rows = MeterInstallation.objects.filter(scope.limit("point__station"), meter__asset_number__in=part)
        for row in rows.order_by("valid_from", "point_id").values_list(*FIELDS).iterator(chunk_size=MANY):
            place = Place(row[0] or "", *row[1:5], row[5] or "", *row[6:])
            found[place.meter].append(place)
    return found


def known_customers(customers: Collection[str], scope: Scope) -> set[str]:
    """Return those of these numbers that name a customer, with or without a meter."""
    found: set[str] = set()
    for part in _parts(customers):
        rows = Customer.objects.filter(scope.limit("station"), number__in=part)
        found.update(rows.values_list("number", flat=True))
    return found


def _parts(values: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), MANY):
        yield ordered[start : start + MANY]
