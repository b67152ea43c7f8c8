"""A change of prices inside a month: the bill is divided by the daily freeze where there is one, else by days."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.test import Client
from django.urls import reverse

from diansuo.core.metering import Register
from diansuo.core.tariff import PriceClass
from diansuo.office.archive.models import MeterInstallation
from diansuo.office.base.models import ImportBatch, Station, User
from diansuo.office.billing.models import Bill, BillPart
from diansuo.office.config import rulebook_files
from diansuo.office.metering import lake
from tests.office.desk.months import opened_household, read, run
from tests.office.metering import builder

pytestmark = pytest.mark.django_db

CHANGE = """
id: province/henan/residential_steps
kind: annual_steps
title: {zh: 占位, en: placeholder}
values:
  "2024-07-16":
    source: {document: PLACEHOLDER of this test, clause: "1", published: "2024-07-01", url: null}
    checked: "2024-07-01"
    limits: {unit: kWh/year, upper: ["2160", "3120"]}
    prices: {unit: yuan/kWh, below_1kv: ["0.60", "0.65", "0.90"]}
"""


@pytest.fixture
def station(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Station:
    folder = tmp_path / "rulebook" / "province" / "henan"
    folder.mkdir(parents=True)
    (folder / "residential_steps.yaml").write_text(CHANGE, encoding="utf-8")
    changed = rulebook_files.load(tmp_path / "rulebook")
    monkeypatch.setattr("diansuo.office.billing.sheets.book.book", lambda: changed)
    return builder.make_station()


def freeze(station: Station, point: Any, registers: dict[date, int]) -> None:
    """Write registers in kWh at 0:00 of days into the lake."""
    held = MeterInstallation.objects.get(point=point)
    batch = ImportBatch.objects.create(
        kind="freeze", station=station, file_name="f.csv", created_at=builder.NOW
    )
    for month in sorted({day.year * 100 + day.month for day in registers}):
        rows = [
            dict.fromkeys(lake.FREEZE_SCHEMA)
            | {
                "point": point.pk,
                "meter": held.meter_id,
                "multiplier": held.multiplier,
                "day": day,
                "active_total_wh": kwh * 1000,
            }
            for day, kwh in registers.items()
            if day.year * 100 + day.month == month
        ]
        lake.write_freeze(batch, station.pk, month, pl.DataFrame(rows, schema=lake.FREEZE_SCHEMA))


def bill_of_august(station: Station, point: Any) -> Bill:
    run(station, 202407)
    read(point, 202408, 1310)
    run(station, 202408)
    return Bill.objects.get()


def parts(bill: Bill) -> list[tuple[date, date, int, bool]]:
    return list(
        BillPart.objects.filter(bill=bill)
        .order_by("part")
        .values_list("from_date", "to_date", "energy_wh", "by_days")
    )


def test_without_a_freeze_the_month_is_divided_by_days(station: Station) -> None:
    bill = bill_of_august(station, opened_household(station, "01"))
    # 310 kWh in 31 days, 16 of them from 16 July on: 150 at 0.56 and 160 at 0.60
    assert parts(bill) == [
        (date(2024, 7, 1), date(2024, 7, 16), 150_000, True),
        (date(2024, 7, 16), date(2024, 8, 1), 160_000, True),
    ]
    assert bill.amount_fen == 8_400 + 9_600
    assert list(bill.lines.order_by("sequence").values_list("part", "quantity")) == [
        (1, 150_000),
        (2, 160_000),
    ]


def test_with_a_freeze_on_both_days_it_is_divided_by_the_register(station: Station) -> None:
    point = opened_household(station, "01")
    freeze(station, point, {date(2024, 7, 1): 1000, date(2024, 7, 16): 1200})
    bill = bill_of_august(station, point)
    assert [part[2:] for part in parts(bill)] == [(200_000, False), (110_000, False)]
    assert bill.amount_fen == 11_200 + 6_600


def test_a_freeze_that_contradicts_the_reading_is_left_out(station: Station) -> None:
    point = opened_household(station, "01")
    freeze(station, point, {date(2024, 7, 1): 1000, date(2024, 7, 16): 1311})
    assert [part[2:] for part in parts(bill_of_august(station, point))] == [(150_000, True), (160_000, True)]


def test_a_freeze_of_the_total_alone_does_not_divide_peak_and_valley(station: Station) -> None:
    point = opened_household(station, "01", price_class=PriceClass.RESIDENTIAL_STEPS_TOU)
    freeze(station, point, {date(2024, 7, 1): 1000, date(2024, 7, 16): 1200})
    for period, peak, valley in ((202407, 600, 400), (202408, 786, 524)):
        read(point, period, peak, register=Register.ACTIVE_PEAK)
        read(point, period, valley, register=Register.ACTIVE_VALLEY)
    bill_of_august(station, point)
    divided = BillPart.objects.order_by("part").values_list("energy_wh", "peak_wh", "by_days")
    assert list(divided) == [(150_000, 90_000, True), (160_000, 96_000, True)]


def test_a_month_without_a_change_has_no_parts(station: Station) -> None:
    point = opened_household(station, "01")
    bill_of_august(station, point)
    read(point, 202409, 1400)
    run(station, 202409)
    assert not BillPart.objects.filter(bill__period=202409).exists()


def test_running_the_month_again_leaves_each_part_once(station: Station) -> None:
    point = opened_household(station, "01")
    run(station, 202407)
    read(point, 202408, 1310)
    run(station, 202408, until="audit")
    run(station, 202408)
    assert BillPart.objects.count() == 2
    assert BillPart.objects.get(part=2).from_date - timedelta(days=15) == date(2024, 7, 1)


def test_the_page_of_a_divided_bill_shows_its_parts(station: Station) -> None:
    bill = bill_of_august(station, opened_household(station, "01"))
    client = Client()
    client.force_login(User.objects.create_superuser("head"))
    page = client.get(reverse("bill", args=[bill.pk])).content.decode()
    assert "调价分段" in page
    assert "第2段" in page
    assert "按天数" in page
