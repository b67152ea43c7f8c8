"""Gaps inside a day's 96-point curve filled from both sides: for losses and checks, never for a bill (不得估抄).

Between two known points the power runs straight; before the first and after the last it stays. Where the registers of
the day are known, what was filled is brought to exactly the energy that is lacking.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from diansuo.core.metering.curve_checks import POINTS_AN_HOUR
from diansuo.core.metering.estimation import BAND_PERCENT, Mask, Matrix
from diansuo.core.metering.evidence import Known
from diansuo.core.metering.registers import same_length
from diansuo.core.quantity.arrays import Int64

LEAST_KNOWN: Final = 48
"""A day of which less than half is known is no curve with gaps: it is not filled."""


@dataclass(frozen=True, slots=True)
class FilledCurves:
    """Curves with their gaps filled, (m, points).

    Attributes:
        power_w: as collected, or estimated.
        estimated: which points were.
        band_w: (m,) error that nine of ten known points do not pass, asked for by gaps as long as the longest one.
    """

    power_w: Matrix
    estimated: Mask
    band_w: Int64


def fill_gaps(power_w: Matrix, has_power: Mask, register_wh: Known) -> FilledCurves:
    """Fill the gaps of curves, rows of one meter and day.

    Args:
        power_w: (m, points) power before the multiplier, feed-in negative.
        has_power: (m, points) it was collected.
        register_wh: (m,) forward active of the day by its registers; a day that feeds in is not brought to it.
    """
    same_length(power_w=power_w, has_power=has_power, register_wh=register_wh.value)
    filled, estimated = power_w.copy(), np.zeros(power_w.shape, np.bool_)
    band = np.zeros(len(power_w), np.int64)
    known = has_power.sum(axis=1)
    for row in np.flatnonzero((known >= LEAST_KNOWN) & (known < power_w.shape[1])).tolist():
        there, lacking = np.flatnonzero(has_power[row]), np.flatnonzero(~has_power[row])
        values = power_w[row, there]
        made = _between(there, values, lacking)
        if register_wh.known[row] and (values >= 0).all():
            made = _scaled(made, int(register_wh.value[row]) * POINTS_AN_HOUR - int(values.sum()))
        filled[row, lacking], estimated[row, lacking] = made, True
        band[row] = _band(power_w[row], has_power[row])
    return FilledCurves(filled, estimated, band)


def _between(there: Any, values: Int64, wanted: Any) -> Int64:
    """Straight lines between known points, in whole watts, downwards."""
    after = np.searchsorted(there, wanted)
    left, right = np.maximum(after - 1, 0), np.minimum(after, len(there) - 1)
    first, last = np.where(after == 0, right, left), np.where(after == len(there), left, right)
    span = np.maximum(there[last] - there[first], 1)
    way = np.clip(wanted - there[first], 0, None) * (last != first)
    made: Int64 = values[first] + (values[last] - values[first]) * way // span
    return made


def _scaled(made: Int64, lacking: int) -> Int64:
    """Bring filled points to what the day lacks (W × points), in their shares; below none, leave them as they are."""
    if lacking < 0:
        return made
    weights = [int(each) for each in made] if int(made.sum()) > 0 else [1] * len(made)
    whole, out, given, run = sum(weights), [], 0, 0
    for weight in weights:
        run += weight
        upto = lacking * run // whole
        out.append(upto - given)
        given = upto
    return np.array(out, np.int64)


def _band(power_w: Int64, has_power: Any) -> int:
    """The error that nine of ten known points do not pass when gaps of the longest length are asked for among them."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], has_power, [True])).astype(np.int8)))
    longest = int((edges[1::2] - edges[::2]).max())
    width = longest + 2
    if width > len(power_w):
        return int(power_w[has_power].max() - power_w[has_power].min())
    whole = np.lib.stride_tricks.sliding_window_view(has_power, width).all(axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(power_w, width)[whole]
    if not len(windows):
        return int(power_w[has_power].max() - power_w[has_power].min())
    steps = np.arange(1, longest + 1)
    straight = windows[:, :1] + (windows[:, -1:] - windows[:, :1]) * steps // (longest + 1)
    apart = np.sort(np.abs(straight - windows[:, 1:-1]).ravel())
    return int(apart[max(-(-len(apart) * BAND_PERCENT // 100) - 1, 0)])
