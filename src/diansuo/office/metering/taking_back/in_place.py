"""The registers months settled on: of the fixed day, in the place of what was read on another."""

from __future__ import annotations

from collections.abc import Iterable

from diansuo.core.metering.registers import Purpose
from diansuo.office.metering.models import RegisterReading, TakenBack


def settled(readings: Iterable[RegisterReading], taken: Iterable[TakenBack]) -> list[RegisterReading]:
    """Return readings as months settled on them: each that was taken back on the fixed day, not the day it was read.

    Those stand for no row of the database; ``taken_from`` says what was read.
    """
    by_reading = {(one.point_id, one.read_date, one.register): one for one in taken}
    kept = [
        row
        for row in readings
        if row.purpose != Purpose.PERIODIC or (row.point_id, row.read_date, row.register) not in by_reading
    ]
    return [*kept, *map(_on_fixed_day, by_reading.values())]


def _on_fixed_day(one: TakenBack) -> RegisterReading:
    made = RegisterReading(
        point_id=one.point_id,
        meter=one.meter,
        register=one.register,
        read_date=one.fixed_date,
        purpose=int(Purpose.PERIODIC),
        register_wh=one.register_wh,
        period=one.period,
    )
    made.taken_from = one
    return made
