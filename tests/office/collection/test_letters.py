"""Paper to hand out: notices of a month, reminders with their sum in words, and the list of text messages."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings
from python_calamine import CalamineWorkbook

from diansuo.office.archive.models import Customer, MeterInstallation, Route, TransformerArea
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.collection.letters import queries, text_messages
from diansuo.office.collection.models import Receivable
from tests.office.base import pages

pytestmark = pytest.mark.django_db
ALL = Scope.everything()
PERIOD = 202408


@pytest.fixture
def station(tmp_path: Path, settings: Settings) -> Station:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return pages.build(tmp_path)


def _unpaid() -> Receivable:
    return Receivable.objects.filter(paid_fen=0).order_by("id").first() or _unpay()


def _unpay() -> Receivable:
    receivable = Receivable.objects.order_by("id").first()
    Receivable.objects.filter(pk=receivable.pk).update(paid_fen=0, due_date=date(2024, 8, 25))
    receivable.refresh_from_db()
    return receivable


def test_a_notice_says_what_the_bill_says(station: Station) -> None:
    bill = Bill.objects.get(period=PERIOD, state=Bill.State.ISSUED)

    (slip,) = queries.notices(ALL, PERIOD, date(2024, 9, 1))

    assert (slip.to.number, slip.energy_wh, slip.amount_fen) == ("001", bill.energy_wh, bill.amount_fen)
    assert (slip.from_wh, slip.to_wh) == (100_000, 260_550)
    assert sum(line.amount_fen for line in slip.lines) == bill.amount_fen
    assert slip.due_date == Receivable.objects.get(bill=bill).due_date
    page = pages.signed_in("clerk").get(reverse("notices"), {"period": PERIOD}).content.decode()
    assert f"人民币{slip.in_words}" in page
    assert page.count('class="slip quarter"') == 1


def test_a_reminder_sums_what_is_overdue_in_figures_and_in_words(station: Station) -> None:
    receivable = _unpaid()
    day = receivable.due_date + timedelta(days=1)

    assert queries.reminders(ALL, receivable.due_date) == []
    (slip,) = queries.reminders(ALL, day)
    assert slip.to.customer_id == receivable.customer_id
    assert slip.owed_fen == receivable.amount_fen
    assert [due.period for due in slip.dues] == [receivable.period]
    page = pages.signed_in("clerk").get(reverse("reminders")).content.decode()
    assert slip.in_words in page
    assert "回执" in page
    assert f'<span class="station">{station.name}</span>' in page


def test_reminders_of_one_manager_leave_out_the_others(station: Station) -> None:
    receivable = _unpaid()
    (slip,) = queries.reminders(ALL, receivable.due_date + timedelta(days=1))
    assert slip.to.manager
    day = receivable.due_date + timedelta(days=1)

    assert len(queries.reminders(ALL, day, queries.Chosen(manager_id=slip.to.manager_id))) == 1
    assert queries.reminders(ALL, day, queries.Chosen(manager_id=(slip.to.manager_id or 0) + 999)) == []
    assert queries.reminders(Scope(frozenset({station.pk + 1})), day) == []


def test_reminders_of_an_area_a_route_or_ticked_rows(station: Station) -> None:
    receivable = _unpaid()
    day = receivable.due_date + timedelta(days=1)
    area, route = TransformerArea.objects.get(), Route.objects.get()
    mine = (receivable.customer_id,)

    for chosen, slips in (
        (queries.Chosen(area_id=area.pk), 1),
        (queries.Chosen(area_id=area.pk + 1), 0),
        (queries.Chosen(route_id=route.pk, customer_ids=mine), 1),
        (queries.Chosen(route_id=route.pk + 1), 0),
        (queries.Chosen(customer_ids=(mine[0] + 999,)), 0),
    ):
        assert len(queries.reminders(ALL, day, chosen)) == slips
        assert len(queries.notices(ALL, receivable.period, day, chosen)) == slips


def test_ticked_debtors_become_reminders(station: Station) -> None:
    receivable = _unpaid()
    clerk = pages.signed_in("clerk")
    listed = clerk.get(reverse("debtors")).content.decode()
    assert "打印催费通知单" in listed
    tokens = re.findall(r'type="checkbox" form="dispatch" name="subject" value="([^"]+)"', listed)

    answer = clerk.post(reverse("reminders_of_rows"), {"subject": tokens}, follow=True)

    assert answer.redirect_chain == [(f"{reverse('reminders')}?customer={receivable.customer_id}", 302)]
    assert answer.content.decode().count('class="slip third"') == 1
    assert "没有勾选用户" in clerk.post(reverse("reminders_of_rows"), follow=True).content.decode()
    assert clerk.post(reverse("reminders_of_rows"), {"subject": ["made:up"]}).status_code == 400
    assert clerk.get(reverse("reminders"), {"customer": "x"}).status_code == 400


def test_who_takes_phone_numbers_is_recorded(station: Station) -> None:
    _unpaid()
    clerk = pages.signed_in("clerk")
    assert queries.downloads(ALL) == []

    clerk.get(reverse("text_messages"))

    (noted,) = queries.downloads(ALL)
    assert (noted.user.username, noted.change_message) == ("clerk", "下载短信名单，1 户")
    assert "下载短信名单，1 户" in clerk.get(reverse("letters")).content.decode()
    assert queries.downloads(Scope(frozenset({station.pk + 1}))) == []


def test_paper_shows_a_phone_number_masked_and_a_multiplier_written_out(station: Station) -> None:
    receivable = _unpaid()
    Customer.objects.filter(pk=receivable.customer_id).update(phone="13812345678")
    MeterInstallation.objects.update(multiplier=30)

    slips = pages.signed_in("clerk").get(reverse("reminders")).content.decode()
    notices = pages.signed_in("clerk").get(reverse("notices"), {"period": PERIOD}).content.decode()

    assert "138****5678" in slips
    assert "13812345678" not in slips
    assert "260.55 × 30" in notices


def test_the_area_page_leads_to_its_letters(station: Station) -> None:
    clerk, area = pages.signed_in("clerk"), TransformerArea.objects.get()
    assert (
        reverse("letters_of_area", args=[area.pk])
        in clerk.get(reverse("area", args=[area.pk])).content.decode()
    )
    page = clerk.get(reverse("letters_of_area", args=[area.pk]), follow=True).content.decode()
    assert page.count(f'<option value="{area.pk}" selected>{area.name}') == 2


def test_the_bills_of_a_month_lead_to_its_letters(station: Station) -> None:
    clerk, address = pages.signed_in("clerk"), reverse("letters_of_month", args=[PERIOD])
    assert address in clerk.get(reverse("bill_month", args=[PERIOD])).content.decode()
    assert f'<option value="{PERIOD}" selected>' in clerk.get(address, follow=True).content.decode()


def test_a_run_of_too_many_slips_is_refused_with_the_way_out(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    _unpaid()
    monkeypatch.setattr(queries, "MOST_SLIPS", 0)

    answer = pages.signed_in("clerk").get(reverse("reminders"), follow=True)

    assert answer.redirect_chain == [(reverse("letters"), 302)]
    assert "分批打印" in answer.content.decode()


@pytest.mark.parametrize(
    ("phone", "number"),
    [("13800000000", "13800000000"), ("138-0000 0000", "13800000000"), ("0371-6666666", ""), ("", "")],
)
def test_a_mobile_number_is_told_from_other_numbers(phone: str, number: str) -> None:
    assert text_messages.mobile(phone) == number


def test_text_messages_are_one_sheet_and_who_has_no_mobile_number_another(station: Station) -> None:
    receivable = _unpaid()
    for phone, sheet, rows in (("13800000000", "短信", 1), ("0371-6666666", "缺手机号", 1)):
        Customer.objects.filter(pk=receivable.customer_id).update(phone=phone)
        answer = pages.signed_in("clerk").get(reverse("text_messages"))
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        assert book.sheet_names == ["短信", "缺手机号"]
        assert len(book.get_sheet_by_name(sheet).to_python()) == 1 + rows
    Customer.objects.filter(pk=receivable.customer_id).update(phone="13800000000")
    (slip,) = queries.reminders(ALL, timezone.localdate())
    text = text_messages.message(slip)
    assert "2024-08" in text or "2024-07" in text
    assert f"欠{slip.owed_fen // 100}.{slip.owed_fen % 100:02d}元" in text


def test_who_may_not_send_reminders_gets_no_phone_numbers(station: Station, client: Client) -> None:
    assert pages.signed_in("manager").get(reverse("text_messages")).status_code == 403
    assert "短信名单" not in pages.signed_in("manager").get(reverse("letters")).content.decode()


def test_a_notice_of_a_bill_that_is_paid_says_so(station: Station) -> None:
    receivable = Receivable.objects.get(bill__period=PERIOD)
    for paid, words in ((0, ""), (100, "还应交"), (receivable.amount_fen, "已交清")):
        Receivable.objects.filter(pk=receivable.pk).update(paid_fen=paid)
        page = pages.signed_in("clerk").get(reverse("notices"), {"period": PERIOD}).content.decode()
        assert ("交费截止日" in page) == (paid < receivable.amount_fen)
        assert [said for said in ("还应交", "已交清") if said in page] == ([words] if words else [])
