"""What meters froze day by day, written into the lake of a test."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from diansuo.office.archive.models import MeteringPoint, MeterInstallation
from diansuo.office.base import revision
from diansuo.office.base.models import ImportBatch
from diansuo.office.metering import lake
from tests.office.metering import builder

NAMES = {int(register): name for name, register in lake.FREEZE_REGISTERS.items()}


def freeze(point: MeteringPoint, days: Mapping[date, Mapping[int, float] | float], meter: Any = None) -> None:
    """Write registers in kWh (demand in kW) at 0:00 of days; a number alone is the total."""
    hung = MeterInstallation.objects.filter(point=point)
    held = hung.get(meter=meter) if meter else hung.order_by("valid_from").first()
    assert held is not None
    batch = ImportBatch.objects.create(
        kind="freeze", station=point.station, file_name="f.csv", created_at=builder.NOW
    )
    for month in sorted({day.year * 100 + day.month for day in days}):
        rows = []
        for day, shown in days.items():
            if day.year * 100 + day.month == month:
                values = shown if isinstance(shown, Mapping) else {0: shown}
                rows.append(
                    dict.fromkeys(lake.FREEZE_SCHEMA)
                    | {"point": point.pk, "meter": held.meter_id, "multiplier": held.multiplier, "day": day}
                    | {NAMES[register]: round(kwh * 1000) for register, kwh in values.items()}
                )
        lake.write_freeze(batch, point.station_id, month, pl.DataFrame(rows, schema=lake.FREEZE_SCHEMA))
    revision.bump([point.station_id])
