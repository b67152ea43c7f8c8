"""Power-factor adjustment in a case (功率因数调整电费, 水电财字〔1983〕215号; domain.md §5)."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from diansuo.core.casework.exact import half_away
from diansuo.core.casework.given import Context, Given
from diansuo.core.casework.legal import entry_of
from diansuo.core.casework.outcome import Refused
from diansuo.core.casework.span import Span
from diansuo.core.quantity.exact import nearest_root

STANDARDS: Final = ("0.90", "0.85", "0.80")
TABLE: Final = "national/power_factor/adjustment"
KEYS: Final = (
    "standard", "value", "rate_percent", "reduced", "active_kwh", "reactive_kvarh", "of",
    "zero_active",
)  # fmt: skip
ZERO_ACTIVE: Final = ("none", "zero")


def hundredths(active: Fraction, reactive: Fraction) -> int:
    """Return cosφ = P / √(P² + Q²) in hundredths, the third decimal rounded half up, decided in whole numbers."""
    if active <= 0:
        return 0
    ratio = 10000 * active * active / (active * active + reactive * reactive)
    return nearest_root(ratio)


def rate_percent(context: Context, standard: str, value: int, span: Span) -> Fraction:
    """Look up the adjustment in percent for a power factor in hundredths; below the table it goes on rising.

    Raises:
        Refused: the rulebook has no such table.
    """
    table = entry_of(context, TABLE, span).values
    column = [Fraction(each) for each in table["standards"]].index(Fraction(standard)) + 1
    rows = {int(Fraction(row[0]) * 100): Fraction(row[column]) for row in table["rows"]}
    lowest = min(rows)
    if value >= lowest:
        return rows[min(value, max(rows))]
    return rows[lowest] + (lowest - value) * Fraction(table["below_each"])


def _standard(given: Given) -> str:
    """Read the standard; 0.9 is 0.90."""
    text = str(given.members["standard"].value) if given.has("standard") else ""
    if text in {each.removesuffix("0") for each in STANDARDS}:
        return f"{text}0"
    return given.choice("standard", STANDARDS)


def adjustment(given: Given, active: Fraction, reactive: Fraction, span: Span) -> tuple[int, Fraction]:
    """Return the power factor in hundredths and the rate in percent.

    ``value`` and ``rate_percent`` of the case replace what would be computed; a reduced standard never lowers the
    bill.

    Raises:
        Refused: there is active energy of zero and no stated policy.
    """
    if given.has("rate_percent"):
        shown = half_away(given.number("value") * 100) if given.has("value") else hundredths(active, reactive)
        return int(shown), given.number("rate_percent")
    standard = _standard(given)
    value = hundredths(active, reactive)
    if given.has("value"):
        stated = given.number("value")
        if not 0 <= stated <= 1:
            given.refuse(
                "value", f"a power factor of {given.members['value'].value}", "it lies between 0 and 1: 0.92"
            )
        value = int(half_away(stated * 100))
    elif active <= 0:
        if reactive <= 0 or given.choice("zero_active", ZERO_ACTIVE) == "none":
            return 0, Fraction(0)
        if not given.has("zero_active"):
            raise Refused("zero_active_energy", reactive_kvarh=reactive)
    if not standard:
        given.refuse("standard", "no standard", 'add standard: "0.90", or state rate_percent')
        return value, Fraction(0)
    rate = rate_percent(given.context, standard, value, span)
    return value, max(rate, Fraction(0)) if given.flag("reduced") else rate
