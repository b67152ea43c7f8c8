"""What only commercial drafts can have wrong: power factor, demand, losses, capacity, and the way of metering."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from diansuo.core.metering.energy import LossMethod
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.quantity.money import amount_fen
from diansuo.core.tariff.auditing.columns import Commercial, Drafts
from diansuo.core.tariff.auditing.energy import HOURS_A_DAY, WHOLE_BP
from diansuo.core.tariff.auditing.findings import AuditFindings, found
from diansuo.core.tariff.auditing.rules import ABSENT, Situation
from diansuo.core.tariff.auditing.thresholds import AuditLimits
from diansuo.core.tariff.classes import VoltageClass

HIGH_HIGH, HIGH_LOW, LOW_LOW = 1, 2, 3
"""计量方式, as the archive stores it."""
LASTING: Final = 2


def power_factor(drafts: Drafts, of: Commercial, limits: AuditLimits) -> list[AuditFindings]:
    """A-PF 力率异常: of who is judged by it, too low, too good for months, jumped, or no reactive energy at all."""
    energy = drafts.energy_wh[of.row]
    asked = of.adjusted & (energy >= limits.least_wh)
    none = asked & of.has_reactive & (of.reactive_varh == 0)
    known = asked & ~none & (of.factor != ABSENT)
    high = known & (of.factor > limits.factor_high)
    if limits.factor_months >= LASTING:
        high &= of.factor_before > limits.factor_high
    low = known & (of.factor < limits.factor_low)
    jumped = known & ~low & ~high & (of.factor_before != ABSENT)
    jumped &= np.abs(of.factor - of.factor_before) > limits.factor_change
    return [
        found(Situation.PF_LOW, low, of.factor, limits.factor_low, of=of.row),
        found(Situation.PF_CHANGED, jumped, of.factor, of.factor_before, of=of.row),
        found(
            Situation.PF_HIGH,
            high,
            of.factor,
            limits.factor_high,
            min(limits.factor_months, LASTING),
            of=of.row,
        ),
        found(Situation.PF_NONE, none, of.reactive_varh, energy, of=of.row),
    ]


def demand(drafts: Drafts, of: Commercial, limits: AuditLimits) -> list[AuditFindings]:
    """A-DEMAND 需量异常: above the contract's, none with energy, less than the mean load, or not like before.

    Not like before is told by the month before's demand, scaled by how the mean load moved since.
    """
    energy, hours = drafts.energy_wh[of.row], drafts.days[of.row] * HOURS_A_DAY
    read, contract = of.demand_w != ABSENT, of.contract_demand_w
    mean = energy // np.maximum(hours, 1)
    most = contract * limits.demand_over_bp // WHOLE_BP
    zero = read & (of.demand_w == 0) & (energy >= limits.least_wh)
    below = read & ~zero & (of.demand_w < mean)
    over = read & (contract > 0) & (of.demand_w > most)
    return [
        *_unlike_before(drafts, of, limits, read & ~zero & ~below & ~over),
        found(Situation.DEMAND_OVER, over, of.demand_w, most, contract, of=of.row),
        found(Situation.DEMAND_ZERO, zero, of.demand_w, mean, energy, of=of.row),
        found(Situation.DEMAND_BELOW, below, of.demand_w, mean, energy, of=of.row),
    ]


def _unlike_before(drafts: Drafts, of: Commercial, limits: AuditLimits, asked: Bool) -> list[AuditFindings]:
    energy, days = drafts.energy_wh[of.row], drafts.days[of.row]
    last_wh, last_days = drafts.last_wh[of.row], drafts.last_days[of.row]
    asked = asked & (of.demand_before_w > 0) & (last_days > 0)
    asked &= (energy >= limits.least_wh) & (last_wh >= limits.least_wh)
    moved_permille = energy * last_days * 1000 // np.maximum(last_wh * days, 1)
    expected = np.where(asked, of.demand_before_w * moved_permille // 1000, 0)
    off = np.abs(of.demand_w - expected) > expected * limits.demand_change_bp // WHOLE_BP
    return [found(Situation.DEMAND_UNLIKE, asked & off, of.demand_w, expected, of.demand_before_w, of=of.row)]


def losses(drafts: Drafts, of: Commercial, limits: AuditLimits) -> list[AuditFindings]:
    """A-LOSS 变损占比: the transformer loss is a larger part of what was read than is plausible."""
    loss, energy = drafts.loss_wh[of.row], np.maximum(drafts.energy_wh[of.row], 0)
    most = energy * limits.loss_bp // WHOLE_BP
    mark = (energy >= limits.least_wh) & (loss > most)
    return [
        found(
            Situation.LOSS, mark, loss, most, energy,
            stake_fen=_worth(drafts, of, np.where(mark, loss - most, 0)), of=of.row,
        )
    ]  # fmt: skip


def capacity(drafts: Drafts, of: Commercial) -> list[AuditFindings]:
    """A-CAPACITY 基本电费: charged although nothing ran; capacity, or demand, of the contract not its transformers'."""
    contract = drafts.capacity_va[of.row]
    charged = of.has_own & ~of.ran & (of.charge_fen > 0)
    differs = (of.own_va > 0) & (contract > 0) & (of.own_va != contract) & of.two_part & of.first
    able = np.where(of.own_va > 0, of.own_va, contract)
    beyond = of.two_part & of.first & (able > 0) & (of.contract_demand_w > able)
    return [
        found(Situation.CAPACITY_DEMAND, beyond, of.contract_demand_w, able, of=of.row),
        found(Situation.CAPACITY_CHARGED, charged, of.charge_fen, 0, stake_fen=of.charge_fen, of=of.row),
        found(Situation.CAPACITY_DIFFERS, differs, contract, of.own_va, of=of.row),
    ]


