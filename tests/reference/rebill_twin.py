"""The slow twin of back-billing: a household's whole year billed twice on paper, as it was and as it should be.

``Decimal``, one month after the other, Henan's steps written out; it knows nothing of the frame it checks.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
LIMITS = (Decimal(2160), Decimal(3120))
PRICES = (Decimal("0.56"), Decimal("0.61"), Decimal("0.86"))


def month_yuan(before_kwh: Decimal, kwh: Decimal) -> Decimal:
    """Return what a month costs after so much in its year: all at the first price, then what each step adds."""
    total = _yuan(kwh * PRICES[0])
    above_first = max(before_kwh + kwh - LIMITS[0], Decimal(0)) - max(before_kwh - LIMITS[0], Decimal(0))
    third = max(before_kwh + kwh - LIMITS[1], Decimal(0)) - max(before_kwh - LIMITS[1], Decimal(0))
    return (
        total
        + _yuan((above_first - third) * (PRICES[1] - PRICES[0]))
        + _yuan(third * (PRICES[2] - PRICES[0]))
    )


def year_yuan(kwh_by_month: list[Decimal]) -> list[Decimal]:
    """Return what each month of a year costs."""
    before, amounts = Decimal(0), []
    for kwh in kwh_by_month:
        amounts.append(month_yuan(before, kwh))
        before += kwh
    return amounts


def corrections_yuan(billed: list[Decimal], right: list[Decimal]) -> list[Decimal]:
    """Return month by month what a year as it should be costs beyond the year as it was billed."""
    return [should - was for should, was in zip(year_yuan(right), year_yuan(billed), strict=True)]


def current_year_yuan(billed: list[Decimal], right: list[Decimal], this_year_kwh: Decimal) -> list[Decimal]:
    """Return it with the missing energy in the steps of a later year, one month's after the other's."""
    amounts, before = [], this_year_kwh
    for was, should in zip(billed, right, strict=True):
        more = should - was
        if more >= 0:
            amounts.append(month_yuan(before, more))
        else:
            amounts.append(-month_yuan(before + more, -more))
        before += more
    return amounts


def _yuan(amount: Decimal) -> Decimal:
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)
