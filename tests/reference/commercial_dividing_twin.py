"""The slow twin of dividing commercial months: one quantity, one list of days, Fractions, sentence by sentence."""

from __future__ import annotations

from fractions import Fraction

STEP = 10


def to_step(value: Fraction) -> int:
    """Round to 10 Wh, halves up."""
    return (2 * value.numerator + value.denominator * STEP) // (2 * value.denominator * STEP) * STEP


def divide(energy: int, start: int, end: int, days: list[int], known: dict[int, Fraction]) -> list[int]:
    """Return the parts of an energy: ``known`` says which share of it was used before a day.

    What a day is known of divides first; between two such days the others divide what follows them from what comes
    before, day by day alike; what follows is rounded, the rest stays with the older part.
    """
    cuts = sorted(day for day in set(days) if start < day < end)
    fixed = [start, *(day for day in cuts if day in known), end]
    after = {start: energy, end: 0}
    for day in fixed[1:-1]:
        # no more than the whole steps there are
        after[day] = min(to_step(energy * (1 - known[day])), energy // STEP * STEP)
    for first, last in zip(fixed, fixed[1:], strict=False):
        between = after[first] - after[last]
        for day in cuts:
            if first < day < last:
                later = to_step(Fraction(between * (last - day), last - first))
                after[day] = after[last] + min(later, between // STEP * STEP)
    borders = [start, *cuts, end]
    return [after[first] - after[last] for first, last in zip(borders, borders[1:], strict=False)]
