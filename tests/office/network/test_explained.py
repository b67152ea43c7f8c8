"""What the causes on an area's page explain of its loss is summed, and what they leave is said."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from diansuo.core.network.causes import CauseKind
from diansuo.office.network.area.explained import Explained, explained
from diansuo.office.network.area.parts import DayParts, Technical
from diansuo.office.network.models import LossFinding

DAY = date(2024, 10, 28)


def a_day(loss_wh: int | None = 80_000) -> DayParts:
    """Return a day that loses 80 kWh of which 5 to 7 are technical, 6 by computation."""
    loss: Any = SimpleNamespace(loss_wh=loss_wh)
    return DayParts(DAY, loss, Technical(6_000, 5_000, 7_000))


def cause(kind: CauseKind, wh: int, point: int | None = None, seen: date = DAY) -> LossFinding:
    return LossFinding(kind=kind, daily_wh=wh, point_id=point, seen_date=seen)


def test_what_is_left_is_said_where_it_is_more_than_the_band_is_wide() -> None:
    shop = [cause(CauseKind.THEFT, 640, 7), cause(CauseKind.STOPPED_METER, 640, 7)]
    assert explained(a_day(), shop) == Explained(DAY, 74_000, 640, 73_360)


def test_energy_of_a_customer_named_twice_counts_once_and_technical_causes_not_at_all() -> None:
    found = [
        cause(CauseKind.THEFT, 40_000, 7),
        cause(CauseKind.STOPPED_METER, 30_000, 7),
        cause(CauseKind.UNMETERED, 20_000),
        cause(CauseKind.OVERSIZED, 9_000),
    ]
    said = explained(a_day(), found)
    assert said is not None and (said.by_causes_wh, said.left_wh) == (60_000, 14_000)


def test_nothing_is_said_within_the_band_where_all_is_explained_or_where_there_is_no_cause() -> None:
    whole = [cause(CauseKind.UNMETERED, 73_000)]
    assert explained(a_day(), whole) is None
    assert explained(a_day(6_500), whole) is None
    assert explained(a_day(None), whole) is None
    assert explained(a_day(), []) is None and explained(None, whole) is None
    later = [cause(CauseKind.UNMETERED, 20_000, seen=date(2024, 10, 29))]
    assert explained(a_day(), later) is None, "a cause of a later search says nothing of an earlier day"
