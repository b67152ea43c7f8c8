"""The sample station priced again: every bill comes to itself, sums add up, and the database stays as it was."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection

from diansuo.core.rules import RuleBookRefused
from diansuo.core.tariff import PriceClass
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.core.tariff.what_if import Change
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.billing.repricing import queries
from diansuo.office.billing.repricing.answers import Answer
from diansuo.office.billing.repricing.population import Population
from diansuo.office.billing.repricing.prices import OtherPrices
from tests.office.desk import sandbox_books
from tests.office.metering import builder

MONTHS = Population(202409, 202410)
NO_CHANGE = Change()
DEARER = {
    "id": "province/henan/residential_steps",
    "kind": "tiered_price",
    "title": {"zh": "河南居民阶梯电价", "en": "Henan residential steps"},
}


def what_if(change: Change = NO_CHANGE, documents: Any = None, **narrowed: Any) -> Answer:
    population = Population(202409, 202410, **narrowed)
    prices = documents if isinstance(documents, OtherPrices) else OtherPrices(documents)
    return queries.what_if(builder.ALL, population, change, prices)


def database() -> str:
    """Return a digest over every row of every table."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f'SELECT * FROM "{table}"')
            digest.update(table.encode() + repr(sorted(map(repr, cursor.fetchall()))).encode())
    return digest.hexdigest()


def cent_dearer() -> dict[str, Any]:
    """Return the steps of today, a fen dearer from September 2024 on."""
    from diansuo.office.config.rulebook import book

    rule = book().rules["province/henan/residential_steps"]
    content = json.loads(json.dumps(dict(rule.entries[-1].values)))
    return {
        "rise.yaml#/province/henan/residential_steps.yaml": {
            **DEARER,
            "kind": rule.kind,
            "values": {
                "2024-07-01": {
                    "source": {"document": "试算", "clause": None, "published": None, "url": None},
                    "checked": "2026-11-25",
                    "unverified": dict(rule.entries[-1].unverified),
                    **_raised(content),
                }
            },
        }
    }


def _raised(values: dict[str, Any]) -> dict[str, Any]:
    prices = values["prices"]
    for voltage, steps in prices.items():
        prices[voltage] = (
            [f"{float(price) + 0.01:.4f}" for price in steps] if isinstance(steps, list) else steps
        )
    return values


@pytest.fixture
def station(db: None, sample_prices: str, tmp_path: Path) -> Iterator[None]:
    sandbox_books.run_months(tmp_path)
    yield


@pytest.mark.usefixtures("station")
def test_the_whole_station_priced_again() -> None:
    before = database()
    nothing_changes()
    a_class_turned_into_itself_changes_nothing()
    every_change_is_answered_and_adds_up()
    households_become_commercial_and_back()
    dearer_steps_make_every_household_dearer()
    a_price_sheet_replaces_the_months_own()
    assert database() == before


def nothing_changes() -> None:
    found = what_if()
    bills = Bill.objects.count()
    assert len(found.compared) + len(found.compared.refused) == bills
    assert not found.compared.difference_fen.any()
    assert found.spread.total_fen == 0
    assert [code for code, _count in found.refused] == []
    assert found.before_fen == sum(Bill.objects.values_list("amount_fen", flat=True))


def a_class_turned_into_itself_changes_nothing() -> None:
    for price_class in PriceClass:
        found = what_if(Change(price_class=(price_class, price_class)))
        assert not found.compared.difference_fen.any()


