"""Checks of what a reading list says beside its registers, against what is stored and computed."""

from __future__ import annotations

import numpy as np

from diansuo.core.metering.evidence import Known
from diansuo.core.metering.findings import Findings, Rule, found
from diansuo.core.metering.material import Material
from diansuo.core.metering.terms import rows_of
from diansuo.core.quantity.arrays import Bool, Int64


def previous_register(material: Material) -> Findings:
    """R-LIST-PREVIOUS 上次示数不符: `actual` of the list, `expected` the stored register before.

    A list prints the last settled register, so after an exchange that one is as good.
    """
    segments = material.segments
    before_wh, known = _at_readings(material, segments.to_row, segments.from_wh)
    listed = material.evidence.listed_previous_wh
    if listed is not None:
        began_wh, has_begun = _beginnings(material)
        known = known & ~(has_begun & (listed.value == began_wh))
    return _unlike(material, Rule.LIST_PREVIOUS, listed, before_wh, known)


def energy(material: Material) -> Findings:
    """R-LIST-ENERGY 抄见电量不符: `actual` of the list, `expected` the computed energy, `limit` tolerance."""
    readings, settled = material.readings, material.settled
    row = material.reading_due
    kinds = np.array(settled.registers, np.int64)
    column = rows_of(kinds, readings.register.astype(np.int64))
    known = (row >= 0) & (column >= 0)
    at = np.flatnonzero(known)
    known[at] = settled.present[row[at], column[at]] & (readings.day[at] == settled.to_day[row[at]])
    computed_wh = np.zeros(len(readings), np.int64)
    computed_wh[at] = settled.energy_wh[row[at], column[at]]
    tolerance_wh = material.thresholds.listed_energy_tolerance_wh
    listed = material.evidence.listed_energy_wh
    return _unlike(material, Rule.LIST_ENERGY, listed, computed_wh, known, tolerance_wh)


def multiplier(material: Material) -> Findings:
    """R-LIST-MULTIPLIER 倍率不符: `actual` of the list, `expected` of the archive."""
    everywhere = np.ones(len(material.readings), np.bool_)
    listed = material.evidence.listed_multiplier
    return _unlike(material, Rule.LIST_MULTIPLIER, listed, material.readings.multiplier, everywhere)


def meter(material: Material) -> Findings:
    """R-LIST-METER 表号不符: `actual` the meter read, `expected` the one installed that day."""
    installed = material.evidence.installed_meter
    if installed is None:
        nobody = np.zeros(len(material.readings), np.bool_)
        return _unlike(material, Rule.LIST_METER, None, material.readings.meter, nobody)
    read = Known(material.readings.meter, installed.known)
    return _unlike(material, Rule.LIST_METER, read, installed.value, installed.known)


def _at_readings(material: Material, rows: Int64, values: Int64) -> tuple[Int64, Bool]:
    """Spread values over reading rows: column and where it is known."""
    spread, known = np.zeros(len(material.readings), np.int64), np.zeros(len(material.readings), np.bool_)
    spread[rows], known[rows] = values, True
    return spread, known


def _beginnings(material: Material) -> tuple[Int64, Bool]:
    """Of each reading: the register its point's period began with, and whether that is known."""
    segments, settled, readings = material.segments, material.settled, material.readings
    due_row = material.reading_due
    wanted = due_row * 64 + readings.register
    rows = np.flatnonzero(settled.segment_due >= 0)
    rows = rows[segments.from_day[rows] == settled.from_day[settled.segment_due[rows]]]
    keys = settled.segment_due[rows] * 64 + segments.register[rows]
    # Several segments may begin on one day (an exchange that day): the first in time order is the one.
    unique, first = np.unique(keys, return_index=True)
    place = rows_of(unique, wanted)
    began_wh = np.zeros(len(readings), np.int64)
    began_wh[place >= 0] = segments.from_wh[rows[first[place[place >= 0]]]]
    return began_wh, np.asarray((place >= 0) & (due_row >= 0), np.bool_)


def _unlike(
    material: Material, rule: Rule, said: Known | None, truth: Int64, comparable: Bool, limit: int = 0
) -> Findings:
    """Findings where a known value is further than `limit` from the truth."""
    readings = material.readings
    due_row, current = material.reading_due, material.current
    mark = np.zeros(len(readings), np.bool_)
    if said is not None:
        mark = said.known & comparable & current & (np.abs(said.value - truth) > limit)
    value = truth if said is None else said.value
    rows = np.flatnonzero(mark)
    return found(
        rule,
        due_row=due_row[rows],
        reading_row=rows,
        register=readings.register[rows],
        actual=value[rows],
        expected=truth[rows],
        limit=limit,
        from_day=readings.day[rows],
        to_day=readings.day[rows],
    )
