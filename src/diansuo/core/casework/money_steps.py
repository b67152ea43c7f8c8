"""Steps about money: single charges, differences, the capacity charge and the power factor by themselves."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from diansuo.core.casework import capacity, own_lines, power_factor, span
from diansuo.core.casework.exact import fen_of, half_away
from diansuo.core.casework.given import Given, number_of
from diansuo.core.casework.outcome import Line, Outcome
from diansuo.core.casework.transformers import read_transformers

CAPACITY_KEYS: Final = (
    *span.KEYS,
    "transformers",
    *(key for key in capacity.KEYS if key != "days"),
    "days",
    "used_kwh",
)
POWER_KEYS: Final = (*span.KEYS, *(key for key in power_factor.KEYS if key != "of"), "base_yuan")
RECOVERY_KEYS: Final = (*span.KEYS, "standard", "billed_yuan", "billed", "right")
PART_KEYS: Final = ("active_kwh", "reactive_kvarh", "value", "rate_percent", "reduced", "zero_active")
CHARGE_KEYS: Final = (*span.KEYS, "lines")


def charge(given: Given) -> Outcome:
    """Charge lines the case states itself, each quantity x price rounded to the fen."""
    days = span.read_span(given)
    outcome = Outcome(amount_fen=0)
    for node in given.sequence("lines"):
        each = Given(node, given.context, ("name",), own_lines.CHARGE_LINE_KEYS)
        outcome.charge(own_lines.own_line(each, days, outcome.lines))
    return outcome


def let(given: Given) -> Outcome:
    """Name numbers, so that later ones and later steps can use them and the expectation can check them."""
    outcome = Outcome()
    known = dict(given.context.names)
    try:
        for name, node in given.named("values").items():
            outcome.values[name] = number_of(node, given.context)
            given.context.names[name] = outcome.values[name]
    finally:
        # By their short names they are known within this step only.
        given.context.names.clear()
        given.context.names.update(known)
    return outcome


def difference(given: Given) -> Outcome:
    """Charge what is right less what was billed (退补): two steps by name, or two amounts."""
    right, billed = (_amount(given, key) for key in ("right", "billed"))
    outcome = Outcome(values={"right_yuan": right, "billed_yuan": billed})
    outcome.charge(Line("correction", Fraction(1), "", right - billed, fen_of(right) - fen_of(billed)))
    return outcome


def _amount(given: Given, key: str) -> Fraction:
    text = given.members[key].value if given.has(key) else None
    earlier = given.context.outcomes.get(text) if isinstance(text, str) else None
    if earlier is not None:
        return Fraction(earlier.amount_fen or 0, 100)
    return given.number(key)


def capacity_charge(given: Given) -> Outcome:
    """Compute the capacity or demand charge alone."""
    days = span.read_span(given)
    owned = read_transformers(given.named("transformers"), given.context, days)
    outcome = Outcome(amount_fen=0)
    outcome.charge(*capacity.capacity_lines(given, owned, None, given.number("used_kwh", 0), days))
    return outcome


def power_factor_alone(given: Given) -> Outcome:
    """Look up power factor and rate, and the adjustment of a base where one is given."""
    value, rate = power_factor.adjustment(
        given, given.number("active_kwh", 0), given.number("reactive_kvarh", 0), span.read_span(given)
    )
    outcome = Outcome(values={"power_factor": Fraction(value, 100), "rate_percent": rate})
    if given.has("base_yuan"):
        base = given.number("base_yuan")
        outcome.charge(Line("power_factor", base, "yuan", rate / 100, fen_of(base * rate / 100)))
    return outcome


def power_factor_recovery(given: Given) -> Outcome:
    """Put right an amount that was adjusted by a wrong power factor: out with the old rate, in with the right one."""
    days = span.read_span(given)
    rates = []
    outcome = Outcome()
    for key in ("billed", "right"):
        part = given.inner(key, (), PART_KEYS)
        part.members["standard"] = given.members.get("standard", given.node.child("standard", None))
        value, rate = power_factor.adjustment(
            part, part.number("active_kwh", 0), part.number("reactive_kvarh", 0), days
        )
        outcome.values |= {f"{key}_power_factor": Fraction(value, 100), f"{key}_rate_percent": rate}
        rates.append(rate)
    billed = given.number("billed_yuan")
    right = half_away(billed / (1 + rates[0] / 100) * (1 + rates[1] / 100), Fraction(1, 100))
    outcome.values |= {"right_yuan": right}
    outcome.charge(Line("power_factor", Fraction(1), "", right - billed, fen_of(right - billed)))
    return outcome
