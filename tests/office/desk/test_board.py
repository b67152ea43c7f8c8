"""The morning board: what it counts, against the station's own truth; what it says while data is missing."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings
from python_calamine import CalamineWorkbook

from diansuo.office.archive.models import Customer, Responsibility
from diansuo.office.base.access import install_demo_users
from diansuo.office.base.models import Staff, Station, User
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import operations as work_orders
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.collection.models import Receivable
from diansuo.office.desk.board import queries
from diansuo.office.desk.board.figures import Figures, Source
from diansuo.office.desk.board.wording import bulletin
from tests.office.desk import board_station
from tests.office.desk.board_station import NOW, TODAY

pytestmark = pytest.mark.django_db
ALL = Scope.everything()


def truth(file: Path, kind: str) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["种类"] == kind]


def managers() -> dict[str, str]:
    duties = Responsibility.objects.filter(duty=Responsibility.Duty.MANAGER, point__contract__isnull=False)
    return dict(duties.values_list("point__contract__customer__number", "staff__name"))


def test_the_board_counts_what_the_stations_truth_says(tmp_path: Path) -> None:
    _station, files = board_station.whole(tmp_path)

    board = queries.board(ALL, TODAY)

    of = managers()
    assert {row.name: row.figures.customers for row in board.rows if row.staff_id} == Counter(of.values())
    last = TODAY.isoformat()
    failed = [row for row in truth(files.truth, "采集失败") if row["止"] > last]
    assert (board.failure_day, board.loss_day) == (TODAY, TODAY - timedelta(days=1))
    # The silent master is on the list of failures too, under whoever manages its area.
    by_name = Counter(of[row["用户编号"]] for row in failed) + _master_failures(board)
    assert Counter({row.name: row.figures.failures for row in board.rows}) == by_name
    silent = [area for area in board.worst if "uncomputable" in area.kind]
    (master,) = truth(files.truth, "总表采集失败")
    assert [area.number for area in silent] == [master["台区编号"]]
    assert "台区总表 4130009100000000000006 从 2026-03-15 起无冻结" in silent[0].reason


def _master_failures(board: queries.Board) -> Counter[str]:
    silent = next(area for area in board.worst if "uncomputable" in area.kind)
    return Counter({silent.manager: 1})


def test_the_areas_with_theft_stand_on_the_board_and_add_up_to_its_figures(tmp_path: Path) -> None:
    _station, files = board_station.whole(tmp_path)

    board = queries.board(ALL, TODAY, every_area=True)

    high = {area.number: area for area in board.worst if "high" in area.kind.split()}
    told = {
        row["台区编号"]
        for row in truth(files.truth, "窃电")
        if row["说明"].startswith(("大部分", "表前恒定接用 3"))
    }
    assert told <= set(high)
    sudden = [area for area in board.worst if "sudden" in area.kind.split()]
    assert sudden
    total = Figures()
    for row in board.rows:
        total.add(row.figures)
    assert total == board.total
    assert board.total.high == len(high)
    assert board.total.loss_wh == sum(area.loss_wh for area in board.worst if area.loss_wh is not None)
    assert board.total.loss_wh > board.total.mean_loss_wh > 0


def test_columns_wait_for_their_import_by_name_and_show_no_noughts(
    tmp_path: Path, settings: Settings
) -> None:
    settings.DEMO = True
    station, _files = board_station.archive_only(tmp_path)
    users = {user.username: user for user in install_demo_users(station, "x-board-1")}
    client = Client()
    client.force_login(users["head"], "diansuo.office.base.access.StationBackend")

    page = client.get(reverse("board"), {"day": TODAY.isoformat()}).content.decode()

    for file in ("采集失败清单", "日冻结电量", "欠费明细"):
        assert f"等导入<br>{file}" in page or f"等发行或导入<br>{file}" in page
    assert "近 7 天没有导入" in page


def test_a_freeze_that_stopped_some_days_ago_is_used_and_said_so(tmp_path: Path) -> None:
    board_station.whole(tmp_path)

    later = queries.board(ALL, TODAY + timedelta(days=3))
    much_later = queries.board(ALL, TODAY + timedelta(days=30))

    assert later.loss_day == TODAY - timedelta(days=1)
    assert not any(stamp.complete for stamp in later.stamps)
    assert (much_later.loss_day, much_later.failure_day) == (None, None)


def test_beside_another_system_the_arrears_list_has_its_stamp_too(tmp_path: Path) -> None:
    board_station.archive_only(tmp_path)
    alone = {stamp.source for stamp in queries.board(ALL, TODAY).stamps}
    Station.objects.update(mode=Station.Mode.BESIDE)

    (arrears,) = [stamp for stamp in queries.board(ALL, TODAY).stamps if stamp.source not in alone]

    assert (arrears.source, arrears.until, arrears.complete) == (Source.ARREARS, None, False)


def _tasks(head: User, staff: Staff) -> None:
    """Two tasks: one overdue since two days, one due yesterday and done yesterday."""
    common = {"assignee": staff, "instruction": "", "safety": (), "user": head}
    early = NOW - timedelta(days=5)
    work_orders.dispatch(Subject("甲"), due_date=TODAY - timedelta(days=2), now=early, **common)
    done = work_orders.dispatch(Subject("乙"), due_date=TODAY - timedelta(days=1), now=early, **common)
    work_orders.answer(done, text="已处理", user=staff.user, now=NOW - timedelta(days=1))


def test_arrears_and_tasks_stand_in_the_managers_line(tmp_path: Path, settings: Settings) -> None:
    settings.DEMO = True
    station, _files = board_station.archive_only(tmp_path)
    Station.objects.update(mode=Station.Mode.BESIDE)  # where what is owed needs no bill of our own
    duty = Responsibility.objects.filter(duty=Responsibility.Duty.MANAGER).order_by("point").first()
    users = {
        user.username: user for user in install_demo_users(station, "x-board-1", {"manager": duty.staff})
    }
    duty.staff.refresh_from_db()
    _owe(duty.point.contract.customer, 12_345, TODAY - timedelta(days=1))
    _owe(Customer.objects.exclude(pk=duty.point.contract.customer_id).first(), 1, date(2099, 1, 1))
    _tasks(users["head"], duty.staff)

    board = queries.board(ALL, TODAY)

    (line,) = [row.figures for row in board.rows if row.staff_id == duty.staff_id]
    assert (line.arrears_customers, line.arrears_fen) == (1, 12_345)
    assert (board.total.arrears_customers, board.total.arrears_fen) == (1, 12_345)
    assert (line.overdue, line.done, line.not_done) == (1, 1, 0)
    client = Client()
    client.force_login(users["head"], "diansuo.office.base.access.StationBackend")
    owing = {"overdue": "1", "person": str(duty.staff_id)}
    late = client.get(reverse("work_orders"), {"overdue": "1", "assignee": str(duty.staff_id)})
    assert client.get(reverse("debtors"), owing).content.decode().count('name="only"') == 1
    assert (late.content.decode().count("甲"), late.content.decode().count("乙")) == (1, 0)
    text = bulletin(board, station.name)
    assert "逾期欠费：1 户，123.45 元" in text
    assert f"任务：逾期 1 件（{duty.staff.name} 1）；昨日应完成 1 件，完成 1 件" in text


def _owe(customer: Customer, amount_fen: int, due: date) -> None:
    Receivable.objects.create(customer=customer, period=202602, amount_fen=amount_fen, due_date=due)


def test_the_head_lands_on_the_board_and_others_on_what_is_to_do(tmp_path: Path, settings: Settings) -> None:
    settings.DEMO = True
    station, _files = board_station.archive_only(tmp_path)
    users = {user.username: user for user in install_demo_users(station, "x-board-1")}
    for post, heading in (("head", "早会一屏"), ("clerk", "今天要办的事")):
        client = Client()
        client.force_login(users[post], "diansuo.office.base.access.StationBackend")
        assert f"<h1>{heading}" in client.get(reverse("home")).content.decode()
        assert "早会一屏" in client.get(reverse("today")).content.decode()


def test_the_daily_report_is_a_workbook_of_four_sheets(tmp_path: Path, settings: Settings) -> None:
    settings.DEMO = True
    station, _files = board_station.whole(tmp_path)
    users = {user.username: user for user in install_demo_users(station, "x-board-1")}
    client = Client()
    client.force_login(users["head"], "diansuo.office.base.access.StationBackend")

    answer = client.get(reverse("daily_report"), {"day": TODAY.isoformat()})

    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == ["汇总", "异常台区", "逾期任务", "数据情况"]
    summary = book.get_sheet_by_name("汇总").to_python()
    assert summary[-1][:2] == ["合计", board_station.CUSTOMERS]
    assert len(book.get_sheet_by_name("异常台区").to_python()) > 3
    assert Station.objects.count() == 1


def test_an_area_stands_under_who_manages_it_now_with_the_task_that_is_out(
    tmp_path: Path, settings: Settings
) -> None:
    settings.DEMO = True
    station, _files = board_station.whole(tmp_path)
    users = {user.username: user for user in install_demo_users(station, "x-board-1")}
    area = queries.board(ALL, TODAY).worst[0]
    other = Staff.objects.get(user=users["clerk"])
    duties = Responsibility.objects.filter(
        staff=area.staff_id, duty=Responsibility.Duty.MANAGER, point__areas__area=area.area_id
    )
    for duty in duties:
        duty.change_from(TODAY, staff_id=other.pk)
    station.revision += 1
    station.save()
    order = work_orders.dispatch(
        Subject(area.name, area_number=area.number),
        assignee=other,
        due_date=TODAY,
        instruction="",
        safety=(),
        user=users["head"],
        now=NOW,
    )

    (again,) = [one for one in queries.board(ALL, TODAY).worst if one.area_id == area.area_id]

    assert again.staff_id == other.pk
    assert again.tasks == ((order.pk, order.number),)
