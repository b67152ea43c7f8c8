"""What households have on top, idle months and charging points come with the archive list and hold for periods."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from diansuo.core.metering.energy import month_set
from diansuo.core.tariff.charging import ChargingSituation
from diansuo.office.archive.models import Contract, Customer, HouseholdTerm, UseTerm
from tests.office.archive.lists import bring_in, day, line, picture, preview, withdraw, write

pytestmark = pytest.mark.django_db


def test_a_line_brings_what_the_household_has(tmp_path: Path) -> None:
    bring_in(tmp_path, line("001", "m1", 一户多人口人数="6", 煤改电="是", 低保标志="低保户"))
    term = HouseholdTerm.objects.get()
    assert (term.persons, term.electric_heating, term.free_energy) == (
        6,
        True,
        HouseholdTerm.FreeEnergy.LOW_INCOME,
    )


def test_an_ordinary_household_needs_no_row_whatever_its_cells_deny(tmp_path: Path) -> None:
    bring_in(
        tmp_path, line("001", "m1", 一户多人口人数="", 是否电采暖="否", 免费电量类别="无", 停用月份="无")
    )
    assert not HouseholdTerm.objects.exists()
    assert not UseTerm.objects.exists()


def test_what_a_customer_begins_to_have_holds_from_the_day_given_and_goes_with_its_batch(
    tmp_path: Path,
) -> None:
    bring_in(tmp_path, line("001", "m1"))
    before = picture()
    outcome = bring_in(tmp_path, line("001", "m1", 一户多人口人数="5"), effective=day("2024-06-15"))
    assert outcome.counts() == {"changed": 1}
    assert HouseholdTerm.objects.get().valid_from == date(2024, 6, 15)
    assert bring_in(tmp_path, line("001", "m1", 一户多人口人数="5")).counts() == {"unchanged": 1}
    withdraw(outcome)
    assert picture() == before


def test_a_change_holds_from_its_day(tmp_path: Path) -> None:
    bring_in(tmp_path, line("001", "m1", 免费电量类别="低保"), valid_from=day("2024-01-01"))
    bring_in(tmp_path, line("001", "m1", 免费电量类别="五保"), effective=day("2024-09-01"))
    held = HouseholdTerm.objects.order_by("valid_from").values_list("free_energy", "valid_from", "valid_to")
    assert list(held) == [(1, date(2024, 1, 1), date(2024, 9, 1)), (2, date(2024, 9, 1), None)]


@pytest.mark.parametrize(
    ("text", "months"),
    [("11-2", (11, 12, 1, 2)), ("1、2、12", (1, 2, 12)), ("11月至3月", (11, 12, 1, 2, 3)), ("7", (7,))],
)
def test_idle_months_are_listed_or_spanned(tmp_path: Path, text: str, months: tuple[int, ...]) -> None:
    bring_in(tmp_path, line("001", "m1", 用电类别="农业排灌", 停用月份=text))
    assert UseTerm.objects.get().idle_months == month_set(*months)


def test_a_charging_point_says_where_it_stands(tmp_path: Path) -> None:
    bring_in(tmp_path, line("001", "m1", 用电类别="居民生活（合表）", 充电桩类型="个人充电桩"))
    assert UseTerm.objects.get().charging_situation == ChargingSituation.HOUSEHOLD_OWN_ACCOUNT


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("一户多人口人数", "99", "应为0至50"),
        ("免费电量类别", "富户", "不认识的写法"),
        ("停用月份", "13", "应为1至12"),
        ("停用月份", "1-12", "包含了全年"),
        ("充电设施类型", "空中", "不认识的写法"),
    ],
)
def test_what_means_nothing_is_refused_with_its_column(
    tmp_path: Path, column: str, text: str, reason: str
) -> None:
    outcome = preview(write(tmp_path / "档案.xlsx", [line("001", "m1", **{column: text})]))
    ((_row, refused, why),) = outcome.refusals()
    assert refused == column
    assert reason in why


def test_a_standing_customer_is_closed_and_transferred_by_its_line_and_taken_back(tmp_path: Path) -> None:
    bring_in(tmp_path, line("001", "m1"))
    before = picture()
    outcome = bring_in(tmp_path, line("001", "m1", 过户日期="2024-05-01", 销户日期="2024-08-20"))
    contract = Contract.objects.get()
    assert (contract.transferred_date, contract.closed_date) == (date(2024, 5, 1), date(2024, 8, 20))
    withdraw(outcome)
    assert picture() == before


def test_the_customer_page_shows_them(tmp_path: Path, admin_client: Client) -> None:
    bring_in(tmp_path, line("001", "m1", 一户多人口人数="6", 免费电量类别="五保", 停用月份="11-2"))
    page = admin_client.get(f"/customers/{Customer.objects.get().pk}/").content.decode()
    for words in ("6 人", "五保", "1、2、11、12"):
        assert words in page, words
