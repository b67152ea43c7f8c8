"""What the desk's pages read across the apps: what is waiting today, months not yet run, registers just opened."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from django.db.models import Exists, Min, OuterRef

from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import Customer, MeteringPoint, PointTerm, ShareKind
from diansuo.office.base.models import ImportBatch, Job, Station
from diansuo.office.base.scope import Scope
from diansuo.office.desk import cycle
from diansuo.office.metering.models import Consumption, MissedReading, RegisterReading

GAPS_KEPT = 64


@dataclass(frozen=True, slots=True)
class OpenMonth:
    """A month of a station that has readings and was never run."""

    station: Station
    period: int


@dataclass(frozen=True, slots=True)
class Gaps:
    """What data is missing, in rows."""

    customers: int
    points_without_meter: int
    contracts_without_terms: int
    areas_without_master: int
    missed_readings: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A customer whose first reading opened the register in a month: nothing is billed for it."""

    customer_id: int
    number: str
    name: str


def _months_read() -> list[int]:
    """Return the months for which any station has readings, latest first."""
    found: list[int] = []
    last = 0
    while True:  # one index seek a month instead of a look at every reading
        upcoming = RegisterReading.objects.filter(period__gt=last).aggregate(period=Min("period"))["period"]
        if upcoming is None:
            return found[::-1]
        found.append(upcoming)
        last = upcoming


def open_months(scope: Scope) -> list[OpenMonth]:
    """Return the months with readings that nobody has run the cycle for, latest first."""
    started = set(Job.objects.filter(scope.limit("station"), kind=cycle.KIND).values_list("key", flat=True))
    found, stations = [], list(scope.stations())
    for period in _months_read():
        for station in stations:
            if cycle.job_key(station.pk, period) in started:
                continue
            # From the station's points, the first of which has a reading as a rule, not through the whole month.
            read = RegisterReading.objects.filter(point=OuterRef("pk"), period=period)
            if MeteringPoint.objects.filter(Exists(read), station=station).exists():
                found.append(OpenMonth(station, period))
    return found


def station(scope: Scope, station_id: int) -> Station | None:
    """Return one station, or None if it is not in the scope."""
    return scope.stations().filter(pk=station_id).first()


def job(scope: Scope, *, job_id: int) -> Job | None:
    """Return one cycle job, or None if it is not in the scope."""
    rows = Job.objects.filter(scope.limit("station"), kind=cycle.KIND, pk=job_id)
    return rows.select_related("station").first()


def opened(scope: Scope, *, station_id: int, period: int, limit: int = 200) -> list[Opened]:
    """Return whose first reading opened the register in a month, by customer number."""
    rows = Consumption.objects.filter(
        scope.limit("point__station"),
        point__station=station_id,
        point__contract__isnull=False,
        period=period,
        status=Consumption.Status.OPENING,
    )
    columns = (
        "point__contract__customer",
        "point__contract__customer__number",
        "point__contract__customer__name",
    )
    return [Opened(*row) for row in rows.order_by(columns[1]).values_list(*columns)[:limit]]


def recent_batches(scope: Scope, *, limit: int = 5) -> list[ImportBatch]:
    """Return the latest import batches."""
    return list(ImportBatch.objects.filter(scope.limit("station")).order_by("-id")[:limit])


def gaps(scope: Scope, *, period: int | None) -> Gaps:
    """Count what is missing: in the archive, and among the readings of a month.

    Kept in this process while neither archive nor readings change: it is a look at every customer.
    """
    return _gaps(scope, period, tuple((one.pk, one.revision) for one in scope.stations()))


@lru_cache(maxsize=GAPS_KEPT)
def _gaps(scope: Scope, period: int | None, _revisions: tuple[tuple[int, int], ...]) -> Gaps:
    points = MeteringPoint.objects.filter(scope.limit("station"), contract__isnull=False)
    # An agreed share of another point has no meter, and none is missing.
    shares = PointTerm.objects.filter(valid_to=None).exclude(share=ShareKind.NONE)
    areas = archive.without_master(scope)
    missed = MissedReading.objects.filter(scope.limit("point__station"), period=period)
    return Gaps(
        customers=Customer.objects.filter(scope.limit("station")).count(),
        points_without_meter=points.filter(installations__isnull=True)
        .exclude(pk__in=shares.values("point"))
        .count(),
        contracts_without_terms=points.filter(contract__terms__isnull=True).count(),
        areas_without_master=areas.count(),
        missed_readings=missed.count() if period else 0,
    )


REMEMBERED: Final = (_gaps,)
"""What this process keeps; another database behind the same stations, as in tests, has to clear it."""
