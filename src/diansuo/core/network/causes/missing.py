"""采集缺失: customers without registers; what they used is unknown, and counts as nothing in the day's balance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from diansuo.core.network.causes import weights
from diansuo.core.network.causes.kinds import CauseKind, Evidence
from diansuo.core.network.causes.scene import Scene, Suspect


def suspects(scene: Scene) -> Iterator[Suspect]:
    """Yield every customer with unknown days in the month whose usual energy is a telling share of the supply.

    A day without the master's register has no balance from which anybody could be missing.
    """
    balanced = ~np.isnan(scene.area.supply_wh)
    unknown = np.isnan(scene.area.use_wh) & balanced
    supply = scene.of_month(np.nan_to_num(scene.area.supply_wh))
    for row in np.flatnonzero(unknown[:, -scene.month :].any(axis=1)).tolist():
        energy = scene.missing_wh[row] * balanced
        share = scene.of_month(energy) / max(supply, 1.0)
        days = int(unknown[row, -scene.month :].sum())
        usual = float(energy[unknown[row]].mean())
        yield Suspect(
            CauseKind.MISSING_READS,
            row,
            weights.DIRECT + 2 * np.log(max(share, 1e-9) / max(scene.limits.direct_least, 1e-9)),
            energy,
            Evidence.SILENT_DAYS,
            (days, scene.month, usual),
            since=int(np.argmax(unknown[row])),
            direct=share >= scene.limits.direct_least,
        )