def metering(drafts: Drafts, of: Commercial) -> list[AuditFindings]:
    """A-METERING 计量方式: against voltage, ownership of transformers, and whether losses are charged.

    A customer supplied high and metered low bears the loss of its transformer: where none is charged, the loss is
    estimated by formula from the nameplates, and priced at the bill's average price.
    """
    voltage, loss = drafts.voltage_class[of.row], drafts.loss_wh[of.row]
    energy, price = drafts.energy_wh[of.row], drafts.price_nano[of.row]
    without = of.loss_method == LossMethod.NONE
    low_voltage = voltage == VoltageClass.BELOW_1KV
    known = of.estimated_loss_wh != ABSENT
    mismatch = ((of.side == HIGH_HIGH) & low_voltage) | ((of.side == LOW_LOW) & ~low_voltage)
    charged = ~without & ((loss > 0) | of.first)
    estimate = np.where(known, of.estimated_loss_wh, 0)
    own: dict[str, Any] = {"of": of.row}
    return [
        found(
            Situation.METERING_NO_LOSS, (of.side == HIGH_LOW) & without & of.first,
            0, of.estimated_loss_wh, energy, price, stake_fen=_worth(drafts, of, estimate), **own,
        ),
        found(
            Situation.METERING_HIGH_LOSS, (of.side == HIGH_HIGH) & charged, loss, 0,
            stake_fen=_worth(drafts, of, loss), **own,
        ),
        found(
            Situation.METERING_LOW_LOSS, (of.side == LOW_LOW) & charged, loss, 0,
            stake_fen=_worth(drafts, of, loss), **own,
        ),
        found(Situation.METERING_LOW_OWN, (of.side == LOW_LOW) & (of.own_va > 0) & of.first, of.own_va, **own),
        found(Situation.METERING_VOLTAGE, mismatch & of.first, of.side, voltage, **own),
    ]  # fmt: skip


def _worth(drafts: Drafts, of: Commercial, energy_wh: Int64) -> Int64:
    return amount_fen(energy_wh, drafts.price_nano[of.row], rounding="half_away")
