"""A commercial month that a price sheet divides: parts by days, one bill, to the fen what the case files come to."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import numpy as np
import pytest

from diansuo.core.casework import run_case
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import VoltageClass
from diansuo.core.tariff.commercial import CapacityMethod, price_commercial
from diansuo.core.tariff.commercial.crossing import Crossed, price_commercial_across_changes
from diansuo.core.tariff.resolve import day_number
from tests.core.tariff.commercial.books_of import PLACE, PRICES, RATIOS, VOLTAGES, book_of, document, entry
from tests.core.tariff.commercial.columns_of import commercial_input

SECOND = {**PRICES, "purchase": "0.45"}
DAYS = {"from_day": day_number(date(2025, 2, 16)), "to_day": day_number(date(2025, 3, 16)), "month_days": 28}
MONTH = {**DAYS, "capacity_va_days": 800_000 * 28, "demand_days": 28}


def prices(first: str, second: str, **more: Any) -> dict[str, Any]:
    def at(price: str, **more: Any) -> dict[str, Any]:
        by_voltage = dict.fromkeys(VOLTAGES, price)
        return entry(prices={"unit": "yuan/kWh", "single_part": by_voltage, "two_part": by_voltage}, **more)

    return document(
        f"{PLACE}/commercial_prices/purchase",
        "component_price",
        body=at(first),
        d2025_03_01=at(second, **more),
    )


@pytest.fixture
def book() -> RuleBook:
    return book_of(purchase=prices("0.40", "0.45"))


def crossed(book: RuleBook, *rows: dict[str, Any]) -> Crossed:
    return price_commercial_across_changes(commercial_input(*({**MONTH, **row} for row in rows)), book, PLACE)


def test_a_month_without_a_change_is_what_the_engine_makes_of_it(book: RuleBook) -> None:
    rows = commercial_input({}, {"reactive_varh": 1})
    plain, joined = price_commercial(rows, book, PLACE), price_commercial_across_changes(rows, book, PLACE)
    np.testing.assert_array_equal(joined.bills.amount_fen, plain.amount_fen)
    np.testing.assert_array_equal(joined.bills.lines.amount_fen, plain.lines.amount_fen)
    assert not joined.line_part.any()


@pytest.mark.parametrize("seed", range(3))
def test_a_divided_month_comes_to_what_its_parts_come_to_in_a_case(book: RuleBook, seed: int) -> None:
    random = Random(seed)
    for _ in range(20):
        bands = [0, *(random.randrange(0, 50_000_00) * 10 for _ in range(3)), 0]
        reactive = random.randrange(0, 90_000_00) * 10
        result = crossed(book, {"band_wh": bands, "reactive_varh": reactive})
        case = {
            "id": "b",
            "do": "bill",
            "from": "2025-02-16",
            "to": "2025-03-16",
            "month_days": "28",
            "energy": {
                **{
                    name: str(wh / 1000)
                    for name, wh in zip(("peak", "flat", "valley"), bands[1:4], strict=True)
                },
                "reactive": str(reactive / 1000),
            },
            "prices": [
                {"ratios": RATIOS, "components": PRICES},
                {"from": "2025-03-01", "ratios": RATIOS, "components": SECOND},
            ],
            "capacity_charge": {"method": "capacity", "kva": "800", "price": "25"},
        }
        step = run_case({"name": "x", "source": "this test", "steps": [case]}, book).steps[0]
        lines = result.bills.lines
        own = sorted(lines.amount_fen[lines.component != 13].tolist())
        assert own == sorted(line.amount_fen for line in step.outcome.lines)


def test_the_charge_stays_whole_on_the_last_part_while_its_own_price_stays(book: RuleBook) -> None:
    lines = crossed(book, {}).bills.lines
    assert lines.amount_fen[lines.component == 10].tolist() == [2_000_000]


def test_parts_sum_to_the_month_and_lines_to_the_bill(book: RuleBook) -> None:
    result = crossed(book, {}, {"band_wh": [10, 20, 30, 40, 0]})
    assert result.split.part.tolist() == [1, 2, 1, 2]
    total = np.bincount(result.split.row, weights=result.energy_wh).astype(int).tolist()
    assert total == [150_000_000, 100]
    lines = result.bills.lines
    assert (
        np.bincount(lines.row, weights=lines.amount_fen).astype(int).tolist()
        == result.bills.amount_fen.tolist()
    )
    assert lines.sequence[lines.row == 0].tolist() == list(range(1, int((lines.row == 0).sum()) + 1))


def test_a_month_of_which_one_part_has_no_price_is_refused_with_that_reason() -> None:
    gap = book_of(purchase=prices("0.40", "0.45", until="2025-03-10"))
    result = crossed(gap, {}, {"to_day": day_number(date(2025, 2, 27))})
    assert [(one.row, one.code) for one in result.bills.refusals] == [(0, "no_value_in_force")]
    assert result.bills.priced.tolist() == [False, True]
    assert set(result.bills.lines.row.tolist()) == {1}


def test_the_evidence_of_a_divided_bill_names_the_rules_of_both_parts(book: RuleBook) -> None:
    bills = crossed(book, {}).bills
    used = [bills.rules[at] for at in bills.schedule_rules[bills.schedule[0]]]
    assert [rule.effective for rule in used if rule.rule_id.endswith("purchase")] == [
        "2020-01-01",
        "2025-03-01",
    ]


def test_every_bill_keeps_its_rules_whatever_others_share_them(book: RuleBook) -> None:
    march = {
        "from_day": day_number(date(2025, 3, 1)),
        "to_day": day_number(date(2025, 4, 1)),
        "month_days": 31,
    }
    whole = {**march, "capacity_va_days": 800_000 * 31, "demand_days": 31}
    rows = [
        {**whole, "voltage_class": VoltageClass.KV_1_10},
        {**whole, "voltage_class": VoltageClass.KV_35},
        {},
    ]
    plain = price_commercial(commercial_input(*rows[:2]), book, PLACE)
    assert len(plain.schedule_rules) == 2
    assert len(set(plain.schedule_rules)) == 1
    bills = crossed(book, *rows).bills
    used = [{bills.rules[at].rule_id for at in bills.schedule_rules[one]} for one in bills.schedule.tolist()]
    assert used[0] == used[1] == used[2]
    assert len(bills.schedule_rules[bills.schedule[2]]) == len(bills.schedule_rules[bills.schedule[0]]) + 1


def test_a_demand_is_charged_once(book: RuleBook) -> None:
    row = {"capacity_method": CapacityMethod.ACTUAL_DEMAND, "demand_w": 500_000}
    lines = crossed(book, row).bills.lines
    assert lines.amount_fen[lines.component == 11].tolist() == [2_000_000]
