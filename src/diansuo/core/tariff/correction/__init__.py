"""Corrections of money (退补): months priced again, energy put back into its months, a power factor that was wrong."""

from diansuo.core.tariff.correction.distribution import CORRECTION_SHARES, distribute
from diansuo.core.tariff.correction.months import (
    CannotRebill,
    CorrectedMonth,
    CorrectionLine,
    Priced,
    Pricing,
    Rebilling,
    Use,
)
from diansuo.core.tariff.correction.power_factor_recovery import (
    ADJUSTMENT_RECOVERY,
    Recovery,
    recover_adjustment,
)
from diansuo.core.tariff.correction.rebill import rebill
from diansuo.core.tariff.terms import CorrectionYear

__all__ = [
    "ADJUSTMENT_RECOVERY",
    "CORRECTION_SHARES",
    "CannotRebill",
    "CorrectedMonth",
    "CorrectionLine",
    "Priced",
    "Pricing",
    "Rebilling",
    "Recovery",
    "CorrectionYear",
    "Use",
    "distribute",
    "rebill",
    "recover_adjustment",
]
