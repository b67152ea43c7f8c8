"""What the entry page and the exchange page ask for: every register the point ever had, demand in kW."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from diansuo.core.metering import Purpose, Register
from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base.models import User
from diansuo.office.metering import walk_queries
from diansuo.office.metering.models import RegisterReading
from tests.office.metering.builder import ALL, household, make_station

pytestmark = pytest.mark.django_db

HAD = (Register.ACTIVE_TOTAL, Register.REVERSE_TOTAL, Register.REACTIVE_FORWARD, Register.DEMAND)
NEEDED = (Register.ACTIVE_PEAK, Register.ACTIVE_VALLEY)


@pytest.fixture
def point() -> MeteringPoint:
    made = household(make_station(), "0041", "M1", price_class=PriceClass.RESIDENTIAL_STEPS_TOU)
    for register in HAD:
        RegisterReading.objects.create(
            point=made,
            meter=made.installations.get().meter,
            register=register,
            read_date=date(2024, 7, 1),
            period=202407,
            register_wh=5_000,
        )
    return made


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(User.objects.create_user("boss", is_superuser=True))
    return client


def test_a_stop_offers_what_the_point_had_and_what_its_class_needs(point: MeteringPoint) -> None:
    stop = walk_queries.described(ALL, [point], period=202408, day=date(2024, 8, 1))[0]
    assert [one.code for one in stop.registers] == sorted(int(code) for code in (*HAD, *NEEDED))
    assert [one.label for one in stop.registers if "kW" in one.label] == ["最大需量（kW）"]
    assert {one.last_wh for one in stop.registers if one.code in HAD} == {5_000}


def test_a_reverse_register_and_a_demand_are_entered_on_the_page(point: MeteringPoint, boss: Client) -> None:
    given = {Register.ACTIVE_TOTAL: "9", Register.REVERSE_TOTAL: "6", Register.DEMAND: "3.5"}
    boss.post(
        reverse("walk_enter", args=[point.route_id, 202408, point.pk]),
        {f"register-{code:d}": value for code, value in given.items()}
        | {"day": "2024-08-01", "confirmed": "1"},
    )
    stored = RegisterReading.objects.filter(period=202408).order_by("register")
    assert list(stored.values_list("register", "register_wh")) == [
        (Register.ACTIVE_TOTAL, 9_000), (Register.REVERSE_TOTAL, 6_000), (Register.DEMAND, 3_500),
    ]  # fmt: skip


def test_an_exchange_takes_a_reverse_register_off_and_on(point: MeteringPoint, boss: Client) -> None:
    settling = {
        f"{side}-{code:d}": value
        for side, value in (("final", "9"), ("first", "0"))
        for code in (Register.ACTIVE_TOTAL, *NEEDED)
    }
    given = settling | {"day": "2024-07-16", "asset_number": "M9", "multiplier": "1"}
    given |= {"integer_digits": "6", "decimal_digits": "2", f"final-{Register.REVERSE_TOTAL:d}": "8"}
    address = reverse("meter_exchange", args=[point.pk])
    assert "最大需量（kW）" in boss.get(address).content.decode()
    assert "旧表有止度" in boss.post(address, given).content.decode()
    assert not RegisterReading.objects.filter(purpose=Purpose.FINAL).exists()
    boss.post(address, given | {f"first-{Register.REVERSE_TOTAL:d}": "2"})
    reverse_wh = RegisterReading.objects.filter(register=Register.REVERSE_TOTAL, meter__asset_number="M9")
    assert reverse_wh.get().register_wh == 2_000
    assert not RegisterReading.objects.filter(register=Register.DEMAND, purpose=Purpose.FINAL).exists()


def test_a_page_that_starts_nowhere_starts_at_the_beginning(point: MeteringPoint, boss: Client) -> None:
    address = reverse("walk", args=[point.route_id, 202408])
    for start in ("²", "-1", "x"):
        assert "用户0041" in boss.get(address, {"start": start}).content.decode()


def older(point: MeteringPoint, year: int, register_wh: int) -> None:
    for month in range(1, 13):
        RegisterReading.objects.create(
            point=point,
            meter=point.installations.get().meter,
            register=Register.ACTIVE_TOTAL,
            read_date=date(year, month, 1),
            period=year * 100 + month,
            register_wh=register_wh + month,
        )


def test_a_walk_reads_the_last_months_and_not_the_years_before(
    point: MeteringPoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    for year in (2021, 2022, 2023):
        older(point, year, 1_000 + year)
    made, real = [], walk_queries._registers
    monkeypatch.setattr(
        walk_queries, "_registers", lambda rows, *more: made.extend(rows) or real(rows, *more)
    )
    walk_queries.described(ALL, [point], period=202408, day=date(2024, 8, 1))
    assert {row.read_date.year for row in made} == {2023, 2024}


def test_a_point_nobody_read_for_years_still_shows_what_it_showed_last(point: MeteringPoint) -> None:
    (stop,) = walk_queries.described(ALL, [point], period=202808, day=date(2028, 8, 1))
    total = next(one for one in stop.registers if one.code == Register.ACTIVE_TOTAL)
    assert (total.last_wh, total.last_date) == (5_000, date(2024, 7, 1))
