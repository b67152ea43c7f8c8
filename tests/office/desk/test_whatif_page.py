"""The page of trials: it asks for what a change needs, shows what it brings, exports it, and writes nothing."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from python_calamine import CalamineWorkbook

from diansuo.office.archive.models import Customer
from diansuo.office.billing.models import Bill, BillLine
from diansuo.office.billing.sums import operations as sums
from diansuo.office.collection.models import Payment, Receivable
from tests.office.base import pages

pytestmark = pytest.mark.django_db
MONTHS = "first=202408&last=202408"
RISE = f"/whatif/?kind=price&rule=province/henan/residential_steps&by=0.02&{MONTHS}"


@pytest.fixture
def auditor(tmp_path: Path, settings: Settings) -> Client:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    pages.build(tmp_path)
    return pages.signed_in("auditor")


def test_a_price_moved_shows_what_it_brings_and_whom_it_moves(auditor: Client) -> None:
    page = auditor.get(RISE).content.decode()

    # 160.55 kWh at 0.58 in place of 0.56, each rounded to the fen
    assert "+3.21" in page
    assert "Zhang" in page
    assert "增减最大的 20 户" in page
    assert "居民生活（一户一表）" in page
    assert "East area" in page


def test_the_table_leaves_as_a_workbook(auditor: Client) -> None:
    answer = auditor.get(f"{RISE}&export=xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "用户编号"
    assert rows[1][0] == "001"
    assert len(rows) == 2


def test_nothing_is_asked_before_the_form_is_filled_in_and_wrong_forms_say_so(auditor: Client) -> None:
    assert "增减分布" not in auditor.get("/whatif/").content.decode()
    for query, said in (
        (f"kind=class&old_class=1&new_class=1&{MONTHS}", "与原类别相同"),
        (f"kind=price&rule=province/henan/residential_steps&{MONTHS}", "请填写"),
        (f"kind=standard&{MONTHS}", "请填写"),
        ("kind=periods&periods=yes&first=202408&last=202407", "不是可用的选项"),
    ):
        page = auditor.get(f"/whatif/?{query}")
        assert page.status_code == 200
        text = page.content.decode()
        assert said in text or "wrong" in text
        assert "增减分布" not in text


def test_what_cannot_be_priced_so_is_counted_with_its_reason(auditor: Client) -> None:
    page = auditor.get(f"/whatif/?kind=periods&periods=yes&{MONTHS}").content.decode()
    assert "选中的账单都不能这样试算" in page
    assert "缺峰谷示数" in page


def test_a_change_that_concerns_nobody_says_that_not_a_fen_moves(auditor: Client) -> None:
    page = auditor.get(f"/whatif/?kind=raised&raised=yes&{MONTHS}").content.decode()
    assert "一分不差" in page


def test_without_bills_the_pages_say_what_fills_them(auditor: Client) -> None:
    for kind in (Payment, Receivable, BillLine, Bill):
        kind.objects.all().delete()
    sums.recount()
    assert "还没有账单" in auditor.get("/whatif/").content.decode()
    customer = Customer.objects.get(number="001")
    assert "还没有账单" in auditor.get(f"/customers/{customer.pk}/choices/").content.decode()


def test_the_choices_of_a_customer_are_shown_month_by_month_and_nobody_elses(auditor: Client) -> None:
    customer = Customer.objects.get(number="001")
    page = auditor.get(f"/customers/{customer.pk}/choices/").content.decode()
    assert "2024-08" in page
    assert "现行方案“不执行峰谷”就是最省的" in page
    assert "12 个月内不得变更" in page
    assert auditor.get("/customers/999999/choices/").status_code == 404
    assert auditor.get(f"/customers/{customer.pk}/choices/?period=2024").status_code == 400
    assert "方案比选" in auditor.get(f"/customers/{customer.pk}/").content.decode()


def test_both_pages_speak_english(auditor: Client) -> None:
    english = pages.signed_in("auditor", "en")
    assert "The 20 biggest movers" in english.get(RISE).content.decode()
    customer = Customer.objects.get(number="001")
    assert "When one may choose" in english.get(f"/customers/{customer.pk}/choices/").content.decode()
