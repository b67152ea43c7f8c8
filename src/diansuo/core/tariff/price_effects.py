"""What moved the average price and the revenue (平均电价变动分析): volume, structure, price and policy, to the fen.

Every effect is additive over customers, so that a figure of a class, an area or a station opens to the customers behind
it. Source: domain.md §11; page: docs/rules/average-price.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from diansuo.core.quantity.arrays import Int64, WrongColumn, require
from diansuo.core.tariff.average_price import NoAveragePrice

PRICE_EFFECTS: Final = "price-effects"
FIRST_GROUP: Final = 2
"""Column of the first group's price, after volume and structure."""

Whole = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Sales:
    """What customers bought in a month; a customer who bought nothing has a row of zeros.

    Attributes:
        kind: int64 (rows,), the class of the customer in the month (用电类别), any code.
        energy_wh: int64 (rows,).
        amount_fen: int64 (rows, groups), the money by group of components (电量、分时、阶梯、基本、力调 …).
    """

    kind: Int64
    energy_wh: Int64
    amount_fen: Int64

    def check(self) -> None:
        """Check dtypes and shapes.

        Raises:
            WrongColumn: names the column that is wrong.
        """
        require(np.int64, kind=self.kind, energy_wh=self.energy_wh)
        if self.amount_fen.dtype != np.int64 or self.amount_fen.ndim != 2:
            raise WrongColumn("amount_fen: expected int64 of shape (rows, groups)")
        if len(self.amount_fen) != len(self.kind):
            raise WrongColumn(f"amount_fen: expected {len(self.kind)} rows, got {len(self.amount_fen)}")


@dataclass(frozen=True, slots=True)
class PriceEffects:
    """Why each customer's money changed; the parts of a row sum to its change, exactly.

    Attributes:
        volume_fen: int64 (rows,), more or less energy at the average price of before.
        structure_fen: int64 (rows,), energy in dearer or cheaper classes than the average of before.
        price_fen: int64 (rows, groups), the class's own price changed, by group of components, at unchanged rules.
        policy_fen: int64 (rows,), what a change of the rules brought; 0 unless the old rules' money was given.
    """

    volume_fen: Int64
    structure_fen: Int64
    price_fen: Int64
    policy_fen: Int64


def price_effects(before: Sales, now: Sales, old_rules_fen: Int64 | None = None) -> PriceEffects:
    """Split the change of revenue of the same customers between two months, without a residue.

    With Q, p the energy and average price of all, q_i, p_i those of class i, 0 before and 1 now::

        volume = (Q1 − Q0)·p0    structure = Σ q1_i·(p0_i − p0)    price = Σ (r_i − q1_i·p0_i)    policy = Σ (r1 − r)

    r is what now was or would have been charged by the rules of before. Divided by Q1, structure, price and policy are
    the change of the average price. A class nobody was in before is judged at its own price of now: all of it is
    structure. Each customer has its share of every effect, rounded so that every effect is its rounded exact sum over
    any leading run of customers, and nothing stays nothing (step id ``price-effects``); the price of the first group
    takes what is left of the customer's change.

    Args:
        before: the month of comparison, one row a customer.
        now: the month asked about, the same customers and the same groups.
        old_rules_fen: int64 (rows, groups), the energy of ``now`` priced by the rules of ``before``; None: the rules
            did not change.

    Raises:
        NoAveragePrice: nothing was sold before.
        WrongColumn: see `Sales`.
    """
    priced_fen = now.amount_fen if old_rules_fen is None else old_rules_fen
    for sales in (before, now, Sales(now.kind, now.energy_wh, priced_fen)):
        sales.check()
    if len(before.kind) != len(now.kind) or before.amount_fen.shape[1] != now.amount_fen.shape[1]:
        raise WrongColumn("before and now: expected the same customers and the same groups")
    total_wh, total_fen = int(before.energy_wh.sum()), int(before.amount_fen.sum())
    if total_wh <= 0:
        raise NoAveragePrice("nothing was sold in the month of comparison: no average price to compare with")
    old_price = _class_prices(before, Sales(now.kind, now.energy_wh, priced_fen))
    scale = lcm(total_wh, *(wh for wh, _fen in old_price.values()))
    columns = _exact(before, now.energy_wh, now.kind, priced_fen, old_price, (total_wh, total_fen), scale)
    rounded = _rounded_downwards(columns, scale)
    changed_fen = priced_fen.sum(axis=1) - before.amount_fen.sum(axis=1)
    rounded[:, FIRST_GROUP] += changed_fen - rounded.sum(axis=1)
    return PriceEffects(
        volume_fen=rounded[:, 0],
        structure_fen=rounded[:, 1],
        price_fen=rounded[:, FIRST_GROUP:],
        policy_fen=now.amount_fen.sum(axis=1) - priced_fen.sum(axis=1),
    )


def _class_prices(before: Sales, now: Sales) -> dict[int, tuple[int, list[int]]]:
    """Return by class the energy and the money by group whose quotient is its price of before."""
    prices: dict[int, tuple[int, list[int]]] = {}
    for kind in np.unique(np.concatenate([before.kind, now.kind])).tolist():
        for sales in (before, now):
            mine = sales.kind == kind
            wh = int(sales.energy_wh[mine].sum())
            if wh > 0:
                prices[kind] = wh, sales.amount_fen[mine].sum(axis=0).tolist()
                break
        else:
            # Fixed charges without a kWh: no price to compare with, all its money is an effect of price.
            prices[kind] = 1, [0] * before.amount_fen.shape[1]
    return prices


def _exact(
    before: Sales,
    now_wh: Int64,
    now_kind: Int64,
    now_fen: Int64,
    prices: dict[int, tuple[int, list[int]]],
    whole: tuple[int, int],
    scale: int,
) -> Whole:
    """Return volume, structure and price by group of each row in fen times ``scale``, as whole numbers."""
    total_wh, total_fen = whole
    mean = total_fen * (scale // total_wh)
    then_wh, later_wh = before.energy_wh.astype(object), now_wh.astype(object)
    then_at, later_at = (
        _expected(before.kind, then_wh, prices, scale),
        _expected(now_kind, later_wh, prices, scale),
    )
    price: Any = (
        now_fen.astype(object) * scale - later_at - (before.amount_fen.astype(object) * scale - then_at)
    )
    volume = (later_wh - then_wh) * mean
    structure = later_at.sum(axis=1) - then_at.sum(axis=1) - volume
    return np.column_stack([volume, structure, price])


def _expected(kind: Int64, wh: Whole, prices: dict[int, tuple[int, list[int]]], scale: int) -> Whole:
    """Return what each row's energy would bring at the price of its class before, by group, times ``scale``."""
    codes, at = np.unique(kind, return_inverse=True)
    rates = np.array(
        [[fen * (scale // prices[code][0]) for fen in prices[code][1]] for code in codes.tolist()],
        dtype=object,
    )
    rates = rates.reshape(len(codes), -1)
    result: Whole = wh[:, None] * rates[at]
    return result


def _rounded_downwards(values: Whole, scale: int) -> Int64:
    """Round columns of exact shares so that the sum of every leading run is the rounded exact sum."""
    runs = np.cumsum(values, axis=0)
    magnitude = (2 * abs(runs) + scale) // (2 * scale)
    shares: Int64 = np.diff(np.where(runs < 0, -magnitude, magnitude).astype(np.int64), axis=0, prepend=0)
    return shares
