"""Transformer loss (变损) of customers metered on the low side (高供低计): by formula, table or agreement."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from diansuo.core.metering.energy.findings import EnergyCode, EnergyFinding, findings_at, in_row_order
from diansuo.core.quantity.arrays import Bool, Int64, require
from diansuo.core.quantity.money import ENERGY_LIMIT_WH
from diansuo.core.quantity.wide import Factor, quotient, quotient_of_sums

UNKNOWN: Final = -1
"""Stands for a term of a transformer that the archive does not have."""

MILLI: Final = 1000
MILLI_PERCENT: Final = 100 * MILLI
PPM: Final = 1_000_000
_BEYOND: Final = ENERGY_LIMIT_WH + 1


class LossMethod(IntEnum):
    """How the transformer loss of a customer is found; stored in the database, so numbers never change."""

    NONE = 0  # 不计变损
    FORMULA = 1  # 标准公式
    TABLE = 2  # 月损耗表
    AGREED_VALUE = 3  # 协议值
    AGREED_RATIO = 4  # 协议比例


@dataclass(frozen=True, slots=True)
class Losses:
    """Losses row by row, (rows,), each a multiple of the step; zero where the row is held.

    Attributes:
        active_wh: int64, active loss (有功变损), Wh.
        reactive_varh: int64, reactive loss (无功变损), varh.
        held: bool, the row has a finding that holds it.
        findings: why.
    """

    active_wh: Int64
    reactive_varh: Int64
    held: Bool
    findings: tuple[EnergyFinding, ...]


@dataclass(frozen=True, slots=True)
class TransformerTerms:
    """What the formula needs of a transformer, int64 (rows,); `UNKNOWN` where the archive does not have it.

    Whole watts: type tables give kW with at most three decimals (0.155 kW = 155 W).

    Attributes:
        capacity_va: rated capacity S.
        p0_w: no-load loss P0 (空载损耗).
        pk_w: load loss Pk (短路损耗).
        i0_milli_percent: no-load current I0 in 1/1000 percent: 2.2 % is 2200.
        uk_milli_percent: short-circuit voltage Uk in 1/1000 percent: 4 % is 4000.
        hours: hours in service T = 24 × days (:func:`.service_days.hours_in_service`).
        factor_milli: shift factor K (生产班次修正系数) in 1/1000: 1.2 is 1200.

    Raises:
        WrongColumn: dtype or length.
    """

    capacity_va: Int64
    p0_w: Int64
    pk_w: Int64
    i0_milli_percent: Int64
    uk_milli_percent: Int64
    hours: Int64
    factor_milli: Int64

    def __post_init__(self) -> None:
        require(
            np.int64,
            capacity_va=self.capacity_va,
            p0_w=self.p0_w,
            pk_w=self.pk_w,
            i0_milli_percent=self.i0_milli_percent,
            uk_milli_percent=self.uk_milli_percent,
            hours=self.hours,
            factor_milli=self.factor_milli,
        )

    @property
    def known(self) -> Bool:
        """Which rows have every term; a factor of 0 is none."""
        return np.asarray(
            (self.capacity_va > 0)
            & (self.p0_w >= 0)
            & (self.pk_w >= 0)
            & (self.i0_milli_percent >= 0)
            & (self.uk_milli_percent >= 0)
            & (self.hours >= 0)
            & (self.factor_milli > 0),
            np.bool_,
        )


def formula_losses(
    active_wh: Int64, reactive_varh: Int64, terms: TransformerTerms, *, step_wh: int
) -> Losses:
    """Transformer losses by the standard formula, exact, rounded once (step id ``transformer-loss``).

    ``ΔP = P0·T + K·(A²+R²)·Pk / (S²·T)``, ``ΔQ = I0%·S/100·T + K·(A²+R²)·Uk%·S/100 / (S²·T)``.

    One row is one transformer with the energy that went through it: exchanged in mid-period it has two rows, each
    with its own energy and hours. A transformer that was not in service has no loss; energy of such a one is held.

    Args:
        active_wh: int64 (rows,), read active energy A of the low side, Wh.
        reactive_varh: int64 (rows,), read reactive energy R, varh, not negative.
        terms: the transformers.
        step_wh: 10 or 1000: losses are whole multiples of 0.01 kWh or 1 kWh, halves away from zero.

    Returns:
        Losses; held are ``negative_energy``, ``no_transformer_terms``, ``energy_out_of_service`` and
        ``loss_too_large`` (above 4 TWh: energy and capacity do not belong together).

    Raises:
        WrongColumn: dtype or length.

    Source: domain.md §6.2 [K]; docs/rules/transformer-loss.md.
    """
    require(np.int64, active_wh=active_wh, reactive_varh=reactive_varh, capacity_va=terms.capacity_va)
    energy = {"active_wh": active_wh, "reactive_varh": reactive_varh}
    negative = (active_wh < 0) | (reactive_varh < 0)
    unknown = ~negative & ~terms.known
    idle = ~negative & ~unknown & (terms.hours == 0)
    used = idle & ((active_wh > 0) | (reactive_varh > 0))
    runs = np.flatnonzero(~negative & ~unknown & ~idle)
    losses = np.zeros((2, len(active_wh)), dtype=np.int64)
    if len(runs):
        losses[0, runs] = _active(active_wh[runs], reactive_varh[runs], terms, runs, step_wh)
        losses[1, runs] = _reactive(active_wh[runs], reactive_varh[runs], terms, runs, step_wh)
    beyond = np.asarray((losses > ENERGY_LIMIT_WH).any(axis=0), np.bool_)
    losses[:, beyond] = 0
    return Losses(
        losses[0],
        losses[1],
        negative | unknown | used | beyond,
        in_row_order(
            findings_at(beyond, EnergyCode.LOSS_TOO_LARGE, **energy, capacity_va=terms.capacity_va),
            findings_at(negative, EnergyCode.NEGATIVE_ENERGY, **energy),
            findings_at(unknown, EnergyCode.NO_TRANSFORMER_TERMS, capacity_va=terms.capacity_va),
            findings_at(used, EnergyCode.ENERGY_OUT_OF_SERVICE, **energy),
        ),
    )


def _active(active: Int64, reactive: Int64, terms: TransformerTerms, rows: Int64, step_wh: int) -> Int64:
    """ΔP over the one divisor 1000·S²·T; the energies are those of the rows."""
    capacity, hours = terms.capacity_va[rows], terms.hours[rows]
    copper: list[Factor] = [terms.factor_milli[rows], terms.pk_w[rows]]
    iron: list[Factor] = [terms.p0_w[rows], hours, MILLI, capacity, capacity, hours]
    sums = [iron, [*copper, active, active], [*copper, reactive, reactive]]
    divisors: list[Factor] = [MILLI, capacity, capacity, hours]
    return quotient_of_sums(sums, divisors, rounding="half_away", step=step_wh, too_large=_BEYOND)


def _reactive(active: Int64, reactive: Int64, terms: TransformerTerms, rows: Int64, step_wh: int) -> Int64:
    """ΔQ over the one divisor 1000·100000·S·T: the S of Uk%·S cancels one of S²."""
    capacity, hours = terms.capacity_va[rows], terms.hours[rows]
    leakage: list[Factor] = [terms.factor_milli[rows], terms.uk_milli_percent[rows]]
    magnetising: list[Factor] = [terms.i0_milli_percent[rows], capacity, hours, MILLI, capacity, hours]
    sums = [magnetising, [*leakage, active, active], [*leakage, reactive, reactive]]
    divisors: list[Factor] = [MILLI, MILLI_PERCENT, capacity, hours]
    return quotient_of_sums(sums, divisors, rounding="half_away", step=step_wh, too_large=_BEYOND)


def ratio_losses(
    active_wh: Int64, reactive_varh: Int64, ratio_ppm: Int64, reactive_ratio_ppm: Int64, *, step_wh: int
) -> Losses:
    """Transformer losses by an agreed ratio of what was read (协议比例), rounded (step id ``transformer-loss``).

    Args:
        active_wh: int64 (rows,), read active energy, Wh.
        reactive_varh: int64 (rows,), read reactive energy, varh.
        ratio_ppm: int64 (rows,), millionths of the active energy: 3 % is 30000; `UNKNOWN` where none is agreed.
        reactive_ratio_ppm: the same of the reactive energy; 0 where the agreement has none.
        step_wh: precision of the losses.

    Returns:
        Losses; held are ``negative_energy`` and ``no_agreed_terms``.

    Raises:
        WrongColumn: dtype or length.

    Source: domain.md §6.2 [K形状]; docs/rules/transformer-loss.md.
    """
    require(
        np.int64,
        active_wh=active_wh,
        reactive_varh=reactive_varh,
        ratio_ppm=ratio_ppm,
        reactive_ratio_ppm=reactive_ratio_ppm,
    )
    negative = (active_wh < 0) | (reactive_varh < 0)
    unknown = ~negative & ((ratio_ppm < 0) | (reactive_ratio_ppm < 0))
    held = negative | unknown

    def share(energy: Int64, ratio: Int64) -> Int64:
        counted = np.where(held, 0, energy)
        return quotient([counted, ratio], [PPM], rounding="half_away", step=step_wh)

    return Losses(
        share(active_wh, ratio_ppm),
        share(reactive_varh, reactive_ratio_ppm),
        held,
        in_row_order(
            findings_at(
                negative, EnergyCode.NEGATIVE_ENERGY, active_wh=active_wh, reactive_varh=reactive_varh
            ),
            findings_at(unknown, EnergyCode.NO_AGREED_TERMS, ratio_ppm=ratio_ppm),
        ),
    )
