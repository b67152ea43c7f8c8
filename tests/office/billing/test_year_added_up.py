"""What a year has brought is added up by bills: a list that says otherwise afterwards is refused, row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from diansuo.office.archive.models import MeteringPoint, YearOpening
from diansuo.office.base.models import Staff
from diansuo.office.billing.audit import operations
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import Finding
from tests.office.archive.lists import bring_in, line
from tests.office.billing.sheets import sheet
from tests.office.desk import months
from tests.office.metering import builder

pytestmark = pytest.mark.django_db
PLACE = {"供电单位": "巩义供电公司", "累计年度": "2024"}


@pytest.fixture
def points() -> list[MeteringPoint]:
    """Two households billed for July 2024, 300 kWh; what the year had brought the first before is known: 900 kWh."""
    station = builder.make_station()
    found = [months.opened_household(station, number) for number in ("01", "02")]
    YearOpening.objects.create(contract=found[0].contract, year=2024, energy_wh=900_000)
    months.run(station, 202407)
    for point in found:
        months.read(point, 202408, 1300)
    months.run(station, 202408)
    return found


def test_a_year_that_bills_have_added_up_is_not_said_anew(
    points: list[MeteringPoint], tmp_path: Path
) -> None:
    assert Bill.objects.get(contract=points[0].contract).year_opening_known
    outcome = bring_in(tmp_path, line("01", "M01", 年初累计电量="400", **PLACE))

    assert [(row, column) for row, column, _why in outcome.refusals()] == [(2, "年初累计电量")]
    assert "退补" in outcome.remedies()[0]
    assert YearOpening.objects.get().energy_wh == 900_000


def test_the_same_again_is_no_change_and_another_year_may_be_said(
    points: list[MeteringPoint], tmp_path: Path
) -> None:
    assert not bring_in(tmp_path, line("01", "M01", 年初累计电量="900", **PLACE)).refusals()
    bring_in(tmp_path, line("01", "M01", 年初累计电量="0", **PLACE | {"累计年度": "2023"}))

    assert dict(YearOpening.objects.values_list("year", "energy_wh")) == {2024: 900_000, 2023: 0}


def test_what_the_bills_did_not_know_may_be_filled_in(points: list[MeteringPoint], tmp_path: Path) -> None:
    assert not Bill.objects.get(contract=points[1].contract).year_opening_known
    assert not bring_in(tmp_path, line("02", "M02", 年初累计电量="650", **PLACE)).refusals()

    assert YearOpening.objects.get(contract=points[1].contract).energy_wh == 650_000


def test_the_month_that_takes_it_in_is_held_until_an_auditor_has_looked_and_the_next_is_not(
    points: list[MeteringPoint], tmp_path: Path
) -> None:
    bring_in(tmp_path, line("02", "M02", 年初累计电量="2100", **PLACE))
    station = points[1].station
    for point in points:
        months.read(point, 202409, 1600)
    months.run(station, 202409, until="audit")

    (found,) = Finding.objects.filter(period=202409, rule="A-TIER")
    assert (found.point_id, found.detail["kind"]) == (points[1].pk, "opened")
    assert found.severity == Finding.Severity.BLOCKING
    assert found.detail["figures"] == {"year_wh": 2_400_000, "billed_wh": 300_000, "opened_wh": 2_100_000}

    auditor = sheet.person("auditor", "run_cycle")
    Staff.objects.create(station=station, name="auditor", user=auditor)
    operations.decide(auditor, [found.pk], "released", "有营销2.0账单为据", builder.NOW)
    months.run(station, 202409)
    for point in points:
        months.read(point, 202410, 1900)
    months.run(station, 202410, until="audit")
    assert not Finding.objects.filter(period=202410, rule="A-TIER").exists()
