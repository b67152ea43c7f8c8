"""The grid in an archive list: masters, gates of feeders, customers' own transformers, and commercial customers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from diansuo.core.tariff.classes import PriceClass
from diansuo.office.archive.models import (
    AreaTerm,
    ContractTerm,
    Customer,
    MeteringPoint,
    TransformerArea,
)
from tests.office.archive.lists import bring_in, line, master

pytestmark = pytest.mark.django_db


def test_a_master_meter_belongs_to_its_area_and_to_no_customer(tmp_path: Path) -> None:
    outcome = bring_in(tmp_path, line("001", "m1"), master("T001", "m9", 综合倍率="80"))

    assert outcome.counts() == {"new": 2}
    point = MeteringPoint.objects.get(contract=None)
    assert point.master_of == TransformerArea.objects.get(number="T001")
    assert point.installations.get().multiplier == 80
    assert Customer.objects.count() == 1
    assert bring_in(tmp_path, line("001", "m1"), master("T001", "m9", 综合倍率="80")).counts() == {
        "unchanged": 2
    }


def test_the_gate_of_a_feeder_is_a_point_without_customer_and_area(tmp_path: Path) -> None:
    gate = {
        "供电单位": "某县供电公司",
        "供电所": "东村供电所",
        "线路名称": "东10kV线",
        "线路编号": "L1",
        "变电站": "城东变",
        "计量点编号": "9901",
        "计量点性质": "线路关口",
        "电能表编号": "g1",
        "综合倍率": "12000",
    }
    first = bring_in(tmp_path, line("001", "m1"), gate)
    again = bring_in(tmp_path, line("001", "m1"), {**gate, "综合倍率": "12000"})
    exchanged = bring_in(tmp_path, {**gate, "电能表编号": "g2"}, effective=date(2026, 2, 1))

    point = MeteringPoint.objects.get(gate_of__isnull=False)
    assert first.counts() == {"new": 2}
    assert again.counts() == {"unchanged": 2}
    assert exchanged.counts() == {"changed": 1}
    assert (point.gate_of.name, point.gate_of.number, point.contract, point.master_of) == (
        "东10kV线",
        "L1",
        None,
        None,
    )
    assert not point.areas.exists()
    meters = point.installations.order_by("valid_from").values_list("meter__asset_number", flat=True)
    assert list(meters) == ["g1", "g2"]


def test_a_gate_without_feeder_is_refused(tmp_path: Path) -> None:
    gate = {"供电单位": "某县供电公司", "供电所": "东村供电所", "计量点性质": "线路关口", "电能表编号": "g1"}

    assert bring_in(tmp_path, gate).refusals() == [(2, "线路名称", "线路名称为空")]


def test_a_customers_own_transformer_is_known_as_such_and_may_become_one_from_a_day_on(
    tmp_path: Path,
) -> None:
    bring_in(tmp_path, line("001", "m1", 公专变标志="专变"), line("002", "m2", 台区编号="T002"))
    changed = bring_in(
        tmp_path, line("002", "m2", 台区编号="T002", 公专变标志="专变"), effective=date(2026, 2, 1)
    )

    terms = AreaTerm.objects.order_by("area__number", "valid_from").values_list("area__number", "dedicated")
    assert list(terms) == [("T001", True), ("T002", False), ("T002", True)]
    assert "公专变标志：公变 → 专变" in changed.verdicts[0]["reason"]


@pytest.mark.parametrize(
    ("words", "price_class"),
    [
        ("工商业（单一制）", PriceClass.COMMERCIAL_SINGLE_PART),
        ("一般工商业", PriceClass.COMMERCIAL_SINGLE_PART),
        ("大工业用电", PriceClass.COMMERCIAL_TWO_PART),
    ],
)
def test_commercial_customers_belong_to_the_archive(
    tmp_path: Path, words: str, price_class: PriceClass
) -> None:
    bring_in(tmp_path, line("001", "m1", 用电类别=words))

    assert ContractTerm.objects.get().price_class == price_class
