"""An area changes hands: the sheet, two signatures, and everything that moves with the second one, or nothing."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.urls import reverse
from pytest_django.fixtures import Settings
from python_calamine import CalamineWorkbook

from diansuo.office.archive.models import Customer, Responsibility, TransformerArea
from diansuo.office.base.access import install_demo_users
from diansuo.office.base.models import Company, Staff, Station, User, WorkOrder
from diansuo.office.base.work_orders import operations as work_orders
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.collection.models import Receivable
from diansuo.office.desk.handover import operations
from diansuo.office.desk.handover.operations import UnableToHandOver
from diansuo.office.desk.models import Handover
from diansuo.office.metering.models import CollectionFailure, Finding, MeteringPoint
from tests.office.archive import lists
from tests.office.base import pages

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
DAY = date(2026, 3, 10)
MANAGER, READER = Responsibility.Duty.MANAGER, Responsibility.Duty.READER


@pytest.fixture
def station(tmp_path: Path, settings: Settings) -> Station:
    """Two areas of 赵六, who reads the first one too, and one customer there whom 孙七 manages."""
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    second = {"台区编号": "T002", "台区名称": "西村2号台区"}
    lists.bring_in(
        tmp_path,
        lists.line("001", "m1", 抄表员="赵六"),
        lists.line("002", "m2", 用电类别="农业生产用电"),
        lists.line("003", "m3", **second),
        lists.line("004", "m4", 台区经理="孙七"),
        valid_from=date(2026, 1, 1),
    )
    station = Station.objects.get()
    people = {"manager": staff("赵六"), "inspector": staff("孙七")}
    install_demo_users(station, pages.PASSWORD, people)
    return station


def staff(name: str) -> Staff:
    return Staff.objects.get(name=name)


def user(name: str) -> User:
    return User.objects.get(username=name)


def areas(*numbers: str) -> list[TransformerArea]:
    return list(TransformerArea.objects.filter(number__in=numbers).order_by("number"))


def make(*numbers: str, day: date = DAY, with_reading: bool = True) -> Handover:
    return operations.make(
        staff("赵六"),
        staff("孙七"),
        areas(*numbers or ("T001",)),
        handover_date=day,
        with_reading=with_reading,
        keys="表箱钥匙 3 把",
        user=user("head"),
        now=NOW,
    )


def duties(day: date, duty: Responsibility.Duty = MANAGER) -> dict[str, str]:
    rows = Responsibility.objects.in_force(day).filter(duty=duty, point__contract__isnull=False)
    return dict(rows.values_list("point__contract__customer__number", "staff__name"))


def order(subject: Subject, assignee: str = "赵六") -> WorkOrder:
    return work_orders.dispatch(
        subject, assignee=staff(assignee), due_date=DAY, instruction="", safety=(), user=user("head"), now=NOW
    )


def test_the_sheet_counts_what_belongs_to_the_areas(station: Station) -> None:
    order(Subject("看总表", area_number="T001"))
    order(Subject("看表", customer_number="002"))
    order(Subject("别的台区", area_number="T002"))
    order(Subject("别人的任务", area_number="T001"), "孙七")
    for number, amount_fen in (("001", 1000), ("002", 234), ("003", 9999), ("004", 7777)):
        customer = Customer.objects.get(number=number)
        if station.mode == Station.Mode.ALONE:
            Station.objects.update(mode=Station.Mode.BESIDE)
        Receivable.objects.create(
            customer=customer, period=202601, amount_fen=amount_fen, due_date=date(2026, 2, 1)
        )
    point = MeteringPoint.objects.get(contract__customer__number="002")
    meter = point.installations.get().meter
    CollectionFailure.objects.create(point=point, meter=meter, fail_date=date(2026, 3, 1), days=4)
    said = {"point": point, "period": 202602}
    Finding.objects.create(rule="R-MISSING", severity=Finding.Severity.BLOCKING, **said)
    Finding.objects.create(rule="R-ROLLOVER", severity=Finding.Severity.INFO, **said)
    Finding.objects.create(rule="B-NO-TERMS", severity=Finding.Severity.BLOCKING, **said)

    content = make("T001").content

    (area,) = content["areas"]
    assert (area["number"], area["customers"], area["classes"]) == ("T001", 2, {"1": 1, "4": 1})
    assert (area["debtors"], area["owed_fen"], area["orders"], area["meters"]) == (2, 1234, 2, 1)
    assert [row["number"] for row in content["debtors"]] == ["001", "002"]
    assert [row["title"] for row in content["orders"]] == ["看总表", "看表"]
    assert content["meters"][0]["what"] == "采集失败 4 天；漏抄"
    assert content["failure_day"] == "2026-03-01"


@pytest.mark.parametrize("first", ["outgoing", "incoming"])
def test_the_second_signature_moves_responsibility_and_open_tasks(station: Station, first: str) -> None:
    mine, elsewhere = (
        order(Subject("看表", customer_number="002")),
        order(Subject("别处", area_number="T002")),
    )
    made = make("T001")
    revision = Station.objects.get().revision
    signers = {"outgoing": user("manager"), "incoming": user("inspector")}
    second = "incoming" if first == "outgoing" else "outgoing"

    operations.sign(made, first, user=signers[first], now=NOW)
    assert duties(DAY) == {"001": "赵六", "002": "赵六", "003": "赵六", "004": "孙七"}
    done = operations.sign(made, second, user=signers[second], now=NOW)

    assert (done.state, done.points_moved, done.orders_moved) == (Handover.State.DONE, 2, 1)
    assert duties(date(2026, 3, 9))["001"] == "赵六"
    assert duties(DAY) == {"001": "孙七", "002": "孙七", "003": "赵六", "004": "孙七"}
    assert duties(DAY, READER) == {"001": "孙七", "002": "王五", "003": "王五", "004": "王五"}
    mine.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (mine.assignee.name, elsewhere.assignee.name) == ("孙七", "赵六")
    assert f"交接单 {made.pk}" in mine.events.order_by("-id").first().text
    assert Station.objects.get().revision > revision


def test_reading_stays_where_it_is_not_handed_over(station: Station) -> None:
    made = make("T001", with_reading=False)
    operations.sign(made, "outgoing", user=user("manager"), now=NOW)
    operations.sign(made, "incoming", user=user("inspector"), now=NOW)

    assert duties(DAY, READER)["001"] == "赵六"
    assert duties(DAY)["001"] == "孙七"


def test_nobody_signs_for_another_or_twice(station: Station) -> None:
    made = make("T001")
    for side, name in (
        ("incoming", "manager"),
        ("outgoing", "inspector"),
        ("incoming", "head"),
        ("x", "head"),
    ):
        with pytest.raises(UnableToHandOver, match="不由您签"):
            operations.sign(made, side, user=user(name), now=NOW)
    operations.sign(made, "outgoing", user=user("manager"), now=NOW)
    for name in ("manager", "head"):
        with pytest.raises(UnableToHandOver, match="不由您签"):
            operations.sign(made, "outgoing", reason="x", user=user(name), now=NOW)

    assert made.signatures.count() == 1
    assert duties(DAY)["001"] == "赵六"


def test_the_head_stands_in_for_who_has_left_and_it_is_recorded(station: Station) -> None:
    made = make("T001")
    with pytest.raises(UnableToHandOver, match="写明原因"):
        operations.sign(made, "outgoing", user=user("head"), now=NOW)
    operations.sign(made, "outgoing", reason="已调离", user=user("head"), now=NOW)
    operations.sign(made, "incoming", user=user("inspector"), now=NOW)

    stood = made.signatures.get(side="outgoing")
    assert (stood.stood_in, stood.reason, stood.user.username) == (True, "已调离", "head")
    assert duties(DAY)["001"] == "孙七"


def test_what_is_withdrawn_cannot_be_signed_and_what_took_effect_cannot_be_withdrawn(
    station: Station,
) -> None:
    made = make("T001")
    operations.sign(made, "outgoing", user=user("manager"), now=NOW)
    operations.withdraw(made, user=user("head"), now=NOW)
    with pytest.raises(UnableToHandOver, match="已撤回"):
        operations.sign(made, "incoming", user=user("inspector"), now=NOW)
    assert duties(DAY)["001"] == "赵六"

    again = make("T001")
    operations.sign(again, "outgoing", user=user("manager"), now=NOW)
    operations.sign(again, "incoming", user=user("inspector"), now=NOW)
    with pytest.raises(UnableToHandOver, match="另开一张"):
        operations.withdraw(again, user=user("head"), now=NOW)


def test_what_cannot_be_handed_over_is_refused_with_the_reason(station: Station) -> None:
    other = Station.objects.create(company=Company.objects.get(), name="西村供电所")
    stranger = Staff.objects.create(station=other, name="外人")
    given = {"handover_date": DAY, "with_reading": True, "keys": "", "user": user("head"), "now": NOW}
    for outgoing, incoming, chosen, why in (
        (staff("赵六"), staff("孙七"), [], "至少选一个台区"),
        (staff("赵六"), staff("赵六"), areas("T001"), "同一人"),
        (staff("赵六"), stranger, areas("T001"), "不是本所人员"),
        (staff("孙七"), staff("赵六"), areas("T002"), "西村2号台区"),
    ):
        with pytest.raises(UnableToHandOver, match=why):
            operations.make(outgoing, incoming, chosen, **given)
    with pytest.raises(UnableToHandOver, match="2026-01-01"):
        make("T001", day=date(2026, 1, 1))
    make("T001")
    with pytest.raises(UnableToHandOver, match="另一张待签字"):
        make("T001", "T002")

    assert Handover.objects.count() == 1


def test_if_somebody_else_took_over_meanwhile_nothing_moves(station: Station) -> None:
    task = order(Subject("看总表", area_number="T001"))
    made = make("T001")
    for duty in Responsibility.objects.in_force(DAY).filter(staff=staff("赵六")):
        duty.change_from(date(2026, 3, 5), staff=staff("王五"))
    operations.sign(made, "outgoing", user=user("manager"), now=NOW)
    with pytest.raises(UnableToHandOver, match="已不由赵六管理"):
        operations.sign(made, "incoming", user=user("inspector"), now=NOW)

    task.refresh_from_db()
    assert task.assignee.name == "赵六"
    assert made.signatures.count() == 1


def test_from_the_area_page_to_the_signed_sheet(station: Station) -> None:
    head, (area,) = pages.signed_in("head"), areas("T001")
    assert (
        reverse("handover_of_area", args=[area.pk])
        in head.get(reverse("area", args=[area.pk])).content.decode()
    )
    begun = head.get(reverse("handover_of_area", args=[area.pk]))
    form = head.get(begun.url)
    assert [one.data["value"] for one in form.context["form"]["areas"] if one.data["selected"]] == [area.pk]
    given = {"areas": [area.pk], "incoming": staff("孙七").pk, "handover_date": "2099-01-01", "keys": "钥匙"}
    made = head.post(begun.url, given)
    sheet = made.url

    assert "待签字" in head.get(sheet).content.decode()
    for name, side in (("manager", "outgoing"), ("inspector", "incoming")):
        client = pages.signed_in(name)
        assert "等您签字" in client.get(reverse("handovers")).content.decode()
        answer = client.post(
            reverse("handover_sign", args=[Handover.objects.get().pk]), {"side": side}, follow=True
        )
    assert "移交生效" in answer.content.decode()
    assert duties(date(2099, 1, 1))["001"] == "孙七"
    book = head.get(reverse("handovers"), {"export": "xlsx"}).content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert rows[1][1:3] == ["赵六", "孙七"]


def test_the_sheet_says_for_good_what_took_effect_and_the_back_office_shows_it(station: Station) -> None:
    made = make("T001")
    operations.sign(made, "outgoing", user=user("manager"), now=NOW)
    operations.sign(made, "incoming", user=user("inspector"), now=NOW)

    page = pages.signed_in("counter").get(reverse("handover", args=[made.pk])).content.decode()

    assert "双方签齐生效：2 个计量点从 2026-03-10 起由孙七负责" in page
    assert 'id="sign"' not in page
    browser = pages.signed_in("admin")
    User.objects.filter(username="admin").update(is_superuser=True)
    for name in ("handover", "handoversignature"):
        assert browser.get(reverse(f"admin:desk_{name}_changelist")).status_code == 200


def test_who_may_not_hand_over_and_who_is_of_another_station_is_kept_out(station: Station) -> None:
    manager, (area,) = pages.signed_in("manager"), areas("T001")
    assert "移交台区" not in manager.get(reverse("area", args=[area.pk])).content.decode()
    assert manager.get(reverse("handover_new")).status_code == 403
    assert "还没有交接单" in manager.get(reverse("handovers")).content.decode()
    made = make("T001")
    manager.post(reverse("handover_withdraw", args=[made.pk]))
    assert Handover.objects.get().state == Handover.State.WAITING

    other = Station.objects.create(company=Company.objects.get(), name="西村供电所")
    Staff.objects.filter(user__username="head").update(station=other)
    stranger = pages.signed_in("head")
    for name in ("handover", "handover_sign", "handover_withdraw"):
        url = reverse(name, args=[made.pk])
        assert (stranger.get(url) if name == "handover" else stranger.post(url)).status_code == 404
    assert stranger.get(reverse("handover_of_area", args=[area.pk])).status_code == 404
