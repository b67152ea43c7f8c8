"""What a cause of loss is called, what speaks for it, which check proves it, and the table causes are listed in."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.quantity.arrays import Int64, WrongColumn, require

Float = npt.NDArray[np.float64]

NOBODY: Final = -1
"""In ``customer``: the cause is the area's own (its master, a line, a supply without meter)."""

NOWHERE: Final = -1
"""In ``other``: no second area or phase belongs to the cause."""

SHOWN: Final = 5
"""At most so many causes of an area are listed."""

FIGURES: Final = 4


class CauseKind(IntEnum):
    """Kinds of causes (线损原因). Numbers are stored, never reused."""

    MISSING_READS = 1  # 采集缺失
    WRONG_MULTIPLIER = 2  # 倍率错误
    WRONG_AREA = 3  # 户变关系错误
    WRONG_PHASE = 4  # 相别错误
    CLOCK_DRIFT = 5  # 时钟偏差
    STOPPED_METER = 6  # 停走、失准
    PHASE_LOST = 7  # 失压、断相
    REVERSED_WIRING = 8  # 接线反
    PHOTOVOLTAIC = 9  # 光伏计量错误
    UNMETERED = 10  # 无表用电
    THEFT = 11  # 疑似窃电
    IMBALANCE = 12  # 三相不平衡
    LOW_POWER_FACTOR = 13  # 功率因数低
    LONG_LINE = 14  # 线路长、线径细
    OVERLOADED = 15  # 配变过载
    OVERSIZED = 16  # 配变容量过大


TECHNICAL_KINDS: Final = frozenset(
    {
        CauseKind.IMBALANCE,
        CauseKind.LOW_POWER_FACTOR,
        CauseKind.LONG_LINE,
        CauseKind.OVERLOADED,
        CauseKind.OVERSIZED,
    }
)
"""These lie within the technical loss; the others within what is left of the loss without it."""

TRANSFORMER_KINDS: Final = frozenset({CauseKind.OVERLOADED, CauseKind.OVERSIZED})
"""What the transformer itself loses lies before the area's master: it is the feeder's loss and not the area's."""


class Evidence(IntEnum):
    """What speaks for a cause, and what its figures are, in their order. Numbers are stored, never reused.

    Energies are Wh a day, shares and ratios plain numbers, days counted. A figure that does not exist is nan.
    """

    SILENT_DAYS = 1  # days without register, days looked at, usual energy
    RATIO_FITS = 2  # multiplier in the archive, multiplier that fits, share of the residual's swing explained
    FOLLOWS_FOREIGN = 3  # coefficient here, coefficient there, usual energy of a customer booked there
    FOLLOWS_OWN_AWAY = 4  # coefficient here, coefficient there, usual energy of a customer booked here
    PHASES_EXCHANGE = 5  # booked phase, phase that fits, usual energy
    CLOCK_READ = 6  # minutes the clock is off, usual energy
    DAY_SHIFT = 7  # share of a day's energy that lands on the neighbouring day, usual energy
    DROPPED = 8  # usual energy, energy since, share of the drop found again in the residual
    ONE_PHASE_OF_THREE = 9  # usual energy, energy since, share of the usual energy since
    RUNS_BACKWARDS = 10  # energy in the reverse register, usual energy
    FEED_NOT_BOOKED = (
        11  # energy in the reverse register that nobody counts, share of it found again in the residual
    )
    FEED_UNKNOWN = 12  # days without reverse register, energy that fits
    STEADY = 13  # energy, days looked at
    STEADY_SINCE = 14  # energy, days since
    FOLLOWS_OWN = (
        15  # coefficient, usual energy, fused rank of the theft scores: 0 the least suspicious, 1 the most
    )
    CAPPED = 16  # usual energy, energy since, swing since against before
    MASTER_RATIO = 17  # multiplier of the master in the archive, multiplier that fits
    UNEVEN_PHASES = 18  # largest phase against the mean, share of the technical loss it makes
    REACTIVE = 19  # power factor, share of the technical loss it makes
    HIGH_AT_LOAD = 20  # technical loss against supply, usual one
    LOAD_RATE = 21  # mean load against the capacity
    VOLTAGE_GONE = 22  # days with an event of lost voltage, energy since, share of the usual energy since
    LOAD_ECONOMY = (
        23  # mean load against the capacity, kVA of a fitting transformer, Wh lost a day beyond that one
    )


