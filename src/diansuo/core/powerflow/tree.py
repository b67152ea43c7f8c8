"""From branches to trees: each bus, sources first, with the branch that feeds it; rings and islands are refused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from diansuo.core.powerflow.problems import IslandFound, LoopFound
from diansuo.core.quantity.arrays import Bool, Int64, require


@dataclass(frozen=True, slots=True)
class Tree:
    """Buses in an order in which every bus comes after the one that feeds it; P positions.

    Attributes:
        bus: int64 (P,), the bus at each position.
        parent: int64 (P,), position that feeds it, -1 at a source.
        branch: int64 (P,), index of the branch between the two, -1 at a source.
        forward: bool (P,), whether that branch is written from the parent to the bus.
    """

    bus: Int64
    parent: Int64
    branch: Int64
    forward: Bool


def grow(buses: int, from_bus: Int64, to_bus: Int64, closed: Bool, source: Int64) -> Tree:
    """Return the trees that the closed branches make below the sources.

    Args:
        buses: how many, numbered from 0.
        from_bus: int64 (branches,).
        to_bus: int64 (branches,).
        closed: bool (branches,), an open switch or tie is False.
        source: int64 (sources,), the buses whose voltage is given.

    Raises:
        LoopFound: a closed branch joins what is joined already.
        IslandFound: a bus has no closed path to a source.
        IndexError: a branch or a source names a bus that is not there.
        WrongColumn: a column has the wrong dtype or length.
    """
    require(np.int64, from_bus=from_bus, to_bus=to_bus)
    require(np.int64, source=source)
    ends = np.concatenate((from_bus, to_bus, source))
    if len(ends) and not (ends.min() >= 0 and ends.max() < buses):
        raise IndexError(f"a branch or source names a bus outside 0 … {buses - 1}")
    if len(closed) != len(from_bus) or closed.dtype != np.bool_:
        raise IndexError(f"{len(closed)} states of type {closed.dtype} for {len(from_bus)} branches")
    order, parent, feeder = _walk(buses, from_bus, to_bus, closed, source)
    missing = sorted(set(range(buses)) - set(order))
    if missing:
        raise IslandFound(tuple(missing))
    branch = np.array(feeder, dtype=np.int64)
    bus = np.array(order, dtype=np.int64)
    forward: npt.NDArray[np.bool_] = (branch < 0) | (to_bus[branch] == bus if len(to_bus) else True)
    return Tree(bus, np.array(parent, dtype=np.int64), branch, forward)


def _walk(
    buses: int, from_bus: Int64, to_bus: Int64, closed: Bool, source: Int64
) -> tuple[list[int], list[int], list[int]]:
    """Go outwards from the sources, breadth first; a branch that leads back is a ring."""
    beside: list[list[int]] = [[] for _ in range(buses)]
    for branch in np.flatnonzero(closed).tolist():
        if from_bus[branch] == to_bus[branch]:
            raise LoopFound(branch)
        beside[from_bus[branch]].append(branch)
        beside[to_bus[branch]].append(branch)
    order = source.tolist()
    parent, feeder = [-1] * len(order), [-1] * len(order)
    seen = set(order)
    for position, bus in enumerate(order):  # grows while it is walked
        for branch in beside[bus]:
            if branch == feeder[position]:
                continue
            other = int(to_bus[branch] if from_bus[branch] == bus else from_bus[branch])
            if other in seen:
                raise LoopFound(branch)
            seen.add(other)
            order.append(other)
            parent.append(position)
            feeder.append(branch)
    return order, parent, feeder
