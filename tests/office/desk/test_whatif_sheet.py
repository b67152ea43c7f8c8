"""A price sheet tried before anybody proposes it: its differences shown, its mistakes named, and nothing stored."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from diansuo.core.tariff.what_if import Change
from diansuo.office.base.models import User
from diansuo.office.billing.repricing import queries
from diansuo.office.billing.repricing.population import Population
from diansuo.office.billing.repricing.prices import OtherPrices
from diansuo.office.billing.sheets.documents import documents
from diansuo.office.desk.whatif import trials
from tests.office.billing.sheets import sheet
from tests.office.desk import sandbox_books
from tests.office.metering import builder

HEADINGS = "价格项目,计价方式,电压等级,价格（元/千瓦时）"
ASKED = {"month": "2024-09", "first": "202410", "last": "202410"}


def stored() -> tuple[str, list[str]]:
    """Return a digest over every row of every table but the session's, and every file of the home."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table != "django_session":
                cursor.execute(f'SELECT * FROM "{table}"')
                digest.update(table.encode() + repr(sorted(map(repr, cursor.fetchall()))).encode())
    return digest.hexdigest(), sorted(map(str, Path(settings.HOME.folder).rglob("*")))


def upload(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("九月.csv", text.encode())


@pytest.mark.django_db
def test_a_sheet_is_tried_and_nothing_of_it_is_kept(
    sample_prices: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox_books.run_months(tmp_path)
    client = Client()
    client.force_login(
        User.objects.create(username="all", is_superuser=True),
        backend="diansuo.office.base.access.StationBackend",
    )
    before = stored()
    what_it_would_bring_is_shown(client)
    mistakes_are_named_with_file_row_column_and_remedy(client)
    monkeypatch.setattr(trials, "MOST_AT_ONCE", 0)
    page = client.post("/whatif/sheet/", {**ASKED, "file": upload(f"{HEADINGS}\n代理购电价格,,,0.9000\n")})
    assert "缩小范围" in page.content.decode()
    assert "<h2>增减分布" not in page.content.decode()
    assert stored() == before


def what_it_would_bring_is_shown(client: Client) -> None:
    made = documents({"purchase": sheet.everywhere("0.9000")}, sheet.publication(202409), date(2026, 3, 2))
    expected = queries.what_if(builder.ALL, Population(202410, 202410), Change(), OtherPrices(made))
    assert expected.spread.dearer > 0
    answer = client.post("/whatif/sheet/", {**ASKED, "file": upload(f"{HEADINGS}\n代理购电价格,,,0.9000\n")})
    page = answer.content.decode()
    assert answer.status_code == 200
    total = f"{(expected.after_fen - expected.before_fen) / 100:,.2f}"
    assert f"+{total}" in page
    assert "0.9000" in page  # the table takes the place of the file in the form
    held: dict[str, Any] = {**ASKED, "table": f"{HEADINGS}\n代理购电价格,,,0.9000\n", "export": "xlsx"}
    assert client.post("/whatif/sheet/", held).headers["Content-Type"].startswith("application/vnd")


def mistakes_are_named_with_file_row_column_and_remedy(client: Client) -> None:
    for text, said in (
        (
            f"{HEADINGS}\n代理购电价格,,,0.9\n谁知道,,,0.1\n",
            ("九月.csv", "第3行", "价格项目", "谁知道", "可用："),
        ),
        (f"{HEADINGS}\n代理购电价格,,,便宜\n", ("九月.csv", "第2行", "价格", "便宜")),
        ("a,b\n1,2\n", ("九月.csv",)),
        (f"{HEADINGS}\n输配电价,,,0.1\n", ()),  # the rulebook's own
    ):
        answer = client.post("/whatif/sheet/", {**ASKED, "file": upload(text)})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "<h2>增减分布" not in page
        for word in said:
            assert word in page, (text, word)
    assert client.post("/whatif/sheet/", ASKED).status_code == 422
