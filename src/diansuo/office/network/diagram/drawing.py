"""The single-line diagram in pixels: busbar, spans from pole to pole, customers as small signs beneath their pole."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from diansuo.core.network.lines import BUSBAR
from diansuo.office.network.diagram.layout import children_of, laid
from diansuo.office.network.diagram.queries import Hung, Lines, Segment

BUS_X, COLUMN, TOP = 124, 84, 34
LINE_ROOM, SIGN, SIGNS_A_LINE = 44, 16, 5
"""Above a row's customers: room for its line and what is written on it. A sign's side, and how many stand abreast."""
LEAST_HEIGHT = 150


def places(one: Hung) -> int:
    """Return in how many signs' room a customer stands: one, or one for each cause that names it."""
    return max(len(one.causes), 1)


@dataclass(frozen=True, slots=True)
class Sign:
    """A customer: a square with its phase, or round, with the numbers of the causes that name it side by side."""

    of: Hung
    x: int
    y: int

    @property
    def middle(self) -> int:
        """Return the middle of the sign, of its first number where causes name the customer."""
        return self.x + SIGN // 2 - 1

    @property
    def width(self) -> int:
        """Return how wide what surrounds the numbers is."""
        return SIGN * places(self.of)

    @property
    def numbers(self) -> list[tuple[int, int]]:
        """Return the numbers of the causes, each with its middle."""
        return [(cause, self.middle + SIGN * at) for at, cause in enumerate(self.of.causes)]


@dataclass(frozen=True, slots=True)
class Span:
    """A segment: from the pole it hangs on to its own; ``conductor`` only where it is another than before."""

    of: Segment
    at: int
    from_x: int
    from_y: int
    x: int
    y: int
    conductor: str

    @property
    def middle(self) -> int:
        """Return the middle of what is written on it."""
        return self.x - COLUMN // 2


@dataclass(frozen=True, slots=True)
class Pole:
    """A pole with its customers, for the table: its segment, the number of what it hangs on."""

    at: int
    of: Segment
    upper: str
    hung: list[tuple[Hung, Segment | None]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything with its place."""

    spans: list[Span]
    signs: list[Sign]
    width: int
    height: int
    bus_top: int
    bus_bottom: int
    bus_x: int = BUS_X
    sign: int = SIGN - 2


def services(of: Lines) -> set[int]:
    """Return the segments that lead to one meter and nowhere else: drawn as the customer at the pole before."""
    below = children_of([segment.upper for segment in of.segments])
    meters: dict[int, int] = defaultdict(int)
    for one in of.hung:
        meters[one.segment] += one.placed or not of.known
    return {
        at
        for at, segment in enumerate(of.segments)
        if at not in below and meters[at] == 1 and segment.upper != BUSBAR
    }


def poles(of: Lines) -> list[Pole]:
    """Return the poles in the order of the record, each with the customers at it, over a service line or none."""
    thin = services(of)
    at_pole: dict[int, list[tuple[Hung, Segment | None]]] = defaultdict(list)
    for one in of.hung:
        own = of.segments[one.segment] if one.segment in thin else None
        at_pole[own.upper if own else one.segment].append((one, own))
    rows = [
        Pole(at, segment, _number(of, segment.upper), at_pole[at])
        for at, segment in enumerate(of.segments)
        if at not in thin
    ]
    if at_pole[BUSBAR]:
        rows.insert(0, Pole(BUSBAR, Segment(BUSBAR, 0.0), "", at_pole[BUSBAR]))
    return rows


def _number(of: Lines, at: int) -> str:
    return "" if at == BUSBAR else of.segments[at].number or str(at + 1)


def drawn(of: Lines, rows: list[Pole]) -> Drawing:
    """Return where everything stands; ``rows`` are the area's :func:`poles`."""
    below: dict[int, list[int]] = {}
    for pole in rows:
        if pole.at != BUSBAR:
            below.setdefault(pole.of.upper, []).append(pole.at)
    block = laid(below)
    most: dict[int, int] = defaultdict(int)
    for pole in rows:
        row = block.place.get(pole.at, (0, 0))[1]
        most[row] = max(most[row], _lines(pole))
    tops, y = [], TOP
    for row in range(len(block.least)):
        tops.append(y)
        y += LINE_ROOM + SIGN * most[row]
    where = {at: (BUS_X + COLUMN * (column + 1), tops[row]) for at, (column, row) in block.place.items()}
    spans = [_span(of, pole, where) for pole in rows if pole.at in where]
    signs = [sign for pole in rows for sign in _signs(pole, *where.get(pole.at, (BUS_X, TOP)))]
    heads = [span.y for span in spans if span.of.upper == BUSBAR] or [TOP]
    return Drawing(
        spans,
        signs,
        BUS_X + COLUMN * (block.widest + 2) + 8,
        max(y, LEAST_HEIGHT),
        min(*heads, TOP) - 18,
        max(*heads, TOP + 70) + 18,
    )


def _span(of: Lines, pole: Pole, where: dict[int, tuple[int, int]]) -> Span:
    x, y = where[pole.at]
    upper = pole.of.upper
    from_x, from_y = where.get(upper, (BUS_X, y))
    before = of.segments[upper].conductor if upper != BUSBAR else ""
    return Span(
        pole.of, pole.at, from_x, from_y, x, y, "" if pole.of.conductor == before else pole.of.conductor
    )


def _placed(pole: Pole) -> list[tuple[Hung, int, int]]:
    """Return a pole's customers, those a cause names first, each with the column and the line of its sign."""
    order = sorted((one for one, _own in pole.hung), key=lambda one: (not one.causes, one.causes))
    placed, column, line = [], 0, 0
    for one in order:
        if column and column + places(one) > SIGNS_A_LINE:
            column, line = 0, line + 1
        placed.append((one, column, line))
        column += places(one)
    return placed


def _lines(pole: Pole) -> int:
    """Return in how many lines a pole's customers stand."""
    return max((line + 1 for _one, _column, line in _placed(pole)), default=0)


def _signs(pole: Pole, x: int, y: int) -> list[Sign]:
    """Return a pole's customers in lines beneath it."""
    return [Sign(one, x + 4 + SIGN * column, y + 8 + SIGN * line) for one, column, line in _placed(pole)]
