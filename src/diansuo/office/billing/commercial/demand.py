"""The demand that is charged and the energy that earns its discount, where losses and part months come into them."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.quantity.wide import quotient
from diansuo.core.rules import RuleBook
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.core.tariff.commercial.demand import earns_discount
from diansuo.office.billing.commercial.loading import ABSENT, Terms
from diansuo.office.billing.commercial.losses import RULE, Refused
from diansuo.office.billing.commercial.rules import CHARGE_TERMS, absent, entry_on, value_of

Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

BY_DEMAND: Final = (int(CapacityMethod.CONTRACT_DEMAND), int(CapacityMethod.ACTUAL_DEMAND))
DEMAND_LOSSES: Final = "demand_losses"
BASIS: Final = "discount_energy_basis"
PART_MONTH: Final = "discount_part_month"


def with_losses(
    terms: Terms, by_demand: Bool, from_day: Int64, read_wh: Int64, lost_wh: Int64, book: RuleBook
) -> tuple[Int64, list[Refused]]:
    """Return the demand of each month with the losses before the meter, as the rulebook says (domain.md §4.1, §6.2).

    By ``demand_losses: proportional`` the demand grows as the energy does: ``demand x (read + lost) / read``, to the W.
    ``by_demand``, bool (rows,), says which months pay by demand on some of their days.

    Returns:
        int64 (rows,), W, ``ABSENT`` where no demand was read; and the rows whose rule does not say.
    """
    demand_w = terms.demand_w.copy()
    grows = by_demand & (demand_w > 0) & (lost_wh > 0) & (read_wh > 0)
    refused = []
    for row in np.flatnonzero(grows).tolist():
        entry = entry_on(book, RULE, int(from_day[row]))
        word = value_of(entry, DEMAND_LOSSES)
        if word is None:
            refused.append(absent(row, entry, RULE, DEMAND_LOSSES))
        grows[row] = word == "proportional"
    rows = np.flatnonzero(grows)
    if len(rows):
        read, lost = read_wh[rows], lost_wh[rows]
        demand_w[rows] = quotient([demand_w[rows], read + lost], [read], rounding="half_away")
    demand_w[demand_w < 0] = ABSENT
    return demand_w, refused


def discount_energy(
    capacities_va: dict[int, set[int]],
    from_day: Int64,
    days: tuple[Int64, Int64],
    read_wh: Int64,
    lost_wh: Int64,
    book: RuleBook,
) -> tuple[Int64, list[Refused]]:
    """Return the energy of each month that is held against 260 kWh/kVA, and the rows whose rule does not say which.

    Whether losses count and how a part of a month is reckoned may be unknown: a row is refused only where that decides
    whether it earns the discount.

    Args:
        capacities_va: of the months that pay by demand on some of their days, the capacities of those days, VA.
        from_day: int64 (rows,).
        days: charged days, and the days of the month.
        read_wh: int64 (rows,), as read.
        lost_wh: int64 (rows,), losses.
        book: the rules.
    """
    found, refused = read_wh + lost_wh, []
    part, whole = days
    open_question = ((lost_wh > 0) | (part < whole)) & (part > 0)
    for row in [row for row in sorted(capacities_va) if open_question[row]]:
        entry = entry_on(book, CHARGE_TERMS, int(from_day[row]))
        limit = value_of(entry, "discount_energy")
        if limit is None or Decimal(limit) == 0:
            continue
        basis, by_days = value_of(entry, BASIS), value_of(entry, PART_MONTH)
        energies = {
            (kind, way): energy * int(whole[row]) // int(part[row]) if way == "by_days" else energy
            for kind, energy in (("metered", int(read_wh[row])), ("with_losses", int(found[row])))
            for way in ("whole", "by_days")
        }
        fitting = [
            energy
            for (kind, way), energy in energies.items()
            if basis in (None, kind) and (by_days in (None, way) or part[row] == whole[row])
        ]
        limit_wh = int(Decimal(limit) * 1000)
        undecided = any(
            len({bool(earns_discount(energy, capacity_va, limit_wh)) for energy in fitting}) > 1
            for capacity_va in capacities_va[row]
        )
        if undecided:
            refused.append(absent(row, entry, CHARGE_TERMS, BASIS if basis is None else PART_MONTH))
        found[row] = fitting[-1]
    return found, refused
