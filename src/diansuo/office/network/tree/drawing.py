"""The tree as a drawing: a row a node, joined to the one it hangs on. Words and colours are the page's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from diansuo.office.network.queries import Loss
from diansuo.office.network.tree.queries import FeederBranch, Tree

WIDTH, ROW_HEIGHT, INDENT, LEFT = 372, 32, 22, 14
ENERGY_AT, RATE_AT = 304, 366
TEXT_GAP = 42
"""From the joint of a node to its name: the transformer's circles and the sign of its class stand between."""
CHARACTER = 13


@dataclass(frozen=True, slots=True)
class Node:
    """A station, substation, feeder or area (``level`` 0 to 3); ``target`` is what a click leads to, 0 nothing."""

    level: int
    name: str
    loss: Loss | None
    target: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """Where a node stands: its joint, and the joint of what it hangs on (None of the root)."""

    node: Node
    x: int
    y: int
    above: tuple[int, int] | None
    words: str

    @property
    def text_at(self) -> int:
        """Return where the name begins."""
        return self.x + (TEXT_GAP if self.node.loss else 14)


@dataclass(frozen=True, slots=True)
class Drawing:
    """Rows in the order in which they are read."""

    rows: list[Row]
    width: int = WIDTH
    energy_at: int = ENERGY_AT
    rate_at: int = RATE_AT
    row_height: int = ROW_HEIGHT

    @property
    def height(self) -> int:
        """Return how high the drawing is."""
        return len(self.rows) * ROW_HEIGHT


def overview(of: Tree, unknown: str) -> Drawing:
    """Return the station, its substations and feeders; ``unknown`` names a substation the archive does not."""
    nodes = [Node(0, of.station.name, of.loss)]
    for substation in of.substations:
        nodes.append(Node(1, substation.name or unknown, None))
        nodes += [
            Node(2, feeder.name or unknown, feeder.loss, feeder.feeder_id or 0)
            for feeder in substation.feeders
        ]
    return Drawing(list(_rows(nodes)))


def branch(of: FeederBranch, unknown: str) -> Drawing:
    """Return a feeder and its areas."""
    nodes = [Node(2, of.name or unknown, of.loss)]
    nodes += [Node(3, area.name or area.number, area, area.area_id) for area in of.areas]
    return Drawing(list(_rows(nodes)))


def _rows(nodes: Sequence[Node]) -> Iterator[Row]:
    root, joints = nodes[0].level, dict[int, tuple[int, int]]()
    for at, node in enumerate(nodes):
        x, y = LEFT + (node.level - root) * INDENT, at * ROW_HEIGHT + ROW_HEIGHT // 2
        joints[node.level] = x, y
        room = (ENERGY_AT - 66 if node.loss else WIDTH) - x - TEXT_GAP
        yield Row(node, x, y, joints.get(node.level - 1) if at else None, shortened(node.name, room))


def shortened(name: str, room: int) -> str:
    """Return as much of a name as fits into some pixels."""
    used = 0.0
    for at, sign in enumerate(name):
        used += CHARACTER * (1 if east_asian_width(sign) in "WF" else 0.58)
        if used > room:
            return name[: max(at - 1, 1)] + "…"
    return name
