"""Checks of what is possible but hardly true: many times the usual, begun anew, idle and used, odd multipliers."""

from __future__ import annotations

from typing import Final

import numpy as np

from diansuo.core.metering.evidence import Source
from diansuo.core.metering.findings import Findings, Rule, found
from diansuo.core.metering.history import expected_wh
from diansuo.core.metering.material import Material
from diansuo.core.metering.registers import Register
from diansuo.core.metering.thresholds import Thresholds
from diansuo.core.quantity.arrays import Bool, Int64

# Rated currents come in these steps and their decimal multiples, as ratios to 5 A and to 1 A (GB/T 20840.2);
# rated voltages of the trade to 100 V (GB/T 20840.3). Neither text was compared word for word.
_CURRENT_STEPS: Final = (10, 15, 20, 25, 30, 40, 50, 60, 75)
_VOLTAGE_RATIOS: Final = (1, 30, 60, 100, 200, 350, 660, 1100)
NOBODY: Int64 = np.zeros(0, np.int64)


def _plausible_multipliers() -> Int64:
    tenths = [step * 10**power for step in (*_CURRENT_STEPS, 125) for power in range(4)]
    currents = {1, *(each // 10 for each in tenths if each % 10 == 0)}
    currents |= {each // 5 for each in tenths if each % 5 == 0}
    return np.array(sorted({current * volt for current in currents for volt in _VOLTAGE_RATIOS}), np.int64)


PLAUSIBLE_MULTIPLIERS: Final = _plausible_multipliers()


def spike(material: Material) -> Findings:
    """R-SPIKE 电量陡增: `actual` energy at least `limit`, so many times what the latest months let expect (`expected`).

    Asked in times and not by how much, so that a small household is seen as well as a large one; a register that the
    head end collected is given more room than one that somebody typed. Where the same month of the year before is
    known, it must be as far above that. What moved as its like did is left out afterwards, as for R-HISTORY.
    """
    past, settled, thresholds = material.evidence.history, material.settled, material.thresholds
    if past is None:
        return found(Rule.SPIKE, due_row=NOBODY, from_day=NOBODY, to_day=NOBODY)
    total_wh, present = settled.of(Register.ACTIVE_TOTAL)
    typed = ~_collected(material)
    times = np.where(typed, thresholds.spike_times_permille, thresholds.spike_times_head_end_permille)
    recent_wh = expected_wh(past.recent_energy_wh, past.recent_days, settled.days)
    year_ago_wh = expected_wh(past.year_ago_energy_wh, past.year_ago_days, settled.days)
    residential = material.due.residential
    limit_wh = least_spike_wh(recent_wh, times, residential, thresholds)
    year_limit_wh = least_spike_wh(year_ago_wh, times, residential, thresholds)
    mark = settled.ok & present & ~settled.reversed & ~settled.broken & (past.recent_days > 0)
    mark &= (total_wh >= limit_wh) & ((past.year_ago_days == 0) | (total_wh >= year_limit_wh))
    return _of_period(material, Rule.SPIKE, mark, actual=total_wh, expected=recent_wh, limit=limit_wh)


def least_spike_wh(
    reference_wh: Int64, times_permille: Int64 | int, residential: Bool, thresholds: Thresholds
) -> Int64:
    """Energy in Wh from which it is a spike beside a reference: so many times it, and so much more at least."""
    least_wh = np.where(residential, thresholds.spike_least_residential_wh, thresholds.spike_least_other_wh)
    many_wh: Int64 = np.maximum(reference_wh * times_permille // 1000, reference_wh + least_wh)
    return many_wh


def reset(material: Material) -> Findings:
    """R-RESET 疑似换表或清零未登记: `actual` register far below `expected`, the one before; `limit` maximum.

    The evidence that tells it from a rollover and from a misread: the register before is nowhere near its end, the new
    one is a small share of it, and what it shows can be used from nought in these days. R-REVERSED holds the bill.
    """
    segments, thresholds = material.segments, material.thresholds
    small = segments.to_wh <= segments.from_wh // 1000 * thresholds.reset_below_permille
    from_nought_wh = segments.to_wh * segments.multiplier
    mark = segments.reversed & small & (segments.maximum_wh >= 0) & (from_nought_wh <= segments.maximum_wh)
    rows = np.flatnonzero(mark & (material.settled.segment_due >= 0))
    return found(
        Rule.RESET,
        due_row=material.settled.segment_due[rows],
        reading_row=segments.to_row[rows],
        register=segments.register[rows],
        actual=segments.to_wh[rows],
        expected=segments.from_wh[rows],
        limit=segments.maximum_wh[rows],
        from_day=segments.from_day[rows],
        to_day=segments.to_day[rows],
    )


def inactive(material: Material) -> Findings:
    """R-INACTIVE 停用仍有电量: `actual` energy above `limit` in a month in which the contract stands idle."""
    idle, settled = material.evidence.idle, material.settled
    if idle is None:
        return found(Rule.INACTIVE, due_row=NOBODY, from_day=NOBODY, to_day=NOBODY)
    total_wh, present = settled.of(Register.ACTIVE_TOTAL)
    limit_wh = material.thresholds.inactive_least_wh
    mark = settled.ok & present & idle & (total_wh > limit_wh)
    return _of_period(material, Rule.INACTIVE, mark, actual=total_wh, limit=limit_wh)


def multiplier(material: Material) -> Findings:
    """R-MULTIPLIER 倍率不合互感器规格: `actual` is of no pair of rated transformers, `expected` the nearest."""
    settled = material.settled
    at = np.minimum(
        np.searchsorted(PLAUSIBLE_MULTIPLIERS, settled.multiplier), len(PLAUSIBLE_MULTIPLIERS) - 1
    )
    above, below = PLAUSIBLE_MULTIPLIERS[at], PLAUSIBLE_MULTIPLIERS[np.maximum(at - 1, 0)]
    near = np.where(settled.multiplier - below < above - settled.multiplier, below, above)
    mark = settled.ok & (settled.multiplier > 1) & (above != settled.multiplier)
    return _of_period(material, Rule.MULTIPLIER, mark, actual=settled.multiplier, expected=near)


def estimated_long(material: Material) -> Findings:
    """R-ESTIMATE-LONG 连续估抄: `actual` estimated months in a row, this one among them, above `limit`."""
    past, settled = material.evidence.history, material.settled
    if past is None or past.estimated_run is None:
        return found(Rule.ESTIMATE_LONG, due_row=NOBODY, from_day=NOBODY, to_day=NOBODY)
    run, limit = past.estimated_run + 1, material.thresholds.estimate_run_periods
    mark = settled.ok & settled.estimated & (run > limit)
    return _of_period(material, Rule.ESTIMATE_LONG, mark, actual=run, limit=limit)


def _collected(material: Material) -> Bool:
    """Due rows all of whose readings of the month came from the head end."""
    source, due = material.evidence.source, material.reading_due
    if source is None:
        return np.zeros(len(material.due), np.bool_)
    asked = np.flatnonzero((due >= 0) & material.current)
    asked = asked[material.readings.day[asked] > material.due.open_day[due[asked]]]
    collected, typed = np.zeros(len(material.due), np.bool_), np.zeros(len(material.due), np.bool_)
    collected[due[asked]] = True
    typed[due[asked[source[asked] != Source.HEAD_END]]] = True
    return np.asarray(collected & ~typed, np.bool_)


def _of_period(
    material: Material,
    rule: Rule,
    mark: Bool,
    actual: Int64,
    expected: Int64 | int = 0,
    limit: Int64 | int = 0,
) -> Findings:
    rows, settled = np.flatnonzero(mark), material.settled
    return found(
        rule,
        due_row=rows,
        register=int(Register.ACTIVE_TOTAL),
        actual=actual[rows],
        expected=expected if isinstance(expected, int) else expected[rows],
        limit=limit if isinstance(limit, int) else limit[rows],
        from_day=settled.from_day[rows],
        to_day=settled.to_day[rows],
    )
