"""What a reader's phone sends arrives once, whenever and however often it is sent, and the reader is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from diansuo.office.archive.models import MeteringPoint, Responsibility
from diansuo.office.base.models import Post, Proposal, Staff, User, WorkOrder
from diansuo.office.metering import entry
from diansuo.office.metering.models import MissedReading, RegisterReading, RoundEntry
from tests.office.metering.builder import bring_in, household, issue, make_station, reading_list, route_of

pytestmark = pytest.mark.django_db

JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40
PERIOD, DAY = 202603, "2026-03-01"


@pytest.fixture(autouse=True)
def _the_day_after_the_fixed_day() -> Any:
    with time_machine.travel("2026-03-02T09:00:00+08:00", tick=False):
        yield


@pytest.fixture
def point(tmp_path: Path) -> MeteringPoint:
    """A household read in January and February by 赵六, whose manager is 孙七."""
    made = household(make_station(), "0041", "M1", reader="赵六", manager="孙七")
    for period, value in ((202601, 100), (202602, 200)):
        row = {"用户编号": "0041", "电能表编号": "M1", "本次示数": value}
        bring_in("readings", reading_list(tmp_path / f"r{period}.csv", row), period=period)
    return made


class Phone:
    """A reader's phone, signed in."""

    def __init__(self, point: MeteringPoint, name: str = "赵六") -> None:
        self.user = User.objects.create_superuser(f"user-{name}")
        Staff.objects.filter(name=name).update(user=self.user)
        self.client, self.point = Client(), point
        self.client.force_login(self.user)

    def send(
        self, kwh: str = "", *, number: UUID | None = None, status: int = 200, **more: Any
    ) -> dict[str, Any]:
        given = {
            "id": str(number or uuid4()), "user": self.user.pk, "kind": "reading", "period": PERIOD, "day": DAY,
            "made_at": "2026-03-01T02:00:00Z", "meter": "M1",
            "registers": json.dumps({"0": kwh} if kwh else {}),
        }  # fmt: skip
        answer = self.client.post(reverse("round_take", args=[self.point.pk]), given | more)
        assert answer.status_code == status, answer.content.decode()
        return answer.json()


@pytest.fixture
def phone(point: MeteringPoint) -> Phone:
    return Phone(point)


def standing() -> list[tuple[Any, ...]]:
    """Return all that an entry may move."""
    rows = RegisterReading.objects.filter(period=PERIOD).order_by("id").values_list()
    return [*rows, *MissedReading.objects.values_list(), *WorkOrder.objects.values_list("pk", "state")]


def of_march() -> int:
    return RegisterReading.objects.get(period=PERIOD).register_wh


def test_an_entry_sent_again_is_answered_again_and_stored_once(phone: Phone) -> None:
    number = uuid4()
    first = phone.send("300", number=number)
    assert (first["outcome"], first["final"]) == ("stored", True)
    before = standing()
    with time_machine.travel("2026-03-04T09:00:00+08:00", tick=False):
        phone.client.force_login(phone.user)  # the session is over after two days
        assert phone.send("300", number=number) == first
    assert standing() == before
    kept = RoundEntry.objects.get()
    assert (kept.made_at.hour, kept.received_at.hour, kept.user) == (2, 1, phone.user)
    assert RegisterReading.objects.get(period=PERIOD).entered_at == kept.received_at


def test_a_reading_that_runs_backwards_is_kept_and_waits_for_the_reader(phone: Phone) -> None:
    number, before = uuid4(), standing()
    asked = phone.send("150", number=number)
    assert (asked["outcome"], asked["final"]) == ("asks", False)
    assert asked["words"]
    assert standing() == before
    assert RoundEntry.objects.get().said["registers"] == {"0": 150_000}
    assert phone.send("150", number=number, confirmed="on")["final"]
    assert of_march() == 150_000


def test_of_two_readers_at_one_meter_the_second_is_told_and_nothing_is_lost(phone: Phone) -> None:
    phone.send("300")
    before = standing()
    other = Phone(phone.point, "孙七")
    assert other.send("300")["outcome"] == "same"
    told = other.send("310")
    assert told["outcome"] == "proposed"
    proposal = Proposal.objects.get()
    assert str(proposal.pk) in told["words"]
    assert (proposal.terms["before"], proposal.terms["after"]) == ({"0": 300_000}, {"0": 310_000})
    assert standing() == before


def test_a_reader_corrects_what_they_sent_themselves(phone: Phone) -> None:
    phone.send("300")
    assert phone.send("301")["outcome"] == "stored"
    assert of_march() == 301_000


def test_another_users_number_is_not_taken_over(phone: Phone) -> None:
    number = uuid4()
    phone.send("300", number=number)
    before = standing(), list(RoundEntry.objects.values_list())
    other = Phone(phone.point, "孙七")
    assert other.send("999", number=number)["outcome"] == "refused"
    assert "本人" in other.send("999", user=phone.user.pk, status=409)["words"]
    assert (standing(), list(RoundEntry.objects.values_list())) == before


def test_a_meter_exchanged_while_the_phone_was_away_refuses_the_old_ones_reading(phone: Phone) -> None:
    before = standing()
    told = phone.send("300", meter="M0")
    assert told["outcome"] == "refused"
    assert "M1" in told["words"]
    assert standing() == before
    assert RoundEntry.objects.get().said["registers"] == {"0": 300_000}  # for whoever looks into it


def test_a_route_made_anew_while_entries_are_on_their_way_loses_none(phone: Phone) -> None:
    route = route_of(phone.point.station, "R2")
    MeteringPoint.objects.update(route=route, walk_order=77)
    assert phone.send("300")["outcome"] == "stored"


