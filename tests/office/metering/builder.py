"""A small station in the database, lists of readings as files, and a month settled: the stage of these tests."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from python_calamine import CalamineWorkbook

from diansuo.core.tariff.classes import PriceClass, VoltageClass
from diansuo.office.archive.models import (
    Contract,
    ContractTerm,
    Customer,
    Meter,
    MeteringPoint,
    MeterInstallation,
    Premise,
    Responsibility,
    Route,
    RouteTerm,
)
from diansuo.office.archive.route_models import ALWAYS
from diansuo.office.base.imports import operations
from diansuo.office.base.imports.kinds import Options, Plan
from diansuo.office.base.models import Company, ImportBatch, Job, Proposal, Staff, Station, User
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill, RuleSlice
from diansuo.office.billing.sums import operations as sums
from diansuo.office.metering import settling
from diansuo.office.metering.importing import holding
from diansuo.office.metering.models import Consumption, Finding

DATA = Path(__file__).resolve().parents[4] / "shared" / "data" / "real_households"
ALL = Scope.everything()
NOW = datetime(2026, 3, 1, 1, tzinfo=UTC)
SINCE = date(2024, 1, 1)
HEADINGS = (
    "用户编号", "计量点编号", "电能表编号", "示数类型", "上次示数", "本次示数", "抄见电量", "综合倍率", "异常类型",
    "抄表状态", "抄表日期", "电费年月", "抄表性质", "估抄标志",
)  # fmt: skip
TOTAL, PEAK, VALLEY = "正向有功（总）", "正向有功（峰）", "正向有功（谷）"


def real_data() -> Path:
    """Return the folder of the real households, or skip with a word."""
    if not DATA.is_dir():
        pytest.skip(f"the real households are not there: {DATA}")
    return DATA


def make_station(name: str = "东村供电所") -> Station:
    """Make a station of the one company."""
    company, _made = Company.objects.get_or_create(name="巩义供电公司")
    return Station.objects.create(company=company, name=name)


def route_of(station: Station, number: str, reading_day: int = 1, **term: Any) -> Route:
    """Return the route of this number, made with a term that holds from the beginning where there is none."""
    route, made = Route.objects.get_or_create(station=station, number=number)
    if made:
        RouteTerm.objects.create(route=route, reading_day=reading_day, valid_from=ALWAYS, **term)
    return route


def household(
    station: Station,
    number: str,
    meter: str,
    *,
    price_class: PriceClass = PriceClass.RESIDENTIAL_STEPS,
    point: str | None = None,
    multiplier: int = 1,
    capacity_va: int = 8000,
    reading_day: int = 1,
    reader: str = "",
    manager: str = "",
) -> MeteringPoint:
    """Make a customer with contract, point and meter, everything in force since 2024."""
    company = station.company
    route = route_of(station, f"R{reading_day}", reading_day)
    customer = Customer.objects.create(company=company, station=station, number=number, name=f"用户{number}")
    contract = Contract.objects.create(customer=customer, premise=Premise.objects.create(station=station))
    ContractTerm.objects.create(
        contract=contract,
        price_class=price_class,
        voltage_class=VoltageClass.BELOW_1KV,
        capacity_va=capacity_va,
        valid_from=SINCE,
    )
    made = MeteringPoint.objects.create(
        company=company, station=station, number=point, contract=contract, route=route, walk_order=1
    )
    MeterInstallation.objects.create(
        point=made,
        meter=Meter.objects.create(company=company, asset_number=meter),
        multiplier=multiplier,
        valid_from=SINCE,
    )
    for name, duty in ((reader, Responsibility.Duty.READER), (manager, Responsibility.Duty.MANAGER)):
        if name:
            staff, _made = Staff.objects.get_or_create(station=station, name=name)
            Responsibility.objects.create(point=made, staff=staff, duty=duty, valid_from=SINCE)
    return made


def real_station() -> Station:
    """Make the station of the real households from their archive list."""
    rows = CalamineWorkbook.from_path(real_data() / "用户档案.xlsx").get_sheet_by_index(0).to_python()
    station = make_station()
    for row in rows[2:]:
        cells = dict(zip(rows[1], row, strict=True))
        time_of_use = "峰谷" in cells["用电类别"]
        household(
            station,
            cells["用户编号"],
            cells["电能表编号"],
            price_class=PriceClass.RESIDENTIAL_STEPS_TOU if time_of_use else PriceClass.RESIDENTIAL_STEPS,
            reader=cells["抄表员"].replace(" ", ""),
        )
    return station


def write_csv(path: Path, headings: tuple[str, ...], rows: list[dict[str, Any]]) -> Path:
    """Write rows given by heading; what is left out is empty."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(headings)
        writer.writerows([[row.get(heading, "") for heading in headings] for row in rows])
    return path


