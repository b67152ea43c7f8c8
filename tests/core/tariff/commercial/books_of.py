"""A small rulebook for tests: the place ``province/example`` with placeholder prices, those of worked example C16."""

from __future__ import annotations

import copy
from typing import Any

from diansuo.core.rules import RuleBook, lay
from diansuo.office.config.rulebook_files import load
from tests.core.tariff.commercial.adjustment_table import ROWS, STANDARDS

PLACE = "province/example"
FIRST = "2020-01-01"
FLOATS = {"owner": "rulebook", "time_of_use": "floats", "power_factor": "adjusted", "raised": "plain"}
FIXED = {**FLOATS, "time_of_use": "fixed"}
COMPONENTS = {
    "purchase": {**FLOATS, "owner": "sheet", "raised": "raised"},
    "upstream_loss": FLOATS,
    "transmission": FIXED,
    "system_operation": FIXED,
    "surcharge": {**FIXED, "power_factor": "exempt"},
}
PRICES = {
    "purchase": "0.40",
    "upstream_loss": "0.015",
    "transmission": "0.12",
    "system_operation": "0.03",
    "surcharge": "0.028889375",
}
RATIOS = {"sharp": "2.064", "peak": "1.72", "flat": "1", "valley": "0.45"}
WINTER = {
    "months": ["1", "12"],
    "sharp": [["17:00", "19:00"]],
    "peak": [["16:00", "17:00"], ["19:00", "24:00"]],
    "flat": [["07:00", "16:00"]],
    "valley": [["00:00", "07:00"]],
}
OTHER = {
    "months": [str(month) for month in range(2, 12)],
    "peak": [["16:00", "24:00"]],
    "flat": [["07:00", "16:00"]],
    "valley": [["00:00", "07:00"]],
}
VOLTAGES = ("below_1kv", "kv_1_10", "kv_35", "kv_110")


def entry(**body: Any) -> dict[str, Any]:
    """One dated entry: the frame every entry has, and the body."""
    return {
        "source": {"document": "placeholder", "clause": "1", "published": FIRST, "url": None},
        "checked": FIRST,
        **body,
    }


def document(rule_id: str, kind: str, **values: dict[str, Any]) -> dict[str, Any]:
    """A rule with entries by day, written ``d2020_01_01=…``; ``body=…`` is the one of ``FIRST``."""
    days = {
        FIRST if day == "body" else day.removeprefix("d").replace("_", "-"): each
        for day, each in values.items()
    }
    return {"id": rule_id, "kind": kind, "title": {"zh": "占位", "en": "placeholder"}, "values": days}


def parameters(**named: Any) -> dict[str, Any]:
    """The body of a rule of parameters: ``name=("1.05", "ratio")`` or ``name=("none", ["none", "zero"])``."""
    body = {}
    for name, (value, unit) in named.items():
        choice = isinstance(unit, list)
        body[name] = {"value": value, "unit": "choice" if choice else unit} | (
            {"choices": unit} if choice else {}
        )
    return entry(parameters=body)


def component_price(name: str, price: str | None) -> dict[str, Any]:
    """One price for every scheme and voltage class."""
    by_voltage = dict.fromkeys(VOLTAGES, price)
    return document(
        f"{PLACE}/commercial_prices/{name}",
        "component_price",
        body=entry(prices={"unit": "yuan/kWh", "single_part": by_voltage, "two_part": by_voltage}),
    )


CHARGE_TERMS = {
    "contract_over_ratio": ("1.05", "ratio"),
    "contract_over_multiple": ("2", "ratio"),
    "contract_floor_ratio": ("0.40", "ratio"),
    "discount_energy": ("260", "kWh/kVA"),
    "discount_ratio": ("0.9", "ratio"),
}
DAY_BASES = ["calendar_days", "thirty"]
MARKET = {"raised_ratio": ("1.5", "ratio")}
MARKET_CHOICES = ["government", "none"]


def documents() -> dict[str, dict[str, Any]]:
    """The documents of the placeholder book, by path, to be changed by a test before it is parsed."""
    listed = [
        document(f"{PLACE}/commercial_components", "price_components", body=entry(components=COMPONENTS)),
        *(component_price(name, price) for name, price in PRICES.items()),
        document(
            f"{PLACE}/commercial_prices/capacity_demand",
            "demand_charge_price",
            body=entry(
                capacity={"unit": "yuan/kVA/month", "kv_1_10": "25", "kv_35": "20"},
                demand={"unit": "yuan/kW/month", "kv_1_10": "40", "kv_35": "28"},
            ),
        ),
        document(
            f"{PLACE}/commercial_time_of_use",
            "time_of_use_bands",
            body=entry(
                ratios=RATIOS,
                without_month={"sharp": "peak", "deep_valley": "valley"},
                days=[WINTER, OTHER],
            ),
        ),
        document(f"{PLACE}/settlement", "parameters", body=parameters(energy_precision=("0.01", "kWh"))),
        document(
            "national/capacity_charge",
            "parameters",
            body=parameters(**CHARGE_TERMS, day_base=("thirty", DAY_BASES)),
            d2024_06_01=parameters(**CHARGE_TERMS, day_base=("calendar_days", DAY_BASES)),
        ),
        document(
            "national/power_factor/adjustment",
            "power_factor_table",
            body=entry(standards=STANDARDS, rows=ROWS, below_each="2.00"),
        ),
        document(
            "national/power_factor/policy",
            "parameters",
            body=parameters(zero_active_policy=("zero", ["none", "zero"])),
        ),
        document(
            "national/commercial_terms",
            "parameters",
            body=parameters(**MARKET, market_time_of_use=("government", MARKET_CHOICES)),
            d2026_03_01=parameters(**MARKET, market_time_of_use=("none", MARKET_CHOICES)),
        ),
    ]
    return {f"{each['id']}.yaml": copy.deepcopy(each) for each in listed}


def place_terms(basis: str) -> dict[str, Any]:
    """The rule that says which month's sheet holds."""
    choices = ["days_of_use", "bill_month"]
    return document(
        f"{PLACE}/commercial_terms", "parameters", body=parameters(price_month_basis=(basis, choices))
    )


def monthly_sheet() -> dict[str, Any]:
    """The purchase price as a sheet: 0.40 from the first, 0.41 from July 2024 on, none after March 2026."""
    sheet = component_price("purchase", "0.40")
    sheet["values"]["2024-07-01"] = {
        **component_price("purchase", "0.41")["values"][FIRST],
        "until": "2026-04-01",
    }
    return sheet


def book_of(**changed: dict[str, Any]) -> RuleBook:
    """Parse the placeholder book; ``name=document`` replaces or adds the document of that last name of its path."""
    every = documents()
    for each in changed.values():
        every[f"{each['id']}.yaml"] = each
    return lay(every, RuleBook({}, units=load().units))
