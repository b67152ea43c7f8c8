"""The slow twin of inspection: theft and violations as a clerk writes them down, in long decimals and fractions."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

FEN = Decimal("0.01")
WH = Decimal("0.001")
HOURS = {"POWER": 12, "LIGHTING": 6}


def stolen_by_current_kwh(current_a: Decimal, wiring: str, days: int, use: str, multiplier: int) -> Decimal:
    """Return the kWh the rated current stands for over the days."""
    with localcontext() as context:
        context.prec = 50
        kilovolt = {
            "SINGLE_PHASE": Decimal("0.22"),
            "THREE_PHASE_FOUR_WIRE": 3 * Decimal("0.22"),
            "THREE_PHASE_THREE_WIRE": Decimal(3).sqrt() * Decimal("0.38"),
        }[wiring]
        kwh = kilovolt * current_a * multiplier * days * HOURS[use]
        return kwh.quantize(WH, rounding=ROUND_HALF_UP)


def theft_yuan(parts: list[tuple[Decimal, Decimal]], multiple: int) -> tuple[Decimal, Decimal]:
    """Return what is recovered and the penalty, of (kWh, yuan per kWh)."""
    recovered = sum((_yuan(kwh * price) for kwh, price in parts), Decimal(0))
    return recovered, _yuan(sum((kwh * price for kwh, price in parts), Decimal(0)) * multiple)


def capacity_yuan(
    kva: Decimal, price: Decimal, start: date, end: date, by_calendar: bool, multiple: int
) -> tuple[Decimal, Decimal]:
    """Return what is recovered and the penalty for capacity used on the days [start, end), counted one by one."""
    days_of: dict[tuple[int, int], int] = {}
    day = start
    while day < end:
        days_of[day.year, day.month] = days_of.get((day.year, day.month), 0) + 1
        day += timedelta(days=1)
    recovered, whole = Decimal(0), Fraction(0)
    for (year, month), days in days_of.items():
        long = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
        divisor = long if days == long or by_calendar else 30
        exact = Fraction(kva) * Fraction(price) * min(days, divisor) / divisor
        recovered += _to_fen(exact)
        whole += exact
    return recovered, _to_fen(whole * multiple)


def _to_fen(amount: Fraction) -> Decimal:
    fen = amount * 100
    down = fen.numerator // fen.denominator
    return Decimal(down + (fen - down >= Fraction(1, 2))).scaleb(-2)


def _yuan(amount: Decimal) -> Decimal:
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)
