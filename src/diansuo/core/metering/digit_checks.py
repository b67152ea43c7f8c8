"""What somebody may have meant to write: the register that two swapped digits or a slipped point would make likely.

A suggestion stands beside the rule that doubts the register, never alone, and changes nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from diansuo.core.metering.evidence import Source
from diansuo.core.metering.findings import Findings, Rule, found, merged
from diansuo.core.metering.history import expected_wh
from diansuo.core.metering.material import Material
from diansuo.core.metering.registers import MAXIMUM_DIGITS, Purpose, Register
from diansuo.core.quantity.arrays import Int64

NOTHING: Int64 = np.zeros(0, np.int64)
_NONE: Final = -1
_SLIPS: Final = ((10, 1), (100, 1), (1000, 1), (1, 10), (1, 100), (1, 1000))
_SHOWN_WH: Final = 10
SUGGESTIONS: Final = (Rule.TRANSPOSED, Rule.DECIMAL)
DOUBTS: Final = (Rule.REVERSED, Rule.FREEZE, Rule.MAXIMUM, Rule.HISTORY, Rule.SPIKE)
"""What doubts a register; a suggestion stands beside one of these."""


def suggested(material: Material) -> Findings:
    """R-TRANSPOSED 疑似相邻两位颠倒, R-DECIMAL 疑似小数点错位: `actual` register, `expected` the likely one.

    `limit` is the energy that the latest months let expect. Asked of readings that somebody typed or listed, where
    the energy is further from that than `suggestion_fraction`. Of the readings that swapping two neighbouring digits or
    shifting the point would make, the one whose energy is nearest to the expected is named, if it is nearer than that.
    """
    past, settled = material.evidence.history, material.settled
    if past is None:
        return _none()
    segments, due = material.segments, material.settled.segment_due
    total = np.flatnonzero((due >= 0) & (segments.register == Register.ACTIVE_TOTAL))
    count = np.bincount(due[total], minlength=len(material.due))
    # An exchange in between would leave two registers to doubt.
    rows = total[(count[due[total]] == 1) & (segments.to_purpose[total] == Purpose.PERIODIC)]
    source = material.evidence.source
    if source is not None:
        rows = rows[source[segments.to_row[rows]] != Source.HEAD_END]
    at = due[rows]
    usual_wh = expected_wh(past.recent_energy_wh, past.recent_days, settled.days)[at]
    near_wh = usual_wh * material.thresholds.suggestion_permille // 1000
    energy_wh = (segments.to_wh[rows] - segments.from_wh[rows]) * segments.multiplier[rows]
    asked = (past.recent_days[at] > 0) & (usual_wh > 0) & (np.abs(energy_wh - usual_wh) > near_wh)
    asked &= ~segments.rolled[rows]
    rows, usual_wh, near_wh = rows[asked], usual_wh[asked], near_wh[asked]
    swapped = _nearest(
        material,
        rows,
        usual_wh,
        near_wh,
        [_swapped(segments.to_wh[rows], at) for at in range(MAXIMUM_DIGITS - 1)],
    )
    slips = [_slipped(segments.to_wh[rows], up, down) for up, down in _SLIPS]
    shifted = _nearest(material, rows, usual_wh, near_wh, slips)
    return merged(
        _of(material, rule, rows, likely, usual_wh)
        for rule, likely in ((Rule.TRANSPOSED, swapped), (Rule.DECIMAL, shifted))
    )


def beside_doubt(findings: Findings) -> Findings:
    """Leave out each suggestion beside which no rule doubts the register any more."""
    suggestion = np.isin(findings.rule, SUGGESTIONS)
    if not suggestion.any():
        return findings
    doubted = findings.due_row[np.isin(findings.rule, DOUBTS)]
    return findings.take(np.flatnonzero(~suggestion | np.isin(findings.due_row, doubted)))


def _swapped(register_wh: Int64, place: int) -> Int64:
    """The register with the digits of 10^place and 10^(place+1) kWh exchanged."""
    unit = 1000 * 10**place
    low, high = register_wh // unit % 10, register_wh // (10 * unit) % 10
    swapped: Int64 = register_wh + (low - high) * 9 * unit
    return swapped


def _slipped(register_wh: Int64, up: int, down: int) -> Int64:
    slipped: Int64 = register_wh * up // down // _SHOWN_WH * _SHOWN_WH
    return slipped


def _nearest(material: Material, rows: Int64, usual_wh: Int64, near_wh: Int64, made: list[Int64]) -> Int64:
    """Of several registers the one whose energy is nearest to the usual, `_NONE` where none is near."""
    segments = material.segments
    best, least = np.full(len(rows), _NONE, np.int64), near_wh + 1
    for register_wh in made:
        energy_wh = (register_wh - segments.from_wh[rows]) * segments.multiplier[rows]
        apart = np.abs(energy_wh - usual_wh)
        nearer = (energy_wh >= 0) & (apart < least)
        best, least = np.where(nearer, register_wh, best), np.where(nearer, apart, least)
    return best


def _of(material: Material, rule: Rule, rows: Int64, likely: Int64, usual_wh: Int64) -> Findings:
    segments, kept = material.segments, np.flatnonzero(likely != _NONE)
    rows = rows[kept]
    return found(
        rule,
        due_row=material.settled.segment_due[rows],
        reading_row=segments.to_row[rows],
        register=segments.register[rows],
        actual=segments.to_wh[rows],
        expected=likely[kept],
        limit=usual_wh[kept],
        from_day=segments.from_day[rows],
        to_day=segments.to_day[rows],
    )


def _none() -> Findings:
    return found(Rule.TRANSPOSED, due_row=NOTHING, from_day=NOTHING, to_day=NOTHING)
