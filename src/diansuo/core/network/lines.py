"""Low-voltage lines of an area: segments that hang on each other become the network of the three-phase sweep.

Bus 0 is the busbar of the transformer, where the area's master meter counts; the end of segment ``i`` is bus ``i + 1``.
Page: docs/rules/technical-loss.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.powerflow.three_phase import PhaseGrid
from diansuo.core.quantity.arrays import Int64

Complex = npt.NDArray[np.complex128]
Float = npt.NDArray[np.float64]

BUSBAR: Final = -1
THREE: Final = 3
"""A consumer on all three phases, its power spread evenly."""
_TURN: Final = np.exp(-2j * np.pi / 3 * np.arange(3))


@dataclass(frozen=True, slots=True)
class Segments:
    """Segments (线段) of one area, four wires or a phase and its neutral; shape (S,).

    Attributes:
        upper: int64, the segment each hangs on, -1 on the busbar.
        length_m: float64.
        phase_ohm_km: complex128, of one phase conductor.
        neutral_ohm_km: complex128, of the neutral; it is taken as earthed at the transformer alone.

    Raises:
        ValueError: a length is negative, a column too short, or a segment hangs on one that is not there.
    """

    upper: Int64
    length_m: Float
    phase_ohm_km: Complex
    neutral_ohm_km: Complex

    def __post_init__(self) -> None:
        count = len(self.upper)
        if any(len(column) != count for column in (self.length_m, self.phase_ohm_km, self.neutral_ohm_km)):
            raise ValueError("one length and two impedances for each segment, please")
        if not ((self.upper >= BUSBAR) & (self.upper < count)).all():
            raise ValueError(f"a segment hangs on one outside 0 … {count - 1}")
        if not (self.length_m >= 0).all():
            raise ValueError("a segment is no shorter than 0 m")

    def __len__(self) -> int:
        return len(self.upper)


@dataclass(frozen=True, slots=True)
class Consumers:
    """Where the meters of an area hang; shape (C,).

    Attributes:
        segment: int64, at whose end, -1 at the busbar.
        phase: int64, 0, 1, 2, or 3 for all three.
    """

    segment: Int64
    phase: Int64

    def __len__(self) -> int:
        return len(self.segment)


@dataclass(frozen=True, slots=True)
class Loads:
    """Loads of one phase, as the sweep takes them; shape (L,).

    Attributes:
        bus: int64.
        phase: int64, 0, 1, 2.
        consumer: int64, whose load it is.
        share: float64, what part of the consumer's.
    """

    bus: Int64
    phase: Int64
    consumer: Int64
    share: Float


def circle(segments: Segments) -> int | None:
    """Return a segment that hangs, over others, on itself; None where all of them lead to the busbar."""
    fed = np.zeros(len(segments) + 1, dtype=np.bool_)
    fed[BUSBAR] = True
    while True:
        more = fed[segments.upper] & ~fed[:-1]
        if not more.any():
            break
        fed[:-1] |= more
    left = np.flatnonzero(~fed[:-1])
    return int(left[0]) if len(left) else None


def phase_grid(segments: Segments, source_v: float) -> PhaseGrid:
    """Return the network of the sweep; the drop of a phase is its own and the neutral's.

    Args:
        segments: all of them lead to the busbar (`circle`); the sweep raises `IslandFound` otherwise.
        source_v: phase to neutral at the busbar.
    """
    km = segments.length_m / 1000
    impedance = np.zeros((len(segments), 3, 3), dtype=np.complex128)
    impedance += (km * segments.neutral_ohm_km)[:, None, None]
    impedance += (km * segments.phase_ohm_km)[:, None, None] * np.eye(3)
    return PhaseGrid(
        from_bus=segments.upper + 1,
        to_bus=np.arange(1, len(segments) + 1, dtype=np.int64),
        impedance_ohm=impedance,
        source=0,
        source_voltage_v=source_v * _TURN,
        shunt_siemens=np.zeros(len(segments) + 1, dtype=np.complex128),
    )


def loads_of(consumers: Consumers) -> Loads:
    """Return the loads of one phase; a consumer on three phases becomes three with a third each."""
    three = consumers.phase == THREE
    count = np.where(three, 3, 1)
    consumer = np.repeat(np.arange(len(consumers), dtype=np.int64), count)
    turn = np.arange(len(consumer), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    phase = np.where(three[consumer], turn, consumers.phase[consumer])
    return Loads(consumers.segment[consumer] + 1, phase, consumer, 1 / count[consumer])


def energy_through(segments: Segments, consumers: Consumers, energy_wh: Int64) -> Int64:
    """Return what flows through each segment to the consumers behind it, Wh, int64 (S,).

    Args:
        segments: all of them lead to the busbar (`circle`).
        consumers: where the meters hang.
        energy_wh: int64 (C,).
    """
    through = np.zeros(len(segments), dtype=np.int64)
    placed = consumers.segment != BUSBAR
    np.add.at(through, consumers.segment[placed], energy_wh[placed])
    depth, upper = np.zeros(len(segments), dtype=np.int64), segments.upper.copy()
    while (upper != BUSBAR).any():
        depth += upper != BUSBAR
        upper = np.where(upper != BUSBAR, segments.upper[upper], BUSBAR)
    for at in np.argsort(-depth, kind="stable").tolist():
        above = int(segments.upper[at])
        if above != BUSBAR:
            through[above] += through[at]
    return through
