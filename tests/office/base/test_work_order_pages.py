"""Orders on the page: dispatched from rows of a list, answered with photos, judged, printed; strangers find nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from diansuo.office.archive.models import Premise
from diansuo.office.base.access import install_demo_users
from diansuo.office.base.models import Staff, Station, User, WorkOrder, WorkOrderPhoto
from diansuo.office.base.work_orders import operations, photos
from diansuo.office.base.work_orders.links import Subject, dispatch_url, unsigned
from tests.office.archive import lists
from tests.office.base import pages

pytestmark = pytest.mark.django_db

JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 60
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 60
WEBP = b"RIFF\0\0\0\0WEBP" + b"\0" * 60
TOKENS = re.compile(r'type="checkbox" form="dispatch" name="subject" value="([^"]+)"')
HIDDEN = re.compile(r'type="hidden" name="subject" value="([^"]+)"')


@pytest.fixture
def station(tmp_path: Path, settings: Settings) -> Station:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    places = {
        "供电单位": "East company",
        "供电所": "East station",
        "台区名称": "East area",
        "台区经理": "Zhao",
    }
    lists.bring_in(
        tmp_path,
        lists.line("001", "m1", 用户名称="Zhang", **places),
        lists.line("002", "m2", 用户名称="Li", **places),
    )
    station = Station.objects.get()
    install_demo_users(station, pages.PASSWORD)
    return station


@pytest.fixture
def order(station: Station) -> WorkOrder:
    return operations.dispatch(
        Subject("看表 <b>Zhang</b>", customer_number="001"),
        assignee=User.objects.get(username="manager").staff,
        due_date=timezone.localdate(),
        instruction="看表",
        safety=["gloves"],
        user=User.objects.get(username="head"),
        now=timezone.now(),
    )


def _answer(client: Client, order: WorkOrder, *files: SimpleUploadedFile) -> int:
    said = {"reply": "表已换", "safety": ["gloves"], "photos": list(files)}
    return client.post(reverse("work_order_answer", args=[order.pk]), said).status_code


def _file(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


def test_several_rows_of_a_list_are_dispatched_at_once_each_to_its_own_manager(station: Station) -> None:
    client = pages.signed_in("head")
    tokens = TOKENS.findall(client.get(reverse("customers")).content.decode())
    form = client.post(reverse("work_order_new"), {"subject": tokens}).content.decode()
    due = timezone.localdate() + timedelta(days=3)

    assert len(tokens) == 2
    assert unsigned(HIDDEN.findall(form)) == unsigned(tokens)
    assert f'value="{due.isoformat()}"' in form
    answer = client.post(
        reverse("work_order_new"),
        {"subject": tokens, "assignee": "", "due_date": due.isoformat(), "safety": ["gloves"]},
    )

    assert answer.status_code == 302
    made = WorkOrder.objects.order_by("customer_number")
    assert [one.customer_number for one in made] == ["001", "002"]
    assert {one.assignee.name for one in made} == {"Zhao"}
    assert made[0].subject_url.startswith("/customers/")


def test_the_button_of_one_row_fills_the_form_for_that_row_only(station: Station) -> None:
    client = pages.signed_in("head")
    first, second = TOKENS.findall(client.get(reverse("customers")).content.decode())
    form = client.post(reverse("work_order_new"), {"subject": [first], "only": second}).content.decode()

    assert unsigned(HIDDEN.findall(form)) == unsigned([second])
    zhao = Staff.objects.get(name="Zhao")
    assert f'<option value="{zhao.pk}" selected>' in form


def test_a_forged_or_changed_row_is_refused(station: Station) -> None:
    client = pages.signed_in("head")
    due = timezone.localdate().isoformat()

    answer = client.post(reverse("work_order_new"), {"subject": ["made:up:here"], "due_date": due})

    assert answer.status_code == 400
    assert not WorkOrder.objects.exists()


def test_no_row_chosen_leads_back_to_the_list_with_a_word(station: Station) -> None:
    answer = pages.signed_in("head").post(
        reverse("work_order_new"), headers={"referer": "http://testserver/customers/"}, follow=True
    )

    assert answer.request["PATH_INFO"] == "/customers/"
    assert "请先勾选" in answer.content.decode()


def test_a_way_back_to_another_house_is_not_taken(station: Station) -> None:
    answer = pages.signed_in("head").post(reverse("work_order_new"), headers={"referer": "http://evil.test/"})

    assert answer.headers["Location"] == reverse("work_orders")


def test_an_order_without_a_row_is_made_from_its_own_words(station: Station) -> None:
    client = pages.signed_in("head")
    zhao = Staff.objects.get(name="Zhao")
    given = {"title": "巡视线路", "source": "other", "assignee": zhao.pk, "due_date": timezone.localdate()}

    assert client.get(reverse("work_order_new")).status_code == 200
    assert client.post(reverse("work_order_new"), given).status_code == 302
    assert WorkOrder.objects.get().title == "巡视线路"


def test_who_may_not_dispatch_sees_no_button_and_is_refused(station: Station) -> None:
    client = pages.signed_in("counter")

    assert not TOKENS.findall(client.get(reverse("customers")).content.decode())
    assert client.get(dispatch_url(Subject("x"))).status_code == 403


def test_an_answer_with_photos_waits_for_another_person(order: WorkOrder) -> None:
    manager = pages.signed_in("manager")

    assert "看表" in manager.get(reverse("my_work")).content.decode()
    assert _answer(manager, order, _file(JPEG), _file(PNG), _file(WEBP)) == 302

    order.refresh_from_db()
    kinds = list(order.photos.order_by("id").values_list("media_type", flat=True))
    assert (order.state, kinds) == ("answered", ["image/jpeg", "image/png", "image/webp"])
    sent = manager.get(reverse("work_order_photo", args=[order.photos.earliest("id").pk]))
    assert b"".join(sent.streaming_content) == JPEG
    assert sent.headers["Content-Type"] == "image/jpeg"
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert manager.post(reverse("work_order_close", args=[order.pk])).status_code == 403
    assert "看表" in pages.signed_in("head").get(reverse("my_work")).content.decode()
    assert pages.signed_in("head").post(reverse("work_order_close", args=[order.pk])).status_code == 302
    order.refresh_from_db()
    assert order.state == WorkOrder.State.CLOSED


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"MZ\x90\0" + b"\0" * 60, "不是照片"),
        (b"<svg onload=alert(1)>", "不是照片"),
        (JPEG + b"\0" * photos.LARGEST_PHOTO_BYTES, "超过 8 MB"),
    ],
    ids=["a program named jpg", "a drawing with script", "too large"],
)
def test_what_is_no_photo_is_refused_and_nothing_is_kept(
    order: WorkOrder, content: bytes, words: str
) -> None:
    before = set(photos._folder().glob("*"))
    said = {"reply": "表已换", "safety": ["gloves"], "photos": [_file(JPEG), _file(content)]}
    answer = pages.signed_in("manager").post(reverse("work_order_answer", args=[order.pk]), said)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "表已换" in answer.content.decode()
    order.refresh_from_db()
    assert (order.state, WorkOrderPhoto.objects.count()) == ("open", 0)
    assert set(photos._folder().glob("*")) == before


def test_closing_by_who_answered_is_refused_on_the_page(order: WorkOrder) -> None:
    head = pages.signed_in("head")
    assert _answer(head, order) == 302

    said = head.post(reverse("work_order_close", args=[order.pk]), follow=True).content.decode()

    assert "验收人不能是接单人或反馈人" in said
    order.refresh_from_db()
    assert order.state == "answered"


def test_an_order_is_sent_back_and_handed_on_from_its_page(order: WorkOrder) -> None:
    head = pages.signed_in("head")
    _answer(pages.signed_in("manager"), order)
    zhao = Staff.objects.get(name="Zhao")

    head.post(reverse("work_order_return", args=[order.pk]), {"text": "没拍表号"})
    head.post(reverse("work_order_hand", args=[order.pk]), {"staff": zhao.pk, "reason": "休假"})

    order.refresh_from_db()
    assert (order.state, order.assignee) == ("open", zhao)
    page = head.get(reverse("work_order", args=[order.pk])).content.decode()
    assert "没拍表号" in page
    assert "休假" in page


def test_the_page_prints_boxes_and_lines_to_sign_and_offers_its_text(order: WorkOrder) -> None:
    page = pages.signed_in("manager").get(reverse("work_order", args=[order.pk])).content.decode()

    assert "☐ 戴绝缘手套、穿绝缘鞋（派工要求）" in page
    assert "☐ 两人作业，一人监护" in page
    assert all(f"<span>{title}：</span>" in page for title in ("派工人", "接单人", "验收人"))
    assert "看表 &lt;b&gt;Zhang&lt;/b&gt;" in page
    assert "<b>Zhang</b>" not in page
    assert 'data-copy="order-text"' in page


def test_the_list_filters_and_exports(order: WorkOrder) -> None:
    WorkOrder.objects.filter(pk=order.pk).update(due_date=timezone.localdate() - timedelta(days=1))
    client, address = pages.signed_in("head"), reverse("work_orders")

    page = client.get(address, {"overdue": "1", "state": "open", "assignee": order.assignee_id})
    assert order.number in page.content.decode()
    assert "已逾期" in page.content.decode()
    assert order.number not in client.get(address, {"state": "closed"}).content.decode()
    assert client.get(address, {"export": "xlsx"}).content.startswith(b"PK")


def test_the_customers_page_lists_their_orders(order: WorkOrder) -> None:
    client = pages.signed_in("head")
    first = re.search(r"/customers/\d+/", client.get(reverse("customers") + "?q=001").content.decode())

    page = client.get(first.group()).content.decode()  # type: ignore[union-attr]

    assert reverse("work_order", args=[order.pk]) in page
    assert "/tasks/new/?subject=" in page


def test_a_stranger_finds_no_order_and_no_photo(order: WorkOrder, station: Station) -> None:
    _answer(pages.signed_in("manager"), order, _file(JPEG))
    photo = order.photos.get()
    auditor = User.objects.get(username="auditor").staff
    auditor.station = Station.objects.create(company=station.company, name="West station")
    auditor.save()
    stranger = pages.signed_in("auditor")

    assert stranger.get(reverse("work_order", args=[order.pk])).status_code == 404
    assert stranger.get(reverse("work_order_photo", args=[photo.pk])).status_code == 404
    for name in ("work_order_answer", "work_order_close", "work_order_return", "work_order_hand"):
        assert stranger.post(reverse(name, args=[order.pk]), {"reply": "x"}).status_code == 404, name
    assert order.number not in stranger.get(reverse("work_orders")).content.decode()
    assert photos.file_of(photo).is_file()
    assert (
        stranger.post(
            reverse("work_order_new"),
            {
                "title": "x",
                "source": "other",
                "assignee": order.assignee_id,
                "due_date": timezone.localdate(),
            },
        ).status_code
        == 200
    )
    assert WorkOrder.objects.count() == 1


def test_a_task_sent_back_says_so_and_why_among_ones_own(order: WorkOrder) -> None:
    manager, head = pages.signed_in("manager"), pages.signed_in("head")
    _answer(manager, order)
    head.post(reverse("work_order_return", args=[order.pk]), {"text": "没拍表号"})

    mine = manager.get(reverse("my_work")).content.decode()

    assert "已退回，要补" in mine
    assert "退回原因：没拍表号" in mine
    assert reverse("my_work") in manager.get(reverse("today")).content.decode()


def test_the_order_says_where_the_customer_is_and_its_safety_measures_are_ticked_on_site(
    order: WorkOrder,
) -> None:
    manager, address = pages.signed_in("manager"), reverse("work_order", args=[order.pk])
    Premise.objects.update(address="云岭镇东村 7 号")
    text = manager.get(address).content.decode()
    assert text.count("云岭镇东村 7 号") == 2  # on the sheet, and in what is copied
    assert 'name="safety"' in text
    assert "☑" not in text, "what was asked for is not done yet"
    assert "☐ 戴绝缘手套、穿绝缘鞋（派工要求）" in text

    refused = manager.post(
        reverse("work_order_answer", args=[order.pk]), {"reply": "表已换", "safety": ["tools"]}
    )
    assert "派工要求的措施还没有勾选：戴绝缘手套、穿绝缘鞋" in refused.content.decode()
    order.refresh_from_db()
    assert (order.state, order.safety) == (WorkOrder.State.OPEN, ["gloves"])

    manager.post(
        reverse("work_order_answer", args=[order.pk]), {"reply": "表已换", "safety": ["gloves", "tools"]}
    )
    order.refresh_from_db()
    assert (order.state, order.safety) == (WorkOrder.State.ANSWERED, ["gloves", "tools"])
    assert manager.get(address).content.decode().count("☑") == 2


def test_a_second_answer_comes_back_with_the_reason_and_its_words(order: WorkOrder) -> None:
    manager = pages.signed_in("manager")
    _answer(manager, order)

    again = manager.post(
        reverse("work_order_answer", args=[order.pk]), {"reply": "又写了一遍", "safety": ["gloves"]}
    )

    assert again.status_code == 422
    assert "已反馈，不能再次提交" in again.content.decode()
    assert "又写了一遍" in again.content.decode()


def test_what_is_dispatched_already_is_named_before_it_is_dispatched_again(order: WorkOrder) -> None:
    subject = Subject("查表", customer_number=order.customer_number, station_id=order.station_id)

    page = pages.signed_in("head").get(dispatch_url(subject)).content.decode()

    assert order.customer_number
    assert f"派工单 {order.number}" in page
