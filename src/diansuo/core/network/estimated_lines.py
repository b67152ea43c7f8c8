"""Lines of an area nobody has on record, by what is typical: poles, spans, conductors (估算线路).

Circuits leave the transformer, each a trunk of poles with short branches; customers hang evenly on the poles. It is a
stand-in whose error was measured (docs/rules/technical-loss.md), never a picture of the place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diansuo.core.network.lines import BUSBAR, Consumers, Segments
from diansuo.core.quantity.arrays import Int64


@dataclass(frozen=True, slots=True)
class Typical:
    """What is typical for a village's lines.

    Attributes:
        customers_a_circuit: at the most.
        customers_a_pole: at the most.
        trunk_share: part of a circuit's poles that stand along its trunk.
        branch_poles: poles of a branch, at the most.
        span_m: from pole to pole.
        service_m: from the pole to the meter.
        trunk_ohm_km: of one conductor; the neutral is as thick.
        branch_ohm_km: likewise.
        service_ohm_km: likewise.
    """

    customers_a_circuit: int
    customers_a_pole: int
    trunk_share: float
    branch_poles: int
    span_m: float
    service_m: float
    trunk_ohm_km: complex
    branch_ohm_km: complex
    service_ohm_km: complex


def estimated_lines(phase: Int64, typical: Typical) -> tuple[Segments, Consumers]:
    """Return lines for customers in the order of their walk, and where each hangs.

    Args:
        phase: int64 (C,), 0, 1, 2, or 3 for all three.
        typical: the place's habits.
    """
    upper: list[int] = []
    metres: list[float] = []
    ohm: list[complex] = []

    def add(above: int, length: float, ohm_km: complex) -> int:
        upper.append(above)
        metres.append(length)
        ohm.append(ohm_km)
        return len(upper) - 1

    count = len(phase)
    circuits = max(1, -(-count // typical.customers_a_circuit))
    segment = np.empty(count, dtype=np.int64)
    for customers in np.array_split(np.arange(count), circuits):
        poles = -(-len(customers) // typical.customers_a_pole)
        trunk: list[int] = []
        for _ in range(max(1, round(poles * typical.trunk_share)) if poles else 0):
            trunk.append(add(trunk[-1] if trunk else BUSBAR, typical.span_m, typical.trunk_ohm_km))
        places = list(trunk)
        left = max(poles - len(trunk), 0)
        branches = -(-left // typical.branch_poles)
        for branch in range(branches):
            above = trunk[(branch + 1) * len(trunk) // (branches + 1)]
            for _ in range(min(typical.branch_poles, left)):
                above = add(above, typical.span_m, typical.branch_ohm_km)
                places.append(above)
            left -= typical.branch_poles
        for at, customer in enumerate(customers.tolist()):
            pole = places[at * len(places) // len(customers)]
            segment[customer] = add(pole, typical.service_m, typical.service_ohm_km)
    impedance = np.array(ohm, dtype=np.complex128)
    columns = np.array(upper, dtype=np.int64), np.array(metres, dtype=np.float64), impedance, impedance
    return Segments(*columns), Consumers(segment, phase.astype(np.int64))
