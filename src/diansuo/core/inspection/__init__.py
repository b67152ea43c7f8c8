"""Inspection (用电检查): what theft and violations of the supply contract come to, in energy and in money."""

from diansuo.core.inspection.capacity_months import MonthShare, month_shares
from diansuo.core.inspection.claim import Claim, Multiple, MultipleNotAllowed
from diansuo.core.inspection.theft import (
    THEFT,
    TheftTerms,
    Wiring,
    stolen_by_capacity_wh,
    stolen_by_current_wh,
    theft_claim,
    theft_hours,
)
from diansuo.core.inspection.use import UseKind
from diansuo.core.inspection.violations import (
    VIOLATIONS,
    NoSuchViolation,
    PriceDifference,
    Violation,
    ViolationTerms,
    capacity_claim,
    flat_claim,
    quota_claim,
    unknown_use_wh,
    wrong_class_claim,
)
from diansuo.core.tariff.commercial.capacity import DayBase

__all__ = [
    "THEFT",
    "VIOLATIONS",
    "Claim",
    "DayBase",
    "MonthShare",
    "Multiple",
    "MultipleNotAllowed",
    "NoSuchViolation",
    "PriceDifference",
    "TheftTerms",
    "UseKind",
    "Violation",
    "ViolationTerms",
    "Wiring",
    "capacity_claim",
    "flat_claim",
    "month_shares",
    "quota_claim",
    "stolen_by_capacity_wh",
    "stolen_by_current_wh",
    "theft_claim",
    "theft_hours",
    "unknown_use_wh",
    "wrong_class_claim",
]
