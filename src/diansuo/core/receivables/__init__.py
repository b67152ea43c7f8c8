"""Receivables (应收): which payment settles which bill, how old what is left has become, what paying late costs."""

from diansuo.core.receivables.ageing import (
    DEFAULT_EDGES_DAYS,
    Ageing,
    AgeingTable,
    ageing,
    ageing_table,
)
from diansuo.core.receivables.allocation import (
    Allocations,
    Payments,
    Receivables,
    UnusableAmount,
    allocate,
)
from diansuo.core.receivables.late_payment import (
    LATE_PAYMENT,
    LatePayment,
    LatePaymentTerms,
    late_payment,
)

__all__ = [
    "DEFAULT_EDGES_DAYS",
    "LATE_PAYMENT",
    "Ageing",
    "AgeingTable",
    "Allocations",
    "LatePayment",
    "LatePaymentTerms",
    "Payments",
    "Receivables",
    "UnusableAmount",
    "ageing",
    "ageing_table",
    "allocate",
    "late_payment",
]
