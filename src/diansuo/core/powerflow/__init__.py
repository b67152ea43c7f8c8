"""Power flow: what a radial network loses at the load it carries, by backward and forward sweep (前推回代).

`tree` orders the network and refuses rings and islands, `balanced` solves it for many scenarios at once. Physics in
floating point: nothing here is money, and no energy that is billed.
"""

from diansuo.core.powerflow.balanced import Flow, Grid, solve_balanced
from diansuo.core.powerflow.problems import Collapse, IslandFound, LoopFound, NoFlow, NotConverged
from diansuo.core.powerflow.tree import Tree, grow

__all__ = [
    "Collapse",
    "Flow",
    "Grid",
    "IslandFound",
    "LoopFound",
    "NoFlow",
    "NotConverged",
    "Tree",
    "grow",
    "solve_balanced",
]
