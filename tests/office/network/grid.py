"""A small grid in the database with its freezes in the lake: one feeder, two areas, a customer's own transformer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl

from diansuo.core.quantity.month import month_of
from diansuo.office.archive.models import (
    AreaTerm,
    Feeder,
    Meter,
    MeteringPoint,
    MeterInstallation,
    PointArea,
    TransformerArea,
)
from diansuo.office.base import revision
from diansuo.office.base.models import ImportBatch, Station
from diansuo.office.metering import lake
from tests.office.metering import builder

FIRST = date(2024, 10, 1)
NOW = datetime(2024, 11, 5, 1, tzinfo=UTC)
Rows = list[tuple[MeteringPoint, date, str, str | None]]


class Grid:
    """The feeder (gate × 100), areas 1 and 2 (masters × 10), two customers each, and a dedicated customer."""

    def __init__(self, name: str = "东村供电所", mark: str = "") -> None:
        """Write the archive."""
        self.mark = mark
        self.station = builder.make_station(name)
        company = self.station.company
        self.feeder = Feeder.objects.create(company=company, number=f"F1{mark}", name=f"东线{mark}")
        self.areas = [self._area(f"T{at}{mark}") for at in (1, 2, 3)]
        AreaTerm.objects.filter(area=self.areas[2]).update(dedicated=True)
        self.gate = self._inlet("G1", 100, gate_of=self.feeder)
        self.masters = [self._inlet(f"M{at}", 10, master_of=self.areas[at - 1]) for at in (1, 2)]
        self.customers = [self._customer(at, (at - 1) // 2) for at in (1, 2, 3, 4)]
        self.dedicated = self._customer(5, 2)

    def _area(self, number: str) -> TransformerArea:
        company = self.station.company
        area = TransformerArea.objects.create(
            company=company, station=self.station, number=number, name=f"{number}台区"
        )
        AreaTerm.objects.create(area=area, feeder=self.feeder, capacity_va=200_000, valid_from=builder.SINCE)
        return area

    def _inlet(self, meter: str, multiplier: int, **of: object) -> MeteringPoint:
        company = self.station.company
        point = MeteringPoint.objects.create(company=company, station=self.station, **of)
        made = Meter.objects.create(company=company, asset_number=f"{meter}{self.mark}")
        MeterInstallation.objects.create(
            point=point, meter=made, multiplier=multiplier, valid_from=builder.SINCE
        )
        return point

    def _customer(self, at: int, area: int) -> MeteringPoint:
        number = f"00{at}{self.mark}"
        point = builder.household(self.station, number, f"m{number}", manager=f"经理{area + 1}")
        PointArea.objects.create(point=point, area=self.areas[area], valid_from=builder.SINCE)
        return point

    def days(self, count: int, **more: list[str]) -> Rows:
        """Return registers of days on which area 1 loses 3 %, area 2 10 %, and the feeder 2 %.

        Masters: 100 and 200 kWh a day; customers 48.5 and 90 each; dedicated 100; gate 408.16…: 4.1 × 100 − 10.
        """
        daily = {self.gate: "4.09", self.masters[0]: "10", self.masters[1]: "20", self.dedicated: "100"}
        daily |= dict(zip(self.customers, ("48.5", "48.5", "90", "90"), strict=True))
        return [
            (point, FIRST + timedelta(days=day), str(Decimal(step) * day), None)
            for point, step in daily.items()
            for day in range(count + 1)
        ]

    def freeze(self, rows: Rows) -> None:
        """Write registers (forward, reverse in kWh) into the lake, a batch of their own."""
        batch = ImportBatch.objects.create(
            kind="freeze", station=self.station, file_name="freeze.csv", created_at=NOW
        )
        for month in sorted({month_of(day) for _point, day, _shown, _back in rows}):
            lake.write_freeze(batch, self.station.pk, month, self._frame(rows, month))
        revision.bump([self.station.pk])
        self.station = Station.objects.get(pk=self.station.pk)

    def _frame(self, rows: Rows, month: int) -> pl.DataFrame:
        table = []
        for point, day, shown, back in rows:
            if month_of(day) == month:
                held = MeterInstallation.objects.in_force(day).get(point=point)
                blank = dict.fromkeys(lake.FREEZE_SCHEMA)
                table.append(
                    blank
                    | {
                        "point": point.pk,
                        "meter": held.meter_id,
                        "multiplier": held.multiplier,
                        "day": day,
                        "active_total_wh": int(Decimal(shown) * 1000),
                        "reverse_total_wh": None if back is None else int(Decimal(back) * 1000),
                    }
                )
        return pl.DataFrame(table, schema=lake.FREEZE_SCHEMA)
