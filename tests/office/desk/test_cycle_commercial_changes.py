"""Commercial months that a price or the customer's terms divide: by the daily freeze if there is one, else by days."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from diansuo.core.metering.energy import LossMethod
from diansuo.core.tariff.classes import Component, PriceClass, VoltageClass
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.office.archive.models import ContractTerm, MarketPrice, MeteringPoint, SupplyTerm
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill, BillPart
from diansuo.office.metering.models import Finding
from tests.office.billing.sheets import sheet
from tests.office.desk import months
from tests.office.desk.commercial_month import (
    FLAT,
    PEAK,
    REACTIVE,
    VALLEY,
    amounts,
    demands,
    double,
    freeze,
    held,
    single,
)
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_prices", "judged")]

MIDDLE = date(2024, 7, 16)
START = {"active_total_wh": 1000, "active_peak_wh": 300, "active_flat_wh": 400, "active_valley_wh": 300}
AT_MIDDLE = {"active_total_wh": 1600, "active_peak_wh": 500, "active_flat_wh": 700, "active_valley_wh": 400}


@pytest.fixture
def station() -> Station:
    return builder.make_station()


def supply(point: MeteringPoint, day: date = MIDDLE, **changed: Any) -> None:
    SupplyTerm.objects.get(contract=point.contract).change_from(day, **changed)


def contract(point: MeteringPoint, day: date = MIDDLE, **changed: Any) -> None:
    ContractTerm.objects.get(contract=point.contract).change_from(day, **changed)


def parts() -> list[tuple[int, bool]]:
    return list(BillPart.objects.order_by("part").values_list("energy_wh", "by_days"))


def of_part(bill: Bill, part: int) -> dict[tuple[int, int | None], int]:
    return {(line.component, line.band): line.amount_fen for line in bill.lines.filter(part=part)}


def titles(station: Station) -> list[str]:
    found = [words.title for words in held(station)["0043"]]
    assert not Bill.objects.exists()
    return found


def test_a_voltage_that_changes_prices_each_part_by_its_own(station: Station) -> None:
    point = single(station, "0043")
    contract(point, voltage_class=VoltageClass.KV_35)
    sheet.approved(202407)

    assert held(station) == {}
    # 10 000 kWh on 15 and 16 of 31 days; the rest of the division stays with the old part.
    assert parts() == [(4_838_710, True), (5_161_290, True)]
    bill = Bill.objects.get()
    assert of_part(bill, 1)[Component.TRANSMISSION, None] == 87_097  # 4 838.71 × 0.18
    assert of_part(bill, 2)[Component.TRANSMISSION, None] == 82_581  # 5 161.29 × 0.16


def test_the_daily_freeze_divides_before_days_do_period_by_period(station: Station) -> None:
    point = double(station, "0043")
    supply(point, power_factor_standard=85)
    freeze(station, point, {date(2024, 7, 1): START, MIDDLE: AT_MIDDLE})
    sheet.approved(202407)

    assert held(station) == {}
    assert parts() == [(6_000_000, False), (4_000_000, False)]
    bill = Bill.objects.get()
    peaks = [of_part(bill, part)[Component.PURCHASE, 1] for part in (1, 2)]
    assert peaks == [2000 * 64, 2000 * 64]
    valleys = [of_part(bill, part)[Component.PURCHASE, 3] for part in (1, 2)]
    assert valleys == [1000 * 20, 1000 * 20]


def test_a_freeze_without_every_register_leaves_it_to_days(station: Station) -> None:
    point = double(station, "0043")
    supply(point, power_factor_standard=85)
    total = {"active_total_wh"}
    bare = [{name: kwh for name, kwh in one.items() if name in total} for one in (START, AT_MIDDLE)]
    freeze(station, point, {date(2024, 7, 1): bare[0], MIDDLE: bare[1]})
    sheet.approved(202407)

    assert held(station) == {}
    assert all(by_days for _energy, by_days in parts())


def test_a_reading_of_the_day_divides_as_a_freeze_does(station: Station) -> None:
    point = double(station, "0043")
    supply(point, power_factor_standard=85)
    for register, kwh in ((0, 1600), (PEAK, 500), (FLAT, 700), (VALLEY, 400), (REACTIVE, 300)):
        months.read_on(point, MIDDLE, kwh, register)
    sheet.approved(202407)

    assert held(station) == {}
    assert parts() == [(6_000_000, False), (4_000_000, False)]


def test_losses_are_divided_as_the_frozen_energy_is(station: Station) -> None:
    agreed = {"loss_method": LossMethod.AGREED_RATIO, "agreed_ratio_ppm": 100_000}
    point = single(station, "0043", **agreed)
    contract(point, voltage_class=VoltageClass.KV_35)
    freeze(station, point, {date(2024, 7, 1): START, MIDDLE: AT_MIDDLE})
    sheet.approved(202407)

    assert held(station) == {}
    assert parts() == [(6_600_000, False), (4_400_000, False)]


def test_each_part_is_adjusted_by_its_own_standard_and_the_power_factor_of_the_month(
    station: Station,
) -> None:
    supply(double(station, "0043"), power_factor_standard=0)
    sheet.approved(202407)

    assert held(station) == {}
    bill = Bill.objects.get()
    first, second = of_part(bill, 1), of_part(bill, 2)
    base = sum(fen for (component, _band), fen in first.items() if component not in (9, 12, 13))
    adjusted = [line for line in bill.lines.all() if line.component == Component.POWER_FACTOR]
    assert [line.part for line in adjusted] == [1]
    assert adjusted[0].quantity <= base
    assert (Component.POWER_FACTOR, None) not in second
    assert second[Component.CAPACITY, None] == 129_032  # 100 kVA × 25 × 16/31


def test_a_customer_that_becomes_two_part_pays_the_charge_from_that_day_on(station: Station) -> None:
    point = single(station, "0043", capacity_method=CapacityMethod.CAPACITY)
    contract(point, price_class=PriceClass.COMMERCIAL_TWO_PART)
    sheet.approved(202407)

    assert held(station) == {}
    bill = Bill.objects.get()
    assert (Component.CAPACITY, None) not in of_part(bill, 1)
    assert of_part(bill, 2)[Component.CAPACITY, None] == 129_032
    assert of_part(bill, 2)[Component.TRANSMISSION, None] == 67_097  # 5 161.29 × 0.13


def test_a_method_changes_with_a_quarter_and_on_no_other_day(station: Station) -> None:
    point = double(station, "0043")
    demands(point, 6.4)
    supply(point, capacity_method=CapacityMethod.ACTUAL_DEMAND)
    sheet.approved(202407)

    assert titles(station) == ["计费方式未按季变更"]


def test_a_method_that_begins_with_a_month_off_quarter_is_told_and_billed(station: Station) -> None:
    point = double(station, "0043")
    builder_day = date(2024, 7, 1)
    supply(point, builder_day, capacity_method=CapacityMethod.ACTUAL_DEMAND)
    demands(point, 6.4)
    sheet.approved(202407)

    assert held(station) == {}
    assert not Finding.objects.filter(rule="B-METHOD-CHANGE-WITHIN-QUARTER").exists()
    assert amounts(Bill.objects.get())[Component.DEMAND, None] == 256_000


def test_a_contract_demand_changes_with_a_month_only(station: Station) -> None:
    terms = {"capacity_method": CapacityMethod.CONTRACT_DEMAND, "contract_demand_w": 60_000}
    point = double(station, "0043", **terms)
    demands(point, 6.4)
    supply(point, contract_demand_w=70_000)
    sheet.approved(202407)

    assert titles(station) == ["合同需量未按月变更"]


def test_capacity_that_changes_under_a_demand_waits_for_the_rule(station: Station) -> None:
    terms = {"capacity_method": CapacityMethod.CONTRACT_DEMAND, "contract_demand_w": 60_000}
    point = double(station, "0043", **terms)
    demands(point, 6.4)
    contract(point, capacity_va=160_000)
    sheet.approved(202407)

    (words,) = held(station)["0043"]
    assert words.title == "规则未定"
    assert "demand_part_month" in words.reason


def test_capacity_of_the_contract_is_charged_by_the_days_it_held(station: Station) -> None:
    contract(double(station, "0043"), capacity_va=160_000)
    sheet.approved(202407)

    assert held(station) == {}
    bill = Bill.objects.get()
    assert of_part(bill, 1)[Component.CAPACITY, None] == 120_968  # 100 kVA × 25 × 15/31
    assert of_part(bill, 2)[Component.CAPACITY, None] == 206_452  # 160 kVA × 25 × 16/31


def test_terms_of_the_losses_that_change_inside_the_month_hold_the_bill(station: Station) -> None:
    supply(double(station, "0043"), line_loss_ppm=20_000)
    sheet.approved(202407)

    assert titles(station) == ["账期内变更变损参数"]


def test_terms_that_change_nothing_of_the_bill_divide_nothing(station: Station) -> None:
    supply(double(station, "0043"), metering_side=2)
    sheet.approved(202407)

    assert held(station) == {}
    assert parts() == []


def prices(folder: Path, *rows: tuple[str, ...]) -> Path:
    headings = ("用户编号", "用电月份", "平电价", "峰电价", "谷电价")
    return builder.write_csv(
        folder / "市场电价.csv", headings, [dict(zip(headings, row, strict=True)) for row in rows]
    )


def test_a_market_customer_pays_the_price_of_the_month(station: Station, tmp_path: Path) -> None:
    single(station, "0042", purchase_mode=1, market_price_nano=500_000_000)
    builder.bring_in("market_prices", prices(tmp_path, ("0042", "202407", "0.41", "", "")))
    sheet.approved(202407)

    assert held(station) == {}
    assert amounts(Bill.objects.get())[Component.PURCHASE, None] == 410_000


def test_without_a_price_for_the_month_the_one_of_the_archive_holds(station: Station, tmp_path: Path) -> None:
    single(station, "0042", purchase_mode=1, market_price_nano=500_000_000)
    builder.bring_in("market_prices", prices(tmp_path, ("0042", "202406", "0.41", "", "")))
    sheet.approved(202407)

    assert held(station) == {}
    assert amounts(Bill.objects.get())[Component.PURCHASE, None] == 500_000


def test_market_prices_that_change_are_changed_and_named_twice_refused(
    station: Station, tmp_path: Path
) -> None:
    single(station, "0042", purchase_mode=1)
    builder.bring_in("market_prices", prices(tmp_path, ("0042", "202407", "0.41", "0.6", "0.2")))
    builder.bring_in("market_prices", prices(tmp_path, ("0042", "202407", "0.42", "0.6", "0.2")))
    held_price = MarketPrice.objects.get()
    assert (held_price.flat_nano, held_price.peak_nano, held_price.sharp_nano) == (
        420_000_000,
        600_000_000,
        None,
    )

    twice = prices(tmp_path, ("0042", "202408", "0.4", "", ""), ("0042", "202408", "0.5", "", ""))
    batch, _plan = builder.preview("market_prices", twice)
    assert batch.counts["refused"] == 1
    unknown, _plan = builder.preview("market_prices", prices(tmp_path, ("9999", "202408", "0.4", "", "")))
    assert unknown.counts["refused"] == 1


def test_a_purchase_that_goes_to_market_inside_the_month_is_divided(station: Station) -> None:
    supply(single(station, "0043"), purchase_mode=1, market_price_nano=300_000_000)
    sheet.approved(202407)

    assert held(station) == {}
    bill = Bill.objects.get()
    assert of_part(bill, 1)[Component.PURCHASE, None] == 193_548  # 4 838.71 × 0.40
    assert of_part(bill, 2)[Component.PURCHASE, None] == 154_839  # 5 161.29 × 0.30
