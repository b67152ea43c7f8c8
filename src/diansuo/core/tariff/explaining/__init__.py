"""Why a bill differs from an earlier one: one cause after the other is changed and the bill is priced again."""

from diansuo.core.tariff.explaining.columns import Cause, Effects, Explanation, Facts
from diansuo.core.tariff.explaining.commercial import CommercialEvidence, explain_commercial
from diansuo.core.tariff.explaining.households import HouseholdEvidence, explain_households
from diansuo.core.tariff.explaining.telescoping import explain_unlike
from diansuo.core.tariff.explaining.use import trued_up_wh

__all__ = [
    "Cause",
    "CommercialEvidence",
    "Effects",
    "Explanation",
    "Facts",
    "HouseholdEvidence",
    "explain_commercial",
    "explain_households",
    "explain_unlike",
    "trued_up_wh",
]
