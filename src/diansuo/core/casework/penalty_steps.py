"""Steps about late payment, violations and theft (供电营业规则; domain.md §7.2, §7.4, §7.5)."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from diansuo.core.casework import span
from diansuo.core.casework.exact import fen_of
from diansuo.core.casework.given import Given
from diansuo.core.casework.legal import legal_number
from diansuo.core.casework.outcome import Line, Outcome, Refused
from diansuo.core.metering.correction.roots import root

DEBT_KEYS: Final = ("yuan", "due", "paid", "days", "earlier_days")
LATE_KEYS: Final = ("debts", "customer", "daily_permille", "earlier_permille", "least_yuan", *span.KEYS)
LATE: Final = "national/collection/late_payment"
THEFT: Final = "national/inspection/theft"
VIOLATIONS: Final = "national/inspection/violations"
CUSTOMERS: Final = ("residential", "other")
THEFT_KEYS: Final = (
    "kw", "amperes", "volts", "wiring", "hours", "hours_a_day", "days", "energy_kwh", "price", "multiple", "customer",
    *span.KEYS,
)  # fmt: skip
WIRINGS: Final = {
    "single_phase": (220, Fraction(1)),
    "four_wire": (220, Fraction(3)),
    "three_wire": (380, root(Fraction(3))),
}
HOURS: Final = {"other": "power_hours", "residential": "lighting_hours"}
CLASS_KEYS: Final = ("uses", "multiple", "months", "days_a_month", *span.KEYS)
USE_KEYS: Final = ("kw", "hours_a_day", "kwh", "price_paid", "price_due", "name")
CAPACITY_KEYS: Final = ("charge_yuan", "multiple", "kw", "yuan_per_kw", "times", *span.KEYS)


def late_payment(given: Given) -> Outcome:
    """Charge each debt by the day, at the rate of the year the day lies in; the day of payment counts.

    A debt has ``due`` and ``paid`` days, or the numbers of ``days`` in its own year and ``earlier_days`` after it.
    """
    outcome = Outcome(amount_fen=0)
    names = ("residential", "residential")
    if given.choice("customer", CUSTOMERS, "other") == "other":
        names = ("other_current_year", "other_earlier_year")
    rates = [
        given.number(key) / 1000 if given.has(key) else legal_number(given, LATE, name)
        for key, name in zip(("daily_permille", "earlier_permille"), names, strict=True)
    ]
    for node in given.sequence("debts"):
        debt = Given(node, given.context, ("yuan",), DEBT_KEYS)
        yuan = debt.number("yuan")
        counts = _days_late(debt)
        for count, rate, year in zip(counts, rates, ("own_year", "later_year"), strict=True):
            if count:
                amount = fen_of(yuan * count * rate)
                outcome.charge(Line("late_payment", count, "days", yuan * rate, amount, note=year))
    least = fen_of(_stated(given, "least_yuan", LATE, "minimum"))
    if outcome.amount_fen is not None and 0 < outcome.amount_fen < least:
        outcome.charge(
            Line("least_amount", Fraction(1), "", Fraction(least, 100), least - outcome.amount_fen)
        )
    return outcome


def _days_late(debt: Given) -> tuple[Fraction, Fraction]:
    """Return the days in the year of the debt and those after it."""
    due, paid = debt.day("due"), debt.day("paid")
    if due is None or paid is None:
        days, later = debt.number("days", 0), debt.number("earlier_days", 0)
        if min(days, later) < 0:
            raise Refused("negative_days", days=days, earlier_days=later)
        return days, later
    new_year = date(due.year + 1, 1, 1)
    first = due + timedelta(days=1)
    own = max(0, (min(paid + timedelta(days=1), new_year) - first).days)
    return Fraction(own), Fraction(max(0, (paid - due).days - own))


def theft(given: Given) -> Outcome:
    """Charge stolen energy and the penalty of up to three times; with an unknown time, 180 days of 12 or 6 hours."""
    kw = given.number("kw", 0)
    if given.has("amperes"):
        kw = _kw_of_current(given)
    kwh = given.number("energy_kwh") if given.has("energy_kwh") else kw * _hours(given)
    outcome = Outcome(values={"energy_kwh": kwh})
    if given.has("price"):
        _recover(
            outcome, "theft", kwh * given.number("price"), kwh, _stated(given, "multiple", THEFT, "multiple")
        )
    return outcome


def _kw_of_current(given: Given) -> Fraction:
    """Return the power of a meter's current: U·I, 3·U·I with the phase voltage, √3·U·I with that between the lines."""
    wiring = given.choice("wiring", tuple(WIRINGS), "single_phase")
    volts, times = WIRINGS[wiring]
    return given.number("amperes") * given.number("volts", volts) * times / 1000


def _hours(given: Given) -> Fraction:
    """Return the hours of use: as stated, else days and hours a day, as the rule has them for an unknown time."""
    if given.has("hours"):
        return given.number("hours")
    a_day = HOURS[given.choice("customer", CUSTOMERS, "other")]
    return _stated(given, "days", THEFT, "unknown_days") * _stated(given, "hours_a_day", THEFT, a_day)


def _stated(given: Given, key: str, rule_id: str, name: str) -> Fraction:
    """Return what the case states itself, else what the rulebook says."""
    return given.number(key) if given.has(key) else legal_number(given, rule_id, name)


def wrong_class_use(given: Given) -> Outcome:
    """Charge the price difference of uses connected to a cheaper supply, and the penalty of twice that.

    The penalty is taken of the difference before it is rounded.
    """
    difference = Fraction(0)
    outcome = Outcome()
    for at, node in enumerate(given.sequence("uses")):
        use = Given(node, given.context, ("price_paid", "price_due"), USE_KEYS)
        days = _stated(given, "months", VIOLATIONS, "unknown_months")
        days *= _stated(given, "days_a_month", VIOLATIONS, "unknown_month_days")
        kwh = use.number("kwh", use.number("kw", 0) * use.number("hours_a_day", 0) * days)
        outcome.values[f"{use.text('name') or f'use_{at + 1}'}_kwh"] = kwh
        difference += kwh * (use.number("price_due") - use.number("price_paid"))
    if difference < 0:
        raise Refused("difference_below_zero", difference_yuan=difference)
    _recover(
        outcome,
        "wrong_class",
        difference,
        Fraction(1),
        _stated(given, "multiple", VIOLATIONS, "wrong_class_multiple"),
    )
    return outcome


def capacity_violation(given: Given) -> Outcome:
    """Charge the capacity charge that was evaded and its multiple, or an amount for each kW."""
    outcome = Outcome()
    if given.has("charge_yuan"):
        multiple = _stated(given, "multiple", VIOLATIONS, "excess_capacity_multiple")
        _recover(outcome, "capacity", given.number("charge_yuan"), Fraction(1), multiple)
    if given.has("kw"):
        kw, price = given.number("kw"), given.number("yuan_per_kw") * given.number("times", 1)
        outcome.charge(Line("penalty", kw, "kW", price, fen_of(kw * price)))
    return outcome


def _recover(outcome: Outcome, what: str, yuan: Fraction, quantity: Fraction, multiple: Fraction) -> None:
    recovered, penalty = fen_of(yuan), fen_of(yuan * multiple)
    price = yuan / quantity if quantity else Fraction(0)
    outcome.values |= {"recovered_yuan": Fraction(recovered, 100), "penalty_yuan": Fraction(penalty, 100)}
    outcome.charge(
        Line(what, quantity, "kWh" if quantity != 1 else "", price, recovered),
        Line("penalty", multiple, "times", yuan, penalty),
    )
