"""Drafts whose class, terms or multiplier do not fit the customer."""

from __future__ import annotations

import numpy as np

from diansuo.core.tariff.auditing.columns import Commercial, Drafts
from diansuo.core.tariff.auditing.findings import AuditFindings, found
from diansuo.core.tariff.auditing.rules import ABSENT, Situation
from diansuo.core.tariff.auditing.thresholds import AuditLimits
from diansuo.core.tariff.classes import PriceClass, VoltageClass

HOUSEHOLDS = (int(PriceClass.RESIDENTIAL_STEPS), int(PriceClass.RESIDENTIAL_STEPS_TOU))


def households(drafts: Drafts, limits: AuditLimits) -> list[AuditFindings]:
    """A-PRICE 电价策略 of households: more than a household uses, or supplied above 1 kV."""
    steps = np.isin(drafts.price_class, HOUSEHOLDS)
    much = steps & (drafts.billed_wh > limits.household_most_wh) & ~drafts.charging
    return [
        found(
            Situation.PRICE_HOUSEHOLD,
            much,
            drafts.billed_wh,
            limits.household_most_wh,
            stake_fen=drafts.amount_fen,
        ),
        found(
            Situation.PRICE_VOLTAGE,
            steps & (drafts.voltage_class > VoltageClass.BELOW_1KV),
            drafts.voltage_class,
            stake_fen=drafts.amount_fen,
        ),
    ]


def commercial_terms(drafts: Drafts, of: Commercial, limits: AuditLimits) -> list[AuditFindings]:
    """A-PRICE 电价策略 of commercial customers: what their capacity asks of them against what they are billed by."""
    capacity = np.where(of.own_va > 0, of.own_va, drafts.capacity_va[of.row])
    known = of.has_terms & (capacity > 0) & of.first
    asks = (
        (
            Situation.PRICE_TWO_PART,
            ~of.two_part & (capacity >= limits.two_part_from_va),
            limits.two_part_from_va,
        ),
        (
            Situation.PRICE_SINGLE_PART,
            of.two_part & (capacity <= limits.single_part_up_to_va),
            limits.single_part_up_to_va,
        ),
        (Situation.PRICE_FACTOR, ~of.adjusted & (capacity >= limits.factor_from_va), limits.factor_from_va),
        (
            Situation.PRICE_TIME_OF_USE,
            ~of.time_of_use & (capacity >= limits.time_of_use_from_va),
            limits.time_of_use_from_va,
        ),
    )
    return [found(one, known & mark, capacity, limit, of=of.row) for one, mark, limit in asks]


def multiplier(drafts: Drafts) -> list[AuditFindings]:
    """A-MULTIPLIER 倍率变更: another multiplier than at the end of the month before, and no order near."""
    known = (drafts.multiplier != ABSENT) & (drafts.before_multiplier != ABSENT)
    mark = known & (drafts.multiplier != drafts.before_multiplier) & ~drafts.ordered
    return [
        found(
            Situation.MULTIPLIER,
            mark,
            drafts.multiplier,
            drafts.before_multiplier,
            stake_fen=drafts.amount_fen,
        )
    ]
