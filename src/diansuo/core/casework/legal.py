"""What a case leaves to the rulebook: a value in force on its day, or a refusal that names file and remedy."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Final

from diansuo.core.casework.given import Context, Given
from diansuo.core.casework.outcome import Refused
from diansuo.core.casework.span import NEW_RULES_FROM, Span, read_span
from diansuo.core.rules import Entry, NoSuchRule, NoValueInForce, ValueAbsent

OLD_RULES_DAY: Final = date(2024, 5, 31)


def entry_of(context: Context, rule_id: str, span: Span) -> Entry:
    """Return what holds on the last day of the span; without days, on the last or first day of its rules.

    Raises:
        Refused: no such rule, or nothing in force then.
    """
    day = OLD_RULES_DAY if span.rules == "1996" else NEW_RULES_FROM
    if span.start is not None and (span.start < NEW_RULES_FROM) == (span.rules == "1996"):
        day = span.start
    try:
        return context.book.in_force(rule_id, day)
    except (NoSuchRule, NoValueInForce) as problem:
        raise Refused("no_value_in_force", rule_id=rule_id, day=day, detail=problem) from None


def number_in_force(context: Context, rule_id: str, name: str, span: Span) -> Fraction:
    """Return a named parameter.

    Raises:
        Refused: it is not known, or nothing is in force.
    """
    entry = entry_of(context, rule_id, span)
    try:
        return Fraction(entry.number(name))
    except (ValueAbsent, KeyError) as problem:
        raise Refused("value_absent", rule_id=rule_id, field=name, detail=problem) from None


def legal_number(given: Given, rule_id: str, name: str) -> Fraction:
    """Return a named parameter on the days a step gives; without days, by the rules of 2024 unless it says 1996.

    Raises:
        Refused: it is not known, or nothing is in force.
    """
    return number_in_force(given.context, rule_id, name, read_span(given))
