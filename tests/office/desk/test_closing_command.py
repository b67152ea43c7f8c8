"""``diansuo bill close-out``: the last bill from the command line, as data, or one line that says why not."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from diansuo.cli import bill as command
from diansuo.cli.say import Failure
from diansuo.office.archive.models import Contract, MeterInstallation
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import RegisterReading
from tests.office.desk.months import opened_household, read, run
from tests.office.metering import builder

pytestmark = pytest.mark.django_db


@pytest.fixture
def station() -> Station:
    station = builder.make_station()
    point = opened_household(station, "9001")
    read(point, 202408, 1100)
    run(station, 202408)
    return station


def close_out(*arguments: str, customer: str = "9001", day: str = "2024-08-16"):  # type: ignore[no-untyped-def]
    return CliRunner().invoke(
        command.app, ["close-out", "--customer", customer, "--day", day, *arguments], catch_exceptions=True
    )


def test_the_last_bill_comes_back_as_data(station: Station) -> None:
    result = close_out("--register", "1160.5", "--json")

    assert result.exit_code == 0, result.output
    bill = Bill.objects.get(period=202409)
    assert json.loads(result.stdout) == {
        "customer": "9001",
        "closed_date": "2024-08-16",
        "period": 202409,
        "bills": [
            {
                "bill": bill.pk,
                "from_date": "2024-08-01",
                "to_date": "2024-08-16",
                "energy_wh": 60_500,
                "amount_fen": bill.amount_fen,
            }
        ],
        "held": [],
    }
    assert bill.state == Bill.State.ISSUED


def test_the_answer_in_words_names_customer_energy_and_money(station: Station) -> None:
    result = close_out("--register", "M9001:total=1160.5")

    assert result.exit_code == 0, result.output
    assert "9001 已于 2024-08-16 销户" in result.stdout
    assert "60.50 kWh" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "customer", "words"),
    [
        (("--register", "1090"), "9001", "--confirm"),
        (("--register", "much"), "9001", "不是示数"),
        (("--register", "1160.5555"), "9001", "不是示数"),
        (("--register", "noon=3"), "9001", "没有示数类型"),
        (("--register", "X1:1160"), "9001", "没有电能表"),
        (("--register", "valley=3"), "9001", "缺末次总示数"),
        (("--register", "1160"), "0000", "没有可在本系统出账的合同"),
    ],
)
def test_what_cannot_be_is_one_line_and_stores_nothing(
    station: Station, arguments: tuple[str, ...], customer: str, words: str
) -> None:
    readings = RegisterReading.objects.count()

    result = close_out(*arguments, customer=customer)

    assert isinstance(result.exception, Failure)
    assert words in str(result.exception)
    assert "\n" not in str(result.exception)
    assert RegisterReading.objects.count() == readings
    assert Contract.objects.get().closed_date is None
    assert MeterInstallation.objects.get().valid_to is None


def test_twice_is_refused_and_issues_nothing_more(station: Station) -> None:
    assert close_out("--register", "1160").exit_code == 0
    bills = Bill.objects.count()

    again = close_out("--register", "1170")

    assert isinstance(again.exception, Failure)
    assert Bill.objects.count() == bills
