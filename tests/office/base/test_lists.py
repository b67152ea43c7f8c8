"""A list shows every row once, forwards and backwards, found by search and filter, and exports what it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from diansuo.office.archive.models import Customer
from diansuo.office.base.lists import first_row
from diansuo.office.base.models import Company, Station, User

pytestmark = pytest.mark.django_db

ROWS = 120
NUMBER = re.compile(r">(C\d{4})<")
NEXT, PREVIOUS = re.compile(r'rel="next" href="([^"]+)"'), re.compile(r'rel="prev" href="([^"]+)"')


@pytest.fixture
def client() -> Client:
    company = Company.objects.create(name="East")
    station = Station.objects.create(company=company, name="East station")
    Customer.objects.bulk_create(
        Customer(company=company, station=station, number=f"C{place:04d}", name=f"Name {place}")
        for place in range(ROWS)
    )
    browser = Client()
    user = User.objects.create(username="root", is_superuser=True)
    browser.force_login(user, "diansuo.office.base.access.StationBackend")
    return browser


def _page(client: Client, query: str = "") -> str:
    return client.get(reverse("customers") + query).content.decode()


def _link(pattern: re.Pattern[str], page: str) -> str:
    found = pattern.search(page)
    return found.group(1).replace("&amp;", "&") if found else ""


def test_leafing_forwards_and_backwards_shows_every_row_once(client: Client) -> None:
    page, forwards = _page(client), []
    while True:
        forwards.append(NUMBER.findall(page))
        if not (query := _link(NEXT, page)):
            break
        page = _page(client, query)
    backwards = [forwards[-1]]
    while query := _link(PREVIOUS, page):
        page = _page(client, query)
        backwards.append(NUMBER.findall(page))

    assert sum(forwards, []) == [f"C{place:04d}" for place in range(ROWS)]
    assert backwards == forwards[::-1]


def test_searching_keeps_what_fits_and_says_when_nothing_does(client: Client) -> None:
    assert NUMBER.findall(_page(client, "?q=C0007")) == ["C0007"]
    assert "没有符合条件的记录" in _page(client, "?q=nothing")


def test_a_condition_that_cannot_be_read_is_refused(client: Client) -> None:
    for query in ("?after=x", "?after=[1]", '?after={"a":1}', "?price_class=99"):
        assert client.get(reverse("customers") + query).status_code == 400, query


@pytest.mark.parametrize(
    "key",
    [
        '["x","C1"]', '[[1],"C1"]', '[null,"C1"]', '[true,"C1"]', '[NaN,"C1"]', '[Infinity,"C1"]', '[1,"a\\u0000"]',
        '[1,"\\ud800"]', '[1,null]', '[1]', '1', "[" * 3000, f'[{10**30},"C1"]', "9" * 5000,
    ],
)  # fmt: skip
def test_a_made_up_page_key_is_refused_and_breaks_nothing(client: Client, key: str) -> None:
    for name in ("customers", "debtors"):
        for direction in ("after", "before"):
            assert client.get(reverse(name), {direction: key}).status_code == 400, (name, direction)


def test_a_page_key_beyond_every_row_shows_an_empty_page(client: Client) -> None:
    assert NUMBER.findall(client.get(reverse("customers"), {"after": f"[{10**18},1]"}).content.decode()) == []
    assert client.get(reverse("imports"), {"after": "[1]"}).status_code == 200
    assert client.get(reverse("imports"), {"after": '["x"]'}).status_code == 400


def test_a_search_for_what_no_text_holds_finds_nothing_and_breaks_nothing(client: Client) -> None:
    assert client.get(reverse("customers"), {"q": "C0\0"}).status_code == 200


@pytest.mark.parametrize(
    ("given", "row"),
    [("", 0), ("200", 200), ("²", 0), ("-1", 0), ("x", 0), ("1e3", 0), ("9" * 5000, 0), ("٣", 3)],
)
def test_the_row_a_page_starts_at_is_a_number_or_the_first(given: str, row: int) -> None:
    assert first_row(RequestFactory().get("/", {"start": given})) == row


def test_the_export_holds_every_row_of_the_list(client: Client, tmp_path: Path) -> None:
    file = tmp_path / "customers.xlsx"
    file.write_bytes(client.get(reverse("customers") + "?export=xlsx").content)

    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()

    assert rows[0][:2] == ["用户编号", "用户名称"]
    assert [row[0] for row in rows[1:]] == [f"C{place:04d}" for place in range(ROWS)]


def test_a_page_asks_no_more_queries_for_more_rows(client: Client) -> None:
    with CaptureQueriesContext(connection) as few:
        _page(client, "?q=C0007")
    with CaptureQueriesContext(connection) as many:
        _page(client)

    assert len(many) <= len(few) + 1
    assert len(many) < 20
