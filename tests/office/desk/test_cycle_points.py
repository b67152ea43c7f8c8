"""Contracts of several metering points in a month: master and sub-meters, agreed parts, feeds, feed-in."""

from __future__ import annotations

import contextlib
import random
from datetime import date
from typing import Any

import pytest
from django.db import connection

from diansuo.core.metering.energy import PointRelation
from diansuo.core.tariff.classes import Component, PriceClass
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.office.archive.models import (
    FeedIn,
    PointTerm,
    ShareKind,
    SuppliedUse,
)
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill, FeedInSettlement
from diansuo.office.collection.models import Receivable
from diansuo.office.desk import cycle
from diansuo.office.metering.models import Consumption, PointSettlement
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
    energies,
    lines,
    read,
    run,
)
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_prices", "judged")]


@pytest.fixture
def station() -> Station:
    return builder.make_station()


def test_a_master_is_billed_for_what_its_sub_meters_and_agreed_parts_leave(station: Station) -> None:
    master = commercial(station, "0042")
    sub = another(master.contract, behind=master, relation=PointRelation.SERIES)
    lamps = another(
        master.contract, metered=False, behind=master, share=ShareKind.FIXED_QUANTITY, fixed_wh_month=100_000,
        price_class=PriceClass.RESIDENTIAL_SHARED,
    )  # fmt: skip
    pump = another(
        master.contract, metered=False, behind=master, share=ShareKind.FIXED_RATIO, ratio_ppm=300_000, ratio_base=0,
        price_class=PriceClass.COMMERCIAL_TWO_PART,
    )  # fmt: skip
    read(master, 1500)
    read(sub, 500)
    sheet.approved(JULY)

    assert run(station) == {}
    # 1500 − 500 = 1000; 100 fixed; 30 % of the other 900.
    assert energies() == {"0042-1": 630, "0042-2": 500, "0042-3": 100, "0042-4": 270}
    kept = PointSettlement.objects.get(consumption__point=master, consumption__period=AUGUST)
    assert (kept.consumption.total_wh, kept.subs_wh, kept.shares_wh, kept.settled_wh) == (
        1_500_000, 500_000, 370_000, 630_000,
    )  # fmt: skip
    classes = dict(Bill.objects.filter(period=AUGUST).values_list("consumption__point", "price_class"))
    assert classes[lamps.pk] == PriceClass.RESIDENTIAL_SHARED
    assert classes[pump.pk] == PriceClass.COMMERCIAL_TWO_PART
    assert Receivable.objects.filter(period=AUGUST, customer=master.contract.customer).count() == 4


def test_running_a_month_twice_gives_the_same(station: Station) -> None:
    master = commercial(station, "0042")
    sub = another(master.contract, behind=master, relation=PointRelation.SERIES)
    another(
        master.contract, metered=False, behind=master, share=ShareKind.FIXED_QUANTITY, fixed_wh_month=100_000
    )
    read(master, 1500)
    read(sub, 500)
    sheet.approved(JULY)
    months.run(station, JULY)
    months.run(station, AUGUST, until="audit")
    before = sorted(Bill.objects.values_list("consumption__point", "energy_wh", "amount_fen"))
    months.run(station, AUGUST)
    assert sorted(Bill.objects.values_list("consumption__point", "energy_wh", "amount_fen")) == before
    months.run(station, AUGUST)
    assert sorted(Bill.objects.values_list("consumption__point", "energy_wh", "amount_fen")) == before
    assert len(before) == 3


