"""The one pass over readings that import, entry and billing share: every finding, with its evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from diansuo.core.metering import (
    consumption_checks,
    digit_checks,
    freeze_checks,
    list_checks,
    period_checks,
    plausible_checks,
    register_checks,
)
from diansuo.core.metering.evidence import Evidence
from diansuo.core.metering.findings import Findings, merged
from diansuo.core.metering.material import Material
from diansuo.core.metering.registers import Readings
from diansuo.core.metering.segmentation import Segments
from diansuo.core.metering.settlement import Due, Settled
from diansuo.core.metering.thresholds import Thresholds

CHECKS: Final[tuple[Callable[[Material], Findings], ...]] = (
    period_checks.missing,
    period_checks.opening,
    period_checks.unconnected,
    period_checks.previous_open,
    period_checks.change_inside,
    period_checks.estimated,
    register_checks.reversed_register,
    register_checks.rollover,
    register_checks.broken,
    register_checks.unmetered,
    register_checks.over_digits,
    register_checks.repeated,
    freeze_checks.against_freeze,
    freeze_checks.exchange_day,
    freeze_checks.exchange_level,
    consumption_checks.above_maximum,
    consumption_checks.sum_of_parts,
    consumption_checks.part_missing,
    consumption_checks.against_history,
    consumption_checks.zero,
    plausible_checks.spike,
    plausible_checks.reset,
    plausible_checks.inactive,
    plausible_checks.multiplier,
    plausible_checks.estimated_long,
    digit_checks.suggested,
    list_checks.previous_register,
    list_checks.energy,
    list_checks.multiplier,
    list_checks.meter,
)


def check_readings(
    readings: Readings,
    segments: Segments,
    due: Due,
    settled: Settled,
    thresholds: Thresholds,
    evidence: Evidence | None = None,
) -> Findings:
    """Run every reading check (domain.md §8.2, docs/rules/reading-checks.md).

    Args:
        readings: shape (n,); those since the last settlement, and the one it ended with.
        segments: of these readings.
        due: the points to check; at import and at entry, the points of the list or of the form.
        settled: of these segments and due points.
        thresholds: in force on the day.
        evidence: optional columns; what is absent switches its rules off.

    Returns:
        All findings, ordered by due row, rule and reading row.

    Raises:
        WrongColumn: a column of the evidence has the wrong length.
    """
    evidence = evidence or Evidence()
    evidence.require_lengths(len(readings), len(due))
    material = Material.of(readings, segments, due, settled, thresholds, evidence)
    return digit_checks.beside_doubt(merged(check(material) for check in CHECKS))
