"""The difference cause by cause: our bill is priced again with what theirs states, one thing after the other.

The order is that of :class:`Cause`. Each effect is what the bill moves when that one thing changes too, so effects
and rest always sum to the difference. What no stated figure explains is tried: whose single supposition gives their
amount to the rounding names the cause, marked as supposed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.tariff.classes import PriceClass
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.core.tariff.comparing.columns import (
    CAUSES,
    NOT_STATED,
    Cause,
    Ours,
    Priced,
    Split,
    StatedLines,
    Theirs,
)
from diansuo.core.tariff.comparing.energies import energy_causes, with_energy, with_periods
from diansuo.core.tariff.comparing.mixing import chained, mixed, only
from diansuo.core.tariff.comparing.residues import line_effects
from diansuo.core.tariff.what_if import Change, Rows, changed
from diansuo.core.tariff.what_if.change import STEPPED

Price = Callable[[Rows], Priced]
STANDARDS: Final = (0, 80, 85, 90)


def split(
    rows: Rows,
    ours: Ours,
    theirs: Theirs,
    lines: StatedLines,
    price: Price,
    stored: StatedLines | None = None,
) -> Split:
    """Split theirs less ours into causes.

    Args:
        rows: what priced our bills, ``of_`` naming the rows of the columns that follow.
        ours: our bills.
        theirs: the bills issued elsewhere, same rows.
        lines: what lines theirs state.
        price: the engine.
        stored: our lines in their kinds of the bills that cannot be priced again as they are; None: of none.
    """
    work = _Work(rows, ours, theirs, lines, price, stored or StatedLines.none())
    work.state_energy()
    work.state_periods()
    work.state_class()
    work.suppose_year()
    work.lay_lines_aside()
    work.suppose_terms()
    return work.finished()


class _Work:
    """The bill as it stands while one thing after the other becomes theirs."""

    def __init__(
        self, rows: Rows, ours: Ours, theirs: Theirs, lines: StatedLines, price: Price, stored: StatedLines
    ) -> None:
        self.rows, self.ours, self.theirs, self.lines, self.price = rows, ours, theirs, lines, price
        count = len(theirs)
        self.effect = np.zeros((count, CAUSES), np.int64)
        self.supposed = np.zeros(count, np.bool_)
        first = price(rows)
        self.whole = ours.whole & first.priced & (first.amount_fen == ours.amount_fen - ours.correction_fen)
        again, kept = self.whole[first.lines.bill], ~self.whole[stored.bill]
        self.now = replace(first, lines=chained([first.lines.take(again), stored.take(kept)]))
        self.amount = np.where(self.whole, self.now.amount_fen, ours.amount_fen - ours.correction_fen)
        self.effect[:, Cause.CORRECTION - 1] = -ours.correction_fen
        self.lined = np.bincount(lines.bill[lines.amount_fen != NOT_STATED], minlength=count) > 0
        written = np.bincount(self.now.lines.bill, minlength=count)
        self.tolerance = np.maximum(np.maximum(written, np.bincount(lines.bill, minlength=count)), 1)

    def state_energy(self) -> None:
        causes = np.where(self.whole, energy_causes(self.ours, self.theirs), 0)
        if causes.any():
            self._take_over(with_energy(self.rows, self.ours, self.theirs, causes), causes)

    def state_periods(self) -> None:
        rows, moved = with_periods(self.rows, self.lines, len(self.theirs))
        moved &= self.whole
        if moved.any():
            self._take_over(rows, np.where(moved, Cause.TIME_OF_USE, 0))

    def state_class(self) -> None:
        stated, own = self.theirs.price_class, self.ours.price_class
        differs = self.whole & (stated != NOT_STATED) & (stated != own)
        for old, new in sorted({(int(own[at]), int(stated[at])) for at in np.flatnonzero(differs)}):
            mine = differs & (own == old) & (stated == new)
            self._take_over(_reclassed(self.rows, mine, old, new), np.where(mine, Cause.PRICE_CLASS, 0))

    def suppose_year(self) -> None:
        """Try what another energy of the year before the bill would give: theirs, twice ours, none."""
        before = self.rows  # a supposition that holds puts the rows in another order
        given = before.households
        stepped = np.zeros(len(self.theirs), np.bool_)
        stepped[before.of_household[np.isin(given.price_class, STEPPED)]] = True
        known = self.theirs.year_wh[before.of_household]
        own = given.year_to_date_wh
        for year_wh in (np.where(known == NOT_STATED, own, known), 2 * own, np.zeros_like(own)):
            self._try(
                replace(before, households=replace(given, year_to_date_wh=year_wh)), Cause.STEP, stepped
            )

    def lay_lines_aside(self) -> None:
        """Take out what the lines they state say by themselves: steps, basic charge, power factor, prices."""
        found = line_effects(self.now, self.lines, self.theirs.amount_fen, self.tolerance)
        for cause in (Cause.STEP, Cause.CAPACITY, Cause.POWER_FACTOR, Cause.PRICE):
            column = np.where(self.lined, found[cause], 0)
            self.effect[:, cause - 1] += column
            self.amount = self.amount + column

    def suppose_terms(self) -> None:
        """Try the terms that a bill without lines cannot show: class, capacity method, power factor standard."""
        silent = ~self.lined
        for method in CapacityMethod:
            self._try(changed(self.rows, Change(capacity_method=method)), Cause.CAPACITY, silent)
        for standard in STANDARDS:
            self._try(changed(self.rows, Change(power_factor_standard=standard)), Cause.POWER_FACTOR, silent)
        unstated = silent & (self.theirs.price_class == NOT_STATED)
        for old in PriceClass:
            mine = unstated & (self.ours.price_class == old)
            for new in PriceClass:
                if old != new and (mine & self._open()).any():
                    self._try(_reclassed(self.rows, mine & self._open(), old, new), Cause.PRICE_CLASS, mine)

    def finished(self) -> Split:
        rest = self.theirs.amount_fen - self.amount
        small = np.abs(rest) <= self.tolerance
        self.effect[:, Cause.ROUNDING - 1] = np.where(small, rest, 0)
        self.effect[:, Cause.UNEXPLAINED - 1] += np.where(small, 0, rest)
        difference = self.theirs.amount_fen - self.ours.amount_fen
        largest = np.abs(self.effect).argmax(axis=1) + 1
        cause = np.where((difference != 0) | self.effect.any(axis=1), largest, 0).astype(np.int16)
        return Split(difference, self.effect, cause, self.supposed & (cause > 0))

    def _open(self) -> Bool:
        """Tell which bills are still further off than roundings go."""
        off: Bool = self.whole & (np.abs(self.theirs.amount_fen - self.amount) > self.tolerance)
        return off

    def _take_over(self, rows: Rows, causes: Int64) -> None:
        """Price the bills with what became theirs; where the engine refuses, the bill stays as it was."""
        then = self.price(only(rows, causes > 0))
        moved = (causes > 0) & then.priced
        effect = np.where(moved, then.amount_fen - self.amount, 0)
        at = np.flatnonzero(moved)
        self.effect[at, causes[at] - 1] += effect[at]
        self._stand(rows, then, moved)

    def _try(self, rows: Rows, cause: Cause, asked: Bool) -> None:
        """Keep a supposition for the bills whose amount it gives."""
        asked = asked & self._open()
        if not asked.any():
            return
        then = self.price(only(rows, asked))
        hit = asked & then.priced & (np.abs(self.theirs.amount_fen - then.amount_fen) <= self.tolerance)
        hit &= then.amount_fen != self.amount
        self.effect[:, cause - 1] += np.where(hit, then.amount_fen - self.amount, 0)
        self.supposed |= hit
        self._stand(rows, then, hit)

    def _stand(self, rows: Rows, then: Priced, moved: Bool) -> None:
        self.rows = mixed(self.rows, rows, moved)
        mine, theirs = ~moved[self.now.lines.bill], moved[then.lines.bill]
        self.now = Priced(
            np.where(moved, then.amount_fen, self.now.amount_fen),
            np.where(moved, then.priced, self.now.priced),
            chained([self.now.lines.take(mine), then.lines.take(theirs)]),
            np.where(moved, then.rate, self.now.rate),
        )
        self.amount = np.where(moved, then.amount_fen, self.amount)


def _reclassed(rows: Rows, mine: Bool, old: int, new: int) -> Rows:
    """Return the rows with some bills in another class."""
    return mixed(rows, changed(rows, Change(price_class=(PriceClass(old), PriceClass(new)))), mine)
