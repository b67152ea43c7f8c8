"""The rows whose class, contract or owner changes within the year: in which stretches they are priced (domain.md §2.3).

Everything else is priced as one stretch with the whole year's limits, or those since the day of connection.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from diansuo.core.quantity.month import UNKNOWN_DAY, billing_year
from diansuo.core.tariff import PriceClass, Refusal, TransferOfOwnership
from diansuo.core.tariff.classes import RULES_OF_CLASS
from diansuo.core.tariff.resolve import day_number
from diansuo.core.tariff.terms import ClosingYear, closing_year, transfer_of_ownership
from diansuo.office.billing.columns import Ready
from diansuo.office.billing.households.loading import FAR, Facts, Term
from diansuo.office.billing.households.policies import Policies

STEPPED: Final = frozenset(int(each) for each, rules in RULES_OF_CLASS.items() if rules.steps)


@dataclass(slots=True)
class Stretch:
    """Days of a row with one class and one year of steps.

    Attributes:
        row: the row of ``Ready``.
        from_day: first day, since 1970-01-01.
        to_day: the day after the last one.
        price_class: of these days, and so ``voltage_class``.
        first_day: first day with steps, ``UNKNOWN_DAY`` for long ago.
        end_day: the day after the last one with steps, where that lies in this stretch and settles the year anew.
        since: energy of the year counts from this day on; ``UNKNOWN_DAY``: all of it does.
        goes_on: the year of the stretch before this one goes on.
    """

    row: int
    from_day: int
    to_day: int
    price_class: int
    voltage_class: int
    first_day: int = UNKNOWN_DAY
    end_day: int = UNKNOWN_DAY
    since: int = UNKNOWN_DAY
    goes_on: bool = False

    @property
    def ends(self) -> bool:
        """Whether it is the last one of its year of steps."""
        return self.end_day != UNKNOWN_DAY

    @property
    def stepped(self) -> bool:
        """Whether its class has steps."""
        return self.price_class in STEPPED


@dataclass(slots=True)
class Plan:
    """What is special: stretches by row, in the order of their days, and rows that cannot be priced."""

    stretches: dict[int, list[Stretch]] = field(default_factory=dict)
    refused: dict[int, Refusal] = field(default_factory=dict)


@dataclass(slots=True)
class Planner:
    """Finds the special rows of a month."""

    ready: Ready
    facts: Facts
    policies: Policies
    year_start_month: int

    def plan(self) -> Plan:
        """Return what is special among the rows; most months nothing is."""
        plan = Plan()
        special = {*self.facts.terms, *self.facts.closed_day, *self.facts.transferred_day}
        if not special:
            return plan
        for row, contract in enumerate(self.ready.contract.tolist()):
            if contract in special:
                found = self._row(row, contract)
                if isinstance(found, Refusal):
                    plan.refused[row] = found
                elif self._is_special(row, found):
                    plan.stretches[row] = found
        return plan

    def year_first_day(self, row: int) -> int:
        """Return the first day of the billing year a row belongs to."""
        year = billing_year(int(self.ready.inputs.period[row]), self.year_start_month)
        return day_number(date(year, self.year_start_month, 1))

    def _is_special(self, row: int, stretches: list[Stretch]) -> bool:
        first = self.year_first_day(row)
        return len(stretches) > 1 or any(each.ends or each.since > first for each in stretches)

    def _row(self, row: int, contract: int) -> list[Stretch] | Refusal:
        inputs = self.ready.inputs
        from_day, to_day = int(inputs.from_day[row]), int(inputs.to_day[row])
        whole = Term(UNKNOWN_DAY, FAR, int(inputs.price_class[row]), int(inputs.voltage_class[row]))
        terms = self.facts.terms.get(contract) or [whole]
        if self.ready.own_class[row]:
            terms = [one._replace(price_class=whole.price_class) for one in terms]
        restart = self._restart_day(row, contract, terms)
        if isinstance(restart, Refusal):
            return restart
        stretches = [
            self._stretch(row, max(term.from_day, from_day), min(term.to_day, to_day), at, terms)
            for at, term in enumerate(terms)
            if max(term.from_day, from_day) < min(term.to_day, to_day)
        ]
        stretches = _cut(_joined(stretches), restart)
        return self._settled(row, stretches, self.facts.closed_day.get(contract, UNKNOWN_DAY))

    def _stretch(self, row: int, from_day: int, to_day: int, at: int, terms: list[Term]) -> Stretch:
        """Make the stretch of a term, with the days its steps begin and end for reasons of class."""
        one = Stretch(row, from_day, to_day, terms[at].price_class, terms[at].voltage_class)
        if not one.stepped:
            return one
        first = last = at
        while first > 0 and terms[first - 1].price_class in STEPPED:
            first -= 1
        while last + 1 < len(terms) and terms[last + 1].price_class in STEPPED:
            last += 1
        one.first_day = int(self.ready.open_day[row])
        if first > 0:
            one.first_day = one.since = terms[first].from_day
        if last + 1 < len(terms):
            one.end_day = terms[last + 1].from_day
        return one

    def _restart_day(self, row: int, contract: int, terms: list[Term]) -> int | Refusal:
        """Return the day on which a new owner's year begins, ``UNKNOWN_DAY`` where none does this year."""
        day = self.facts.transferred_day.get(contract, UNKNOWN_DAY)
        inputs = self.ready.inputs
        within_year = self.year_first_day(row) < day <= int(inputs.to_day[row])
        if not within_year or not any(
            each.price_class in STEPPED and each.from_day < inputs.to_day[row] and each.to_day > day - 1
            for each in terms
        ):
            return UNKNOWN_DAY
        policy = self.policies.ask(row, day, transfer_of_ownership)
        if isinstance(policy, Refusal):
            return policy
        return day if policy is TransferOfOwnership.RESTART else UNKNOWN_DAY

    def _settled(self, row: int, stretches: list[Stretch], closed_day: int) -> list[Stretch] | Refusal:
        """Keep the ends that lie in their stretch, and settle the year anew there where the place says so."""
        for one in stretches:
            if one.stepped and closed_day != UNKNOWN_DAY:
                one.end_day = closed_day if not one.ends else min(one.end_day, closed_day)
            if one.ends and not one.from_day < one.end_day <= one.to_day:
                one.end_day = UNKNOWN_DAY
            if one.ends:
                policy = self.policies.ask(row, one.end_day - 1, closing_year)
                if isinstance(policy, Refusal):
                    return policy
                if policy is ClosingYear.AS_BILLED:
                    one.end_day = UNKNOWN_DAY
        return stretches


