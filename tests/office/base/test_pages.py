"""Every page opens for every post in both languages, or refuses plainly; nothing on it breaks the content policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from diansuo.office.archive.models import Customer
from diansuo.office.base.models import ImportBatch, Post, Staff, Station, User
from diansuo.office.base.rights import may_open
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.collection import queries
from diansuo.office.collection.models import Payment
from tests.office.base import pages

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("station")]

INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")|javascript:", re.I
)
CHINESE = re.compile(r"[一-鿿]+")
# Headings of files are Chinese in every language, a price's source is the document's own title, amounts in words
# are 大写金额 whatever the language.
# A sheet to be tried is read by its Chinese headings, as the file of a price sheet is.
CHINESE_BY_NATURE = {"import_new", "aliases", "bill", "import_batch", "reminders", "notices", "whatif_sheet"}


@pytest.fixture
def station(tmp_path: Path, settings: Settings) -> Station:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nine users a test
    return pages.build(tmp_path)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_for_a_post_that_may_and_refuses_plainly_one_that_may_not(language: str) -> None:
    wrong = []
    for post in ("head", "loss"):  # every post in turn: test_access
        user, client = User.objects.get(username=post), pages.signed_in(post, language)
        for page in pages.addresses():
            expected = 200 if may_open(user, page.name) else 403
            answer = client.get(page.url)
            if answer.status_code != expected:
                wrong.append(f"{post} {page.name}: {answer.status_code} instead of {expected}")

    assert not wrong


def test_no_page_carries_inline_script_or_style() -> None:
    client = pages.signed_in("auditor")
    found = {page.name: INLINE.findall(client.get(page.url).content.decode()) for page in pages.addresses()}

    assert not {name: hits for name, hits in found.items() if hits}


def test_an_english_page_has_no_chinese_words_of_ours() -> None:
    client = pages.signed_in("auditor", "en")
    data = {post.name for post in Post.objects.all()} | {
        batch.file_name for batch in ImportBatch.objects.all()
    }
    found = {}
    for page in pages.addresses():
        if page.name in CHINESE_BY_NATURE:
            continue
        body = client.get(page.url).content.decode().split("<body>")[1].replace("中文", "")
        for name in data:
            body = body.replace(name, "")
        found[page.name] = CHINESE.findall(body)

    assert not {name: words for name, words in found.items() if words}


def test_our_pages_keep_the_strict_policy_and_the_librarys_pages_get_their_two_exceptions() -> None:
    client = pages.signed_in("admin")
    ours = client.get(reverse("home")).headers["Content-Security-Policy"]
    theirs = client.get(reverse("admin:index")).headers["Content-Security-Policy"]

    assert "unsafe" not in ours
    assert "'unsafe-eval'" in theirs
    assert "'unsafe-inline'" in theirs


def test_nobody_reads_a_page_without_signing_in() -> None:
    for page in pages.addresses():
        answer = Client().get(page.url)
        assert answer.status_code == 302, page.name
        assert answer.headers["Location"].startswith(reverse("login"))


def test_another_stations_things_are_not_found(station: Station) -> None:
    other = Station.objects.create(company=station.company, name="West station")
    stranger = User.objects.get(username="auditor")
    stranger.staff.station = other
    stranger.staff.save()
    client = pages.signed_in("auditor")
    closed = {
        "customer",
        "area",
        "walk",
        "meter_exchange",
        "cycle",
        "bill",
        "collect",
        "receipt",
        "import_batch",
    }

    answers = {
        page.name: client.get(page.url).status_code for page in pages.addresses() if page.name in closed
    }

    assert answers == dict.fromkeys(answers, 404)
    assert set(answers) == closed


def test_the_bill_page_shows_where_every_fen_comes_from() -> None:
    bill = Bill.objects.get()
    text = pages.signed_in("inspector").get(reverse("bill", args=[bill.pk])).content.decode()

    # 260.55 - 100 = 160.55 kWh at 0.56: 89.908 yuan.
    for shown in (
        "100.00",
        "260.55",
        "160.55",
        "0.5600",
        "89.91",
        "province/henan/residential_steps",
        "未核对",
    ):
        assert shown in text, shown


def test_the_cycle_page_says_why_a_customer_is_held_and_what_to_do(station: Station) -> None:
    text = pages.signed_in("head").get(reverse("cycle", args=[station.pk, 202408])).content.decode()

    assert "002" in text
    assert "漏抄" in text
    assert "补抄" in text


def test_submitting_a_payment_twice_books_it_once() -> None:
    customer = Customer.objects.get(number="001")
    client = pages.signed_in("counter")
    form = {"amount": "20.00", "channel": "现金", "paid_date": "2024-08-11", "reference": "R-1"}
    address = reverse("collect", args=[customer.pk])

    first, second = client.post(address, form), client.post(address, form)

    assert first.headers["Location"] == second.headers["Location"]
    assert Payment.objects.filter(reference="R-1").count() == 1


def test_who_may_not_take_payments_is_refused_and_nothing_is_booked() -> None:
    before = Payment.objects.count()
    form = {"amount": "20.00", "channel": "现金", "paid_date": "2024-08-11", "reference": "R-2"}
    address = reverse("collect", args=[Customer.objects.get(number="001").pk])

    assert pages.signed_in("inspector").post(address, form).status_code == 403
    assert Payment.objects.count() == before


def test_a_demo_user_outside_a_demonstration_is_told_why(settings: Settings) -> None:
    settings.DEMO = False
    answer = Client().post(reverse("login"), {"username": "head", "password": pages.PASSWORD})

    assert answer.status_code == 200
    assert "演示账号只能在演示环境登录" in answer.content.decode()


def test_five_wrong_passwords_lock_the_account_and_say_for_how_long(settings: Settings) -> None:
    client = Client()
    wrong = {"username": "nobody", "password": "wrong"}
    answers = [client.post(reverse("login"), wrong) for _attempt in range(settings.AXES_FAILURE_LIMIT)]

    assert answers[-1].status_code == 429
    assert "15 分钟" in answers[-1].content.decode()


def test_the_language_switch_turns_the_page_to_english() -> None:
    client = pages.signed_in("auditor")
    client.post(reverse("set_language"), {"language": "en", "next": reverse("home")})

    assert "Waiting today" in client.get(reverse("home")).content.decode()


def test_a_missing_page_says_what_to_do() -> None:
    answer = pages.signed_in("auditor").get("/nothing-here/")

    assert answer.status_code == 404
    assert "从列表里重新查找" in answer.content.decode()


def test_a_figure_of_the_arrears_leads_to_its_rows() -> None:
    client = pages.signed_in("head")
    people = queries.arrears_by_person(Scope.everything(), day=timezone.localdate())
    listed = {}
    for staff in [*Staff.objects.filter(duties__isnull=False).distinct(), None]:
        number = staff.pk if staff else queries.NOBODY
        text = client.get(reverse("debtors"), {"person": number}).content.decode()
        if count := len(re.findall(r">00[12]</a>", text)):
            listed[number] = count

    assert listed == {row.staff_id: row.customers for row in people}
    assert [row.name for row in people] == ["Zhao"]
