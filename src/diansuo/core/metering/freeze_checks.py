"""Checks of what was written down against what the meter froze: the daily freeze (日冻结) is evidence nobody typed."""

from __future__ import annotations

import numpy as np

from diansuo.core.metering.findings import Findings, Rule, found, merged
from diansuo.core.metering.material import Material
from diansuo.core.metering.registers import Purpose, Register
from diansuo.core.metering.terms import rows_of
from diansuo.core.quantity.arrays import Int64

AS_READ = (Purpose.PERIODIC, Purpose.OPENING, Purpose.SPECIAL)
NOTHING: Int64 = np.zeros(0, np.int64)


def against_freeze(material: Material) -> Findings:
    """R-FREEZE 与日冻结不符, R-FREEZE-DAY 非零点示数: `actual` register, `expected` its freeze, `limit` a day later.

    The settlement register is the freeze of the day. What lies outside the day, between its freeze and the next, cannot
    have been read on it and blocks; what lies inside was read at another hour and warns, so does what is higher where
    the next freeze is not collected yet. Demand is no counter and has no such bounds.
    """
    frozen, readings, thresholds = material.evidence.freeze, material.readings, material.thresholds
    if frozen is None:
        return found(Rule.FREEZE, due_row=NOTHING, from_day=NOTHING, to_day=NOTHING)
    due = material.reading_due
    asked = frozen.on_day.known & (due >= 0) & material.current & (readings.register != Register.DEMAND)
    asked &= np.isin(readings.purpose, AS_READ)
    # The register the period begins with was asked about when the month before was checked.
    asked &= readings.day > np.where(due >= 0, material.due.open_day[due], 0)
    shown, start, tolerance = readings.register_wh, frozen.on_day.value, thresholds.freeze_tolerance_wh
    end = np.where(frozen.next_day.known, frozen.next_day.value, shown)
    outside = asked & ((shown < start - tolerance) | (shown > end + tolerance))
    inside = asked & ~outside & (shown > start + tolerance)
    return merged(
        _of_readings(material, rule, np.flatnonzero(mark), end)
        for rule, mark in ((Rule.FREEZE, outside), (Rule.FREEZE_DAY, inside))
    )


def _of_readings(material: Material, rule: Rule, rows: Int64, end_wh: Int64) -> Findings:
    frozen, readings = material.evidence.freeze, material.readings
    assert frozen is not None
    return found(
        rule,
        due_row=material.reading_due[rows],
        reading_row=rows,
        register=readings.register[rows],
        actual=readings.register_wh[rows],
        expected=frozen.on_day.value[rows],
        limit=np.where(frozen.next_day.known, end_wh, 0)[rows],
        from_day=readings.day[rows],
        to_day=readings.day[rows],
    )


def exchange_day(material: Material) -> Findings:
    """R-FREEZE-EXCHANGE 换表当日电量不符: what both meters counted on the day of an exchange is not a day's use.

    `actual` energy of the day, from the old meter's freeze to its final register and from the new one's first register
    to its next freeze; `expected` the mean day of the period; `limit` so many of them and the allowance.
    """
    frozen, readings, thresholds = material.evidence.freeze, material.readings, material.thresholds
    if frozen is None:
        return found(Rule.FREEZE_EXCHANGE, due_row=NOTHING, from_day=NOTHING, to_day=NOTHING)
    total = (readings.register == Register.ACTIVE_TOTAL) & (material.reading_due >= 0) & material.current
    last = np.flatnonzero(total & (readings.purpose == Purpose.FINAL) & frozen.on_day.known)
    first = np.flatnonzero(total & (readings.purpose == Purpose.INITIAL) & frozen.next_day.known)
    # Both ends of one exchange: the same point on the same day. Exchanged twice on a day, nobody can tell.
    order = first[np.argsort(readings.point[first], kind="stable")]
    single = np.ones(len(order), np.bool_)
    single[1:] = readings.point[order[1:]] != readings.point[order[:-1]]
    order = order[single]
    at = rows_of(readings.point[order], readings.point[last])
    last, other = last[at >= 0], order[at[at >= 0]]
    same_day = readings.day[last] == readings.day[other]
    last, other = last[same_day], other[same_day]
    day_wh = (readings.register_wh[last] - frozen.on_day.value[last]) * readings.multiplier[last]
    day_wh += (frozen.next_day.value[other] - readings.register_wh[other]) * readings.multiplier[other]
    due, settled = material.reading_due[last], material.settled
    used_wh, _present = settled.of(Register.ACTIVE_TOTAL)
    mean_wh = used_wh[due] // np.maximum(settled.days[due], 1)
    limit_wh = mean_wh * thresholds.freeze_exchange_days + thresholds.freeze_exchange_allowance_wh
    apart = thresholds.freeze_tolerance_wh
    backwards = readings.register_wh[last] < frozen.on_day.value[last] - apart
    backwards |= readings.register_wh[other] > frozen.next_day.value[other] + apart
    rows = np.flatnonzero(settled.ok[due] & (backwards | (day_wh < 0) | (day_wh > limit_wh)))
    return found(
        Rule.FREEZE_EXCHANGE,
        due_row=due[rows],
        reading_row=last[rows],
        register=int(Register.ACTIVE_TOTAL),
        actual=day_wh[rows],
        expected=mean_wh[rows],
        limit=limit_wh[rows],
        from_day=readings.day[last[rows]],
        to_day=readings.day[last[rows]],
    )


def exchange_level(material: Material) -> Findings:
    """R-EXCHANGE-LEVEL 换表前后电量水平不符: behind transformers, a day after an exchange is not like a day before.

    `actual` Wh a day after, `expected` before, `limit` how far they may be apart. A multiplier that was not changed
    with the transformers shows in nothing else: registers are right, the bill is a fixed share of what it should be.
    """
    segments, settled, thresholds = material.segments, material.settled, material.thresholds
    due = settled.segment_due
    mine = (due >= 0) & (segments.register == Register.ACTIVE_TOTAL)
    joint = np.flatnonzero(mine & segments.exchanged)
    asked = joint[(settled.exchanges[due[joint]] == 1) & (settled.multiplier[due[joint]] > 1)]
    days, energy = segments.to_day - segments.from_day, segments.energy_wh
    counted = np.flatnonzero(mine & ~segments.exchanged)
    size, least = len(material.due), thresholds.exchange_level_days
    where = np.full(size, np.iinfo(np.int64).max, np.int64)
    where[due[asked]] = segments.from_day[asked]
    before = counted[segments.to_day[counted] <= where[due[counted]]]
    after = counted[segments.from_day[counted] >= where[due[counted]]]
    used, span = np.zeros((2, size), np.int64), np.zeros((2, size), np.int64)
    for side, rows in enumerate((before, after)):
        np.add.at(used[side], due[rows], energy[rows])
        np.add.at(span[side], due[rows], days[rows])
    daily = used // np.maximum(span, 1)
    limit = daily[0] * thresholds.exchange_level_permille // 1000
    mark = np.zeros(size, np.bool_)
    mark[due[asked]] = True
    mark &= settled.ok & ~settled.reversed & ~settled.broken & (span >= least).all(axis=0)
    rows = np.flatnonzero(mark & (np.abs(daily[1] - daily[0]) > limit) & (daily[0] > 0))
    return found(
        Rule.EXCHANGE_LEVEL,
        due_row=rows,
        register=int(Register.ACTIVE_TOTAL),
        actual=daily[1][rows],
        expected=daily[0][rows],
        limit=limit[rows],
        from_day=settled.from_day[rows],
        to_day=settled.to_day[rows],
    )
