"""Why a bill is what it is, through bills as the cycle makes them: the parts sum to the difference, to the fen."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from pytest_django.fixtures import Settings

from diansuo.core.tariff import PriceClass, VoltageClass
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.core.tariff.explaining import Cause
from diansuo.office.archive.models import ContractTerm, MeterInstallation, SupplyTerm
from diansuo.office.base.models import Station
from diansuo.office.billing.explaining import why
from diansuo.office.billing.explaining.queries import Against, Missing
from diansuo.office.billing.models import Bill, BillFacts, BillLine, ExternalBill, RuleSlice
from diansuo.office.config import rulebook_files
from diansuo.office.metering.models import RegisterReading
from tests.office.base import pages
from tests.office.billing.sheets import sheet
from tests.office.desk.months import opened_household, read, run
from tests.office.desk.points import another
from tests.office.metering import builder

pytestmark = pytest.mark.django_db

CHANGE = """
id: province/henan/residential_steps
kind: annual_steps
title: {zh: 占位, en: placeholder}
values:
  "2024-08-16":
    source: {document: PLACEHOLDER of this test, clause: "1", published: "2024-07-01", url: null}
    checked: "2024-07-01"
    limits: {unit: kWh/year, upper: ["2160", "3120"]}
    prices: {unit: yuan/kWh, below_1kv: ["0.60", "0.65", "0.90"]}
