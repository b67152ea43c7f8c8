"""The chain of priced bills from one bill to another, and the exact parts between its links."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Protocol

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int16, Int64
from diansuo.core.tariff.explaining.columns import Cause, Effects, Explanation, Facts

NO_CAUSE: Final = 0


class Columns(Protocol):
    """Input of an engine: a dataclass of columns."""

    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Link:
    """Bills with one cause more changed; ``cause`` 0 is the earlier bill itself.

    Attributes:
        cause: what was changed last.
        inputs: the columns that price them.
        energy_wh: int64 (rows,), Wh.
    """

    cause: int
    inputs: Any
    energy_wh: Int64


@dataclass(frozen=True, slots=True)
class Priced:
    """What an engine says of some rows: int64 and bool (rows,)."""

    amount_fen: Int64
    priced: Bool


Pricing = Callable[[Link, Int64], Priced]
"""Prices the given rows of a link."""


def run(links: Sequence[Link], pricing: Pricing) -> tuple[Int64, Bool]:
    """Price every link; a row in which a cause changes nothing keeps the amount it had.

    Args:
        links: from the earlier bill to the later one, which is always priced itself.
        pricing: the engine.

    Returns:
        int64 and bool (links, rows): amounts, and whether there is one.
    """
    rows = len(links[0].energy_wh)
    amount_fen = np.zeros((len(links), rows), np.int64)
    priced = np.zeros((len(links), rows), np.bool_)
    for at, link in enumerate(links):
        ends = at in (0, len(links) - 1)
        changed = np.ones(rows, np.bool_) if ends else _differ(links[at - 1].inputs, link.inputs)
        if at:
            amount_fen[at], priced[at] = amount_fen[at - 1], priced[at - 1]
        if changed.any():
            which = np.flatnonzero(changed)
            found = pricing(link, which)
            amount_fen[at, which], priced[at, which] = found.amount_fen, found.priced
    return amount_fen, priced


def _differ(before: Any, after: Any) -> Bool:
    """Return which rows of two inputs differ in any column."""
    found = np.zeros(len(before), np.bool_)
    for each in fields(before):
        unlike = getattr(before, each.name) != getattr(after, each.name)
        found |= unlike if unlike.ndim == 1 else unlike.any(axis=1)
    return found


def parts(
    links: Sequence[Link], amount_fen: Int64, priced: Bool, before: Facts, after: Facts, other_class: Bool
) -> Explanation:
    """Return the parts of the differences; those of a row sum to its difference, whatever could be priced.

    A link that cannot be priced has no part of its own: the next one that can takes it, under ``CLASS`` where the class
    differs. A row whose ends do not come to what stands on the bills has the one part ``OTHER``.

    Args:
        links: as they were priced.
        amount_fen: int64 (links, rows).
        priced: bool (links, rows).
        before: what stands on the earlier bills.
        after: what stands on the later bills.
        other_class: bool (rows,), whether class, scheme or voltage differ.
    """
    stands = [facts.amount_fen - facts.adjustment_fen for facts in (before, after)]
    sound = priced[0] & priced[-1] & (amount_fen[0] == stands[0]) & (amount_fen[-1] == stands[1])
    found = _Found()
    last = amount_fen[0].copy()
    waiting = np.zeros(len(last), np.int64)
    for at, link in enumerate(links[1:], start=1):
        taken = sound & priced[at]
        effect = np.where(taken, amount_fen[at] - last, 0)
        by_class = other_class & (waiting > 0) & ((waiting == Cause.CLASS) | (link.cause == Cause.CLASS))
        cause = np.where(by_class, np.int64(Cause.CLASS), np.int64(link.cause))
        found.add(effect, cause, link.energy_wh, waiting > 0)
        last = np.where(taken, amount_fen[at], last)
        # Of several that wait the class has the word.
        held = np.where(waiting == Cause.CLASS, waiting, np.int64(link.cause))
        waiting = np.where(priced[at], 0, held)
    unlike = np.where(sound, 0, stands[1] - stands[0])
    none = np.zeros(len(last), np.bool_)
    found.add(unlike, np.full(len(last), Cause.OTHER, np.int64), links[-1].energy_wh, none)
    return _explanation(found, before, after, links[-1].energy_wh, sound)


def explain_unlike(before: Facts, after: Facts, energy_wh: Int64) -> Explanation:
    """Explain bills of two engines (a household that became a shop): the class takes all but corrections.

    Args:
        before: what stands on the earlier bills.
        after: what stands on the later bills.
        energy_wh: int64 (rows,), Wh of the later bills.

    Raises:
        WrongColumn: a column has the wrong dtype or length.
    """
    before.check(len(energy_wh))
    after.check(len(energy_wh))
    found, none = _Found(), np.zeros(len(before), np.bool_)
    effect = (after.amount_fen - after.adjustment_fen) - (before.amount_fen - before.adjustment_fen)
    found.add(effect, np.full(len(before), Cause.CLASS, np.int64), energy_wh, ~none)
    return _explanation(found, before, after, energy_wh, none)


class _Found:
    """Parts as they are found, one call a cause."""

    def __init__(self) -> None:
        self.columns: list[tuple[Int64, Int64, Int64, Int64, Bool]] = []

    def add(self, effect: Int64, cause: Int64, energy_wh: Int64, merged: Bool) -> None:
        row = np.flatnonzero(effect)
        self.columns.append((row, cause[row], effect[row], energy_wh[row], merged[row]))

    def effects(self) -> Effects:
        row, cause, amount, energy, merged = (
            np.concatenate(each) for each in zip(*self.columns, strict=True)
        )
        order = np.argsort(row, kind="stable")
        causes: Int16 = cause[order].astype(np.int16)
        return Effects(row[order], causes, amount[order], energy[order], merged[order])


def _explanation(found: _Found, before: Facts, after: Facts, energy_wh: Int64, sound: Bool) -> Explanation:
    adjusted = after.adjustment_fen - before.adjustment_fen
    cause = np.full(len(before), Cause.ADJUSTMENT, np.int64)
    found.add(adjusted, cause, energy_wh, np.zeros(len(before), np.bool_))
    return Explanation(before.amount_fen, after.amount_fen, found.effects(), sound)
