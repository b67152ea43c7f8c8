"""What the methods of the demand charge (需量电费) need: the 105 % rule, the 40 % floor, the 260 kWh/kVA discount.

Source: 发改办价格〔2016〕1583号; 发改价格〔2023〕526号; domain.md §4.2, §4.3. Page: docs/rules/capacity-charge.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np
from numba import njit

from diansuo.core.quantity.arrays import Int64, require
from diansuo.core.quantity.money import scaled
from diansuo.core.quantity.rounding import round_half_away
from diansuo.core.rules import Entry
from diansuo.core.tariff.commercial.capacity import DayBase
from diansuo.core.tariff.commercial.columns import CapacityMethod

DEMAND_LIMIT: Final = "demand-limit"
DEMAND_PRICE: Final = "demand-price"

MILLIONTHS: Final = 10**6
NO_DISCOUNT: Final = -1


@dataclass(frozen=True, slots=True)
class ChargeTerms:
    """The terms of the capacity charge in force as far as a method needs them, from ``national/capacity_charge``.

    Attributes:
        day_base: what a part of a month is divided by.
        floor_millionths: 0.40: of the capacity, what is charged at least; 0 where no floor is known.
        over_millionths: 1.05: up to this times the contract demand nothing is in excess.
        over_multiple: 2: how many times the price the excess costs.
        discount_energy_wh: 260 kWh/kVA in Wh per kVA; ``NO_DISCOUNT`` where the rule has none.
        discount_ratio: 0.9: what then remains of the demand price.
    """

    day_base: DayBase
    floor_millionths: int = 0
    over_millionths: int = MILLIONTHS
    over_multiple: Decimal = Decimal(1)
    discount_energy_wh: int = NO_DISCOUNT
    discount_ratio: Decimal = Decimal(1)

    @classmethod
    def from_entry(cls, entry: Entry, method: CapacityMethod) -> ChargeTerms:
        """Read what the method needs; what it does not need may be unknown (as 105 % was before 2016).

        A rule without ``discount_energy`` gives no discount. Whether actual demand has a floor is not settled by any
        text that was found: ``actual_floor_ratio`` applies where a rulebook knows it, and there is none where it is
        null.

        Raises:
            ValueAbsent: a value it needs is not known.
            KeyError: the rule lacks one it needs.
        """
        terms = cls(DayBase(entry.word("day_base")))
        if method is CapacityMethod.CAPACITY:
            return terms
        if "discount_energy" in entry.values["parameters"]:
            energy = entry.number("discount_energy")
            terms = replace(
                terms,
                discount_energy_wh=scaled(energy, 1000, "kWh/kVA", "Wh/kVA"),
                discount_ratio=entry.number("discount_ratio"),
            )
        if method is CapacityMethod.ACTUAL_DEMAND:
            named = entry.values["parameters"].get("actual_floor_ratio", {"value": None})
            known = named["value"] is not None
            return (
                replace(terms, floor_millionths=_millionths(entry, "actual_floor_ratio")) if known else terms
            )
        return replace(
            terms,
            floor_millionths=_millionths(entry, "contract_floor_ratio"),
            over_millionths=_millionths(entry, "contract_over_ratio"),
            over_multiple=entry.number("contract_over_multiple"),
        )


def _millionths(entry: Entry, name: str) -> int:
    return scaled(entry.number(name), MILLIONTHS, name, "millionths")


def nano_times(price_nano: int, *ratios: Decimal) -> int:
    """Multiply a price by ratios exactly and round to nano-yuan once, halves away from zero."""
    product = Decimal(price_nano)
    for ratio in ratios:
        product *= ratio
    return int(product.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@njit(cache=True, inline="always")
def charged_demand_of(demand_w: int, capacity_va: int, floor_millionths: int) -> int:
    """Return the demand that is charged: at least the floor of the capacity (step ``demand-limit``)."""
    return max(demand_w, round_half_away(capacity_va * floor_millionths, MILLIONTHS))


@njit(cache=True, inline="always")
def excess_of(demand_w: int, contract_w: int, over_millionths: int) -> int:
    """Return the W above 105 % of the contract demand (step ``demand-limit``)."""
    return max(0, demand_w - round_half_away(contract_w * over_millionths, MILLIONTHS))


@njit(cache=True, inline="always")
def earns_discount(month_energy_wh: int, capacity_va: int, discount_energy_wh: int) -> bool:
    """Say whether the month's energy reaches 260 kWh for each kVA of the contract; exactly 260 does."""
    return discount_energy_wh >= 0 and month_energy_wh * 1000 >= capacity_va * discount_energy_wh


@njit(cache=True)
def _contract_demands(
    contract_w: Int64,
    capacity_va: Int64,
    demand_w: Int64,
    floor: int,
    over: int,
    charged: Int64,
    excess: Int64,
) -> None:
    for row in range(len(contract_w)):
        charged[row] = charged_demand_of(contract_w[row], capacity_va[row], floor)
        excess[row] = excess_of(demand_w[row], charged[row], over)


def contract_demand_w(
    contract_w: Int64, capacity_va: Int64, demand_w: Int64, terms: ChargeTerms
) -> tuple[Int64, Int64]:
    """Return what a contract demand is charged for: the contract with its floor, and the excess (domain.md §4.2).

    Args:
        contract_w: int64 (rows,), W as declared.
        capacity_va: int64 (rows,), VA of the contract.
        demand_w: int64 (rows,), W, the month's maximum.
        terms: those in force.

    Returns:
        int64 (rows,) twice: W at the plain price, and W at the multiple of it.

    Raises:
        WrongColumn: a column is not int64 or the lengths differ.
    """
    require(np.int64, contract_w=contract_w, capacity_va=capacity_va, demand_w=demand_w)
    charged, excess = np.empty_like(contract_w), np.empty_like(contract_w)
    _contract_demands(
        contract_w, capacity_va, demand_w, terms.floor_millionths, terms.over_millionths, charged, excess
    )
    return charged, excess
