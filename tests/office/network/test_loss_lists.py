"""Lists of loss as people work from them: the dearest first, sent from the row, opened as workbooks."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from diansuo.core.network.causes import CauseKind
from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import AreaTerm
from diansuo.office.base.models import Post, Staff, User, WorkOrder
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import unsigned
from diansuo.office.desk.loss_today import loss_today
from diansuo.office.network.causes import queries
from diansuo.office.network.models import LossFinding
from tests.office.base import pages
from tests.office.network import findings
from tests.office.network.grid import Grid

pytestmark = pytest.mark.django_db
TOKENS = re.compile(r'name="only" value="([^"]+)"')


@pytest.fixture
def grid() -> Grid:
    """Two areas with thirty days of registers: area 2 loses 20 kWh a day."""
    made = Grid()
    made.freeze(made.days(30))
    return made


@pytest.fixture
def head(grid: Grid) -> Staff:
    user = User.objects.create(username="head")
    user.groups.add(Post.objects.get(code="head").group)
    return Staff.objects.create(station=grid.station, user=user, name="所长", number="1")


@pytest.fixture
def client(head: Staff) -> Client:
    made = Client()
    made.force_login(head.user, pages.BACKEND)
    return made


def sheets(client: Client, url: str) -> list[list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(url).content))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def test_the_dearest_open_cause_comes_first_and_is_sent_from_its_row_once(
    grid: Grid, head: Staff, client: Client
) -> None:
    small = findings.make(grid.areas[0], grid.customers[0], daily_wh=2_000)
    dear = findings.make(grid.areas[1], grid.customers[2], daily_wh=40_000)
    url = reverse("loss_findings")
    tokens = TOKENS.findall(client.get(url).content.decode())
    assert [one.area_number for one in unsigned(tokens)] == [grid.areas[1].number, grid.areas[0].number]
    said = {"subject": tokens[0], "assignee": head.pk, "due_date": timezone.localdate().isoformat()}

    client.post(reverse("work_order_new"), said)
    dear.refresh_from_db()
    assert (dear.state, dear.order) == (LossFinding.State.SENT, WorkOrder.objects.get())
    again = client.post(reverse("work_order_new"), said)

    assert "不能再派" in again.content.decode()
    assert WorkOrder.objects.count() == 1
    assert f"#finding-{small.pk}" in client.get(url).content.decode()
    rows = sheets(client, f"{url}?export=xlsx")[0]
    assert rows[0][:2] == ["台区编号", "台区"]
    assert rows[1][:2] == [grid.areas[1].number, grid.areas[1].name]


def test_causes_at_a_meter_stand_before_technical_ones_and_energy_booked_too_much_counts_as_much(
    grid: Grid,
) -> None:
    areas, customers = grid.areas, grid.customers
    for kind, fen in (
        (CauseKind.OVERSIZED, 90_000), (CauseKind.THEFT, 20_000), (CauseKind.WRONG_AREA, -80_000),
    ):  # fmt: skip
        made = findings.make(areas[1], customers[2], kind=kind)
        LossFinding.objects.filter(pk=made.pk).update(monthly_fen=fen)
    rows = queries.findings_by_worth(Scope.everything()).order_by(*queries.MOST_WORTH_FIRST)
    assert [CauseKind(one.kind) for one in rows] == [
        CauseKind.WRONG_AREA, CauseKind.THEFT, CauseKind.OVERSIZED,
    ]  # fmt: skip


def test_calendar_map_trend_and_network_leave_as_workbooks(grid: Grid, client: Client) -> None:
    rates, classes = sheets(client, "/loss/?period=202410&export=xlsx")
    (kinds,) = sheets(client, "/loss/map/?day=2024-10-20&days=30&export=xlsx")
    (trend,) = sheets(client, "/loss/trend/?period=202410&export=xlsx")

    (tree,) = sheets(client, "/loss/tree/?day=2024-10-10&export=xlsx")

    assert {row[0] for row in rates[1:]} == {one.number for one in grid.areas[:2]}
    at = rates[0].index("2024-10-10")
    by_number = {row[0]: row[at] for row in rates[1:]}
    assert by_number[grid.areas[1].number] == 10.0
    assert {row[0]: row[at] for row in classes[1:]}[grid.areas[1].number] == "高损"
    assert kinds[0][4] == "2024-09-21" and "高损" in {cell for row in kinds[1:] for cell in row}
    assert [(row[1], row[2], row[6]) for row in tree[2:]] == [("东线", "T2", 20.0), ("东线", "T1", 3.0)]
    assert trend[0][0] == "日期" and trend[10][0] == date(2024, 10, 10)


def test_who_answers_for_loss_finds_what_waits_on_the_day_s_page(
    grid: Grid, head: Staff, client: Client
) -> None:
    findings.make(grid.areas[1], grid.customers[2], kind=CauseKind.THEFT)

    waits = loss_today(Scope.of(head.user), head.user, date(2024, 10, 20))

    assert waits is not None
    assert (waits.day, waits.manager_id, waits.found) == (date(2024, 10, 20), None, 1)
    assert waits.abnormal >= 1 and waits.loss_wh >= 20_000
    assert "待查的线损原因" in client.get(reverse("today")).content.decode()


def test_a_customer_s_own_transformer_does_not_want_a_master(grid: Grid, client: Client) -> None:
    own = AreaTerm.objects.get(area=grid.areas[2])
    assert own.dedicated

    assert grid.areas[2] not in archive.without_master(Scope.everything())
    assert "没有台区线损" in client.get(reverse("loss_area", args=[grid.areas[2].pk])).content.decode()
