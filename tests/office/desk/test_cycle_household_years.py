"""Households whose year ends or begins within it: contracts that close, owners that change."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from diansuo.core.tariff import Component
from diansuo.office.archive.models import (
    Contract,
)
from diansuo.office.base.models import Station, User
from diansuo.office.billing.models import Bill, BillPart
from tests.office.desk.household_months import bill, closes, known_year, lay_down, lines, month
from tests.office.desk.months import opened_household, read, reasons, run
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judged")]


@pytest.fixture
def station() -> Station:
    return builder.make_station()


@pytest.fixture
def terms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lay_down(monkeypatch, tmp_path)


def test_a_contract_closed_within_the_period_has_a_last_bill_that_settles_the_year(station: Station) -> None:
    point = opened_household(station, "01")
    known_year(point, 1000)
    run(station, 202407)
    month(station, point, 202408, 1600)
    closes(point, date(2024, 8, 20), 1800, 202409)
    run(station, 202409)

    last = bill(202409)
    # Eight months: 1440 and 2080 kWh. Before: 1000 + 600 at step 1; now 160 of it lie in step 2, and all 200 kWh too.
    assert (last.from_date, last.to_date, last.months_in_year) == (date(2024, 8, 1), date(2024, 8, 20), 8)
    assert lines(last) == [
        (Component.BASE, 1, 200_000, 11_200),
        (Component.STEP, 2, 200_000, 1_000),
        (Component.CORRECTION, 2, 160_000, 800),
    ]
    assert last.amount_fen == 13_000
    client = Client()
    client.force_login(User.objects.create_superuser("head"))
    page = client.get(reverse("bill", args=[last.pk])).content.decode()
    assert "年度清算（第2档）" in page
    assert "按 8 个月" in page


def test_the_year_of_a_closed_contract_costs_what_it_would_have_cost_if_known(station: Station) -> None:
    known, late = opened_household(station, "01"), opened_household(station, "02")
    for point in (known, late):
        known_year(point)
    run(station, 202407)
    for point in (known, late):
        read(point, 202408, 3000)
    run(station, 202408)
    closes(late, date(2024, 8, 11), 3300, 202409)
    read(known, 202409, 3300)
    run(station, 202409)
    year = sum(Bill.objects.filter(contract=late.contract).values_list("amount_fen", flat=True))
    # 2300 kWh in eight months: 1440, 2080
    assert year == 2300 * 56 + 640 * 5 + 220 * 30


def test_a_place_that_does_not_settle_anew_leaves_the_last_bill_its_whole_year(
    station: Station, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lay_down(monkeypatch, tmp_path, closing_tier_year="as_billed")
    point = opened_household(station, "01")
    known_year(point, 1600)
    run(station, 202407)
    closes(point, date(2024, 7, 20), 1200, 202408)
    run(station, 202408)
    assert lines(bill(202408)) == [(Component.BASE, 1, 200_000, 11_200)]


def test_a_closed_contract_is_not_due_in_the_months_after(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    closes(point, date(2024, 7, 20), 1200, 202408)
    run(station, 202408)
    assert builder.settle(station, 202409)["due"] == 0


def test_a_last_bill_can_be_run_again_before_it_is_issued(station: Station) -> None:
    point = opened_household(station, "01")
    known_year(point, 1600)
    run(station, 202407)
    closes(point, date(2024, 7, 20), 1200, 202408)
    run(station, 202408, until="audit")
    first = lines(bill(202408))
    run(station, 202408)
    assert lines(bill(202408)) == first
    assert bill(202408).state == Bill.State.ISSUED


def test_a_transfer_the_place_says_nothing_of_holds_the_customer(station: Station) -> None:
    point = opened_household(station, "01")
    Contract.objects.filter(pk=point.contract_id).update(transferred_date=date(2024, 7, 10))
    run(station, 202407)
    job = month(station, point, 202408, 1100)
    assert reasons(job) == {"01": ["规则未录入"]}


def test_the_year_goes_on_after_a_transfer_where_the_place_says_so(
    station: Station, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lay_down(monkeypatch, tmp_path, transfer_of_ownership="continue")
    point = opened_household(station, "01")
    known_year(point, 2100)
    Contract.objects.filter(pk=point.contract_id).update(transferred_date=date(2024, 7, 10))
    run(station, 202407)
    month(station, point, 202408, 1100)
    assert not BillPart.objects.exists()
    assert lines(bill(202408))[1] == (Component.STEP, 2, 40_000, 200)


@pytest.mark.usefixtures("terms")
def test_a_restart_closes_the_former_owner_and_opens_the_new_one(station: Station) -> None:
    point = opened_household(station, "01")
    known_year(point, 1260)
    Contract.objects.filter(pk=point.contract_id).update(transferred_date=date(2024, 8, 1))
    run(station, 202407)
    month(station, point, 202408, 1100)
    month(station, point, 202409, 1200)
    # Seven months of the former owner: 1260 kWh are used up, all 100 kWh lie in step 2.
    assert bill(202408).months_in_year == 7
    assert lines(bill(202408))[1] == (Component.STEP, 2, 100_000, 500)
    assert (bill(202409).months_in_year, bill(202409).year_to_date_wh) == (5, 0)
