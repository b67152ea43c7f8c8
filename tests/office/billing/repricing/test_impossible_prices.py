"""A trial moves a price only to what a published price could be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from diansuo.core.rules import RuleBookRefused
from diansuo.office.billing.repricing.prices import OtherPrices
from diansuo.office.billing.sheets.book import priced_book

pytestmark = pytest.mark.django_db

STEPS = "province/henan/residential_steps"


@pytest.mark.parametrize("by", ["-9", "-0.57", "5"])
def test_a_price_below_nothing_or_beyond_any_is_refused_with_the_reason(by: str) -> None:
    with pytest.raises(RuleBookRefused, match="不像电价"):
        OtherPrices(rule_id=STEPS, by=Decimal(by), first=date(2026, 1, 1)).book(priced_book())


def test_a_price_that_could_be_is_taken() -> None:
    OtherPrices(rule_id=STEPS, by=Decimal("-0.05"), first=date(2026, 1, 1)).book(priced_book())
