"""Rows of bills through the real engines, and what each bill comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int16, Int64
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import Bills, Freeze, price_across_changes
from diansuo.core.tariff.commercial import Crossed, price_commercial_across_changes
from diansuo.core.tariff.what_if import Rows

FACTS: Final = "facts"
"""A commercial bill keeps not what it was priced with."""


@dataclass(frozen=True, slots=True)
class Repriced:
    """What bills come to; one row a bill.

    Attributes:
        amount_fen: int64; 0 where a row of the bill was refused.
        priced: bool.
        step: int16, the step the year has reached; 0 without.
        refused: by bill the code of the refusal and what the engine says with it.
        households: the engine's answer, rows as in ``Rows``; None without any.
        commercial: likewise.
    """

    amount_fen: Int64
    priced: Bool
    step: Int16
    refused: dict[int, tuple[str, dict[str, Any]]]
    households: Bills | None
    commercial: Crossed | None


def reprice(rows: Rows, count: int, freeze: Freeze, book: RuleBook, place: str) -> Repriced:
    """Price the rows of so many bills.

    Args:
        rows: what goes into the engines.
        count: number of bills.
        freeze: registers that divided households, by row of ``rows.households``.
        book: the rules.
        place: whose commercial prices; households have those of the book's default place.
    """
    amount_fen, step = np.zeros(count, np.int64), np.zeros(count, np.int16)
    refused: dict[int, tuple[str, dict[str, Any]]] = {}
    seen = np.zeros(count, np.bool_)
    households = commercial = None
    if len(rows.households):
        kept = freeze.row < len(rows.households)
        households = price_across_changes(rows.households, book, freeze=freeze.take(kept, freeze.row[kept]))
        np.add.at(amount_fen, rows.of_household, households.amount_fen)
        np.maximum.at(step, rows.of_household, households.step)
        seen[rows.of_household] = True
        for one in households.refusals:
            refused.setdefault(int(rows.of_household[one.row]), (str(one.code), dict(one.params)))
    if len(rows.commercial):
        commercial = price_commercial_across_changes(rows.commercial, book, place)
        np.add.at(amount_fen, rows.of_commercial, commercial.bills.amount_fen)
        seen[rows.of_commercial] = True
        for other in commercial.bills.refusals:
            refused.setdefault(int(rows.of_commercial[other.row]), (str(other.code), dict(other.params)))
    for row in np.flatnonzero(~seen).tolist():
        refused.setdefault(row, (FACTS, {}))
    priced = np.ones(count, np.bool_)
    priced[list(refused)] = False
    return Repriced(
        np.where(priced, amount_fen, 0), priced, np.where(priced, step, 0), refused, households, commercial
    )
