"""An order goes from one person to another and is closed by a third; every step stays; refusals change nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib import import_module

import pytest
import yaml
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core import signing

from diansuo.office.base.models import Company, Post, Staff, Station, User, WorkOrder, WorkOrderEvent
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import operations, queries
from diansuo.office.base.work_orders.links import Subject, signed, unsigned
from diansuo.office.base.work_orders.safety import SAFETY_FILE
from diansuo.office.base.work_orders.wording import as_text, standing

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)  # 00:30 of the 25th at the station
TODAY = date(2026, 11, 25)
SUBJECT = Subject("总表缺数 West area", source="loss", area_number="T001")


def _person(station: Station, name: str, post: str) -> Staff:
    user = User.objects.create(username=name, first_name=name)
    user.groups.add(Post.objects.get(code=post).group)
    return Staff.objects.create(station=station, name=name, user=user)


@pytest.fixture
def station() -> Station:
    return Station.objects.create(company=Company.objects.create(name="East"), name="East station")


@pytest.fixture
def manager(station: Station) -> Staff:
    return _person(station, "Zhao", "manager")


@pytest.fixture
def head(station: Station) -> Staff:
    return _person(station, "Head", "head")


@pytest.fixture
def order(manager: Staff, head: Staff) -> WorkOrder:
    return _dispatch(manager, head)


def _dispatch(manager: Staff, head: Staff, **changes: object) -> WorkOrder:
    given = {
        "due_date": TODAY + timedelta(days=3),
        "instruction": "看总表",
        "safety": ["gloves", "two_people"],
    }
    return operations.dispatch(
        SUBJECT,
        assignee=manager,
        user=head.user,
        now=NOW,
        **{**given, **changes},  # type: ignore[arg-type]
    )


def _answered(order: WorkOrder, person: Staff) -> WorkOrder:
    return operations.answer(order, text="总表已复电", user=person.user, now=NOW)


def _state(order: WorkOrder) -> tuple[str, str, int]:
    order.refresh_from_db()
    return order.state, order.reply, order.events.count()


def test_an_order_is_numbered_within_its_station_and_the_stations_own_day(
    manager: Staff, head: Staff, order: WorkOrder
) -> None:
    elsewhere = Station.objects.create(company=manager.station.company, name="West station")
    other = _person(elsewhere, "Qian", "manager")

    second, foreign = _dispatch(manager, head), _dispatch(other, head)

    assert [order.number, second.number, foreign.number] == ["20261125-001", "20261125-002", "20261125-001"]
    assert foreign.station == elsewhere


def test_safety_measures_keep_the_order_of_the_sheet_and_unknown_ones_are_dropped(
    manager: Staff, head: Staff
) -> None:
    assert _dispatch(manager, head, safety=["gloves", "dance", "two_people"]).safety == [
        "two_people",
        "gloves",
    ]


def test_an_order_is_answered_by_its_owner_and_closed_by_another(
    order: WorkOrder, manager: Staff, head: Staff
) -> None:
    answered = _answered(order, manager)
    closed = operations.close(answered, text="好", user=head.user, now=NOW)

    assert closed.state == WorkOrder.State.CLOSED
    assert (closed.replied_by, closed.closed_by) == (manager.user, head.user)
    steps = queries.events(Scope.everything(), order.pk).values_list("kind", "user__username", "text")
    assert list(steps) == [
        ("dispatched", "Head", "Zhao"),
        ("answered", "Zhao", "总表已复电"),
        ("closed", "Head", "好"),
    ]


def test_an_order_sent_back_is_open_again_and_the_answer_stays_in_its_events(
    order: WorkOrder, manager: Staff, head: Staff
) -> None:
    operations.send_back(_answered(order, manager), reason="没拍表号", user=head.user, now=NOW)

    assert _state(order) == ("open", "", 3)
    assert order.events.filter(text="总表已复电").exists()
    assert _answered(order, manager).state == WorkOrder.State.ANSWERED


def test_every_safety_measure_has_its_words_in_both_languages() -> None:
    measures = yaml.safe_load(SAFETY_FILE.read_text(encoding="utf-8"))

    assert {tuple(measure) for measure in measures.values()} == {("name", "name_en")}


def test_a_due_day_that_has_passed_is_refused(manager: Staff, head: Staff) -> None:
    with pytest.raises(operations.UnableToDispatch, match="期限已过"):
        _dispatch(manager, head, due_date=TODAY - timedelta(days=1))
    assert not WorkOrder.objects.exists()


def test_a_subject_of_another_station_is_refused(manager: Staff, head: Staff) -> None:
    foreign = Subject("x", station_id=manager.station_id + 1)
    with pytest.raises(operations.UnableToDispatch, match="不是本所人员"):
        operations.dispatch(
            foreign, assignee=manager, due_date=TODAY, instruction="", safety=[], user=head.user, now=NOW
        )
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_answer_is_refused(order: WorkOrder, manager: Staff, text: str) -> None:
    with pytest.raises(operations.UnableToAnswer, match="处理结果"):
        operations.answer(order, text=text, user=manager.user, now=NOW)
    assert _state(order) == ("open", "", 1)


def test_somebody_elses_order_cannot_be_answered(order: WorkOrder) -> None:
    other = _person(order.station, "Qian", "manager")
    with pytest.raises(operations.UnableToAnswer, match="由Zhao处理"):
        _answered(order, other)
    assert _state(order) == ("open", "", 1)


def test_an_answered_order_is_not_answered_again(order: WorkOrder, manager: Staff) -> None:
    _answered(order, manager)
    with pytest.raises(operations.UnableToAnswer, match="已反馈"):
        operations.answer(order, text="again", user=manager.user, now=NOW)
    assert _state(order) == ("answered", "总表已复电", 2)


def test_an_open_order_can_be_neither_closed_nor_sent_back(order: WorkOrder, head: Staff) -> None:
    with pytest.raises(operations.UnableToClose, match="还没有反馈"):
        operations.close(order, user=head.user, now=NOW)
    with pytest.raises(operations.UnableToClose, match="还没有反馈"):
        operations.send_back(order, reason="why", user=head.user, now=NOW)
    assert _state(order) == ("open", "", 1)


def test_who_answered_for_the_owner_does_not_close(order: WorkOrder, head: Staff) -> None:
    answered = _answered(order, head)
    with pytest.raises(operations.UnableToClose, match="不能是接单人或反馈人"):
        operations.close(answered, user=head.user, now=NOW)
    assert _state(order) == ("answered", "总表已复电", 2)


def test_the_owner_does_not_close_what_somebody_answered_for_them(head: Staff, manager: Staff) -> None:
    clerk = _person(head.station, "Clerk", "clerk")
    order = _answered(_dispatch(head, manager), clerk)
    with pytest.raises(operations.UnableToClose, match="不能是接单人或反馈人"):
        operations.close(order, user=head.user, now=NOW)
    assert _state(order) == ("answered", "总表已复电", 2)


def test_a_manager_may_not_close(order: WorkOrder, manager: Staff) -> None:
    other = _person(order.station, "Qian", "manager")
    with pytest.raises(operations.UnableToClose):
        operations.close(_answered(order, manager), user=other.user, now=NOW)
    assert _state(order)[0] == "answered"


def test_nothing_happens_to_a_closed_order_any_more(order: WorkOrder, manager: Staff, head: Staff) -> None:
    closed = operations.close(_answered(order, manager), user=head.user, now=NOW)
    before = _state(order)

    for refused in (
        lambda: operations.close(closed, user=head.user, now=NOW),
        lambda: operations.send_back(closed, reason="why", user=head.user, now=NOW),
        lambda: operations.hand_to(closed, head, user=head.user, now=NOW),
        lambda: _answered(closed, manager),
    ):
        with pytest.raises(ValueError, match="完成|已反馈"):
            refused()

    assert _state(order) == before


def test_sending_back_without_a_reason_is_refused(order: WorkOrder, manager: Staff, head: Staff) -> None:
    with pytest.raises(operations.UnableToClose, match="原因"):
        operations.send_back(_answered(order, manager), reason=" ", user=head.user, now=NOW)
    assert _state(order) == ("answered", "总表已复电", 2)


def test_an_order_is_handed_on_within_the_station_only(order: WorkOrder, manager: Staff, head: Staff) -> None:
    colleague = _person(order.station, "Sun", "manager")
    elsewhere = Station.objects.create(company=order.station.company, name="West station")

    operations.hand_to(order, colleague, reason="换台区经理", user=head.user, now=NOW)

    order.refresh_from_db()
    assert order.assignee == colleague
    assert order.events.last().text == "Zhao → Sun：换台区经理"
    for person, words in ((colleague, "名下"), (_person(elsewhere, "Qian", "manager"), "不是本所人员")):
        with pytest.raises(operations.UnableToDispatch, match=words):
            operations.hand_to(order, person, user=head.user, now=NOW)
    assert WorkOrderEvent.objects.count() == 2


def test_the_morning_counts_what_is_open_overdue_due_and_done(manager: Staff, head: Staff) -> None:
    scope, later = Scope.of(head.user), TODAY + timedelta(days=1)
    late, done = _dispatch(manager, head, due_date=TODAY), _dispatch(manager, head)
    _answered(done, manager)
    _dispatch(manager, head)

    assert list(queries.overdue(scope, TODAY)) == []
    assert list(queries.overdue(scope, later)) == [late]
    assert queries.open_by_staff(scope, later) == [queries.OpenCount(manager.pk, "Zhao", 2, 1)]
    assert queries.due_or_done_on(scope, TODAY) == [queries.DayCount(manager.pk, "Zhao", 1, 1)]
    assert queries.open_of(scope, area_number="T001").count() == 3
    assert queries.open_of(scope, staff_ids=[head.pk]).count() == 0
    assert [standing(late, TODAY), standing(late, later)] == ["open", "overdue"]


def test_nothing_of_another_station_is_counted(order: WorkOrder) -> None:
    elsewhere = Scope(frozenset({order.station_id + 1}))
    later = TODAY + timedelta(days=30)

    assert queries.order(elsewhere, order.pk) is None
    assert not queries.overdue(elsewhere, later)
    assert not queries.open_by_staff(elsewhere, later)
    assert not queries.due_or_done_on(elsewhere, order.due_date)
    assert not queries.open_of(elsewhere, area_number="T001")
    assert not queries.events(elsewhere, order.pk)


def test_an_order_reads_as_plain_text(order: WorkOrder) -> None:
    text = as_text(order)

    assert text.startswith("派工单：20261125-001\n事由：总表缺数 West area")
    assert "安全措施：两人作业，一人监护、戴绝缘手套、穿绝缘鞋" in text
    assert "处理结果" not in text


def test_a_subject_travels_signed_and_a_changed_one_is_refused() -> None:
    text = signed(SUBJECT)

    assert unsigned([text, text]) == [SUBJECT]
    with pytest.raises(signing.BadSignature):
        unsigned([text[:-1] + ("A" if text[-1] != "A" else "B")])


def test_posts_that_are_there_already_get_the_new_permissions_once() -> None:
    """The migration's step on a house whose posts were installed before tasks existed."""
    new = Permission.objects.filter(codename__in=["dispatch_work", "close_work"])
    head, counter = Post.objects.get(code="head").group, Post.objects.get(code="counter").group
    new.delete()
    migration = import_module("diansuo.office.base.migrations.0003_work_orders")

    migration.let_existing_posts_work(apps, None)

    assert head.permissions.filter(pk__in=new.all()).count() == 2
    assert not counter.permissions.filter(pk__in=new.all()).exists()
