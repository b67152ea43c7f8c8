"""Commercial customers at 10 kV with the registers of July 2024, for the tests of the cycle."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from diansuo.core.tariff.classes import PriceClass, VoltageClass
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.office.archive.models import (
    ContractTerm,
    MeteringPoint,
    MeterInstallation,
    SupplyTerm,
    Transformer,
)
from diansuo.office.base.models import ImportBatch, Station
from diansuo.office.billing.models import Bill
from diansuo.office.desk import queries
from diansuo.office.metering import lake
from tests.office.desk import months
from tests.office.metering import builder

PEAK, FLAT, VALLEY, REACTIVE, DEMAND = 2, 3, 4, 20, 30
START = {0: 1000, PEAK: 300, FLAT: 400, VALLEY: 300, REACTIVE: 200}
END = {0: 2000, PEAK: 700, FLAT: 800, VALLEY: 500, REACTIVE: 500}


def customer(
    station: Station, number: str, price_class: PriceClass, *, registers: bool = True, **terms: Any
) -> MeteringPoint:
    """Make a customer at 10 kV with terms and the registers of July 2024."""
    point = builder.household(
        station, number, f"M{number}", price_class=price_class, capacity_va=100_000, multiplier=10
    )
    ContractTerm.objects.filter(contract=point.contract).update(voltage_class=VoltageClass.KV_1_10)
    if terms:
        SupplyTerm.objects.create(contract=point.contract, valid_from=builder.SINCE, **terms)
    for period, shown in ((202407, START), (202408, END)):
        for register, kwh in shown.items():
            if register == 0 or registers:
                months.read(point, period, kwh, register)
    return point


def single(station: Station, number: str, **terms: Any) -> MeteringPoint:
    """Make a customer in one part."""
    return customer(station, number, PriceClass.COMMERCIAL_SINGLE_PART, **{"time_of_use": False, **terms})


def double(station: Station, number: str, **terms: Any) -> MeteringPoint:
    """Make a customer in two parts, by capacity, with the standard 0.90."""
    plain = {
        "time_of_use": True,
        "capacity_method": CapacityMethod.CAPACITY,
        "power_factor_standard": 90,
    }
    return customer(station, number, PriceClass.COMMERCIAL_TWO_PART, **{**plain, **terms})


def transformer(point: MeteringPoint, number: str, capacity_va: int, **more: Any) -> Transformer:
    """Give a customer a transformer with a nameplate."""
    nameplate = {"p0_w": 200, "pk_w": 1500, "i0_milli_percent": 2200, "uk_milli_percent": 4000, "shifts": 3}
    return Transformer.objects.create(
        **{
            "contract": point.contract,
            "number": number,
            "capacity_va": capacity_va,
            "valid_from": builder.SINCE,
            **nameplate,
            **more,
        }
    )


def demands(point: MeteringPoint, kw: float) -> None:
    """Read a maximum demand, before the multiplier."""
    months.read(point, 202407, 9, DEMAND)
    months.read(point, 202408, kw, DEMAND)


def freeze(station: Station, point: MeteringPoint, days: dict[date, dict[str, int]]) -> None:
    """Write registers in kWh at 0:00 of days into the lake."""
    held = MeterInstallation.objects.get(point=point)
    batch = ImportBatch.objects.create(
        kind="freeze", station=station, file_name="f.csv", created_at=builder.NOW
    )
    rows = [
        dict.fromkeys(lake.FREEZE_SCHEMA)
        | {"point": point.pk, "meter": held.meter_id, "multiplier": held.multiplier, "day": day}
        | {name: kwh * 1000 for name, kwh in shown.items()}
        for day, shown in days.items()
    ]
    lake.write_freeze(batch, station.pk, 202407, pl.DataFrame(rows, schema=lake.FREEZE_SCHEMA))


def held(station: Station) -> dict[str, list[Any]]:
    """Run July and August and return what holds whom."""
    for period in (202407, 202408):
        job = months.run(station, period)
    return {row.number: list(row.findings) for row in queries.held(builder.ALL, job_id=job.pk)}


def amounts(bill: Bill) -> dict[tuple[int, int | None], int]:
    """Return the amount of each component and period."""
    return {(line.component, line.band): line.amount_fen for line in bill.lines.all()}
