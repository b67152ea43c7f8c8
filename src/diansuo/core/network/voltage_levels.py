"""Loss by voltage level (分压): the areas together are the low voltage, the feeders together the medium one.

A level takes in the groups that can be computed, both their sides, and says how many of all that are: with one master
silent the level's rate is that of the others, never one side without the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diansuo.core.network.balance import Balance
from diansuo.core.network.classes import WHOLE_BP, Losses, LossKind, half_away
from diansuo.core.quantity.arrays import Bool, Int64


@dataclass(frozen=True, slots=True)
class VoltageLevel:
    """A voltage level in periods, int64 (periods,).

    Attributes:
        supply_wh: into the groups that can be computed.
        sold_wh: out of them.
        groups: how many there are.
        groups_known: how many can be computed.
    """

    supply_wh: Int64
    sold_wh: Int64
    groups: Int64
    groups_known: Int64

    @property
    def loss_wh(self) -> Int64:
        """供电量 − 售电量 of the groups that can be computed."""
        return self.supply_wh - self.sold_wh

    @property
    def rate_bp(self) -> Int64:
        """线损率 in hundredths of a per cent, halves away from zero; 0 where nothing can be computed."""
        known = self.supply_wh > 0
        return np.where(known, half_away(self.loss_wh * WHOLE_BP, np.where(known, self.supply_wh, 1)), 0)


def voltage_level(of: Balance, losses: Losses, counted: Bool) -> VoltageLevel:
    """Add up the groups of a level: the public areas, or the feeders.

    Where everything can be computed and every area hangs on a feeder of the station, the losses of the two levels are
    the station's.

    Args:
        of: balance of the groups.
        losses: their losses; those that cannot be computed are left out, on both sides.
        counted: bool (groups,), the groups that belong to the level (dedicated areas do not).

    Source: domain.md §10.1 (四分) [K]; docs/rules/line-loss.md.
    """
    lives = ((of.outlets > 0) | (of.inlets > 0)) & counted[:, None]
    known = lives & (losses.kind != LossKind.UNCOMPUTABLE)
    return VoltageLevel(
        supply_wh=np.where(known, of.supply_wh, 0).sum(axis=0, dtype=np.int64),
        sold_wh=np.where(known, of.sold_wh, 0).sum(axis=0, dtype=np.int64),
        groups=lives.sum(axis=0).astype(np.int64),
        groups_known=known.sum(axis=0).astype(np.int64),
    )
