"""Whose average price stands apart (均价离群): from the middle of its class, and of its class in the same area.

A wrong class shows as a price its neighbours do not have. Source: domain.md §11; page: docs/rules/average-price.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64, require
from diansuo.core.quantity.money import PRODUCT_PER_FEN, WH_PER_KWH
from diansuo.core.quantity.money import amount_fen as amount_fen_of

PARAMETERS: Final = {
    "outlier_percent": ("percent_bp", 100),
    "outlier_least_yuan": ("least_fen", 100),
    "outlier_least_members": ("least_members", 1),
}
"""Parameter of rulebook national/checks/average_price, its field, and how many field units make one of its units."""

WHOLE_BP: Final = 10_000


@dataclass(frozen=True, slots=True)
class OutlierLimits:
    """From where on a price stands apart.

    Attributes:
        percent_bp: deviation from the middle price, in 0.01 %, both ways.
        least_fen: and what the deviation is worth in the month, at least.
        least_members: a group of fewer has no middle to be held against.
    """

    percent_bp: int
    least_fen: int
    least_members: int


@dataclass(frozen=True, slots=True)
class Outliers:
    """Customers whose price stands apart, worth most first; all columns int64 of one length but ``by_area``.

    Attributes:
        row: which row of the input.
        price_nano: its average price, nano-yuan per kWh.
        middle_nano: the middle price it is held against.
        members: how many that is the middle of.
        by_area: bool, whether of its class in its area, else of its class.
        worth_fen: what it paid more (or less, negative) than at the middle price.
    """

    row: Int64
    price_nano: Int64
    middle_nano: Int64
    members: Int64
    by_area: Bool
    worth_fen: Int64


def price_outliers(
    kind: Int64, area: Int64, energy_wh: Int64, amount_fen: Int64, limits: OutlierLimits
) -> Outliers:
    """Find whose average price lies far from the middle of its like.

    Its like are the customers of its class in its area where there are ``least_members`` of them, else those of its
    class; the middle is the lower median. A row of less than 1 kWh has no price to speak of and is left out.

    Args:
        kind: int64 (rows,), class of use; only like is compared with like.
        area: int64 (rows,), transformer area, 0 for none.
        energy_wh: int64 (rows,).
        amount_fen: int64 (rows,).
        limits: from where on.

    Raises:
        WrongColumn: names the column that is wrong.
    """
    require(np.int64, kind=kind, area=area, energy_wh=energy_wh, amount_fen=amount_fen)
    rows = np.flatnonzero(energy_wh >= WH_PER_KWH)
    price = (amount_fen[rows].astype(object) * PRODUCT_PER_FEN // energy_wh[rows]).astype(np.int64)
    middle, members = lower_medians(np.unique(kind[rows], return_inverse=True)[1], price)
    alike = np.unique(np.stack([kind[rows], area[rows]]), axis=1, return_inverse=True)[1].reshape(-1)
    near_middle, near_members = lower_medians(alike, price)
    by_area = (near_members >= limits.least_members) & (area[rows] > 0)
    middle, members = np.where(by_area, near_middle, middle), np.where(by_area, near_members, members)
    gap = price - middle
    paid_fen, middle_fen = amount_fen[rows], amount_fen_of(energy_wh[rows], middle, rounding="half_away")
    worth_fen = paid_fen - middle_fen
    apart = (members >= limits.least_members) & (abs(worth_fen) >= limits.least_fen)
    apart &= abs(gap) * WHOLE_BP >= abs(middle) * limits.percent_bp
    found = np.flatnonzero(apart)
    found = found[np.argsort(-abs(worth_fen[found]), kind="stable")]
    return Outliers(
        rows[found], price[found], middle[found], members[found], by_area[found], worth_fen[found]
    )


def lower_medians(group: Int64, price: Int64) -> tuple[Int64, Int64]:
    """Return for each row the lower median of its group, and how many the group has."""
    if not len(group):
        return price, group
    order = np.lexsort((price, group))
    size = np.bincount(group)
    start = np.cumsum(size) - size
    return price[order][start + (size - 1) // 2][group], size[group]
