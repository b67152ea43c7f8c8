"""``diansuo bill explain`` of several bills in a month: each of them, or the one asked for by its number."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from diansuo.cli import bill as command
from diansuo.core.tariff import PriceClass
from diansuo.office.billing.models import Bill
from tests.office.desk.months import run
from tests.office.desk.points import AUGUST, JULY, another, read
from tests.office.metering import builder

pytestmark = pytest.mark.django_db


def asked(*more: str) -> Result:
    return CliRunner().invoke(command.app, ["explain", "--customer", "0050", "--period", "2024-08", *more])


@pytest.fixture
def bills() -> list[Bill]:
    station = builder.make_station()
    home = builder.household(station, "0050", "M0050", point="0050-1")
    pile = another(home.contract, price_class=PriceClass.RESIDENTIAL_SHARED)
    read(home, 100)
    read(pile, 50)
    for period in (JULY, AUGUST):
        run(station, period)
    return list(Bill.objects.filter(period=AUGUST).order_by("pk"))


def test_every_bill_of_the_month_is_explained_and_says_which_it_is(bills: list[Bill]) -> None:
    said = asked()
    assert said.exit_code == 0, said.output
    assert len(bills) == 2
    for one in bills:
        assert f"账单 {one.pk}，计量点 {one.consumption.point.number}" in said.output
        assert f"{one.amount_fen / 100:.2f}" in said.output
    told: dict[str, Any] = json.loads(asked("--json").stdout)
    assert [one["bill"]["id"] for one in told["bills"]] == [one.pk for one in bills]


def test_one_is_asked_for_by_its_number_and_a_wrong_number_lists_those_there_are(bills: list[Bill]) -> None:
    first, second = bills
    told = json.loads(asked("--bill", str(second.pk), "--json").stdout)
    assert told["bill"]["id"] == second.pk
    wrong = asked("--bill", "0")
    assert wrong.exit_code != 0
    assert f"{first.pk}, {second.pk}" in str(wrong.output) + str(wrong.exception)
