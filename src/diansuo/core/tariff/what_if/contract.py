"""Which contract demands (合同最大需量) can be the cheapest one of some months: a few, whatever their prices are."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Int64, require

WATTS_PER_KW: Final = 1000
MILLION: Final = 1_000_000


def contract_candidates_w(
    demand_w: Int64, capacity_va: Int64, floor_millionths: int, over_millionths: int
) -> Int64:
    """Return the contract demands in whole kW of which one is the cheapest for all these months together.

    A month's charge is linear in the contract but for two bends: below the floor of the capacity nothing falls any
    more, and from ``demand / 1.05`` on nothing is in excess. The sum of such charges is convex, so that it is least
    next to one of the bends (domain.md §4.2).

    Args:
        demand_w: int64 (months,), W, the maximum of each month.
        capacity_va: int64 (months,), VA of the contract.
        floor_millionths: the floor as a share of the capacity.
        over_millionths: from which multiple of the contract on a demand is in excess.

    Returns:
        int64, ascending, each once, W; at least one where there is a month.

    Raises:
        WrongColumn: a column is not int64 or the lengths differ.
    """
    require(np.int64, demand_w=demand_w, capacity_va=capacity_va)
    floors = [Fraction(int(each) * floor_millionths, MILLION * WATTS_PER_KW) for each in capacity_va.tolist()]
    bends = [
        Fraction(int(each) * MILLION, over_millionths * WATTS_PER_KW) for each in demand_w.tolist()
    ] + floors
    # Less than the floor is not agreed: it is raised to it.
    least = max(ceil(min(floors, default=Fraction(1))), 1)
    kilowatts = {max(way(bend), least) for bend in bends for way in (floor, ceil)}
    found: Int64 = np.array([each * WATTS_PER_KW for each in kilowatts], np.int64)
    return np.unique(found)
