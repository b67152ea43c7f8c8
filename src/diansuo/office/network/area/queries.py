"""What the page of an area shows: its heading, thirty days, the month, its missing meters, what changed on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from diansuo.core.quantity import month as months_
from diansuo.office.archive.models import AreaTerm, TransformerArea
from diansuo.office.base.scope import Scope
from diansuo.office.network import months, queries
from diansuo.office.network.area.parts import DayParts, Technical, day_by_day
from diansuo.office.network.queries import AreaLoss
from diansuo.office.network.technical import queries as technical

DAYS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class MonthSoFar:
    """The same-period loss of a month, of the registers of ``start`` and ``end`` at 0:00."""

    loss: AreaLoss
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class AreaDays:
    """An area with some days, what its transformer is, and the month the last of them lies in."""

    area: TransformerArea
    term: AreaTerm | None
    days: list[DayParts]
    month: MonthSoFar | None

    @property
    def latest(self) -> AreaLoss | None:
        """Return the loss of the latest day of which registers have come."""
        loss = self.latest_parts.loss if self.latest_parts else None
        return loss if isinstance(loss, AreaLoss) else None

    @property
    def latest_parts(self) -> DayParts | None:
        """Return the latest day of which registers have come."""
        return next((each for each in reversed(self.days) if each.loss is not None), None)

    @property
    def beyond_band(self) -> bool:
        """Tell whether the loss of the latest day that can be judged lies outside what the technical one may be."""
        judged = (each for each in reversed(self.days) if each.known and each.technical is not None)
        return next((each.beyond_band for each in judged), False)


def area(scope: Scope, area_id: int) -> TransformerArea | None:
    """Return an area, None outside the scope."""
    rows = TransformerArea.objects.filter(scope.limit("station"), pk=area_id)
    return rows.select_related("station").first()


def area_days(scope: Scope, area_id: int, last: date, count: int = DAYS_SHOWN) -> AreaDays | None:
    """Return an area's ``count`` days up to ``last``, None if there is no such area in the scope."""
    found = area(scope, area_id)
    if found is None:
        return None
    first = last - timedelta(days=count - 1)
    losses = losses_of(scope, found, first, last)
    days = day_by_day(losses, technical_of(scope, found, first, last), first, last)
    term = AreaTerm.objects.in_force(last).filter(area=found).select_related("feeder").first()
    return AreaDays(found, term, days, _month(scope, found, months_.month_of(last)) if losses else None)


def losses_of(scope: Scope, of: TransformerArea, first: date, last: date) -> list[AreaLoss]:
    """Return an area's losses of the days ``first`` to ``last``, both included, as far as registers have come."""
    return list(queries.loss_of_area_days(scope, of, first, last + timedelta(days=1)))


def technical_of(scope: Scope, of: TransformerArea, first: date, last: date) -> dict[date, Technical]:
    """Return an area's technical losses of some days; a day nobody has computed is not among them."""
    found = technical.of_area(scope, of.pk, first, last)
    rows = zip(found.day, found.technical_wh, found.low_wh, found.high_wh, found.method_code, strict=True)
    return {
        day: Technical(wh, low, high, method)
        for day, wh, low, high, method in rows
        if wh is not None and low is not None and high is not None
    }


def _month(scope: Scope, of: TransformerArea, period: int) -> MonthSoFar | None:
    loss = queries.monthly_loss_of_area(scope, of, period)
    if loss is None:
        return None
    for station in scope.stations_in_part():
        if station.pk == of.station_id:
            held = months.of_month(station.pk, station.revision, period)
            return MonthSoFar(loss, held.month_start, held.month_end)
    return None
