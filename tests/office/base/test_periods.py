"""Periods are half-open; the database itself keeps two of them apart, whatever was done to its tables."""

from __future__ import annotations

from datetime import date

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive import operations
from diansuo.office.archive.models import ContractTerm, MeterInstallation
from diansuo.office.archive.operations import NewCustomer
from diansuo.office.base import period_guards
from diansuo.office.base.models import Company, Station
from diansuo.office.base.periods import UnableToChange

pytestmark = pytest.mark.django_db

START, CHANGE, END = date(2024, 1, 1), date(2024, 7, 1), date(2025, 1, 1)


@pytest.fixture
def term() -> ContractTerm:
    station = Station.objects.create(company=Company.objects.create(name="公司"), name="供电所")
    new = NewCustomer("001", "张三", "m1", PriceClass.RESIDENTIAL_STEPS)
    operations.register_customer(station, new, valid_from=START)
    return ContractTerm.objects.get()


def _insert_raw(contract_id: int, valid_from: date, valid_to: date | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO archive_contractterm (contract_id, price_class, voltage_class, valid_from, valid_to)"
            " VALUES (%s, 1, 1, %s, %s)",
            [contract_id, valid_from, valid_to],
        )


def test_a_period_begins_on_its_first_day_and_has_ended_on_its_last(term: ContractTerm) -> None:
    term.change_from(CHANGE, price_class=PriceClass.RESIDENTIAL_STEPS_TOU)

    held = {
        day: ContractTerm.objects.in_force(day).values_list("price_class", flat=True)
        for day in (START, CHANGE)
    }
    assert {day: list(classes) for day, classes in held.items()} == {START: [1], CHANGE: [2]}
    assert not ContractTerm.objects.in_force(date(2023, 12, 31)).exists()
    assert ContractTerm.objects.touching(START, CHANGE).count() == 1
    assert ContractTerm.objects.touching(START, date(2024, 7, 2)).count() == 2


def test_a_change_inside_a_closed_period_keeps_its_end(term: ContractTerm) -> None:
    term.change_from(END, capacity_va=9000)
    term.change_from(CHANGE, capacity_va=7000)

    rows = ContractTerm.objects.order_by("valid_from").values_list("capacity_va", "valid_from", "valid_to")
    assert list(rows) == [(None, START, CHANGE), (7000, CHANGE, END), (9000, END, None)]


@pytest.mark.parametrize("day", [START, date(2023, 1, 1), END, date(2026, 1, 1)])
def test_a_change_outside_the_period_or_on_its_first_day_is_refused(day: date, term: ContractTerm) -> None:
    term.change_from(END, capacity_va=9000)
    before = list(ContractTerm.objects.values_list())

    with pytest.raises(UnableToChange):
        term.change_from(day, capacity_va=1)

    assert list(ContractTerm.objects.values_list()) == before


@pytest.mark.parametrize(
    ("start", "end"), [(START, None), (date(2023, 1, 1), date(2024, 1, 2)), (CHANGE, END)]
)
def test_an_overlap_written_past_every_layer_is_refused(
    start: date, end: date | None, term: ContractTerm
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        _insert_raw(term.contract_id, start, end)

    assert ContractTerm.objects.count() == 1


def test_periods_that_touch_do_not_overlap(term: ContractTerm) -> None:
    _insert_raw(term.contract_id, date(2023, 1, 1), START)

    assert ContractTerm.objects.count() == 2


def test_a_period_cannot_be_stretched_over_its_neighbour(term: ContractTerm) -> None:
    term.change_from(CHANGE, capacity_va=9000)

    with pytest.raises(IntegrityError), transaction.atomic():
        ContractTerm.objects.filter(valid_from=START).update(valid_to=END)


def test_a_period_that_ends_before_it_begins_is_refused(term: ContractTerm) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        _insert_raw(term.contract_id, END, START)


def test_one_meter_cannot_measure_two_points_at_a_time(term: ContractTerm) -> None:
    station = Station.objects.get()
    new = NewCustomer("002", "李四", "m2", PriceClass.RESIDENTIAL_STEPS)
    other = operations.register_customer(station, new, valid_from=START)
    meter = MeterInstallation.objects.exclude(point=other).get().meter

    with pytest.raises(IntegrityError), transaction.atomic():
        MeterInstallation.objects.filter(point=other).update(meter=meter)


def test_installing_the_guards_again_leaves_them_working(request: pytest.FixtureRequest) -> None:
    for _again in range(2):
        period_guards.install(apps.get_app_config("archive"))
    term = request.getfixturevalue("term")

    with pytest.raises(IntegrityError), transaction.atomic():
        _insert_raw(term.contract_id, CHANGE, None)
