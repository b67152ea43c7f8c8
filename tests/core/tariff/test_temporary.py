"""Temporary supply without a meter: the worked table of its page, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from diansuo.core.tariff.classes import PriceClass
from diansuo.core.tariff.resolve import day_number
from diansuo.core.tariff.temporary import RULE, Agreed, charge, refund_fen
from diansuo.office.config.rulebook_files import load
from tests.core.tariff import placeholders

PLACE = "province/henan"


def agreed(start: date, **values: Any) -> Agreed:
    given = {"price_class": PriceClass.AGRICULTURAL, "voltage_class": 1, "capacity_w": 10_000} | values
    return Agreed(**{"minutes_a_day": 480, **given, "start_day": day_number(start)})


def test_a_change_of_price_divides_the_days_and_the_day_of_change_has_the_new_price() -> None:
    prices = {"2012-07-01": placeholders.flat("0.50"), "2024-06-17": placeholders.flat("0.60")}
    book = placeholders.lay_over(load(), placeholders.document("agricultural", "flat_price", prices))
    start = date(2024, 6, 16)

    found = charge(agreed(start), day_number(start), day_number(date(2024, 7, 2)), book, PLACE)

    # 80 kWh a day: the day before the change, the 14 days from it on in June, one day of July
    assert [(line.quantity_wh, line.price_nano, line.amount_fen) for line in found.lines] == [
        (80_000, 500_000_000, 4_000),
        (1_120_000, 600_000_000, 67_200),
        (80_000, 600_000_000, 4_800),
    ]
    assert {line.rule.rule_id for line in found.lines} == {f"{PLACE}/agricultural"}


def test_a_day_without_a_price_is_refused_with_the_rule_and_charges_nothing() -> None:
    start = date(2024, 6, 16)
    supply = agreed(start, price_class=PriceClass.COMMERCIAL_SINGLE_PART)

    found = charge(supply, day_number(start), day_number(date(2024, 7, 2)), load(), PLACE)

    assert (found.amount_fen, found.lines) == (0, ())
    assert {one.code for one in found.refusals} <= {"no_such_rule", "no_value_in_force", "value_absent"}
    assert [one.from_day for one in found.refusals] == [day_number(start), day_number(date(2024, 7, 1))]


@pytest.mark.parametrize(
    "values",
    [
        {"price_class": PriceClass.RESIDENTIAL_STEPS},
        {"price_class": PriceClass.COMMERCIAL_TWO_PART},
        {"capacity_w": 0},
        {"minutes_a_day": 1441},
    ],
)
def test_what_cannot_be_billed_without_a_meter_is_refused(values: dict[str, Any]) -> None:
    start = date(2024, 6, 16)
    with pytest.raises(ValueError):
        charge(agreed(start, **values), day_number(start), day_number(start) + 5, load(), PLACE)


def test_exactly_half_of_the_days_gives_nothing_back() -> None:
    entry = load().in_force(RULE, date(2024, 6, 16))
    assert [refund_fen(10_001, 60, used, entry) for used in (0, 29, 30, 59)] == [5_001, 5_001, 0, 0]
    with pytest.raises(ValueError, match="no early end"):
        refund_fen(10_000, 60, 60, entry)
