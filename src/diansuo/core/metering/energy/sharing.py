"""Parts of one meter: fixed quantities and ratios (定量定比), and what meters below it have taken (主分表, 转供)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from diansuo.core.metering.energy.band_allocation import require_groups
from diansuo.core.metering.energy.findings import (
    EnergyCode,
    EnergyFinding,
    SettledEnergy,
    findings_at,
    in_row_order,
)
from diansuo.core.metering.energy.transformer_loss import PPM
from diansuo.core.quantity.arrays import Bool, Int64, WrongColumn, require
from diansuo.core.quantity.wide import quotient


class ShareOrder(IntEnum):
    """What a ratio is a ratio of, as the contract says; stored in the database, so numbers never change."""

    RATIO_OF_REST = 0  # 先减定量，定比乘剩余
    RATIO_OF_WHOLE = 1  # 定比乘总量


@dataclass(frozen=True, slots=True)
class Shares:
    """Parts of meters that are not metered by themselves, int64 (n,).

    Attributes:
        meter: row of the meter the part belongs to.
        fixed_wh: fixed quantity of the period (定量), Wh, already by days for a part of a month
            (:func:`.service_days.part_of_month_wh`); 0 for a part by ratio.
        ratio_ppm: ratio (定比) in millionths: 30 % is 300000; 0 for a fixed quantity.

    Raises:
        WrongColumn: dtype or length.
        ValueError: a negative quantity or ratio, or a part that has both.
    """

    meter: Int64
    fixed_wh: Int64
    ratio_ppm: Int64

    def __post_init__(self) -> None:
        require(np.int64, meter=self.meter, fixed_wh=self.fixed_wh, ratio_ppm=self.ratio_ppm)
        if (self.fixed_wh < 0).any() or (self.ratio_ppm < 0).any():
            raise ValueError("a fixed quantity or a ratio is negative")
        if ((self.fixed_wh > 0) & (self.ratio_ppm > 0)).any():
            raise ValueError("a part has both a fixed quantity and a ratio")


@dataclass(frozen=True, slots=True)
class SharedEnergy:
    """What parts and meters are settled with.

    Attributes:
        share_wh: int64 (parts,), Wh; zero where the meter is held.
        rest_wh: int64 (meters,), what is left of the meter; zero where it is held.
        held: bool (meters,).
        findings: why; rows are meters.
    """

    share_wh: Int64
    rest_wh: Int64
    held: Bool
    findings: tuple[EnergyFinding, ...]


def share_out(total_wh: Int64, shares: Shares, order: Int64, *, step_wh: int) -> SharedEnergy:
    """Take fixed quantities and ratios out of meters; the rest is the meter's own (step id ``ratio-share``).

    Args:
        total_wh: int64 (meters,), energy of the meter after its sub-meters, Wh.
        shares: the parts.
        order: int64 (meters,), :class:`ShareOrder` of the contract.
        step_wh: precision of a share by ratio, halves away from zero.

    Returns:
        SharedEnergy, shares and rest of a meter summing to its total; held are ``negative_energy`` and
        ``shares_exceed_total``.

    Raises:
        WrongColumn: dtype or length.
        ValueError: a part of no meter, an order that does not exist.

    Source: domain.md §6.3 [K][?]; docs/rules/settled-energy.md.
    """
    require(np.int64, total_wh=total_wh, order=order)
    require_groups(shares.meter, len(total_wh))
    if not np.isin(order, list(ShareOrder)).all():
        raise ValueError("order: expected a ShareOrder")
    fixed = np.zeros(len(total_wh), dtype=np.int64)
    np.add.at(fixed, shares.meter, shares.fixed_wh)
    base = np.where(order == ShareOrder.RATIO_OF_REST, total_wh - fixed, total_wh)
    factors = [np.maximum(base, 0)[shares.meter], shares.ratio_ppm]
    share = shares.fixed_wh + quotient(factors, [PPM], rounding="half_away", step=step_wh)
    taken = np.zeros(len(total_wh), dtype=np.int64)
    np.add.at(taken, shares.meter, share)
    negative = total_wh < 0
    exceeds = ~negative & (taken > total_wh)
    held = negative | exceeds
    return SharedEnergy(
        np.where(held[shares.meter], 0, share),
        np.where(held, 0, total_wh - taken),
        held,
        in_row_order(
            findings_at(negative, EnergyCode.NEGATIVE_ENERGY, total_wh=total_wh),
            findings_at(exceeds, EnergyCode.SHARES_EXCEED_TOTAL, total_wh=total_wh, shares_wh=taken),
        ),
    )


def less_sub_meters(master_wh: Int64, sub_wh: Int64, *, master_of: Int64) -> SettledEnergy:
    """What a master meter is settled with: its energy less that of its sub-meters, never below zero.

    A sub-meter is taken whole off the meter right above it; one that is itself a master is so too.

    Args:
        master_wh: int64 (masters,) or (masters, k), Wh; k columns, for instance the five periods.
        sub_wh: int64 (subs,) or (subs, k), Wh.
        master_of: int64 (subs,), row of the master above each sub-meter.

    Returns:
        SettledEnergy of the shape of ``master_wh``; held is ``sub_exceeds_master`` (总分倒挂) where any column is
        below zero; rows are masters, the params those of the first such column.

    Raises:
        WrongColumn: dtype or shape.
        ValueError: a sub-meter of no master.

    Source: domain.md §6.3 [K]; docs/rules/settled-energy.md.
    """
    return _less(master_wh, sub_wh, master_of, EnergyCode.SUB_EXCEEDS_MASTER, ("master_wh", "sub_wh"))


def less_supplied(supplier_wh: Int64, supplied_wh: Int64, *, supplier_of: Int64) -> SettledEnergy:
    """What a customer who supplies others (转供户) is settled with: its energy less that of the supplied.

    Args, returns and errors as :func:`less_sub_meters`; held is ``supplied_exceeds_supplier``.

    Source: domain.md §6.3 [K]; docs/rules/settled-energy.md.
    """
    names = ("supplier_wh", "supplied_wh")
    return _less(supplier_wh, supplied_wh, supplier_of, EnergyCode.SUPPLIED_EXCEEDS_SUPPLIER, names)


def _less(
    above_wh: Int64, below_wh: Int64, above_of: Int64, code: EnergyCode, names: tuple[str, str]
) -> SettledEnergy:
    require(np.int64, above_of=above_of)
    for name, column in zip(names, (above_wh, below_wh), strict=True):
        if column.dtype != np.int64 or column.ndim not in (1, 2):
            raise WrongColumn(f"{name}: expected int64 of one or two dimensions, got {column.dtype}")
    if len(below_wh) != len(above_of) or above_wh.shape[1:] != below_wh.shape[1:]:
        raise WrongColumn(f"{names[1]}: expected {len(above_of)} rows of the shape {above_wh.shape[1:]}")
    require_groups(above_of, len(above_wh))
    taken = np.zeros_like(above_wh)
    np.add.at(taken, above_of, below_wh)
    rest = above_wh - taken
    columns = rest.reshape(len(rest), -1)
    held = np.asarray((columns < 0).any(axis=1), np.bool_)
    worst = np.argmax(columns < 0, axis=1)[:, np.newaxis]

    def of_worst(energy: Int64) -> Int64:
        return np.take_along_axis(energy.reshape(len(rest), -1), worst, axis=1)[:, 0]

    rest[held] = 0
    params = {names[0]: of_worst(above_wh), names[1]: of_worst(taken), "column": worst[:, 0]}
    return SettledEnergy(rest, held, in_row_order(findings_at(held, code, **params)))


def subs_on_other_days(master_day: Int64, sub_day: Int64, *, master_of: Int64) -> tuple[EnergyFinding, ...]:
    """Sub-meters whose period ends on another day than that of their master (同一抄表日校验).

    Args:
        master_day: int64 (masters,), day that ends the period.
        sub_day: int64 (subs,), the same of the sub-meters.
        master_of: int64 (subs,), row of the master above each sub-meter.

    Returns:
        ``sub_on_another_day`` for each such sub-meter; rows are sub-meters.

    Raises:
        WrongColumn: dtype or length.
        ValueError: a sub-meter of no master.

    Source: domain.md §6.3 [K]; docs/rules/settled-energy.md.
    """
    require(np.int64, master_day=master_day)
    require(np.int64, sub_day=sub_day, master_of=master_of)
    require_groups(master_of, len(master_day))
    of_master = master_day[master_of]
    return in_row_order(
        findings_at(
            sub_day != of_master, EnergyCode.SUB_ON_ANOTHER_DAY, sub_day=sub_day, master_day=of_master
        )
    )
