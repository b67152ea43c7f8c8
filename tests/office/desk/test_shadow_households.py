"""The shadow engine over households whose class or owner changes within the year; a fen off is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import F

from diansuo.core.metering import Purpose, Register
from diansuo.core.tariff.classes import Component, PriceClass
from diansuo.office.archive.models import Contract, ContractTerm, Meter, MeteringPoint
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill, BillLine, BillPart
from diansuo.office.desk.shadowing.report import Report, shadow_month
from diansuo.office.metering.models import RegisterReading
from tests.office.billing.test_price_change import freeze
from tests.office.desk.household_months import closes, has, known_year, lay_down
from tests.office.desk.months import opened_household, read, run
from tests.office.desk.points import another
from tests.office.metering import builder

pytestmark = pytest.mark.django_db

MIDDLE = date(2024, 7, 16)
MONTHS = (202408, 202409, 202410)
STEPS, PEAK_VALLEY, SHARED, SHOP = (
    PriceClass.RESIDENTIAL_STEPS,
    PriceClass.RESIDENTIAL_STEPS_TOU,
    PriceClass.RESIDENTIAL_SHARED,
    PriceClass.COMMERCIAL_SINGLE_PART,
)


@pytest.fixture
def station(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Station:
    lay_down(monkeypatch, tmp_path)
    return builder.make_station()


def becomes(point: MeteringPoint, price_class: PriceClass, day: date = MIDDLE) -> None:
    term = ContractTerm.objects.get(contract=point.contract, valid_to=None)
    term.change_from(day, price_class=int(price_class))


def has_a_new_owner(point: MeteringPoint, day: date = MIDDLE) -> None:
    Contract.objects.filter(pk=point.contract_id).update(transferred_date=day)


def shadow(period: int) -> Report:
    return shadow_month(builder.ALL, period=period)


def found(report: Report) -> dict[str, set[str]]:
    return {
        one.customer: {f"{each.what} {each.item}" for each in one.differences} | ({one.reason} - {""})
        for one in report.verdicts
    }


def peak_and_valley(point: MeteringPoint, used: float, *, share: float = 0.6) -> None:
    for at, period in enumerate((202407, *MONTHS)):
        read(point, period, 600 + round(at * used * share, 2), register=Register.ACTIVE_PEAK)
        read(point, period, 400 + round(at * used * (1 - share), 2), register=Register.ACTIVE_VALLEY)


def changing_households(station: Station) -> None:
    """Lay down a household for each thing that may change within its year, and bill three months of them."""
    used = {
        "01": 310.57, "02": 777.77, "03": 310.5, "04": 512.34, "05": 400, "06": 305.25, "07": 333.33,
        "08": 260.4, "09": 350,
    }  # fmt: skip
    points = {number: opened_household(station, number) for number in used if number not in ("03", "05")}
    points |= {number: opened_household(station, number, price_class=SHARED) for number in ("03", "05")}
    known_year(points["02"], 1300)
    known_year(points["04"], 2000)
    known_year(points["07"], 1900)
    becomes(points["01"], SHARED)
    has_a_new_owner(points["02"])
    becomes(points["03"], STEPS)
    becomes(points["04"], PEAK_VALLEY)
    peak_and_valley(points["04"], used["04"])
    becomes(points["05"], STEPS, date(2024, 8, 11))
    freeze(station, points["05"], {date(2024, 8, 1): 1400, date(2024, 8, 11): 1555})
    has_a_new_owner(points["06"], date(2024, 8, 1))
    has(points["07"], persons=6, free_energy=True, valid_to=date(2024, 8, 20))
    becomes(points["07"], SHARED, date(2024, 8, 20))
    RegisterReading.objects.create(
        point=points["07"], meter=Meter.objects.get(installations__point=points["07"]), register=0,
        read_date=date(2024, 8, 20), register_wh=1_500_000, purpose=Purpose.SPECIAL,
    )  # fmt: skip
    becomes(points["08"], PEAK_VALLEY, date(2024, 7, 10))
    becomes(points["08"], SHARED, date(2024, 7, 23))
    peak_and_valley(points["08"], used["08"])
    has_a_new_owner(points["09"])
    run(station, 202407)
    for at, period in enumerate(MONTHS, start=1):
        for number, kwh in used.items():
            if (number, period) != ("09", MONTHS[-1]):
                read(points[number], period, round(1000 + at * kwh, 2))
        if period == MONTHS[-1]:
            closes(points["09"], date(2024, 9, 21), 2150, period)
        run(station, period)


def last_part() -> None:
    part = BillPart.objects.get(bill__contract__customer__number="01", part=2)
    BillPart.objects.filter(pk=part.pk).update(energy_wh=F("energy_wh") + 10)


def step_of_the_former_owner() -> None:
    line = BillLine.objects.filter(
        bill__contract__customer__number="02", bill__period=202408, component=Component.CORRECTION
    )
    assert line.update(amount_fen=F("amount_fen") + 1) >= 1


def year_of_the_new_owner() -> None:
    assert Bill.objects.filter(contract__customer__number="02", period=202409).update(
        year_to_date_wh=F("year_to_date_wh") + 10
    )


def day_of_the_transfer() -> None:
    Contract.objects.filter(customer__number="02").update(transferred_date=date(2024, 7, 17))


def day_of_the_change() -> None:
    ContractTerm.objects.filter(contract__customer__number="03", valid_to=MIDDLE).update(
        valid_to=date(2024, 7, 15)
    )
    ContractTerm.objects.filter(contract__customer__number="03", valid_from=MIDDLE).update(
        valid_from=date(2024, 7, 15)
    )


def becomes_a_shop() -> None:
    becomes(MeteringPoint.objects.get(contract__customer__number="06"), SHOP, date(2024, 7, 16))


TAMPERINGS: dict[Callable[[], None], tuple[int, str, str]] = {
    last_part: (202408, "01", "bill parts"),
    step_of_the_former_owner: (202408, "02", "line correction step 2"),
    year_of_the_new_owner: (202409, "02", "bill year_to_date_wh"),
    day_of_the_transfer: (202408, "02", "bill parts"),
    day_of_the_change: (202408, "03", "bill parts"),
    becomes_a_shop: (202408, "06", "class_changed"),
}


def test_years_that_begin_or_end_inside_agree_to_the_fen_and_whatever_is_tampered_with_is_found(
    station: Station,
) -> None:
    changing_households(station)
    for period in MONTHS:
        report = shadow(period)
        assert (found(report), report.equal) == ({}, 9), period
        assert not report.not_comparable
    assert BillLine.objects.filter(component=Component.CORRECTION).exists()

    for tamper, (period, number, expected) in TAMPERINGS.items():
        with transaction.atomic():
            tamper()
            differs = found(shadow(period))
            assert expected in differs.get(number, set()), (tamper.__name__, differs)
            assert set(differs) == {number}
            transaction.set_rollback(True)


def test_a_point_with_a_class_of_its_own_keeps_it_whatever_its_contract_does(station: Station) -> None:
    home = opened_household(station, "01", price_class=SHARED)
    pile = another(home.contract, price_class=SHARED)
    read(pile, 202407, 1000)
    becomes(home, STEPS)
    run(station, 202407)
    read(home, 202408, 1310)
    read(pile, 202408, 1055)
    run(station, 202408)
    report = shadow(202408)
    assert (found(report), report.equal) == ({}, 2)
    bill = Bill.objects.get(consumption__point=pile, period=202408)
    assert (bill.price_class, bill.counted_wh, bill.parts.count()) == (SHARED, 0, 0)
