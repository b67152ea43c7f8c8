"""The closed lists of the tariff room: price classes, voltage classes, and the components of a bill."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class PriceClass(IntEnum):
    """用电类别 as far as it decides the price; stored in the database, so numbers never change."""

    RESIDENTIAL_STEPS = 1
    """居民阶梯（一户一表）"""
    RESIDENTIAL_STEPS_TOU = 2
    """居民阶梯叠加峰谷"""
    RESIDENTIAL_SHARED = 3
    """居民合表, and those who are not households but pay the residential price"""
    AGRICULTURAL = 4
    """农业生产"""
    COMMERCIAL_SINGLE_PART = 5
    """工商业单一制"""
    COMMERCIAL_TWO_PART = 6
    """工商业两部制"""
    RESIDENTIAL_SHARED_TOU = 7
    """居民合表 with peak and valley on top, where the place allows it"""


class VoltageClass(IntEnum):
    """电压等级 of supply (domain.md §1.1)."""

    BELOW_1KV = 1
    KV_1_10 = 2
    KV_35 = 3
    KV_110 = 4
    KV_220 = 5

    @property
    def key(self) -> str:
        """The name of the class in the rulebook, e.g. ``below_1kv``."""
        return self.name.lower()


class Component(IntEnum):
    """What a line of a bill charges for; stored in the database, so numbers never change."""

    BASE = 1
    """基础电费: all energy at the price of the first step, or at the one flat price"""
    STEP = 2
    """阶梯: what a step adds (form ``increment``), or its energy at its full price (form ``full``)"""
    PEAK = 3
    """峰段加价"""
    VALLEY = 4
    """谷段减价"""
    PURCHASE = 5
    """代理购电（市场化购电）电费"""
    UPSTREAM_LOSS = 6
    """上网环节线损费用"""
    TRANSMISSION = 7
    """输配电量电费"""
    SYSTEM_OPERATION = 8
    """系统运行费"""
    SURCHARGE = 9
    """政府性基金及附加"""
    CAPACITY = 10
    """容量电费: by the capacity of transformers and high-voltage motors"""
    DEMAND = 11
    """需量电费: by contract or actual maximum demand"""
    DEMAND_EXCESS = 12
    """超合同需量电费: what lies above 105 % of the contract demand, charged twice"""
    POWER_FACTOR = 13
    """功率因数调整电费"""
    FREE_ENERGY = 14
    """低保、五保户免费电量"""
    CORRECTION = 15
    """退补电费"""
    ENERGY = 16
    """电度电费 at one bundled price (目录电价), as before the components were published one by one"""


@dataclass(frozen=True, slots=True)
class ClassRules:
    """Which rules of a place price a class: names below the place, e.g. ``residential_steps``."""

    energy: str
    time_of_use: str | None = None
    steps: bool = False
    """Whether the year has steps: only then more for many persons, free energy, and a year to settle anew."""
    choice_needs_terms: bool = False
    """Whether :data:`RESIDENTIAL_TERMS` must allow what such a customer has chosen."""


RULES_OF_CLASS: Final[dict[PriceClass, ClassRules]] = {
    PriceClass.RESIDENTIAL_STEPS: ClassRules("residential_steps", steps=True),
    PriceClass.RESIDENTIAL_STEPS_TOU: ClassRules("residential_steps", "residential_time_of_use", steps=True),
    PriceClass.RESIDENTIAL_SHARED: ClassRules("residential_shared"),
    PriceClass.RESIDENTIAL_SHARED_TOU: ClassRules(
        "residential_shared", "residential_time_of_use", choice_needs_terms=True
    ),
    PriceClass.AGRICULTURAL: ClassRules("agricultural"),
    # `tariff.commercial` makes their bills; no rulebook has rules of these names, so this engine refuses such rows.
    PriceClass.COMMERCIAL_SINGLE_PART: ClassRules("commercial_single_part"),
    PriceClass.COMMERCIAL_TWO_PART: ClassRules("commercial_two_part"),
}

SETTLEMENT: Final = "settlement"
"""The rule of a place that holds its settlement parameters."""

RESIDENTIAL_TERMS: Final = "residential_terms"
"""The rule of a place with its terms for households: many persons, free energy, transfer, choice of periods."""
