"""The audit looks at the reverse register where a month suddenly has nothing, and says other months as billed."""

from __future__ import annotations

from datetime import date

import pytest

from diansuo.office.archive.models import PointTerm
from diansuo.office.archive.point_models import FeedIn
from diansuo.office.base.models import Station
from diansuo.office.billing.audit import wording
from diansuo.office.metering.models import Finding
from tests.office.desk import months
from tests.office.metering import builder

pytestmark = pytest.mark.django_db

REVERSE = 10


def station_whose_meter_stands_still() -> tuple[Station, object]:
    """September forward 200 kWh in 31 days, October nothing forward in 30, but 118.03 kWh backwards."""
    station = builder.make_station()
    point = months.opened_household(station, "001")
    for period, forward, backward in ((202408, 1200, 5.48), (202409, 1500, 5.48), (202410, 1500, 123.51)):
        months.read(point, period, forward)
        months.read(point, period, backward, REVERSE)
    for period in (202407, 202408, 202409):
        months.run(station, period)
    return station, point


def test_a_month_of_nothing_names_what_ran_backwards_and_last_month_as_billed() -> None:
    station, _point = station_whose_meter_stands_still()
    months.run(station, 202410)

    found = Finding.objects.get(period=202410, rule="A-ZERO")
    reason = wording.words_of(found).reason
    assert "上月 300.00（按本期天数折算 290.32）" in reason
    assert "反向走字 118.03 千瓦时，疑似进出线接反" in reason


def test_whoever_feeds_in_is_not_suspected_for_it() -> None:
    station, point = station_whose_meter_stands_still()
    PointTerm.objects.create(point=point, feed_in=FeedIn.SURPLUS, valid_from=date(2024, 7, 1))
    months.rerun(station, 202410)

    assert not Finding.objects.filter(
        period=202410, rule="A-ZERO", detail__figures__has_key="reverse_wh"
    ).exists()
