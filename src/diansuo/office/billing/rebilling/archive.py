"""What the archive says today of months that were issued: the class of the contract, and the meter's multiplier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from diansuo.core.metering import Register
from diansuo.office.archive.models import ContractTerm, MeterInstallation
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.billing.rebilling.standing import Standing
from diansuo.office.billing.rebilling.uses import TODAY, Held, Part
from diansuo.office.metering.models import RegisterReading
from diansuo.office.metering.taking_back import queries as taking_back
from diansuo.office.metering.taking_back.in_place import settled

TOTAL = int(Register.ACTIVE_TOTAL)


@dataclass(slots=True)
class _Point:
    """Readings of the total register by day, and which meter measured when, of one metering point."""

    readings: Mapping[date, Sequence[RegisterReading]]
    installed: Sequence[MeterInstallation]
    terms: Sequence[ContractTerm] = field(default_factory=list)

    def on(self, rows: Sequence[Any], day: date) -> Any:
        held = (row for row in rows if row.valid_from <= day and (row.valid_to is None or row.valid_to > day))
        return next(held, None)


def total_reading(point_id: int, day: date) -> tuple[int, int] | None:
    """Return the total register of a point at 0:00 of a day, in Wh, and its multiplier; None where none was read."""
    row = (
        RegisterReading.objects.filter(point=point_id, read_date=day, register=TOTAL).order_by("-id").first()
    )
    row = row or next(iter(_settled([], point_id, day, day)), None)
    if row is None:
        return None
    return row.register_wh, _multiplier_of(list(MeterInstallation.objects.filter(point=point_id)), row)


def _settled(rows: Iterable[RegisterReading], point: int, first: date, last: date) -> list[RegisterReading]:
    """Return total registers of days as months settled on them: of the fixed day where they were taken back to it."""
    taken = [one for one in taking_back.of_points(Scope.everything(), [point]) if one.register == TOTAL]
    return [one for one in settled(rows, taken) if first <= one.read_date <= last]


def _multiplier_of(installed: Sequence[MeterInstallation], row: RegisterReading) -> int:
    mine = [one for one in installed if one.meter_id == row.meter_id and one.valid_from <= row.read_date]
    return max(mine, key=lambda one: one.valid_from).multiplier if mine else 1


def differences(months: Sequence[Standing], *, today: bool = False) -> dict[int, Part]:
    """Return what the archive of today makes of issued months, each with its part; ``today`` prices by today's book.

    A month whose meter was exchanged or rolled over keeps its energy: its registers alone do not tell it.

    Raises:
        Held: the archive has no class for a month any more, or what it says leaves less than nothing.
    """
    held = _point(months)
    return {month.bill.period: _difference(month, held, today=today) for month in months}


def billed_multipliers(months: Sequence[Standing]) -> dict[int, int]:
    """Return by which multiplier months were billed, where their registers tell it; the others are left out."""
    held = _point(months)
    found = {}
    for month in months:
        used_wh = _used_wh(month.bill, held)
        if used_wh:
            found[month.bill.period] = month.bill.consumption.total_wh // used_wh
    return found


def _point(months: Sequence[Standing]) -> _Point:
    point = months[0].bill.consumption.point_id
    contract = months[0].bill.contract_id
    first, last = months[0].bill.from_date, months[-1].bill.to_date
    readings: dict[date, list[RegisterReading]] = {}
    held = RegisterReading.objects.filter(
        point=point, register=TOTAL, read_date__gte=first, read_date__lte=last
    )
    for row in _settled(held, point, first, last):
        readings.setdefault(row.read_date, []).append(row)
    return _Point(
        readings,
        list(MeterInstallation.objects.filter(point=point)),
        list(ContractTerm.objects.filter(contract=contract)),
    )


def _difference(month: Standing, held: _Point, *, today: bool) -> Part:
    bill = month.bill
    term = held.on(held.terms, bill.from_date)
    if term is None:
        raise Held("no_terms", bill.period)
    # The parts of a month whose class changed inside it have each their own: the bill carries the last one.
    divided = any(part.price_class not in (None, bill.price_class) for part in bill.parts.all())
    return Part(
        energy_wh=_energy_difference(month, held),
        price_class=None if divided or term.price_class == bill.price_class else term.price_class,
        book=TODAY if today else "",
    )


def _energy_difference(month: Standing, held: _Point) -> int:
    bill = month.bill
    used_wh = _used_wh(bill, held)
    if not used_wh:
        return 0
    ends = {row.meter_id for row in held.readings[bill.to_date]}
    first = [row for row in held.readings[bill.from_date] if row.meter_id in ends][-1]
    added_wh = used_wh * _multiplier_of(held.installed, first) - bill.consumption.total_wh
    return added_wh if month.read_wh + added_wh >= 0 else 0


def _used_wh(bill: Bill, held: _Point) -> int:
    """Return what the register of a month's meter went on by, where the month is that times one multiplier; else 0.

    Only another multiplier tells itself from the registers; what sub-meters took away does not.
    """
    if bill.consumption.exchanged or bill.consumption.rolled or bill.consumption.total_wh <= 0:
        return 0
    start, end = held.readings.get(bill.from_date, ()), held.readings.get(bill.to_date, ())
    pairs = [(one, other) for one in start for other in end if one.meter_id == other.meter_id]
    if not pairs:
        return 0
    one, other = pairs[-1]
    used_wh = other.register_wh - one.register_wh
    return used_wh if used_wh > 0 and not bill.consumption.total_wh % used_wh else 0
