"""How far estimates are from the truth: gaps cut into the book's registers, each filled by every way."""

from __future__ import annotations

from typing import Final

import numpy as np

from diansuo.core.metering import Register
from diansuo.core.metering.estimation import ABSENT, Known, Way, estimate
from diansuo.lab.reading_book import Book

WINDOW_DAYS: Final = 42
YEAR_DAYS: Final = 364
GAP_DAYS: Final = (1, 3, 7)
AREAS_A_GAP: Final = 10
"""One household in ten lacks its register, as where some meters of an area fail together."""
SEED: Final = 31


def errors(book: Book) -> dict[str, dict[str, tuple[float, float]]]:
    """Return by gap and way the mean error of a day as a share of the mean day, in percent, and the share in band.

    A closed gap ends at a register, an open one at nothing: the day's register has not come yet.
    """
    random = np.random.default_rng(SEED)
    total = book.registers[Register.ACTIVE_TOTAL]
    days = book.daily_wh.shape[1]
    window = slice(days - WINDOW_DAYS - 1, days - 1)
    truth = (total[:, window.start + 1 : days] - total[:, window]) * book.multiplier[:, None]
    last_year = np.full(truth.shape, ABSENT, np.int64)
    first = window.start - YEAR_DAYS
    begin = min(max(0, -first), WINDOW_DAYS)
    last_year[:, begin:] = book.daily_wh[:, max(first, 0) : max(first + WINDOW_DAYS, 0)]
    chosen = np.flatnonzero(
        book.household & (book.left_at < 0) & (random.random(len(book)) < 1 / AREAS_A_GAP)
    )
    made: dict[str, dict[str, tuple[float, float]]] = {}
    for length in GAP_DAYS:
        for closed in (True, False):
            register = total[:, window.start : days].copy()
            # A gap of so many days of use lacks the registers between them, an open one the last register too.
            end = WINDOW_DAYS - 2 if closed else WINDOW_DAYS
            start = end - length
            register[chosen, start + 1 : end + (0 if closed else 1)] = ABSENT
            if closed and length == 1:
                continue  # both registers are there: the day is measured
            known = Known(
                register,
                book.multiplier,
                last_year,
                book.price_class,
                book.area - 1,
                book.supply_wh[:, window],
            )
            name = f"{length} {'closed' if closed else 'open'}"
            made[name] = {
                way.name.lower(): _error(known, way, truth, chosen, slice(start, end))
                for way in Way
                if way != Way.MEASURED
            }
    return made


def _error(known: Known, way: Way, truth: np.ndarray, chosen: np.ndarray, gap: slice) -> tuple[float, float]:  # type: ignore[type-arg]
    """For showing; nothing is computed from it."""
    found = estimate(known, way)
    apart = np.abs(found.energy_wh[chosen, gap] - truth[chosen, gap])
    inside = apart <= found.band_wh[chosen, gap]
    return round(100 * float(apart.sum() / truth[chosen, gap].sum()), 1), round(100 * float(inside.mean()), 1)