@pytest.mark.parametrize("size", [1, 2, 3])
def test_points_that_belong_together_may_lie_in_different_chunks(
    station: Station, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(cycle, "POINTS_A_CHUNK", size)
    master = commercial(
        station, "0042", PriceClass.COMMERCIAL_TWO_PART, time_of_use=False,
        capacity_method=CapacityMethod.CAPACITY,
    )  # fmt: skip
    other = commercial(station, "0043")
    sub = another(master.contract, behind=master, relation=PointRelation.SERIES)
    part = another(
        master.contract, metered=False, behind=master, share=ShareKind.FIXED_QUANTITY, fixed_wh_month=100_000
    )
    read(master, 1500)
    read(other, 40)
    read(sub, 500)
    sheet.approved(JULY)

    assert run(station) == {}
    assert energies() == {"0042-1": 900, "0042-2": 500, "0042-3": 100, "0043-1": 40}
    assert lines(master)[Component.CAPACITY, None] == 250_000
    for one in (sub, part):
        assert (Component.CAPACITY, None) not in lines(one)


def test_periods_of_a_sub_meter_are_taken_off_those_of_its_master(station: Station) -> None:
    master = commercial(station, "0042", time_of_use=True)
    sub = another(master.contract, behind=master, relation=PointRelation.SERIES)
    plain = another(
        master.contract,
        behind=master,
        relation=PointRelation.SERIES,
        price_class=PriceClass.RESIDENTIAL_SHARED,
    )
    read(master, {0: 1000, PEAK: 400, FLAT: 400, VALLEY: 200})
    read(sub, {0: 300, PEAK: 200, FLAT: 50, VALLEY: 50})
    read(plain, 70)
    sheet.approved(JULY)

    assert run(station) == {}
    kept = PointSettlement.objects.get(consumption__point=master, consumption__period=AUGUST)
    # 200, 350 and 150 are left; 70 kWh without periods take a tenth of each.
    assert (kept.peak_wh, kept.flat_wh, kept.valley_wh) == (180_000, 315_000, 135_000)
    bill = Bill.objects.get(consumption__point=master, period=AUGUST)
    purchase = {line.band: line.quantity for line in bill.lines.filter(component=Component.PURCHASE)}
    assert purchase == {1: 180_000, 2: 315_000, 3: 135_000}


def test_the_power_factor_of_a_master_counts_what_its_sub_meters_in_series_used(station: Station) -> None:
    terms = {
        "time_of_use": False, "capacity_method": CapacityMethod.CAPACITY, "power_factor_standard": 90,
    }  # fmt: skip
    found = []
    for number, relation in (("0042", PointRelation.SERIES), ("0043", PointRelation.PARALLEL)):
        master = commercial(station, number, PriceClass.COMMERCIAL_TWO_PART, **terms)
        lighting = another(
            master.contract, behind=master, relation=relation, price_class=PriceClass.RESIDENTIAL_SHARED
        )
        read(master, {0: 1000, REACTIVE: 700})
        read(lighting, 400)
        found.append(master)
    sheet.approved(JULY)

    assert run(station) == {}
    assert energies() == {"0042-1": 600, "0042-2": 400, "0043-1": 1000, "0043-2": 400}
    factors = [Bill.objects.get(consumption__point=one, period=AUGUST).power_factor for one in found]
    assert factors == [82, 82]  # 1000 kWh and 700 kvarh, whatever was taken off


def test_further_feeds_add_their_demands_and_the_capacity_is_charged_once(station: Station) -> None:
    first = commercial(
        station, "0042", PriceClass.COMMERCIAL_TWO_PART, time_of_use=False,
        capacity_method=CapacityMethod.CONTRACT_DEMAND, contract_demand_w=60_000,
    )  # fmt: skip
    PointTerm.objects.create(point=first, valid_from=builder.SINCE)
    second = another(first.contract, contract_demand_w=40_000)
    read(first, 1000)
    read(second, 500)
    for point, kilowatts in ((first, 62), (second, 51)):
        months.read(point, JULY, 1, DEMAND)
        months.read(point, AUGUST, kilowatts, DEMAND)
    sheet.approved(JULY)

    assert run(station) == {}
    bill = Bill.objects.get(consumption__point=first, period=AUGUST)
    assert bill.demand_w == 113_000
    charged = lines(first)
    assert charged[Component.DEMAND, None] == 400_000  # (60 + 40) kW × 40
    assert charged[Component.DEMAND_EXCESS, None] == 64_000  # (113 − 105) kW × 40 × 2
    assert not {Component.DEMAND, Component.DEMAND_EXCESS} & {component for component, _band in lines(second)}


def test_a_supplier_is_billed_less_energy_and_demand_of_those_it_supplies(station: Station) -> None:
    supplier = commercial(
        station, "0042", PriceClass.COMMERCIAL_TWO_PART, time_of_use=False,
        capacity_method=CapacityMethod.ACTUAL_DEMAND,
    )  # fmt: skip
    supplied = commercial(station, "0043")
    PointTerm.objects.create(
        point=supplied, behind=supplier, relation=PointRelation.TRANSFER, supplied_use=SuppliedUse.ONE_SHIFT,
        valid_from=builder.SINCE,
    )  # fmt: skip
    read(supplier, 10_000)
    read(supplied, 1800)
    months.read(supplier, JULY, 1, DEMAND)
    months.read(supplier, AUGUST, 60, DEMAND)
    sheet.approved(JULY)

    assert run(station) == {}
    assert energies() == {"0042-1": 8200, "0043-1": 1800}
    assert (
        Bill.objects.get(consumption__point=supplier, period=AUGUST).demand_w == 50_000
    )  # 1800 / 180 = 10 kW


def test_a_charging_pile_of_its_own_class_does_not_count_in_the_steps(station: Station) -> None:
    home = builder.household(station, "0050", "M0050", point="0050-1")
    pile = another(home.contract, price_class=PriceClass.RESIDENTIAL_SHARED)
    read(home, 100)
    read(pile, 50)
    assert run(station) == {}
    for point in (home, pile):
        months.read(point, 202409, 1300)
    months.run(station, 202409)
    bill = Bill.objects.get(consumption__point=home, period=202409)
    assert bill.year_to_date_wh == 100_000


def test_surplus_feed_in_is_owed_and_the_import_is_billed(station: Station) -> None:
    home = builder.household(station, "0050", "M0050", point="0050-1")
    PointTerm.objects.create(
        point=home, feed_in=FeedIn.SURPLUS, commissioned_date=date(2022, 5, 1), valid_from=builder.SINCE
    )
    read(home, {0: 100, REVERSE: 420})
    assert run(station) == {}
    assert energies() == {"0050-1": 100}
    owed = FeedInSettlement.objects.get(period=AUGUST)
    assert (owed.energy_wh, owed.amount_fen, owed.held) == (420_000, 15_872, "")  # worked example C15
    assert (owed.state, owed.rule.rule_id) == (FeedInSettlement.State.ISSUED, "province/henan/photovoltaic")


def test_full_feed_in_has_no_bill_and_no_price_is_invented(station: Station) -> None:
    home = builder.household(station, "0050", "M0050", point="0050-1")
    roof = another(home.contract, feed_in=FeedIn.FULL)
    read(home, 100)
    read(roof, {0: 0, REVERSE: 300})
    assert run(station) == {}
    assert energies() == {"0050-1": 100}
    owed = FeedInSettlement.objects.get(period=AUGUST)
    assert (owed.consumption.point, owed.energy_wh) == (roof, 300_000)
    assert (owed.amount_fen, owed.held) == (None, FeedInSettlement.Held.NO_DATE)
    months.read(home, 202409, 1150)
    months.read(roof, 202409, 1000)
    months.read(roof, 202409, 1500, REVERSE)
    months.run(station, 202409)
    assert FeedInSettlement.objects.get(period=202409).energy_wh == 200_000  # since August, not since July


def test_what_points_are_settled_with_is_what_their_master_read(station: Station) -> None:
    master = commercial(station, "0042")
    sub = another(master.contract, behind=master, relation=PointRelation.SERIES)
    deeper = another(master.contract, behind=sub, relation=PointRelation.SERIES)
    for above, ratio in ((master, 123_456), (sub, 250_000)):
        another(master.contract, metered=False, behind=above, share=ShareKind.FIXED_RATIO, ratio_ppm=ratio)
    read(master, 1234.56)
    read(sub, 777.77)
    read(deeper, 33.33)
    sheet.approved(JULY)
    assert run(station) == {}
    billed = sum(Bill.objects.filter(period=AUGUST).values_list("energy_wh", flat=True))
    assert billed == Consumption.objects.get(point=master, period=AUGUST).total_wh == 1_234_560


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(4))
def test_a_month_interrupted_anywhere_ends_in_the_same_bills(
    station: Station, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(cycle, "POINTS_A_CHUNK", 2)
    master = commercial(
        station, "0042", PriceClass.COMMERCIAL_TWO_PART, time_of_use=False,
        capacity_method=CapacityMethod.CAPACITY,
    )  # fmt: skip
    other = commercial(station, "0043")
    sub = another(master.contract, behind=master, relation=PointRelation.SERIES)
    another(
        master.contract, metered=False, behind=master, share=ShareKind.FIXED_QUANTITY, fixed_wh_month=100_000
    )
    another(master.contract, metered=False, behind=sub, share=ShareKind.FIXED_RATIO, ratio_ppm=200_000)
    PointTerm.objects.create(
        point=other, feed_in=FeedIn.SURPLUS, commissioned_date=date(2022, 5, 1), valid_from=builder.SINCE
    )
    read(master, 1500)
    read(sub, 500)
    read(other, {0: 40, REVERSE: 420})
    sheet.approved(JULY)
    months.run(station, JULY)

    chance, seen = random.Random(seed), 0

    def interrupt(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        seen -= 1
        if seen == 0:
            raise Interrupted
        return execute(sql, params, many, context)

    for _kill in range(4):
        seen = chance.randrange(1, 260)
        with connection.execute_wrapper(interrupt), contextlib.suppress(Interrupted):
            months.run(station, AUGUST)
    months.run(station, AUGUST)
    assert energies() == {"0042-1": 900, "0042-2": 400, "0042-3": 100, "0042-4": 100, "0043-1": 40}
    assert Bill.objects.count() == Receivable.objects.count() == 5
    assert PointSettlement.objects.filter(consumption__period=AUGUST).count() == 5
    assert FeedInSettlement.objects.get(period=AUGUST).amount_fen == 15_872


class Interrupted(Exception):
    """The process is gone at this statement."""
