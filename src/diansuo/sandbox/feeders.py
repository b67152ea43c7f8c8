"""The 10 kV lines of the sample: segments of trunk and laterals, and which transformer hangs at the end of which.

A feeder leaves the substation by a cable and goes on overhead, at first through fields; a lateral ends where somebody
is supplied, as long as there are transformers enough. The reactances are those of the low voltage spacing, as the
rulebook's table has them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from diansuo.sandbox import people
from diansuo.sandbox.layout import Array, Layout

# Ohm a kilometre of one conductor, as national/network/conductors of the rulebook has them.
CONDUCTORS: Final = {
    "YJLV-240": 0.125 + 0.08j,
    "JKLYJ-120": 0.253 + 0.274j,
    "JKLYJ-70": 0.443 + 0.291j,
    "LGJ-120": 0.2496 + 0.265j,
    "LGJ-70": 0.4217 + 0.282j,
}
OUTLET_CABLE: Final = "YJLV-240"
# Insulated or bare: the conductors of trunk and laterals.
OVERHEAD: Final = (("JKLYJ-120", "JKLYJ-70"), ("LGJ-120", "LGJ-70"))
# All segments of a feeder together, one of them on average, and how uneven they are.
LEAST_REACH_M, LONGEST_REACH_M, SEGMENT_M, UNEVEN = 12_500, 14_500, 600, 0.4
CABLE_M: Final = (150, 350)
# How much of it all is trunk, from which of its segments on somebody is supplied, how often a lateral goes on.
TRUNK_SHARE, FIRST_SUPPLIED_SHARE, GOES_ON = 0.7, 0.6, 0.4
DRAWN: Final = 5
COLUMNS: Final = ("线路名称", "线段编号", "上级线段", "导线型号", "长度", "下接台区编号")


@dataclass(frozen=True, slots=True)
class FeederLine:
    """A feeder's line: S segments, each after the one it goes on from, and A areas at their ends.

    Attributes:
        parent: int64 (S,), the segment before, -1 at the substation.
        wire: the conductor of each segment.
        length_m: float64 (S,).
        area: int64 (A,), places of the feeder's areas at the station, those of dedicated customers after the public.
        segment: int64 (A,), at the end of which each of them hangs.
    """

    parent: Array
    wire: tuple[str, ...]
    length_m: Array
    area: Array
    segment: Array

    @property
    def ohm(self) -> Array:
        """Return the impedance of each segment, complex128 (S,), of one conductor."""
        return self.length_m / 1000 * np.array([CONDUCTORS[name] for name in self.wire])


def string_up(layout: Layout, seed: int) -> list[FeederLine]:
    """Return the line of every feeder; the same seed gives the same."""
    of = layout.feeder
    return [
        _line(np.random.default_rng([seed, DRAWN, feeder]), np.flatnonzero(of == feeder))
        for feeder in range(layout.feeders)
    ]


def _line(random: np.random.Generator, areas: Array) -> FeederLine:
    reach = random.uniform(LEAST_REACH_M, LONGEST_REACH_M)
    segments = round(reach / SEGMENT_M)
    trunk = round(TRUNK_SHARE * segments)
    uneven = random.uniform(1 - UNEVEN, 1 + UNEVEN, segments)
    length = np.rint(uneven * reach / uneven.sum())
    length[0] = round(random.uniform(*CABLE_M))
    first = round(FIRST_SUPPLIED_SHARE * trunk)
    parent = list(range(-1, trunk - 1))
    for at in range(trunk, segments):
        longer = at > trunk and random.random() < GOES_ON
        parent.append(at - 1 if longer else int(random.integers(first, trunk)))
    main, lateral = OVERHEAD[random.integers(len(OVERHEAD))]
    return FeederLine(
        parent=np.array(parent),
        wire=(OUTLET_CABLE, *[main] * (trunk - 1), *[lateral] * (segments - trunk)),
        length_m=length,
        area=areas,
        segment=_hung(random, np.array(parent), first, len(areas)),
    )


def _hung(random: np.random.Generator, parent: Array, first: int, areas: int) -> Array:
    """Return where each area hangs: first one at every end of the line, the others anywhere in the villages."""
    ends = np.setdiff1d(np.arange(len(parent)), parent)
    anywhere = random.integers(first, len(parent), areas)
    return random.permutation(np.concatenate((random.permutation(ends), anywhere))[:areas])


def write(path: Path, lines: Sequence[FeederLine], number: Sequence[str]) -> None:
    """Write the lines but the last of several, which nobody wrote down.

    Args:
        path: of a csv.
        lines: of every feeder.
        number: of every area, by its place at the station.
    """
    known = lines[: max(1, len(lines) - 1)]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for feeder, line in enumerate(known):
            writer.writerows(_rows(feeder, line, number))


def _rows(feeder: int, line: FeederLine, number: Sequence[str]) -> Iterator[tuple[str | int, ...]]:
    def segment(at: int) -> str:
        return f"{people.feeder_number(feeder)}-{at + 1:02d}" if at >= 0 else ""

    for at, (parent, wire, metres) in enumerate(zip(line.parent, line.wire, line.length_m, strict=True)):
        below = "、".join(number[area] for area in line.area[line.segment == at])
        yield people.feeder_name(feeder), segment(at), segment(int(parent)), wire, int(metres), below
