"""Bills that another system issued: imported once, changed in sight, taken back, held against our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from diansuo.office.base.access import install_demo_users
from diansuo.office.base.imports import operations as imports
from diansuo.office.base.models import Company, Station
from diansuo.office.base.modes import operations as modes
from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.billing import external_queries as queries
from diansuo.office.billing.models import ExternalBill
from tests.office.base import pages
from tests.office.desk.months import opened_household, read, run
from tests.office.metering.builder import ALL, NOW, bring_in, household, make_station, preview, write_csv

pytestmark = pytest.mark.django_db

HEADINGS = ("用户编号", "用户名称", "电费年月", "用电类别", "结算电量", "应收电费", "发行日期")


@pytest.fixture
def station() -> Station:
    station = make_station()
    modes.switch(station, "beside", user=None, now=NOW)
    return station


def issued(folder: Path, *rows: dict[str, Any], name: str = "已发行电费_202408.csv") -> Path:
    usual = {
        "电费年月": "202408",
        "用电类别": "居民生活用电",
        "结算电量": "200",
        "应收电费": "112.00",
        "发行日期": "2024-08-05",
    }
    return write_csv(folder / name, HEADINGS, [usual | row for row in rows])


def kept() -> list[tuple[str, int, int, int]]:
    return list(
        ExternalBill.objects.order_by("customer__number", "period").values_list(
            "customer__number", "period", "energy_wh", "amount_fen"
        )
    )


def test_bills_are_kept_once_and_the_same_file_again_is_unchanged(station: Station, tmp_path: Path) -> None:
    for number in ("0041", "0042"):
        household(station, number, f"M{number}")
    file = issued(tmp_path, {"用户编号": "0041"}, {"用户编号": "0042", "应收电费": "0.56", "结算电量": "1"})
    batch = bring_in("issued", file)
    again, _plan = preview("issued", file)

    assert kept() == [("0041", 202408, 200_000, 11_200), ("0042", 202408, 1_000, 56)]
    assert batch.counts == {"new": 2, "changed": 0, "unchanged": 0, "refused": 0}
    assert again.counts == {"new": 0, "changed": 0, "unchanged": 2, "refused": 0}
    assert ExternalBill.objects.first().contract is not None


def test_another_amount_is_a_change_shown_from_what_and_can_be_taken_back(
    station: Station, tmp_path: Path
) -> None:
    household(station, "0041", "M0041")
    first = bring_in("issued", issued(tmp_path, {"用户编号": "0041"}))
    changed = issued(tmp_path, {"用户编号": "0041", "应收电费": "120.00"}, name="更正.csv")
    batch, plan = preview("issued", changed)
    assert plan.verdicts.reason == ["应收电费 112.00 元 → 120.00 元"]
    assert kept() == [("0041", 202408, 200_000, 11_200)]

    imports.apply(batch, scope=ALL, now=NOW, plan=plan)
    assert kept() == [("0041", 202408, 200_000, 12_000)]
    with pytest.raises(imports.UnableToWithdraw, match=str(batch.pk)):
        imports.withdraw(first, now=NOW)
    imports.withdraw(batch, now=NOW)
    assert kept() == [("0041", 202408, 200_000, 11_200)]
    imports.withdraw(first, now=NOW)
    assert kept() == []


def test_rows_that_cannot_be_are_refused_with_the_reason(station: Station, tmp_path: Path) -> None:
    household(station, "0041", "M0041")
    alone = make_station("西村供电所")
    household(alone, "0051", "M0051")
    file = issued(
        tmp_path,
        {"用户编号": "0041"},
        {"用户编号": "0041", "应收电费": "113.00"},
        {"用户编号": "0099"},
        {"用户编号": "0051"},
        {"用户编号": "0041", "电费年月": "202409", "应收电费": "1.005"},
        {"用户编号": "0041", "电费年月": "202410", "发行日期": "2026-03-02"},
    )
    batch, plan = preview("issued", file)
    refused = [row for row in plan.verdicts.table().to_dicts() if row["outcome"] == "refused"]

    assert batch.counts["new"] == 1
    said = " ".join(row["reason"] + row["remedy"] for row in refused)
    for words in ("合计成一行", "档案中没有该用户", "独立运行", "精确到分", "还没到"):
        assert words in said


def test_a_station_that_runs_alone_takes_no_such_file(tmp_path: Path) -> None:
    household(make_station(), "0041", "M0041")
    with pytest.raises(SheetRefused, match="独立运行.*供电所设置"):
        preview("issued", issued(tmp_path, {"用户编号": "0041"}))
    assert not ExternalBill.objects.exists()


def test_issued_bills_are_held_against_our_own(station: Station, tmp_path: Path, settings: Any) -> None:
    settings.DEMO = True
    install_demo_users(station, pages.PASSWORD)
    for number in ("0041", "0042", "0043"):
        point = opened_household(station, number)
        if number != "0043":
            read(point, 202408, 1200)
    run(station, 202407)
    run(station, 202408)
    bring_in(
        "issued",
        issued(
            tmp_path, {"用户编号": "0041"}, {"用户编号": "0042", "应收电费": "112.34"}, {"用户编号": "0043"}
        ),
    )

    rows = {row.customer.number: row.difference_fen for row in queries.external_bills(ALL)}
    assert rows == {"0041": 0, "0042": 34, "0043": None}
    assert [row.customer.number for row in queries.differing(ALL, queries.external_bills(ALL))] == ["0042"]
    assert not queries.differing(ALL, queries.external_bills(ALL), at_least_fen=35).exists()
    summed = queries.compare(ALL, period=202408)
    assert (summed.bills, summed.compared, summed.differing, summed.difference_fen) == (3, 2, 1, 34)
    client = pages.signed_in("auditor")
    text = client.get(reverse("issued"), {"period": "202408", "compared": "differ"}).content.decode()
    assert "0042" in text
    assert ">0041<" not in text
    assert client.get(reverse("issued"), {"export": "xlsx"}).status_code == 200
    customer = ExternalBill.objects.get(customer__number="0042").customer_id
    assert "112.34" in client.get(reverse("customer", args=[customer])).content.decode()


def test_another_stations_bills_are_not_seen(station: Station, tmp_path: Path) -> None:
    household(station, "0041", "M0041")
    bring_in("issued", issued(tmp_path, {"用户编号": "0041"}))
    other = Station.objects.create(company=Company.objects.get(), name="西村供电所")
    stranger = Scope(frozenset({other.pk}))

    assert not queries.external_bills(stranger).exists()
    assert queries.months(stranger) == []
    assert queries.compare(stranger, period=202408).bills == 0
