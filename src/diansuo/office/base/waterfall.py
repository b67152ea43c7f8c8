"""A waterfall chart (瀑布图): from one figure to another by the parts between them, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Part:
    """One part between the two figures; ``url`` leads to what is behind it, ``note`` says it in words."""

    title: str | Promise
    amount: int
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of the chart: where its bar begins and how wide it is, in per cent of the drawing as SVG reads it."""

    title: str | Promise
    amount: int
    left: str
    width: str
    kind: str
    url: str = ""
    note: str = ""


def waterfall(start: Part, parts: Sequence[Part], end: Part) -> list[Bar]:
    """Return the rows of a chart from ``start`` to ``end``; the parts must make up the difference.

    The axis begins below the lowest point the bars come to, so that small parts of large figures can be seen.

    Raises:
        ValueError: the parts do not sum to the difference.
    """
    levels = [start.amount]
    for part in parts:
        levels.append(levels[-1] + part.amount)
    if levels[-1] != end.amount:
        raise ValueError(f"{start.amount} and the parts come to {levels[-1]}, not to {end.amount}")
    low, high = _axis(levels)
    rows = [_bar(start, low, start.amount, low, high, "whole")]
    for part, before, after in zip(parts, levels, levels[1:], strict=False):
        rows.append(_bar(part, before, after, low, high, "up" if part.amount >= 0 else "down"))
    return [*rows, _bar(end, low, end.amount, low, high, "whole")]


def _axis(levels: Sequence[int]) -> tuple[int, int]:
    """Return where the axis begins and ends: at nothing, unless all that happens lies far above it."""
    low, high = min(levels), max(levels)
    swing = high - low
    if low > 2 * swing > 0:
        return low - swing // 2, high
    return min(low, 0), max(high, 1)


def _bar(part: Part, before: int, after: int, low: int, high: int, kind: str) -> Bar:
    left, right = sorted((before, after))
    whole = max(high - low, 1)
    return Bar(
        part.title,
        part.amount,
        _per_cent(left - low, whole),
        _per_cent(right - left, whole),
        kind,
        part.url,
        part.note,
    )


def _per_cent(part: int, whole: int) -> str:
    return f"{Decimal(part * 10_000 // whole).scaleb(-2)}%"
