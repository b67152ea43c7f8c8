"""A supply is closed: the last registers, and the last bill at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from diansuo.core.metering import Register
from diansuo.office.archive.models import Contract, MeteringPoint, MeterInstallation
from diansuo.office.base.models import Job, Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.collection.models import Receivable
from diansuo.office.desk.closing import operations
from diansuo.office.desk.closing.operations import Closed, UnableToClose
from diansuo.office.metering import columns
from diansuo.office.metering.models import RegisterReading
from tests.office.base import pages
from tests.office.desk.months import opened_household, read, reasons, run
from tests.office.metering import builder

pytestmark = pytest.mark.django_db
DAY = date(2024, 8, 16)


@pytest.fixture
def station() -> Station:
    return builder.make_station()


def billed(station: Station, number: str = "9001") -> MeteringPoint:
    """Make a household billed for July with 100 kWh."""
    point = opened_household(station, number)
    read(point, 202408, 1100)
    run(station, 202408)
    return point


def close(point: MeteringPoint, kwh: float, day: date = DAY, **choices: Any) -> Closed:
    contract = Contract.objects.select_related("customer__station").get(pk=point.contract_id)
    return operations.close(
        choices.pop("scope", Scope.everything()),
        contract,
        day=day,
        registers={point: {Register.ACTIVE_TOTAL: round(kwh * 1000)}},
        user=None,
        today=date(2024, 9, 20),
        now=builder.NOW,
        **choices,
    )


def test_the_last_bill_is_issued_at_once_up_to_the_closing_day(station: Station) -> None:
    point = billed(station)

    outcome = close(point, 1160)

    bill = Bill.objects.get(period=202409)
    assert outcome.period == 202409
    assert (bill.state, bill.from_date, bill.to_date, bill.energy_wh) == (
        Bill.State.ISSUED,
        date(2024, 8, 1),
        DAY,
        60_000,
    )
    assert Contract.objects.get(pk=point.contract_id).closed_date == DAY
    assert Receivable.objects.filter(bill=bill).exists()


def test_the_month_of_the_others_leaves_the_closed_one_alone(station: Station) -> None:
    point = billed(station)
    other = opened_household(station, "9002")
    read(other, 202408, 1010)
    run(station, 202408)
    close(point, 1160)
    before = Bill.objects.get(period=202409).pk

    read(other, 202409, 1050)
    run(station, 202409)

    assert Bill.objects.filter(period=202409, contract=point.contract_id).get().pk == before
    assert Bill.objects.filter(period=202409, contract=other.contract_id).exists()


def test_after_closing_no_meter_hangs_and_no_later_month_waits_for_a_reading(station: Station) -> None:
    point = billed(station)
    other = opened_household(station, "9002")
    read(other, 202408, 1010)
    run(station, 202408)
    close(point, 1160)

    assert MeterInstallation.objects.get(point=point).valid_to == DAY
    for period in (202409, 202410):
        read(other, period, 1000 + period)
        assert point.pk not in columns.due_points(station.pk, period, 0, 2**31).point
        job = run(station, period)
        assert "9001" not in reasons(job)
    assert Bill.objects.filter(contract=point.contract_id).count() == 2


def test_the_meter_of_a_closed_supply_may_hang_elsewhere_from_that_day(station: Station) -> None:
    point = billed(station)
    close(point, 1160)
    elsewhere = opened_household(station, "9002")
    MeterInstallation.objects.filter(point=elsewhere).update(valid_to=DAY)
    meter = MeterInstallation.objects.get(point=point).meter

    MeterInstallation.objects.create(point=elsewhere, meter=meter, multiplier=1, valid_from=DAY)

    assert MeterInstallation.objects.in_force(DAY).get(meter=meter).point == elsewhere


def test_a_register_that_ran_back_is_asked_about_and_nothing_is_stored(station: Station) -> None:
    point = billed(station)

    outcome = close(point, 1090)

    assert outcome.job is None
    assert outcome.findings
    assert Contract.objects.get(pk=point.contract_id).closed_date is None
    assert MeterInstallation.objects.get(point=point).valid_to is None
    assert not RegisterReading.objects.filter(point=point, read_date=DAY).exists()


def test_confirmed_it_is_stored_and_the_bill_is_held(station: Station) -> None:
    point = billed(station)

    outcome = close(point, 1090, confirmed=True)

    assert outcome.job is not None
    assert not Bill.objects.filter(period=202409).exists()
    assert Contract.objects.get(pk=point.contract_id).closed_date == DAY


@pytest.mark.parametrize("day", [date(2024, 10, 1), date(2024, 7, 15)])
def test_a_day_to_come_and_a_day_already_billed_are_refused(station: Station, day: date) -> None:
    point = billed(station)

    with pytest.raises(UnableToClose):
        close(point, 1160, day=day)

    assert Contract.objects.get(pk=point.contract_id).closed_date is None


@pytest.mark.parametrize("day", [date(2024, 8, 1), date(2024, 7, 31)])
def test_a_day_an_issued_bill_reaches_is_refused_and_the_bill_stays_as_it_is(
    station: Station, day: date
) -> None:
    point = billed(station)
    before = RegisterReading.objects.filter(point=point).count()

    with pytest.raises(UnableToClose, match="2024-08-01.*退补"):
        close(point, 1160, day=day)

    assert RegisterReading.objects.filter(point=point).count() == before
    assert Contract.objects.get(pk=point.contract_id).closed_date is None


def test_a_day_before_a_register_already_read_is_refused(station: Station) -> None:
    point = billed(station)
    read(point, 202409, 1200)

    with pytest.raises(UnableToClose, match="2024-09-01 已有示数"):
        close(point, 1160)

    assert Contract.objects.get(pk=point.contract_id).closed_date is None


def test_a_month_read_and_not_issued_goes_first(station: Station) -> None:
    point = opened_household(station, "9001")
    run(station, 202407)
    read(point, 202408, 1100)

    with pytest.raises(UnableToClose, match="2024-08.*发行"):
        close(point, 1160)
    run(station, 202408)

    assert close(point, 1160).job is not None


def test_twice_outside_the_scope_and_beside_are_refused(station: Station) -> None:
    point = billed(station)
    with pytest.raises(UnableToClose, match="权限"):
        close(point, 1160, scope=Scope(frozenset()))
    Station.objects.update(mode=Station.Mode.BESIDE)
    with pytest.raises(UnableToClose, match=r"营销2\.0"):
        close(point, 1160)
    Station.objects.update(mode=Station.Mode.ALONE)
    close(point, 1160)
    with pytest.raises(UnableToClose, match="已于"):
        close(point, 1170)


def test_somebody_else_who_closed_it_meanwhile_is_told_and_nothing_is_stored(station: Station) -> None:
    point = billed(station)
    contract = Contract.objects.select_related("customer__station").get(pk=point.contract_id)
    Contract.objects.filter(pk=contract.pk).update(
        closed_date=date(2024, 8, 10)
    )  # the page still shows it open

    with pytest.raises(UnableToClose, match="已经销户"):
        operations.close(
            Scope.everything(),
            contract,
            day=DAY,
            registers={point: {Register.ACTIVE_TOTAL: 1_160_000}},
            user=None,
            today=date(2024, 9, 20),
            now=builder.NOW,
        )

    assert not RegisterReading.objects.filter(point=point, read_date=DAY).exists()


def test_a_running_cycle_of_the_station_goes_first(station: Station) -> None:
    point = billed(station)
    Job.objects.filter(kind="cycle").update(state=Job.State.RUNNING)

    with pytest.raises(UnableToClose, match="正在执行"):
        close(point, 1160)


def test_a_closing_whose_bill_is_held_is_taken_back_and_the_supply_goes_on(station: Station) -> None:
    point = billed(station)
    assert close(point, 1090, confirmed=True).job is not None
    contract = Contract.objects.select_related("customer__station").get(pk=point.contract_id)

    operations.reopen(Scope.everything(), contract)

    assert Contract.objects.get(pk=contract.pk).closed_date is None
    assert MeterInstallation.objects.get(point=point).valid_to is None
    assert not RegisterReading.objects.filter(point=point, read_date=DAY).exists()
    read(point, 202409, 1150)
    run(station, 202409)
    assert Bill.objects.get(contract=contract, period=202409).energy_wh == 50_000


def test_a_closing_whose_bill_is_issued_is_not_taken_back(station: Station) -> None:
    point = billed(station)
    close(point, 1160)
    contract = Contract.objects.select_related("customer__station").get(pk=point.contract_id)

    with pytest.raises(UnableToClose, match="已发行"):
        operations.reopen(Scope.everything(), contract)

    assert Contract.objects.get(pk=contract.pk).closed_date == DAY
    assert RegisterReading.objects.filter(point=point, read_date=DAY).exists()


def test_a_meter_that_hangs_elsewhere_by_now_stays_there(station: Station) -> None:
    point = billed(station)
    close(point, 1090, confirmed=True)
    elsewhere = opened_household(station, "9002")
    MeterInstallation.objects.filter(point=elsewhere).update(valid_to=DAY)
    meter = MeterInstallation.objects.get(point=point).meter
    MeterInstallation.objects.create(point=elsewhere, meter=meter, multiplier=1, valid_from=DAY)
    contract = Contract.objects.select_related("customer__station").get(pk=point.contract_id)

    with pytest.raises(UnableToClose, match="别处"):
        operations.reopen(Scope.everything(), contract)

    assert Contract.objects.get(pk=contract.pk).closed_date == DAY


@pytest.fixture
def auditor(tmp_path: Path, settings: Settings) -> Client:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    pages.build(tmp_path)
    return pages.signed_in("auditor")


def test_the_page_closes_and_shows_the_last_bill(auditor: Client) -> None:
    point = MeteringPoint.objects.get(contract__customer__number="001")
    address = reverse("closing", args=[point.contract.customer_id])
    assert "销户结算" in auditor.get(reverse("customer", args=[point.contract.customer_id])).content.decode()
    assert "上次示数 260.55（" in auditor.get(address).content.decode()

    answer = auditor.post(address, {"day": "2024-08-20", f"p{point.pk}-0": "300.00"}, follow=True)

    assert "末次电费账单已发行" in answer.content.decode()
    assert Contract.objects.get(pk=point.contract_id).closed_date == date(2024, 8, 20)
    assert auditor.get(address).status_code == 404


def test_only_who_bills_may_close(auditor: Client) -> None:
    del auditor
    point = MeteringPoint.objects.get(contract__customer__number="001")
    address = reverse("closing", args=[point.contract.customer_id])
    assert pages.signed_in("inspector").get(address).status_code == 403


def test_the_page_says_what_is_owed_and_offers_the_held_last_bill_again(auditor: Client) -> None:
    point = MeteringPoint.objects.get(contract__customer__number="001")
    customer = point.contract.customer_id
    assert "还欠费" in auditor.get(reverse("closing", args=[customer])).content.decode()
    backwards = {"day": "2024-08-20", f"p{point.pk}-0": "250.00", "confirmed": "on"}
    auditor.post(reverse("closing", args=[customer]), backwards)

    page = auditor.get(reverse("customer", args=[customer])).content.decode()
    assert "2024-08-20 销户" in page
    assert "末次账单还没有出" in page
    again = auditor.post(reverse("closing_bill", args=[customer]), follow=True)
    assert "倒走" in again.content.decode()

    back = auditor.post(reverse("closing_withdraw", args=[customer]), follow=True).content.decode()

    assert "已撤销销户" in back
    assert Contract.objects.get(pk=point.contract_id).closed_date is None
    assert auditor.post(reverse("closing_withdraw", args=[customer])).status_code == 404
