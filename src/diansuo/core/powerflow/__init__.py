"""Power flow: what a radial network loses at the load it carries, by backward and forward sweep (前推回代).

`tree` orders the network and refuses rings and islands, `balanced` solves it for many scenarios at once, `three_phase`
where the phases differ; `reduction` merges what carries the same current, `conductors` makes 3 × 3 impedances. Physics
in floating point: nothing here is money, and no energy that is billed.
"""

from diansuo.core.powerflow.balanced import Flow, Grid, solve_balanced
from diansuo.core.powerflow.problems import Collapse, IslandFound, LoopFound, NoFlow, NotConverged
from diansuo.core.powerflow.three_phase import (
    PhaseFlow,
    PhaseGrid,
    PhaseLoss,
    phase_losses,
    solve_three_phase,
)
from diansuo.core.powerflow.tree import Tree, grow

__all__ = [
    "Collapse",
    "Flow",
    "Grid",
    "IslandFound",
    "LoopFound",
    "NoFlow",
    "NotConverged",
    "PhaseFlow",
    "PhaseGrid",
    "PhaseLoss",
    "Tree",
    "grow",
    "phase_losses",
    "solve_balanced",
    "solve_three_phase",
]
