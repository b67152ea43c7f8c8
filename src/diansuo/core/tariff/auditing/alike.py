"""What is usual among the like: the middle change of an area's class, and the middle price of a class.

July and the Spring Festival move a whole village; a month is sudden only where it moves unlike its like.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.quantity.wide import quotient_of_sums
from diansuo.core.tariff.auditing.columns import FAMILIES, family, mean_price_nano
from diansuo.core.tariff.auditing.rules import ABSENT
from diansuo.core.tariff.price_outliers import lower_medians

MOST_PERMILLE: Final = 100_000
"""A change beyond a hundredfold says no more than this."""


def changes_permille(
    area: Int64,
    price_class: Int64,
    energy_wh: Int64,
    days: Int64,
    last_wh: Int64,
    last_days: Int64,
    *,
    least_members: int,
) -> Int64:
    """Return for each row the middle change of energy a day against the last month, in thousandths.

    Of its area and family of classes; where those are fewer than ``least_members``, of its family in the whole
    station; ``ABSENT`` where those are too few as well. All arguments int64 (rows,); area 0 is none.
    """
    with_both = (last_wh > 0) & (last_days > 0) & (days > 0) & (energy_wh >= 0)
    kind = family(price_class)
    by_area = area * FAMILIES + kind
    change = np.zeros(len(area), np.int64)
    rows = np.flatnonzero(with_both)
    if len(rows):
        product: list[Int64 | int] = [energy_wh[rows], last_days[rows], 1000]
        change[rows] = quotient_of_sums([product], [last_wh[rows], days[rows]], rounding="down")
    change = np.minimum(change, MOST_PERMILLE)
    near = _middle_of(by_area, change, with_both, least_members)
    wide = _middle_of(kind, change, with_both, least_members)
    return np.where((near != ABSENT) & (area > 0), near, wide)


def middle_prices_nano(
    price_class: Int64, energy_wh: Int64, amount_fen: Int64, *, least_wh: int, least_members: int
) -> Int64:
    """Return for each row the middle average price of its class, ``ABSENT`` where it has too few members."""
    priced = energy_wh >= max(least_wh, 1000)
    price = np.zeros(len(price_class), np.int64)
    price[priced] = mean_price_nano(amount_fen[priced], energy_wh[priced])
    return _middle_of(price_class, price, priced, least_members)


def _middle_of(group: Int64, value: Int64, counts: Bool, least_members: int) -> Int64:
    """Return the lower median of each row's group, over the rows that count."""
    _keys, at = np.unique(group, return_inverse=True)
    at = at.reshape(-1).astype(np.int64)
    out = np.full(len(group), ABSENT, np.int64)
    rows = np.flatnonzero(counts)
    if not len(rows):
        return out
    middle, members = lower_medians(np.unique(at[rows], return_inverse=True)[1].reshape(-1), value[rows])
    of_group = np.full(int(at.max()) + 1, ABSENT, np.int64)
    of_group[at[rows]] = np.where(members >= least_members, middle, ABSENT)
    out[:] = of_group[at]
    return out
