"""What a lost kWh is worth: the average price of the bills the station issued in its latest month."""

from __future__ import annotations

from pathlib import Path

import pytest

from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing import queries
from diansuo.office.billing.models import ExternalBill
from diansuo.office.network import prices
from tests.office.metering import builder

pytestmark = pytest.mark.django_db
ALL = Scope.everything()


@pytest.fixture
def station(tmp_path: Path) -> Station:
    """A station that issued a bill of 100 yuan for 200 kWh in 202402 and one for 250 kWh in 202403."""
    made = builder.make_station()
    builder.household(made, "001", "m1")
    for period, day, shown in ((202401, "01-01", "0"), (202402, "02-01", "200"), (202403, "03-01", "450")):
        row = {"用户编号": "001", "电能表编号": "m1", "本次示数": shown, "抄表日期": f"2024-{day}"}
        path = builder.reading_list(tmp_path / f"{period}.csv", row)
        builder.bring_in("readings", path, period=period)
        builder.issue(made, period, amount_fen=10_000)
    return made


@pytest.mark.parametrize(
    ("period", "nano"),
    [(202402, 500_000_000), (202403, 400_000_000), (202412, 400_000_000), (202301, 500_000_000)],
)
def test_the_latest_month_up_to_the_one_asked_for_counts(station: Station, period: int, nano: int) -> None:
    assert queries.average_price_nano(ALL, station_id=station.pk, period=period) == nano
    assert prices.price_nano(station.pk, period) == nano


def test_beside_another_system_its_bills_tell_the_price() -> None:
    station = builder.make_station()
    customer = builder.household(station, "001", "m1").contract.customer
    ExternalBill.objects.create(customer=customer, period=202402, energy_wh=100_000, amount_fen=5_600)

    assert queries.average_price_nano(ALL, station_id=station.pk, period=202403) == 560_000_000


def test_without_an_issued_bill_there_is_no_price() -> None:
    station = builder.make_station()

    assert queries.average_price_nano(ALL, station_id=station.pk, period=202403) is None
    assert prices.value_fen(1000, None) is None


@pytest.mark.parametrize(("wh", "fen"), [(1000, 57), (-1000, -57), (0, 0), (9, 1), (8, 0)])
def test_money_of_a_loss_is_rounded_half_away(wh: int, fen: int) -> None:
    assert prices.value_fen(wh, 568_000_000) == fen
