"""Whoever does not need telephone numbers and addresses finds none in full; whoever sees one is written down."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings
from python_calamine import CalamineWorkbook

from diansuo.office.archive.models import Customer, Premise
from diansuo.office.base.access import install_demo_users, posts_as_shipped
from diansuo.office.base.models import ImportBatch, Post, Station, TrailEntry, User, WorkOrder
from diansuo.office.base.trail import watch
from diansuo.office.base.work_orders import operations
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.billing.models import Bill
from tests.office.archive import lists
from tests.office.base import pages

pytestmark = pytest.mark.django_db

PHONE, ADDRESS = "13912345678", "东村三组78号"
FORMER = ("13800001111", "西村9号")
PERSONAL = (PHONE, ADDRESS, "三组78", *FORMER)


@pytest.fixture
def quick(settings: Settings) -> None:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def customer(tmp_path: Path, quick: None) -> Customer:
    """A customer of a station with users of every post."""
    lists.bring_in(
        tmp_path,
        lists.line("001", "m1", 用户名称="Zhang", 用电地址=ADDRESS, 联系方式=PHONE),
        lists.line("002", "m2", 用户名称="Li", 用电地址="西村5号"),
    )
    install_demo_users(Station.objects.get(), pages.PASSWORD)
    return Customer.objects.get(number="001")


@pytest.fixture
def station(tmp_path: Path, quick: None) -> Station:
    """The station of the page tests, whose customer 001 moved and has another telephone: the import says so."""
    station = pages.build(tmp_path)
    Customer.objects.filter(number="001").update(phone=FORMER[0])
    Premise.objects.filter(contract__customer__number="001").update(address=FORMER[1])
    now = {"用户名称": "Zhang", "用电地址": ADDRESS, "联系方式": PHONE}
    lists.bring_in(tmp_path, lists.line("001", "m1", **now, **pages.PLACES))
    assert Customer.objects.get(number="001").phone == PHONE
    return station


def words(answer: HttpResponse) -> str:
    """Return what stands in a page or, cell by cell, in a workbook."""
    if not answer.content.startswith(b"PK"):
        return answer.content.decode(errors="replace")
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    return str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])


def looks() -> list[TrailEntry]:
    """Return the entries of looks at personal data so far."""
    watch.watch_of().write_down()  # as the commit does that no test inside a transaction comes to
    return list(TrailEntry.objects.filter(what="look").order_by("sequence"))


def sent() -> WorkOrder:
    """Send the area manager to customer 001."""
    return operations.dispatch(
        Subject("看表", customer_number="001"),
        assignee=User.objects.get(username="manager").staff,
        due_date=timezone.localdate(),
        instruction="看表",
        safety=[],
        user=User.objects.get(username="head"),
        now=timezone.now(),
    )


def places() -> list[str]:
    """Return every page there is, its list as a workbook, and the files that pages lead to."""
    batch = ImportBatch.objects.order_by("id").last()
    bill = Bill.objects.get()
    order = sent()
    verdicts = reverse("import_verdicts", args=[batch.pk])
    found = [
        *(page.url for page in pages.addresses()),
        *(f"{page.url}?export=xlsx" for page in pages.addresses()),
        *(f"{reverse('import_batch', args=[batch.pk])}?outcome={name}" for name in ("new", "changed")),
        *(f"{verdicts}?outcome={name}" for name in ("new", "changed")),
        reverse("work_order", args=[order.pk]),
        reverse("bill_summary", args=[bill.contract.customer_id, bill.period]),
        f"{reverse('customers')}?q=Zhang",
    ]
    # Slips exist for the customer, who gets them with the address on: taking them is written down.
    return [place for place in found if not place.startswith(reverse("reminders"))]


@pytest.mark.usefixtures("station")
def test_a_post_that_does_not_need_personal_data_finds_none_of_it_anywhere() -> None:
    found = {}
    for post in ("auditor", "supervisor"):
        client = pages.signed_in(post)
        for place in places():
            text = words(client.get(place, follow=True))
            if hits := [one for one in PERSONAL if one in text]:
                found[post, place] = hits
    assert not found

    bill, auditor = Bill.objects.get(), pages.signed_in("auditor")  # papers for the customer keep the address
    assert auditor.get(reverse("bill_pdf", args=[bill.pk])).content.startswith(b"%PDF")
    assert ADDRESS in words(auditor.get(reverse("notices"), {"period": bill.period}))
    assert [(one.person, one.key) for one in looks()] == [("auditor", str(bill.contract.customer_id))] * 2


def test_masked_values_tell_customers_apart_and_a_whole_number_still_finds_one(customer: Customer) -> None:
    auditor, customers = pages.signed_in("auditor"), reverse("customers")
    assert "东村***" in words(auditor.get(customers, {"q": PHONE}))
    assert "东村***" in words(auditor.get(customers, {"q": ADDRESS}))
    assert "东村***" in words(auditor.get(customers, {"q": "东村"}))
    page = words(auditor.get(reverse("customer", args=[customer.pk])))
    assert "139****5678" in page

    for part in (PHONE[:10], "345678", "78号", "三组"):  # or the mask could be guessed digit by digit
        assert "东村***" not in words(auditor.get(customers, {"q": part})), part
    assert ADDRESS in words(pages.signed_in("counter").get(customers, {"q": "345678"}))


def test_whoever_needs_personal_data_sees_it_and_each_page_or_file_leaves_one_entry(
    customer: Customer,
) -> None:
    counter = pages.signed_in("counter")
    page = words(counter.get(reverse("customer", args=[customer.pk])))
    assert PHONE in page
    assert ADDRESS in page
    assert reverse("customer_opened", args=[customer.pk]) not in page
    assert ADDRESS in words(counter.get(reverse("customers")))
    assert ADDRESS in words(counter.get(reverse("customers"), {"export": "xlsx"}))

    opened, taken = looks()
    assert (opened.person, opened.count, opened.key) == ("counter", 1, str(customer.pk))
    assert (taken.person, taken.count) == ("counter", 2)
    assert not [one for one in looks() if PHONE in one.body or ADDRESS in one.body]


def test_one_customer_is_opened_with_a_reason_for_one_page_and_it_is_written_down(customer: Customer) -> None:
    auditor = pages.signed_in("auditor")
    place = reverse("customer_opened", args=[customer.pk])

    for reason in ("", "  看 "):
        refused = auditor.post(place, {"reason": reason})
        assert refused.status_code == 422
        assert not [one for one in PERSONAL if one in words(refused)]
    assert auditor.get(place).status_code == 302
    assert not looks()

    page = words(auditor.post(place, {"reason": "核实投诉人电话"}))
    assert PHONE in page
    assert ADDRESS in page
    assert [(one.person, one.key, one.why) for one in looks()] == [
        ("auditor", str(customer.pk), "核实投诉人电话")
    ]
    again = words(auditor.get(reverse("customer", args=[customer.pk])))
    assert PHONE not in again
    assert ADDRESS not in again


@pytest.mark.usefixtures("customer")
def test_a_customer_of_another_station_is_not_opened_and_no_look_is_written() -> None:
    far = Station.objects.create(company=Station.objects.get().company, name="West station")
    theirs = Customer.objects.create(company=far.company, station=far, number="W1", name="W", phone=PHONE)

    for post in ("auditor", "head"):
        client = pages.signed_in(post)
        answer = client.post(reverse("customer_opened", args=[theirs.pk]), {"reason": "核实投诉人电话"})
        assert answer.status_code == 404
        assert client.get(reverse("customer", args=[theirs.pk])).status_code == 404
    assert not looks()


def _of(post: str, *taken: str) -> Client:
    group = Post.objects.get(code=post).group
    group.permissions.remove(*group.permissions.filter(codename__in=taken))
    return pages.signed_in(post)


@pytest.mark.usefixtures("customer")
def test_whoever_is_sent_to_a_customer_sees_the_address_whatever_their_post_until_it_is_done() -> None:
    order = sent()
    place, manager = reverse("work_order", args=[order.pk]), _of("manager", "see_personal")
    assert ADDRESS in words(manager.get(place))
    assert [(one.person, one.key) for one in looks()] == [("manager", str(order.pk))]

    order.state = order.State.CLOSED
    order.save()
    assert ADDRESS not in words(manager.get(place))


def test_verdicts_on_a_file_quote_personal_data_masked(tmp_path: Path) -> None:
    rows = [lists.line("001", f"m{n}", 用电地址=f"东村三组7{n}号", 联系方式=f"1391234567{n}") for n in (1, 2)]
    outcome = lists.preview(lists.write(tmp_path / "x.xlsx", rows))

    assert "东村***" in outcome.refusals()[0][2]
    assert "三组7" not in str(outcome.verdicts)
    assert "1391234567" not in str(outcome.verdicts)


def test_every_post_that_sees_personal_data_says_what_for() -> None:
    posts = posts_as_shipped()

    assert {code for code, post in posts.items() if "personal" in post["sees"]} == {
        code for code, post in posts.items() if post.get("personal_for")
    }
    assert not [code for code in ("auditor", "loss", "supervisor", "admin") if "personal_for" in posts[code]]
