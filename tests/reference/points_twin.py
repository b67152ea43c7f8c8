"""The slow, obvious twin of core.metering.energy.points: one point after another, energies only."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from diansuo.core.metering.energy import PointRelation, Points, take_from_bands
from tests.reference.energy_twin import nearest

SERIES, TRANSFER = int(PointRelation.SERIES), int(PointRelation.TRANSFER)


def settle(points: Points, step: int) -> tuple[list[int], list[bool]]:
    """Return what each point is settled with and whether it is held; orders of ratios are those of the rest."""
    held, sound = _edges(points)
    left = points.read_wh.tolist()
    bands = [list(row) for row in points.bands_wh.tolist()]
    behind = {kind: _behind(points, sound, kind) for kind in (SERIES, TRANSFER)}
    for masters in behind.values():
        for master, subs in masters.items():
            if points.known[master] and not all(points.known[sub] for sub in subs):
                held[master] = True
    for masters in behind.values():
        _take_all(points, masters, left, bands, held, step)
    return _shares(points, sound, left, held, step)


def _behind(points: Points, sound: list[int], kind: int) -> dict[int, list[int]]:
    """Return the meters right behind each, of one relation."""
    rows = range(len(points))
    return {
        master: [
            row
            for row in rows
            if sound[row] == master and not points.share[row] and points.relation[row] == kind
        ]
        for master in rows
    }


def _take_all(
    points: Points,
    masters: dict[int, list[int]],
    left: list[int],
    bands: list[list[int]],
    held: list[bool],
    step: int,
) -> None:
    before = list(held)
    for master, subs in masters.items():
        read = [sub for sub in subs if points.known[sub]]
        _take(points, left, bands, master, read, step)
        short = left[master] < 0 or min(bands[master]) < 0
        if short and points.known[master] and not before[master]:
            for one in (master, *read):
                held[one] = True
        if short:
            left[master], bands[master] = 0, [0] * 5


def _edges(points: Points) -> tuple[list[bool], list[int]]:
    """Return which points make no sense, and what hangs behind what without their edges."""
    above = points.above.tolist()
    held, sound = [False] * len(above), list(above)
    for row, over in enumerate(above):
        circle = _comes_back(above, row)
        if circle or (over >= 0 and points.share[over]):
            held[row], sound[row] = True, -1
        elif points.share[row] and over < 0:
            held[row] = True
    return held, sound


def _take(
    points: Points, left: list[int], bands: list[list[int]], master: int, subs: list[int], step: int
) -> None:
    """Take what sub-meters read off a master, period by period where both have them, else in proportion."""
    left[master] -= sum(int(points.read_wh[sub]) for sub in subs)
    if not points.has_bands[master]:
        return
    for sub in subs:
        if points.has_bands[sub]:
            bands[master] = [a - b for a, b in zip(bands[master], points.bands_wh[sub].tolist(), strict=True)]
    missing = sum(bands[master]) - left[master]
    if missing and left[master] >= 0 and min(bands[master]) >= 0:
        took = take_from_bands(np.array([missing]), np.array([bands[master]]), step_wh=step)[0].tolist()
        bands[master] = [a - b for a, b in zip(bands[master], took, strict=True)]


def _shares(
    points: Points, sound: list[int], left: list[int], held: list[bool], step: int
) -> tuple[list[int], list[bool]]:
    rows, known = range(len(points)), points.known.tolist()
    settled = [left[row] if known[row] else 0 for row in rows]
    for row in rows:
        if points.share[row] and not held[row] and (held[sound[row]] or not known[sound[row]]):
            held[row] = True
    for master in rows:
        mine = [row for row in rows if points.share[row] and sound[row] == master and not held[row]]
        if not mine:
            continue
        rest = max(0, left[master] - sum(int(points.fixed_wh[row]) for row in mine))
        for row in mine:
            ratio = Fraction(int(points.ratio_ppm[row]), 1_000_000)
            settled[row] = int(points.fixed_wh[row]) + int(nearest(rest * ratio, Fraction(step)))
        total = sum(settled[row] for row in mine)
        if total > left[master]:
            for one in (master, *mine):
                held[one] = True
        settled[master] = left[master] - total
    return [0 if held[row] else settled[row] for row in rows], held


def _comes_back(above: list[int], row: int) -> bool:
    at = above[row]
    for _step in above:
        if at == row:
            return True
        if at < 0:
            return False
        at = above[at]
    return False
