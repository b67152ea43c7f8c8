"""Our rows with the energy another system settled: by another multiplier, with other losses, or read otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.quantity.band import Band
from diansuo.core.quantity.wide import quotient
from diansuo.core.tariff.columns import BillingInput
from diansuo.core.tariff.commercial import CommercialInput
from diansuo.core.tariff.comparing.columns import (
    BAND_KINDS,
    NOT_STATED,
    Cause,
    LineKind,
    Ours,
    StatedLines,
    Theirs,
)
from diansuo.core.tariff.what_if import Rows

WHOLE_KWH: Final = 1000
"""Other systems settle whole kWh: by less than one an energy is the same."""
USUAL: Final = (
    1, 5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 120, 150, 160, 200, 240, 250, 300, 400, 500, 600, 800, 1000,
)  # fmt: skip
"""Multipliers that current transformers usually give (倍率)."""
LEAST_WH: Final = 500_000
"""Below it a ratio of two energies says nothing: whole kWh make half of the multipliers fit."""
PRECISION_WH: Final = 10


def energy_causes(ours: Ours, theirs: Theirs) -> Int64:
    """Say why their energy is another one: a :class:`Cause` by bill, 0 where it is the same or not stated.

    Another multiplier is one they state and that fits, or where they state none a usual one that fits. Other losses
    are stated ones that make up the difference, or none at all where ours has some.
    """
    gap = theirs.energy_wh - ours.energy_wh
    differs = (theirs.energy_wh != NOT_STATED) & ours.whole & (np.abs(gap) >= WHOLE_KWH)
    read_o, read_t = ours.energy_wh - ours.loss_wh, theirs.energy_wh - _stated(theirs.loss_wh, 0)
    known = ours.multiplier != NOT_STATED
    stated = known & (theirs.multiplier != NOT_STATED)
    scaled = stated & (theirs.multiplier != ours.multiplier)
    scaled &= _proportional(read_t, np.maximum(theirs.multiplier, 1), read_o, np.maximum(ours.multiplier, 1))
    silent = known & ~stated & (ours.multiplier > 1) & (np.minimum(read_o, read_t) >= LEAST_WH)
    for one in USUAL:
        other = silent & (ours.multiplier != one)
        scaled |= other & _proportional(
            read_t, np.full(len(read_t), one), read_o, np.maximum(ours.multiplier, 1)
        )
    losses = _stated(theirs.loss_wh, 0) - ours.loss_wh
    lost = (
        ((theirs.loss_wh != NOT_STATED) | (ours.loss_wh != 0))
        & (losses != 0)
        & (np.abs(gap - losses) < WHOLE_KWH)
    )
    cause = np.where(lost, Cause.TRANSFORMER_LOSS, np.where(scaled, Cause.MULTIPLIER, Cause.ENERGY))
    return np.where(differs, cause, 0).astype(np.int64)


def with_energy(rows: Rows, ours: Ours, theirs: Theirs, causes: Int64) -> Rows:
    """Return the rows with their energy where it has a cause; periods, reactive energy and demand as it asks.

    The periods keep their shares. By another multiplier the reactive energy and the demand grow alike; the reactive
    losses of a transformer are to its active ones as ours are.
    """
    bills = np.flatnonzero(causes > 0)
    to = np.where(causes > 0, theirs.energy_wh, ours.energy_wh)
    grows = causes == Cause.MULTIPLIER
    return replace(
        rows,
        households=_households(rows, to, bills),
        commercial=_with_losses(_commercial(rows, to, bills, grows), rows.of_commercial, ours, to, causes),
    )


def with_periods(rows: Rows, lines: StatedLines, count: int) -> tuple[Rows, Bool]:
    """Return the rows with the energy of the periods that bills state, and which bills lie otherwise by that.

    Only periods that come to all of the bill's energy are taken, and only where one of them is off by a kWh: another
    system may settle whole ones. What is left over from that goes to flat energy, or to the valley of a household.
    """
    table = _by_period(lines, count)
    known = np.where(table == NOT_STATED, 0, table)
    moved = np.zeros(count, np.bool_)
    given, of = rows.commercial, rows.of_commercial
    bands = known[of]
    left = given.energy_wh - bands.sum(axis=1)
    takes = (
        given.has_bands
        & _is_whole(table[of], left)
        & (np.abs(bands - given.band_wh) >= WHOLE_KWH).any(axis=1)
    )
    bands[:, Band.FLAT] += left
    moved[of[takes]] = True
    home, of_home = rows.households, rows.of_household
    peak = known[of_home, Band.PEAK] + known[of_home, Band.SHARP]
    left = home.energy_wh - known[of_home].sum(axis=1)
    alone = np.bincount(of_home, minlength=count)[of_home] == 1
    holds = alone & home.has_time_of_use & _is_whole(table[of_home], left)
    holds &= (table[of_home, Band.FLAT] == NOT_STATED) & (np.abs(peak - home.peak_wh) >= WHOLE_KWH)
    moved[of_home[holds]] = True
    return replace(
        rows,
        commercial=replace(given, band_wh=np.where(takes[:, None], bands, given.band_wh)),
        households=replace(
            home,
            peak_wh=np.where(holds, peak, home.peak_wh),
            valley_wh=np.where(holds, home.energy_wh - peak, home.valley_wh),
        ),
    ), moved


def _by_period(lines: StatedLines, count: int) -> Int64:
    """Return the stated energy as a table, bills by periods; a household's increments are of peak and valley."""
    table = np.full((count, len(BAND_KINDS)), NOT_STATED, np.int64)
    kinds = (
        *zip(BAND_KINDS, Band, strict=True),
        (LineKind.PEAK_EXTRA, Band.PEAK),
        (LineKind.VALLEY_EXTRA, Band.VALLEY),
    )
    for kind, band in kinds:
        some = lines.kind == kind
        table[lines.bill[some], band] = lines.quantity[some]
    return table


