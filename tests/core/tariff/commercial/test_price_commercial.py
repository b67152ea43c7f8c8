"""The commercial engine prices components, periods, capacity, demand and power factor to the fen."""

from __future__ import annotations

import numpy as np
import pytest

from diansuo.core.quantity.band import Band
from diansuo.core.quantity.money import fen_from_yuan
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import Component
from diansuo.core.tariff.commercial import (
    NO_POWER_FACTOR,
    NOT_KNOWN,
    CapacityMethod,
    CommercialBills,
    PurchaseMode,
    price_commercial,
)
from tests.core.tariff.commercial.books_of import (
    FLOATS,
    OTHER,
    PLACE,
    RATIOS,
    WINTER,
    book_of,
    component_price,
    document,
    entry,
    parameters,
)
from tests.core.tariff.commercial.columns_of import commercial_input, days_of
from tests.core.tariff.commercial.refusal_of import refusal_of

SINGLE = {"two_part": False, "power_factor_standard": 0}
OWN = [1_200_000_000, 900_000_000, 500_000_000, 200_000_000, 100_000_000]


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return book_of()


def lines_of(bills: CommercialBills, row: int = 0) -> list[tuple[str, str | None, int]]:
    lines = bills.lines
    return [
        (
            Component(lines.component[at]).name.lower(),
            None if lines.band[at] < 0 else Band(lines.band[at]).key,
            int(lines.amount_fen[at]),
        )
        for at in np.flatnonzero(lines.row == row)
    ]


def sums_of(bills: CommercialBills, row: int = 0) -> dict[str, int]:
    sums: dict[str, int] = {}
    for component, _, amount_fen in lines_of(bills, row):
        sums[component] = sums.get(component, 0) + amount_fen
    return sums


def test_the_whole_bill_of_c16_comes_out_with_every_subtotal(book: RuleBook) -> None:
    bills = price_commercial(commercial_input({}), book, PLACE)
    yuan = [
        ("purchase", "sharp", "4953.60"),
        ("purchase", "peak", "27520.00"),
        ("purchase", "flat", "24000.00"),
        ("purchase", "valley", "7920.00"),
        ("upstream_loss", "sharp", "185.76"),
        ("upstream_loss", "peak", "1032.00"),
        ("upstream_loss", "flat", "900.00"),
        ("upstream_loss", "valley", "297.00"),
        ("transmission", None, "18000.00"),
        ("system_operation", None, "4500.00"),
        ("surcharge", None, "4333.41"),
        ("capacity", None, "20000.00"),
        ("power_factor", None, "-327.93"),
    ]
    assert lines_of(bills) == [(component, band, fen_from_yuan(amount)) for component, band, amount in yuan]
    assert sums_of(bills)["purchase"] == fen_from_yuan("64393.60")
    assert sums_of(bills)["upstream_loss"] == fen_from_yuan("2414.76")
    assert bills.adjusted_fen.tolist() == [fen_from_yuan("109308.36")]
    assert (bills.power_factor[0], bills.adjustment_rate[0]) == (92, -30)
    assert bills.amount_fen.tolist() == [fen_from_yuan("113313.84")]


def test_a_bundled_price_with_ratios_and_capacity_p1() -> None:
    bundled = book_of(
        components=document(
            f"{PLACE}/commercial_components", "price_components", body=entry(components={"energy": FLOATS})
        ),
        price=component_price("energy", "0.32"),
        ratios=document(
            f"{PLACE}/commercial_time_of_use",
            "time_of_use_bands",
            body=entry(
                ratios={"peak": "1.6", "flat": "1", "valley": "0.4"},
                days=[{**OTHER, "months": [str(m) for m in range(1, 13)]}],
            ),
        ),
        charge=document(
            f"{PLACE}/commercial_prices/capacity_demand",
            "demand_charge_price",
            body=entry(capacity={"unit": "yuan/kVA/month", "kv_1_10": "10"}),
        ),
    )
    month = {**days_of(2024, 4), "capacity_va": 500_000, "capacity_va_days": 500_000 * 30}
    bands = {"band_wh": [0, 10_800_000, 14_800_000, 9_600_000, 0], "reactive_varh": 11_570_000}
    bills = price_commercial(commercial_input({**month, **bands}), bundled, PLACE)
    yuan = ["5529.60", "4736.00", "1228.80", "5000.00", "-123.71"]
    assert [amount for _, _, amount in lines_of(bills)] == [fen_from_yuan(each) for each in yuan]
    assert bills.amount_fen.tolist() == [fen_from_yuan("16370.69")]


def test_sharp_energy_in_a_month_without_sharp_hours_costs_the_price_of_peak(book: RuleBook) -> None:
    bills = price_commercial(commercial_input({**days_of(2025, 9), **SINGLE}), book, PLACE)
    prices = {
        band: nano
        for band, nano in zip(bills.lines.band.tolist(), bills.lines.price_nano.tolist(), strict=True)
        if band >= 0
    }
    assert prices[Band.SHARP] == prices[Band.PEAK] == 25_800_000


