"""Reads about a reading month: how far it is, who was missed, and its readings for export."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, Min, OuterRef, QuerySet

from diansuo.core.metering import Purpose, Register
from diansuo.core.quantity.energy import kwh_from_wh
from diansuo.office.archive.models import MeterInstallation
from diansuo.office.base.scope import Scope
from diansuo.office.metering import columns
from diansuo.office.metering.models import (
    PURPOSE_NAMES,
    REGISTER_NAMES,
    MissedReading,
    RegisterReading,
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading of a month is: points due, read, reported as missed, and neither yet."""

    due: int
    read: int
    missed: int

    @property
    def waiting(self) -> int:
        """Points nobody has reported on."""
        return max(self.due - self.read - self.missed, 0)


def progress(scope: Scope, *, period: int) -> Progress:
    """Return how far the reading of a month is, over all stations of the scope."""
    read = _periodic(scope, period).filter(register=Register.ACTIVE_TOTAL)
    return Progress(
        due=sum(columns.count_due(station.pk, period) for station in scope.stations()),
        read=read.values("point").distinct().count(),
        missed=missed(scope, period=period).count(),
    )


def first_reading_date(scope: Scope | None = None) -> date | None:
    """Return the day of the earliest reading there is, of the scope's stations (None: of all)."""
    rows = RegisterReading.objects.filter((scope or Scope.everything()).limit("point__station"))
    return rows.aggregate(first=Min("read_date"))["first"]


def missed(scope: Scope, *, period: int) -> QuerySet[MissedReading]:
    """Return the points reported as not read in a month and not read since."""
    later = RegisterReading.objects.filter(
        point=OuterRef("point"), period=OuterRef("period"), purpose=Purpose.PERIODIC
    )
    rows = MissedReading.objects.filter(scope.limit("point__station"), ~Exists(later), period=period)
    return rows.select_related("point__contract__customer").order_by("point")


def readings_of_period(scope: Scope, *, period: int, station: str = "") -> Iterator[tuple[str, ...]]:
    """Yield a month's readings as text, by customer number: the columns of ``diansuo export readings``.

    Customer, meter, register, month, day, register in kWh, multiplier, purpose.
    """
    rows = RegisterReading.objects.filter(
        scope.limit("point__station"), period=period, point__contract__isnull=False
    )
    if station:
        rows = rows.filter(point__station__name=station)
    multiplier = _multipliers(scope)
    ordered = rows.order_by("point__contract__customer__number", "point", "read_date", "register").values_list(
        "point__contract__customer__number", "meter__asset_number", "register", "read_date", "register_wh",
        "purpose", "point", "meter",
    )  # fmt: skip
    for number, meter, register, day, register_wh, purpose, point, meter_id in ordered.iterator(
        chunk_size=10_000
    ):
        yield (
            number,
            meter,
            str(REGISTER_NAMES[register]),
            str(period),
            day.isoformat(),
            str(kwh_from_wh(register_wh)),
            str(_multiplier_on(multiplier.get((point, meter_id), []), day)),
            str(PURPOSE_NAMES[purpose]),
        )


def _periodic(scope: Scope, period: int) -> QuerySet[RegisterReading]:
    return RegisterReading.objects.filter(
        scope.limit("point__station"), period=period, purpose=Purpose.PERIODIC, point__contract__isnull=False
    )


def _multipliers(scope: Scope) -> dict[tuple[int, int], list[tuple[date, int]]]:
    found: dict[tuple[int, int], list[tuple[date, int]]] = defaultdict(list)
    rows = MeterInstallation.objects.filter(scope.limit("point__station")).order_by("valid_from")
    for point, meter, start, multiplier in rows.values_list(
        "point", "meter", "valid_from", "multiplier"
    ).iterator():
        found[point, meter].append((start, multiplier))
    return found


def _multiplier_on(known: list[tuple[date, int]], day: date) -> int:
    """The multiplier in force on a day; before the first installation, that of the first."""
    held = [multiplier for start, multiplier in known if start <= day]
    return held[-1] if held else (known[0][1] if known else 1)
