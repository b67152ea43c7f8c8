"""Households with more than a class: many persons, heating, free energy, years that end, classes that change."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from diansuo.core.metering import Purpose, Register
from diansuo.core.tariff import Component, PriceClass
from diansuo.office.archive.models import (
    Contract,
    ContractTerm,
    HouseholdTerm,
    Meter,
    MeteringPoint,
    YearOpening,
)
from diansuo.office.base.models import Station, User
from diansuo.office.billing.models import Bill, BillPart, BillRefund
from diansuo.office.config import rulebook_files
from diansuo.office.metering.models import Finding, RegisterReading
from tests.office.billing.test_price_change import freeze
from tests.office.desk.months import opened_household, read, reasons, run
from tests.office.metering import builder

pytestmark = pytest.mark.django_db

TERMS = {
    "min_persons": ("5", "count"),
    "add_kwh_per_month": ("100", "kWh/month"),
    "free_energy": ("10", "kWh/month"),
    "free_energy_counts_in_steps": ("counted", "counted, not_counted"),
    "free_energy_form": ("bill", "bill, refund_later"),
    "closing_tier_year": ("settled_anew", "settled_anew, as_billed"),
    "transfer_of_ownership": ("restart", "continue, restart"),
    "rebill_tier_year": ("original", "original, current"),
    "shared_time_of_use": ("allowed", "allowed, not_allowed"),
    "time_of_use_lock_months": ("12", "months"),
    "heating_season_add": ("50", "kWh/month"),
    "heating_season_first_month": ("11", "month_of_year"),
    "heating_season_last_month": ("3", "month_of_year"),
}
HEAD = """
id: province/henan/residential_terms
kind: parameters
title: {zh: 占位, en: placeholder}
values:
  "2023-01-01":
    source: {document: PLACEHOLDER of this test, clause: "1", published: "2023-01-01", url: null}
    checked: "2023-01-01"
    parameters:
