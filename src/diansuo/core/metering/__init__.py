"""Metering: from register readings to settled energy, and the checks that every reading passes.

`segments` pairs readings, `settle` sums what is due, `check_readings` says what is wrong.
"""

from diansuo.core.metering.checks import check_readings
from diansuo.core.metering.curve_checks import CurveDays, check_curves
from diansuo.core.metering.day_checks import DailyRegisters, check_days
from diansuo.core.metering.day_thresholds import DayThresholds
from diansuo.core.metering.evidence import Evidence, Known, Source
from diansuo.core.metering.findings import RULE_IDS, SEVERITY, Findings, Rule, Severity
from diansuo.core.metering.history import History, SettledMonths, history
from diansuo.core.metering.registers import (
    ACTIVE_PARTS,
    Purpose,
    Readings,
    Register,
    UnusableReading,
    part_mask,
)
from diansuo.core.metering.segmentation import Openings, Segments, segments
from diansuo.core.metering.settlement import NEVER, Due, Settled, Status, settle
from diansuo.core.metering.terms import Capacities, Changes
from diansuo.core.metering.thresholds import Thresholds, WrongThreshold

__all__ = [
    "ACTIVE_PARTS",
    "NEVER",
    "RULE_IDS",
    "SEVERITY",
    "Capacities",
    "Changes",
    "CurveDays",
    "DailyRegisters",
    "DayThresholds",
    "Due",
    "Evidence",
    "Findings",
    "History",
    "Known",
    "Openings",
    "Purpose",
    "Readings",
    "Register",
    "Rule",
    "Segments",
    "Settled",
    "SettledMonths",
    "Severity",
    "Source",
    "Status",
    "Thresholds",
    "UnusableReading",
    "WrongThreshold",
    "check_curves",
    "check_days",
    "check_readings",
    "history",
    "part_mask",
    "segments",
    "settle",
]
