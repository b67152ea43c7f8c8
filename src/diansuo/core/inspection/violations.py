"""Violations of the supply contract (违约用电): the six kinds, what is recovered and what is the penalty.

Source: 《供电营业规则》 1996 clause 100, 2024 clause 101 [S12]; domain.md §7.4.
Page: docs/rules/theft-and-violations.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from fractions import Fraction
from typing import Final

from diansuo.core.inspection.capacity_months import month_shares
from diansuo.core.inspection.claim import Claim, Multiple, claim_on
from diansuo.core.inspection.use import UseKind
from diansuo.core.quantity.exact import exact, nearest
from diansuo.core.quantity.money import NANO_PER_FEN, PRODUCT_PER_FEN, fen_from_yuan
from diansuo.core.rules import Entry
from diansuo.core.tariff.commercial.capacity import DayBase

VIOLATIONS: Final = "national/inspection/violations"
W_PER_KW: Final = 1000


class NoSuchViolation(LookupError):
    """The rules in force on the day do not know this kind."""


class Violation(IntEnum):
    """The kinds, in the order of the clause; numbers never change."""

    WRONG_CLASS = 1
    """在电价低的线路上擅自接用电价高的设备，擅自改变用电类别"""
    EXCESS_CAPACITY = 2
    """私自增容"""
    SUSPENDED_CAPACITY = 3
    """擅自使用已暂停（减容）或启用封存的设备"""
    TAMPERING = 4
    """私自迁移、更动、擅自操作计量、负控、供电设施和约定由供电企业调度的设备"""
    OWN_SOURCE = 5
    """擅自引入（供出）电源或将备用、其他电源并网"""
    BEYOND_QUOTA = 6
    """超过计划分配的用电指标（only in the rules of 1996）"""


@dataclass(frozen=True, slots=True)
class ViolationTerms:
    """The numbers of the rules in force.

    Attributes:
        wrong_class: multiple of the difference of the charges.
        excess_capacity: multiple of the capacity charge, two-part customers.
        suspended_capacity: multiple of the capacity charge, two-part customers.
        excess_fen: fen for each kW (kVA) of excess capacity, everyone else.
        suspended_fen: fen for each kW (kVA) of suspended capacity and time, everyone else.
        tampering_residential_fen: fen a time, households.
        tampering_other_fen: fen a time, everyone else.
        own_source_fen: fen for each kW (kVA).
        quota_fen: fen for each kW beyond the quota and time; None: the rule is gone.
        quota_multiple: of the charge of the energy beyond the quota; None: the rule is gone.
        unknown_months: months that are taken where beginning and end cannot be found out.
        unknown_month_days: days of such a month.
        power_hours: hours a day then, 动力.
        lighting_hours: hours a day then, 照明.
        day_base: what a day of capacity counts.
    """

    wrong_class: Multiple
    excess_capacity: Multiple
    suspended_capacity: Multiple
    excess_fen: int
    suspended_fen: int
    tampering_residential_fen: int
    tampering_other_fen: int
    own_source_fen: int
    quota_fen: int | None
    quota_multiple: Fraction | None
    unknown_months: int
    unknown_month_days: int
    power_hours: Fraction
    lighting_hours: Fraction
    day_base: DayBase

    @classmethod
    def from_entry(cls, entry: Entry) -> ViolationTerms:
        """Read the terms from the entry of `VIOLATIONS` in force.

        Raises:
            ValueAbsent: one of them is not known.
        """
        at_most = entry.word("multiples_mean") == "at_most"
        quota = entry.word("beyond_quota") == "penalised"

        def multiple(name: str) -> Multiple:
            return Multiple(exact(entry.number(name)), at_most)

        def fen(name: str) -> int:
            return fen_from_yuan(entry.number(name))

        return cls(
            wrong_class=multiple("wrong_class_multiple"),
            excess_capacity=multiple("excess_capacity_multiple"),
            suspended_capacity=multiple("suspended_capacity_multiple"),
            excess_fen=fen("excess_capacity"),
            suspended_fen=fen("suspended_capacity"),
            tampering_residential_fen=fen("tampering_residential"),
            tampering_other_fen=fen("tampering_other"),
            own_source_fen=fen("own_source"),
            quota_fen=fen("quota_power") if quota else None,
            quota_multiple=exact(entry.number("quota_multiple")) if quota else None,
            unknown_months=entry.integer("unknown_months"),
            unknown_month_days=entry.integer("unknown_month_days"),
            power_hours=exact(entry.number("power_hours")),
            lighting_hours=exact(entry.number("lighting_hours")),
            day_base=DayBase(entry.word("day_base")),
        )


@dataclass(frozen=True, slots=True)
class PriceDifference:
    """Energy that was paid at one price and belongs to another; prices in nano-yuan per kWh, at the time of use."""

    energy_wh: int
    paid_nano: int
    right_nano: int


def unknown_use_wh(power_va: int, use: UseKind, terms: ViolationTerms) -> int:
    """Return what a device is taken to have used where nobody knows since when: 3 months of 30 days, 12 or 6 h a day.

    Args:
        power_va: rated power, W or VA.
        use: 动力 or 照明.
        terms: those in force.
    """
    hours = terms.power_hours if use is UseKind.POWER else terms.lighting_hours
    return nearest(power_va * hours * terms.unknown_month_days * terms.unknown_months)


def wrong_class_claim(
    parts: Sequence[PriceDifference], terms: ViolationTerms, multiple: Fraction | int | None = None
) -> Claim:
    """Kind 1: the difference of the charges, and a multiple of it, taken before any rounding.

    Raises:
        MultipleNotAllowed: the terms do not allow it.
        ValueError: a difference is negative.
    """
    exact_fen = [
        Fraction(part.energy_wh * (part.right_nano - part.paid_nano), PRODUCT_PER_FEN) for part in parts
    ]
    return claim_on(exact_fen, terms.wrong_class.chosen(multiple))


def capacity_claim(
    violation: Violation,
    capacity_va: int,
    charge_nano: int,
    used: tuple[date, date],
    terms: ViolationTerms,
    multiple: Fraction | int | None = None,
) -> Claim:
    """Kinds 2 and 3, two-part customers: the capacity charge of the days of use, and a multiple of it.

    Args:
        violation: EXCESS_CAPACITY or SUSPENDED_CAPACITY.
        capacity_va: VA used without right.
        charge_nano: nano-yuan per kVA and month, of that time.
        used: first day of use, and the day after the last.
        terms: those in force.
        multiple: of the charge; None: the highest there may be.

    Returns:
        A claim with one part for each calendar month.

    Raises:
        NoSuchViolation: another kind.
        MultipleNotAllowed: the terms do not allow it.
        ValueError: no day of use, a negative capacity.
    """
    rules = {
        Violation.EXCESS_CAPACITY: terms.excess_capacity,
        Violation.SUSPENDED_CAPACITY: terms.suspended_capacity,
    }
    if violation not in rules:
        raise NoSuchViolation(f"{violation.name}: only kinds 2 and 3 recover a capacity charge")
    monthly_fen = Fraction(capacity_va * charge_nano, W_PER_KW * NANO_PER_FEN)
    parts = [monthly_fen * month.share for month in month_shares(*used, terms.day_base)]
    return claim_on(parts, rules[violation].chosen(multiple))


def flat_claim(
    violation: Violation,
    terms: ViolationTerms,
    *,
    capacity_va: int = 0,
    times: int = 1,
    residential: bool = False,
) -> Claim:
    """Kinds 2 to 5 with a fixed rate: excess or suspended capacity of other customers, tampering, own sources.

    Args:
        violation: the kind.
        terms: those in force.
        capacity_va: VA or W; plays no part in TAMPERING.
        times: 次, for SUSPENDED_CAPACITY and TAMPERING.
        residential: households pay less for TAMPERING.

    Raises:
        NoSuchViolation: another kind.
        ValueError: capacity or times negative.
    """
    if capacity_va < 0 or times < 0:
        raise ValueError(f"{capacity_va} VA, {times} times: neither is negative")
    by_kind = {
        Violation.EXCESS_CAPACITY: Fraction(capacity_va, W_PER_KW) * terms.excess_fen,
        Violation.SUSPENDED_CAPACITY: Fraction(capacity_va, W_PER_KW) * terms.suspended_fen * times,
        Violation.TAMPERING: Fraction(
            (terms.tampering_residential_fen if residential else terms.tampering_other_fen) * times
        ),
        Violation.OWN_SOURCE: Fraction(capacity_va, W_PER_KW) * terms.own_source_fen,
    }
    if violation not in by_kind:
        raise NoSuchViolation(f"{violation.name} has no fixed rate")
    return Claim((), None, nearest(by_kind[violation]))


def quota_claim(excess_w: int, times: int, parts: Sequence[tuple[int, int]], terms: ViolationTerms) -> Claim:
    """Kind 6: a rate for each kW beyond the quota at peak and time, and a multiple of the charge of the energy beyond.

    The energy itself was read and billed; nothing is recovered.

    Args:
        excess_w: W beyond the quota at peak.
        times: 次.
        parts: (Wh beyond the quota, nano-yuan per kWh), one for each price.
        terms: those in force.

    Raises:
        NoSuchViolation: the rules in force know no quota any more.
        ValueError: a number is negative.
    """
    if terms.quota_fen is None or terms.quota_multiple is None:
        raise NoSuchViolation("BEYOND_QUOTA: the rules in force know no quota any more")
    if min(excess_w, times, *(energy_wh for energy_wh, _ in parts)) < 0:
        raise ValueError(f"{excess_w} W, {times} times, {tuple(parts)}: none is negative")
    charge = sum((Fraction(energy * price, PRODUCT_PER_FEN) for energy, price in parts), Fraction(0))
    power = Fraction(excess_w, W_PER_KW) * terms.quota_fen * times
    return Claim((), terms.quota_multiple, nearest(power + charge * terms.quota_multiple))
