"""What moved as its like did: a whole village's August is nobody's finding."""

from __future__ import annotations

from typing import Final

import numpy as np

from diansuo.core.metering.digit_checks import beside_doubt
from diansuo.core.metering.findings import Findings, Rule
from diansuo.core.metering.plausible_checks import least_spike_wh
from diansuo.core.metering.thresholds import Thresholds
from diansuo.core.quantity.arrays import Bool, Int64, require
from diansuo.core.quantity.wide import quotient

MOVING: Final = (Rule.HISTORY, Rule.SPIKE)
"""Rules that hold a month against the past."""

NO_LIKE: Final = -1
"""Change of a point whose like are too few to have a middle."""


def unlike_the_like(
    findings: Findings, usual_permille: Int64, residential: Bool, thresholds: Thresholds
) -> Findings:
    """Leave out each R-HISTORY and R-SPIKE whose energy moved as the middle of its area and class did; all else stays.

    A finding remains only if its energy is also unlike `expected` × usual change, by the thresholds of its rule
    (R-SPIKE by those of a typed register, the stricter ones). Where the like moved, they moved each by its own measure:
    for R-HISTORY whatever lies between the usual change and so many times as far (`history_alike_permille`) is usual.

    Args:
        findings: of one month, as `check_readings` returns them.
        usual_permille: int64 (due rows,), middle change of energy a day among a point's like against their recent
            months, thousandths; `NO_LIKE` where there is none, and the finding remains.
        residential: bool (due rows,).
        thresholds: in force.
    """
    require(np.int64, usual_permille=usual_permille)
    asked = np.flatnonzero(np.isin(findings.rule, MOVING) & (findings.due_row >= 0))
    due = findings.due_row[asked]
    asked, due = asked[usual_permille[due] != NO_LIKE], due[usual_permille[due] != NO_LIKE]
    if not len(asked):
        return findings
    usual_wh = quotient([findings.expected[asked], usual_permille[due]], [1000], rounding="down")
    apart_wh = _beyond(findings.actual[asked], findings.expected[asked], usual_wh, thresholds)
    least_wh = least_unusual_wh(usual_wh, residential[due], thresholds)
    spike_wh = least_spike_wh(usual_wh, thresholds.spike_times_permille, residential[due], thresholds)
    actual_wh = findings.actual[asked]
    is_usual = np.where(findings.rule[asked] == Rule.SPIKE, actual_wh < spike_wh, apart_wh < least_wh)
    kept = np.ones(len(findings), np.bool_)
    kept[asked[is_usual]] = False
    return beside_doubt(findings.take(np.flatnonzero(kept)))


def _beyond(actual_wh: Int64, expected_wh: Int64, usual_wh: Int64, thresholds: Thresholds) -> Int64:
    """Return by how many Wh energies lie outside what the like used and so many times its way from the own past."""
    way_wh = (usual_wh - expected_wh) * thresholds.history_alike_permille // 1000
    far_wh = np.maximum(expected_wh + way_wh, 0)
    low_wh, high_wh = np.minimum(usual_wh, far_wh), np.maximum(usual_wh, far_wh)
    outside_wh: Int64 = np.maximum(np.maximum(low_wh - actual_wh, actual_wh - high_wh), 0)
    return outside_wh


def least_unusual_wh(reference_wh: Int64, residential: Bool, thresholds: Thresholds) -> Int64:
    """Return the least difference in Wh that is unusual beside a reference, per row."""
    floor_wh = np.where(
        residential, thresholds.history_deviation_residential_wh, thresholds.history_deviation_other_wh
    )
    # Rounded up: "at least half" of an odd number of Wh begins above its half.
    relative_wh = -(-reference_wh * thresholds.history_deviation_permille // 1000)
    return np.maximum(floor_wh, relative_wh)
