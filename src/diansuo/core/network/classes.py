"""Classes of loss (高损, 负损, 经济运行 …), why a loss cannot be computed, and sudden changes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from diansuo.core.network.balance import Balance
from diansuo.core.network.energy import State
from diansuo.core.network.thresholds import LossThresholds
from diansuo.core.quantity.arrays import Bool, Int64

WHOLE_BP: Final = 10_000


class LossKind(IntEnum):
    """Class of a loss (domain.md §10.2); the first that fits, in this order."""

    UNCOMPUTABLE = 0  # 不可算
    SMALL = 1  # 小电量
    NEGATIVE = 2  # 负损
    HIGH = 3  # 高损
    ECONOMIC = 4  # 经济运行
    NORMAL = 5  # 合格，既不经济也不越限


class Reason(IntEnum):
    """Why a loss cannot be computed; the first that fits, in this order."""

    NONE = 0
    NO_MASTER = 1  # no meter where energy comes in
    NO_MASTER_REGISTER = 2  # it has no freeze at one end
    EXCHANGE_UNKNOWN = 3  # it was exchanged, and the registers of the exchange are not known
    REGISTER_FELL = 4  # its register runs backwards
    LOW_COLLECTION = 5  # too few of the other points have both registers
    NO_SUPPLY = 6  # supply is 0 or less


REASON_OF_STATE: Final = {
    State.MISSING: Reason.NO_MASTER_REGISTER,
    State.EXCHANGED: Reason.EXCHANGE_UNKNOWN,
    State.FELL: Reason.REGISTER_FELL,
}


@dataclass(frozen=True, slots=True)
class Losses:
    """Losses of groups in periods, shape (groups, periods); int64 but for ``sudden``.

    Attributes:
        loss_wh: 供电量 − 售电量, 0 where it cannot be computed.
        rate_bp: 线损率 in hundredths of a per cent, halves away from zero; 0 where it cannot be computed.
        kind: `LossKind`.
        reason: `Reason`.
        sudden: 突变 against the mean of the days before.
        mean_days: of how many judged days before the two means are; 0: there are none.
        mean_rate_bp: mean rate of those days, halves away from zero.
        mean_loss_wh: mean loss of those days.
    """

    loss_wh: Int64
    rate_bp: Int64
    kind: Int64
    reason: Int64
    sudden: Bool
    mean_days: Int64
    mean_rate_bp: Int64
    mean_loss_wh: Int64


def classify(of: Balance, thresholds: LossThresholds, least_collection_bp: int) -> Losses:
    """Say what kind of loss each group had in each period.

    Every threshold is compared in whole numbers (loss × 10000 against bp × supply), never by the rounded rate.
    The periods are taken as consecutive days by the search for sudden changes.

    Args:
        of: supply and sold, of which loss × 10000 must fit int64 (below 9·10¹⁴ Wh a period).
        thresholds: see `LossThresholds`.
        least_collection_bp: least share of outlets with both registers, for this level.

    Source: domain.md §10.2 [S16][?]; docs/rules/line-loss.md.
    """
    reason = _reasons(of, least_collection_bp)
    computable = reason == Reason.NONE
    supply = np.where(computable, of.supply_wh, 1)
    loss = np.where(computable, of.supply_wh - of.sold_wh, 0)
    scaled = loss * WHOLE_BP
    kind = np.full(loss.shape, int(LossKind.NORMAL), dtype=np.int64)
    economic = (scaled >= thresholds.economic_from_bp * supply) & (
        scaled <= thresholds.economic_to_bp * supply
    )
    kind[economic] = LossKind.ECONOMIC
    kind[scaled >= thresholds.high_bp * supply] = LossKind.HIGH
    kind[scaled <= thresholds.negative_bp * supply] = LossKind.NEGATIVE
    kind[supply < thresholds.small_supply_wh * of.days] = LossKind.SMALL
    kind[~computable] = LossKind.UNCOMPUTABLE
    rate = np.where(computable, half_away(scaled, supply), 0)
    sudden, days, mean_rate, mean_loss = _against_days_before(rate, loss, kind, thresholds)
    return Losses(loss, rate, kind, reason, sudden, days, mean_rate, mean_loss)


def half_away(numerator: Int64, denominator: Int64) -> Int64:
    """Divide whole numbers, halves away from zero; the denominator is positive."""
    size = np.abs(numerator)
    quotient, rest = np.divmod(size, denominator)
    away: Int64 = np.sign(numerator) * (quotient + (rest >= denominator - rest))
    return away


def _reasons(of: Balance, least_collection_bp: int) -> Int64:
    reason = np.full(of.supply_wh.shape, int(Reason.NONE), dtype=np.int64)
    reason[of.supply_wh <= 0] = Reason.NO_SUPPLY
    reason[of.outlets_known * WHOLE_BP < least_collection_bp * of.outlets] = Reason.LOW_COLLECTION
    for state, why in REASON_OF_STATE.items():
        reason[of.inlet_state == state] = why
    reason[of.inlets == 0] = Reason.NO_MASTER
    return reason


def _against_days_before(
    rate: Int64, loss: Int64, kind: Int64, thresholds: LossThresholds
) -> tuple[Bool, Int64, Int64, Int64]:
    """Return what changed suddenly, and against the mean of how many days, which rate and which loss."""
    groups, periods = rate.shape
    sudden = np.zeros(rate.shape, dtype=np.bool_)
    days, mean_rate, mean_loss = (np.zeros(rate.shape, dtype=np.int64) for _ in range(3))
    width = thresholds.sudden_days
    at = np.full((groups, width), -(10**9), dtype=np.int64)  # when the latest judged days were
    rates, losses = np.zeros((groups, width), dtype=np.int64), np.zeros((groups, width), dtype=np.int64)
    for day in range(periods):
        counts = at >= day - thresholds.sudden_look_back_days
        count = counts.sum(axis=1)
        some = np.maximum(count, 1)
        rate_sum = (rates * counts).sum(axis=1)
        days[:, day] = count
        mean_rate[:, day] = half_away(rate_sum, some)
        mean_loss[:, day] = half_away((losses * counts).sum(axis=1), some)
        judged = (kind[:, day] != LossKind.UNCOMPUTABLE) & (kind[:, day] != LossKind.SMALL)
        apart = np.abs(rate[:, day] * some - rate_sum) >= thresholds.sudden_bp * some
        sudden[:, day] = judged & apart & (count >= thresholds.sudden_least_days)
        for column, now in ((at, np.full(groups, day)), (rates, rate[:, day]), (losses, loss[:, day])):
            column[judged, 1:] = column[judged, :-1]
            column[judged, 0] = now[judged]
    return sudden, days, mean_rate, mean_loss
