"""What households' bills carry beside their lines: what is owed by another way, and facts of parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.tariff import Bills
from diansuo.office.base import bulk
from diansuo.office.billing.models import BillRefund

Int64 = npt.NDArray[np.int64]

HAVING: Final = ("persons", "persons_months", "heating_months", "free_months")
"""Columns of the engine's input that a bill keeps under the same names."""


@dataclass(frozen=True, slots=True)
class PartFacts:
    """What each part of a divided bill was priced with, aligned with ``Bills.parts``; all int64."""

    price_class: Int64
    voltage_class: Int64
    months_in_year: Int64
    year_to_date_wh: Int64


def store_refunds(bills: Bills, bill_of_row: Int64, slices: Int64) -> None:
    """Write what is owed to households and does not stand on their bills (先征后返)."""
    lines = bills.refunds.take(bill_of_row[bills.refunds.row] > 0)
    bulk.insert_columns(
        BillRefund,
        {
            "bill": bill_of_row[lines.row],
            "sequence": lines.sequence,
            "component": lines.component,
            "part": lines.part,
            "step": lines.step,
            "quantity_wh": lines.quantity_wh,
            "price_nano": lines.price_nano,
            "amount_fen": lines.amount_fen,
            "rule": slices[lines.rule],
        },
    )
