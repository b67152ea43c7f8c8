"""The loop of the day checks: one pass over a point's registers marks days and leaves what they were held against."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit

GAP, BACK, RUNAWAY, SPIKE, STOPPED, SUM, REVERSE = 1, 2, 4, 8, 16, 32, 64
HOURS: Final = 24
# Places of the thresholds in their row, as `DayThresholds.as_row` gives them.
(
    _GAP_DAYS,
    _CAPACITY,
    _ROLLOVER,
    _SHARE,
    _SPIKE_LEAST,
    _STILL_DAYS,
    _STILL_LEAST,
    _ALLOWANCE,
    _REVERSE_LEAST,
) = range(9)


@njit(cache=True, nogil=True)
def flag_days(
    total: Any,
    parts: Any,
    reverse: Any,
    exchanged: Any,
    multiplier: Any,
    modulus: Any,
    traits: Any,
    limits: Any,
) -> Any:
    """Return marks (n, days) of each rule's bit, and figures of each marked day: actual, held, gap.

    `actual` is the energy, of a meter that stands still its days; `held` what the day was held against: the register
    before, the most that is possible, the third largest day, the mean day before (where a day is a run-away and a
    spike, that of the spike); `gap` the days of a gap, negative where it goes on. ``traits``: capacity in W, feeds in,
    inactive.
    """
    count, width = total.shape
    flags = np.zeros((count, width - 1), np.uint8)
    actual, held = np.zeros((count, width - 1), np.int64), np.zeros((count, width - 1), np.int64)
    gap = np.zeros((count, width - 1), np.int16)
    energy = np.empty(width - 1, np.int64)
    for row in range(count):
        _gaps(row, total, limits, flags, gap)
        _walk(
            row,
            total,
            exchanged,
            multiplier[row],
            modulus[row],
            traits[row, 0],
            limits,
            energy,
            flags,
            actual,
            held,
        )
        _beside(row, total, parts, reverse, exchanged, multiplier[row], traits[row, 1], limits, flags)
        _spike(row, energy, limits, flags, actual, held)
        if traits[row, 2] == 0:
            _still(row, energy, limits, flags, actual, held)
    return flags, actual, held, gap


@njit(cache=True, nogil=True)
def _gaps(row: int, total: Any, limits: Any, flags: Any, gap: Any) -> None:
    """Mark the last day of each run of days without a register."""
    width, absent = total.shape[1], 0
    for column in range(width):
        if total[row, column] < 0:
            absent += 1
            continue
        if absent >= limits[_GAP_DAYS]:
            flags[row, column - 1] |= GAP
            gap[row, column - 1] = absent
        absent = 0
    if absent >= limits[_GAP_DAYS]:
        flags[row, width - 2] |= GAP
        gap[row, width - 2] = -absent


@njit(cache=True, nogil=True)
def _walk(
    row: int, total: Any, exchanged: Any, times: int, modulus: int, capacity_w: int, limits: Any,
    energy: Any, flags: Any, actual: Any, held: Any,
) -> None:  # fmt: skip
    """From each collected register to the next one: energy of single days, backwards, run-away."""
    last = -1
    energy[:] = -1
    for column in range(total.shape[1]):
        if exchanged[row, column]:
            last = -1
        now = total[row, column]
        if now < 0:
            continue
        if last >= 0:
            before, span = total[row, last], column - last
            used = now - before
            most = capacity_w * HOURS * span * limits[_CAPACITY] // 1000
            if used < 0 and before > modulus // 1000 * limits[_ROLLOVER] and (used + modulus) * times <= most:
                used += modulus
            if used < 0:
                flags[row, column - 1] |= BACK
                held[row, column - 1] = before
            elif capacity_w > 0 and used * times > most:
                flags[row, column - 1] |= RUNAWAY
                actual[row, column - 1], held[row, column - 1] = used * times, most
            if used >= 0 and span == 1:
                energy[column - 1] = used * times
        last = column


@njit(cache=True, nogil=True)
def _beside(
    row: int,
    total: Any,
    parts: Any,
    reverse: Any,
    exchanged: Any,
    times: int,
    feeds_in: int,
    limits: Any,
    flags: Any,
) -> None:
    """Hold the total against its parts, and look at the reverse register."""
    for day in range(total.shape[1] - 1):
        if exchanged[row, day + 1]:
            continue
        if (
            parts[row, day] >= 0
            and parts[row, day + 1] >= 0
            and total[row, day] >= 0
            and total[row, day + 1] >= 0
        ):
            whole, made = total[row, day + 1] - total[row, day], parts[row, day + 1] - parts[row, day]
            # Where either passes its end it is not compared: the other one does so on another day.
            if whole >= 0 and made >= 0 and abs(whole - made) > limits[_ALLOWANCE]:
                flags[row, day] |= SUM
        if (
            feeds_in == 0
            and reverse[row, day] >= 0
            and (reverse[row, day + 1] - reverse[row, day]) * times > limits[_REVERSE_LEAST]
        ):
            flags[row, day] |= REVERSE


@njit(cache=True, nogil=True)
def _spike(row: int, energy: Any, limits: Any, flags: Any, actual: Any, held: Any) -> None:
    """The largest day against the third largest."""
    first, second, third, place = -1, -1, -1, -1
    for day in range(len(energy)):
        used = energy[day]
        if used > first:
            first, second, third, place = used, first, second, day
        elif used > second:
            second, third = used, second
        elif used > third:
            third = used
    if third >= 0 and first >= limits[_SPIKE_LEAST] and (first - third) * 1000 > third * limits[_SHARE]:
        flags[row, place] |= SPIKE
        actual[row, place], held[row, place] = first, third


@njit(cache=True, nogil=True)
def _still(row: int, energy: Any, limits: Any, flags: Any, actual: Any, held: Any) -> None:
    """Days without any use after days with some; one mark at the end of each such run."""
    run, before, days = 0, 0, 0
    for day in range(len(energy) + 1):
        still = day < len(energy) and energy[day] == 0
        if still:
            run += 1
            continue
        if run >= limits[_STILL_DAYS] and days > 0 and before >= limits[_STILL_LEAST] * days:
            flags[row, day - 1] |= STOPPED
            actual[row, day - 1], held[row, day - 1] = run, before // days
        if day < len(energy) and energy[day] > 0:
            before, days = before + energy[day], days + 1
        run = 0