"""


@pytest.fixture
def station() -> Station:
    return builder.make_station()


def months(station: Station, *registers: tuple[Any, float], first: int = 202408) -> None:
    """Read a point month by month from July 2024 on, and bill every month."""
    run(station, 202407)
    for at, (point, kwh) in enumerate(registers):
        read(point, first + at, kwh)
        run(station, first + at)


def explained(bill: Bill, against: Against = Against.LAST_MONTH) -> why.Why:
    found = why.why(builder.ALL, bill, against)
    assert sum(part.amount_fen for part in found.parts) == found.difference_fen
    return found


def parts(found: why.Why) -> dict[str, int]:
    return {part.cause.key: part.amount_fen for part in found.parts}


def bill_of(period: int) -> Bill:
    return Bill.objects.get(period=period)


def test_a_month_of_more_use_is_told_in_days_and_use(station: Station) -> None:
    point = opened_household(station, "01")
    months(station, (point, 1310), (point, 1651), (point, 1981))

    # 31 days of 10 kWh, 31 days of 11, 30 days of 11
    assert parts(explained(bill_of(202409))) == {"energy": 1736}
    assert parts(explained(bill_of(202410))) == {"days": -616}
    assert explained(bill_of(202410)).separable


def test_the_annual_step_is_a_part_of_its_own_and_the_new_year_takes_it_back(station: Station) -> None:
    point = opened_household(station, "01")
    months(station, (point, 1310), (point, 3210), (point, 3520))

    # October: 310 kWh from 2 210 kWh on, all of it in step 2, at 0.05 more; before, 50 kWh of 1 900 kWh
    found = explained(bill_of(202410))
    assert parts(found)["steps"] == 310 * 5
    assert sum(parts(found).values()) == 310 * 61 - (1900 * 56 + 50 * 5)
    with override("en"):
        assert "310.00 kWh of this bill are priced at step 2 or above" in found.rows()[-1]["sentence"]


def test_an_unread_month_is_days(station: Station) -> None:
    point = opened_household(station, "01")
    months(station, (point, 1310))
    run(station, 202409)
    read(point, 202410, 1310 + 610)
    run(station, 202410)

    found = explained(bill_of(202410))
    assert parts(found) == {"days": 300 * 56}
    assert found.other_month
    assert "上月未抄" in found.rows()[0]["sentence"]


def test_an_estimate_is_trued_up_by_the_next_true_reading(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    read(point, 202408, 1000 + 31)
    RegisterReading.objects.filter(period=202408).update(estimated=True)
    run(station, 202408)
    read(point, 202409, 1000 + 620)
    run(station, 202409)

    # 589 kWh now, 620 over 62 days: 310 of its own, 279 for the estimate of 31
    found = explained(bill_of(202409))
    assert parts(found) == {"energy": 279 * 56, "trued_up": 279 * 56}
    assert "279.00 kWh" in found.rows()[1]["sentence"]


def test_a_changed_multiplier_is_a_part_of_its_own(station: Station) -> None:
    point = opened_household(station, "01", multiplier=10)
    months(station, (point, 1010), first=202408)
    held = MeterInstallation.objects.get(point=point)
    MeterInstallation.objects.filter(pk=held.pk).update(valid_to=date(2024, 8, 1))
    MeterInstallation.objects.create(
        point=point, meter=held.meter, multiplier=20, valid_from=date(2024, 8, 1)
    )
    RegisterReading.objects.create(
        point=point,
        meter=held.meter,
        register=0,
        read_date=date(2024, 9, 1),
        register_wh=1_020_000,
        period=202409,
    )
    run(station, 202409)

    bill = bill_of(202409)
    assert bill.energy_wh == 200_000
    assert parts(explained(bill)) == {"multiplier": 100 * 56}


def test_a_new_price_is_told_with_its_old_one_also_when_it_divides_the_month(
    station: Station, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "rulebook" / "province" / "henan"
    folder.mkdir(parents=True)
    (folder / "residential_steps.yaml").write_text(CHANGE, encoding="utf-8")
    changed = rulebook_files.load(tmp_path / "rulebook")
    monkeypatch.setattr("diansuo.office.billing.sheets.book.book", lambda: changed)
    point = opened_household(station, "01")
    months(station, (point, 1310), (point, 1620), (point, 1920))

    # 310 kWh in 31 days, 16 of them from 16 August on at 0.04 more
    divided = explained(bill_of(202409))
    assert parts(divided) == {"price": 640}
    assert "0.5600 → 0.6000 元/kWh" in divided.rows()[0]["sentence"]
    # against a divided month: a day less of half a month at each price, then 15 days at the new price
    after = explained(bill_of(202410))
    assert set(parts(after)) == {"days", "price"}
    assert after.separable


def test_todays_rulebook_has_no_say(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    point = opened_household(station, "01")
    months(station, (point, 1310), (point, 1651))
    monkeypatch.setattr(
        "diansuo.office.billing.sheets.book.book", lambda: pytest.fail("asked today's rulebook")
    )

    assert parts(why.why(builder.ALL, bill_of(202409), Against.LAST_MONTH)) == {"energy": 1736}


def test_a_correction_line_is_told_apart(station: Station) -> None:
    point = opened_household(station, "01")
    months(station, (point, 1310), (point, 1620))
    bill, line = bill_of(202409), BillLine.objects.filter(bill__period=202409).get()
    line.pk, line.sequence, line.component, line.amount_fen = None, 2, 15, -250
    line.save()
    Bill.objects.filter(pk=bill.pk).update(amount_fen=bill.amount_fen - 250)

    assert parts(explained(bill_of(202409))) == {"adjustment": -250}


def test_a_bill_that_its_evidence_does_not_make_again_is_told_as_one(station: Station) -> None:
    point = opened_household(station, "01")
    months(station, (point, 1310), (point, 1651))
    Bill.objects.filter(period=202408).update(year_to_date_wh=5_000_000)

    found = explained(bill_of(202409))
    assert parts(found) == {"other": 1736}
    assert not found.separable


def test_a_household_that_became_a_shop_is_told_as_a_change_of_class(station: Station) -> None:
    point = opened_household(station, "01")
    months(station, (point, 1310), (point, 1651))
    Bill.objects.filter(period=202409).update(price_class=PriceClass.COMMERCIAL_SINGLE_PART)

    assert parts(explained(bill_of(202409))) == {"class": 1736}


def test_of_several_points_each_is_held_against_its_own_bill(station: Station) -> None:
    home = opened_household(station, "01", point="01-1")
    pile = another(home.contract, price_class=PriceClass.RESIDENTIAL_SHARED)
    for period, shown, of_pile in ((202407, 1000, 1000), (202408, 1310, 1050), (202409, 1651, 1120)):
        if period > 202407:
            read(home, period, shown)
        read(pile, period, of_pile)
        run(station, period)

    for point in (home, pile):
        bill = Bill.objects.get(consumption__point=point, period=202409)
        assert (before := explained(bill).before) is not None
        assert (before.bill.period, before.bill.consumption.point) == (202408, point)
    late = Bill.objects.get(consumption__point=pile, period=202408)
    assert explained(late).missing is Missing.FIRST_BILL


@pytest.mark.usefixtures("sample_prices")
def test_commercial_bills_are_explained_month_by_month(station: Station) -> None:
    point = builder.household(
        station, "42", "M42", price_class=PriceClass.COMMERCIAL_TWO_PART, capacity_va=100_000, multiplier=10
    )
    ContractTerm.objects.update(voltage_class=VoltageClass.KV_1_10)
    plain = {
        "contract": point.contract,
        "time_of_use": True,
        "capacity_method": CapacityMethod.CAPACITY,
        "power_factor_standard": 90,
    }
    term = SupplyTerm.objects.create(**plain, valid_from=builder.SINCE)
    shown = {0: 1000, 2: 300, 3: 400, 4: 300, 20: 200}

    def month(period: int, more: dict[int, int]) -> None:
        for register in shown:
            shown[register] += more.get(register, 0)
            read(point, period, shown[register], register)
        sheet.approved(period - 1)
        run(station, period)

    month(202407, {})
    month(202408, {0: 1000, 2: 400, 3: 400, 4: 200, 20: 300})
    month(202409, {0: 1000, 2: 400, 3: 400, 4: 200, 20: 300})
    alike = explained(bill_of(202409))
    assert (parts(alike), alike.separable) == ({}, True)
    assert alike.chart() is None

    SupplyTerm.objects.filter(pk=term.pk).update(valid_to=date(2024, 9, 1))
    SupplyTerm.objects.create(**plain | {"power_factor_standard": 85}, valid_from=date(2024, 9, 1))
    month(202410, {0: 1200, 2: 400, 3: 500, 4: 300, 20: 900})
    found = explained(bill_of(202410))
    assert found.separable
    # a whole month is a whole month: fewer days take nothing off the capacity charge
    assert set(parts(found)) == {"days", "energy", "time_of_use", "power_factor"}

    # what the lines charge stands on them; terms corrected in the archive afterwards are not what made the bill
    ContractTerm.objects.update(capacity_va=160_000)
    assert parts(explained(bill_of(202410))) == parts(found)
    SupplyTerm.objects.filter(valid_from=date(2024, 9, 1)).update(power_factor_standard=90)
    assert parts(explained(bill_of(202410))) == parts(found)
    # a bill from before it kept what it was priced with has only the archive, and says that it does not fit
    BillFacts.objects.all().delete()
    assert set(parts(explained(bill_of(202410)))) == {"other"}


def test_what_is_missing_is_named(station: Station) -> None:
    point = opened_household(station, "01")
    months(station, (point, 1310), (point, 1651))

    first = explained(bill_of(202408))
    assert (first.missing, first.before) == (Missing.FIRST_BILL, None)
    assert explained(bill_of(202409), Against.LAST_YEAR).missing is Missing.NO_BILL_THAT_MONTH
    ExternalBill.objects.create(
        customer=point.contract.customer,
        contract=point.contract,
        period=202309,
        energy_wh=1,
        amount_fen=1,
    )
    assert explained(bill_of(202409), Against.LAST_YEAR).missing is Missing.ISSUED_ELSEWHERE


def test_the_line_is_told_with_its_arithmetic_step_rule_and_rounding(station: Station) -> None:
    point = opened_household(station, "01")
    months(station, (point, 3210.01))

    first, second = explained(bill_of(202408)).lines()
    assert first.arithmetic == "2,210.01 kWh × 0.5600 元/kWh = 1,237.6056，四舍五入到分得 1,237.61 元"
    assert second.reason == "年度累计 0.00 → 2,210.01 kWh，第2档从 2,160.00 kWh 起"
    assert "2617号" in second.rule
    assert explained(bill_of(202408)).after.lines[0].rule.rule_id in set(
        RuleSlice.objects.values_list("rule_id", flat=True)
    )


@pytest.fixture
def client_of_a_station(tmp_path: Path, settings: Settings) -> Client:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    pages.build(tmp_path)
    return pages.signed_in("auditor")


@pytest.mark.parametrize("query", ["", "?against=last-year"])
def test_the_page_asks_the_database_a_fixed_number_of_times(
    client_of_a_station: Client, query: str, django_assert_max_num_queries: Any
) -> None:
    bill = Bill.objects.order_by("-period").first()
    with django_assert_max_num_queries(30):
        answer = client_of_a_station.get(reverse("bill_why", args=[bill.pk]) + query)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "<style" not in page
    assert "style=" not in page


def test_explaining_asks_no_more_for_a_bill_of_many_lines(station: Station) -> None:
    point = opened_household(station, "01")
    months(station, (point, 1310), (point, 3210), (point, 4210))
    asked = []
    for period in (202409, 202410):
        with CaptureQueriesContext(connection) as queries:
            explained(bill_of(period)).rows()
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 11


def test_the_same_stands_as_data_in_both_languages(client_of_a_station: Client) -> None:
    bill = Bill.objects.order_by("-period").first()
    answer = client_of_a_station.get(reverse("bill_why_json", args=[bill.pk])).json()
    if answer["before"]:
        total = sum(part["amount_fen"] for part in answer["parts"])
        assert (
            total == answer["difference_fen"] == answer["bill"]["amount_fen"] - answer["before"]["amount_fen"]
        )
    assert all(line["words"]["zh"]["sentence"] != line["words"]["en"]["sentence"] for line in answer["lines"])
    assert sum(line["amount_fen"] for line in answer["lines"]) == answer["bill"]["amount_fen"]


def test_a_bill_of_another_station_is_not_explained(client_of_a_station: Client) -> None:
    bill = Bill.objects.first()
    assert client_of_a_station.get(reverse("bill_why", args=[bill.pk + 1000])).status_code == 404


def test_every_cause_has_a_name_and_a_sentence() -> None:
    from diansuo.office.billing.explaining import causes

    assert set(causes.TITLES) == set(causes._SENTENCES) == set(Cause)
