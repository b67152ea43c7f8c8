"""Points that belong together and cannot be settled: held with cause and remedy, and the rest is billed."""

from __future__ import annotations

from typing import Any

import pytest

from diansuo.core.metering.energy import PointRelation
from diansuo.office.archive.models import (
    MeteringPoint,
    PointTerm,
    ShareKind,
)
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill
from diansuo.office.desk import cycle, queries
from tests.office.billing.sheets import sheet
from tests.office.desk import months
from tests.office.desk.points import AUGUST, JULY, another, commercial, energies, read, run
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_prices")]


@pytest.fixture
def station() -> Station:
    return builder.make_station()


def held_pair(
    station: Station, master_kwh: float, sub_kwh: float | None, **terms: Any
) -> dict[str, list[str]]:
    """Run a master with one sub-meter beside a customer whom none of it concerns."""
    master = commercial(station, "0042")
    sub = another(master.contract, **{"behind": master, "relation": PointRelation.SERIES, **terms})
    other = commercial(station, "0099")
    read(master, master_kwh)
    read(other, 40)
    months.read(sub, JULY, 1000)
    if sub_kwh is not None:
        months.read(sub, AUGUST, 1000 + sub_kwh)
    sheet.approved(JULY)
    held = run(station)
    assert energies()["0099-1"] == 40
    return held


def test_sub_meters_above_their_master_hold_both(station: Station) -> None:
    held = held_pair(station, 100, 300)
    assert held == {"0042-1": ["P-SUB-EXCEEDS-MASTER"], "0042-2": ["P-SUB-EXCEEDS-MASTER"]}
    assert set(energies()) == {"0099-1"}
    words = [each for row in queries.held(builder.ALL, job_id=_job(station)) for each in row.findings]
    assert all(each.title and each.reason and each.remedy for each in words)
    assert "总分倒挂" in {each.title for each in words}


def _job(station: Station) -> int:
    from diansuo.office.base.models import Job

    return Job.objects.get(key=cycle.job_key(station.pk, AUGUST)).pk


def test_a_sub_meter_that_was_not_read_holds_its_master(station: Station) -> None:
    held = held_pair(station, 1000, None)
    assert held == {"0042-1": ["P-SUB-NOT-READ"], "0042-2": ["R-MISSING"]}


def test_the_rest_is_billed_as_soon_as_the_sub_meter_is_read(station: Station) -> None:
    held_pair(station, 1000, None)
    months.read(MeteringPoint.objects.get(number="0042-2"), AUGUST, 1300)
    months.run(station, AUGUST)
    assert energies() == {"0042-1": 700, "0042-2": 300, "0099-1": 40}


def test_a_sub_meter_held_for_its_own_reading_holds_its_master(station: Station) -> None:
    held = held_pair(station, 1000, -300)
    assert held["0042-2"] == ["R-REVERSED"]
    assert held["0042-1"] == ["B-SUB-HELD"]


def test_agreed_parts_above_their_meter_are_held_with_it(station: Station) -> None:
    master = commercial(station, "0042")
    another(
        master.contract, metered=False, behind=master, share=ShareKind.FIXED_QUANTITY, fixed_wh_month=100_000
    )
    read(master, 60)
    sheet.approved(JULY)
    held = run(station)
    assert held == {"0042-1": ["P-SHARES-EXCEED-TOTAL"], "0042-2": ["P-SHARES-EXCEED-TOTAL"]}
    assert not Bill.objects.filter(period=AUGUST).exists()


def test_an_agreed_part_of_a_meter_nobody_read_is_held(station: Station) -> None:
    master = commercial(station, "0042")
    another(
        master.contract, metered=False, behind=master, share=ShareKind.FIXED_QUANTITY, fixed_wh_month=100_000
    )
    months.read(master, JULY, 1000)
    sheet.approved(JULY)
    assert run(station) == {"0042-1": ["R-MISSING"], "0042-2": ["P-MASTER-NOT-SETTLED"]}


def test_a_ratio_beside_a_quantity_waits_until_the_contract_says_what_it_is_of(station: Station) -> None:
    master = commercial(station, "0042")
    for part in (
        {"share": ShareKind.FIXED_QUANTITY, "fixed_wh_month": 100_000},
        {"share": ShareKind.FIXED_RATIO, "ratio_ppm": 300_000},
    ):
        another(master.contract, metered=False, behind=master, **part)
    read(master, 1000)
    sheet.approved(JULY)
    held = run(station)
    assert set(held) == {"0042-1", "0042-2", "0042-3"}
    assert {rule for rules in held.values() for rule in rules} == {"P-NO-SHARE-ORDER"}


def test_points_behind_one_another_in_a_circle_are_held(station: Station) -> None:
    master = commercial(station, "0042")
    sub = another(master.contract, behind=master, relation=PointRelation.SERIES)
    PointTerm.objects.create(
        point=master, behind=sub, relation=PointRelation.SERIES, valid_from=builder.SINCE
    )
    read(master, 1000)
    read(sub, 300)
    sheet.approved(JULY)
    assert run(station) == {"0042-1": ["P-POINTS-IN-CIRCLE"], "0042-2": ["P-POINTS-IN-CIRCLE"]}


def test_a_household_with_two_stepped_points_is_held(station: Station) -> None:
    first = builder.household(station, "0050", "M0050", point="0050-1")
    PointTerm.objects.create(point=first, valid_from=builder.SINCE)
    second = another(first.contract)
    read(first, 100)
    read(second, 50)
    assert run(station) == {"0050-1": ["B-SEVERAL-STEPPED"], "0050-2": ["B-SEVERAL-STEPPED"]}


def test_several_points_nobody_has_related_are_still_held(station: Station) -> None:
    first = commercial(station, "0042")
    second = another(first.contract)
    PointTerm.objects.all().delete()
    read(first, 100)
    read(second, 50)
    sheet.approved(JULY)
    assert run(station) == {"0042-1": ["B-SEVERAL-POINTS"], "0042-2": ["B-SEVERAL-POINTS"]}
