"""Checks of what was used: more than possible, parts against the total, unlike the past, nothing at all."""

from __future__ import annotations

import numpy as np

from diansuo.core.metering.findings import Findings, Rule, Values, found, merged
from diansuo.core.metering.history import expected_wh
from diansuo.core.metering.material import Material
from diansuo.core.metering.movement import least_unusual_wh
from diansuo.core.metering.registers import Register
from diansuo.core.metering.segmentation import theoretical_maximum_wh
from diansuo.core.quantity.arrays import Bool


def above_maximum(material: Material) -> Findings:
    """R-MAXIMUM 超理论最大电量: `actual` energy above `limit`, 1.2 × capacity × hours, if known."""
    settled = material.settled
    limit_wh = theoretical_maximum_wh(material.due.capacity_w, settled.days, material.thresholds)
    total_wh, present = settled.of(Register.ACTIVE_TOTAL)
    mark = settled.ok & present & (limit_wh >= 0) & (total_wh > limit_wh)
    return _of_period(material, Rule.MAXIMUM, mark, actual=total_wh, limit=limit_wh)


def sum_of_parts(material: Material) -> Findings:
    """R-SUM 总分不平: `actual` Δtotal against `expected` ΣΔparts, further apart than `limit`.

    Differences, never registers: a total can roll over while its parts do not. The limit is
    parts × step × multiplier + allowance (domain.md §6.1), the first term once more for every exchange. A
    register that runs backwards or breaks is named by its own rule and not again here.
    """
    settled, thresholds = material.settled, material.thresholds
    rounding_wh = settled.parts * thresholds.sum_register_step_wh * settled.multiplier
    limit_wh = rounding_wh * (1 + settled.exchanges) + thresholds.sum_allowance_wh
    total_wh, _ = settled.of(Register.ACTIVE_TOTAL)
    mark = settled.ok & settled.parts_complete & _sound(material) & (np.abs(settled.remainder_wh) > limit_wh)
    parts_wh = total_wh - settled.remainder_wh
    return _of_period(material, Rule.SUM, mark, actual=total_wh, expected=parts_wh, limit=limit_wh)


def part_missing(material: Material) -> Findings:
    """R-PART-MISSING 缺分时示数: a part the price needs does not cover the period; one finding each."""
    settled, expected = material.settled, material.due.parts_expected
    covering = dict(zip(settled.registers, settled.complete.T, strict=True))
    nowhere = np.zeros(len(material.due), np.bool_)
    return merged(
        _of_period(
            material,
            Rule.PART_MISSING,
            settled.ok & ((expected >> int(register)) & 1 == 1) & ~covering.get(register, nowhere),
            register=register,
        )
        for register in Register
    )


def against_history(material: Material) -> Findings:
    """R-HISTORY 电量突增突减: `actual` energy unlike `expected`, the mean of the latest months.

    Unlike means at least `limit` apart: the absolute threshold or the relative one, whichever is more.
    Means are day averages times the days of this period. Where the same month of the year before is known,
    the energy must be as unlike that too. A zero month has its own rule. What moved as its like did is left out
    afterwards, when the whole station is settled (`movement.unlike_the_like`).
    """
    past, settled = material.evidence.history, material.settled
    total_wh, present = settled.of(Register.ACTIVE_TOTAL)
    nobody = np.zeros(len(material.due), np.bool_)
    if past is None:
        return _of_period(material, Rule.HISTORY, nobody, actual=total_wh)
    recent_wh = expected_wh(past.recent_energy_wh, past.recent_days, settled.days)
    year_ago_wh = expected_wh(past.year_ago_energy_wh, past.year_ago_days, settled.days)
    limit_wh = least_unusual_wh(recent_wh, material.due.residential, material.thresholds)
    unlike_recent = (past.recent_days > 0) & (np.abs(total_wh - recent_wh) >= limit_wh)
    year_limit_wh = least_unusual_wh(year_ago_wh, material.due.residential, material.thresholds)
    unlike_year_ago = np.abs(total_wh - year_ago_wh) >= year_limit_wh
    mark = settled.ok & present & _sound(material) & (total_wh != 0)
    mark &= unlike_recent & ((past.year_ago_days == 0) | unlike_year_ago)
    return _of_period(material, Rule.HISTORY, mark, actual=total_wh, expected=recent_wh, limit=limit_wh)


def zero(material: Material) -> Findings:
    """R-ZERO 零度户, R-ZERO-RUN 连续零度: nothing used; `actual` zero months in a row, `limit` when to visit.

    Without a history every zero month counts as the first. Points known to be inactive are passed over.
    """
    past, settled = material.evidence.history, material.settled
    total_wh, present = settled.of(Register.ACTIVE_TOTAL)
    mark = settled.ok & present & _sound(material) & (total_wh == 0) & ~material.due.inactive
    run = np.ones(len(material.due), np.int64) + (0 if past is None else past.zero_run)
    limit = material.thresholds.zero_run_periods
    return merged(
        (
            _of_period(material, Rule.ZERO, mark & (run < limit), actual=run, limit=limit),
            _of_period(material, Rule.ZERO_RUN, mark & (run >= limit), actual=run, limit=limit),
        )
    )


def _sound(material: Material) -> Bool:
    """Due points whose registers all ran forward and join, so that their energy means something."""
    return np.asarray(~material.settled.reversed & ~material.settled.broken, np.bool_)


def _of_period(
    material: Material,
    rule: Rule,
    mark: Bool,
    register: Register = Register.ACTIVE_TOTAL,
    actual: Values = 0,
    expected: Values = 0,
    limit: Values = 0,
) -> Findings:
    """Findings about the periods of the marked due rows."""
    rows, settled = np.flatnonzero(mark), material.settled

    def of(values: Values) -> Values:
        return values if isinstance(values, int) else values[rows]

    return found(
        rule,
        due_row=rows,
        register=int(register),
        actual=of(actual),
        expected=of(expected),
        limit=of(limit),
        from_day=settled.from_day[rows],
        to_day=settled.to_day[rows],
    )
