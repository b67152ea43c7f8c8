"""Households with more than a class: many persons, heating, free energy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from diansuo.core.tariff import Component, PriceClass
from diansuo.office.archive.models import (
    HouseholdTerm,
)
from diansuo.office.base.models import Station, User
from diansuo.office.billing.models import Bill, BillRefund
from tests.office.desk.household_months import bill, has, known_year, lay_down, lines, month
from tests.office.desk.months import opened_household, read, reasons, run
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judged")]


@pytest.fixture
def station() -> Station:
    return builder.make_station()


@pytest.fixture
def terms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lay_down(monkeypatch, tmp_path)


@pytest.mark.usefixtures("terms")
def test_a_household_of_many_persons_has_higher_limits_for_its_months(station: Station) -> None:
    point = opened_household(station, "01")
    known_year(point, 2000)
    has(point, date(2024, 6, 15), persons=6)
    run(station, 202407)
    month(station, point, 202408, 2000)

    one = bill(202408)
    # June to December: 7 months; the first limit is 2160 + 700 kWh, and the year stands at 3000.
    assert (one.persons, one.persons_months) == (6, 7)
    assert lines(one)[1] == (Component.STEP, 2, 140_000, 700)
    assert [each.rule_id for each in one.rules.all()] == ["province/henan/residential_terms"]


@pytest.mark.usefixtures("terms")
def test_fewer_persons_than_the_place_asks_for_change_nothing(station: Station) -> None:
    point = opened_household(station, "01")
    has(point, persons=4)
    run(station, 202407)
    month(station, point, 202408, 1100)
    assert (bill(202408).persons_months, bill(202408).rules.count()) == (0, 0)


@pytest.mark.usefixtures("terms")
def test_electric_heating_raises_the_limits_for_the_months_of_the_season(station: Station) -> None:
    point = opened_household(station, "01")
    known_year(point, 2000)
    has(point, electric_heating=True)
    run(station, 202407)
    month(station, point, 202408, 1500)
    # January to March, November, December: 5 x 50 kWh more; 2500 lies 90 beyond 2410.
    assert bill(202408).heating_months == 5
    assert lines(bill(202408))[1] == (Component.STEP, 2, 90_000, 450)


@pytest.mark.usefixtures("terms")
def test_free_energy_stands_on_the_bill_for_each_month_settled(station: Station) -> None:
    point = opened_household(station, "01")
    has(point, free_energy=HouseholdTerm.FreeEnergy.LOW_INCOME)
    run(station, 202407)
    run(station, 202408)  # nobody read it
    month(station, point, 202409, 1100)
    one = bill(202409)
    assert one.free_months == 2
    assert lines(one)[-1] == (Component.FREE_ENERGY, 1, 20_000, -1_120)
    assert one.amount_fen == 5_600 - 1_120
    assert one.counted_wh == one.energy_wh


def test_free_energy_paid_back_later_is_owed_beside_the_bill(
    station: Station, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lay_down(
        monkeypatch, tmp_path, free_energy_form="refund_later", free_energy_counts_in_steps="not_counted"
    )
    point = opened_household(station, "01")
    has(point, free_energy=HouseholdTerm.FreeEnergy.FIVE_GUARANTEES)
    run(station, 202407)
    month(station, point, 202408, 1100)
    month(station, point, 202409, 1200)

    assert bill(202408).amount_fen == 5_600
    assert (bill(202408).counted_wh, bill(202409).year_to_date_wh) == (90_000, 90_000)
    owed = BillRefund.objects.get(bill=bill(202408))
    assert (owed.component, owed.quantity_wh, owed.amount_fen) == (Component.FREE_ENERGY, 10_000, -560)
    client = Client()
    client.force_login(User.objects.create_superuser("head"))
    page = client.get(reverse("bill", args=[bill(202408).pk])).content.decode()
    owed_beside = page.partition("先征后返")[2]
    assert "5.60" in owed_beside
    assert "数量 × 单价，四舍五入到分" in owed_beside


def test_what_the_place_does_not_say_holds_the_household_and_nobody_else(station: Station) -> None:
    poor, plain = opened_household(station, "01"), opened_household(station, "02")
    has(poor, free_energy=HouseholdTerm.FreeEnergy.LOW_INCOME)
    run(station, 202407)
    read(poor, 202408, 1100)
    job = month(station, plain, 202408, 1100)
    assert list(Bill.objects.values_list("contract", flat=True)) == [plain.contract_id]
    assert reasons(job) == {"01": ["规则未录入"]}


@pytest.mark.usefixtures("terms")
def test_what_is_only_for_steps_holds_a_shared_meter_that_has_it(station: Station) -> None:
    point = opened_household(station, "01", price_class=PriceClass.RESIDENTIAL_SHARED)
    has(point, persons=6)
    run(station, 202407)
    job = month(station, point, 202408, 1100)
    assert reasons(job) == {"01": ["无阶梯可加"]}
