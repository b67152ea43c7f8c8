"""The single-line diagram: lines on record drawn as they are, others marked as estimated, suspects where they hang."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.network.causes import CauseKind
from diansuo.office.archive.models import PointArea
from diansuo.office.base.scope import Scope
from diansuo.office.network.diagram import drawing, queries
from diansuo.office.network.diagram.layout import children_of, laid
from tests.office.metering.builder import NOW, bring_in
from tests.office.network import findings
from tests.office.network.grid import Grid
from tests.office.network.test_lines import listed, own_lines
from tests.office.network.test_pages import _signed_in

pytestmark = pytest.mark.django_db
ALL = Scope.everything()
DAY = date(2024, 10, 5)


@pytest.fixture
def grid() -> Grid:
    """Area T1 with customers 001 and 002, area T2 with 003 and 004."""
    made = Grid()
    made.freeze(made.days(5))
    return made


@pytest.fixture
def listed_grid(grid: Grid, tmp_path: Path) -> Grid:
    """The lines of T1 on record: 1, 2 behind it; 001 over a service H1 of phase A, 002 over H2 of phase B."""
    bring_in("lines", listed(tmp_path / "a.csv", *own_lines()), now=NOW)
    return grid


def lines(grid: Grid, area: int = 0) -> queries.Lines:
    found = queries.lines(ALL, grid.areas[area].pk, DAY)
    assert found is not None
    return found


def page_of(grid: Grid, area: int = 0, post: str = "head") -> str:
    return _signed_in(grid, post).get(reverse("loss_diagram", args=[grid.areas[area].pk])).content.decode()


def test_lines_on_record_are_drawn_with_their_conductor_length_and_customers(listed_grid: Grid) -> None:
    found = lines(listed_grid)
    rows = drawing.poles(found)
    made = drawing.drawn(found, rows)

    assert found.known and found.unplaced == 0
    assert [(pole.of.number, pole.upper) for pole in rows] == [("1", ""), ("2", "1")]
    assert [[(one.number, own and own.number) for one, own in pole.hung] for pole in rows] == [
        [("001", "H1")],
        [("002", "H2")],
    ]
    assert [span.conductor for span in made.spans] == ["JKLYJ-70", ""]  # said once, as long as it stays
    assert [sign.of.phase for sign in made.signs] == ["A", "B"]  # of the line, where the archive does not say
    assert made.spans[1].from_x == made.spans[0].x


def test_the_archive_s_phase_goes_before_that_of_the_line(listed_grid: Grid) -> None:
    PointArea.objects.filter(point=listed_grid.customers[0]).update(phase="C")

    assert [one.phase for one in lines(listed_grid).hung] == ["C", "B"]


def test_lines_nobody_has_on_record_are_said_to_be_estimated_and_no_phase_is_invented(grid: Grid) -> None:
    found = lines(grid)

    assert not found.known
    assert {one.phase for one in found.hung} == {""}
    assert {segment.conductor for segment in found.segments} == {""}
    page = page_of(grid)
    assert "估算线路" in page
    assert 'class="diagram estimated"' in page


def test_a_customer_the_list_leaves_out_is_drawn_as_of_unknown_place(grid: Grid, tmp_path: Path) -> None:
    bring_in("lines", listed(tmp_path / "a.csv", *own_lines()[:3]), now=NOW)

    found = lines(grid)

    assert found.unplaced == 1
    assert [one.number for one in found.hung if not one.placed] == ["002"]
    page = page_of(grid)
    assert "1 户不在清单里" in page
    assert "unplaced" in page


def test_a_customer_whom_only_a_replaced_list_had_is_of_unknown_place(
    listed_grid: Grid, tmp_path: Path
) -> None:
    bring_in("lines", listed(tmp_path / "b.csv", *own_lines()[:-1]), now=NOW)

    assert lines(listed_grid).known and lines(listed_grid).unplaced == 1


def test_who_an_open_cause_names_is_marked_with_the_number_of_its_card(listed_grid: Grid) -> None:
    area = listed_grid.areas[0]
    findings.keep(
        area,
        findings.found(area, None, kind=CauseKind.UNMETERED, rank=1),
        findings.found(area, listed_grid.customers[1], rank=2),
    )

    found = lines(listed_grid)

    assert [(one.number, one.causes) for one in found.hung] == [("001", ()), ("002", (2,))]
    page = page_of(listed_grid)
    assert 'href="#suspect-2"' in page
    assert 'id="suspect-2"' in page
    assert "疑似窃电" in page


def test_whom_two_causes_name_bears_both_numbers_and_each_leads_to_its_card(listed_grid: Grid) -> None:
    area, customer = listed_grid.areas[0], listed_grid.customers[1]
    findings.keep(
        area,
        findings.found(area, customer, kind=CauseKind.STOPPED_METER, rank=1),
        findings.found(area, None, kind=CauseKind.UNMETERED, rank=2),
        findings.found(area, customer, rank=3),
    )

    found = lines(listed_grid)
    (sign,) = [one for one in drawing.drawn(found, drawing.poles(found)).signs if one.of.causes]

    assert sign.of.causes == (1, 3)
    assert [cause for cause, _x in sign.numbers] == [1, 3]
    assert sign.width == 2 * drawing.SIGN
    page = page_of(listed_grid)
    assert 'href="#suspect-1"' in page and 'href="#suspect-3"' in page
    assert "原因 1、3" in page


def test_signs_of_a_pole_do_not_lie_upon_each_other_however_many_causes_name_whom() -> None:
    causes = [(1, 2), (3, 4), (), (5, 6), (), (), ()]
    hung = [queries.Hung(at, at, str(at), "", 0, "A", True, each) for at, each in enumerate(causes)]
    pole = drawing.Pole(0, queries.Segment(-1, 40.0), "", [(one, None) for one in hung])

    taken = [
        (sign.x + drawing.SIGN * at, sign.y)
        for sign in drawing._signs(pole, 0, 0)
        for at in range(drawing.places(sign.of))
    ]

    assert len(taken) == len(set(taken)) == 10
    assert max(x for x, _y in taken) < 4 + drawing.SIGN * drawing.SIGNS_A_LINE
    assert len({y for _x, y in taken}) == drawing._lines(pole) == 3


def test_the_table_names_every_customer_the_drawing_shows(listed_grid: Grid) -> None:
    page = page_of(listed_grid)

    table = page.split("<details")[1]
    for words in ("001", "002", "JKLYJ-70", "BLV-16", "20.5"):
        assert words in table


def test_another_station_s_area_is_not_found_and_an_area_without_anybody_says_so(grid: Grid) -> None:
    other = Grid("西村供电所", mark="x")
    url = reverse("loss_diagram", args=[grid.areas[0].pk])

    assert _signed_in(other, "head").get(url).status_code == 404
    PointArea.objects.filter(area=grid.areas[1]).delete()
    assert "没有在用的用户" in page_of(grid, 1)


@given(st.lists(st.integers(0, 10_000), max_size=60))
def test_no_two_poles_share_a_place_and_no_line_crosses_a_pole(draws: list[int]) -> None:
    """Each pole hangs on the busbar or on one before it, whichever the draw says."""
    upper = [draw % (at + 1) - 1 for at, draw in enumerate(draws)]

    place = laid(children_of(upper)).place

    assert set(place) == set(range(len(upper)))
    assert len(set(place.values())) == len(upper)
    taken = set(place.values())
    for pole, above in enumerate(upper):
        column, row = place[pole]
        if above < 0:
            assert column == 0
            continue
        from_column, from_row = place[above]
        assert column == from_column + 1
        assert row >= from_row
        # Down at the pole it hangs on: there stands nothing.
        assert not {(from_column, down) for down in range(from_row + 1, row + 1)} & taken


def test_branches_that_do_not_meet_share_a_row() -> None:
    #  0 1 2 3 4 5 6 straight on; 7 hangs on 1, 8 on 5.
    upper = [-1, 0, 1, 2, 3, 4, 5, 1, 5]

    place = laid(children_of(upper)).place

    assert place[7] == (2, 1)
    assert place[8] == (6, 1)
