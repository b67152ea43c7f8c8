"""Mistakes in a reading list: how each is made in the rows of one customer.

A maker changes the papers of the month; ``fits`` says whether a customer is one with whom the mistake is that mistake.
What the list says beside the register (抄见电量) is left empty, as where somebody types what they read.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import numpy as np

from diansuo.core.quantity.month import first_day, next_month
from diansuo.lab.mistakes import Case
from diansuo.lab.sample import (
    DEMAND,
    MONTHS,
    PEAK,
    REACTIVE,
    REVERSE,
    TOTAL,
    TRIED,
    VALLEY,
    Row,
    Sample,
    kwh,
)

BEFORE = next_month(TRIED, -1)
TOP = Decimal(10**6)


def say(row: Row, register: Decimal | str) -> None:
    """Write a register into a row, and nothing beside it."""
    row["本次示数"] = register if isinstance(register, str) else kwh(register)
    row["抄见电量"] = ""


def _now(papers: Sample, case: Case, register: str = TOTAL) -> Decimal:
    return Decimal(papers.row(case.customer, register=register)["本次示数"])


def _before(papers: Sample, case: Case, register: str = TOTAL) -> Decimal:
    return Decimal(papers.row(case.customer, register=register)["上次示数"])


def transpose(papers: Sample, case: Case) -> None:
    """Swap two neighbouring digits before the point."""
    whole, _point, rest = papers.row(case.customer)["本次示数"].partition(".")
    digits, at = list(whole), len(whole) - 1 - case.given["place"]
    digits[at], digits[at - 1] = digits[at - 1], digits[at]
    say(papers.row(case.customer), "".join(digits) + "." + rest)


def can_transpose(papers: Sample, case: Case) -> bool:
    """The two digits differ."""
    whole = papers.row(case.customer)["本次示数"].partition(".")[0]
    at = len(whole) - 1 - case.given["place"]
    return at >= 1 and whole[at] != whole[at - 1]


def shift(papers: Sample, case: Case) -> None:
    """Move the decimal point."""
    say(papers.row(case.customer), _now(papers, case).scaleb(case.given["tenfold"]))


def digit(papers: Sample, case: Case) -> None:
    """Read one digit one too high."""
    say(papers.row(case.customer), _now(papers, case) + 10 ** case.given["place"])


def can_digit(papers: Sample, case: Case) -> bool:
    """The digit is no nine."""
    whole = papers.row(case.customer)["本次示数"].partition(".")[0]
    return len(whole) > case.given["place"] and whole[-1 - case.given["place"]] != "9"


def add(papers: Sample, case: Case) -> None:
    """Read so many kWh too high."""
    say(papers.row(case.customer), _now(papers, case) + case.given["kwh"])


def less(papers: Sample, case: Case) -> None:
    """Leave out a share of the month's energy."""
    say(
        papers.row(case.customer),
        _now(papers, case) - papers.used(case.customer) * case.given["percent"] / 100,
    )


def rollover(papers: Sample, case: Case) -> None:
    """Write the register as if it had passed the end; it stands half the mistake below the end (see ``raised``)."""
    say(papers.row(case.customer), _now(papers, case) + case.given["kwh"] - TOP)


def raised(papers: Sample, case: Case) -> Decimal:
    """Return by how much all registers of the customer are higher, so that the end is near."""
    return TOP - Decimal(case.given["kwh"]) / 2 - _now(papers, case)


def cross(papers: Sample, case: Case) -> None:
    """Exchange the registers of two customers."""
    one, two = (papers.row(number) for number in case.customers)
    first, second = one["本次示数"], two["本次示数"]
    say(one, second)
    say(two, first)


def stale(papers: Sample, case: Case) -> None:
    """Copy the register of last month."""
    say(papers.row(case.customer), _before(papers, case))


def invent(papers: Sample, case: Case) -> None:
    """Write what last month's energy, or more, would make of the register."""
    used = papers.used(case.customer, BEFORE) * case.given["percent"] / 100
    say(papers.row(case.customer), _before(papers, case) + used)


def later(papers: Sample, case: Case) -> None:
    """Write the register of a later day."""
    frozen = papers.frozen(case.customer, first_day(TRIED) + timedelta(days=case.given["days"]))
    assert frozen is not None
    say(papers.row(case.customer), Decimal(frozen["PAP_R"]))


