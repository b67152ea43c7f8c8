"""Steps about late payment, violations and theft (供电营业规则; domain.md §7.2, §7.4, §7.5)."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from diansuo.core.casework.exact import fen_of
from diansuo.core.casework.given import Given
from diansuo.core.casework.outcome import Line, Outcome

DEBT_KEYS: Final = ("yuan", "due", "paid", "days", "earlier_days")
LATE_KEYS: Final = ("debts", "customer", "daily_permille", "earlier_permille", "least_yuan")
CUSTOMERS: Final = ("residential", "other")
THEFT_KEYS: Final = (
    "kw", "amperes", "volts", "phases", "hours", "hours_a_day", "days", "energy_kwh", "price", "multiple", "customer",
)  # fmt: skip
UNKNOWN_DAYS: Final = 180
HOURS_A_DAY: Final = {"other": 12, "residential": 6}
CLASS_KEYS: Final = ("uses", "multiple", "months", "days_a_month")
USE_KEYS: Final = ("kw", "hours_a_day", "kwh", "price_paid", "price_due", "name")
CAPACITY_KEYS: Final = ("charge_yuan", "multiple", "kw", "yuan_per_kw", "times")
RATES: Final = {"residential": (Fraction(1), Fraction(1)), "other": (Fraction(2), Fraction(3))}


def late_payment(given: Given) -> Outcome:
    """Charge each debt by the day, at the rate of the year the day lies in; the day of payment counts.

    A debt has ``due`` and ``paid`` days, or the numbers of ``days`` in its own year and ``earlier_days`` after it.
    """
    outcome = Outcome(amount_fen=0)
    own, earlier = RATES[given.choice("customer", CUSTOMERS, "other")]
    rates = (given.number("daily_permille", own), given.number("earlier_permille", earlier))
    for node in given.sequence("debts"):
        debt = Given(node, given.context, ("yuan",), DEBT_KEYS)
        yuan = debt.number("yuan")
        counts = _days_late(debt)
        for count, rate, year in zip(counts, rates, ("own_year", "later_year"), strict=True):
            if count:
                amount = fen_of(yuan * count * rate / 1000)
                outcome.charge(Line("late_payment", count, "days", yuan * rate / 1000, amount, note=year))
    least = fen_of(given.number("least_yuan", 0))
    if outcome.amount_fen is not None and 0 < outcome.amount_fen < least:
        outcome.charge(
            Line("least_amount", Fraction(1), "", Fraction(least, 100), least - outcome.amount_fen)
        )
    return outcome


def _days_late(debt: Given) -> tuple[Fraction, Fraction]:
    """Return the days in the year of the debt and those after it."""
    due, paid = debt.day("due"), debt.day("paid")
    if due is None or paid is None:
        return debt.number("days", 0), debt.number("earlier_days", 0)
    new_year = date(due.year + 1, 1, 1)
    first = due + timedelta(days=1)
    own = max(0, (min(paid + timedelta(days=1), new_year) - first).days)
    return Fraction(own), Fraction(max(0, (paid - due).days - own))


def theft(given: Given) -> Outcome:
    """Charge stolen energy and the penalty of up to three times; with an unknown time, 180 days of 12 or 6 hours."""
    kw = given.number("kw", 0)
    if given.has("amperes"):
        kw = given.number("amperes") * given.number("volts", 220) * given.number("phases", 1) / 1000
    a_day = given.number("hours_a_day", HOURS_A_DAY[given.choice("customer", CUSTOMERS, "other")])
    hours = given.number("hours", given.number("days", UNKNOWN_DAYS) * a_day)
    kwh = given.number("energy_kwh", kw * hours)
    outcome = Outcome(values={"energy_kwh": kwh})
    if given.has("price"):
        _recover(outcome, "theft", kwh * given.number("price"), kwh, given.number("multiple", 3))
    return outcome


def wrong_class_use(given: Given) -> Outcome:
    """Charge the price difference of uses connected to a cheaper supply, and the penalty of twice that.

    The penalty is taken of the difference before it is rounded.
    """
    difference = Fraction(0)
    outcome = Outcome()
    for at, node in enumerate(given.sequence("uses")):
        use = Given(node, given.context, ("price_paid", "price_due"), USE_KEYS)
        days = given.number("months", 3) * given.number("days_a_month", 30)
        kwh = use.number("kwh", use.number("kw", 0) * use.number("hours_a_day", 0) * days)
        outcome.values[f"{use.text('name') or f'use_{at + 1}'}_kwh"] = kwh
        difference += kwh * (use.number("price_due") - use.number("price_paid"))
    _recover(outcome, "wrong_class", difference, Fraction(1), given.number("multiple", 2))
    return outcome


def capacity_violation(given: Given) -> Outcome:
    """Charge the capacity charge that was evaded and its multiple, or an amount for each kW."""
    outcome = Outcome()
    if given.has("charge_yuan"):
        _recover(outcome, "capacity", given.number("charge_yuan"), Fraction(1), given.number("multiple", 3))
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