def _joined(stretches: list[Stretch]) -> list[Stretch]:
    """Join neighbours of the same class and voltage: a change of capacity divides nothing."""
    joined: list[Stretch] = []
    for one in stretches:
        last = joined[-1] if joined else None
        if last and (last.price_class, last.voltage_class) == (one.price_class, one.voltage_class):
            last.to_day = one.to_day
            continue
        one.goes_on = last is not None and last.stepped and one.stepped
        joined.append(one)
    return joined


def _cut(stretches: list[Stretch], restart: int) -> list[Stretch]:
    """Begin a new owner's year on its day: what is before ends there, what follows knows nothing of it."""
    if restart == UNKNOWN_DAY:
        return stretches
    cut: list[Stretch] = []
    for one in stretches:
        if not one.stepped:
            cut.append(one)
            continue
        if one.from_day < restart:
            before = Stretch(
                one.row, one.from_day, min(one.to_day, restart), one.price_class, one.voltage_class,
                one.first_day, restart if one.end_day == UNKNOWN_DAY else min(one.end_day, restart), one.since,
                one.goes_on,
            )  # fmt: skip
            cut.append(before)
        if one.to_day > restart:
            one.from_day, one.goes_on = max(one.from_day, restart), one.from_day > restart and one.goes_on
            one.first_day, one.since = max(one.first_day, restart), max(one.since, restart)
            cut.append(one)
    return cut


def is_time_of_use(price_class: int) -> bool:
    """Tell whether a class has peak and valley on top by the customer's choice."""
    return RULES_OF_CLASS[PriceClass(price_class)].time_of_use is not None
