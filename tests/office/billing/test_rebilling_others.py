"""Issued months put right: factories and shops, the second engine, papers beside a correction, later price sheets."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from diansuo.cli import cycle as cycle_command
from diansuo.office.base.models import Station, User
from diansuo.office.billing.models import Bill, PriceSheet
from diansuo.office.billing.rebilling import wording
from diansuo.office.billing.rebilling.uses import Held
from diansuo.office.collection import operations as collection
from diansuo.office.collection.models import Receivable
from tests.office.billing.rebilled import Kind, asked, billed, issued, seen
from tests.office.billing.sheets import sheet
from tests.office.desk import months
from tests.office.desk.commercial_month import double
from tests.office.metering import builder

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Station:
    return builder.make_station()


@pytest.fixture
def proposer() -> User:
    return sheet.person("proposer", "propose_corrections")


@pytest.fixture
def approver() -> User:
    return sheet.person("approver", "approve_corrections")


@pytest.mark.usefixtures("sample_prices")
def test_a_factory_with_a_wrong_multiplier_is_priced_again_with_demand_and_power_factor(
    station: Station, proposer: User, approver: User
) -> None:
    point = double(station, "0043")
    sheet.approved(202407)
    months.run(station, 202407)
    months.run(station, 202408)
    bill = Bill.objects.get()
    wanted = asked(point, Kind.MULTIPLIER, 202408, 202408, booked_multiplier="10", real_multiplier="20")
    made = issued(wanted, proposer, approver)
    # All but the capacity doubles; the power factor stays, its reward is of all but the surcharge.
    capacity = sum(line.amount_fen for line in bill.lines.filter(component=10))
    assert made.energy_wh == 10_000_000
    assert 0 < made.amount_fen < bill.amount_fen
    assert capacity > 0
    assert not seen(wanted).months
    assert all(month.rules.exists() for month in made.months.all())


def test_a_multiplier_the_bill_was_not_made_with_is_refused_with_the_one_it_was(station: Station) -> None:
    point = billed(station)

    with pytest.raises(Held) as problem:
        seen(asked(point, Kind.MULTIPLIER, 202409, 202409, booked_multiplier="10", real_multiplier="1"))

    assert "乘 1 计费的，填的计费倍率是 10" in wording.held(problem.value.record())


@pytest.mark.usefixtures("sample_prices")
def test_a_shop_billed_as_a_household_is_priced_by_the_sheet_of_its_month(station: Station) -> None:
    point = billed(station)
    with pytest.raises(Held) as problem:
        seen(asked(point, Kind.CLASS, 202409, 202409, price_class="5"))
    assert "202408" in wording.held(problem.value.record()) or "没有" in wording.held(problem.value.record())
    for month in (202407, 202408):
        sheet.approved(month)
    found = seen(asked(point, Kind.CLASS, 202409, 202409, price_class="5"))
    # 420 kWh at 0.40 + 0.015 + 0.20 + 0.03 + 0.03 below 1 kV
    assert found.months[0].right_fen == 28_350


def test_the_second_engine_agrees_with_bills_made_before_and_after_a_correction(
    station: Station, proposer: User, approver: User
) -> None:
    point = billed(station)
    issued(asked(point, Kind.MISSED, 202409, 202409, energy_kwh="200"), proposer, approver)
    months.read(point, 202412, 4570)
    months.run(station, 202412)
    Bill.objects.filter(period=202412).update(issued_date=builder.NOW.date())
    for period in (202411, 202412):
        result = CliRunner().invoke(
            cycle_command.app, ["shadow", "--period", f"{period // 100}-{period % 100}"]
        )
        assert result.exit_code == 0, result.stdout


def test_a_receipt_and_a_notice_of_the_month_stand_beside_a_correction(
    station: Station, proposer: User, approver: User
) -> None:
    point = billed(station)
    made = issued(asked(point, Kind.MISSED, 202409, 202409, energy_kwh="200"), proposer, approver)
    customer = point.contract.customer
    owed = Receivable.objects.filter(customer=customer)
    payment = collection.take_payment(
        customer,
        amount_fen=sum(owed.values_list("amount_fen", flat=True)),
        channel="现金",
        reference="1",
        paid_date=builder.NOW.date(),
        user=None,
        now=builder.NOW,
    )
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    assert (
        reverse("correction", args=[made.pk])
        in client.get(reverse("receipt", args=[payment.pk])).content.decode()
    )
    assert client.get(reverse("customer", args=[customer.pk])).status_code == 200


@pytest.mark.usefixtures("sample_prices")
def test_a_price_sheet_put_right_later_prices_the_month_again_and_only_where_it_is_asked_for(
    station: Station, proposer: User, approver: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    point = double(station, "0043")
    wrong = sheet.approved(202407)
    months.run(station, 202407)
    months.run(station, 202408)
    # What a final bill used cannot be withdrawn; here the place's sheet is replaced underneath.
    PriceSheet.objects.filter(pk=wrong.pk).update(state=PriceSheet.State.WITHDRAWN)
    sheet.approved(202407, purchase="0.5000")
    assert not seen(asked(point, Kind.ARCHIVE, 202408, 202408)).months
    wanted = asked(point, Kind.ARCHIVE, 202408, 202408, prices_of_today="1")
    made = issued(wanted, proposer, approver)
    assert made.amount_fen > 0
    assert made.energy_wh == 0
    assert not seen(wanted).months
