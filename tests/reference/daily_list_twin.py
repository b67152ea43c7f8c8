"""The slow, obvious twin of core.network.daily_lists: one transformer or meter, point by point, in Fraction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import product

DAY = 96
Answer = str
Phases = tuple[Decimal | None, Decimal | None, Decimal | None]


def load(
    power_kw: Decimal | None, volt: Phases, ampere: Phases, capacity_kva: Decimal | None, least: int
) -> Answer:
    """Is the transformer at so many per cent at this point: yes, no, or ?"""
    if None not in volt and None not in ampere:
        seen = sum((u * i for u, i in zip(volt, ampere, strict=True)), Decimal(0))  # type: ignore[operator]
        apparent = Fraction(int(seen + Decimal("0.5")))
    elif power_kw is not None:
        apparent = Fraction(int(abs(power_kw) * 1000 / Decimal("0.95") + Decimal("0.5")))
    else:
        return "?"
    if capacity_kva is None:
        return "?"
    return "yes" if apparent * 100 >= Fraction(capacity_kva) * 1000 * least else "no"


def low(volt: Sequence[Decimal | None]) -> Answer:
    """Is a meter with these wired phases too low at this point: yes, no, or ?"""
    if any(u is not None and 132 <= u < 198 for u in volt):
        return "yes"
    return "?" if None in volt or not volt else "no"


def apart(ampere: Phases, capacity_kva: Decimal | None, winding: str) -> Answer:
    """Do the phases differ too much at this point: yes, no, or ?"""
    if None in ampere:
        return "?"
    most, least = max(ampere), min(ampere)  # type: ignore[type-var]
    answers = set()
    for group, capacity in product([winding] if winding else ["Y", "D"], [capacity_kva]):
        limit = 15 if group == "Y" else 25
        beyond = (most - least) * 100 > limit * most  # type: ignore[operator]
        if capacity is None:
            answers |= {"no", "yes"} if beyond else {"no"}
        else:
            rated = Decimal(round(float(capacity) * 1e6 / (3**0.5 * 400))) / 1000
            answers.add("yes" if beyond and most * 100 >= 30 * rated else "no")  # type: ignore[operator]
    return answers.pop() if len(answers) == 1 else "?"


def verdict(answers: Sequence[Answer], collected: Sequence[bool], needed: int) -> tuple[str, int]:
    """What a day is, of 192 answers, and the longest sure run that reaches into it."""

    def longest(good: Callable[[Answer], bool]) -> int:
        best = 0
        for end in range(DAY, 2 * DAY):
            length = 0
            while length <= end and good(answers[end - length]):
                length += 1
            best = max(best, length)
        return best

    sure, possible = longest(lambda each: each == "yes"), longest(lambda each: each != "no")
    if sure >= needed:
        return "FULFILLED", sure
    if not any(collected[DAY:]):
        return "NOT_COLLECTED", sure
    return ("UNDECIDED" if possible >= needed else "CLEAR"), sure