def period(papers: Sample, case: Case) -> None:
    """Write the registers of another month's list."""
    other = MONTHS[MONTHS.index(TRIED) + case.given["months"]]
    for row in papers.lists[TRIED][case.customer]:
        say(row, papers.row(case.customer, other, row["示数类型"])["本次示数"])


def swap_parts(papers: Sample, case: Case) -> None:
    """Write the peak register as valley and the other way round."""
    peak, valley = papers.row(case.customer, register=PEAK), papers.row(case.customer, register=VALLEY)
    first, second = peak["本次示数"], valley["本次示数"]
    say(peak, second)
    say(valley, first)


def part(papers: Sample, case: Case) -> None:
    """Read the register of a period too high."""
    say(papers.row(case.customer, register=PEAK), _now(papers, case, PEAK) + case.given["kwh"])


def drop_parts(papers: Sample, case: Case) -> None:
    """Leave out registers of periods."""
    left_out = {f"正向有功（{name}）" for name in case.given["parts"]}
    rows = papers.lists[TRIED][case.customer]
    papers.lists[TRIED][case.customer] = [row for row in rows if row["示数类型"] not in left_out]


def multiplied(papers: Sample, case: Case) -> None:
    """Write an energy that has its multiplier already, wholly or in part, as a difference of the register."""
    factor = 1 + (int(papers.archive[case.customer]["综合倍率"]) - 1) * case.given["percent"] / Decimal(100)
    used = papers.used(case.customer) * factor
    say(papers.row(case.customer), _before(papers, case) + used)


def demand(papers: Sample, case: Case) -> None:
    """Write another demand."""
    row = papers.row(case.customer, register=DEMAND)
    value = Decimal(row["本次示数"]) * case.given["percent"] / 100
    row["本次示数"] = f"{value:.3f}"


def reactive(papers: Sample, case: Case) -> None:
    """Write a reactive register that is off."""
    used = papers.used(case.customer, register=REACTIVE) * case.given["percent"] / 100
    say(papers.row(case.customer, register=REACTIVE), _before(papers, case, REACTIVE) + used)


def repeat(papers: Sample, case: Case) -> None:
    """Write the total twice, with two values."""
    row = dict(papers.row(case.customer))
    say(row, _now(papers, case) + case.given["kwh"])
    papers.lists[TRIED][case.customer].append(row)


def again(papers: Sample, case: Case) -> None:
    """Bring the list in once more, with another value or the same."""
    rows = [dict(row) for row in papers.lists[TRIED][case.customer]]
    if case.given["kwh"]:
        say(rows[0], _now(papers, case) + case.given["kwh"])
    papers.again[case.customer] = rows


def meter(papers: Sample, case: Case) -> None:
    """Write the number of another meter."""
    numbers = list(papers.archive)
    neighbour = papers.archive[numbers[numbers.index(case.customer) - 1]]["电能表编号"]
    wrong = neighbour if case.given["which"] == "neighbour" else "4139999999999999999999"
    for row in papers.lists[TRIED][case.customer]:
        row["电能表编号"] = wrong


def reverse(papers: Sample, case: Case) -> None:
    """Write the reverse register as the forward one."""
    say(papers.row(case.customer), _now(papers, case, REVERSE))


def drop_sub(papers: Sample, case: Case) -> None:
    """Leave out the meter behind the main one."""
    del papers.lists[TRIED][case.others[0]]


def within(papers: Sample, case: Case) -> bool:
    """The month's energy lies in the size's range."""
    low, high = case.given["kwh"]
    return bool(low <= papers.used(case.customer) < high)


def pair(papers: Sample, case: Case, free: list[str], random: np.random.Generator) -> str:
    """Return with whom a customer's register is exchanged: near, any or far, of the same reader's part."""
    mine = _now(papers, case)
    order = sorted(
        (each for each in free if each != case.customer),
        key=lambda each: abs(Decimal(papers.row(each)["本次示数"]) - mine),
    )
    at = {"near": 0, "far": len(order) - 1, "any": int(random.integers(len(order)))}
    return order[at[case.given["rank"]]]
