"""Checks of single registers: backwards, rolled over, without a joint, impossible, entered twice."""

from __future__ import annotations

import numpy as np

from diansuo.core.metering.findings import Findings, Rule, Values, found, merged
from diansuo.core.metering.material import Material
from diansuo.core.quantity.arrays import Bool, Int64


def reversed_register(material: Material) -> Findings:
    """R-REVERSED 倒走: `actual` register below `expected`, the one before, no rollover; `limit` maximum."""
    segments = material.segments
    return _of_segments(
        material,
        Rule.REVERSED,
        segments.reversed,
        actual=segments.to_wh,
        expected=segments.from_wh,
        limit=segments.maximum_wh,
    )


def rollover(material: Material) -> Findings:
    """R-ROLLOVER 翻转: accepted; `actual` energy, `expected` register before, `limit` theoretical maximum."""
    segments = material.segments
    return _of_segments(
        material,
        Rule.ROLLOVER,
        segments.rolled,
        actual=segments.energy_wh,
        expected=segments.from_wh,
        limit=segments.maximum_wh,
    )


def broken(material: Material) -> Findings:
    """R-BROKEN 换表或倍率变更无止度起度: `actual` and `expected` are the later and the earlier meter."""
    segments = material.segments
    return _of_segments(
        material,
        Rule.BROKEN,
        segments.broken,
        actual=material.readings.meter[segments.to_row],
        expected=segments.meter,
    )


def unmetered(material: Material) -> Findings:
    """R-UNMETERED 无表期间: `actual` days between the final and the first reading of an exchange."""
    segments = material.segments
    days = segments.to_day - segments.from_day
    return _of_segments(material, Rule.UNMETERED, segments.exchanged & (days > 0), actual=days)


def over_digits(material: Material) -> Findings:
    """R-OVER-DIGITS 示数超位数: `actual` register is not below `limit`, 10^digits kWh."""
    readings = material.readings
    modulus_wh = 1000 * 10 ** readings.integer_digits.astype(np.int64)
    due_row, current = material.reading_due, material.current
    rows = np.flatnonzero(current & (readings.register_wh >= modulus_wh))
    return found(
        Rule.OVER_DIGITS,
        due_row=due_row[rows],
        reading_row=rows,
        register=readings.register[rows],
        actual=readings.register_wh[rows],
        limit=modulus_wh[rows],
        from_day=readings.day[rows],
        to_day=readings.day[rows],
    )


def repeated(material: Material) -> Findings:
    """R-CONFLICT 重复抄表示数不一, R-REPEATED 重复抄表: same point, register, day, purpose as an earlier row.

    `actual` is the value, `expected` that of the first such row; the finding stands at the later rows.
    """
    readings = material.readings
    due_row, current = material.reading_due, material.current
    series, moment = readings.point * 64 + readings.register, readings.day * 8 + readings.purpose
    order = np.lexsort((moment, series))
    again = np.zeros(len(order), np.bool_)
    again[1:] = (series[order[1:]] == series[order[:-1]]) & (moment[order[1:]] == moment[order[:-1]])
    first = order[np.maximum.accumulate(np.where(again, 0, np.arange(len(order))))]
    said = again & current[order]
    differs = readings.register_wh[order] != readings.register_wh[first]

    def of(rule: Rule, mark: Bool) -> Findings:
        rows = order[mark]
        return found(
            rule,
            due_row=due_row[rows],
            reading_row=rows,
            register=readings.register[rows],
            actual=readings.register_wh[rows],
            expected=readings.register_wh[first[mark]],
            from_day=readings.day[rows],
            to_day=readings.day[rows],
        )

    return merged((of(Rule.CONFLICT, said & differs), of(Rule.REPEATED, said & ~differs)))


def _of_segments(
    material: Material,
    rule: Rule,
    mark: Bool,
    actual: Int64,
    expected: Int64 | None = None,
    limit: Int64 | None = None,
) -> Findings:
    """Findings at the later reading of the marked segments that count for a due point."""
    segments, segment_due = material.segments, material.settled.segment_due
    rows = np.flatnonzero(mark & (segment_due >= 0))

    def of(column: Int64 | None) -> Values:
        return 0 if column is None else column[rows]

    return found(
        rule,
        due_row=segment_due[rows],
        reading_row=segments.to_row[rows],
        register=segments.register[rows],
        actual=of(actual),
        expected=of(expected),
        limit=of(limit),
        from_day=segments.from_day[rows],
        to_day=segments.to_day[rows],
    )
