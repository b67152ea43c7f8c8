"""Commercial and industrial bills (工商业): components by period, capacity or demand charge, power factor."""

from diansuo.core.tariff.commercial.columns import (
    NO_POWER_FACTOR,
    NOT_KNOWN,
    CapacityMethod,
    CommercialBills,
    CommercialInput,
    CommercialLines,
    CommercialRefusal,
    CommercialRefusalCode,
    PurchaseMode,
)
from diansuo.core.tariff.commercial.crossing import (
    Crossed,
    Cuts,
    LaterTerms,
    cuts_of,
    price_commercial_across_changes,
    price_cut,
    recompute_commercial,
)
from diansuo.core.tariff.commercial.dividing import CommercialFreeze
from diansuo.core.tariff.commercial.price import price_commercial

__all__ = [
    "NOT_KNOWN",
    "NO_POWER_FACTOR",
    "CapacityMethod",
    "CommercialBills",
    "CommercialFreeze",
    "CommercialInput",
    "CommercialLines",
    "CommercialRefusal",
    "CommercialRefusalCode",
    "Crossed",
    "Cuts",
    "LaterTerms",
    "PurchaseMode",
    "cuts_of",
    "price_commercial",
    "price_commercial_across_changes",
    "price_cut",
    "recompute_commercial",
]
