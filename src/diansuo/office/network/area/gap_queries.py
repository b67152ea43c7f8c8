"""The meters of an area that lacked registers over some days, and how each of these days was filled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from diansuo.office.archive.models import MeteringPoint, MeterInstallation, PointArea, TransformerArea
from diansuo.office.base.scope import Scope
from diansuo.office.metering import lake
from diansuo.office.metering.estimates import standing
from diansuo.office.metering.estimates.standing import State
from diansuo.office.metering.models import DayEstimate
from diansuo.office.network.outlets import inner

DAY = timedelta(days=1)
LOOK_BACK = timedelta(days=62)


@dataclass(frozen=True, slots=True)
class Gap:
    """A meter without energy on some days: whose it is, which days, what stands in for them.

    A day counts as missing without a register at either of its ends. ``since`` is the first day without a register of
    the stretch that lasts to the end, None where the meter is back; ``ever`` tells whether any was seen in two months.
    ``filled`` estimated days hold ``energy_wh`` ± ``band_wh``; the others count as nothing sold.
    """

    point_id: int
    meter: str
    master: bool
    customer_id: int | None
    customer_number: str
    customer_name: str
    days: tuple[date, ...]
    since: date | None
    ever: bool
    filled: int
    ways: tuple[int, ...]
    energy_wh: int
    band_wh: int

    @property
    def unfilled(self) -> int:
        """Return how many of the days nothing stands in for."""
        return len(self.days) - self.filled


def gaps(scope: Scope, area_id: int, first: date, last: date) -> list[Gap]:
    """Return the meters that lacked registers on the days ``first`` to ``last``, masters first, then the longest."""
    area = TransformerArea.objects.filter(scope.limit("station"), pk=area_id).first()
    if area is None:
        return []
    hung = _hung(area, first, last)
    frame = lake.read_freeze_frame([area.station_id], first - LOOK_BACK, last + 2 * DAY, list(hung))
    shown: dict[int, set[date]] = defaultdict(set)
    there = frame.drop_nulls("active_total_wh").select("point", "day")
    for point, day in zip(there["point"].to_list(), there["day"].to_list(), strict=True):
        shown[point].add(day)
    came = set().union(*shown.values()) if shown else set()
    missing = {point: _missing(days, shown[point], came) for point, days in hung.items()}
    missing = {point: days for point, days in missing.items() if days}
    fills = _fills(area.station_id, missing, first, last)
    rows = MeteringPoint.objects.filter(pk__in=missing).select_related("contract__customer")
    meters = dict(
        MeterInstallation.objects.in_force(last)
        .filter(point__in=missing)
        .values_list("point", "meter__asset_number")
    )
    found = [
        _gap(row, meters.get(row.pk, ""), missing[row.pk], shown[row.pk], fills[row.pk], last) for row in rows
    ]
    return sorted(found, key=lambda gap: (not gap.master, -len(gap.days), gap.customer_number))


def _hung(area: TransformerArea, first: date, last: date) -> dict[int, list[date]]:
    """Return the points of an area with the days of the span on which each belonged to it."""
    span = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    found: dict[int, list[date]] = {
        point: list(span)
        for point in MeteringPoint.objects.filter(master_of=area).values_list("pk", flat=True)
    }
    rows = PointArea.objects.filter(area=area, point__contract__isnull=False, valid_from__lte=last)
    rows = rows.exclude(point__in=inner(last))
    columns = rows.values_list("point", "valid_from", "valid_to", "point__contract__closed_date")
    for point, start, end, closed in columns:
        until = min(each for each in (end, closed, last + DAY) if each is not None)
        held = [day for day in span if start <= day < until]
        if held:
            found.setdefault(point, []).extend(held)
    return found


def _missing(days: Iterable[date], shown: set[date], came: set[date]) -> list[date]:
    """Return the days without a register at one end; not those of which nobody's register has come."""
    return [day for day in days if {day, day + DAY} <= came and not {day, day + DAY} <= shown]


def _fills(
    station_id: int, missing: dict[int, list[date]], first: date, last: date
) -> dict[int, list[DayEstimate]]:
    """Return the estimates that stand in for missing days, by point."""
    found: dict[int, list[DayEstimate]] = defaultdict(list)
    made = [
        one
        for one in standing.latest(station_id, first, last + DAY)
        if one.of_date in missing.get(one.point_id, ())
    ]
    for each in standing.judged(station_id, made):
        if each.state == State.STANDING:
            found[each.estimate.point_id].append(each.estimate)
    return found


def _gap(
    point: MeteringPoint,
    meter: str,
    days: list[date],
    shown: set[date],
    fills: list[DayEstimate],
    last: date,
) -> Gap:
    customer = point.contract.customer if point.contract else None
    before = [day for day in shown if day <= last + DAY]
    return Gap(
        point_id=point.pk,
        meter=meter,
        master=customer is None,
        customer_id=customer.pk if customer else None,
        customer_number=customer.number if customer else "",
        customer_name=customer.name if customer else "",
        days=tuple(sorted(days)),
        since=None if last + DAY in shown else max(before, default=days[0] - DAY) + DAY,
        ever=bool(before),
        filled=len(fills),
        ways=tuple(sorted({one.way for one in fills})),
        energy_wh=sum(one.energy_wh for one in fills),
        band_wh=sum(one.band_wh for one in fills),
    )
