"""The station's own answers stand beside a cause, and suggest others after it; they never move what a rule found."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from diansuo.core.network.causes import CHECK_OF, CauseKind, Evidence
from diansuo.office.archive.models import MeteringPoint, TransformerArea
from diansuo.office.base.models import User
from diansuo.office.base.scope import Scope
from diansuo.office.network.area import queries as area_page
from diansuo.office.network.causes import queries, record
from diansuo.office.network.causes.limits import limits
from diansuo.office.network.causes.record import Tally
from diansuo.office.network.models import LossFinding
from diansuo.office.network.technical import queries as technical
from tests.office.network import findings
from tests.office.network.grid import Grid
from tests.office.network.test_cause_job import TechnicalDays
from tests.office.network.test_pages import _signed_in

pytestmark = pytest.mark.django_db
ALL = Scope.everything()
TODAY = date(2024, 11, 5)
ANSWERED_AT = datetime(2024, 10, 30, 4, tzinfo=UTC)
State = LossFinding.State


@pytest.fixture
def grid(monkeypatch: pytest.MonkeyPatch) -> Grid:
    """Thirty days: area 2 loses 17 kWh a day more than its lines."""
    monkeypatch.setattr(technical, "of_area", lambda _scope, _area, first, last: TechnicalDays(first, last))
    made = Grid()
    made.freeze(made.days(30))
    return made


def answered(
    area: TransformerArea, point: MeteringPoint, kind: CauseKind, state: str, at: datetime = ANSWERED_AT
) -> LossFinding:
    """Leave an answered finding behind."""
    user, _made = User.objects.get_or_create(username="inspector")
    return LossFinding.objects.create(
        station=area.station, area=area, point=point, kind=kind, found_date=findings.DAY, seen_date=findings.DAY,
        first_date=findings.DAY, rank=1, daily_wh=1_000, confidence_bp=5_000, evidence=int(Evidence.DROPPED),
        check_kind=int(CHECK_OF[kind]), state=state, answered_at=at, answered_by=user,
    )  # fmt: skip


def history(grid: Grid, at: datetime = ANSWERED_AT) -> None:
    """Multipliers proven three times of four, theft cleared once."""
    area, points = grid.areas[0], grid.customers
    for place, state in enumerate((State.PROVEN, State.PROVEN, State.PROVEN, State.CLEARED)):
        answered(area, points[place], CauseKind.WRONG_MULTIPLIER, state, at)
    answered(area, points[0], CauseKind.THEFT, State.CLEARED, at)


def test_answers_of_a_year_are_counted_by_kind_and_older_and_open_ones_are_not(grid: Grid) -> None:
    history(grid)
    answered(
        grid.areas[1], grid.customers[2], CauseKind.THEFT, State.PROVEN, datetime(2023, 11, 4, tzinfo=UTC)
    )
    findings.make(grid.areas[1], grid.customers[3], kind=CauseKind.CLOCK_DRIFT)

    held = record.tallies(ALL, grid.station.pk, TODAY)

    assert held == {CauseKind.WRONG_MULTIPLIER: Tally(3, 4), CauseKind.THEFT: Tally(0, 1)}


def test_another_station_s_answers_do_not_count_and_are_not_told(grid: Grid) -> None:
    other = Grid("西村供电所", mark="x")
    history(other)

    assert record.tallies(ALL, grid.station.pk, TODAY) == {}
    assert record.tallies(Scope(frozenset({grid.station.pk})), other.station.pk, TODAY) == {}


def test_the_record_stands_beside_the_confidence_and_moves_it_by_its_weight(grid: Grid) -> None:
    held = {int(CauseKind.THEFT): Tally(0, 6)}

    words = record.beside(8_600, CauseKind.THEFT, held, limits(TODAY))

    assert words == "本所此类查实 0/6，合起来约 43%"  # (6 × 0.86 + 0) / (6 + 6)
    assert record.beside(
        10_000, CauseKind.THEFT, {int(CauseKind.THEFT): Tally(6, 6)}, limits(TODAY)
    ).endswith("99%")
    assert record.beside(8_600, CauseKind.CLOCK_DRIFT, held, limits(TODAY)) == ""


def test_what_the_record_suggests_stands_after_what_rules_found_and_never_twice(grid: Grid) -> None:
    history(grid)
    held = record.tallies(ALL, grid.station.pk, TODAY)

    (hint,) = record.hints(held, [CauseKind.THEFT], TODAY)
    assert (hint.kind, hint.proven, hint.of) == (CauseKind.WRONG_MULTIPLIER, 3, 3)
    assert "变比" in hint.check
    assert record.hints(held, [CauseKind.WRONG_MULTIPLIER], TODAY) == []
    assert record.hints(held, [1, 2, 3, 4, 5], TODAY) == []  # no room
    assert record.hints({int(CauseKind.THEFT): Tally(1, 1)}, [], TODAY) == []  # one case is no habit
    assert record.hints({}, [], TODAY) == []


def test_a_poor_record_moves_no_rule_cause_down_the_page(grid: Grid) -> None:
    area = grid.areas[1]
    findings.keep(
        area,
        findings.found(area, grid.customers[2], kind=CauseKind.THEFT, rank=1),
        findings.found(area, grid.customers[3], kind=CauseKind.CLOCK_DRIFT, rank=2),
    )
    before = [row.pk for row in queries.cards(ALL, area.pk)]
    for _again in range(9):
        answered(grid.areas[0], grid.customers[0], CauseKind.THEFT, State.CLEARED)
        answered(grid.areas[0], grid.customers[1], CauseKind.STOPPED_METER, State.PROVEN)

    assert [row.pk for row in queries.cards(ALL, area.pk)] == before


def test_the_page_shows_both_where_the_loss_is_beyond_its_band(grid: Grid) -> None:
    history(grid, timezone.now() - timedelta(days=10))
    findings.make(grid.areas[1], grid.customers[2], kind=CauseKind.THEFT)
    head = _signed_in(grid, "head")

    page = head.get(reverse("loss_area", args=[grid.areas[1].pk]) + "?day=2024-10-28").content.decode()

    assert "本所此类查实 0/1" in page
    assert page.index("疑似窃电") < page.index("由本所查实记录推得") < page.index("倍率错误")


def test_an_area_within_its_band_is_suggested_nothing(grid: Grid) -> None:
    history(grid, timezone.now() - timedelta(days=10))
    last = date(2024, 10, 1) + timedelta(days=29)
    within, beyond = (area_page.area_days(ALL, area.pk, last) for area in grid.areas[:2])

    assert within is not None and beyond is not None
    assert (within.beyond_band, beyond.beyond_band) == (False, True)
    page = _signed_in(grid, "head").get(reverse("loss_area", args=[grid.areas[0].pk])).content.decode()
    assert "由本所查实记录推得" not in page
