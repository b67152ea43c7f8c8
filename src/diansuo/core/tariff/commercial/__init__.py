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
    price_commercial_across_changes,
    recompute_commercial,
)
from diansuo.core.tariff.commercial.price import price_commercial

__all__ = [
    "NOT_KNOWN",
    "NO_POWER_FACTOR",
    "CapacityMethod",
    "CommercialBills",
    "CommercialInput",
    "CommercialLines",
    "CommercialRefusal",
    "CommercialRefusalCode",
    "Crossed",
    "PurchaseMode",
    "price_commercial",
    "price_commercial_across_changes",
    "recompute_commercial",
]
