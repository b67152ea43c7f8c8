"""What the pages read about metering: a customer's months, registers and findings, and what a bill was read from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from django.db.models import Q, QuerySet

from diansuo.core.metering import Rule
from diansuo.core.metering.registers import Purpose, Register
from diansuo.core.quantity.month import previous_month
from diansuo.office.archive.models import MeterInstallation
from diansuo.office.base.scope import Scope
from diansuo.office.metering.models import (
    REGISTER_NAMES,
    Consumption,
    Finding,
    MissedReading,
    RegisterReading,
    TakenBack,
)
from diansuo.office.metering.taking_back import queries as taking_back
from diansuo.office.metering.taking_back.in_place import settled

REACTIVE = (int(Register.REACTIVE_FORWARD), int(Register.REACTIVE_REVERSE))
BREAKS = {int(Purpose.FINAL), int(Purpose.INITIAL)}


@dataclass(frozen=True, slots=True)
class Span:
    """Two readings of one register and the energy between them: (to - from) × multiplier, once round if rolled.

    ``from_taken`` and ``to_taken`` say what was read, and when, of a register that was taken back to the fixed day.
    """

    title: Any
    meter: str
    from_date: date
    from_wh: int
    to_date: date
    to_wh: int
    multiplier: int
    rolled: bool
    energy_wh: int
    estimated: bool
    from_taken: TakenBack | None = None
    to_taken: TakenBack | None = None


@dataclass(frozen=True, slots=True)
class ReadingDay:
    """What one meter showed on one day: a value a register, in the order asked for.

    ``fixed_date`` and ``fixed_values`` are of a reading that was taken back to the fixed day.
    """

    read_date: date
    purpose: Any
    meter: str
    values: tuple[int | None, ...]
    estimated: bool
    source: Any
    period: int | None
    fixed_date: date | None = None
    fixed_values: tuple[int | None, ...] = ()

    @property
    def pairs(self) -> list[tuple[int | None, int | None]]:
        """What was read and what it was on the fixed day, a pair a register."""
        return list(zip(self.values, self.fixed_values or (None,) * len(self.values), strict=True))


def months(scope: Scope, customer_id: int, *, limit: int = 24) -> list[Consumption]:
    """Return a customer's latest settled months, oldest first."""
    rows = Consumption.objects.filter(
        scope.limit("point__station"), point__contract__customer=customer_id, status=Consumption.Status.OK
    )
    return sorted(rows.order_by("-period")[:limit], key=lambda row: row.period)


def readings(scope: Scope, customer_id: int) -> QuerySet[RegisterReading]:
    """Return a customer's readings, latest day first."""
    rows = RegisterReading.objects.filter(
        scope.limit("point__station"), point__contract__customer=customer_id
    )
    return rows.select_related("meter").order_by("-read_date", "-purpose", "register")


def reading_days(scope: Scope, customer_id: int, *, limit: int = 36) -> tuple[list[Any], list[ReadingDay]]:
    """Return the registers a customer's meters have, and what they showed day by day, latest first."""
    rows = list(readings(scope, customer_id))
    registers = sorted({row.register for row in rows})
    taken: dict[tuple[int, date], list[TakenBack]] = {}
    for one in taking_back.of_points(scope, {row.point_id for row in rows}):
        taken.setdefault((one.point_id, one.read_date), []).append(one)
    by_day: dict[tuple[Any, ...], dict[int, RegisterReading]] = {}
    for row in rows:
        by_day.setdefault((row.read_date, row.purpose, row.point_id, row.meter_id), {})[row.register] = row
    days = [
        _reading_day(found, registers, taken.get((key[2], key[0]), []) if key[1] == Purpose.PERIODIC else [])
        for key, found in list(by_day.items())[:limit]
    ]
    return [(REGISTER_NAMES[Register(code)], _unit(code)) for code in registers], days


def _unit(register: int) -> str:
    if register == Register.DEMAND:
        return "kW"
    return "kvarh" if register >= Register.REACTIVE_FORWARD else "kWh"


def _reading_day(
    found: dict[int, RegisterReading], registers: list[int], taken: Sequence[TakenBack]
) -> ReadingDay:
    first = next(iter(found.values()))
    back = {one.register: one.register_wh for one in taken}
    return ReadingDay(
        first.read_date,
        first.get_purpose_display(),
        first.meter.asset_number,
        tuple(found[code].register_wh if code in found else None for code in registers),
        any(row.estimated for row in found.values()),
        first.get_source_display(),
        first.period,
        taken[0].fixed_date if taken else None,
        tuple(back.get(code) for code in registers) if taken else (),
    )


def missed(scope: Scope, customer_id: int) -> list[MissedReading]:
    """Return the months a customer was not read in, latest first."""
    rows = MissedReading.objects.filter(scope.limit("point__station"), point__contract__customer=customer_id)
    return list(rows.order_by("-period"))


