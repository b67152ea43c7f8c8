"""What is laid side by side: their bill as far as they state it, ours, and the split of the difference into causes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int16, Int64

NOT_STATED: Final = int(np.iinfo(np.int64).min)
"""Stands for what the other system's bill does not say."""


class Cause(IntEnum):
    """Why a bill issued elsewhere is not ours; in the order in which the causes are taken out of the difference."""

    MULTIPLIER = 1
    """倍率: their energy is ours times another multiplier"""
    TRANSFORMER_LOSS = 2
    """变损、线损: their energy has other losses in it"""
    ENERGY = 3
    """示数、电量: their energy is another one, and neither of the two above says why"""
    TIME_OF_USE = 4
    """分时电量: the same energy lies otherwise in the periods"""
    PRICE_CLASS = 5
    """用电类别"""
    STEP = 6
    """阶梯: the year's energy before the bill, or the energy of the steps"""
    CAPACITY = 7
    """基本电费: capacity, demand, or which of the two"""
    POWER_FACTOR = 8
    """力调电费"""
    PRICE = 9
    """单价"""
    CORRECTION = 10
    """退补: one of the two settles other months too"""
    ROUNDING = 11
    """取整: what is left is less than a fen a line"""
    UNEXPLAINED = 12
    """未查明"""


CAUSES: Final = len(Cause)


class LineKind(IntEnum):
    """What a line of another system's bill charges for; stored in the database, so numbers never change."""

    STEP_1 = 1
    STEP_2 = 2
    STEP_3 = 3
    SHARP = 11
    PEAK = 12
    FLAT = 13
    VALLEY = 14
    DEEP_VALLEY = 15
    PURCHASE = 21
    UPSTREAM_LOSS = 22
    TRANSMISSION = 23
    SYSTEM_OPERATION = 24
    SURCHARGE = 25
    ENERGY = 26
    PEAK_EXTRA = 27
    VALLEY_EXTRA = 28
    BASIC = 31
    POWER_FACTOR = 32
    FREE_ENERGY = 33
    CORRECTION = 34
    OTHER = 39


STEP_KINDS: Final = (LineKind.STEP_1, LineKind.STEP_2, LineKind.STEP_3)
BAND_KINDS: Final = (LineKind.SHARP, LineKind.PEAK, LineKind.FLAT, LineKind.VALLEY, LineKind.DEEP_VALLEY)
COMPONENT_KINDS: Final = (
    LineKind.PURCHASE,
    LineKind.UPSTREAM_LOSS,
    LineKind.TRANSMISSION,
    LineKind.SYSTEM_OPERATION,
    LineKind.SURCHARGE,
)
ENERGY_KINDS: Final = tuple(int(kind) for kind in LineKind if kind < LineKind.BASIC)
"""Kinds that charge for energy, in one way or another."""


@dataclass(frozen=True, slots=True)
class Theirs:
    """Bills issued elsewhere, one row a bill; ``NOT_STATED`` where they do not say.

    Attributes:
        amount_fen: int64, what they issued.
        energy_wh: int64, settled energy.
        multiplier: int64.
        loss_wh: int64, transformer and line losses in the energy.
        price_class: int64, :class:`~diansuo.core.tariff.classes.PriceClass`.
        year_wh: int64, what they issued in the billing year before this bill.
    """

    amount_fen: Int64
    energy_wh: Int64
    multiplier: Int64
    loss_wh: Int64
    price_class: Int64
    year_wh: Int64

    def __len__(self) -> int:
        return len(self.amount_fen)


@dataclass(frozen=True, slots=True)
class StatedLines:
    """Lines of bills, theirs or ours in their kinds, ordered by bill and kind.

    Attributes:
        bill: int64, the row of the bill.
        kind: int16, :class:`LineKind`; once a bill.
        quantity: int64, Wh of energy; of a basic charge VA or W; ``NOT_STATED`` where unknown.
        price_nano: int64, nano-yuan; ``NOT_STATED`` where unknown.
        amount_fen: int64; ``NOT_STATED`` where only the quantity is known.
    """

    bill: Int64
    kind: Int16
    quantity: Int64
    price_nano: Int64
    amount_fen: Int64

    def __len__(self) -> int:
        return len(self.bill)

    def take(self, lines: Int64 | Bool) -> StatedLines:
        """Return the given lines, in that order."""
        return StatedLines(**{each.name: getattr(self, each.name)[lines] for each in fields(self)})

    @classmethod
    def none(cls) -> StatedLines:
        """Return no lines at all."""
        wide = np.empty(0, np.int64)
        return cls(wide, np.empty(0, np.int16), wide, wide, wide)


@dataclass(frozen=True, slots=True)
class Ours:
    """Our bills of the same rows.

    Attributes:
        amount_fen: int64, as billed.
        energy_wh: int64, as settled, losses and all.
        loss_wh: int64, transformer and line losses in it.
        read_varh: int64, reactive energy as read, without losses.
        multiplier: int64 of the meter; ``NOT_STATED`` where several meters have several.
        price_class: int64, as billed.
        correction_fen: int64, what the bill settles of other months (退补).
        whole: bool, whether one bill is all of ours, so that it can be priced again; else only lines are compared.
    """

    amount_fen: Int64
    energy_wh: Int64
    loss_wh: Int64
    read_varh: Int64
    multiplier: Int64
    price_class: Int64
    correction_fen: Int64
    whole: Bool


@dataclass(frozen=True, slots=True)
class Priced:
    """What the engine makes of rows: the bills' amounts, and their lines in the kinds of other systems.

    Attributes:
        amount_fen: int64 (bills,).
        priced: bool (bills,).
        lines: the lines.
        rate: int64 (bills,), rate of the power factor adjustment in 0.01 %.
    """

    amount_fen: Int64
    priced: Bool
    lines: StatedLines
    rate: Int64


@dataclass(frozen=True, slots=True)
class Split:
    """The difference theirs less ours, bill by bill and cause by cause; each row sums to the difference.

    Attributes:
        difference_fen: int64 (bills,).
        effect_fen: int64 (bills, causes), columns in the order of :class:`Cause`.
        cause: int16 (bills,), the cause that moves the bill most; 0 where there is no difference.
        supposed: bool (bills,), whether a cause was found by trying what would give their amount, and not stated.
    """

    difference_fen: Int64
    effect_fen: Int64
    cause: Int16
    supposed: Bool

    def of(self, cause: Cause) -> Int64:
        """Return one cause's effect, fen by bill."""
        return self.effect_fen[:, cause - 1]