class Check(IntEnum):
    """What to look at on site to prove or clear a cause. Numbers are stored, never reused."""

    READ_ON_SITE = 1  # 现场补抄、查通信
    COMPARE_TRANSFORMERS = 2  # 核对互感器铭牌与档案倍率
    TRACE_THE_SUPPLY = 3  # 核对户变关系（停电法、载波识别）
    TRACE_THE_PHASE = 4  # 核对相别
    SET_THE_CLOCK = 5  # 校时
    TEST_THE_METER = 6  # 现场校验电能表
    MEASURE_TERMINALS = 7  # 测量表尾各相电压、电流
    CHECK_THE_WIRING = 8  # 核对进出线
    CHECK_THE_ROOF = 9  # 核对光伏接线、上网表与档案
    WALK_THE_LINE = 10  # 沿线查找无表用电
    CLAMP_BEFORE_METER = 11  # 表前表后钳形电流比对
    MOVE_CUSTOMERS = 12  # 调相
    COMPENSATE = 13  # 查无功补偿
    MEASURE_THE_LINE = 14  # 测末端电压，核线径
    CHANGE_THE_TRANSFORMER = 15  # 换、增配变


CHECK_OF: Final = {
    CauseKind.MISSING_READS: Check.READ_ON_SITE,
    CauseKind.WRONG_MULTIPLIER: Check.COMPARE_TRANSFORMERS,
    CauseKind.WRONG_AREA: Check.TRACE_THE_SUPPLY,
    CauseKind.WRONG_PHASE: Check.TRACE_THE_PHASE,
    CauseKind.CLOCK_DRIFT: Check.SET_THE_CLOCK,
    CauseKind.STOPPED_METER: Check.TEST_THE_METER,
    CauseKind.PHASE_LOST: Check.MEASURE_TERMINALS,
    CauseKind.REVERSED_WIRING: Check.CHECK_THE_WIRING,
    CauseKind.PHOTOVOLTAIC: Check.CHECK_THE_ROOF,
    CauseKind.UNMETERED: Check.WALK_THE_LINE,
    CauseKind.THEFT: Check.CLAMP_BEFORE_METER,
    CauseKind.IMBALANCE: Check.MOVE_CUSTOMERS,
    CauseKind.LOW_POWER_FACTOR: Check.COMPENSATE,
    CauseKind.LONG_LINE: Check.MEASURE_THE_LINE,
    CauseKind.OVERLOADED: Check.CHANGE_THE_TRANSFORMER,
    CauseKind.OVERSIZED: Check.CHANGE_THE_TRANSFORMER,
}
"""The check that proves or clears a kind, the cheapest there is."""


@dataclass(frozen=True, slots=True)
class Causes:
    """Ranked causes, the likeliest of an area first; shape (n,), int64 but where another dtype is named.

    Attributes:
        area: row of the area among those asked about.
        rank: place in the area's list, 1 first, at most `SHOWN`.
        kind: `CauseKind`.
        customer: row of the customer in the area where it is booked, `NOBODY` where the cause is the area's own.
        other: of `CauseKind.WRONG_AREA` the row of the other area: where the customer is booked (`FOLLOWS_FOREIGN`: it
            hangs here) or where it hangs (`FOLLOWS_OWN_AWAY`: it is booked here), `NOWHERE` where that is not known; of
            `CauseKind.WRONG_PHASE` the phase that fits; else `NOWHERE`.
        wh_per_day: what the cause adds to the loss of a mean day of the judged ones since it began, below 0 where it
            hides loss.
        confidence: float64, 0 to 1: how likely this one is among all that were weighed.
        evidence: `Evidence`.
        figures: float64 (n, 4), those the evidence names in their order, then nan.
        first_day: days since 1970-01-01 from which it shows; the first day looked at where it was always so.
        check: `Check` that would prove or clear it.

    Raises:
        WrongColumn: dtype, shape or length.
    """

    area: Int64
    rank: Int64
    kind: Int64
    customer: Int64
    other: Int64
    wh_per_day: Int64
    confidence: Float
    evidence: Int64
    figures: Float
    first_day: Int64
    check: Int64

    def __post_init__(self) -> None:
        whole = {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if each.name not in ("confidence", "figures")
        }
        require(np.int64, **whole)
        require(np.float64, confidence=self.confidence)
        if self.figures.shape != (len(self.kind), FIGURES) or len(self.confidence) != len(self.kind):
            raise WrongColumn(f"figures: expected ({len(self.kind)}, {FIGURES}), got {self.figures.shape}")

    def __len__(self) -> int:
        return len(self.kind)

    def of(self, area: int) -> Causes:
        """Return the list of one area."""
        return self.where(self.area == area)

    def where(self, which: npt.NDArray[np.bool_]) -> Causes:
        """Return some of the rows."""
        return Causes(**{each.name: getattr(self, each.name)[which] for each in fields(self)})

    @classmethod
    def none(cls) -> Causes:
        """Return an empty list."""
        return cls.joined([])

    @classmethod
    def joined(cls, lists: list[Causes]) -> Causes:
        """Return several lists as one, in their order."""
        empty: dict[str, npt.NDArray[np.generic]] = {
            each.name: np.zeros(0, dtype=np.int64) for each in fields(cls)
        }
        empty |= {"confidence": np.zeros(0), "figures": np.zeros((0, FIGURES))}
        return cls(
            **{
                name: np.concatenate([column, *(getattr(each, name) for each in lists)])
                for name, column in empty.items()
            }
        )