def reading_list(path: Path, *rows: dict[str, Any], headings: tuple[str, ...] = HEADINGS) -> Path:
    """Write a reading list; the register is the total unless a row says otherwise."""
    return write_csv(path, headings, [{"示数类型": TOTAL, **row} for row in rows])


def preview(
    kind: str,
    file: Path,
    *,
    now: datetime = NOW,
    scope: Scope = ALL,
    user: User | None = None,
    **options: Any,
) -> tuple[ImportBatch, Plan]:
    """Preview a file."""
    return operations.preview(
        file, file.name, kind, options=Options(**options), scope=scope, user=user, now=now
    )


def bring_in(kind: str, file: Path, *, now: datetime = NOW, **options: Any) -> ImportBatch:
    """Preview and apply a file in which nothing is refused."""
    batch, plan = preview(kind, file, now=now, **options)
    assert batch.counts["refused"] == 0, plan.verdicts.table().to_dicts()
    return operations.apply(batch, scope=ALL, now=now, plan=plan)


def agree(batch: ImportBatch, *, now: datetime = NOW) -> None:
    """Let what a reading list says otherwise of readings that stand hold, as if a second person had agreed."""
    for proposal in Proposal.objects.filter(batch=batch):
        holding.write(proposal, now)
        Proposal.objects.filter(pk=proposal.pk).update(
            state=Proposal.State.APPLIED, basis="not looked at", applied_at=now
        )


def settle(station: Station, period: int) -> dict[str, int]:
    """Run the two metering stages of a month over the whole station."""
    job, _made = Job.objects.get_or_create(
        key=f"test:{station.pk}:{period}", defaults={"kind": "cycle", "station": station, "created_at": NOW}
    )
    job.round += 1
    job.save()
    high = MeteringPoint.objects.order_by("-id").values_list("id", flat=True).first() or 0
    counts: dict[str, int] = {}
    for stage in (settling.settle_points, settling.check_points):
        write = stage(job, period, 1, high)
        with transaction.atomic():
            counts |= write()
    return counts


def issue(station: Station, period: int, amount_fen: int = 10_000) -> list[Bill]:
    """Settle a month and issue a bill of a fixed amount for everything that nothing holds."""
    settle(station, period)
    held = Finding.objects.filter(period=period, severity=Finding.Severity.BLOCKING).values("point")
    ready = Consumption.objects.filter(period=period, status=Consumption.Status.OK, bill=None).exclude(
        point__in=held
    )
    settlement, _made = RuleSlice.objects.get_or_create(
        slice_hash="test", rulebook_hash="test", rule_id="test", effective_date=SINCE, content={}
    )
    issued = [
        Bill.objects.create(
            settlement=settlement,
            contract=row.point.contract,
            consumption=row,
            job=row.job,
            period=period,
            state=Bill.State.ISSUED,
            issued_date=row.to_date,
            from_date=row.from_date,
            to_date=row.to_date,
            price_class=PriceClass.RESIDENTIAL_STEPS,
            voltage_class=VoltageClass.BELOW_1KV,
            energy_wh=row.total_wh,
            amount_fen=amount_fen,
        )
        for row in ready.select_related("point__contract", "job").order_by("id")
    ]
    sums.recount()
    return issued
