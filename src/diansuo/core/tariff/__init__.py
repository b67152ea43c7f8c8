"""Prices: which rule holds for whom and when, and the exact bill it makes."""

from diansuo.core.quantity.month import months_in_year
from diansuo.core.tariff.classes import Component, PriceClass, VoltageClass
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

__all__ = [
    "AppliedRule",
    "BillingInput",
    "Bills",
    "Component",
    "Freeze",
    "Lines",
    "Parts",
    "PriceClass",
    "Refusal",
    "RefusalCode",
    "Settlement",
    "StepLineForm",
    "VoltageClass",
    "months_in_year",
    "price",
    "price_across_changes",
    "recompute",
]