@pytest.mark.parametrize(
    ("month", "nano"), [((2024, 12), 825_600_000), ((2025, 1), 825_600_000), ((2025, 2), 688_000_000)]
)
def test_the_last_month_with_sharp_hours_and_the_first_without(
    book: RuleBook, month: tuple[int, int], nano: int
) -> None:
    bills = price_commercial(commercial_input({**days_of(*month), **SINGLE}), book, PLACE)
    assert bills.lines.price_nano[0] == nano


def test_energy_in_a_period_without_hours_and_without_a_stand_in_is_refused() -> None:
    strict = book_of(
        ratios=document(
            f"{PLACE}/commercial_time_of_use",
            "time_of_use_bands",
            body=entry(ratios=RATIOS, days=[WINTER, OTHER]),
        )
    )
    refusal = refusal_of(strict, **days_of(2025, 9), **SINGLE)
    assert refusal.code == "band_without_hours"
    assert refusal.params["file"].endswith("commercial_time_of_use.yaml")
    assert refusal.params["field"] == "without_month"
    assert refusal.params["band_wh"] == 6_000_000
    without_sharp = {"band_wh": [0, 46_000_000, 60_000_000, 44_000_000, 0]}
    assert price_commercial(
        commercial_input({**days_of(2025, 9), **without_sharp}), strict, PLACE
    ).priced.all()


def test_a_customer_without_periods_pays_each_component_in_one_line(book: RuleBook) -> None:
    row = {**SINGLE, "time_of_use": False, "has_bands": False, "energy_wh": 1_000_000}
    bills = price_commercial(commercial_input(row), book, PLACE)
    assert lines_of(bills) == [
        ("purchase", None, 40_000),
        ("upstream_loss", None, 1500),
        ("transmission", None, 12_000),
        ("system_operation", None, 3000),
        ("surcharge", None, 2889),
    ]
    assert bills.power_factor[0] == NO_POWER_FACTOR


def test_a_returned_customer_pays_half_more_for_the_purchase_and_for_nothing_else(book: RuleBook) -> None:
    rows = commercial_input(SINGLE, {**SINGLE, "purchase_mode": PurchaseMode.RETURNED})
    bills = price_commercial(rows, book, PLACE)
    plain, raised = sums_of(bills, 0), sums_of(bills, 1)
    assert raised.pop("purchase") * 2 == plain.pop("purchase") * 3
    assert raised == plain


def test_the_market_keeps_the_periods_of_the_government_until_the_end_of_february_2026(
    book: RuleBook,
) -> None:
    market = {"purchase_mode": PurchaseMode.MARKET, "own_price_nano": OWN}
    february, march = (
        price_commercial(commercial_input({**SINGLE, **market, **days_of(2026, month)}), book, PLACE)
        for month in (2, 3)
    )
    # flat 0.50 times 1.72 (no sharp hours), 1.72, 1, 0.45
    assert february.lines.price_nano[:4].tolist() == [860_000_000, 860_000_000, 500_000_000, 225_000_000]
    assert march.lines.price_nano[:4].tolist() == OWN[:4]
    assert [band for name, band, _ in lines_of(march) if name == "upstream_loss"] == [None]
    assert sums_of(march)["upstream_loss"] == fen_from_yuan("2250.00")
    assert [band for name, band, _ in lines_of(february) if name == "upstream_loss"] == [
        "sharp",
        "peak",
        "flat",
        "valley",
    ]
    terms = march.rules[march.lines.rule[0]]
    assert (terms.rule_id, terms.effective) == ("national/commercial_terms", "2026-03-01")


def test_an_agent_customer_keeps_the_periods_of_the_government(book: RuleBook) -> None:
    bills = price_commercial(commercial_input({**SINGLE, **days_of(2026, 3)}), book, PLACE)
    assert bills.lines.price_nano[1] == 688_000_000


def test_a_market_customer_with_a_flat_price_has_one_line(book: RuleBook) -> None:
    flat = {
        "purchase_mode": PurchaseMode.MARKET,
        "own_price_nano": [NOT_KNOWN, NOT_KNOWN, -10_000_000, NOT_KNOWN, NOT_KNOWN],
    }
    row = {**SINGLE, **flat, **days_of(2026, 3), "time_of_use": False, "energy_wh": 1_000_000}
    bills = price_commercial(commercial_input(row), book, PLACE)
    assert lines_of(bills)[0] == ("purchase", None, -1000)


def test_a_charging_point_that_is_exempt_pays_two_part_energy_and_no_capacity(book: RuleBook) -> None:
    row = {"capacity_exempt": True, "capacity_method": CapacityMethod.NONE, "capacity_va": 0, "month_days": 0}
    bills = price_commercial(commercial_input(row), book, PLACE)
    assert bills.priced.all()
    assert "capacity" not in sums_of(bills)


