"""A village's August: what everybody does is nobody's finding, and who does otherwise is found."""

from __future__ import annotations

import pytest

from diansuo.office.base.models import Station
from diansuo.office.metering.models import Finding
from tests.office.desk import months
from tests.office.metering import builder

pytestmark = pytest.mark.django_db


def village(september_kwh: list[int]) -> Station:
    """Households that used 200 kWh in August and so much in September."""
    station = builder.make_station()
    points = [months.opened_household(station, f"{at:03d}") for at in range(len(september_kwh))]
    for period in (202407, 202408, 202409):
        for point, kwh in zip(points, september_kwh, strict=True):
            if period > 202407:
                months.read(point, period, 1200 if period == 202408 else 1200 + kwh)
        months.run(station, period, until="check" if period == 202409 else "")
    return station


def flagged() -> list[str]:
    found = Finding.objects.filter(rule="R-HISTORY", period=202409)
    return sorted(found.values_list("point__contract__customer__number", flat=True))


def test_a_month_in_which_the_whole_village_doubled_floods_nobody() -> None:
    village([420, 430, 440, 450, 460])
    assert flagged() == []


def test_who_jumps_while_the_village_stands_still_is_named() -> None:
    village([200, 205, 210, 215, 220, 500])
    assert flagged() == ["005"]


def test_a_village_too_small_to_have_a_middle_is_judged_by_its_own_past() -> None:
    village([420, 430, 440, 450])
    assert flagged() == ["000", "001", "002", "003"]
