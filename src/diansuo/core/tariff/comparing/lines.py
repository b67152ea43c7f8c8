"""Our lines in the kinds of other systems' bills: a step at its whole price, a period with all its components."""

from __future__ import annotations

from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int16, Int64
from diansuo.core.quantity.money import amount_fen
from diansuo.core.tariff.classes import Component
from diansuo.core.tariff.columns import Lines
from diansuo.core.tariff.commercial import CommercialLines
from diansuo.core.tariff.comparing.columns import BAND_KINDS, ENERGY_KINDS, NOT_STATED, LineKind, StatedLines

KIND_OF: Final = {
    Component.PURCHASE: LineKind.PURCHASE,
    Component.UPSTREAM_LOSS: LineKind.UPSTREAM_LOSS,
    Component.TRANSMISSION: LineKind.TRANSMISSION,
    Component.SYSTEM_OPERATION: LineKind.SYSTEM_OPERATION,
    Component.SURCHARGE: LineKind.SURCHARGE,
    Component.ENERGY: LineKind.ENERGY,
    Component.PEAK: LineKind.PEAK_EXTRA,
    Component.VALLEY: LineKind.VALLEY_EXTRA,
    Component.CAPACITY: LineKind.BASIC,
    Component.DEMAND: LineKind.BASIC,
    Component.DEMAND_EXCESS: LineKind.BASIC,
    Component.POWER_FACTOR: LineKind.POWER_FACTOR,
    Component.FREE_ENERGY: LineKind.FREE_ENERGY,
    Component.CORRECTION: LineKind.CORRECTION,
}
PARTS_AT_MOST: Final = 1 << 15
"""More than the parts of any bill: a row and a part make one number."""


def lines_in_their_kinds(
    households: tuple[Lines, Int64] | None, commercial: tuple[CommercialLines, Int64] | None
) -> StatedLines:
    """Return the lines of priced bills in the kinds another system writes.

    A household's steps are whole prices of disjoint energies, whichever way the place writes them; a flat price is
    ``ENERGY``. Of a commercial bill there are the components, each over all periods, beside them the periods, each over
    all components, and all of it bundled (``ENERGY``): ways to say the same money, so only one may be added up.

    Args:
        households: lines, and the bill of each row they name.
        commercial: likewise.
    """
    found = [StatedLines.none()]
    if households is not None:
        found += _of_households(*households)
    if commercial is not None:
        found += _of_commercial(*commercial)
    return summed(_joined(found))


def summed(lines: StatedLines) -> StatedLines:
    """Return the lines with each kind once a bill: quantities and amounts added, a price where it is one only."""
    if not len(lines):
        return lines
    order = np.lexsort((lines.kind, lines.bill))
    given = lines.take(order)
    first = np.flatnonzero(
        np.append(True, (np.diff(given.bill) != 0) | (np.diff(given.kind.astype(np.int64)) != 0))
    )
    price = np.minimum.reduceat(given.price_nano, first)
    same = price == np.maximum.reduceat(given.price_nano, first)
    unknown = np.minimum.reduceat(given.quantity, first) == NOT_STATED
    quantity = np.add.reduceat(np.where(given.quantity == NOT_STATED, 0, given.quantity), first)
    return StatedLines(
        given.bill[first],
        given.kind[first],
        np.where(unknown, NOT_STATED, quantity),
        np.where(same, price, NOT_STATED),
        np.add.reduceat(given.amount_fen, first),
    )


def _of_households(lines: Lines, of: Int64) -> list[StatedLines]:
    bill = of[lines.row]
    steps = np.isin(lines.component, (Component.BASE, Component.STEP))
    other = np.flatnonzero(~steps)
    rest = StatedLines(
        bill[other],
        _kinds(lines.component[other]),
        lines.quantity_wh[other],
        lines.price_nano[other],
        lines.amount_fen[other],
    )
    return [rest, *_steps(lines.take(steps), bill[steps])]