def test_a_demand_above_105_per_cent_is_charged_twice_in_a_line_of_its_own(book: RuleBook) -> None:
    by_contract = {
        "voltage_class": 3,
        "capacity_method": CapacityMethod.CONTRACT_DEMAND,
        "capacity_va": 1_000_000,
        "contract_demand_w": 800_000,
        "demand_w": 900_000,
    }
    bills = price_commercial(commercial_input(by_contract), book, PLACE)
    assert lines_of(bills)[-3:-1] == [("demand", None, 2_240_000), ("demand_excess", None, 336_000)]
    assert bills.lines.quantity[-3:-1].tolist() == [800_000 * 31, 60_000 * 31]
    actual = price_commercial(
        commercial_input({**by_contract, "capacity_method": CapacityMethod.ACTUAL_DEMAND}), book, PLACE
    )
    assert sums_of(actual)["demand"] == 900 * 2800


@pytest.mark.parametrize(("month_wh", "nano"), [(260_000_000, 25_200_000_000), (259_999_999, 28_000_000_000)])
def test_260_kwh_for_each_kva_take_a_tenth_off_the_price_of_demand(
    book: RuleBook, month_wh: int, nano: int
) -> None:
    row = {
        "voltage_class": 3,
        "capacity_method": CapacityMethod.ACTUAL_DEMAND,
        "capacity_va": 1_000_000,
        "demand_w": 500_000,
        "month_energy_wh": month_wh,
    }
    bills = price_commercial(commercial_input(row), book, PLACE)
    assert bills.lines.price_nano[bills.lines.component == Component.DEMAND].tolist() == [nano]


def test_reactive_energy_alone_is_settled_by_the_stated_policy(book: RuleBook) -> None:
    alone = {"energy_wh": 0, "reactive_varh": 5000, "time_of_use": False}
    zero = price_commercial(commercial_input(alone), book, PLACE)
    assert (zero.power_factor[0], zero.adjustment_rate[0]) == (0, 14_500)
    assert sums_of(zero) == {"capacity": 2_000_000, "power_factor": 2_900_000}
    policy = "national/power_factor/policy"
    by_policy = {
        word: book_of(
            policy=document(
                policy, "parameters", body=parameters(zero_active_policy=(word, ["none", "zero"]))
            )
        )
        for word in ("none", "zero")
    }
    none = price_commercial(commercial_input(alone), by_policy["none"], PLACE)
    assert sums_of(none) == {"capacity": 2_000_000}
    assert policy in {rule.rule_id for rule in none.rules}


def test_a_policy_that_is_not_known_holds_only_those_it_would_settle() -> None:
    body = parameters(zero_active_policy=(None, ["none", "zero"]))
    body["parameters"]["zero_active_policy"]["unverified"] = "not found"
    silent = book_of(policy=document("national/power_factor/policy", "parameters", body=body))
    refusal = refusal_of(silent, energy_wh=0, reactive_varh=5000)
    assert (refusal.code, refusal.params["field"]) == ("value_absent", "parameters.zero_active_policy")
    assert price_commercial(
        commercial_input({"energy_wh": 0, "reactive_varh": 0}), silent, PLACE
    ).priced.all()


def test_everything_sealed_for_the_whole_month_costs_no_capacity(book: RuleBook) -> None:
    bills = price_commercial(
        commercial_input({"capacity_va_days": 0, "energy_wh": 0, "reactive_varh": 0}), book, PLACE
    )
    assert bills.priced.all()
    assert len(bills.lines) == 0
    assert bills.amount_fen.tolist() == [0]


def test_rounding_moves_the_remainder_of_the_parts_into_flat(book: RuleBook) -> None:
    bills = price_commercial(commercial_input({**SINGLE, "band_wh": [0, 1006, 2007, 3009, 0]}), book, PLACE)
    lines = bills.lines
    purchase = lines.component == Component.PURCHASE
    assert lines.quantity[purchase].tolist() == [1010, 2000, 3010]
    assert lines.remainder_wh[purchase].tolist() == [4, -7, 1]
    assert bills.energy_wh.tolist() == [6020]


def test_rounding_never_makes_a_period_negative(book: RuleBook) -> None:
    bills = price_commercial(commercial_input({**SINGLE, "band_wh": [5, 5, 0, 5, 5]}), book, PLACE)
    purchase = bills.lines.component == Component.PURCHASE
    assert bills.lines.quantity[purchase].sum() == 20
    assert (bills.lines.quantity >= 0).all()


def test_every_rule_that_had_a_part_is_evidence_and_every_rounding_is_named(book: RuleBook) -> None:
    bills = price_commercial(commercial_input({"purchase_mode": PurchaseMode.RETURNED}), book, PLACE)
    used = {bills.rules[at].rule_id for at in bills.schedule_rules[bills.schedule[0]]}
    assert {
        "national/commercial_terms",
        "national/capacity_charge",
        f"{PLACE}/commercial_time_of_use",
    } <= used
    assert len(used) == len(bills.rules) == 12
    steps = {step for rule in bills.rules for step in rule.rounding_steps}
    assert {
        "line-fen",
        "energy-precision",
        "flat-remainder",
        "capacity-days",
        "power-factor",
        "adjustment-fen",
    } <= steps
