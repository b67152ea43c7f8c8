"""What is lost before a commercial customer's meter, through the whole cycle: tables, several transformers, demand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from diansuo.core.metering.energy import LossMethod
from diansuo.core.tariff.classes import Component
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.office.archive.models import LossTableRow
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import Finding
from tests.office.billing.sheets import sheet
from tests.office.desk.commercial_month import amounts, demands, double, held, transformer
from tests.office.metering import builder

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_prices", "judged")]

HEADINGS = ("变压器型号", "变压器容量", "月用电量至", "有功变损", "无功变损")


@pytest.fixture
def station() -> Station:
    return builder.make_station()


def table(folder: Path, *rows: tuple[str, ...]) -> Path:
    return builder.write_csv(
        folder / "月损耗表.csv", HEADINGS, [dict(zip(HEADINGS, row, strict=True)) for row in rows]
    )


def bring_in(folder: Path, *rows: tuple[str, ...], since: date = date(2024, 7, 1)) -> None:
    builder.bring_in("loss_table", table(folder, *rows), effective=since)


def by_formula(energy_kwh: float, kvarh: float, kva: float, hours: int) -> tuple[int, int]:
    """Return the losses of one transformer with the nameplate of the tests, to 0.01 kWh, in Wh and varh."""
    square = 1.2 * (energy_kwh**2 + kvarh**2) / (kva**2 * hours)
    active = 0.2 * hours + square * 1.5
    reactive = 0.022 * kva * hours + square * 0.04 * kva
    return round(active * 100) * 10, round(reactive * 100) * 10


def test_the_loss_is_that_of_the_imported_table_by_capacity_and_energy(
    station: Station, tmp_path: Path
) -> None:
    point = double(station, "0043", loss_method=LossMethod.TABLE)
    transformer(point, "1", 100_000, model="S11-M-100/10")
    bring_in(
        tmp_path, ("", "100", "99999", "1", ""), ("S11", "100", "9999", "200", "900"),
        ("S11", "100", "10000", "304", "1500"), ("S11", "100", "20000", "400", "1900"),
    )  # fmt: skip
    sheet.approved(202407)

    assert held(station) == {}
    bill = Bill.objects.get()
    assert (bill.transformer_loss_wh, bill.energy_wh) == (304_000, 10_304_000)
    assert bill.reactive_varh == 3_000_000 + 1_500_000
    assert bill.rules.filter(rule_id="national/transformer_loss").exists()


def test_a_part_of_the_month_has_its_days_of_thirty(station: Station, tmp_path: Path) -> None:
    point = double(station, "0043", loss_method=LossMethod.TABLE)
    transformer(point, "1", 100_000, valid_from=date(2024, 7, 12))
    bring_in(tmp_path, ("", "100", "20000", "304", "0"))
    sheet.approved(202407)

    assert held(station) == {}
    assert Bill.objects.get().transformer_loss_wh == 202_670  # 304 × 20 / 30


def test_two_transformers_have_each_their_bracket(station: Station, tmp_path: Path) -> None:
    point = double(station, "0043", loss_method=LossMethod.TABLE)
    transformer(point, "1", 60_000)
    transformer(point, "2", 40_000)
    bring_in(
        tmp_path, ("", "60", "6000", "100", "0"), ("", "40", "4000", "70", "0"), ("", "40", "9000", "99", "0")
    )
    sheet.approved(202407)

    assert held(station) == {}
    assert Bill.objects.get().transformer_loss_wh == 170_000


@pytest.mark.parametrize(
    ("rows", "title"), [((), "没有月损耗表"), ((("", "100", "9999", "1", "0"),), "损耗表查不到")]
)
def test_what_no_table_says_holds_the_bill(
    station: Station, tmp_path: Path, rows: tuple[tuple[str, ...], ...], title: str
) -> None:
    transformer(double(station, "0043", loss_method=LossMethod.TABLE), "1", 100_000)
    if rows:
        bring_in(tmp_path, *rows)
    sheet.approved(202407)

    (words,) = held(station)["0043"]
    assert words.title == title
    assert words.remedy
    assert not Bill.objects.exists()


def test_a_new_table_ends_the_brackets_of_the_old_one_and_leaves_others(
    station: Station, tmp_path: Path
) -> None:
    bring_in(
        tmp_path, ("", "100", "9000", "1", "0"), ("", "100", "20000", "2", "0"), ("", "50", "9000", "3", "0")
    )
    later = date(2024, 8, 1)
    bring_in(tmp_path, ("", "100", "20000", "2", "0"), ("", "100", "30000", "5", "0"), since=later)

    now = LossTableRow.objects.in_force(later).order_by("capacity_va", "up_to_wh")
    assert [(row.capacity_va, row.up_to_wh, row.active_wh) for row in now] == [
        (50_000, 9_000_000, 3000),
        (100_000, 20_000_000, 2000),
        (100_000, 30_000_000, 5000),
    ]
    before = LossTableRow.objects.in_force(date(2024, 7, 31))
    assert before.count() == 3


def test_a_table_without_a_day_is_refused(station: Station, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="从哪天起执行"):
        builder.preview("loss_table", table(tmp_path, ("", "100", "9000", "1", "0")))
    assert not LossTableRow.objects.exists()


def test_transformers_metered_together_share_the_energy_by_capacity_and_days(station: Station) -> None:
    point = double(station, "0043", loss_method=LossMethod.FORMULA)
    transformer(point, "1", 60_000)
    transformer(point, "2", 40_000, valid_to=date(2024, 7, 16))
    sheet.approved(202407)

    assert held(station) == {}
    bill = Bill.objects.get()
    weight = 60 * 31 / (60 * 31 + 40 * 15)
    one = by_formula(10_000 * weight, 3_000 * weight, 60, 31 * 24)
    two = by_formula(10_000 * (1 - weight), 3_000 * (1 - weight), 40, 15 * 24)
    assert bill.transformer_loss_wh == one[0] + two[0]
    assert bill.reactive_varh == 3_000_000 + one[1] + two[1]


def test_agreed_shares_go_before_capacity(station: Station) -> None:
    point = double(station, "0043", loss_method=LossMethod.FORMULA)
    transformer(point, "1", 60_000, share_ppm=250_000)
    transformer(point, "2", 40_000, share_ppm=750_000)
    sheet.approved(202407)

    assert held(station) == {}
    one, two = by_formula(2_500, 750, 60, 744), by_formula(7_500, 2_250, 40, 744)
    assert Bill.objects.get().transformer_loss_wh == one[0] + two[0]


def test_a_transformer_paused_inside_the_month_has_no_loss_meanwhile(station: Station) -> None:
    point = double(station, "0043", loss_method=LossMethod.FORMULA)
    transformer(point, "1", 100_000, valid_to=date(2024, 7, 5))
    transformer(point, "1", 100_000, valid_from=date(2024, 7, 25))
    sheet.approved(202407)

    assert held(station) == {}
    bill = Bill.objects.get()
    assert bill.transformer_loss_wh == by_formula(10_000, 3_000, 100, 11 * 24)[0]
    # 20 days at rest are free; 11 of 31 are charged.
    assert amounts(bill)[Component.CAPACITY, None] == 88_710


def test_an_exchanged_transformer_and_the_new_one_have_their_own_plates(station: Station) -> None:
    point = double(station, "0043", loss_method=LossMethod.FORMULA)
    transformer(point, "1", 50_000, valid_to=date(2024, 7, 11))
    transformer(point, "2", 100_000, valid_from=date(2024, 7, 11), p0_w=300)
    sheet.approved(202407)

    assert held(station) == {}
    weight = 50 * 10 / (50 * 10 + 100 * 21)
    old = by_formula(10_000 * weight, 3_000 * weight, 50, 240)[0]
    new = by_formula(10_000 * (1 - weight), 3_000 * (1 - weight), 100, 504)[0] + 100 * 504
    assert abs(Bill.objects.get().transformer_loss_wh - old - new) <= 10


def test_energy_while_every_transformer_rested_holds_the_bill(station: Station) -> None:
    point = double(station, "0043", loss_method=LossMethod.FORMULA)
    transformer(point, "1", 100_000, valid_to=date(2024, 7, 1))
    sheet.approved(202407)

    assert [words.title for words in held(station)["0043"]] == ["暂停期间有电量"]


def test_losses_count_for_the_demand_as_they_do_for_the_energy(station: Station) -> None:
    terms = {"capacity_method": CapacityMethod.ACTUAL_DEMAND, "loss_method": LossMethod.AGREED_VALUE}
    demands(double(station, "0043", agreed_active_wh=500_000, **terms), 6.4)
    sheet.approved(202407)

    assert held(station) == {}
    bill = Bill.objects.get()
    assert bill.demand_w == 67_200  # 64 kW × 10 500 / 10 000
    assert amounts(bill)[Component.DEMAND, None] == 268_800


@pytest.mark.parametrize(("ratio", "varh"), [(None, 0), (20_000, 60_000)])
def test_an_agreed_ratio_takes_reactive_energy_only_where_one_is_agreed(
    station: Station, ratio: int | None, varh: int
) -> None:
    agreed = {"agreed_ratio_ppm": 30_000, "agreed_reactive_ratio_ppm": ratio}
    double(station, "0043", loss_method=LossMethod.AGREED_RATIO, **agreed)
    sheet.approved(202407)

    assert held(station) == {}
    bill = Bill.objects.get()
    assert (bill.transformer_loss_wh, bill.reactive_varh) == (300_000, 3_000_000 + varh)


def test_a_pause_shorter_than_the_rule_allows_is_charged_and_told(station: Station) -> None:
    point = double(station, "0043")
    transformer(point, "1", 100_000, valid_to=date(2024, 7, 10))
    transformer(point, "1", 100_000, valid_from=date(2024, 7, 20))
    sheet.approved(202407)

    assert held(station) == {}
    assert amounts(Bill.objects.get())[Component.CAPACITY, None] == 250_000
    told = Finding.objects.get(rule="B-SHORT-PAUSE")
    assert (told.severity, told.detail["days"]) == (Finding.Severity.WARNING, 10)


def test_a_pause_longer_than_the_rule_allows_is_told_in_the_month_in_which_it_becomes_so(
    station: Station,
) -> None:
    point = double(station, "0043")
    transformer(point, "1", 60_000)
    transformer(point, "2", 40_000, valid_from=date(2020, 1, 1), valid_to=date(2022, 7, 20))
    transformer(point, "2", 40_000, valid_from=date(2024, 9, 1))
    sheet.approved(202407)

    assert held(station) == {}
    # The rule of 2016 has no longest pause, so only one that begins under the rule of 2024 can run out.
    assert not Finding.objects.filter(rule="B-PAUSE-TOO-LONG").exists()
