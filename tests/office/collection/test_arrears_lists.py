"""Arrears that another system reports: each list is the whole of a day, what it no longer names is settled and kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from diansuo.office.archive.models import Customer
from diansuo.office.base.access import install_demo_users
from diansuo.office.base.imports import operations as imports
from diansuo.office.base.models import Station
from diansuo.office.base.modes import operations as modes
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.collection import operations, page_queries, queries
from diansuo.office.collection.models import ArrearsList, Payment, Receivable
from tests.office.base import pages
from tests.office.metering.builder import ALL, NOW, bring_in, household, make_station, preview, write_csv

pytestmark = pytest.mark.django_db

HEADINGS = ("用户编号", "用户名称", "电费年月", "应收电费", "欠费金额", "交费截止日")
DAY = date(2024, 9, 1)


@pytest.fixture
def station() -> Station:
    station = make_station()
    modes.switch(station, "beside", user=None, now=NOW)
    for number, manager in (("0041", "赵"), ("0042", "赵"), ("0043", "钱"), ("0044", "")):
        household(station, number, f"M{number}", manager=manager, reader="孙")
    return station


def arrears(folder: Path, day: str, *owed: tuple[str, int, str, str]) -> Path:
    rows: list[dict[str, Any]] = [
        {
            "用户编号": number,
            "电费年月": period,
            "应收电费": amount,
            "欠费金额": left,
            "交费截止日": "2024-08-25",
        }
        for number, period, amount, left in owed
    ]
    return write_csv(folder / f"欠费明细_{day}.csv", HEADINGS, rows)


def state() -> list[tuple[str, int, int, int, date | None]]:
    return list(
        Receivable.objects.order_by("customer__number", "period").values_list(
            "customer__number", "period", "amount_fen", "paid_fen", "settled_date"
        )
    )


FIRST = (("0041", 202407, "100.00", "100.00"), ("0041", 202408, "50.00", "20.00"), ("0043", 202408, "8", "8"))


def test_a_list_says_what_is_owed_and_again_it_is_unchanged(station: Station, tmp_path: Path) -> None:
    file = arrears(tmp_path, "20240826", *FIRST)
    bring_in("arrears", file)
    again, _plan = preview("arrears", file)

    assert state() == [
        ("0041", 202407, 10_000, 0, None),
        ("0041", 202408, 5_000, 3_000, None),
        ("0043", 202408, 800, 0, None),
    ]
    assert again.counts == {"new": 0, "changed": 0, "unchanged": 3, "refused": 0}
    assert queries.latest_list_date(ALL) == date(2024, 8, 26)


def test_what_the_next_list_no_longer_names_is_settled_as_of_its_day_and_kept(
    station: Station, tmp_path: Path
) -> None:
    bring_in("arrears", arrears(tmp_path, "20240826", *FIRST))
    before = state()
    second = bring_in(
        "arrears",
        arrears(tmp_path, "20240901", ("0041", 202408, "50.00", "15.00"), ("0042", 202408, "9", "9")),
    )

    assert state() == [
        ("0041", 202407, 10_000, 10_000, DAY),
        ("0041", 202408, 5_000, 3_500, None),
        ("0042", 202408, 900, 0, None),
        ("0043", 202408, 800, 800, DAY),
    ]
    assert any("将记为 2024-09-01 结清" in note for note in second.notes)
    imports.withdraw(second, now=NOW)
    assert state() == before
    assert queries.latest_list_date(ALL) == date(2024, 8, 26)


def test_what_was_settled_and_is_listed_again_is_open_again(station: Station, tmp_path: Path) -> None:
    bring_in("arrears", arrears(tmp_path, "20240826", *FIRST))
    bring_in("arrears", arrears(tmp_path, "20240827"))
    assert not queries.open_receivables(ALL).exists()
    batch, plan = preview("arrears", arrears(tmp_path, "20240901", *FIRST))
    assert "2024-08-27 记为结清，又列出来了" in " ".join(plan.verdicts.reason)
    imports.apply(batch, scope=ALL, now=NOW, plan=plan)

    assert queries.open_by_customer(ALL) == {"0041": 12_000, "0043": 800}


def test_lists_are_taken_back_from_the_last_one(station: Station, tmp_path: Path) -> None:
    first = bring_in("arrears", arrears(tmp_path, "20240826", *FIRST))
    second = bring_in("arrears", arrears(tmp_path, "20240901", *FIRST[:2]))

    with pytest.raises(imports.UnableToWithdraw, match=str(second.pk)):
        imports.withdraw(first, now=NOW)
    imports.withdraw(second, now=NOW)
    imports.withdraw(first, now=NOW)
    assert state() == []
    assert not ArrearsList.objects.exists()


def test_a_list_older_than_the_last_or_without_a_day_is_refused(station: Station, tmp_path: Path) -> None:
    bring_in("arrears", arrears(tmp_path, "20240901", *FIRST))
    before = state()
    for file, options, words in (
        (arrears(tmp_path, "20240826", *FIRST), {}, "更新的欠费明细"),
        (arrears(tmp_path, "九月", *FIRST), {}, "哪一天"),
        (arrears(tmp_path, "20260302", *FIRST), {}, "还没到"),
        (arrears(tmp_path, "九月", *FIRST), {"day": date(2024, 8, 1)}, "更新的欠费明细"),
    ):
        with pytest.raises(SheetRefused, match=words):
            preview("arrears", file, **options)
    assert state() == before


def test_a_refused_row_settles_nothing_of_its_customer(station: Station, tmp_path: Path) -> None:
    bring_in("arrears", arrears(tmp_path, "20240826", *FIRST))
    batch, plan = preview(
        "arrears",
        arrears(
            tmp_path,
            "20240901",
            ("0041", 202407, "1", "2"),
            ("0099", 202407, "1", "1"),
            ("0043", 202408, "8", "x"),
        ),
    )
    imports.apply(batch, scope=ALL, now=NOW, plan=plan)

    assert batch.counts["refused"] == 3
    assert [row[3:] for row in state()] == [(0, None), (3_000, None), (0, None)]


def test_arrears_stand_under_the_area_manager_of_the_day(station: Station, tmp_path: Path) -> None:
    bring_in("arrears", arrears(tmp_path, "20240826", *FIRST, ("0044", 202408, "7", "7")))
    people = {
        row.name: (row.customers, row.overdue_fen, row.duty)
        for row in queries.arrears_by_person(ALL, day=DAY)
    }
    managed = {
        (None if key is None else queries.Staff.objects.get(pk=key).name): value
        for key, value in queries.arrears_by_manager(ALL, DAY).items()
    }

    assert people == {"赵": (1, 12_000, "manager"), "钱": (1, 800, "manager"), "孙": (1, 700, "reader")}
    assert managed == {"赵": (1, 12_000), "钱": (1, 800), None: (1, 700)}
    assert queries.arrears_by_manager(ALL, date(2024, 8, 25)) == {}


def test_pages_of_arrears_work_for_imported_ones(station: Station, tmp_path: Path, settings: Any) -> None:
    settings.DEMO = True
    install_demo_users(station, pages.PASSWORD)
    bring_in("arrears", arrears(tmp_path, "20240826", *FIRST))
    bring_in("arrears", arrears(tmp_path, "20240901", *FIRST[:2]))
    client = pages.signed_in("head")
    customer = Customer.objects.get(number="0041")
    debtors = client.get(reverse("debtors")).content.decode()
    collect = client.get(reverse("collect", args=[customer.pk])).content.decode()
    gone = client.get(reverse("customer", args=[Customer.objects.get(number="0043").pk])).content.decode()

    assert "0041" in debtors
    assert "0043" not in debtors
    assert "120.00" in collect
    assert "本系统不记收费" in collect
    assert "的清单里没有了" in gone
    assert "2024-09-01" in client.get(reverse("arrears")).content.decode()
    assert page_queries.owed_fen(ALL, customer.pk) == 12_000


def test_no_payment_is_booked_beside_another_system(station: Station, tmp_path: Path) -> None:
    bring_in("arrears", arrears(tmp_path, "20240826", *FIRST))
    before = state()
    with pytest.raises(operations.UnableToCollect, match="不记收费.*欠费明细"):
        operations.take_payment(
            Customer.objects.get(number="0041"), amount_fen=100, channel="柜台", reference="R1",
            paid_date=date(2024, 9, 1), user=None, now=NOW,
        )  # fmt: skip
    file = write_csv(
        tmp_path / "收费.csv",
        ("用户编号", "金额", "收费日期", "渠道", "流水号"),
        [{"用户编号": "0041", "金额": "1", "收费日期": "2024-09-01", "渠道": "银行", "流水号": "R1"}],
    )
    with pytest.raises(SheetRefused, match="不记收费"):
        preview("payments", file)
    assert not Payment.objects.exists()
    assert state() == before


def test_a_station_that_runs_alone_takes_no_list_and_owes_its_own(tmp_path: Path) -> None:
    alone = make_station()
    household(alone, "0041", "M0041")
    with pytest.raises(SheetRefused, match="独立运行"):
        preview("arrears", arrears(tmp_path, "20240826", *FIRST))
    assert state() == []


def test_another_stations_arrears_are_neither_seen_nor_settled(station: Station, tmp_path: Path) -> None:
    other = make_station("西村供电所")
    modes.switch(other, "beside", user=None, now=NOW)
    household(other, "0051", "M0051")
    bring_in("arrears", arrears(tmp_path, "20240826", ("0051", 202408, "5", "5")))
    bring_in("arrears", arrears(tmp_path, "20240901", *FIRST))

    assert queries.open_by_customer(ALL) == {"0041": 12_000, "0043": 800, "0051": 500}
    mine = queries.open_receivables(queries.Scope(frozenset({other.pk})))
    assert [row.customer.number for row in mine] == ["0051"]
