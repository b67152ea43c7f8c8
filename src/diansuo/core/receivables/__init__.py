"""Receivables (应收): which payment settles which bill, and how old what is left has become."""

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

__all__ = [
    "DEFAULT_EDGES_DAYS",
    "Ageing",
    "AgeingTable",
    "Allocations",
    "Payments",
    "Receivables",
    "UnusableAmount",
    "ageing",
    "ageing_table",
    "allocate",
]
