"""The closed lists that a bill speaks in: price classes, voltage classes, components of a bill."""

from __future__ import annotations

from enum import IntEnum


class PriceClass(IntEnum):
    """What a contract's energy is priced as (用电类别; domain.md §1.1, §2)."""

    RESIDENTIAL_STEPS = 1
    RESIDENTIAL_STEPS_TOU = 2
    RESIDENTIAL_SHARED = 3
    AGRICULTURAL = 4


class VoltageClass(IntEnum):
    """The voltage a contract is supplied at (供电电压; domain.md §1.1)."""

    BELOW_1KV = 1
    KV_1_10 = 2
    KV_35 = 3
    KV_110 = 4
    KV_220 = 5


class Component(IntEnum):
    """What a bill line charges for."""

    BASE = 1
    STEP = 2
    PEAK = 3
    VALLEY = 4
