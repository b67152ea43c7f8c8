"""The shadow engine over contracts of several metering points: it agrees to the fen, and a fen off is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from diansuo.core.metering.energy import PointRelation
from diansuo.core.tariff.classes import Component, PriceClass
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.office.archive.models import PointTerm, ShareKind
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill, BillLine
from diansuo.office.desk.shadowing.report import Report, shadow_month
from diansuo.office.metering.models import Consumption, RegisterReading
from tests.office.billing.sheets import sheet
from tests.office.desk.points import (
    AUGUST,
    FLAT,
    JULY,
    PEAK,
    REACTIVE,
    VALLEY,
    another,
    commercial,
    read,
    run,
)
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_prices")]

TWO_PART: dict[str, Any] = {
    "time_of_use": False, "capacity_method": CapacityMethod.CAPACITY, "power_factor_standard": 90,
}  # fmt: skip


@pytest.fixture
def station() -> Station:
    return builder.make_station()


def shadow(period: int = AUGUST) -> Report:
    return shadow_month(builder.ALL, period=period)


def found(report: Report) -> dict[str, set[str]]:
    """Return what differs by point, and why a point was not compared."""
    differs = {}
    for one in report.verdicts:
        number = Bill.objects.get(pk=one.bill).consumption.point.number or ""
        differs[number] = {f"{each.what} {each.item}" for each in one.differences} | ({one.reason} - {""})
    return differs


def agreed_parts(station: Station) -> None:
    """A master with a sub-meter behind a sub-meter, fixed quantities and ratios of three kinds."""
    master = commercial(station, "0001", PriceClass.COMMERCIAL_TWO_PART, **TWO_PART)
    sub = another(master.contract, behind=master, relation=PointRelation.SERIES)
    deeper = another(
        master.contract, behind=sub, relation=PointRelation.SERIES, price_class=PriceClass.RESIDENTIAL_SHARED
    )
    share = {"metered": False, "behind": master}
    lamps = {"share": ShareKind.FIXED_QUANTITY, "fixed_wh_month": 100_000}
    another(master.contract, price_class=PriceClass.RESIDENTIAL_SHARED, **lamps, **share)
    ratio = {"share": ShareKind.FIXED_RATIO, "ratio_ppm": 333_333, "ratio_base": 0}
    another(master.contract, price_class=PriceClass.COMMERCIAL_TWO_PART, **ratio, **share)
    another(master.contract, **{**ratio, **share, "behind": sub, "ratio_base": 1})
    read(master, {0: 1534.56, REACTIVE: 1100})
    read(sub, 777.77)
    read(deeper, 33.33)


def periods(station: Station) -> None:
    master = commercial(station, "0002", time_of_use=True)
    series = {"behind": master, "relation": PointRelation.SERIES}
    sub = another(master.contract, **series)
    plain = another(master.contract, price_class=PriceClass.RESIDENTIAL_SHARED, **series)
    part = {"share": ShareKind.FIXED_RATIO, "ratio_ppm": 123_457}
    another(master.contract, metered=False, behind=master, **part)
    read(master, {0: 1000, PEAK: 400, FLAT: 400, VALLEY: 200})
    read(sub, {0: 300, PEAK: 200, FLAT: 50, VALLEY: 50})
    read(plain, 70.7)


def beside(station: Station) -> None:
    master = commercial(station, "0003", PriceClass.COMMERCIAL_TWO_PART, **TWO_PART)
    lighting = another(
        master.contract,
        behind=master,
        relation=PointRelation.PARALLEL,
        price_class=PriceClass.RESIDENTIAL_SHARED,
    )
    feed = another(master.contract)
    read(master, {0: 1000, REACTIVE: 700})
    read(lighting, 400)
    read(feed, {0: 500, REACTIVE: 300})


def pile(station: Station) -> None:
    home = builder.household(station, "0004", "M0004", point="0004-1")
    own = another(home.contract, price_class=PriceClass.RESIDENTIAL_SHARED)
    read(home, 310)
    read(own, 55)


def tampered(number: str, register: int = 0) -> Any:
    return RegisterReading.objects.filter(point__number=number, period=AUGUST, register=register)


def sub_reading() -> None:
    assert tampered("0001-2").update(register_wh=F("register_wh") - 10) == 1


def fixed_quantity() -> None:
    assert (
        PointTerm.objects.filter(fixed_wh_month__gt=0).update(fixed_wh_month=F("fixed_wh_month") + 300) == 1
    )


def ratio() -> None:
    assert PointTerm.objects.filter(point__number="0002-4").update(ratio_ppm=123_557) == 1


def reactive() -> None:
    assert tampered("0001-1", REACTIVE).update(register_wh=F("register_wh") + 300_000) == 1


def capacity_of_a_feed() -> None:
    line = BillLine.objects.filter(
        bill__consumption__point__number="0003-1", bill__period=AUGUST, component=Component.CAPACITY
    )
    assert line.update(amount_fen=F("amount_fen") + 1) == 1


def part_of_a_master() -> None:
    assert Consumption.objects.filter(point__number="0001-4", period=AUGUST).update(
        total_wh=F("total_wh") + 10
    )


TAMPERINGS: dict[Callable[[], None], dict[str, str]] = {
    sub_reading: {"0001-2": "settled total_wh", "0001-1": "total amount_fen"},
    fixed_quantity: {"0001-4": "settled total_wh", "0001-1": "bill energy_wh", "0001-5": "bill energy_wh"},
    ratio: {"0002-4": "line purchase", "0002-1": "line purchase"},
    reactive: {"0001-1": "line power_factor", "0001-2": "line power_factor", "0001-5": "line power_factor"},
    capacity_of_a_feed: {"0003-1": "line capacity"},
    part_of_a_master: {"0001-4": "settled total_wh"},
}


def test_points_of_one_contract_agree_and_whatever_is_tampered_with_is_found(station: Station) -> None:
    for one in (agreed_parts, periods, beside, pile):
        one(station)
    sheet.approved(JULY)
    assert run(station) == {}

    report = shadow()
    assert (found(report), report.equal) == ({}, Bill.objects.filter(period=AUGUST).count())
    assert report.equal == 15

    for tamper, expected in TAMPERINGS.items():
        with transaction.atomic():
            tamper()
            differs = found(shadow())
            for number, what in expected.items():
                assert any(each.startswith(what) for each in differs.get(number, set())), (number, differs)
            transaction.set_rollback(True)
    assert found(shadow()) == {}
