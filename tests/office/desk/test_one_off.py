"""A bill up to a special reading, outside the month's run: the next month begins at it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from diansuo.cli import bill as command
from diansuo.core.metering import Register
from diansuo.office.archive.models import Contract, ContractTerm, MeteringPoint, MeterInstallation
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.collection.models import Receivable
from diansuo.office.desk.closing import operations
from diansuo.office.desk.closing.operations import Closed, UnableToClose
from diansuo.office.metering.models import RegisterReading
from tests.office.base.people import superuser_with
from tests.office.desk.months import opened_household, read, run
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("judged")]
DAY = date(2024, 8, 16)


@pytest.fixture
def station() -> Station:
    return builder.make_station()


def billed(station: Station, number: str) -> MeteringPoint:
    """A household far up the first step, billed for July with 2,000 kWh."""
    point = opened_household(station, number)
    run(station, 202407)
    read(point, 202408, 3000)
    run(station, 202408)
    return point


def bill_to(point: MeteringPoint, kwh: float, day: date = DAY, **choices: Any) -> Closed:
    contract = Contract.objects.select_related("customer__station").get(pk=point.contract_id)
    return operations.bill_to_day(
        Scope.everything(), contract, day=day, registers={point: {Register.ACTIVE_TOTAL: round(kwh * 1000)}},
        user=None, today=date(2024, 9, 20), now=builder.NOW, **choices,
    )  # fmt: skip


def test_the_bill_ends_at_the_reading_and_the_supply_goes_on(station: Station) -> None:
    point = billed(station, "9001")

    outcome = bill_to(point, 3300)

    bill = Bill.objects.get(period=202409)
    assert outcome.period == 202409
    assert (bill.state, bill.from_date, bill.to_date, bill.energy_wh) == (
        Bill.State.ISSUED, date(2024, 8, 1), DAY, 300_000,
    )  # fmt: skip
    assert Receivable.objects.filter(bill=bill).exists()
    assert Contract.objects.get(pk=point.contract_id).closed_date is None
    assert MeterInstallation.objects.get(point=point).valid_to is None


def test_with_the_month_after_it_comes_to_what_one_bill_would_have_been(station: Station) -> None:
    # 2,160 kWh are the first step: the special reading lies beyond it, and the year goes on from there.
    special, plain = billed(station, "9001"), billed(station, "9002")
    bill_to(special, 3300)
    for point, kwh in ((special, 3500), (plain, 3500)):
        read(point, 202409, kwh)
    run(station, 202409)
    for point in (special, plain):
        read(point, 202410, 4500)
    run(station, 202410)

    def sums(point: MeteringPoint) -> tuple[int, int]:
        bills = Bill.objects.filter(contract=point.contract_id, period__gte=202409)
        assert set(bills.values_list("state", flat=True)) == {Bill.State.ISSUED}
        return sum(one.energy_wh for one in bills), sum(one.amount_fen for one in bills)

    assert Bill.objects.get(contract=special.contract_id, period=202410).from_date == DAY
    assert sums(special) == sums(plain)
    assert sums(special)[0] == 1_500_000


def test_what_cannot_be_billed_up_to_a_day_is_refused_and_nothing_is_stored(station: Station) -> None:
    point = billed(station, "9001")
    before = RegisterReading.objects.count()

    with pytest.raises(UnableToClose, match="2024-08-01"):
        bill_to(point, 3300, day=date(2024, 8, 1))
    assert bill_to(point, 2900).findings
    ContractTerm.objects.filter(contract=point.contract_id).update(price_class=5, capacity_va=50_000)
    with pytest.raises(UnableToClose, match="整月"):
        bill_to(point, 3300)

    assert RegisterReading.objects.count() == before
    assert not Bill.objects.filter(period=202409).exists()
    ContractTerm.objects.filter(contract=point.contract_id).update(price_class=1)


def test_the_page_and_the_command_bill_it(station: Station, client: Client) -> None:
    first, second = billed(station, "9001"), billed(station, "9002")
    customer = first.contract.customer_id
    client.force_login(superuser_with("run_cycle"))
    assert "特抄出账" in client.get(reverse("customer", args=[customer])).content.decode()
    page = client.post(
        reverse("one_off", args=[customer]), {"day": "2024-08-16", f"p{first.pk}-0": "3300"}, follow=True
    )
    assert "下月从这次示数算起" in page.content.decode()

    arguments = ["one-off", "--customer", "9002", "--day", "2024-08-16", "--register", "3300", "--json"]
    result = CliRunner().invoke(command.app, arguments)

    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert (answer["closed_date"], answer["bills"][0]["energy_wh"]) == (None, 300_000)
    assert Bill.objects.filter(period=202409, contract=second.contract_id).exists()
