"""户变、相别识别 by voltage: which busbar's voltage a meter's follows, from curves taken at the same instants."""

from __future__ import annotations

from typing import Final

import numpy as np

from diansuo.core.network.causes.kinds import Float
from diansuo.core.quantity.arrays import Int64

PASSES: Final = 4
LEAST_AT_A_BUSBAR: Final = 3


def busbars_by_voltage(volt: Float, power: Float, busbars: Float) -> Int64:
    """Return the busbar each meter hangs on, int64 (n,).

    A meter's voltage is the busbar's less what its own load drops and what its neighbours' do. Each pass fits every
    meter's voltage by each busbar's and its own power and keeps the busbar that leaves least; the next pass puts the
    mean voltage of the meters at a busbar in its place, which holds the drop of the common line.
    Source: technical-anchors.md D; docs/rules/loss-causes.md.

    Args:
        volt: (n, points), one phase of each meter; nan where a point is missing.
        power: (n, points), what the meter took then, any unit.
        busbars: (busbars, points), the phase voltages of one or more areas' masters.
    """
    level = np.where(np.isnan(volt), np.nanmean(volt, axis=1, keepdims=True), volt)
    centred = level - level.mean(axis=1, keepdims=True)
    own = np.nan_to_num(power) - np.nan_to_num(power).mean(axis=1, keepdims=True)
    references = busbars - busbars.mean(axis=1, keepdims=True)
    found = _nearest(centred, own, references)
    for _pass in range(PASSES):
        references = np.stack(
            [
                centred[found == at].mean(axis=0)
                if (found == at).sum() >= LEAST_AT_A_BUSBAR
                else references[at]
                for at in range(len(busbars))
            ]
        )
        again = _nearest(centred, own, references, member=found)
        if (again == found).all():
            break
        found = again
    return found


def _nearest(volt: Float, own: Float, references: Float, member: Int64 | None = None) -> Int64:
    """Return the reference that, with the meter's own power, leaves least of its voltage; its own part taken out."""
    left = np.empty((len(volt), len(references)))
    for at, reference in enumerate(references):
        against = np.broadcast_to(reference, volt.shape)
        if member is not None:
            here = member == at
            count = max(int(here.sum()), LEAST_AT_A_BUSBAR)
            without = (reference * count - volt) / max(count - 1, 1)
            against = np.where(here[:, None] & (here.sum() >= LEAST_AT_A_BUSBAR), without, against)
        left[:, at] = _left(volt, against, own)
    return np.asarray(left.argmin(axis=1).astype(np.int64), np.int64)


def _left(volt: Float, against: Float, own: Float) -> Float:
    """Return what two regressors leave of the squares, row by row."""
    aa, bb, ab = (against**2).sum(axis=1), (own**2).sum(axis=1), (against * own).sum(axis=1)
    va, vb = (volt * against).sum(axis=1), (volt * own).sum(axis=1)
    determinant = aa * bb - ab**2
    both = determinant > 1e-9 * np.maximum(aa * bb, 1e-300)
    safe = np.where(both, determinant, 1)
    pair = (va * (bb * va - ab * vb) + vb * (aa * vb - ab * va)) / safe
    single = np.where(aa > 0, va**2 / np.where(aa > 0, aa, 1), 0)
    return np.asarray((volt**2).sum(axis=1) - np.where(both, pair, single), np.float64)
