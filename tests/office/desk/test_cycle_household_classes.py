"""Households whose class changes inside a month, and what becomes of their year."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from diansuo.core.metering import Purpose, Register
from diansuo.core.tariff import Component, PriceClass
from diansuo.office.archive.models import (
    ContractTerm,
    Meter,
)
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill, BillPart
from diansuo.office.metering.models import Finding, RegisterReading
from tests.office.billing.test_price_change import freeze
from tests.office.desk.household_months import bill, closes, known_year, lay_down, lines, month
from tests.office.desk.months import opened_household, read, run
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judged")]


@pytest.fixture
def station() -> Station:
    return builder.make_station()


@pytest.fixture
def terms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lay_down(monkeypatch, tmp_path)


def test_a_change_within_the_period_divides_the_bill_by_days(station: Station) -> None:
    point = opened_household(station, "01")
    known_year(point, 0)
    run(station, 202407)
    ContractTerm.objects.get(contract=point.contract).change_from(
        date(2024, 7, 16), price_class=int(PriceClass.RESIDENTIAL_SHARED)
    )
    month(station, point, 202408, 1310)
    one = bill(202408)
    assert one.price_class == PriceClass.RESIDENTIAL_SHARED
    assert list(
        one.parts.order_by("part").values_list("price_class", "energy_wh", "by_days", "months_in_year")
    ) == [
        (PriceClass.RESIDENTIAL_STEPS, 150_000, True, 7),
        (PriceClass.RESIDENTIAL_SHARED, 160_000, True, 12),
    ]
    assert [line[2:] for line in lines(one)] == [(150_000, 8_400), (160_000, 9_088)]
    assert one.counted_wh == 150_000


def test_a_daily_freeze_of_the_day_of_change_divides_it(station: Station) -> None:
    point = opened_household(station, "01")
    freeze(station, point, {date(2024, 7, 1): 1000, date(2024, 7, 16): 1200})
    run(station, 202407)
    ContractTerm.objects.get(contract=point.contract).change_from(
        date(2024, 7, 16), price_class=int(PriceClass.RESIDENTIAL_SHARED)
    )
    month(station, point, 202408, 1310)
    assert list(BillPart.objects.order_by("part").values_list("energy_wh", "by_days")) == [
        (200_000, False),
        (110_000, False),
    ]


def test_a_reading_of_the_day_of_change_divides_it_before_any_freeze(station: Station) -> None:
    point = opened_household(station, "01")
    freeze(station, point, {date(2024, 7, 1): 1000, date(2024, 7, 16): 1200})
    RegisterReading.objects.create(
        point=point, meter=Meter.objects.get(installations__point=point), register=0, read_date=date(2024, 7, 16),
        register_wh=1_250_000, purpose=Purpose.SPECIAL,
    )  # fmt: skip
    run(station, 202407)
    ContractTerm.objects.get(contract=point.contract).change_from(
        date(2024, 7, 16), price_class=int(PriceClass.RESIDENTIAL_SHARED)
    )
    month(station, point, 202408, 1310)
    assert list(BillPart.objects.order_by("part").values_list("energy_wh", "by_days")) == [
        (250_000, False),
        (60_000, False),
    ]


def test_from_steps_to_peak_and_valley_the_year_goes_on(station: Station) -> None:
    point = opened_household(station, "01")
    known_year(point, 2000)
    for period, peak, valley in ((202407, 600, 400), (202408, 786, 524)):
        read(point, period, peak, register=Register.ACTIVE_PEAK)
        read(point, period, valley, register=Register.ACTIVE_VALLEY)
    run(station, 202407)
    ContractTerm.objects.get(contract=point.contract).change_from(
        date(2024, 7, 16), price_class=int(PriceClass.RESIDENTIAL_STEPS_TOU)
    )
    month(station, point, 202408, 1310)
    one = bill(202408)
    assert list(one.parts.order_by("part").values_list("year_to_date_wh", flat=True)) == [
        2_000_000,
        2_150_000,
    ]
    assert one.months_in_year == 12
    assert not one.lines.filter(component=Component.CORRECTION).exists()
    assert one.lines.get(component=Component.STEP).quantity == 150_000
    assert one.counted_wh == 310_000


def test_from_shared_to_steps_the_year_begins_with_the_month_of_the_change(station: Station) -> None:
    point = opened_household(station, "01", price_class=PriceClass.RESIDENTIAL_SHARED)
    run(station, 202407)
    ContractTerm.objects.get(contract=point.contract).change_from(
        date(2024, 8, 1), price_class=int(PriceClass.RESIDENTIAL_STEPS)
    )
    month(station, point, 202408, 3000)
    month(station, point, 202409, 3100)
    assert bill(202408).counted_wh == 0
    assert (bill(202409).year_to_date_wh, bill(202409).months_in_year) == (0, 5)
    assert bill(202409).year_opening_known
    month(station, point, 202410, 3200)
    assert bill(202410).year_to_date_wh == 100_000


def test_from_steps_to_a_business_the_last_bill_of_the_household_settles_the_year(station: Station) -> None:
    point = opened_household(station, "01")
    known_year(point, 1300)
    run(station, 202407)
    ContractTerm.objects.get(contract=point.contract).change_from(
        date(2024, 8, 1), price_class=int(PriceClass.COMMERCIAL_SINGLE_PART)
    )
    month(station, point, 202408, 1100)
    last = bill(202408)
    assert last.price_class == PriceClass.RESIDENTIAL_STEPS
    assert last.months_in_year == 7
    assert lines(last)[-1] == (Component.CORRECTION, 2, 40_000, 200)


def test_a_year_of_a_divided_bill_settles_to_the_fen_when_it_closes(station: Station) -> None:
    point = opened_household(station, "01")
    known_year(point, 0)
    run(station, 202407)
    ContractTerm.objects.get(contract=point.contract).change_from(
        date(2024, 7, 16), price_class=int(PriceClass.RESIDENTIAL_STEPS_TOU)
    )
    for period, peak, valley in ((202407, 600, 400), (202408, 1600, 1050)):
        read(point, period, peak, register=Register.ACTIVE_PEAK)
        read(point, period, valley, register=Register.ACTIVE_VALLEY)
    month(station, point, 202408, 2650)
    closes(point, date(2024, 8, 11), 2750, 202409)
    for register, kwh in ((Register.ACTIVE_PEAK, 1660), (Register.ACTIVE_VALLEY, 1090)):
        RegisterReading.objects.create(
            point=point, meter=Meter.objects.get(installations__point=point), register=register,
            read_date=date(2024, 8, 11), register_wh=kwh * 1000, period=202409, purpose=Purpose.FINAL,
        )  # fmt: skip
    run(station, 202409)
    of_steps = Bill.objects.values_list("lines__component", "lines__amount_fen")
    counted = (Component.BASE, Component.STEP, Component.CORRECTION)
    assert sum(amount for component, amount in of_steps if component in counted) == 1750 * 56 + 310 * 5


def test_a_change_of_the_choice_within_its_lock_is_a_warning_and_the_bill_goes_on(station: Station) -> None:
    point = opened_household(station, "01")
    term = ContractTerm.objects.get(contract=point.contract)
    chosen = term.change_from(date(2024, 3, 1), price_class=int(PriceClass.RESIDENTIAL_STEPS_TOU))
    chosen.change_from(date(2024, 8, 1), price_class=int(PriceClass.RESIDENTIAL_STEPS))
    for period, peak, valley in ((202407, 600, 400), (202408, 660, 440)):
        read(point, period, peak, register=Register.ACTIVE_PEAK)
        read(point, period, valley, register=Register.ACTIVE_VALLEY)
    run(station, 202407)
    month(station, point, 202408, 1100)
    month(station, point, 202409, 1200)
    found = Finding.objects.filter(rule="B-TIME-OF-USE-LOCK")
    assert [(one.period, one.severity) for one in found] == [(202409, Finding.Severity.WARNING)]
    assert Bill.objects.filter(state=Bill.State.ISSUED).count() == 2
