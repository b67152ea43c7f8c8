"""Energy by period (分时): losses spread over periods and points, and the periods held against the total."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diansuo.core.metering.energy.findings import (
    EnergyCode,
    EnergyFinding,
    SettledEnergy,
    findings_at,
    in_row_order,
)
from diansuo.core.quantity.arrays import Bool, Int64, WrongColumn, require
from diansuo.core.quantity.band import BANDS, Band
from diansuo.core.quantity.wide import Factor, Rounding, quotient

_FLAT = int(Band.FLAT)
_OTHERS = [int(band) for band in Band if band is not Band.FLAT]


def require_bands(rows: int, **columns: Int64) -> None:
    """Check that every column is int64 of the shape (rows, 5).

    Raises:
        WrongColumn: names the column, what it is and what it must be.
    """
    for name, column in columns.items():
        if not isinstance(column, np.ndarray) or column.shape != (rows, BANDS):
            shape = getattr(column, "shape", type(column).__name__)
            raise WrongColumn(f"{name}: expected ({rows}, {BANDS}), got {shape}")
        if column.dtype != np.int64:
            raise WrongColumn(f"{name}: expected int64, got {column.dtype}")


def spread_over_bands(amount_wh: Int64, bands_wh: Int64, *, step_wh: int) -> Int64:
    """Spread a quantity over the five periods in proportion to the energy read in each.

    Sharp, peak, valley and deep valley are rounded, the flat period takes the rest, so that the periods sum to the
    quantity (step id ``band-remainder``). Where the flat would fall below zero by it, the others are rounded down.
    Without any energy all of it is flat.

    Args:
        amount_wh: int64 (rows,), what is spread: a loss, or a corrected total; of any sign.
        bands_wh: int64 (rows, 5), read energy by :class:`Band`, none negative.
        step_wh: precision of a period's share, halves away from zero.

    Returns:
        int64 (rows, 5), Wh, summing to ``amount_wh`` in every row.

    Raises:
        WrongColumn: dtype or shape.
        ValueError: a period is negative.

    Source: domain.md §6.2 (尾差入平段 [?]); docs/rules/settled-energy.md.
    """
    require(np.int64, amount_wh=amount_wh)
    require_bands(len(amount_wh), bands_wh=bands_wh)
    if (bands_wh < 0).any():
        raise ValueError(f"bands_wh: row {int(np.argmax((bands_wh < 0).any(axis=1)))} is negative")
    spread = _with_flat(amount_wh, bands_wh, step_wh, "half_away")
    # Of a negative quantity every share is negative, so the flat must not rise above zero.
    beyond = np.flatnonzero(spread[:, _FLAT] * np.sign(amount_wh) < 0)
    if len(beyond):
        spread[beyond] = _with_flat(amount_wh[beyond], bands_wh[beyond], step_wh, "down")
    return spread


def _with_flat(amount_wh: Int64, bands_wh: Int64, step_wh: int, rounding: Rounding) -> Int64:
    total = bands_wh.sum(axis=1)
    some = np.maximum(total, 1)
    spread = np.zeros(bands_wh.shape, dtype=np.int64)
    for band in _OTHERS:
        factors: list[Factor] = [amount_wh, bands_wh[:, band]]
        spread[:, band] = quotient(factors, [some], rounding=rounding, step=step_wh)
    spread[:, _FLAT] = amount_wh - spread.sum(axis=1)
    return spread


def spread_over_points(
    amount_wh: Int64, *, group: Int64, energy_wh: Int64, fixed: Bool, step_wh: int
) -> SettledEnergy:
    """Spread a loss over the metering points behind one transformer or line, in proportion to their energy.

    A point of fixed quantity (定量) takes no share. Each share is rounded, and the point with the largest energy of
    its group, the first of equals, takes the rest (step id ``point-remainder``); where it would fall below zero by
    it, all shares of the group are rounded down. Where nothing was read, the first point that is not fixed takes all.

    Args:
        amount_wh: int64 (groups,), what is spread, not negative.
        group: int64 (points,), the group each point belongs to.
        energy_wh: int64 (points,), read energy, not negative.
        fixed: bool (points,), the point is settled by a fixed quantity.
        step_wh: precision of a share, halves away from zero.

    Returns:
        SettledEnergy with energy (points,) and held (groups,); held are ``nowhere_to_allocate`` (an amount, and no
        point that can take it) and ``negative_energy`` (a negative amount or point); rows are groups.

    Raises:
        WrongColumn: dtype or length.
        ValueError: a point of no group.

    Source: domain.md §6.2 [K形状]; docs/rules/settled-energy.md.
    """
    require(np.int64, amount_wh=amount_wh)
    require(np.int64, group=group, energy_wh=energy_wh)
    require(np.bool_, fixed=fixed)
    require_groups(group, len(amount_wh))
    takes = np.flatnonzero(~fixed)
    negative = amount_wh < 0
    np.logical_or.at(negative, group, energy_wh < 0)
    members = np.bincount(group[takes], minlength=len(amount_wh))
    nowhere = ~negative & (members == 0) & (amount_wh > 0)
    amount = np.where(negative | nowhere, 0, amount_wh)
    shares = np.zeros(len(group), dtype=np.int64)
    shares[takes] = _point_shares(amount, group[takes], np.maximum(energy_wh[takes], 0), step_wh)
    found = in_row_order(
        findings_at(negative, EnergyCode.NEGATIVE_ENERGY, amount_wh=amount_wh),
        findings_at(nowhere, EnergyCode.NOWHERE_TO_ALLOCATE, amount_wh=amount_wh),
    )
    return SettledEnergy(shares, negative | nowhere, found)


def require_groups(group: Int64, groups: int) -> None:
    """Check that every index names one of so many groups.

    Raises:
        ValueError: names the first row that does not.
    """
    outside = (group < 0) | (group >= groups)
    if outside.any():
        row = int(np.argmax(outside))
        raise ValueError(f"row {row} belongs to {group[row]}, expected 0 to {groups - 1}")


def _point_shares(amount_wh: Int64, group: Int64, energy_wh: Int64, step_wh: int) -> Int64:
    """Shares of points, none of them fixed, summing to the amount of each group that has one."""
    total = np.zeros(len(amount_wh), dtype=np.int64)
    np.add.at(total, group, energy_wh)
    some = np.maximum(total, 1)
    order = np.lexsort((-energy_wh, group))
    largest = order[np.unique(group[order], return_index=True)[1]]

    def rounded(rounding: Rounding) -> Int64:
        shares = quotient([amount_wh[group], energy_wh], [some[group]], rounding=rounding, step=step_wh)
        given = np.zeros(len(amount_wh), dtype=np.int64)
        np.add.at(given, group, shares)
        shares[largest] += (amount_wh - given)[group[largest]]
        return shares

    shares = rounded("half_away")
    below = np.zeros(len(amount_wh), dtype=np.bool_)
    below[group[largest]] = shares[largest] < 0
    return np.where(below[group], rounded("down"), shares) if below.any() else shares


@dataclass(frozen=True, slots=True)
class BandsOfTotal:
    """The periods with the flat period that the total leaves.

    Attributes:
        bands_wh: int64 (rows, 5), summing to the total; zero where the row is held.
        difference_wh: int64 (rows,), that flat less the flat register; 0 where there is no flat register.
        held: bool (rows,).
        findings: why, and where the difference lies beyond the tolerance.
    """

    bands_wh: Int64
    difference_wh: Int64
    held: Bool
    findings: tuple[EnergyFinding, ...]


def flat_from_total(total_wh: Int64, bands_wh: Int64, *, has_flat: Bool, tolerance_wh: Int64) -> BandsOfTotal:
    """The total rules (总示数为准): flat = total − sharp − peak − valley − deep valley.

    Args:
        total_wh: int64 (rows,), energy of the total register, Wh.
        bands_wh: int64 (rows, 5), energy by period; that of the flat register is only compared.
        has_flat: bool (rows,), a flat register was read.
        tolerance_wh: int64 (rows,), how far flat and its register may differ: periods × 0.01 kWh × multiplier + 1 kWh.

    Returns:
        BandsOfTotal; held are ``parts_exceed_total`` and ``negative_energy``, reported ``parts_differ_from_total``.

    Raises:
        WrongColumn: dtype or shape.

    Source: domain.md §3.3 [S24], §6.1; docs/rules/settled-energy.md.
    """
    require(np.int64, total_wh=total_wh, tolerance_wh=tolerance_wh)
    require(np.bool_, has_flat=has_flat)
    require_bands(len(total_wh), bands_wh=bands_wh)
    others = bands_wh[:, _OTHERS].sum(axis=1)
    flat = total_wh - others
    negative = (total_wh < 0) | (bands_wh[:, _OTHERS] < 0).any(axis=1)
    exceeds = ~negative & (flat < 0)
    held = negative | exceeds
    difference = np.where(has_flat & ~held, flat - bands_wh[:, _FLAT], 0)
    bands = bands_wh.copy()
    bands[:, _FLAT] = flat
    bands[held] = 0
    apart = np.abs(difference) > tolerance_wh
    found = in_row_order(
        findings_at(negative, EnergyCode.NEGATIVE_ENERGY, total_wh=total_wh, parts_wh=others),
        findings_at(exceeds, EnergyCode.PARTS_EXCEED_TOTAL, total_wh=total_wh, parts_wh=others),
        findings_at(
            apart,
            EnergyCode.PARTS_DIFFER_FROM_TOTAL,
            difference_wh=difference,
            tolerance_wh=tolerance_wh,
            flat_wh=bands_wh[:, _FLAT],
        ),
    )
    return BandsOfTotal(bands, difference, held, found)
