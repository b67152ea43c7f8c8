"""The shadow engine over points that supply others, share losses, feed a contract twice or feed in all they make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from diansuo.core.metering.energy import LossMethod, PointRelation
from diansuo.core.tariff.classes import Component, PriceClass, VoltageClass
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.office.archive.models import (
    ContractTerm,
    FeedIn,
    MeteringPoint,
    PointTerm,
    ShareKind,
    SuppliedUse,
    SupplyTerm,
)
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill, BillLine
from diansuo.office.desk.shadowing.report import Report, shadow_month
from diansuo.office.metering.models import RegisterReading
from tests.office.billing.sheets import sheet
from tests.office.desk import months
from tests.office.desk.points import (
    AUGUST,
    DEMAND,
    FLAT,
    JULY,
    PEAK,
    REACTIVE,
    REVERSE,
    VALLEY,
    another,
    commercial,
    read,
    run,
)
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_prices")]

MIDDLE = date(2024, 7, 16)
TWO_PART = PriceClass.COMMERCIAL_TWO_PART
CONTRACT: dict[str, Any] = {
    "capacity_method": CapacityMethod.CONTRACT_DEMAND, "contract_demand_w": 60_000,
}  # fmt: skip


@pytest.fixture
def station() -> Station:
    return builder.make_station()


def shadow() -> Report:
    return shadow_month(builder.ALL, period=AUGUST)


def found(report: Report) -> dict[str, set[str]]:
    """Return what differs by point, and why a point was not compared."""
    differs = {}
    for one in report.verdicts:
        number = Bill.objects.get(pk=one.bill).consumption.point.number or ""
        differs[number] = {f"{each.what} {each.item}" for each in one.differences} | ({one.reason} - {""})
    return differs


def demand(point: MeteringPoint, kilowatts: float) -> None:
    months.read(point, JULY, 1, DEMAND)
    months.read(point, AUGUST, kilowatts, DEMAND)


def supplies(station: Station) -> None:
    """Lay down a factory that supplies a shop by three periods and a household of another shift."""
    supplier = commercial(
        station, "0001", TWO_PART, time_of_use=True, power_factor_standard=90,
        capacity_method=CapacityMethod.ACTUAL_DEMAND,
    )  # fmt: skip
    shop = commercial(station, "0002", time_of_use=True, power_factor_standard=85)
    home = builder.household(station, "0003", "M0003", point="0003-1")
    for point, use in ((shop, SuppliedUse.ONE_SHIFT), (home, SuppliedUse.THREE_SHIFT)):
        PointTerm.objects.create(
            point=point, behind=supplier, relation=PointRelation.TRANSFER, supplied_use=use,
            valid_from=builder.SINCE,
        )  # fmt: skip
    read(supplier, {0: 10_000.01, PEAK: 4_000, FLAT: 4_000, VALLEY: 2_000, REACTIVE: 4_100})
    read(shop, {0: 1_777.77, PEAK: 700, FLAT: 700.77, VALLEY: 377, REACTIVE: 555})
    read(home, 123.45)
    demand(supplier, 62.345)


def loses(station: Station) -> None:
    """Lay down a meter whose losses of transformer and line four points share, and one of agreed energy does not."""
    terms = {"loss_method": LossMethod.AGREED_RATIO, "agreed_ratio_ppm": 27_300, "line_loss_ppm": 31_000}
    terms |= {"agreed_reactive_ratio_ppm": 61_000, "power_factor_standard": 90, "time_of_use": False}
    master = commercial(station, "0004", TWO_PART, **terms, **CONTRACT)
    sub = another(master.contract, behind=master, relation=PointRelation.SERIES)
    deeper = another(master.contract, behind=sub, relation=PointRelation.SERIES)
    share = {"metered": False, "behind": master}
    another(master.contract, share=ShareKind.FIXED_RATIO, ratio_ppm=123_457, ratio_base=0, **share)
    another(
        master.contract, share=ShareKind.FIXED_QUANTITY, fixed_wh_month=3_100_000, valid_from=MIDDLE, **share
    )
    read(master, {0: 11_234.56, REACTIVE: 5_000})
    read(sub, 3_333.33)
    read(deeper, 777.77)
    demand(master, 55.5)


def feeds(station: Station) -> None:
    first = commercial(station, "0005", TWO_PART, time_of_use=False, **CONTRACT)
    second = another(first.contract, contract_demand_w=40_000)
    read(first, 1_000)
    read(second, 500)
    demand(first, 62)
    demand(second, 51)


def roofs(station: Station) -> None:
    home = builder.household(station, "0006", "M0006", point="0006-1")
    shop = commercial(station, "0007", time_of_use=False)
    for point in (home, shop):
        roof = another(point.contract, feed_in=FeedIn.FULL)
        read(point, 321.09)
        read(roof, {0: 0, REVERSE: 300})


def changes(station: Station) -> None:
    """Lay down a contract of several points whose voltage and contract demand change inside the month."""
    master = commercial(station, "0008", TWO_PART, time_of_use=False, capacity_method=CapacityMethod.CAPACITY)
    sub = another(master.contract, behind=master, relation=PointRelation.SERIES)
    read(master, 1_500)
    read(sub, 400)
    ContractTerm.objects.get(contract=master.contract).change_from(MIDDLE, voltage_class=VoltageClass.KV_35)


def reading_of(number: str, register: int = 0) -> Any:
    return RegisterReading.objects.filter(point__number=number, period=AUGUST, register=register)


def supplied_reading() -> None:
    assert reading_of("0003-1").update(register_wh=F("register_wh") + 1_000) == 1


def shift_of_the_supplied() -> None:
    PointTerm.objects.filter(point__number="0002-1").update(supplied_use=SuppliedUse.TWO_SHIFT)


def line_loss() -> None:
    SupplyTerm.objects.filter(contract__customer__number="0004").update(line_loss_ppm=31_100)


def part_month() -> None:
    PointTerm.objects.filter(point__number="0004-5").update(valid_from=date(2024, 7, 17))


def demand_of_a_feed() -> None:
    assert reading_of("0005-2", DEMAND).update(register_wh=F("register_wh") + 1_000) == 1


def demand_line() -> None:
    line = BillLine.objects.filter(
        bill__consumption__point__number="0004-1", bill__period=AUGUST, component=Component.DEMAND
    )
    assert line.update(amount_fen=F("amount_fen") + 1) == 1


def home_below_a_roof() -> None:
    assert Bill.objects.filter(consumption__point__number="0006-1", period=AUGUST).update(amount_fen=1) == 1


TAMPERINGS: dict[Callable[[], None], dict[str, str]] = {
    supplied_reading: {"0003-1": "settled total_wh", "0001-1": "bill energy_wh"},
    shift_of_the_supplied: {"0001-1": "bill demand_w"},
    line_loss: {"0004-1": "bill line_loss_wh", "0004-2": "bill line_loss_wh", "0004-4": "bill line_loss_wh"},
    part_month: {"0004-5": "settled total_wh", "0004-1": "bill energy_wh"},
    demand_of_a_feed: {"0005-1": "bill demand_w"},
    demand_line: {"0004-1": "line demand"},
    home_below_a_roof: {"0006-1": "total amount_fen"},
}


def test_points_that_depend_on_others_agree_and_whatever_is_tampered_with_is_found(station: Station) -> None:
    for one in (supplies, loses, feeds, roofs, changes):
        one(station)
    sheet.approved(JULY)
    assert run(station) == {}

    report = shadow()
    assert (found(report), report.equal) == ({}, Bill.objects.filter(period=AUGUST).count())
    assert report.equal == 14
    assert not report.not_comparable

    for tamper, expected in TAMPERINGS.items():
        with transaction.atomic():
            tamper()
            differs = found(shadow())
            for number, what in expected.items():
                assert any(each.startswith(what) for each in differs.get(number, set())), (number, differs)
            transaction.set_rollback(True)
    assert found(shadow()) == {}


def test_a_demand_behind_losses_is_that_of_the_meter_whoever_bears_them(station: Station) -> None:
    loses(station)
    sheet.approved(JULY)
    assert run(station) == {}
    bills = Bill.objects.filter(period=AUGUST)
    lost = sum(one.transformer_loss_wh + one.line_loss_wh for one in bills)
    bill = bills.get(consumption__point__number="0004-1")
    # 55.5 kW were read while 11,234.56 kWh were: all its losses raise it, though others bear a part of them.
    assert bill.demand_w == round(55_500 * (11_234_560 + lost) / 11_234_560)
    assert bills.get(consumption__point__number="0004-5").energy_wh == 1_600_000  # 3,100 x 16 / 31
