"""A sheet mistyped or of another month is seen before it prices anybody: by its published totals, name and values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import PriceSheet
from diansuo.office.billing.sheets import doubts, operations, reading
from diansuo.office.billing.sheets.reading import Prices
from diansuo.sandbox import prices as sample
from tests.office.billing.sheets.sheet import NOW, approved, prices, proposed, publication

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_prices")]
ALL = Scope.everything()


def with_total(total: str, **changed: str) -> Prices:
    """Return a sheet with a published total, single-part below 1 kV; 0.2 of it is transmission, 0.03 surcharge."""
    return {**prices(**changed), "energy": {"single_part": {"below_1kv": Decimal(total)}}}


def test_totals_that_are_the_sum_of_their_components_pass_and_are_not_kept() -> None:
    sheet = operations.propose(with_total("0.6750"), publication(202408), user=None, now=NOW)

    assert len(sheet.content) == 3
    assert not any("energy" in path for path in sheet.content)


@pytest.mark.parametrize("changed", [{"purchase": "0.4900"}, {"loss": "0.0510"}, {"operation": "-0.0300"}])
def test_a_digit_mistyped_in_a_component_is_refused_by_the_total(changed: dict[str, str]) -> None:
    with pytest.raises(operations.UnableToDo, match="与公布的合计不符.*单一制.*公布的电度用电价格 0.6750"):
        operations.propose(with_total("0.6750", **changed), publication(202408), user=None, now=NOW)
    assert not PriceSheet.objects.exists()


def test_a_total_in_fewer_places_is_held_to_its_last_place() -> None:
    content = operations.prepared(with_total("0.675", purchase="0.4004"), publication(202408), NOW)
    assert content
    with pytest.raises(operations.UnableToDo, match="0.6760"):
        operations.prepared(with_total("0.675", purchase="0.4010"), publication(202408), NOW)


def test_every_total_of_the_sandbox_is_that_of_its_own_rules(tmp_path: Path) -> None:
    path = tmp_path / "价格表.csv"
    sample.write_sheet(path, 202408, seed=7)
    assert operations.prepared(reading.read_file(path, path.name).prices, publication(202408), NOW)


@pytest.mark.parametrize(
    ("document", "doubted"),
    [
        ("关于2024年5月代理购电价格的公告", True),
        ("关于2024年8月代理购电价格的公告", False),
        ("关于2024年8月代理购电价格的公告（2024年7月29日）", False),
        ("豫发改价管〔2024〕283号", False),
        ("2024 年 7 月、2024 年 8 月价格", False),
    ],
)
def test_a_paper_that_names_another_month_is_doubted(document: str, doubted: bool) -> None:
    content = operations.prepared(prices(), replace(publication(202408), document=document), NOW)
    found = doubts.doubts(ALL, content, document, date(2024, 8, 1))

    assert bool(found) == doubted
    if doubted:
        assert "2024-05" in found[0]
        assert "2024-08" in found[0]


def test_the_very_prices_of_another_month_are_doubted_and_one_other_price_is_enough_not_to_be() -> None:
    approved(202407)
    same, other = proposed(202408), proposed(202409, loss="0.0151")

    (found,) = doubts.doubts(ALL, same.content, same.document, same.from_date)
    assert "2024-07" in found
    assert doubts.doubts(ALL, other.content, other.document, other.from_date) == []
