"""What stands on a register taken back to the fixed day: bills that do not move, and all that follows them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from diansuo.core.metering import Purpose, Register
from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import Contract, ContractTerm, MeteringPoint, MeterInstallation
from diansuo.office.base.imports import operations
from diansuo.office.base.imports.operations import UnableToWithdraw
from diansuo.office.base.models import ImportBatch, Station
from diansuo.office.billing.models import Bill
from diansuo.office.billing.rebilling import archive, standing
from diansuo.office.desk.closing import conditions
from diansuo.office.desk.closing import operations as closing
from diansuo.office.metering import entry, lake
from diansuo.office.metering.models import RegisterReading
from tests.office.base.people import superuser_with
from tests.office.desk.frozen_registers import freeze
from tests.office.desk.months import opened_household, read, read_on, run
from tests.office.desk.test_cycle_taken_back import AUGUST, LATE, SEPTEMBER, bill
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_prices", "judged")]


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setattr(lake, "_root", lambda: tmp_path / "lake")
    return builder.make_station()


def late_and_issued(station: Station, tmp_path: Path, kwh: str = "1234") -> MeteringPoint:
    """A household read by list three days late and issued on the register of the fixed day."""
    point = opened_household(station, "01")
    freeze(point, {AUGUST: 1190.0, LATE: 1234.0})
    run(station, 202407)
    builder.bring_in("readings", listed(tmp_path, kwh), period=202408)
    run(station, 202408, day=20)
    assert Bill.objects.get(period=202408).energy_wh == 190_000
    return point


def listed(tmp_path: Path, kwh: str) -> Path:
    row = {"用户编号": "01", "电能表编号": "M01", "本次示数": kwh, "抄表日期": "2024-08-04"}
    return builder.reading_list(tmp_path / f"{kwh}.csv", row)


def test_what_an_issued_bill_was_taken_back_from_can_not_be_changed_nor_withdrawn(
    station: Station, tmp_path: Path
) -> None:
    point = late_and_issued(station, tmp_path)
    _batch, plan = builder.preview("readings", listed(tmp_path, "1240"), period=202408)
    assert "已据此发行电费" in plan.verdicts.reason[-1]
    with pytest.raises(entry.UnableToEnter):
        entry.enter_reading(
            builder.ALL, point=point, values={Register.ACTIVE_TOTAL: 1_240_000}, read_date=LATE, period=202408,
            purpose=Purpose.PERIODIC, user=None, today=date(2024, 8, 20), now=builder.NOW, confirmed=True,
        )  # fmt: skip
    with pytest.raises(UnableToWithdraw):
        operations.withdraw(ImportBatch.objects.filter(kind="readings").earliest("pk"), now=builder.NOW)
    assert RegisterReading.objects.get(period=202408).register_wh == 1_234_000


def test_a_supply_whose_last_month_was_taken_back_can_be_closed(station: Station, tmp_path: Path) -> None:
    point = late_and_issued(station, tmp_path)
    assert conditions.refusal([point], date(2024, 8, 20)) == ""


def test_a_bill_asked_for_up_to_a_day_ends_on_that_day(station: Station, tmp_path: Path) -> None:
    point = opened_household(station, "01")
    freeze(point, {date(2024, 8, 16): 1250.0, AUGUST: 1190.0, SEPTEMBER: 1300.0})
    run(station, 202407)
    read(point, 202408, 1190)
    run(station, 202408)
    contract = Contract.objects.select_related("customer__station").get(pk=point.contract_id)
    closing.bill_to_day(
        builder.ALL, contract, day=date(2024, 8, 16), registers={point: {Register.ACTIVE_TOTAL: 1_250_000}},
        user=None, today=date(2024, 9, 20), now=builder.NOW,
    )  # fmt: skip
    made = Bill.objects.get(period=202409)
    assert (made.to_date, made.energy_wh) == (date(2024, 8, 16), 60_000)


def test_raw_and_settled_registers_stand_side_by_side_on_the_pages(station: Station, tmp_path: Path) -> None:
    point = late_and_issued(station, tmp_path)
    client = Client()
    client.force_login(superuser_with())
    page = client.get(reverse("bill", args=[Bill.objects.get(period=202408).pk])).content.decode()
    assert "2024-08-04 抄见 1,234.00，折回例日" in page
    assert "1,190.00" in page
    customer = client.get(reverse("customer", args=[point.contract.customer_id])).content.decode()
    assert "折回例日 2024-08-01" in customer
    assert "→ 1,190.00" in customer


def test_a_change_of_class_after_it_is_divided_by_what_was_read_that_day(station: Station) -> None:
    """The month began at a register of the fixed day that nobody read: a special reading still divides it."""
    late, plain = opened_household(station, "01"), opened_household(station, "02")
    freeze(late, {AUGUST: 1190.0, LATE: 1234.0})
    run(station, 202407)
    read_on(late, LATE, 1234, period=202408)
    read(plain, 202408, 1190)
    run(station, 202408, day=20)
    for point in (late, plain):
        ContractTerm.objects.get(contract=point.contract).change_from(
            date(2024, 8, 16), price_class=int(PriceClass.RESIDENTIAL_SHARED)
        )
        RegisterReading.objects.create(
            point=point, meter=MeterInstallation.objects.get(point=point).meter, register=0, purpose=Purpose.SPECIAL,
            read_date=date(2024, 8, 16), register_wh=1_290_000,
        )  # fmt: skip
        read(point, 202409, 1350)
    run(station, 202409, day=20)

    parts = Bill.objects.get(contract=late.contract_id, period=202409).parts.order_by("part")
    assert list(parts.values_list("energy_wh", "by_days")) == [(100_000, False), (60_000, False)]
    assert bill(late, 202409) == bill(plain, 202409)


def test_a_wrong_multiplier_is_found_in_a_month_that_was_taken_back(station: Station, tmp_path: Path) -> None:
    point = late_and_issued(station, tmp_path)
    MeterInstallation.objects.filter(point=point).update(multiplier=2)
    months = standing.load(builder.ALL, point.pk, since=202408)
    assert archive.billed_multipliers(months) == {202408: 1}
    assert archive.total_reading(point.pk, AUGUST) == (1_190_000, 2)
    MeterInstallation.objects.filter(point=point).update(multiplier=1)
