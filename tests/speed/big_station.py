"""A station of any size written straight into the database: what the speed measurements run on."""

from __future__ import annotations

from datetime import date

import numpy as np
from django.db import connection, models, transaction

from diansuo.core.quantity.month import next_month
from diansuo.core.tariff import PriceClass, VoltageClass
from diansuo.office.archive.models import (
    Contract,
    ContractTerm,
    Customer,
    Meter,
    MeteringPoint,
    MeterInstallation,
    PointArea,
    Premise,
    Responsibility,
    Route,
    TransformerArea,
)
from diansuo.office.base import bulk
from diansuo.office.base.models import Company, Staff, Station
from diansuo.office.billing.models import Bill, BillLine, MonthSum
from diansuo.office.collection.models import Receivable
from diansuo.office.metering.models import Consumption, RegisterReading

CUSTOMERS_AN_AREA = 150
SINCE = "2020-01-01"
OPENING, READING = date(2024, 7, 1), date(2024, 8, 1)
PERIOD = 202408


def build(customers: int, seed: int = 1) -> Station:
    """Write a station of residential customers with an opening register and one month's reading each."""
    random = np.random.default_rng(seed)
    company = Company.objects.create(name="测速供电公司")
    station = Station.objects.create(company=company, name="测速供电所")
    reader = Staff.objects.create(station=station, name="李四")
    route = Route.objects.create(station=station, number="00000001", reading_day=1)
    areas = [
        TransformerArea.objects.create(
            company=company, station=station, number=f"T{at:05d}", name=f"{at}号台区"
        )
        for at in range(customers // CUSTOMERS_AN_AREA + 1)
    ]
    with transaction.atomic():
        points, meters = _archive(customers, company, station, route, reader, areas)
        _readings(points, meters, random)
    return station


def _rows(model: type[models.Model], count: int, **columns: object) -> np.ndarray:
    ids = bulk.reserve_ids(model, count)
    filled = {
        name: value if isinstance(value, list | np.ndarray) else [value] * count
        for name, value in columns.items()
    }
    bulk.insert_columns(model, {"id": ids, **filled})
    return ids


def _archive(count, company, station, route, reader, areas):  # noqa: ANN001, ANN202
    at = range(count)
    customers = _rows(
        Customer, count, company=company.pk, station=station.pk, phone="",
        number=[f"41{place:010d}" for place in at], name=[f"用户{place}" for place in at],
    )  # fmt: skip
    premises = _rows(Premise, count, station=station.pk, address=[f"东村{place}号" for place in at])
    contracts = _rows(Contract, count, customer=customers, premise=premises)
    _rows(
        ContractTerm, count, contract=contracts, valid_from=SINCE, capacity_va=8000,
        price_class=int(PriceClass.RESIDENTIAL_STEPS), voltage_class=int(VoltageClass.BELOW_1KV),
    )  # fmt: skip
    points = _rows(
        MeteringPoint, count, company=company.pk, station=station.pk, contract=contracts, route=route.pk,
        number=[f"41{place:010d}01" for place in at], walk_order=list(at),
    )  # fmt: skip
    meters = _rows(
        Meter, count, company=company.pk, asset_number=[f"413{place:019d}" for place in at],
        integer_digits=6, decimal_digits=2,
    )  # fmt: skip
    _rows(MeterInstallation, count, point=points, meter=meters, multiplier=1, valid_from=SINCE)
    where = [areas[place // CUSTOMERS_AN_AREA].pk for place in at]
    _rows(PointArea, count, point=points, area=where, phase="", valid_from=SINCE)
    _rows(Responsibility, count, point=points, staff=reader.pk, duty="reader", valid_from=SINCE)
    return points, meters


def _readings(points: np.ndarray, meters: np.ndarray, random: np.random.Generator) -> None:
    count = len(points)
    start_wh = random.integers(0, 90_000_000, count) * 10
    use_wh = np.rint(random.lognormal(np.log(18_000), 0.6, count)).astype(np.int64) * 10
    for day, registers, period in ((OPENING, start_wh, 202407), (READING, start_wh + use_wh, PERIOD)):
        _rows(
            RegisterReading, count, point=points, meter=meters, register=0, read_date=day.isoformat(), purpose=0,
            register_wh=registers, period=period, estimated=False, source="list",
        )  # fmt: skip


def repeat_months(months: int) -> None:
    """Copy the billed month, with its lines and dues, into the months before it (SQLite; amounts stay the same)."""
    for back in range(1, months):
        period = next_month(PERIOD, -back)
        for model in (Consumption, Bill, BillLine, MonthSum, Receivable):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_copy_sql(model, period, back))


def _copy_sql(model: type[models.Model], period: int, back: int) -> str:
    """Return SQL that copies a table's rows of the month to an earlier one, every key moved by its table's size."""

    def moved(of: type[models.Model], column: str) -> str:
        owned = (
            "bill_id IN (SELECT id FROM billing_bill WHERE period = {0})"
            if of is BillLine
            else "period = {0}"
        )
        table = of._meta.db_table
        return f"t.{column} + {back} * (SELECT MAX(x.id) FROM {table} x WHERE x.{owned.format(PERIOD)})"

    expressions = {}
    for field in model._meta.concrete_fields:
        name = field.column
        if field.primary_key:
            expressions[name] = moved(model, name)
        elif field.related_model in (Consumption, Bill):
            expressions[name] = moved(field.related_model, name)
        elif name == "period":
            expressions[name] = str(period)
        elif isinstance(field, models.DateField):
            expressions[name] = f"DATE(t.{name}, '-{back} months')"
        else:
            expressions[name] = f"t.{name}"
    where = f"JOIN billing_bill b ON b.id = t.bill_id AND b.period = {PERIOD}" if model is BillLine else ""
    where = where or f"WHERE t.period = {PERIOD}"
    names = ", ".join(expressions)
    return (
        f"INSERT INTO {model._meta.db_table} ({names}) "
        f"SELECT {', '.join(expressions.values())} FROM {model._meta.db_table} t {where}"
    )
