"""What an explanation needs of bills beside their input, and what it answers: columns, one row a pair of bills."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int16, Int64, WrongColumn, require


class Cause(IntEnum):
    """Why a bill differs from an earlier one, in the order in which the causes are changed."""

    DAYS = 1
    """天数: as many days as now, with the use of a day as before"""
    ENERGY = 2
    """用电水平: the use of a day as now"""
    MULTIPLIER = 3
    """综合倍率"""
    TRUED_UP = 4
    """估抄多退少补: energy that belongs to an estimated month and was settled with the next true reading"""
    LOSSES = 5
    """变损、线损"""
    TIME_OF_USE = 6
    """峰谷比例: how the energy falls on the periods"""
    HOUSEHOLD = 7
    """家庭人口、采暖、免费电量"""
    STEPS = 8
    """阶梯位置: the year's energy before the bill, and the months of the year"""
    CLASS = 9
    """用电类别、电压、购电方式; also all that cannot be parted from them"""
    CAPACITY = 10
    """容量、需量"""
    POWER_FACTOR = 11
    """功率因数与考核标准"""
    PRICE = 12
    """电价: the values of the rules, and the days they hold for"""
    ADJUSTMENT = 13
    """退补: correction lines"""
    OTHER = 14
    """不能分开: a bill that what is stored with it does not make again"""

    @property
    def key(self) -> str:
        """The name in files: ``time_of_use``."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands on bills, or is known of their readings, beside the columns that price them.

    Attributes:
        amount_fen: int64 (rows,), the total as it stands on the bill.
        adjustment_fen: int64 (rows,), how much of it correction lines make.
        multiplier: int64 (rows,), of the meter read; 0 where it is not known or not one.
        trued_up_wh: int64 (rows,), energy that makes up for an estimate before (:func:`~.use.trued_up_wh`).
        loss_wh: int64 (rows,), losses of transformer and line within the energy; 0 for a household.
    """

    amount_fen: Int64
    adjustment_fen: Int64
    multiplier: Int64
    trued_up_wh: Int64
    loss_wh: Int64

    @classmethod
    def plain(cls, amount_fen: Int64) -> Facts:
        """Return the facts of bills of which nothing else is known."""
        return cls(amount_fen, *(np.zeros(len(amount_fen), np.int64) for _ in fields(cls)[1:]))

    def __len__(self) -> int:
        return len(self.amount_fen)

    def check(self, rows: int) -> None:
        """Check dtypes and lengths.

        Raises:
            WrongColumn: names the column that is wrong.
        """
        for each in fields(self):
            column = getattr(self, each.name)
            require(np.int64, **{each.name: column})
            if len(column) != rows:
                raise WrongColumn(f"{each.name}: expected {rows} rows, got {len(column)}")


@dataclass(frozen=True, slots=True)
class Effects:
    """The parts of the differences, ordered by row and then by cause; a part of 0 fen is left out.

    Attributes:
        row: int64, the pair of bills.
        cause: int16, :class:`Cause`.
        amount_fen: int64, what the change of this cause alone makes; never 0.
        energy_wh: int64, Wh of the bill that was priced with this cause changed.
        merged: bool, whether causes before it that could not be priced alone are in it.
    """

    row: Int64
    cause: Int16
    amount_fen: Int64
    energy_wh: Int64
    merged: Bool

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Pairs of bills and the parts of what lies between them; the parts of a row sum to after less before.

    Attributes:
        before_fen: int64 (rows,).
        after_fen: int64 (rows,).
        effects: the parts.
        separable: bool (rows,), False where the one part ``OTHER`` or ``CLASS`` takes all but corrections.
    """

    before_fen: Int64
    after_fen: Int64
    effects: Effects
    separable: Bool
