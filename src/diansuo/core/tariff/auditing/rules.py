"""The rules of the audit, and in which situations each is found with which figures."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class AuditRule(IntEnum):
    """Rules of the audit before issue (发行前审核规则); docs/rules/audit.md. Ids are stored, never reused."""

    ZERO = 1
    UP = 2
    DOWN = 3
    MAX = 4
    SUM = 5
    TOU = 6
    PF = 7
    DEMAND = 8
    SUB = 9
    LOSS = 10
    PRICE = 11
    TIER = 12
    CAPACITY = 13
    MULTIPLIER = 14
    AMOUNT = 15
    DUPLICATE = 16
    MISSING = 17
    METERING = 18

    @property
    def id(self) -> str:
        """The id people see, such as "A-UP"."""
        return f"A-{self.name}"


FIGURES: Final = 4
"""How many figures a finding has at most; the first is what is, the second what should be or may be at most."""

ABSENT: Final = -1
"""Stands for a figure that is not known."""


class Situation(IntEnum):
    """In which way a rule is broken. A rule with several tells them apart by ``kind``."""

    rule: AuditRule
    kind: str
    figures: tuple[str, ...]

    def __new__(cls, code: int, rule: AuditRule, kind: str, *figures: str) -> Situation:
        """Make a member: its figures are named with their unit last."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.rule, member.kind, member.figures = rule, kind, figures
        return member

    ZERO = 1, AuditRule.ZERO, "", "energy_wh", "expected_wh", "last_wh", "year_ago_wh"
    UP = 2, AuditRule.UP, "", "energy_wh", "expected_wh", "last_wh", "year_ago_wh"
    DOWN = 3, AuditRule.DOWN, "", "energy_wh", "expected_wh", "last_wh", "year_ago_wh"
    MAX_CONTRACT = 4, AuditRule.MAX, "contract", "energy_wh", "most_wh", "capacity_va"
    MAX_AREA = 5, AuditRule.MAX, "area", "energy_wh", "most_wh", "capacity_va"
    SUM = 6, AuditRule.SUM, "", "energy_wh", "parts_wh"
    TOU_ABSENT = 7, AuditRule.TOU, "absent", "energy_wh", "peak_wh", "flat_wh", "valley_wh"
    TOU_VALLEY = 8, AuditRule.TOU, "valley", "valley_wh", "most_wh", "energy_wh"
    PF_LOW = 9, AuditRule.PF, "low", "factor_hundredths", "limit_hundredths"
    PF_HIGH = 10, AuditRule.PF, "high", "factor_hundredths", "limit_hundredths", "months_count"
    PF_NONE = 11, AuditRule.PF, "none", "reactive_varh", "energy_wh"
    DEMAND_OVER = 12, AuditRule.DEMAND, "over", "demand_w", "most_w", "contract_w"
    DEMAND_ZERO = 13, AuditRule.DEMAND, "zero", "demand_w", "mean_w", "energy_wh"
    DEMAND_BELOW = 14, AuditRule.DEMAND, "below", "demand_w", "mean_w", "energy_wh"
    SUB = 15, AuditRule.SUB, "", "energy_wh", "subs_wh"
    LOSS = 16, AuditRule.LOSS, "", "loss_wh", "most_wh", "metered_wh"
    PRICE_HOUSEHOLD = 17, AuditRule.PRICE, "household", "energy_wh", "most_wh"
    PRICE_VOLTAGE = 18, AuditRule.PRICE, "voltage", "voltage_class"
    PRICE_TWO_PART = 19, AuditRule.PRICE, "two_part", "capacity_va", "from_va"
    PRICE_SINGLE_PART = 20, AuditRule.PRICE, "single_part", "capacity_va", "up_to_va"
    PRICE_FACTOR = 21, AuditRule.PRICE, "factor", "capacity_va", "from_va"
    PRICE_TIME_OF_USE = 22, AuditRule.PRICE, "time_of_use", "capacity_va", "from_va"
    TIER_SUM = 23, AuditRule.TIER, "sum", "year_wh", "months_wh"
    TIER_RESET = 24, AuditRule.TIER, "reset", "year_wh", "zero_wh"
    CAPACITY_CHARGED = 25, AuditRule.CAPACITY, "charged", "charge_fen", "running_va"
    CAPACITY_DIFFERS = 26, AuditRule.CAPACITY, "differs", "capacity_va", "transformers_va"
    MULTIPLIER = 27, AuditRule.MULTIPLIER, "", "multiplier_count", "before_count"
    AMOUNT_LOW = 28, AuditRule.AMOUNT, "low", "price_nano", "median_nano", "limit_nano", "amount_fen"
    AMOUNT_HIGH = 29, AuditRule.AMOUNT, "high", "price_nano", "median_nano", "limit_nano", "amount_fen"
    DUPLICATE = 30, AuditRule.DUPLICATE, "", "from_day", "billed_day"
    MISSING = 31, AuditRule.MISSING, "", "energy_wh", "last_wh"
    METERING_NO_LOSS = 32, AuditRule.METERING, "no_loss", "billed_wh", "loss_wh", "energy_wh", "price_nano"
    METERING_HIGH_LOSS = 33, AuditRule.METERING, "high_loss", "loss_wh", "zero_wh"
    METERING_LOW_LOSS = 34, AuditRule.METERING, "low_loss", "loss_wh", "zero_wh"
    METERING_LOW_OWN = 35, AuditRule.METERING, "low_own", "capacity_va"
    METERING_VOLTAGE = 36, AuditRule.METERING, "voltage", "side", "voltage_class"
    DEMAND_UNLIKE = 37, AuditRule.DEMAND, "unlike", "demand_w", "expected_w", "before_w"
    PF_CHANGED = 38, AuditRule.PF, "changed", "factor_hundredths", "before_hundredths"
    CAPACITY_DEMAND = 39, AuditRule.CAPACITY, "demand", "contract_w", "capacity_va"
    TIER_OPENED = 40, AuditRule.TIER, "opened", "year_wh", "billed_wh", "opened_wh"
