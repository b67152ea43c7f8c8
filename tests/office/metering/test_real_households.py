"""Twenty months of ten real households: every list goes in, twice, and settles as it should."""

from __future__ import annotations

import pytest

from diansuo.office.metering.models import Consumption, Finding, MissedReading, RegisterReading
from tests.office.metering.builder import bring_in, issue, preview, real_data, real_station

pytestmark = pytest.mark.django_db


def test_all_twenty_months_go_in_once(db: None) -> None:
    station = real_station()
    files = sorted(real_data().glob("抄表数据_*"))
    assert len(files) == 20
    for file in files:
        period = int(file.stem[-6:])
        bring_in("readings", file)
        again, _plan = preview("readings", file)
        assert (again.counts["new"], again.counts["changed"], again.counts["refused"]) == (0, 0, 0)
        issue(station, period)
    assert RegisterReading.objects.exclude(source=RegisterReading.Source.LIST).count() == 0
    assert MissedReading.objects.count() == 4

    rolled = Consumption.objects.get(point__contract__customer__number="4102000122", period=202501)
    assert (rolled.total_wh, rolled.rolled, rolled.status) == (203_980, True, Consumption.Status.OK)

    # Three months in one after two that were not read; the zero month is settled and marked.
    late = Consumption.objects.get(point__contract__customer__number="4102000085", period=202412)
    assert (late.from_date.isoformat(), late.to_date.isoformat()) == ("2024-09-01", "2024-12-01")
    zero = Finding.objects.get(point__contract__customer__number="4102000085", period=202501)
    assert (zero.rule, zero.severity) == ("R-ZERO", Finding.Severity.WARNING)

    opened = Consumption.objects.filter(status=Consumption.Status.OPENING).values_list(
        "point__contract__customer__number", "period"
    )
    assert ("4102000048", 202503) in opened
    assert ("4102000344", 202409) in opened
    assert len(opened) == 10
    held = (
        Finding.objects.filter(severity=Finding.Severity.BLOCKING).values_list("rule", flat=True).distinct()
    )
    assert set(held) == {"R-MISSING"}