def every_change_is_answered_and_adds_up() -> None:
    for change in (
        Change(time_of_use=True),
        Change(time_of_use=False),
        Change(capacity_method=CapacityMethod.ACTUAL_DEMAND),
        Change(power_factor_standard=90),
        Change(power_factor_standard=0),
        Change(raised=True),
        Change(price_class=(PriceClass.COMMERCIAL_TWO_PART, PriceClass.COMMERCIAL_SINGLE_PART)),
        Change(price_class=(PriceClass.RESIDENTIAL_SHARED, PriceClass.RESIDENTIAL_STEPS)),
    ):
        found = what_if(change)
        assert len(found.compared) + len(found.compared.refused) == Bill.objects.count(), change
        difference = int(found.compared.difference_fen.sum())
        assert difference == found.spread.total_fen == found.after_fen - found.before_fen
        assert difference == sum(group.difference_fen for group in found.by_class)
        assert difference == sum(group.difference_fen for group in found.by_area)
        assert difference == found.spread.dearer_fen + found.spread.cheaper_fen
        assert sum(found.spread.bins) == found.spread.count == len(found.customers.customer)
        assert found.compared.difference_fen.any() or change.time_of_use, change
    timed = what_if(Change(time_of_use=True))
    assert {code for code, _count in timed.refused} == {"no_time_of_use_registers", "no_bands"}
    # every two-part customer of the sample pays by capacity
    assert not what_if(Change(capacity_method=CapacityMethod.CAPACITY)).compared.difference_fen.any()
    raised = what_if(Change(raised=True))
    assert raised.spread.cheaper == 0


def households_become_commercial_and_back() -> None:
    for old, new in (
        (PriceClass.RESIDENTIAL_STEPS, PriceClass.COMMERCIAL_SINGLE_PART),
        (PriceClass.COMMERCIAL_SINGLE_PART, PriceClass.RESIDENTIAL_STEPS),
        (PriceClass.RESIDENTIAL_SHARED, PriceClass.COMMERCIAL_SINGLE_PART),
    ):
        found = what_if(Change(price_class=(old, new)), price_class=int(old))
        assert found.reclassed == len(found.compared) > 0
        assert set(found.compared.new_class.tolist()) == {new}
        assert not [code for code, _count in found.refused]


def dearer_steps_make_every_household_dearer() -> None:
    found = what_if(documents=cent_dearer())
    stepped = np.isin(found.compared.price_class, [1, 2])
    rise = found.compared.difference_fen
    assert not rise[~stepped].any()
    # a fen a kWh on the base price alone; steps that say their own prices in full may round by a fen each
    by_kwh = found.compared.energy_wh[stepped] / 1000
    assert np.abs(rise[stepped] - by_kwh).max() <= 3
    assert found.spread.cheaper == 0
    moved = OtherPrices(
        rule_id="province/henan/residential_steps", by=Decimal("0.01"), first=date(2024, 7, 1)
    )
    assert what_if(documents=moved).compared.after_fen.tolist() == found.compared.after_fen.tolist()


def a_price_sheet_replaces_the_months_own() -> None:
    from diansuo.office.billing.sheets.documents import documents
    from tests.office.billing.sheets import sheet

    prices = {"purchase": sheet.everywhere("0.9000")}
    made = documents(prices, sheet.publication(202409), date(2026, 3, 2))
    found = what_if(documents=made)
    rise = OtherPrices(
        rule_id="province/sample/commercial_prices/purchase", by=Decimal("-0.05"), first=date(2024, 9, 1)
    )
    cheaper = what_if(documents=rise)
    assert cheaper.spread.cheaper > 0
    assert cheaper.spread.dearer == 0
    commercial = np.isin(found.compared.price_class, [5, 6])
    assert found.compared.difference_fen[commercial].any()
    assert not found.compared.difference_fen[~commercial].any()
    broken = {"x.yaml": {"id": "x", "kind": "nonsense"}}
    with pytest.raises(RuleBookRefused):
        what_if(documents=broken)


@pytest.mark.usefixtures("station")
def test_a_population_is_narrowed_by_all_it_names_and_by_the_scope() -> None:
    every = Bill.objects.select_related("contract__customer")
    counts: dict[int, int] = defaultdict(int)
    for bill in every:
        counts[bill.price_class] += 1
    for price_class, count in counts.items():
        assert len(what_if(price_class=price_class).compared) == count
    numbers = tuple(sorted({bill.contract.customer.number for bill in every})[:3])
    few = what_if(customers=numbers)
    assert len(few.customers.customer) == 3
    large = what_if(least_va=100_000)
    assert 0 < len(large.compared) < len(every)
    assert len(what_if(most_va=99_999).compared) + len(large.compared) == len(every)
    assert len(queries.what_if(Scope(frozenset()), MONTHS, Change()).compared) == 0
