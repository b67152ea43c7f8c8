"""The shadow engine over commercial months whose terms, prices or meters' freezes divide them; a fen off is found."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from diansuo.core.metering.energy import LossMethod
from diansuo.core.tariff.classes import Component, PriceClass, VoltageClass
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.office.archive.models import ContractTerm, MarketPrice, MeteringPoint, RouteTerm, SupplyTerm
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill, BillLine, BillPart
from diansuo.office.billing.repricing import loading
from diansuo.office.billing.repricing.population import Population
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.desk.shadowing.report import Report, shadow_month
from diansuo.office.metering.models import RegisterReading
from tests.office.billing.sheets import sheet
from tests.office.desk import months
from tests.office.desk.commercial_month import (
    DEMAND,
    FLAT,
    PEAK,
    REACTIVE,
    VALLEY,
    customer,
    double,
    freeze,
    single,
)
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_prices")]

MIDDLE = date(2024, 7, 16)
START = {"active_total_wh": 1000, "active_peak_wh": 300, "active_flat_wh": 400, "active_valley_wh": 300}
AT_MIDDLE = {"active_total_wh": 1601, "active_peak_wh": 503, "active_flat_wh": 700, "active_valley_wh": 398}


@pytest.fixture
def station() -> Station:
    return builder.make_station()


def supply(point: MeteringPoint, day: date = MIDDLE, **changed: Any) -> None:
    SupplyTerm.objects.get(contract=point.contract).change_from(day, **changed)


def contract(point: MeteringPoint, day: date = MIDDLE, **changed: Any) -> None:
    ContractTerm.objects.get(contract=point.contract).change_from(day, **changed)


def shadow(period: int = 202408) -> Report:
    return shadow_month(builder.ALL, period=period)


def found(report: Report) -> dict[str, set[str]]:
    return {one.customer: {f"{each.what} {each.item}" for each in one.differences} for one in report.verdicts}


def changing_customers(station: Station) -> None:
    """Lay down a customer for each thing that may change inside the month, and bill them."""
    losses = {"loss_method": LossMethod.AGREED_RATIO, "agreed_ratio_ppm": 73_000}
    contract(single(station, "0001", **losses), voltage_class=VoltageClass.KV_35)
    supply(double(station, "0002"), power_factor_standard=85)
    frozen = double(station, "0003", line_loss_ppm=31_000)
    supply(frozen, power_factor_standard=85)
    freeze(station, frozen, {date(2024, 7, 1): START, MIDDLE: AT_MIDDLE})
    read = double(station, "0004")
    supply(read, purchase_mode=1, market_price_nano=333_333_333)
    for register, kwh in ((0, 1600), (PEAK, 500), (FLAT, 700), (VALLEY, 401), (REACTIVE, 300)):
        months.read_on(read, MIDDLE, kwh, register)
    becomes_two_part = single(station, "0005", capacity_method=CapacityMethod.CAPACITY)
    contract(becomes_two_part, price_class=PriceClass.COMMERCIAL_TWO_PART)
    grows = double(station, "0006")
    contract(grows, capacity_va=160_000)
    contract_later(grows, date(2024, 7, 23), capacity_va=200_000)
    market = single(station, "0007", purchase_mode=1, market_price_nano=500_000_000)
    MarketPrice.objects.create(
        contract=market.contract,
        flat_nano=410_000_000,
        valid_from=date(2024, 7, 9),
        valid_to=date(2024, 7, 20),
    )
    sheet.approved(202407)
    for period in (202407, 202408):
        months.run(station, period)


def contract_later(point: MeteringPoint, day: date, **changed: Any) -> None:
    ContractTerm.objects.get(contract=point.contract, valid_to=None).change_from(day, **changed)


def test_terms_and_market_prices_that_change_inside_a_month_agree_and_whatever_is_tampered_with_is_found(
    station: Station,
) -> None:
    changing_customers(station)
    report = shadow()
    assert (found(report), report.equal) == ({}, 7)
    assert set(Bill.objects.values_list("parts__by_days", flat=True)) == {True, False}

    part = {"contract__customer__number": "0006"}
    for customer_number, rows, change, expected in (
        (
            "0001",
            BillLine.objects.filter(component=Component.TRANSMISSION, part=2),
            {"amount_fen": 1},
            "line",
        ),
        ("0003", BillPart.objects.filter(part=2), {"energy_wh": 10}, "bill parts"),
        ("0006", BillLine.objects.filter(component=Component.CAPACITY, part=3), {"amount_fen": 1}, "line"),
    ):
        with transaction.atomic():
            mine = rows.filter(bill__contract__customer__number=customer_number)
            assert mine.update(**{name: F(name) + more for name, more in change.items()}) == 1
            differs = found(shadow())
            assert set(differs) == {customer_number}
            assert any(each.startswith(expected) for each in differs[customer_number])
            transaction.set_rollback(True)
    with transaction.atomic():
        assert BillPart.objects.filter(bill__contract__customer__number="0004").update(by_days=True) == 2
        assert found(shadow()) == {"0004": {"bill parts"}}
        transaction.set_rollback(True)
    with transaction.atomic():
        assert MarketPrice.objects.update(flat_nano=F("flat_nano") + 1_000_000) == 1
        assert "total amount_fen" in found(shadow())["0007"]
        transaction.set_rollback(True)
    with transaction.atomic():
        assert (
            RegisterReading.objects.filter(read_date=MIDDLE, register=PEAK).update(register_wh=510_000) == 1
        )
        assert "line purchase peak part 1" in found(shadow())["0004"]
        transaction.set_rollback(True)
    assert ContractTerm.objects.filter(**part).count() == 3
    assert found(shadow()) == {}


def test_a_change_that_no_rule_lets_divide_a_month_is_a_difference(station: Station) -> None:
    double(station, "0001")
    sheet.approved(202407)
    for period in (202407, 202408):
        months.run(station, period)
    point = MeteringPoint.objects.get()
    for change in (
        lambda: supply(point, line_loss_ppm=20_000),
        lambda: contract(point, price_class=PriceClass.RESIDENTIAL_STEPS),
        lambda: supply(point, capacity_method=CapacityMethod.ACTUAL_DEMAND),
    ):
        with transaction.atomic():
            change()
            assert found(shadow()) == {"0001": {"total amount_fen"}}
            transaction.set_rollback(True)
    assert found(shadow()) == {}


def test_a_demand_that_is_charged_from_a_quarter_on_grows_with_the_losses_of_the_month(
    station: Station,
) -> None:
    point = customer(
        station, "0001", PriceClass.COMMERCIAL_TWO_PART, time_of_use=True, power_factor_standard=90,
        capacity_method=CapacityMethod.CAPACITY, loss_method=LossMethod.AGREED_RATIO, agreed_ratio_ppm=100_000,
    )  # fmt: skip
    RouteTerm.objects.filter(route=point.route).update(reading_day=16)
    RegisterReading.objects.all().delete()
    for day, period, shown in (
        (date(2024, 6, 16), 202406, {0: 1000, PEAK: 300, FLAT: 400, VALLEY: 300, REACTIVE: 200, DEMAND: 1}),
        (date(2024, 7, 16), 202407, {0: 2000, PEAK: 700, FLAT: 800, VALLEY: 500, REACTIVE: 500, DEMAND: 6}),
    ):
        for register, kwh in shown.items():
            months.read_on(point, day, kwh, register, period)
    supply(point, date(2024, 7, 1), capacity_method=CapacityMethod.ACTUAL_DEMAND)
    for month in (202406, 202407):
        sheet.approved(month)
    for period in (202406, 202407):
        months.run(station, period, day=18)

    bill = Bill.objects.get()
    # 60 kW were read behind 10 % of losses: 66 kW are charged on 15 of 30 days.
    assert bill.demand_w == 66_000
    charged = bill.lines.get(component=Component.DEMAND)
    assert (charged.part, charged.quantity) == (2, 66_000 * 15)
    assert (found(shadow(202407)), shadow(202407).equal) == ({}, 1)
    # What a method by demand would take has the losses once, not twice.
    priced = loading.load(builder.ALL, Population(202407, 202407), priced_book())
    assert priced.rows.demand_w.tolist() == [66_000]
