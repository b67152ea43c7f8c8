"""The registers of a finding's month side by side: the last reading, this one, the multiplier, what it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from diansuo.office.billing.audit.details import Detail
from diansuo.office.metering.models import REGISTER_NAMES, RegisterReading


@dataclass(frozen=True, slots=True)
class Registers:
    """A register of a meter in the month; ``last`` and ``this`` are the readings, None where there is none."""

    title: Any
    meter: str
    multiplier: int
    last: RegisterReading | None
    this: RegisterReading | None

    @property
    def energy_wh(self) -> int | None:
        """What the two readings make with the multiplier; it may be negative, and knows no rollover."""
        if self.last is None or self.this is None:
            return None
        return (self.this.register_wh - self.last.register_wh) * self.multiplier


def of_month(detail: Detail) -> list[Registers]:
    """Return the registers read at the two ends of the finding's month, by meter, then register."""
    month = detail.months[-1] if detail.months and detail.months[-1].period == detail.row.period else None
    read: dict[tuple[int, int], list[RegisterReading]] = {}
    for one in sorted(detail.readings, key=lambda one: one.read_date):
        if month is None or month.from_date is None or month.to_date is None:
            continue
        if month.from_date <= one.read_date <= month.to_date:
            read.setdefault((one.meter_id, one.register), []).append(one)
    multipliers = {one.meter_id: one.multiplier for one in reversed(detail.installations)}
    return [
        Registers(
            title=REGISTER_NAMES.get(register, register),
            meter=mine[0].meter.asset_number,
            multiplier=multipliers.get(meter, 1),
            last=mine[0] if len(mine) > 1 else None,
            this=mine[-1],
        )
        for (meter, register), mine in sorted(read.items(), key=lambda one: one[0])
    ]
