"""A waterfall as a drawing: what stands where, in shares of the width, so that it fits any screen and any sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

ROW_PX: Final = 30
BAR_PX: Final = 18
SHARES: Final = 10_000
"""The width of the drawing in hundredths of a per cent; the style gives it its place between names and amounts."""
ROOM: Final = 6
"""The axis begins at 0 unless the difference would be too small to see: a seventh of the whole and less."""


@dataclass(frozen=True, slots=True)
class Step:
    """A bar to draw: a whole (a total) from 0 to ``to_fen``, or a part from one level to the next."""

    title: str
    from_fen: int
    to_fen: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar as it is drawn: positions as SVG reads them."""

    title: str
    kind: str
    amount_fen: int
    sign: str
    left: str
    width: str
    bar_px: int
    middle_px: int
    level: str
    next_px: int
    last: bool


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The drawing: bars from above to below, its height, and where its axis begins (0, or cut off)."""

    bars: tuple[Bar, ...]
    height_px: int
    axis_from_fen: int
    zero: str


def between(start: tuple[str, int], parts: Sequence[tuple[str, int]], end: tuple[str, int]) -> Waterfall:
    """Draw the parts, each a title and fen, that lead from one total to another.

    Raises:
        ValueError: the parts do not make up the difference.
    """
    steps, level = [Step(start[0], 0, start[1], whole=True)], start[1]
    for title, amount_fen in parts:
        steps.append(Step(title, level, level + amount_fen, whole=False))
        level += amount_fen
    if level != end[1]:
        raise ValueError(f"{start[1]} and the parts come to {level}, not to {end[1]}")
    return draw([*steps, Step(end[0], 0, level, whole=True)])


def draw(steps: Sequence[Step]) -> Waterfall:
    """Lay the bars out from above to below, all on one scale of yuan."""
    levels = [level for step in steps for level in (step.from_fen, step.to_fen) if not step.whole]
    levels += [step.to_fen for step in steps if step.whole]
    low, high = min(levels), max(levels)
    span = max(high - low, 1)
    start = min(low, 0) if low <= span * ROOM else low - span
    scale = max(high - start, 1)

    def at(level_fen: int) -> int:
        return max(level_fen - start, 0) * SHARES // scale

    bars = []
    for number, step in enumerate(steps):
        edges = sorted((at(max(start, 0) if step.whole else step.from_fen), at(step.to_fen)))
        change = step.to_fen if step.whole else step.to_fen - step.from_fen
        bars.append(
            Bar(
                title=step.title,
                kind="whole" if step.whole else "more" if change > 0 else "less",
                amount_fen=change,
                sign="+" if change > 0 and not step.whole else "",
                left=_share(edges[0]),
                width=_share(max(edges[1] - edges[0], 25)),
                bar_px=number * ROW_PX + (ROW_PX - BAR_PX) // 2,
                middle_px=number * ROW_PX + ROW_PX // 2,
                level=_share(at(step.to_fen)),
                next_px=(number + 1) * ROW_PX + (ROW_PX - BAR_PX) // 2,
                last=number == len(steps) - 1,
            )
        )
    return Waterfall(tuple(bars), len(steps) * ROW_PX, max(start, 0), _share(at(0)))


def _share(hundredths: int) -> str:
    """Write a share of the width as SVG reads it, whatever the language of the page."""
    return f"{hundredths // 100}.{hundredths % 100:02d}%"
