"""What transformer stands in a public area: capacity, losses, the multiplier of its master, vector group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

Array = npt.NDArray[Any]

CAPACITY_KVA = (200, 315, 400)
MASTER_MULTIPLIER = (80, 120, 160)
# Impedance voltage, up to 630 kVA.
SHORT_CIRCUIT_SHARE = 0.04
NO_LOAD_W, SHORT_CIRCUIT_W = (240, 340, 410), (2730, 3830, 4520)


@dataclass(frozen=True, slots=True)
class Transformer:
    """What stands in an area: capacity, losses, the multiplier of its master, vector group (empty: unknown), model."""

    kva: int
    no_load_w: int
    short_circuit_w: int
    master_multiplier: int
    winding: str = "Dyn11"
    model: str = "S13"

    @property
    def plate(self) -> str:
        """Return the model as its plate has it."""
        return f"{self.model}-M-{self.kva}/10"

    def lost_kw(self, power_kw: Array, power_factor: float) -> Array:
        """Return kW lost at so many kW: without load, and by the square of the share of its capacity."""
        share = power_kw / power_factor / self.kva
        return (self.no_load_w + self.short_circuit_w * share**2) / 1000


# Of every twenty areas these have a transformer too small for them, or one whose vector group nobody wrote down.
ROUND = 20
SMALL = {
    3: Transformer(80, 180, 1250, 30, "", "S11"),
    6: Transformer(50, 130, 870, 15, model="S11"),
    9: Transformer(30, 100, 600, 10, "Yyn0", "S11"),
}


def transformer(area: int) -> Transformer:
    """Return what stands in a public area."""
    kind = area % 3
    usual = Transformer(CAPACITY_KVA[kind], NO_LOAD_W[kind], SHORT_CIRCUIT_W[kind], MASTER_MULTIPLIER[kind])
    return SMALL.get(area % ROUND, usual)
