"""What held on a day is asked as a library call, within the viewer's scope; what holds changes from a day on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive import operations, queries
from diansuo.office.archive.models import Contract, Customer, Meter, MeteringPoint, Responsibility
from diansuo.office.archive.operations import NewCustomer
from diansuo.office.base.models import Company, Station
from diansuo.office.base.periods import UnableToChange
from diansuo.office.base.scope import Scope
from tests.office.archive.lists import bring_in, day, line, master

pytestmark = pytest.mark.django_db

ALL, NOWHERE = Scope.everything(), Scope(frozenset())
BEFORE, DAY = day("2025-07-31"), day("2025-08-01")


@pytest.fixture
def changed(tmp_path: Path) -> MeteringPoint:
    """A point whose terms, meter, area and manager all changed on 1 August 2025."""
    bring_in(tmp_path, line("001", "m1"), master("T001", "m8", 综合倍率="80"), valid_from=day("2024-01-01"))
    later = line(
        "001", "m9", 用电类别="居民生活（峰谷）", 综合倍率="40", 台区编号="T2", 台区名称="二", 台区经理="孙八"
    )
    bring_in(tmp_path, later, effective=DAY)
    return MeteringPoint.objects.get(contract__isnull=False)


def test_each_day_has_the_terms_meter_area_and_people_of_that_day(changed: MeteringPoint) -> None:
    manager = Responsibility.Duty.MANAGER
    seen = []
    for asked in (day("2023-12-31"), BEFORE, DAY):
        terms = queries.terms_on(ALL, contract_id=changed.contract_id, day=asked)
        installed = queries.installation_on(ALL, point_id=changed.pk, day=asked)
        area = queries.area_on(ALL, point_id=changed.pk, day=asked)
        person = queries.responsible_on(ALL, point_id=changed.pk, duty=manager, day=asked)
        seen.append(
            terms
            and installed
            and area
            and person
            and (
                terms.price_class,
                installed.meter.asset_number,
                installed.multiplier,
                area.area.number,
                person.name,
            )
        )

    assert seen == [
        None,
        (PriceClass.RESIDENTIAL_STEPS, "m1", 1, "T001", "赵六"),
        (PriceClass.RESIDENTIAL_STEPS_TOU, "m9", 40, "T2", "孙八"),
    ]


def test_a_station_is_seen_as_it_stood_on_the_day(changed: MeteringPoint) -> None:
    station = changed.station_id
    before = queries.station_points(ALL, station_id=station, day=BEFORE)
    after = queries.station_points(ALL, station_id=station, day=DAY)

    assert len(before) == len(after) == 2
    assert before.customer_number.tolist() == ["001", None]
    assert (before.multiplier.tolist(), after.multiplier.tolist()) == ([1, 80], [40, 80])
    assert (before.price_class.tolist(), after.price_class.tolist()) == ([1, 0], [2, 0])
    assert before.capacity_va.tolist() == [8000, 0]
    assert (before.master_of > 0).tolist() == [False, True]


def test_nobody_sees_another_station(changed: MeteringPoint) -> None:
    assert queries.terms_on(NOWHERE, contract_id=changed.contract_id, day=DAY) is None
    assert queries.installation_on(NOWHERE, point_id=changed.pk, day=DAY) is None
    assert queries.area_on(NOWHERE, point_id=changed.pk, day=DAY) is None
    duty = Responsibility.Duty.READER
    assert queries.responsible_on(NOWHERE, point_id=changed.pk, duty=duty, day=DAY) is None
    assert queries.customer_header(NOWHERE, customer_id=Customer.objects.get().pk, day=DAY) is None
    assert not len(queries.station_points(NOWHERE, station_id=changed.station_id, day=DAY))


def test_a_customer_is_told_as_of_the_day(changed: MeteringPoint) -> None:
    customer = Customer.objects.get()
    before = queries.customer_header(ALL, customer_id=customer.pk, day=BEFORE)
    after = queries.customer_header(ALL, customer_id=customer.pk, day=DAY)

    assert before and after
    assert (before.number, before.name, before.address, before.station) == (
        "001",
        "张三",
        "东村1号",
        "东村供电所",
    )
    assert (before.price_class, after.price_class) == (1, 2)


@pytest.fixture
def point() -> MeteringPoint:
    company = Company.objects.create(name="某县供电公司")
    station = Station.objects.create(company=company, name="东村供电所")
    new = NewCustomer("001", "张三", "m1", PriceClass.RESIDENTIAL_STEPS, capacity_va=8000, multiplier=30)
    return operations.register_customer(station, new, valid_from=day("2024-01-01"))


def test_terms_and_multiplier_change_from_a_day_on(point: MeteringPoint) -> None:
    contract = Contract.objects.get()
    operations.change_terms(contract, DAY, capacity_va=12000)
    operations.change_multiplier(point, DAY, 60)

    terms = contract.terms.order_by("valid_from").values_list("capacity_va", "valid_from", "valid_to")
    assert list(terms) == [(8000, date(2024, 1, 1), DAY), (12000, DAY, None)]
    installed = point.installations.order_by("valid_from").values_list("multiplier", "meter__asset_number")
    assert list(installed) == [(30, "m1"), (60, "m1")]


def test_a_meter_is_exchanged_with_its_multiplier_unless_told_otherwise(point: MeteringPoint) -> None:
    meter = Meter.objects.create(company=point.company, asset_number="m2")
    operations.exchange_meter_installation(point, DAY, meter)

    installed = queries.installation_on(ALL, point_id=point.pk, day=DAY)
    assert installed
    assert (installed.meter, installed.multiplier) == (meter, 30)


def test_a_change_on_the_first_day_or_before_it_is_refused_and_changes_nothing(point: MeteringPoint) -> None:
    contract = Contract.objects.get()
    for early in (day("2024-01-01"), day("2023-06-01")):
        with pytest.raises(UnableToChange):
            operations.change_terms(contract, early, capacity_va=1)

    assert contract.terms.values_list("capacity_va", "valid_to").get() == (8000, None)


def test_a_meter_that_hangs_elsewhere_cannot_be_hung_twice(point: MeteringPoint) -> None:
    new = NewCustomer("002", "李四", "m2", PriceClass.RESIDENTIAL_STEPS)
    other = operations.register_customer(point.station, new, valid_from=day("2024-01-01"))

    with pytest.raises(IntegrityError), transaction.atomic():
        operations.exchange_meter_installation(other, DAY, Meter.objects.get(asset_number="m1"))

    assert other.installations.values_list("meter__asset_number", "valid_to").get() == ("m2", None)
