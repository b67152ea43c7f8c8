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
    RouteTerm,
    TransformerArea,
)
from diansuo.office.archive.route_models import ALWAYS
from diansuo.office.base import bulk
from diansuo.office.base.models import Company, Staff, Station
from diansuo.office.billing.models import Bill, BillLine, MonthSum
from diansuo.office.collection.models import Receivable
from diansuo.office.metering.models import Consumption, RegisterReading

CUSTOMERS_AN_AREA = 150
CUSTOMERS_A_MANAGER = 5000
ONE_OPEN_OF = 40
SINCE = "2020-01-01"
OPENING, READING = date(2024, 7, 1), date(2024, 8, 1)
PERIOD = 202408


def build(customers: int, seed: int = 1) -> Station:
    """Write a station of residential customers with an opening register and one month's reading each."""
    return build_county(customers, 1, seed)[0]


def build_county(customers: int, stations: int, seed: int = 1) -> list[Station]:
    """Write so many customers, in stations of the same size, numbered through."""
    random = np.random.default_rng(seed)
    company = Company.objects.create(name="测速供电公司")
    found, first = [], 0
    for place in range(stations):
        count = customers // stations + (place < customers % stations)
        found.append(_station(company, place, first, count, random))
        first += count
    return found


def _station(company, place, first, count, random):  # noqa: ANN001, ANN202
    station = Station.objects.create(company=company, name=f"测速{place or ''}供电所")
    reader = Staff.objects.create(station=station, name="李四")
    managers = [
        Staff.objects.create(station=station, name=f"经理{at}") for at in range(count // CUSTOMERS_A_MANAGER)
    ]
    route = Route.objects.create(station=station, number="00000001")
    RouteTerm.objects.create(route=route, owner=reader, valid_from=ALWAYS)
    areas = [
        TransformerArea.objects.create(
            company=company, station=station, number=f"T{place:02d}{at:05d}", name=f"{at}号台区"
        )
        for at in range(count // CUSTOMERS_AN_AREA + 1)
    ]
    with transaction.atomic():
        points, meters = _archive(range(first, first + count), company, station, route, areas)
        _duty(points, "reader", [reader])
        if managers:
            _duty(points, "manager", managers)
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


def _archive(at, company, station, route, areas):  # noqa: ANN001, ANN202
    count = len(at)
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
        number=[f"41{place:010d}01" for place in at], walk_order=list(range(count)),
    )  # fmt: skip
    meters = _rows(
        Meter, count, company=company.pk, asset_number=[f"413{place:019d}" for place in at],
        integer_digits=6, decimal_digits=2,
    )  # fmt: skip
    _rows(MeterInstallation, count, point=points, meter=meters, multiplier=1, valid_from=SINCE)
    where = [areas[place // CUSTOMERS_AN_AREA].pk for place in range(count)]
    _rows(PointArea, count, point=points, area=where, phase="", valid_from=SINCE)
    return points, meters


def _duty(points: np.ndarray, duty: str, people: list[Staff]) -> None:
    """Give every one of the people neighbouring points to answer for."""
    mine = [people[place * len(people) // len(points)].pk for place in range(len(points))]
    _rows(Responsibility, len(points), point=points, staff=mine, duty=duty, valid_from=SINCE)


def _readings(points: np.ndarray, meters: np.ndarray, random: np.random.Generator) -> None:
    count = len(points)
    start_wh = random.integers(0, 90_000_000, count) * 10
    use_wh = np.rint(random.lognormal(np.log(18_000), 0.6, count)).astype(np.int64) * 10
    for day, registers, period in ((OPENING, start_wh, 202407), (READING, start_wh + use_wh, PERIOD)):
        _rows(
            RegisterReading, count, point=points, meter=meters, register=0, read_date=day.isoformat(), purpose=0,
            register_wh=registers, period=period, estimated=False, source="list",
        )  # fmt: skip


def do_not_wait_for_the_disk() -> None:
    """Let SQLite write without waiting, in this connection: the database is thrown away after the measurement."""
    with connection.cursor() as cursor:
        for setting in ("synchronous=OFF", "cache_size=-1000000"):
            cursor.execute(f"PRAGMA {setting}")


def settle_most() -> None:
    """Call all but one of forty receivables paid, and let those be overdue."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE collection_receivable SET paid_fen = amount_fen WHERE id % {ONE_OPEN_OF} <> 0 AND amount_fen > 0"
        )


def issue_elsewhere(station: int | None = None, *, months: int = 1) -> None:
    """Let another system issue the bills of the last months too, each fiftieth a yuan dearer (SQLite)."""
    with transaction.atomic(), connection.cursor() as cursor:
        mine = "" if station is None else f"AND k.station_id = {int(station)}"
        cursor.execute(
            "INSERT INTO billing_externalbill (customer_id, contract_id, period, energy_wh, amount_fen, class_text) "
            "SELECT c.customer_id, c.id, b.period, b.energy_wh, "
            "b.amount_fen + CASE WHEN b.id % 50 = 0 THEN 100 ELSE 0 END, '居民' "
            "FROM billing_bill b JOIN archive_contract c ON c.id = b.contract_id "
            "JOIN archive_customer k ON k.id = c.customer_id "
            f"WHERE b.period > {next_month(PERIOD, -months)} {mine} "
            "AND NOT EXISTS (SELECT 1 FROM billing_externalbill e "
            "WHERE e.customer_id = c.customer_id AND e.period = b.period)"
        )


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
