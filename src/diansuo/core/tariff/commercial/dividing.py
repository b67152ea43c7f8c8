"""The energy of commercial months divided at days of change: by what the meter showed on the day, else by days.

Source: domain.md §6.4 (step id ``price-change-days``); docs/rules/price-change.md.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64, require
from diansuo.core.quantity.band import BANDS
from diansuo.core.quantity.wide import quotient
from diansuo.core.tariff.commercial.columns import ByBand, CommercialInput
from diansuo.core.tariff.splitting import Split, divide_at, divide_by_days, split_at

STEP_WH: Final = 10
DAYS: Final = 2**32


@dataclass(frozen=True, slots=True)
class CommercialFreeze:
    """What rows had used up to 0:00 of a day by their daily frozen registers (日冻结), and what they used in all.

    Both as read, without losses: what a row settles is divided in the same proportion.

    Attributes:
        row: int64 (k,), the row of the input.
        day: int64 (k,), days since 1970-01-01, within the row's days of use.
        used_wh: int64 (k,), Wh from the row's first day to this day.
        of_wh: int64 (k,), Wh of all the row's days.
        used_band_wh: int64 (k, 5), the same by period; zeros where the row has no periods.
        of_band_wh: int64 (k, 5).
    """

    row: Int64
    day: Int64
    used_wh: Int64
    of_wh: Int64
    used_band_wh: ByBand
    of_band_wh: ByBand

    @classmethod
    def none(cls) -> CommercialFreeze:
        """Nothing is known of any day."""
        empty, bands = np.zeros(0, np.int64), np.zeros((0, BANDS), np.int64)
        return cls(empty, empty, empty, empty, bands, bands)

    def __len__(self) -> int:
        return len(self.row)

    def take(self, at: Int64 | Bool) -> CommercialFreeze:
        """Return these freezes."""
        return CommercialFreeze(**{each.name: getattr(self, each.name)[at] for each in fields(self)})

    def check(self) -> None:
        """Check dtypes and lengths.

        Raises:
            WrongColumn: names the column.
        """
        require(np.int64, row=self.row, day=self.day, used_wh=self.used_wh, of_wh=self.of_wh)
        for band in range(BANDS):
            used, of = self.used_band_wh[:, band], self.of_band_wh[:, band]
            require(np.int64, row=self.row, used_band_wh=used, of_band_wh=of)

    def sound(self) -> CommercialFreeze:
        """Return the freezes of rows whose registers only rise, from nothing to what was used in all, and do rise.

        A row with one freeze that contradicts its reading keeps none: days divide it.
        """
        order = np.lexsort((self.day, self.row))
        held = self.take(order)
        used = np.column_stack((held.used_wh, held.used_band_wh))
        of = np.column_stack((held.of_wh, held.of_band_wh))
        same_row = np.append(False, held.row[1:] == held.row[:-1])[: len(held)]
        before = np.where(same_row[:, None], np.roll(used, 1, axis=0), 0)
        wrong = (used < before).any(axis=1) | (used > of).any(axis=1) | (held.of_wh <= 0)
        kept: CommercialFreeze = held.take(~np.isin(held.row, held.row[wrong]))
        return kept


@dataclass(frozen=True, slots=True)
class Divided:
    """The energy of rows in parts.

    Attributes:
        split: the parts.
        energy_wh: int64 (parts,), Wh; those of a row sum to its energy.
        band_wh: int64 (parts, 5).
        by_days: bool (parts,), whether days divided the part from one beside it.
    """

    split: Split
    energy_wh: Int64
    band_wh: ByBand
    by_days: Bool


def divide_energy(
    inputs: CommercialInput, row: Int64, day: Int64, freeze: CommercialFreeze, by_bands: Bool
) -> Divided:
    """Divide what rows settle at days of change, period by period.

    A day of which the frozen registers are known divides by them; the others divide by days what lies between.

    Args:
        inputs: the rows.
        row: int64 (changes,), the row of each change.
        day: int64 (changes,), its day.
        freeze: sound ones; those of other days are not looked at.
        by_bands: bool (rows,), whether a row's energy is that of its periods.

    Returns:
        The parts in the order of row and day; all but the first of a row are multiples of 0.01 kWh.
    """
    known = _place(row, day, freeze) >= 0
    frozen = split_at(inputs.from_day, inputs.to_day, day[known], row[known])
    within = np.searchsorted(
        _key(frozen.row, frozen.from_day), _key(row[~known], day[~known]), side="right"
    ).astype(np.int64)
    split = split_at(frozen.from_day, frozen.to_day, day[~known], within - 1)
    at = np.where(frozen.part > 1, _place(frozen.row, frozen.from_day, freeze), -1)

    def divided(energy_wh: Int64, used_wh: Int64, of_wh: Int64) -> Int64:
        after = energy_wh[frozen.row].copy()
        mark = np.flatnonzero(at >= 0)
        used, of = used_wh[at[mark]], of_wh[at[mark]]
        # A period that was not read at all follows the whole.
        empty = of == 0
        used = np.where(empty, freeze.used_wh[at[mark]], used)
        of = np.where(empty, freeze.of_wh[at[mark]], of)
        after[mark] = quotient([after[mark], of - used], [of], rounding="half_away", step=STEP_WH)
        return divide_by_days(divide_at(energy_wh, frozen, after, STEP_WH), split, STEP_WH)

    bands = [
        divided(
            np.ascontiguousarray(inputs.band_wh[:, band]),
            freeze.used_band_wh[:, band],
            freeze.of_band_wh[:, band],
        )
        for band in range(BANDS)
    ]
    band_wh = np.stack(bands, axis=1)
    total = divided(inputs.energy_wh, freeze.used_wh, freeze.of_wh)
    whole = split_at(inputs.from_day, inputs.to_day, day, row)
    return Divided(
        whole,
        np.where(by_bands[whole.row], band_wh.sum(axis=1), total),
        band_wh,
        (np.bincount(split.row, minlength=len(frozen)) > 1)[split.row],
    )


def _key(row: Int64, day: Int64) -> Int64:
    """Return one number for a row and a day, ordered like the two."""
    return row * DAYS + day + DAYS // 2


def _place(row: Int64, day: Int64, freeze: CommercialFreeze) -> Int64:
    """Return for each row and day the place of its freeze, -1 where there is none."""
    if not len(freeze):
        return np.full(len(row), -1, dtype=np.int64)
    wanted, held = _key(row, day), _key(freeze.row, freeze.day)
    order = np.argsort(held)
    at = order[np.minimum(np.searchsorted(held[order], wanted), len(held) - 1)]
    return np.where(held[at] == wanted, at, np.int64(-1))