"""


def lay_down(monkeypatch: pytest.MonkeyPatch, folder: Path, **changed: str | None) -> None:
    """Give the place terms of its own, those of this file or as changed."""
    lines = []
    for name, (value, unit) in TERMS.items():
        said = changed.get(name, value)
        words = f", choices: [{unit}]" if value.isalpha() or "_" in value else ""
        unit_word = "choice" if words else unit
        text = "null" if said is None else f'"{said}"'
        lines.append(f"      {name}: {{value: {text}, unit: {unit_word}{words}}}\n")
    target = folder / "rulebook" / "province" / "henan"
    target.mkdir(parents=True, exist_ok=True)
    (target / "residential_terms.yaml").write_text(HEAD + "".join(lines), encoding="utf-8")
    book = rulebook_files.load(folder / "rulebook")
    monkeypatch.setattr("diansuo.office.billing.sheets.book.book", lambda: book)


@pytest.fixture
def station() -> Station:
    return builder.make_station()


@pytest.fixture
def terms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lay_down(monkeypatch, tmp_path)


def has(point: MeteringPoint, since: date = date(2024, 1, 1), **what: Any) -> HouseholdTerm:
    return HouseholdTerm.objects.create(contract=point.contract, valid_from=since, **what)


def month(station: Station, point: MeteringPoint, period: int, kwh: float) -> Any:
    read(point, period, kwh)
    return run(station, period)


def bill(period: int) -> Bill:
    return Bill.objects.get(period=period)


def lines(of: Bill) -> list[tuple[int, int, int, int]]:
    return list(of.lines.order_by("sequence").values_list("component", "step", "quantity", "amount_fen"))


def known_year(point: MeteringPoint, kwh: int = 0) -> None:
    YearOpening.objects.create(contract=point.contract, year=2024, energy_wh=kwh * 1000)


def closes(point: MeteringPoint, day: date, kwh: float, period: int) -> None:
    """Close the contract on a day, with the last register of its meter."""
    Contract.objects.filter(pk=point.contract_id).update(closed_date=day)
    RegisterReading.objects.create(
        point=point, meter=Meter.objects.get(installations__point=point), register=0, read_date=day,
        register_wh=round(kwh * 1000), period=period, purpose=Purpose.FINAL,
    )  # fmt: skip


# --- what households have on top


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
    assert "先征后返" in page
    assert "5.60" in page


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


# --- years that end


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


# --- transfer of ownership


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


# --- classes that change


def test_a_change_within_the_period_divides_the_bill_by_days(station: Station) -> None:
    point = opened_household(station, "01")
    known_year(point, 0)
    run(station, 202407)
    ContractTerm.objects.get(contract=point.contract).change_from(
        date(2024, 7, 16), price_class=int(PriceClass.RESIDENTIAL_SHARED)
    )
    month(station, point, 202408, 1310)
    one = bill(202408)
    assert one.price_class == PriceClass.RESIDENTIAL_SHARED
    assert list(
        one.parts.order_by("part").values_list("price_class", "energy_wh", "by_days", "months_in_year")
    ) == [
        (PriceClass.RESIDENTIAL_STEPS, 150_000, True, 7),
        (PriceClass.RESIDENTIAL_SHARED, 160_000, True, 12),
    ]
    assert [line[2:] for line in lines(one)] == [(150_000, 8_400), (160_000, 9_088)]
    assert one.counted_wh == 150_000


def test_a_daily_freeze_of_the_day_of_change_divides_it(station: Station) -> None:
    point = opened_household(station, "01")
    freeze(station, point, {date(2024, 7, 1): 1000, date(2024, 7, 16): 1200})
    run(station, 202407)
    ContractTerm.objects.get(contract=point.contract).change_from(
        date(2024, 7, 16), price_class=int(PriceClass.RESIDENTIAL_SHARED)
    )
    month(station, point, 202408, 1310)
    assert list(BillPart.objects.order_by("part").values_list("energy_wh", "by_days")) == [
        (200_000, False),
        (110_000, False),
    ]


def test_a_reading_of_the_day_of_change_divides_it_before_any_freeze(station: Station) -> None:
    point = opened_household(station, "01")
    freeze(station, point, {date(2024, 7, 1): 1000, date(2024, 7, 16): 1200})
    RegisterReading.objects.create(
        point=point, meter=Meter.objects.get(installations__point=point), register=0, read_date=date(2024, 7, 16),
        register_wh=1_250_000, purpose=Purpose.SPECIAL,
    )  # fmt: skip
    run(station, 202407)
    ContractTerm.objects.get(contract=point.contract).change_from(
        date(2024, 7, 16), price_class=int(PriceClass.RESIDENTIAL_SHARED)
    )
    month(station, point, 202408, 1310)
    assert list(BillPart.objects.order_by("part").values_list("energy_wh", "by_days")) == [
        (250_000, False),
        (60_000, False),
    ]


def test_from_steps_to_peak_and_valley_the_year_goes_on(station: Station) -> None:
    point = opened_household(station, "01")
    known_year(point, 2000)
    for period, peak, valley in ((202407, 600, 400), (202408, 786, 524)):
        read(point, period, peak, register=Register.ACTIVE_PEAK)
        read(point, period, valley, register=Register.ACTIVE_VALLEY)
    run(station, 202407)
    ContractTerm.objects.get(contract=point.contract).change_from(
        date(2024, 7, 16), price_class=int(PriceClass.RESIDENTIAL_STEPS_TOU)
    )
    month(station, point, 202408, 1310)
    one = bill(202408)
    assert list(one.parts.order_by("part").values_list("year_to_date_wh", flat=True)) == [
        2_000_000,
        2_150_000,
    ]
    assert one.months_in_year == 12
    assert not one.lines.filter(component=Component.CORRECTION).exists()
    assert one.lines.get(component=Component.STEP).quantity == 150_000
    assert one.counted_wh == 310_000


def test_from_shared_to_steps_the_year_begins_with_the_month_of_the_change(station: Station) -> None:
    point = opened_household(station, "01", price_class=PriceClass.RESIDENTIAL_SHARED)
    run(station, 202407)
    ContractTerm.objects.get(contract=point.contract).change_from(
        date(2024, 8, 1), price_class=int(PriceClass.RESIDENTIAL_STEPS)
    )
    month(station, point, 202408, 3000)
    month(station, point, 202409, 3100)
    assert bill(202408).counted_wh == 0
    assert (bill(202409).year_to_date_wh, bill(202409).months_in_year) == (0, 5)
    assert bill(202409).year_opening_known
    month(station, point, 202410, 3200)
    assert bill(202410).year_to_date_wh == 100_000


def test_from_steps_to_a_business_the_last_bill_of_the_household_settles_the_year(station: Station) -> None:
    point = opened_household(station, "01")
    known_year(point, 1300)
    run(station, 202407)
    ContractTerm.objects.get(contract=point.contract).change_from(
        date(2024, 8, 1), price_class=int(PriceClass.COMMERCIAL_SINGLE_PART)
    )
    month(station, point, 202408, 1100)
    last = bill(202408)
    assert last.price_class == PriceClass.RESIDENTIAL_STEPS
    assert last.months_in_year == 7
    assert lines(last)[-1] == (Component.CORRECTION, 2, 40_000, 200)


def test_a_year_of_a_divided_bill_settles_to_the_fen_when_it_closes(station: Station) -> None:
    point = opened_household(station, "01")
    known_year(point, 0)
    run(station, 202407)
    ContractTerm.objects.get(contract=point.contract).change_from(
        date(2024, 7, 16), price_class=int(PriceClass.RESIDENTIAL_STEPS_TOU)
    )
    for period, peak, valley in ((202407, 600, 400), (202408, 1600, 1050)):
        read(point, period, peak, register=Register.ACTIVE_PEAK)
        read(point, period, valley, register=Register.ACTIVE_VALLEY)
    month(station, point, 202408, 2650)
    closes(point, date(2024, 8, 11), 2750, 202409)
    for register, kwh in ((Register.ACTIVE_PEAK, 1660), (Register.ACTIVE_VALLEY, 1090)):
        RegisterReading.objects.create(
            point=point, meter=Meter.objects.get(installations__point=point), register=register,
            read_date=date(2024, 8, 11), register_wh=kwh * 1000, period=202409, purpose=Purpose.FINAL,
        )  # fmt: skip
    run(station, 202409)
    of_steps = Bill.objects.values_list("lines__component", "lines__amount_fen")
    counted = (Component.BASE, Component.STEP, Component.CORRECTION)
    assert sum(amount for component, amount in of_steps if component in counted) == 1750 * 56 + 310 * 5


def test_a_change_of_the_choice_within_its_lock_is_a_warning_and_the_bill_goes_on(station: Station) -> None:
    point = opened_household(station, "01")
    term = ContractTerm.objects.get(contract=point.contract)
    chosen = term.change_from(date(2024, 3, 1), price_class=int(PriceClass.RESIDENTIAL_STEPS_TOU))
    chosen.change_from(date(2024, 8, 1), price_class=int(PriceClass.RESIDENTIAL_STEPS))
    for period, peak, valley in ((202407, 600, 400), (202408, 660, 440)):
        read(point, period, peak, register=Register.ACTIVE_PEAK)
        read(point, period, valley, register=Register.ACTIVE_VALLEY)
    run(station, 202407)
    month(station, point, 202408, 1100)
    month(station, point, 202409, 1200)
    found = Finding.objects.filter(rule="B-TIME-OF-USE-LOCK")
    assert [(one.period, one.severity) for one in found] == [(202409, Finding.Severity.WARNING)]
    assert Bill.objects.filter(state=Bill.State.ISSUED).count() == 2
