"""A bill issued elsewhere is not ours: each fault of theirs is found under its cause, with its yuan.

What the other system would have billed comes from twins: customers like the first in all but the one thing, billed by
the same cycle. So the amounts are real, and nothing is left over.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from diansuo.core.metering.energy import LossMethod
from diansuo.core.tariff.classes import Component, PriceClass
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.core.tariff.comparing import Cause
from diansuo.office.archive.models import Contract, Customer, MeteringPoint, MeterInstallation, YearOpening
from diansuo.office.base.access import install_demo_users
from diansuo.office.base.models import Staff, Station
from diansuo.office.billing import external_queries
from diansuo.office.billing.models import Bill, Comparison, ExternalBill, ExternalLine
from diansuo.office.billing.opinion import operations as opinion
from tests.office.base import pages
from tests.office.billing.beside import beside, bill, causes, household, months, of, theirs
from tests.office.desk import commercial_month as commercial
from tests.office.desk.months import opened_household, read, rerun, run
from tests.office.metering import builder
from tests.office.metering.builder import ALL, NOW, make_station

pytestmark = pytest.mark.django_db


@pytest.fixture
def station(sample_prices: str) -> Station:
    return beside()


def test_the_same_bill_has_no_cause(station: Station, tmp_path: Path) -> None:
    read(opened_household(station, "0041"), 202408, 1200)
    commercial.double(station, "0042")
    months(station)
    theirs(tmp_path, of("0041"), of("0042"))

    assert causes(station) == {"0041": {}, "0042": {}}


def times(by: int) -> Callable[[Station, str], None]:
    def make(station: Station, number: str) -> None:
        point = commercial.single(station, number)
        MeterInstallation.objects.filter(point=point).update(multiplier=by)

    return make


TWINS: dict[str, tuple[Callable[[Station, str], Any], Callable[[Station, str], Any], dict[str, Any]]] = {
    "MULTIPLIER": (times(10), times(20), {"倍率": "20"}),
    "ENERGY": (household, lambda s, n: household(s, n, 1300), {}),
    "PRICE_CLASS": (
        household,
        lambda s, n: household(s, n, price_class=PriceClass.RESIDENTIAL_SHARED),
        {"用电类别": "居民生活（合表）"},
    ),
    "CAPACITY": (
        lambda s, n: commercial.demands(commercial.double(s, n), 5),
        lambda s, n: commercial.demands(
            commercial.double(s, n, capacity_method=CapacityMethod.ACTUAL_DEMAND), 5
        ),
        {},
    ),
    "TRANSFORMER_LOSS": (
        lambda s, n: commercial.transformer(
            commercial.double(s, n, loss_method=LossMethod.FORMULA), n, 100_000
        ),
        commercial.double,
        {"变损电量": "0"},
    ),
    "POWER_FACTOR": (
        commercial.double,
        lambda s, n: commercial.double(s, n, power_factor_standard=80),
        {},
    ),
}


@pytest.mark.parametrize("cause", TWINS)
def test_a_fault_is_found_under_its_cause_with_its_yuan(station: Station, tmp_path: Path, cause: str) -> None:
    right, wrong, stated = TWINS[cause]
    right(station, "0041")
    wrong(station, "0042")
    months(station)
    theirs(tmp_path, of("0042", **stated, 用户编号="0041"))
    gap = bill("0042").amount_fen - bill("0041").amount_fen

    assert gap != 0
    assert causes(station) == {"0041": {cause: gap}}


def test_steps_in_place_of_a_flat_price_count_what_the_year_used_before(
    station: Station, tmp_path: Path
) -> None:
    for number, kind in (("0041", PriceClass.RESIDENTIAL_SHARED), ("0042", PriceClass.RESIDENTIAL_STEPS)):
        point = opened_household(station, number, price_class=kind)
        read(point, 202408, 3500)
        read(point, 202409, 4000)
    months(station)
    run(station, 202409)
    ours, wrong = (
        Bill.objects.get(contract__customer__number=number, period=202409) for number in ("0041", "0042")
    )
    said = {"用户编号": "0041", "电费年月": "202409", "用电类别": "居民生活用电", "结算电量": "500"}
    theirs(tmp_path, said | {"应收电费": f"{wrong.amount_fen / 100:.2f}"})
    opinion.compare_month(ALL, station.pk, 202409, now=NOW)
    found = Comparison.objects.get()

    assert wrong.lines.filter(component=Component.STEP).exists()
    assert (found.cause, found.supposed) == (Cause.PRICE_CLASS, False)
    assert found.effects[Cause.PRICE_CLASS - 1] == wrong.amount_fen - ours.amount_fen


def test_a_year_counted_twice_is_found_as_a_fault_of_the_steps(station: Station, tmp_path: Path) -> None:
    read(opened_household(station, "0041"), 202408, 2800)
    read(opened_household(station, "0042"), 202408, 2800)
    months(station)
    for number, opening in (("0041", 1_000_000), ("0042", 2_000_000)):
        contract = bill(number).contract
        YearOpening.objects.create(contract=contract, year=2024, energy_wh=opening)
    rerun(station, 202408)
    theirs(tmp_path, of("0042", 用户编号="0041"))
    gap = bill("0042").amount_fen - bill("0041").amount_fen

    assert gap > 0
    assert causes(station) == {"0041": {"STEP": gap}}
    assert Comparison.objects.get().supposed


def test_lines_say_by_themselves_which_price_is_another(station: Station, tmp_path: Path) -> None:
    commercial.single(station, "0041")
    months(station)
    said = of("0041", 应收电费=f"{bill('0041').amount_fen / 100 + 100:.2f}")
    line = {"用户编号": "0041", "电费年月": "202408"}
    theirs(
        tmp_path, said,
        lines=[line | {"项目": "输配电费", "电量": "10000", "单价": "0.19", "金额": "1900.00"}],
    )  # fmt: skip

    assert causes(station) == {"0041": {"PRICE": 10_000}}


def test_another_rate_of_the_power_factor_is_not_taken_for_another_price(
    station: Station, tmp_path: Path
) -> None:
    commercial.double(station, "0041")
    months(station)
    ours = commercial.amounts(bill("0041"))
    factor = ours[Component.POWER_FACTOR, None]
    line = {"用户编号": "0041", "电费年月": "202408"}
    said = of("0041", 应收电费=f"{(bill('0041').amount_fen - factor + 5000) / 100:.2f}")
    theirs(
        tmp_path, said,
        lines=[
            line | {"项目": "基本电费", "金额": f"{ours[Component.CAPACITY, None] / 100:.2f}"},
            line | {"项目": "力调电费", "金额": "50.00"},
        ],
    )  # fmt: skip

    assert causes(station) == {"0041": {"POWER_FACTOR": 5000 - factor}}


def test_energy_in_other_periods_is_the_fault_of_the_periods(station: Station, tmp_path: Path) -> None:
    commercial.double(station, "0041")
    months(station)
    line = {"用户编号": "0041", "电费年月": "202408"}
    lines = [
        line | {"项目": name, "电量": kwh, "金额": "0.00"}
        for name, kwh in (("峰段", "5000"), ("平段", "4000"), ("谷段", "1000"))
    ]
    theirs(tmp_path, of("0041"), lines=lines)
    ExternalLine.objects.update(amount_fen=None)
    found = causes(station)["0041"]

    # 1 000 kWh moved from valley to peak: 0.40 and 0.015 yuan at 1.6 instead of 0.5, and the power factor on top.
    assert found["TIME_OF_USE"] > 1000 * 45
    assert found["UNEXPLAINED"] == -found["TIME_OF_USE"]


def test_a_fen_is_rounding_and_a_lump_is_not_explained_away(station: Station, tmp_path: Path) -> None:
    household(station, "0041")
    household(station, "0042")
    months(station)
    fen, lump = bill("0041").amount_fen + 1, bill("0042").amount_fen + 777
    theirs(tmp_path, of("0041", 应收电费=f"{fen / 100:.2f}"), of("0042", 应收电费=f"{lump / 100:.2f}"))

    assert causes(station) == {"0041": {"ROUNDING": 1}, "0042": {"UNEXPLAINED": 777}}


def test_two_supplies_of_a_customer_are_added_up_before_they_are_compared(
    station: Station, tmp_path: Path
) -> None:
    household(station, "0041")
    second = builder.household(station, "0099", "M0099")
    read(second, 202407, 500)
    read(second, 202408, 600)
    first = Customer.objects.get(number="0041")
    Contract.objects.filter(pk=second.contract_id).update(customer=first)
    months(station)
    both = sum(Bill.objects.filter(period=202408).values_list("amount_fen", flat=True))
    theirs(
        tmp_path,
        {"用户编号": "0041", "电费年月": "202408", "结算电量": "300", "应收电费": f"{both / 100:.2f}"},
    )

    assert Bill.objects.filter(period=202408).count() == 2
    assert causes(station) == {"0041": {}}
    assert [row.difference_fen for row in external_queries.external_bills(ALL)] == [0]


def test_the_pages_show_causes_lines_and_the_way_to_a_task(
    station: Station, tmp_path: Path, settings: Any
) -> None:
    settings.DEMO = True
    install_demo_users(station, pages.PASSWORD)
    household(station, "0041")
    household(station, "0042")
    months(station)
    theirs(tmp_path, of("0041", 应收电费="120.00"), of("0042"))
    client = pages.signed_in("auditor")

    assert "本月还没有逐项核对" in client.get(reverse("issued")).content.decode()
    answer = client.post(reverse("issued_compare", args=[202408]), follow=True).content.decode()
    assert "已核对 2 户，有差额 1 户" in answer
    one = Comparison.objects.get(cause__gt=0)
    assert f"cause={one.cause}" in answer
    listed = client.get(reverse("issued"), {"period": "202408", "cause": str(one.cause)}).content.decode()
    assert ">0041<" in listed
    assert ">0042<" not in listed
    page = client.get(reverse("issued_side_by_side", args=[one.bill_id])).content.decode()
    assert "+8.00" in page
    assert "逐行对照" in page
    assert "派工" in page
    assert client.get(reverse("issued"), {"export": "xlsx"}).status_code == 200


def test_comparing_needs_the_right_and_another_stations_bill_is_not_there(
    station: Station, tmp_path: Path, settings: Any
) -> None:
    settings.DEMO = True
    install_demo_users(station, pages.PASSWORD)
    household(station, "0041")
    months(station)
    theirs(tmp_path, of("0041"))
    assert pages.signed_in("manager").post(reverse("issued_compare", args=[202408])).status_code == 403
    assert not Comparison.objects.exists()
    stranger = make_station("西村供电所")
    Staff.objects.filter(user__username="auditor").update(station=stranger)
    answer = pages.signed_in("auditor").get(
        reverse("issued_side_by_side", args=[ExternalBill.objects.get().pk])
    )
    assert answer.status_code == 404


def time_of_use(station: Station, number: str, peak: float, valley: float) -> MeteringPoint:
    point = builder.household(station, number, f"M{number}", price_class=PriceClass.RESIDENTIAL_STEPS_TOU)
    for period, shown in (
        (202407, (1000, 500, 500)),
        (202408, (1000 + peak + valley, 500 + peak, 500 + valley)),
    ):
        for register, kwh in zip((0, 2, 4), shown, strict=True):
            read(point, period, kwh, register)
    return point


def test_whole_kilowatt_hours_of_a_households_periods_are_the_same_and_another_peak_is_a_cause(
    station: Station, tmp_path: Path
) -> None:
    time_of_use(station, "0041", 120.4, 80.3)
    time_of_use(station, "0042", 120.4, 80.3)
    time_of_use(station, "0043", 150, 50.7)
    months(station)
    line = {"电费年月": "202408", "金额": "0.00"}
    theirs(
        tmp_path, of("0041"), of("0043", 用户编号="0042"),
        lines=[
            line | {"用户编号": number, "项目": item, "电量": kwh}
            for number, peak, valley in (("0041", "120", "80"), ("0042", "150", "50.7"))
            for item, kwh in (("峰段", peak), ("谷段", valley))
        ],
    )  # fmt: skip
    ExternalLine.objects.update(amount_fen=None)
    gap = bill("0043").amount_fen - bill("0042").amount_fen

    assert gap != 0
    assert causes(station) == {"0041": {}, "0042": {"TIME_OF_USE": gap}}
