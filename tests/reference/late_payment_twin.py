"""The slow twin of the late-payment penalty: walk from day to day and add what each day costs, in ``Decimal``."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")


def penalty_yuan(
    due: date,
    paid: date,
    owed_yuan: Decimal,
    residential: bool,
    rates: tuple[Decimal, Decimal, Decimal],
    minimum_yuan: Decimal,
    cap_ratio: Decimal | None,
    year_of_debt: int | None = None,
) -> Decimal:
    """Return the penalty in yuan; ``rates``: households, others in the year of the debt, others later."""
    year = due.year if year_of_debt is None else year_of_debt
    households, same_year, later = rates
    total, day = Decimal(0), due + timedelta(days=1)
    while day <= paid:
        rate = households if residential else same_year if day.year <= year else later
        total += owed_yuan * rate
        day += timedelta(days=1)
    total = total.quantize(FEN, rounding=ROUND_HALF_UP)
    something_due = paid > due and owed_yuan > 0 and _any_rate(due, paid, year, residential, rates)
    if something_due:
        total = max(total, minimum_yuan)
    if cap_ratio is not None:
        total = min(total, (owed_yuan * cap_ratio).quantize(FEN, rounding=ROUND_HALF_UP))
    return total


def _any_rate(due: date, paid: date, year: int, residential: bool, rates: tuple[Decimal, ...]) -> bool:
    if residential:
        return rates[0] > 0
    in_year = due.year < year or (due + timedelta(days=1)).year <= year
    return (in_year and rates[1] > 0) or (paid.year > year and rates[2] > 0)