def _is_whole(stated: Int64, left: Int64) -> Bool:
    """Tell which rows state periods that come to all their energy, to a kWh a period."""
    says = (stated != NOT_STATED).sum(axis=1)
    whole: Bool = (says > 0) & (np.abs(left) < WHOLE_KWH * np.maximum(says, 1))
    return whole


def _households(rows: Rows, to: Int64, bills: Int64) -> BillingInput:
    given, of = rows.households, rows.of_household
    single = np.isin(of, bills) & (np.bincount(of, minlength=len(to))[of] == 1)
    new = np.where(single, to[of], given.energy_wh)
    peak = _in_proportion(given.peak_wh, new, given.energy_wh)
    valley = np.where(
        given.peak_wh + given.valley_wh == given.energy_wh,
        new - peak,
        _in_proportion(given.valley_wh, new, given.energy_wh),
    )
    return replace(
        given,
        energy_wh=new,
        peak_wh=np.where(single, peak, given.peak_wh),
        valley_wh=np.where(single, valley, given.valley_wh),
    )


def _commercial(rows: Rows, to: Int64, bills: Int64, grows: Bool) -> CommercialInput:
    given, of = rows.commercial, rows.of_commercial
    if not len(given):
        return given
    single = np.isin(of, bills) & (np.bincount(of, minlength=len(to))[of] == 1)
    new = np.where(single, to[of], given.energy_wh)
    bands = np.stack(
        [_in_proportion(given.band_wh[:, at], new, given.energy_wh) for at in range(len(BAND_KINDS))], axis=1
    )
    bands[:, Band.FLAT] += new - bands.sum(axis=1)
    more = single & grows[of]

    def grown(column: Int64) -> Int64:
        return np.where(more & (column > 0), _in_proportion(column, new, given.energy_wh), column)

    step = new - given.energy_wh
    return replace(
        given,
        energy_wh=new,
        band_wh=np.where(single[:, None], bands, given.band_wh),
        active_wh=given.active_wh + step,
        month_energy_wh=given.month_energy_wh + step,
        reactive_varh=grown(given.reactive_varh),
        demand_w=grown(given.demand_w),
    )


def _with_losses(given: CommercialInput, of: Int64, ours: Ours, to: Int64, causes: Int64) -> CommercialInput:
    mine = np.flatnonzero((causes[of] == Cause.TRANSFORMER_LOSS) & (ours.loss_wh[of] > 0))
    bill = of[mine]
    losses = ours.loss_wh[bill] + to[bill] - ours.energy_wh[bill]
    reactive = given.reactive_varh.copy()
    extra = np.maximum(reactive[mine] - ours.read_varh[bill], 0)
    reactive[mine] = ours.read_varh[bill] + np.where(
        losses > 0, _in_proportion(extra, losses, ours.loss_wh[bill]), 0
    )
    return replace(given, reactive_varh=reactive)


def _in_proportion(part: Int64, new: Int64, old: Int64) -> Int64:
    """Return parts of an energy as they are of another one; what is nothing or not known stays."""
    grows = (old > 0) & (part > 0) & (new >= 0)
    share = quotient(
        [np.where(grows, part, 0), np.where(grows, new, 0)], [np.maximum(old, 1)], rounding="half_away"
    )
    return np.where(grows, share, part)


def _proportional(first: Int64, of_first: Int64, second: Int64, of_second: Int64) -> Bool:
    """Tell whether two energies are as two multipliers are: the first to a kWh, the second to its precision."""
    gap = np.abs(first * of_second - second * of_first)
    return (first > 0) & (second > 0) & (gap < WHOLE_KWH * of_second + PRECISION_WH * of_first)


def _stated(column: Int64, otherwise: int) -> Int64:
    return np.where(column == NOT_STATED, otherwise, column)
