"""Commercial customers in a month: billed by terms and price sheet, or held with reason and remedy."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from diansuo.core.metering.energy import LossMethod
from diansuo.core.tariff.classes import Component, PriceClass
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.office.archive.models import (
    MeteringSide,
    Transformer,
)
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill, PriceSheet
from diansuo.office.billing.sheets import operations as sheets
from diansuo.office.metering.models import Consumption
from tests.office.billing.sheets import sheet
from tests.office.desk import months
from tests.office.desk.commercial_month import DEMAND, amounts, customer, double, held, single
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_prices")]


@pytest.fixture
def station() -> Station:
    return builder.make_station()


def test_a_customer_in_one_part_pays_every_component_of_the_month(station: Station) -> None:
    single(station, "0042")
    sheet.approved(202407)

    assert held(station) == {}
    bill = Bill.objects.get()
    # 10 000 kWh at the sheet's 0.40, 0.015 and 0.03, the sample place's 0.18 and 0.03.
    assert amounts(bill) == {
        (Component.PURCHASE, None): 400_000,
        (Component.UPSTREAM_LOSS, None): 15_000,
        (Component.TRANSMISSION, None): 180_000,
        (Component.SYSTEM_OPERATION, None): 30_000,
        (Component.SURCHARGE, None): 30_000,
    }
    assert (bill.amount_fen, bill.state, bill.unverified) == (655_000, Bill.State.ISSUED, True)


def test_a_customer_in_two_parts_pays_periods_capacity_and_power_factor(station: Station) -> None:
    double(station, "0043")
    sheet.approved(202407)

    assert held(station) == {}
    bill = Bill.objects.get()
    found = amounts(bill)
    assert found[Component.PURCHASE, 1] == 4000 * 64  # 0.40 × 1.6
    assert found[Component.PURCHASE, 3] == 2000 * 20  # 0.40 × 0.5
    assert found[Component.CAPACITY, None] == 250_000  # 100 kVA × 25
    # 10 000 kWh and 3 000 kvarh: cos φ is 0.96, of the standard 0.90 that takes 0.75 % off.
    assert (bill.power_factor, bill.adjustment_rate, bill.reactive_varh) == (96, -75, 3_000_000)
    assert found[Component.POWER_FACTOR, None] < 0
    assert bill.amount_fen == sum(found.values())
    assert bill.rules.filter(rule_id="national/power_factor/adjustment").exists()


def test_the_demand_is_the_value_read_times_the_multiplier(station: Station) -> None:
    point = double(station, "0043", capacity_method=CapacityMethod.ACTUAL_DEMAND)
    months.read(point, 202407, 9, DEMAND)
    months.read(point, 202408, 6.4, DEMAND)
    sheet.approved(202407)

    assert held(station) == {}
    bill = Bill.objects.get()
    assert Consumption.objects.get(period=202408).demand_w == bill.demand_w == 64_000
    assert amounts(bill)[Component.DEMAND, None] == 256_000  # 64 kW × 40


def test_days_a_transformer_was_paused_are_not_charged(station: Station) -> None:
    point = double(station, "0043")
    of_both = {"contract": point.contract, "valid_from": builder.SINCE}
    Transformer.objects.create(number="1", capacity_va=60_000, **of_both)
    Transformer.objects.create(number="2", capacity_va=40_000, valid_to=date(2024, 7, 11), **of_both)
    sheet.approved(202407)

    assert held(station) == {}
    # 60 kVA the whole month and 40 kVA on 10 of 31 days, at 25 yuan.
    assert amounts(Bill.objects.get())[Component.CAPACITY, None] == 182_258


def test_losses_metered_on_the_low_side_are_settled_and_shown(station: Station) -> None:
    by_formula = {"loss_method": LossMethod.FORMULA, "line_loss_ppm": 10_000}
    point = double(station, "0043", metering_side=MeteringSide.HIGH_LOW, **by_formula)
    nameplate = {"p0_w": 200, "pk_w": 1500, "i0_milli_percent": 2200, "uk_milli_percent": 4000, "shifts": 3}
    Transformer.objects.create(
        contract=point.contract, number="1", capacity_va=100_000, valid_from=builder.SINCE, **nameplate
    )
    sheet.approved(202407)

    assert held(station) == {}
    bill = Bill.objects.get()
    assert bill.transformer_loss_wh > 148_000  # at least P0 over 744 hours
    assert abs(bill.line_loss_wh - (10_000_000 + bill.transformer_loss_wh) // 100) <= 10
    assert bill.energy_wh == 10_000_000 + bill.transformer_loss_wh + bill.line_loss_wh


def test_the_rest_of_the_book_is_billed_whatever_a_commercial_customer_lacks(station: Station) -> None:
    months.read(months.opened_household(station, "0041"), 202408, 1200)
    single(station, "0042")

    found = held(station)

    assert set(found) == {"0042"}
    assert Bill.objects.get().contract.customer.number == "0041"
    (words,) = found["0042"]
    assert words.title == "缺价格表"
    assert "代理购电价格" in words.reason
    assert "月度价格表" in words.remedy


@pytest.mark.parametrize(
    ("terms", "title"),
    [
        ({}, "缺计费参数"),
        ({"capacity_method": CapacityMethod.NONE}, "两部制缺容量或计费方式"),
        ({"capacity_method": CapacityMethod.ACTUAL_DEMAND}, "缺最大需量"),
        ({"capacity_method": CapacityMethod.CONTRACT_DEMAND}, "缺合同最大需量"),
        ({"purchase_mode": 1}, "缺市场交易电价"),
        ({"loss_method": LossMethod.FORMULA}, "缺受电变压器"),
        ({"loss_method": LossMethod.TABLE}, "缺受电变压器"),
        ({"loss_method": LossMethod.AGREED_VALUE}, "缺变损参数"),
    ],
)
def test_what_is_missing_holds_the_bill_with_cause_and_remedy(
    station: Station, terms: dict[str, Any], title: str
) -> None:
    if terms:
        double(station, "0043", **terms)
    else:
        customer(station, "0043", PriceClass.COMMERCIAL_TWO_PART)
    sheet.approved(202407)

    (words,) = held(station)["0043"]

    assert words.title == title
    assert words.reason
    assert words.remedy
    assert not Bill.objects.exists()


def test_registers_by_period_that_are_missing_hold_a_customer_on_time_of_use(station: Station) -> None:
    customer(station, "0042", PriceClass.COMMERCIAL_SINGLE_PART, registers=False, time_of_use=True)
    sheet.approved(202407)

    assert {words.title for words in held(station)["0042"]} == {"缺分时示数"}


def test_a_standard_without_reactive_registers_holds_the_bill(station: Station) -> None:
    customer(station, "0042", PriceClass.COMMERCIAL_SINGLE_PART, registers=False, power_factor_standard=85)
    sheet.approved(202407)

    assert [words.title for words in held(station)["0042"]] == ["缺无功示数"]


def test_a_sheet_approved_later_lets_the_month_be_billed(station: Station) -> None:
    single(station, "0042")
    assert set(held(station)) == {"0042"}
    sheet.approved(202407)

    job = months.run(station, 202408)

    assert months.reasons(job) == {}
    assert Bill.objects.get().amount_fen == 655_000


def test_a_sheet_that_an_issued_bill_used_stays(station: Station) -> None:
    single(station, "0042")
    made = sheet.approved(202407)
    held(station)

    with pytest.raises(sheets.UnableToDo, match="已有 1 份发行的账单"):
        sheets.withdraw(made, user=sheet.person("head"), now=sheet.NOW)
    assert PriceSheet.objects.get().state == PriceSheet.State.APPROVED


def test_customers_without_terms_settle_their_own_energy_month_by_month(station: Station) -> None:
    point = customer(station, "0043", PriceClass.COMMERCIAL_TWO_PART)
    months.read(point, 202409, 2600)
    held(station)
    months.run(station, 202409)

    energy = Consumption.objects.filter(point=point).order_by("period").values_list("period", "total_wh")
    assert dict(energy)[202409] == 6_000_000


def test_the_page_of_a_bill_shows_every_line_with_its_unit_and_its_doubts(
    station: Station, admin_client: Client
) -> None:
    double(station, "0043")
    sheet.approved(202407)
    held(station)

    page = admin_client.get(f"/bills/{Bill.objects.get().pk}/").content.decode()

    for words in (
        "代理购电电费（峰）",
        "容量电费",
        "合同容量",
        "功率因数调整电费",
        "-0.75",
        "3,000.00 kvarh",
        "标▲的数值还没有与公布文件核对",
    ):
        assert words in page, words
    assert "未核对" in admin_client.get("/bills/2024-08/").content.decode()
