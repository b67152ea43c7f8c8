"""An archive batch is taken back whole, to the row and the value; not while anything stands on it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from diansuo.core.metering.registers import Register
from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive import operations
from diansuo.office.archive.models import Contract, Customer, MeteringPoint, TransformerArea
from diansuo.office.base.imports.operations import UnableToWithdraw
from diansuo.office.base.models import ImportBatch, Staff, Station
from diansuo.office.metering.models import MissedReading, RegisterReading
from tests.office.archive.lists import Outcome, bring_in, day, line, master, picture, withdraw

pytestmark = pytest.mark.django_db

DAY = day("2025-08-01")


@pytest.fixture
def first(tmp_path: Path) -> Outcome:
    return bring_in(
        tmp_path, line("001", "m1"), line("002", "m2", 抄表员="钱七"), valid_from=day("2024-01-01")
    )


def test_the_first_batch_leaves_nothing_but_the_station_and_its_people(first: Outcome) -> None:
    withdraw(first)

    assert not any(picture().values())
    assert Station.objects.get().name == "东村供电所"
    assert Staff.objects.count() == 3
    assert ImportBatch.objects.get().state == ImportBatch.State.WITHDRAWN


def test_a_batch_of_changes_restores_every_value(first: Outcome, tmp_path: Path) -> None:
    before = picture()
    second = bring_in(
        tmp_path,
        line(
            "001", "m9", 用户名称="李四", 用电地址="西街", 用电类别="居民生活（峰谷）", 合同容量="12", 综合倍率="40",
            相别="C相", 台区经理="孙八", 台区编号="T2", 台区名称="二号台区", 抄表段编号="R02", 抄表位数="5.1",
            年初累计电量="9.5", 累计年度="2024",
        ),
        line("002", "m2", 抄表员="钱七", 台区容量="400", 线路名称="西10kV线", 台区名称="东村公变", 抄表例日="9"),
        line("003", "m3", 台区容量="400", 线路名称="西10kV线", 台区名称="东村公变", 抄表例日="9"),
        master("T2", "m4", 台区名称="二号台区", 抄表段编号="R02"),
        effective=DAY,
    )  # fmt: skip
    assert second.counts() == {"changed": 2, "new": 2}
    assert picture() != before

    withdraw(second)

    assert picture() == before


def test_a_batch_with_readings_stays(first: Outcome) -> None:
    point = MeteringPoint.objects.get(contract__customer__number="002")
    RegisterReading.objects.create(
        point=point,
        meter=point.installations.get().meter,
        register=Register.ACTIVE_TOTAL,
        read_date=date(2024, 7, 1),
        register_wh=1000,
    )
    _stays(first, "示数")


def test_a_batch_with_a_missed_reading_stays(first: Outcome) -> None:
    MissedReading.objects.create(point=MeteringPoint.objects.earliest("pk"), period=202407)

    _stays(first, "未抄")


def test_a_batch_that_a_later_one_wrote_over_stays_until_that_one_is_gone(
    first: Outcome, tmp_path: Path
) -> None:
    second = bring_in(tmp_path, line("001", "m1", 用户名称="李四"))
    _stays(first, f"#{second.batch.pk}")

    withdraw(second)
    withdraw(first)

    assert not any(picture().values())


def test_changes_are_taken_back_in_the_opposite_order(first: Outcome, tmp_path: Path) -> None:
    second = bring_in(tmp_path, line("001", "m1", 综合倍率="40"), effective=DAY)
    third = bring_in(tmp_path, line("001", "m1", 综合倍率="80"), effective=day("2025-09-01"))
    _stays(second, f"#{third.batch.pk}")

    withdraw(third)
    withdraw(second)
    withdraw(first)

    assert not any(picture().values())


def test_a_batch_whose_terms_were_changed_by_hand_stays(first: Outcome) -> None:
    contract = Contract.objects.get(customer__number="001")
    operations.change_terms(contract, DAY, price_class=PriceClass.RESIDENTIAL_STEPS_TOU)

    _stays(first, "合同条款")


def test_an_area_that_a_later_batch_uses_outlives_the_batch_that_made_it(
    first: Outcome, tmp_path: Path
) -> None:
    alone = picture()
    second = bring_in(tmp_path, line("003", "m3"))

    withdraw(first)

    assert list(Customer.objects.values_list("number", flat=True)) == ["003"]
    assert TransformerArea.objects.get().terms.get().feeder.name == "东10kV线"
    withdraw(second)
    assert not Customer.objects.exists()

    again = bring_in(
        tmp_path, line("001", "m1"), line("002", "m2", 抄表员="钱七"), valid_from=day("2024-01-01")
    )
    assert again.counts() == {"new": 2}
    assert {label: len(rows) for label, rows in picture().items()} == {k: len(v) for k, v in alone.items()}


def test_a_later_batch_gives_an_area_back_to_the_one_that_made_it(first: Outcome, tmp_path: Path) -> None:
    before = picture()
    second = bring_in(tmp_path, line("003", "m3"))

    withdraw(second)

    assert picture() == before
    withdraw(first)
    assert not any(picture().values())


def test_a_batch_is_taken_back_once(first: Outcome) -> None:
    withdraw(first)

    with pytest.raises(UnableToWithdraw):
        withdraw(first)


def _stays(outcome: Outcome, why: str) -> None:
    before = picture()
    with pytest.raises(UnableToWithdraw, match=why):
        withdraw(outcome)
    assert picture() == before
    outcome.batch.refresh_from_db()
    assert outcome.batch.state == ImportBatch.State.APPLIED
