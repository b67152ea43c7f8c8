"""Prices: which rule holds for whom and when, and the exact bill it makes."""

from diansuo.core.quantity.month import months_in_year
from diansuo.core.tariff.classes import Component, PriceClass, VoltageClass
from diansuo.core.tariff.closing import EarlierBills, settle_year_anew
from diansuo.core.tariff.columns import (
    AppliedRule,
    BillingInput,
    Bills,
    Freeze,
    Lines,
    Parts,
    Refusal,
    RefusalCode,
)
from diansuo.core.tariff.crossing import price_across_changes, recompute
from diansuo.core.tariff.price import price
from diansuo.core.tariff.settlement import Settlement, StepLineForm
from diansuo.core.tariff.terms import CorrectionYear, TransferOfOwnership
from diansuo.core.tariff.year import after_transfer, ends_within, months_with_steps, year_of_correction

__all__ = [
    "AppliedRule",
    "BillingInput",
    "Bills",
    "Component",
    "CorrectionYear",
    "EarlierBills",
    "Freeze",
    "Lines",
    "Parts",
    "PriceClass",
    "Refusal",
    "RefusalCode",
    "Settlement",
    "StepLineForm",
    "TransferOfOwnership",
    "VoltageClass",
    "after_transfer",
    "ends_within",
    "months_in_year",
    "months_with_steps",
    "price",
    "price_across_changes",
    "recompute",
    "settle_year_anew",
    "year_of_correction",
]