def findings(scope: Scope, customer_id: int, *, limit: int = 50) -> list[Finding]:
    """Return what the checks found about a customer, latest month and gravest first."""
    rows = Finding.objects.filter(scope.limit("point__station"), point__contract__customer=customer_id)
    return list(rows.order_by("-period", "-severity", "rule")[:limit])


@dataclass(frozen=True, slots=True)
class Stuck:
    """Where a point got stuck first: the month, and what holds it there; None where nothing of that month says why."""

    period: int
    finding: Finding | None


def stuck(scope: Scope, found: Iterable[Finding]) -> dict[int, Stuck]:
    """Return, for each of these findings that says an earlier month is open, the first month that is and its cause.

    By the id of the finding. Back from its month through those that wait for an earlier one themselves.
    """
    waiting = [one for one in found if one.rule == Rule.PREVIOUS_OPEN.id]
    if not waiting:
        return {}
    holding: dict[int, dict[int, dict[str, Finding]]] = {}
    rows = Finding.objects.filter(
        scope.limit("point__station"),
        point__in={one.point_id for one in waiting},
        severity=Finding.Severity.BLOCKING,
    )
    for row in rows.order_by("point", "period", "id"):
        holding.setdefault(row.point_id, {}).setdefault(row.period, {}).setdefault(row.rule, row)
    return {one.pk: _stuck(holding.get(one.point_id, {}), one.period) for one in waiting}


def _stuck(holding: dict[int, dict[str, Finding]], period: int) -> Stuck:
    while Rule.PREVIOUS_OPEN.id in holding.get(period, {}):
        period = previous_month(period)
    return Stuck(period, next(iter(holding.get(period, {}).values()), None))


def spans(scope: Scope, consumption: Consumption, *, reverse: bool = False) -> list[Span]:
    """Return the pairs of readings a settled month was made from, register by register; or of its feed-in."""
    return spans_of(scope, [consumption], reverse=reverse)[consumption.pk]


def spans_of(
    scope: Scope, consumptions: Sequence[Consumption], *, reverse: bool = False
) -> dict[int, list[Span]]:
    """Return the pairs of readings of many settled months, by consumption, in a few queries for all of them."""
    dated = [one for one in consumptions if one.from_date and one.to_date]
    found: dict[int, list[Span]] = {one.pk: [] for one in consumptions}
    if not dated:
        return found
    points = {one.point_id for one in dated}
    taken = Q(register__lt=Register.REVERSE_TOTAL) | Q(register__in=REACTIVE)
    rows = RegisterReading.objects.filter(
        Q(register=Register.REVERSE_TOTAL) if reverse else taken,
        scope.limit("point__station"),
        point__in=points,
        read_date__range=(min(one.from_date for one in dated), max(one.to_date for one in dated)),
    ).exclude(purpose=Purpose.SPECIAL)
    by_point: dict[int, list[RegisterReading]] = {}
    wanted = [one for one in taking_back.of_points(scope, points) if _is_asked(one.register, reverse)]
    of_days = settled(rows.select_related("meter"), wanted)
    for row in sorted(of_days, key=lambda one: (one.point_id, one.register, one.read_date, one.purpose)):
        by_point.setdefault(row.point_id, []).append(row)
    multipliers = _multipliers(points)
    for one in dated:
        within = [
            row for row in by_point.get(one.point_id, []) if one.from_date <= row.read_date <= one.to_date
        ]
        found[one.pk] = [
            _span(first, last, multipliers.get((one.point_id, last.meter_id), 1))
            for first, last in pairwise(within)
            if first.register == last.register and first.meter_id == last.meter_id
        ]
    return found


def _is_asked(register: int, reverse: bool) -> bool:
    if reverse:
        return register == Register.REVERSE_TOTAL
    return register < Register.REVERSE_TOTAL or register in REACTIVE


def _span(first: RegisterReading, last: RegisterReading, multiplier: int) -> Span:
    difference = last.register_wh - first.register_wh
    rolled = difference < 0
    if rolled:
        difference += 1000 * 10**last.meter.integer_digits
    return Span(
        title=f"{REGISTER_NAMES[Register(last.register)]}{' kvarh' if last.register in REACTIVE else ''}",
        meter=last.meter.asset_number,
        from_date=first.read_date,
        from_wh=first.register_wh,
        to_date=last.read_date,
        to_wh=last.register_wh,
        multiplier=multiplier,
        rolled=rolled,
        energy_wh=difference * multiplier,
        estimated=last.estimated or first.estimated,
        from_taken=first.taken_from,
        to_taken=last.taken_from,
    )


def _multipliers(points: Iterable[int]) -> dict[tuple[int, int], int]:
    rows = MeterInstallation.objects.filter(point__in=points).order_by("valid_from")
    return {(point, meter): by for point, meter, by in rows.values_list("point", "meter", "multiplier")}
