"""The map of areas × days: each cell as its day was, one path a class, quick for 500 areas over a year, by scope."""

from __future__ import annotations

import re
import time
from calendar import monthrange
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from diansuo.core.network import LossKind
from diansuo.office.archive.models import TransformerArea
from diansuo.office.base.scope import Scope
from diansuo.office.network.heat import codes as kept
from diansuo.office.network.heat import drawing, queries
from diansuo.office.network.heat.codes import NOTHING, SUDDEN
from diansuo.office.network.heat.queries import HeatMap, HeatRow
from tests.office.network.grid import FIRST, Grid
from tests.office.network.test_pages import _signed_in

pytestmark = pytest.mark.django_db
ALL = Scope.everything()
MOST_SECONDS = 0.2
AREAS, DAYS = 500, 365


@pytest.fixture
def grid() -> Grid:
    """Five days: area 2 loses 10 %, area 1 is in order."""
    made = Grid()
    made.freeze(made.days(5))
    return made


def test_every_cell_is_what_its_day_was_and_the_worst_area_stands_first(grid: Grid) -> None:
    found = queries.heat_map(ALL, FIRST - timedelta(days=2), FIRST + timedelta(days=6))

    assert [row.number for row in found.rows] == ["T2", "T1"]
    assert [row.bad_days for row in found.rows] == [5, 0]
    high, economic = int(LossKind.HIGH), int(LossKind.ECONOMIC)
    assert found.codes.tolist() == [
        [NOTHING] * 2 + [high] * 5 + [NOTHING] * 2,
        [NOTHING] * 2 + [economic] * 5 + [NOTHING] * 2,
    ]


def test_a_class_is_one_path_of_runs() -> None:
    codes = np.full((2, 5), NOTHING, dtype=np.int8)
    codes[0, 1:4] = LossKind.HIGH
    codes[1, 0] = LossKind.HIGH + SUDDEN
    days = [date(2024, 10, 1) + timedelta(days=at) for at in range(5)]
    rows = [HeatRow(1, "1", "a", "", 0), HeatRow(2, "2", "b", "", 0)]

    made = drawing.drawn(HeatMap(days, rows, codes))

    assert made.paths == [(int(LossKind.HIGH), "M1 0.5h3M0 1.5h1"), (NOTHING, "M0 0.5h1M4 0.5h1M1 1.5h4")]
    assert drawing.letters(codes) == [".333.", "9...."]


def test_the_page_is_narrowed_by_words_and_shows_nothing_of_another_station(grid: Grid) -> None:
    other = Grid("西村供电所", mark="x")
    other.freeze(other.days(2))
    head, url = _signed_in(grid, "head"), reverse("loss_map")

    page = head.get(f"{url}?day=2024-10-05&days=30").content.decode()
    assert page.index("T2台区") < page.index("T1台区")
    assert "T2x台区" not in page
    assert "heat-high" in page
    assert "T2台区" not in head.get(f"{url}?day=2024-10-05&q=T1").content.decode()
    assert "清除条件" in head.get(f"{url}?day=2024-10-05&q=nobody").content.decode()
    assert "日冻结" in head.get(f"{url}?day=2020-01-05").content.decode()


def test_a_year_of_500_areas_takes_less_than_a_fifth_of_a_second(
    grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = grid.station
    TransformerArea.objects.bulk_create(
        TransformerArea(company=station.company, station=station, number=f"H{at:04d}", name=f"{at}号台区")
        for at in range(AREAS)
    )
    ids = np.array(
        TransformerArea.objects.filter(number__startswith="H").values_list("pk", flat=True), dtype=np.int64
    )
    random = np.random.default_rng(7)
    month = random.choice(2 * SUDDEN, p=[0.02, 0.03, 0.03, 0.07, 0.5, 0.32, *[0.005] * 6], size=(AREAS, 31))

    def held(_station: int, _revision: int, period: int) -> Any:
        days = monthrange(*divmod(period, 100))[1]
        return ids, month[:, :days].astype(np.int8)

    monkeypatch.setattr(kept, "of_month", held)
    head, url = _signed_in(grid, "head"), f"{reverse('loss_map')}?day=2024-10-05&days={DAYS}"

    def once(client: Client) -> float:
        begin = time.process_time()
        answer = client.get(url)
        spent = time.process_time() - begin
        assert answer.content.count(b"/loss/areas/") >= AREAS
        return spent

    once(head)
    spent = min(once(head) for _again in range(5))
    assert spent < MOST_SECONDS, f"{spent * 1000:.0f} ms of processor"


def test_the_paths_of_the_page_cover_as_many_cells_as_there_are(grid: Grid) -> None:
    page = _signed_in(grid, "head").get(f"{reverse('loss_map')}?day=2024-10-05&days=30").content.decode()

    runs = re.findall(r'<path class="heat-([a-z]+)" d="([^"]+)"', page)
    cells = {name: sum(map(int, re.findall(r"h(\d+)", path))) for name, path in runs}
    assert cells == {"high": 5, "economic": 5, "none": 50}