def test_a_month_billed_before_the_phone_came_back_refuses_with_the_reason(
    phone: Phone, tmp_path: Path
) -> None:
    row = {"用户编号": "0041", "电能表编号": "M1", "本次示数": 290}
    bring_in("readings", reading_list(tmp_path / "r202603.csv", row), period=PERIOD)
    for period in (202602, PERIOD):
        assert issue(phone.point.station, period)
    before = standing()
    told = phone.send("300")
    assert told["outcome"] == "refused"
    assert "发行" in told["words"]
    assert standing() == before


def test_a_photo_that_is_no_photo_is_refused_and_the_reading_is_kept(phone: Phone) -> None:
    told = phone.send("300", photo=SimpleUploadedFile("表.jpg", b"#!/bin/sh", "image/jpeg"))
    assert told["outcome"] == "stored"
    assert "不是照片" in told["words"]
    assert (of_march(), RoundEntry.objects.get().photo_file) == (300_000, "")


def test_a_photo_comes_back_as_the_picture_it_is(phone: Phone) -> None:
    phone.send("300", photo=SimpleUploadedFile("x.txt", JPEG, "text/plain"))
    kept = RoundEntry.objects.get()
    answer = phone.client.get(reverse("round_photo", args=[kept.pk]))
    assert (b"".join(answer), answer["Content-Type"]) == (JPEG, "image/jpeg")
    page = phone.client.get(reverse("round_sent", args=[phone.point.route_id, PERIOD])).content.decode()
    assert reverse("round_photo", args=[kept.pk]) in page
    assert "300.00" in page


def test_what_was_not_read_has_its_reason_once(phone: Phone) -> None:
    assert phone.send(kind="missed", text="锁门")["outcome"] == "stored"
    assert phone.send(kind="missed", text="表计故障")["outcome"] == "stored"
    assert MissedReading.objects.get().reason == "表计故障"
    assert phone.send(kind="missed", text=" ")["outcome"] == "refused"


def test_a_finding_makes_one_task_for_whoever_manages_the_customer(phone: Phone) -> None:
    number = uuid4()
    told = phone.send(kind="found", found="photovoltaic", number=number)
    order = WorkOrder.objects.get()
    assert (order.assignee.name, order.source, order.customer_number) == ("孙七", "field", "0041")
    assert order.number in told["words"]
    assert phone.send(kind="found", found="photovoltaic", number=number) == told
    assert phone.send(kind="found", found="photovoltaic")["outcome"] == "same"
    assert WorkOrder.objects.count() == 1
    assert phone.send(kind="found", found="empty")["outcome"] == "stored"
    assert phone.send(kind="found", found="treasure")["outcome"] == "refused"
    assert WorkOrder.objects.count() == 2


NO_REGISTERS = ("{", "[1]", '{"0": "1e99"}', '{"0": "-1"}', '{"0": "NaN"}', '{"99": "1"}', '{"0": "1.2345"}')


@pytest.mark.parametrize("registers", NO_REGISTERS)
def test_what_is_no_entry_is_refused_whole(phone: Phone, registers: str) -> None:
    before = standing()
    assert phone.send(registers=registers)["outcome"] == "refused"
    assert standing() == before
    assert not RoundEntry.objects.exists()


def test_an_entry_is_all_or_nothing(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(entry, "insert_columns", broken)
    before, number = standing(), uuid4()
    with pytest.raises(RuntimeError):
        phone.send("300", number=number, photo=SimpleUploadedFile("x.jpg", JPEG))
    assert (standing(), RoundEntry.objects.count()) == (before, 0)
    monkeypatch.undo()
    assert phone.send("300", number=number)["outcome"] == "stored"


def test_the_round_shows_the_readers_stops_with_what_is_open(phone: Phone) -> None:
    household(phone.point.station, "0042", "M2", reader="钱七")
    phone.send(kind="found", found="empty")
    phone.send("150")
    answer = phone.client.get(reverse("round", args=[phone.point.route_id, PERIOD]))
    (stop,) = answer.context["data"]["stops"]
    assert (stop["number"], stop["read"]) == ("0041", False)
    assert "空户" in stop["changes"][0]
    assert stop["waits"]
    assert stop["registers"][0]["last"] == 200_000
    assert "R1" in phone.client.get(reverse("rounds")).content.decode()
    Responsibility.objects.update(staff=Staff.objects.get(name="钱七"))
    assert "名下没有抄表段" in phone.client.get(reverse("rounds")).content.decode()


def test_the_worker_is_served_beside_its_pages_and_its_address_changes_with_them(phone: Phone) -> None:
    page = phone.client.get(reverse("rounds"))
    address = page.context["worker"]
    assert address.startswith(f"{reverse('rounds')}worker.js?")
    answer = phone.client.get(address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert "worker-src 'self'" in page.headers["Content-Security-Policy"]
    assert "diansuo-rounds-" in answer.content.decode()


def test_the_page_of_the_sign_in_forgets_what_was_kept(phone: Phone) -> None:
    phone.client.logout()
    assert "base/signed_out.js" in phone.client.get(reverse("login")).content.decode()
    assert phone.client.get(reverse("round_worker")).status_code == 302


def test_another_stations_phone_writes_nothing(phone: Phone) -> None:
    stranger = User.objects.create_user("stranger")
    elsewhere = Staff.objects.create(station=make_station("西村供电所"), name="周八", user=stranger)
    elsewhere.posts.add(Post.objects.get(code="manager"))
    stranger.groups.add(Post.objects.get(code="manager").group)
    phone.user = stranger
    phone.client.force_login(stranger)
    before = standing()
    assert phone.send("300")["outcome"] == "refused"
    assert (standing(), RoundEntry.objects.count()) == (before, 0)
    assert phone.client.get(reverse("round", args=[phone.point.route_id, PERIOD])).status_code == 404
