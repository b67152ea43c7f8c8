"""What the stated lines say by themselves: other steps, another basic charge or adjustment, other prices."""

from __future__ import annotations

from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.quantity.money import amount_fen
from diansuo.core.quantity.rounding import to_multiple_half_away
from diansuo.core.tariff.comparing.columns import (
    BAND_KINDS,
    COMPONENT_KINDS,
    ENERGY_KINDS,
    NOT_STATED,
    STEP_KINDS,
    Cause,
    LineKind,
    Priced,
    StatedLines,
)

WHOLE_KWH: Final = 1000
KINDS: Final = max(LineKind) + 1
PER_HUNDRED: Final = 10_000
"""A rate of the power factor is in 0.01 %."""


def line_effects(now: Priced, stated: StatedLines, amount: Int64, tolerance: Int64) -> dict[Cause, Int64]:
    """Return by cause what the stated lines move, fen by bill, as far as the lines alone say it.

    Args:
        now: our bills as they stand, with what else became theirs.
        stated: their lines.
        amount: what they issued.
        tolerance: fen that roundings may come to.
    """
    ours, theirs = _Table(now.lines, len(amount)), _Table(stated, len(amount))
    complete = np.abs(np.where(theirs.money != NOT_STATED, theirs.money, 0).sum(axis=1) - amount) <= tolerance
    found = {
        Cause.STEP: _steps(ours, theirs),
        Cause.CAPACITY: _gap(ours, theirs, LineKind.BASIC, complete),
        Cause.PRICE: _prices(ours, theirs),
    }
    factor = _gap(ours, theirs, LineKind.POWER_FACTOR, complete)
    # What the factor takes of a charge that is another one belongs to that charge, not to the factor.
    for cause in (Cause.CAPACITY, Cause.PRICE):
        carried = to_multiple_half_away(found[cause] * now.rate, PER_HUNDRED) // PER_HUNDRED
        carried = np.where(np.abs(factor - carried) < np.abs(factor), carried, 0)
        found[cause] = found[cause] + carried
        factor = factor - carried
    return found | {Cause.POWER_FACTOR: factor}


class _Table:
    """Lines as a table, bills by kinds."""

    def __init__(self, lines: StatedLines, count: int) -> None:
        self.quantity, self.price, self.money = (
            np.full((count, KINDS), NOT_STATED, np.int64) for _ in range(3)
        )
        self.quantity[lines.bill, lines.kind] = lines.quantity
        self.price[lines.bill, lines.kind] = lines.price_nano
        self.money[lines.bill, lines.kind] = lines.amount_fen


def _gap(ours: _Table, theirs: _Table, kind: LineKind, complete: Bool) -> Int64:
    """Return theirs less ours of one kind; a line that is not there is nothing only where their lines are complete."""
    mine, other = ours.money[:, kind], theirs.money[:, kind]
    says = (other != NOT_STATED) | complete
    return np.where(says, np.where(other == NOT_STATED, 0, other) - np.where(mine == NOT_STATED, 0, mine), 0)


def _steps(ours: _Table, theirs: _Table) -> Int64:
    """Return what other energies of the steps move at our prices, where they come to the same energy."""
    kinds = [int(kind) for kind in STEP_KINDS]
    mine, other = _nothing(ours.quantity[:, kinds]), _nothing(theirs.quantity[:, kinds])
    price = np.where(ours.price[:, kinds] == NOT_STATED, theirs.price[:, kinds], ours.price[:, kinds])
    moved = mine != other
    known = ~(moved & (price == NOT_STATED)).any(axis=1)
    same = (np.abs(mine.sum(axis=1) - other.sum(axis=1)) < WHOLE_KWH) & (other.sum(axis=1) > 0)
    rows, at = np.nonzero(moved & (known & same)[:, None])
    found = np.zeros(len(mine), np.int64)
    np.add.at(found, rows, _money(other[rows, at], price[rows, at]) - _money(mine[rows, at], price[rows, at]))
    return found


def _prices(ours: _Table, theirs: _Table) -> Int64:
    """Return what other prices move at their quantities; a period's price is without components stated apart."""
    found = np.zeros(len(ours.money), np.int64)
    apart = np.zeros(len(found), np.int64)
    for each in COMPONENT_KINDS:
        kind = int(each)
        both = (theirs.money[:, kind] != NOT_STATED) & (ours.price[:, kind] != NOT_STATED)
        apart += np.where(both, ours.price[:, kind], 0)
    found += np.where(apart == 0, _bundled(ours, theirs), 0)
    for kind in ENERGY_KINDS:
        found += _price_of(ours, theirs, kind, apart if kind in BAND_KINDS else np.zeros_like(apart))
    return found


def _bundled(ours: _Table, theirs: _Table) -> Int64:
    """Return what one bundled price of theirs moves against our components together, for the same energy."""
    kind = int(LineKind.ENERGY)
    mine, other = ours.money[:, kind], theirs.money[:, kind]
    both = (ours.price[:, kind] == NOT_STATED) & (mine != NOT_STATED) & (other != NOT_STATED)
    known = (ours.quantity[:, kind] != NOT_STATED) & (theirs.quantity[:, kind] != NOT_STATED)
    same = np.abs(ours.quantity[:, kind] - theirs.quantity[:, kind]) < WHOLE_KWH
    gap = np.where(both & (~known | same), other - mine, 0)
    return np.where(np.abs(gap) > 1, gap, 0)


def _price_of(ours: _Table, theirs: _Table, kind: int, less: Int64) -> Int64:
    """Return what one kind's other price moves; where they state none, what their amount is off for its quantity."""
    found = np.zeros(len(ours.money), np.int64)
    quantity = np.where(
        theirs.quantity[:, kind] == NOT_STATED, ours.quantity[:, kind], theirs.quantity[:, kind]
    )
    priced = (ours.price[:, kind] != NOT_STATED) & (quantity != NOT_STATED)
    rows = np.flatnonzero(
        priced & ((theirs.price[:, kind] != NOT_STATED) | (theirs.money[:, kind] != NOT_STATED))
    )
    price, other, money = (
        (ours.price[:, kind] - less)[rows],
        theirs.price[rows, kind],
        theirs.money[rows, kind],
    )
    at_ours = _money(quantity[rows], price)
    stated = other != NOT_STATED
    at_theirs = np.where(stated, _money(quantity[rows], np.where(stated, other, price)), money)
    off = np.where(stated, price != other, np.abs(at_theirs - at_ours) > 1)
    found[rows] = np.where(off, at_theirs - at_ours, 0)
    return found


def _nothing(column: Int64) -> Int64:
    return np.where(column == NOT_STATED, 0, column)


def _money(quantity: Int64, price: Int64) -> Int64:
    return amount_fen(quantity, price, rounding="half_away")
