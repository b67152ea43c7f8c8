"""Irrigation that stands idle for months, and charging points whose class contradicts where they stand."""

from __future__ import annotations

from datetime import date

import pytest

from diansuo.core.metering.energy import month_set
from diansuo.core.tariff import PriceClass
from diansuo.core.tariff.charging import ChargingSituation
from diansuo.office.archive.models import UseTerm
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill
from diansuo.office.desk import queries
from diansuo.office.metering import columns
from diansuo.office.metering.models import Finding
from tests.office.desk.months import opened_household, read, reasons, run
from tests.office.metering import builder

pytestmark = pytest.mark.django_db

IDLE_SINCE = date(2024, 1, 1)


@pytest.fixture
def station() -> Station:
    return builder.make_station()


def test_in_an_idle_month_nobody_is_due_and_nothing_is_missed(station: Station) -> None:
    point = opened_household(station, "01", price_class=PriceClass.RESIDENTIAL_SHARED)
    UseTerm.objects.create(contract=point.contract, valid_from=IDLE_SINCE, idle_months=month_set(7))
    run(station, 202407)
    job = run(station, 202408)
    assert columns.count_due(station.pk, 202408) == 0
    assert reasons(job) == {}

    read(point, 202409, 1100)
    run(station, 202409)
    assert (Bill.objects.get().from_date, Bill.objects.get().to_date) == (date(2024, 7, 1), date(2024, 9, 1))


def test_an_idle_month_that_was_read_is_settled_and_its_zero_is_no_finding(station: Station) -> None:
    point = opened_household(station, "01", price_class=PriceClass.RESIDENTIAL_SHARED)
    UseTerm.objects.create(contract=point.contract, valid_from=IDLE_SINCE, idle_months=month_set(7))
    run(station, 202407)
    read(point, 202408, 1000)
    run(station, 202408)
    assert Bill.objects.get().energy_wh == 0
    assert not Finding.objects.filter(rule="R-ZERO").exists()


def test_a_working_month_that_is_not_read_is_missed_as_ever(station: Station) -> None:
    point = opened_household(station, "01", price_class=PriceClass.RESIDENTIAL_SHARED)
    UseTerm.objects.create(contract=point.contract, valid_from=IDLE_SINCE, idle_months=month_set(1, 2))
    run(station, 202407)
    assert reasons(run(station, 202408)) == {"01": ["漏抄"]}


@pytest.mark.parametrize(
    ("price_class", "remarked"),
    [(PriceClass.RESIDENTIAL_STEPS, True), (PriceClass.RESIDENTIAL_SHARED, False)],
)
def test_a_charging_point_of_another_class_is_remarked_and_billed(
    station: Station, price_class: PriceClass, remarked: bool
) -> None:
    point = opened_household(station, "01", price_class=price_class)
    UseTerm.objects.create(
        contract=point.contract,
        valid_from=IDLE_SINCE,
        charging_situation=int(ChargingSituation.HOUSEHOLD_OWN_ACCOUNT),
    )
    run(station, 202407)
    read(point, 202408, 1100)
    job = run(station, 202408)
    assert Bill.objects.get().state == Bill.State.ISSUED
    assert Finding.objects.filter(rule="B-CHARGING-CLASS", severity=1).exists() == remarked
    assert queries.held(builder.ALL, job_id=job.pk) == [] or not remarked
