"""户变、相别识别 by voltage: which busbar's voltage a meter's follows, from curves taken at the same instants."""

from __future__ import annotations

from typing import Final

import numpy as np

from diansuo.core.network.causes.kinds import Float
from diansuo.core.quantity.arrays import Int64

PHASES: Final = 3
PASSES: Final = 6
LEAST_AT_A_BUSBAR: Final = 3


def areas_by_voltage(volt: Float, power: Float, busbars: Float) -> Int64:
    """Return the area each meter hangs in, int64 (n,): of the busbar that, with its own power, leaves least of it.

    Each further pass puts the mean voltage of the meters at a busbar, the meter itself left out, in the busbar's place.

    Args:
        volt: (n, points), one phase of each meter; nan where a point is missing.
        power: (n, points), what the meter took then, any unit.
        busbars: (areas, 3, points), the phase voltages of the areas' masters.
    """
    centred, own = _centred(volt), _centred(np.nan_to_num(power))
    references = _centred(busbars.reshape(-1, busbars.shape[-1]))
    found = _nearest(centred, own, references, np.full(len(centred), -1, dtype=np.int64))
    for _pass in range(PASSES):
        again = _nearest(centred, own, references, found)
        if (again == found).all():
            break
        found = again
    return np.asarray(found // PHASES, np.int64)


def _nearest(volt: Float, own: Float, busbars: Float, member: Int64) -> Int64:
    """Return the busbar whose other meters' mean leaves least of each voltage; one with few keeps its own voltage."""
    left = np.empty((len(busbars), len(volt)))
    for at, busbar in enumerate(busbars):
        here = member == at
        left[at] = _left(volt, busbar, own) if here.sum() < LEAST_AT_A_BUSBAR else 0
        if here.sum() >= LEAST_AT_A_BUSBAR:
            total, count = volt[here].sum(axis=0), int(here.sum())
            left[at] = _left(volt, total / count, own)
            rows = np.flatnonzero(here)
            left[at, rows] = [
                float(_left(volt[[row]], (total - volt[row]) / (count - 1), own[[row]])[0]) for row in rows
            ]
    return np.asarray(left.argmin(axis=0), np.int64)


def phases_by_voltage(volt: Float, power: Float, busbars: Float) -> Int64:
    """Return the phase each meter of one area hangs on, int64 (n,), 0 to 2.

    The three phases move together, so that each meter's voltage is fitted by all three at once and its own power; the
    phase with the largest share is taken. Each further pass puts the mean voltage of the meters on a phase, the meter
    itself left out, in the busbar's place: it holds the drop of the common line. Passes end when nobody moves.

    Args:
        volt: (n, points), of the meters of the area.
        power: (n, points), what they took then.
        busbars: (3, points), the phase voltages of the area's master.

    Source: technical-anchors.md D; docs/rules/loss-causes.md.
    """
    centred, own = _centred(volt), _centred(np.nan_to_num(power))
    references = _centred(busbars)
    found = np.array(
        [_largest(row, references, mine) for row, mine in zip(centred, own, strict=True)], np.int64
    )
    for _pass in range(PASSES):
        again = _once_more(centred, own, found, references)
        if (again == found).all():
            break
        found = again
    return found


def _once_more(volt: Float, own: Float, found: Int64, busbars: Float) -> Int64:
    """Fit every meter by the means of the others on each phase; a phase nobody else is on keeps its busbar."""
    sums = np.stack([volt[found == phase].sum(axis=0) for phase in range(PHASES)])
    counts = np.array([(found == phase).sum() for phase in range(PHASES)])
    again = found.copy()
    for row in range(len(volt)):
        mine = np.arange(PHASES) == found[row]
        others = counts - mine
        means = (sums - mine[:, None] * volt[row]) / np.maximum(others, 1)[:, None]
        again[row] = _largest(volt[row], np.where(others[:, None] > 0, means, busbars), own[row])
    return again


def _largest(volt: Float, references: Float, own: Float) -> int:
    """Return the reference with the largest share in a voltage, the meter's own power fitted beside them."""
    share, *_rest = np.linalg.lstsq(np.vstack([references, own]).T, volt, rcond=None)
    return int(share[:PHASES].argmax())


def _centred(columns: Float) -> Float:
    """Return columns against their mean; a missing point stands at it."""
    return np.asarray(np.nan_to_num(columns - np.nanmean(columns, axis=-1, keepdims=True)), np.float64)


def _left(volt: Float, against: Float, own: Float) -> Float:
    """Return what a reference and the own power leave of the squares of each voltage, (n,)."""
    aa, bb, ab = float((against**2).sum()), (own**2).sum(axis=1), own @ against
    va, vb = volt @ against, (volt * own).sum(axis=1)
    determinant = aa * bb - ab**2
    both = determinant > 1e-9 * np.maximum(aa * bb, 1e-300)
    pair = (va * (bb * va - ab * vb) + vb * (aa * vb - ab * va)) / np.where(both, determinant, 1)
    single = va**2 / max(aa, 1e-300)
    return np.asarray((volt**2).sum(axis=1) - np.where(both, pair, single), np.float64)