def _steps(lines: Lines, bill: Int64) -> list[StatedLines]:
    """Return disjoint steps at whole prices: beside a base line, which is of all energy, a step adds to its price."""
    part = lines.row * PARTS_AT_MOST + lines.part
    base, over = (
        np.flatnonzero(lines.component == Component.BASE),
        np.flatnonzero(lines.component == Component.STEP),
    )
    place = np.searchsorted(part[base], part[over])
    adds = np.append(part[base], -1)[place] == part[over]
    first_wh = lines.quantity_wh[base].copy()
    np.subtract.at(first_wh, place[adds], lines.quantity_wh[over[adds]])
    whole = lines.price_nano[over].copy()
    whole[adds] += lines.price_nano[base][place[adds]]
    kind = np.where(lines.step[base] > 0, LineKind.STEP_1, LineKind.ENERGY).astype(np.int16)
    return [
        _energy(bill[base], kind, first_wh, lines.price_nano[base]),
        _energy(bill[over], lines.step[over], lines.quantity_wh[over], whole),
    ]


def _energy(bill: Int64, kind: Int16, quantity: Int64, price: Int64) -> StatedLines:
    return StatedLines(bill, kind, quantity, price, amount_fen(quantity, price, rounding="half_away"))


def _of_commercial(lines: CommercialLines, of: Int64) -> list[StatedLines]:
    bill = of[lines.row]
    kinds = _kinds(lines.component)
    energy = np.isin(kinds, ENERGY_KINDS)
    basic = kinds == LineKind.BASIC
    quantity = np.where(energy, lines.quantity, NOT_STATED)
    quantity = np.where(basic & (lines.days > 0), lines.quantity // np.maximum(lines.days, 1), quantity)
    price = np.where(energy | basic, lines.price_nano, NOT_STATED)
    found = [StatedLines(bill, kinds, quantity, price, lines.amount_fen)]
    found.append(_bundled(kinds, bill, lines, energy & ~np.isin(kinds, (LineKind.ENERGY,))))
    by_band = energy & (lines.band >= 0)
    if by_band.any():
        found.append(_bands(lines, bill, np.flatnonzero(by_band)))
    return found


def _bundled(kinds: Int16, bill: Int64, lines: CommercialLines, energy: Bool) -> StatedLines:
    """Return all components of energy together, one line a bill: what systems with one bundled price write."""
    quantity = np.where(kinds == LineKind.PURCHASE, lines.quantity, 0)[energy]
    count = int(energy.sum())
    return StatedLines(
        bill[energy],
        np.full(count, LineKind.ENERGY, np.int16),
        quantity,
        np.full(count, NOT_STATED),
        lines.amount_fen[energy],
    )


def _bands(lines: CommercialLines, bill: Int64, at: Int64) -> StatedLines:
    """Return a line a bill and period: its energy once, the prices of its components together."""
    kind = np.array([int(one) for one in BAND_KINDS], np.int16)[lines.band[at]]
    order = np.lexsort((kind, bill[at]))
    at, kind = at[order], kind[order]
    first = np.flatnonzero(np.append(True, (np.diff(bill[at]) != 0) | (np.diff(kind.astype(np.int64)) != 0)))
    return StatedLines(
        bill[at][first],
        kind[first],
        np.maximum.reduceat(lines.quantity[at], first),
        np.add.reduceat(lines.price_nano[at], first),
        np.add.reduceat(lines.amount_fen[at], first),
    )


def _kinds(component: Int16) -> Int16:
    table = np.zeros(max(Component) + 1, np.int16)
    for one in Component:
        table[one] = KIND_OF.get(one, LineKind.OTHER)
    return table[component]


def _joined(found: list[StatedLines]) -> StatedLines:
    names = ("bill", "kind", "quantity", "price_nano", "amount_fen")
    return StatedLines(**{name: np.concatenate([getattr(one, name) for one in found]) for name in names})
