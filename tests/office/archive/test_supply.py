"""How commercial customers are settled comes with the archive list, holds for periods, and goes with its batch."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from diansuo.core.metering.energy import LossMethod
from diansuo.core.tariff.commercial import CapacityMethod, PurchaseMode
from diansuo.office.archive.models import Customer, MeteringSide, SupplyTerm, Transformer
from tests.office.archive.lists import Row, bring_in, day, line, picture, preview, withdraw, write

pytestmark = pytest.mark.django_db

FACTORY = {
    "用电类别": "工商业（两部制）",
    "供电电压": "10kV",
    "合同容量": "630",
    "是否执行分时": "是",
    "购电方式": "代理购电",
    "基本电费计费方式": "按合同最大需量",
    "合同最大需量": "400",
    "功率因数考核标准": "0.90",
    "计量方式": "高供低计",
    "变损计费方式": "标准公式",
    "线损率": "1.5",
    "受电变压器型号": "S11",
    "受电变压器容量": "630",
    "空载损耗": "0.81",
    "短路损耗": "6.2",
    "空载电流": "0.9",
    "阻抗电压": "4.5",
    "生产班次": "二班制",
}


def factory(number: str = "001", meter: str = "m1", **changes: str) -> Row:
    """Return the line of a customer in two parts, metered on the low side of its own transformer."""
    return line(number, meter, **{**FACTORY, **changes})


def test_a_line_of_a_factory_brings_its_terms_and_its_transformer(tmp_path: Path) -> None:
    assert bring_in(tmp_path, factory()).counts() == {"new": 1}

    term = SupplyTerm.objects.get()
    assert term.time_of_use
    assert not term.capacity_exempt
    assert term.capacity_method == CapacityMethod.CONTRACT_DEMAND
    assert term.contract_demand_w == 400_000
    assert (term.power_factor_standard, term.purchase_mode) == (90, PurchaseMode.AGENT)
    assert (term.metering_side, term.loss_method) == (MeteringSide.HIGH_LOW, LossMethod.FORMULA)
    assert term.line_loss_ppm == 15_000
    one = Transformer.objects.get()
    assert (one.number, one.model, one.capacity_va, one.shifts) == ("1", "S11", 630_000, 2)
    assert (one.p0_w, one.pk_w, one.i0_milli_percent, one.uk_milli_percent) == (810, 6200, 900, 4500)


def test_the_same_list_twice_changes_nothing(tmp_path: Path) -> None:
    bring_in(tmp_path, factory())
    before = picture()

    assert bring_in(tmp_path, factory()).counts() == {"unchanged": 1}
    assert picture() == before


def test_a_household_has_no_such_terms_whatever_its_cells_hold(tmp_path: Path) -> None:
    bring_in(tmp_path, line("001", "m1", 是否执行分时="否", 功率因数考核标准="不考核", 购电方式="代理购电"))

    assert not SupplyTerm.objects.exists()


def test_terms_that_come_later_are_added_and_go_with_their_batch(tmp_path: Path) -> None:
    plain = line("001", "m1", 用电类别="工商业（单一制）")
    bring_in(tmp_path, plain)
    before = picture()

    outcome = bring_in(tmp_path, {**plain, "是否执行分时": "是", "受电变压器容量": "100"})

    assert outcome.counts() == {"changed": 1}
    assert SupplyTerm.objects.get().time_of_use
    withdraw(outcome)
    assert picture() == before


def test_a_change_of_method_needs_a_day_and_holds_from_it(tmp_path: Path) -> None:
    bring_in(tmp_path, factory(), valid_from=day("2024-01-01"))
    changed = factory(基本电费计费方式="按容量")

    refused = preview(write(tmp_path / "变更.xlsx", [changed]))
    assert [(column, "没有生效日" in reason) for _row, column, reason in refused.refusals()] == [
        ("基本电费计费方式", True)
    ]
    bring_in(tmp_path, changed, effective=day("2024-10-01"))

    held = SupplyTerm.objects.order_by("valid_from").values_list("capacity_method", "valid_from", "valid_to")
    assert list(held) == [
        (CapacityMethod.CONTRACT_DEMAND, date(2024, 1, 1), date(2024, 10, 1)),
        (CapacityMethod.CAPACITY, date(2024, 10, 1), None),
    ]


def test_a_pause_is_a_gap_between_two_periods_of_service(tmp_path: Path) -> None:
    bring_in(tmp_path, factory(), valid_from=day("2024-01-01"))
    bring_in(tmp_path, factory(变压器状态="暂停"), effective=day("2024-06-16"))
    before = picture()
    again = bring_in(tmp_path, factory(变压器状态="运行"), effective=day("2024-09-01"))

    served = Transformer.objects.order_by("valid_from").values_list("valid_from", "valid_to", "capacity_va")
    assert list(served) == [
        (date(2024, 1, 1), date(2024, 6, 16), 630_000),
        (date(2024, 9, 1), None, 630_000),
    ]
    withdraw(again)
    assert picture() == before


def test_two_transformers_of_one_customer_are_two_points_or_are_numbered(tmp_path: Path) -> None:
    bring_in(
        tmp_path,
        factory(计量点编号="p1", 受电变压器编号="T1"),
        factory(meter="m2", 计量点编号="p2", 受电变压器编号="T2", 受电变压器容量="400"),
    )

    assert dict(Transformer.objects.values_list("number", "capacity_va")) == {"T1": 630_000, "T2": 400_000}
    assert SupplyTerm.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"功率因数考核标准": "0.95"}, "功率因数考核标准", "不认识的写法"),
        ({"基本电费计费方式": "按心情"}, "基本电费计费方式", "不认识的写法"),
        ({"合同最大需量": "0"}, "合同最大需量", "合同最大需量为0"),
        ({"线损率": "120"}, "线损率", "比例应为0至100"),
        ({"受电变压器容量": "0"}, "受电变压器容量", "变压器容量应大于0"),
        ({"空载损耗": "0.0005"}, "空载损耗", "至多3位小数"),
        ({"免收容需量电费": "是"}, "免收容需量电费", "又填了基本电费计费方式"),
    ],
)
def test_what_means_nothing_is_refused_with_its_column(
    tmp_path: Path, changes: dict[str, Any], column: str, reason: str
) -> None:
    outcome = preview(write(tmp_path / "档案.xlsx", [factory(**changes)]))

    ((_row, refused, why),) = outcome.refusals()
    assert refused == column
    assert reason in why
    assert outcome.remedies() == [outcome.remedies()[0]]
    assert outcome.remedies()[0]


def test_a_transformer_without_capacity_is_refused_for_a_customer_that_stands(tmp_path: Path) -> None:
    plain = line("001", "m1", 用电类别="工商业（单一制）")
    bring_in(tmp_path, plain)

    outcome = preview(write(tmp_path / "档案.xlsx", [{**plain, "受电变压器型号": "S11"}]))

    assert [refused[1] for refused in outcome.refusals()] == ["受电变压器容量"]


def test_the_customer_page_shows_terms_and_transformers(tmp_path: Path, admin_client: Client) -> None:
    bring_in(tmp_path, factory())

    page = admin_client.get(f"/customers/{Customer.objects.get().pk}/").content.decode()

    for words in ("按合同最大需量", "400 kW", "高供低计", "标准公式", "1.5 %", "S11"):
        assert words in page, words
