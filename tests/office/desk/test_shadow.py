"""The shadow engine over real books: nothing differs on what the cycle billed; whatever is tampered with is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from typer.testing import CliRunner

from diansuo.cli import cycle as command
from diansuo.core.metering.energy import LossMethod
from diansuo.core.tariff.classes import Component
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.office.archive.models import (
    Contract,
    ContractTerm,
    MeteringPoint,
    MeteringSide,
    MeterInstallation,
    SupplyTerm,
    Transformer,
)
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill, BillLine, BillPart
from diansuo.office.config import rulebook_files
from diansuo.office.desk.shadowing.report import Report, shadow_month
from diansuo.office.metering.models import Consumption, RegisterReading
from tests.office.billing.sheets import sheet
from tests.office.billing.test_price_change import CHANGE, freeze
from tests.office.desk import months, sandbox_books
from tests.office.desk.household_months import closes, known_year
from tests.office.desk.test_cycle_commercial import double, single
from tests.office.metering import builder

pytestmark = pytest.mark.django_db

TWO_PART, STEPS = 6, 1


def shadow(period: int, **chosen: str) -> Report:
    return shadow_month(builder.ALL, period=period, **chosen)


def items(report: Report) -> list[tuple[str, str]]:
    return [(each.what, each.item) for one in report.verdicts for each in one.differences]


def a_bill(price_class: int = STEPS) -> Bill:
    """A bill of the second month with money on it, whose year goes on from the first month."""
    first, last = sandbox_books.MONTHS
    found = Bill.objects.filter(period=last, price_class=price_class, amount_fen__gt=0)
    return found.filter(contract__bills__period=first).order_by("pk")[0]


def line_price() -> None:
    BillLine.objects.filter(bill=a_bill(), sequence=1).update(price_nano=F("price_nano") + 1)


def line_amount() -> None:
    BillLine.objects.filter(bill=a_bill(), sequence=1).update(amount_fen=F("amount_fen") - 1)


def line_gone() -> None:
    BillLine.objects.filter(bill=a_bill(TWO_PART), component=Component.SURCHARGE).delete()


def bill_total() -> None:
    Bill.objects.filter(pk=a_bill().pk).update(amount_fen=F("amount_fen") + 1)


def reading() -> None:
    bill = a_bill()
    last = RegisterReading.objects.filter(
        point=bill.consumption.point, register=0, period=bill.period, purpose=0
    )
    assert last.update(register_wh=F("register_wh") + 1000) == 1


def settled_energy() -> None:
    Consumption.objects.filter(pk=a_bill().consumption_id).update(total_wh=F("total_wh") + 10)


def year_to_date() -> None:
    bill = a_bill()
    earlier = Bill.objects.filter(contract=bill.contract, period=sandbox_books.MONTHS[0])
    assert earlier.update(counted_wh=F("counted_wh") + 10) == 1


def price_class() -> None:
    assert ContractTerm.objects.filter(contract=a_bill().contract).update(price_class=3)


def multiplier() -> None:
    assert MeterInstallation.objects.filter(point=a_bill().consumption.point).update(multiplier=2)


def capacity() -> None:
    contract = a_bill(TWO_PART).contract
    Transformer.objects.filter(contract=contract).update(capacity_va=F("capacity_va") + 1000)
    ContractTerm.objects.filter(contract=contract).update(capacity_va=F("capacity_va") + 1000)


def standard() -> None:
    contract = a_bill(TWO_PART).contract
    assert SupplyTerm.objects.filter(contract=contract).update(power_factor_standard=80)


TAMPERINGS: dict[Callable[[], None], set[tuple[str, str]]] = {
    line_price: {("line", "base step 1")},
    line_amount: {("line", "base step 1"), ("total", "lines")},
    line_gone: {("line", "surcharge"), ("total", "lines")},
    bill_total: {("total", "amount_fen"), ("total", "lines")},
    reading: {
        ("settled", "total_wh"),
        ("bill", "energy_wh"),
        ("line", "base step 1"),
        ("total", "amount_fen"),
    },
    settled_energy: {("settled", "total_wh")},
    year_to_date: {("bill", "year_to_date_wh")},
    price_class: {("line", "base step 1"), ("line", "base")},
    multiplier: {("settled", "total_wh"), ("total", "amount_fen")},
    capacity: {("line", "capacity"), ("line", "power_factor"), ("total", "amount_fen")},
    standard: {("line", "power_factor"), ("bill", "adjustment_rate")},
}


@pytest.mark.usefixtures("sample_prices")
def test_the_sample_station_agrees_to_the_fen_and_whatever_is_tampered_with_is_found(tmp_path: Path) -> None:
    sandbox_books.run_months(tmp_path)
    last = sandbox_books.MONTHS[-1]
    for period in sandbox_books.MONTHS:
        report = shadow(period)
        assert items(report) == [], report.as_mapping()
        assert (report.compared, report.equal) == (Bill.objects.filter(period=period).count(),) * 2
        assert not report.not_comparable
    assert set(Bill.objects.values_list("price_class", flat=True)) >= {1, 2, 3, 5, TWO_PART}

    for tamper, expected in TAMPERINGS.items():
        with transaction.atomic():
            tamper()
            report = shadow(last)
            assert expected <= set(items(report)), tamper.__name__
            assert report.different == 1, tamper.__name__
            transaction.set_rollback(True)
    assert shadow(last).different == 0


@pytest.fixture
def station() -> Station:
    return builder.make_station()


@pytest.mark.usefixtures("sample_prices")
def test_losses_demand_exempt_and_part_months_of_factories_agree(station: Station) -> None:
    lossy = {"metering_side": MeteringSide.HIGH_LOW, "line_loss_ppm": 30_000}
    by_formula = double(station, "0001", loss_method=LossMethod.FORMULA, **lossy)
    double(station, "0002", loss_method=LossMethod.AGREED_RATIO, agreed_ratio_ppm=25_000, **lossy)
    double(station, "0003", loss_method=LossMethod.AGREED_VALUE, agreed_active_wh=1_234_560, **lossy)
    by_demand = double(
        station, "0004", capacity_method=CapacityMethod.CONTRACT_DEMAND, contract_demand_w=50_000
    )
    months.read(by_demand, 202408, 8.765, 30)
    paused = double(station, "0005", power_factor_standard=0)
    double(station, "0006", capacity_exempt=True)
    single(station, "0007", power_factor_standard=85, reduced_standard=True)
    for point, since, until in (
        (by_formula, builder.SINCE, None),
        (paused, builder.SINCE, date(2024, 7, 11)),
    ):
        Transformer.objects.create(
            contract=point.contract, number="1", model="S11", capacity_va=100_000, p0_w=200, pk_w=1500,
            i0_milli_percent=2200, uk_milli_percent=4000, shifts=2, valid_from=since, valid_to=until,
        )  # fmt: skip
    sheet.approved(202407)
    for period in (202407, 202408):
        months.run(station, period)

    report = shadow(202408)

    assert items(report) == []
    assert (report.equal, report.not_comparable.total()) == (7, 0)
    assert Bill.objects.filter(transformer_loss_wh__gt=0, line_loss_wh__gt=0).count() == 3


def test_a_household_whose_price_changes_agrees_by_freeze_and_by_days(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, station: Station
) -> None:
    folder = tmp_path / "rulebook" / "province" / "henan"
    folder.mkdir(parents=True)
    (folder / "residential_steps.yaml").write_text(CHANGE, encoding="utf-8")
    changed = rulebook_files.load(tmp_path / "rulebook")
    monkeypatch.setattr("diansuo.office.billing.sheets.book.book", lambda: changed)
    frozen, by_days = (months.opened_household(station, number) for number in ("0011", "0012"))
    freeze(station, frozen, {date(2024, 7, 1): 1000, date(2024, 7, 16): 1205})
    months.run(station, 202407)
    for point in (frozen, by_days):
        months.read(point, 202408, 1310)
    months.run(station, 202408)

    report = shadow(202408)

    assert items(report) == []
    assert report.equal == 2
    assert (
        BillPart.objects.filter(by_days=True).count() == BillPart.objects.filter(by_days=False).count() == 2
    )


def test_what_the_shadow_has_not_learnt_is_not_comparable_and_says_why(station: Station) -> None:
    point = billed_household(station)
    Contract.objects.filter(pk=point.contract_id).update(closed_date=date(2024, 7, 1))
    second = MeteringPoint.objects.create(company=station.company, station=station, contract=point.contract)
    report = shadow(202408)
    assert dict(report.not_comparable) == {"closing": 1}
    assert (report.compared, report.different) == (0, 0)

    Contract.objects.filter(pk=point.contract_id).update(closed_date=None)
    meter = MeterInstallation.objects.get(point=point).meter
    MeterInstallation.objects.filter(point=point).update(valid_to=date(2024, 7, 20))
    MeterInstallation.objects.create(point=second, meter=meter, valid_from=date(2024, 7, 20))
    assert dict(shadow(202408).not_comparable) == {"several_points": 1}


def test_the_last_bill_of_a_closed_contract_agrees_and_a_wrong_one_is_found(station: Station) -> None:
    early, whole, divided = (months.opened_household(station, number) for number in ("0011", "0012", "0013"))
    known_year(early, 1000)
    known_year(divided, 2500)
    months.run(station, 202407)
    for point in (early, whole, divided):
        months.read(point, 202408, 1600)
    months.run(station, 202408)
    for point in (early, divided):
        closes(point, date(2024, 8, 20), 1800, 202409)
    months.read(whole, 202409, 1700)
    months.run(station, 202409)

    report = shadow(202409)
    assert (items(report), report.equal, report.not_comparable.total()) == ([], 3, 0)
    settled = BillLine.objects.filter(component=Component.CORRECTION)
    assert set(settled.values_list("bill__contract", flat=True)) == {early.contract_id, divided.contract_id}

    settled.filter(bill__contract=early.contract).update(amount_fen=F("amount_fen") + 1)
    assert items(shadow(202409)) == [("line", "correction step 2"), ("total", "lines")]


def billed_household(station: Station) -> MeteringPoint:
    point = months.opened_household(station, "0001")
    months.run(station, 202407)
    months.read(point, 202408, 1310)
    months.run(station, 202408)
    return point


def test_the_command_ends_with_1_on_a_difference_and_writes_it_with_both_workings(
    station: Station, tmp_path: Path
) -> None:
    point = billed_household(station)
    runner, out = CliRunner(), tmp_path / "differences.csv"
    asked = ["shadow", "--period", "2024-08", "--json", "--out", str(out)]

    alike = runner.invoke(command.app, asked)
    assert alike.exit_code == 0, alike.output
    assert json.loads(alike.stdout)["equal"] == 1
    assert len(out.read_text(encoding="utf-8-sig").splitlines()) == 1

    BillLine.objects.filter(bill__consumption__point=point).update(amount_fen=F("amount_fen") + 3)
    differs = runner.invoke(command.app, asked)
    assert differs.exit_code == 1
    row: dict[str, Any] = json.loads(differs.stdout)["rows"][0]
    assert (row["customer"], row["item"], row["difference_yuan"]) == ("0001", "base step 1", "0.03")
    assert (row["billed"], row["shadow"]) == ("310 × 0.56 = 173.63", "310 × 0.56 = 173.6")
    assert "310 × 0.56 = 173.63" in out.read_text(encoding="utf-8-sig")
    assert runner.invoke(command.app, ["shadow", "--period", "2024-08"]).exit_code == 1
