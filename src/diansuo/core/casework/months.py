"""Case files of the shape ``months``: one customer, some months, what must come out, by the engine that bills.

The shape is documented in docs/guide/case-files.md. Year-to-date energy is carried from month to month and
begins anew with the billing year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from diansuo.core.casework.months_document import CaseDocument, CaseMonthUse, ExpectedLine, read_case
from diansuo.core.quantity.energy import kwh_from_wh
from diansuo.core.quantity.money import price_from_nano, yuan_from_fen
from diansuo.core.quantity.month import MONTHS, UNKNOWN_DAY, billing_year, months_in_year
from diansuo.core.rules import RuleBook, lay
from diansuo.core.tariff.classes import SETTLEMENT, Component
from diansuo.core.tariff.columns import BillingInput, Bills, Freeze
from diansuo.core.tariff.crossing import price_across_changes
from diansuo.core.tariff.resolve import day_number
from diansuo.core.tariff.settlement import Settlement


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A line of a computed bill, in the units of the page."""

    component: str
    step: int
    quantity_kwh: Decimal
    price_yuan: Decimal
    amount_yuan: Decimal

    def as_mapping(self) -> dict[str, str | int]:
        """Return the line as plain data, numbers as texts."""
        return {
            "component": self.component,
            "step": self.step,
            "quantity_kwh": str(self.quantity_kwh),
            "price_yuan": str(self.price_yuan),
            "amount_yuan": str(self.amount_yuan),
        }


@dataclass(frozen=True, slots=True)
class CaseBill:
    """The computed bill of one month; where it could not be priced, a refusal and no amount."""

    period: int
    energy_kwh: Decimal
    step: int
    amount_yuan: Decimal | None
    lines: tuple[CaseLine, ...]
    refusal: str | None
    refusal_params: Mapping[str, Any]

    def as_mapping(self) -> dict[str, Any]:
        """Return the bill as plain data, numbers as texts."""
        return {
            "period": self.period,
            "energy_kwh": str(self.energy_kwh),
            "step": self.step,
            "amount_yuan": None if self.amount_yuan is None else str(self.amount_yuan),
            "lines": [line.as_mapping() for line in self.lines],
            "refusal": self.refusal,
            "refusal_params": dict(self.refusal_params),
        }


def run_months(
    mapping: Mapping[str, Any], book: RuleBook, file: str
) -> tuple[str, list[CaseBill], list[str]]:
    """Compute the months of a case and compare them with what it expects: name, bills, mismatches.

    Args:
        mapping: the content of a case file, numbers as quoted texts.
        book: the rules; the case's own ``rulebook:`` documents are laid over them.
        file: name of the file, for messages.

    Raises:
        RuleBookRefused: the case or its own rules are malformed; names every key.
    """
    case = read_case(mapping, file)
    own = {f"{file}#{at}/{each.get('id')}.yaml": each for at, each in enumerate(case.rulebook)}
    rules = lay(own, book) if own else book
    bills: list[CaseBill] = []
    year_to_date_wh, year = case.year_to_date_wh, None
    for use in case.months:
        this_year = billing_year(use.period, _year_start_month(rules, use.from_date))
        if year is not None and this_year != year:
            year_to_date_wh = 0
        year = this_year
        priced = price_across_changes(
            _as_input(case, use, year_to_date_wh, rules), rules, freeze=_freeze(use)
        )
        year_to_date_wh += int(priced.counted_wh[0])
        bills.append(_as_bill(use, priced))
    return case.name, bills, _mismatches(case, bills)


def _year_start_month(rules: RuleBook, day: date) -> int:
    """Return the first month of the billing year; January where no settlement rule holds on the day."""
    try:
        entry = rules.in_force(f"{rules.default_place}/{SETTLEMENT}", day)
    except LookupError:
        return 1
    return Settlement.from_entry(entry).year_start_month


def _as_input(case: CaseDocument, use: CaseMonthUse, year_to_date_wh: int, rules: RuleBook) -> BillingInput:
    def column(number: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.array([number], dtype=np.int64)

    opened = column(UNKNOWN_DAY if case.opened is None else day_number(case.opened))
    period = column(use.period)
    return BillingInput(
        price_class=np.array([use.price_class or case.price_class], dtype=np.int16),
        voltage_class=np.array([case.voltage_class], dtype=np.int16),
        period=period,
        from_day=column(day_number(use.from_date)),
        to_day=column(day_number(use.to_date)),
        energy_wh=column(use.energy_wh),
        peak_wh=column(use.peak_wh or 0),
        valley_wh=column(use.valley_wh or 0),
        has_time_of_use=np.array([use.peak_wh is not None and use.valley_wh is not None]),
        year_to_date_wh=column(year_to_date_wh),
        months_in_year=months_in_year(opened, period, _year_start_month(rules, use.from_date)),
        persons=column(case.persons).astype(np.int16),
        persons_months=column(MONTHS if case.persons else 0).astype(np.int16),
        free_months=column(use.free_months).astype(np.int16),
    )


def _freeze(use: CaseMonthUse) -> Freeze:
    """Return the registers of days inside the month, with which a change of price divides it."""
    days, *energies = zip(*use.freeze, strict=True) if use.freeze else ((), (), (), ())
    columns = ([0] * len(days), [day_number(day) for day in days], *energies)
    return Freeze(*(np.array(each, dtype=np.int64) for each in columns))


def _as_bill(use: CaseMonthUse, priced: Bills) -> CaseBill:
    lines = priced.lines
    refusal = priced.refusals[0] if priced.refusals else None
    return CaseBill(
        period=use.period,
        energy_kwh=kwh_from_wh(priced.energy_wh[0]),
        step=int(priced.step[0]),
        amount_yuan=yuan_from_fen(priced.amount_fen[0]) if priced.priced[0] else None,
        lines=tuple(
            CaseLine(
                component=Component(lines.component[at]).name.lower(),
                step=int(lines.step[at]),
                quantity_kwh=kwh_from_wh(lines.quantity_wh[at]),
                price_yuan=price_from_nano(lines.price_nano[at]),
                amount_yuan=yuan_from_fen(lines.amount_fen[at]),
            )
            for at in range(len(lines))
        ),
        refusal=str(refusal.code) if refusal else None,
        refusal_params=refusal.params if refusal else {},
    )


def _mismatches(case: CaseDocument, bills: list[CaseBill]) -> list[str]:
    """Compare what came out with what the case expects; exactly, to the fen."""
    found: list[str] = []
    total = sum((bill.amount_yuan for bill in bills if bill.amount_yuan is not None), Decimal("0.00"))
    if case.total_yuan is not None and total != case.total_yuan:
        found.append(f"total: expected {case.total_yuan} yuan, computed {total}")
    by_period = {bill.period: bill for bill in bills}
    for expected in case.expected_bills:
        bill = by_period.get(expected.period)
        if bill is None:
            found.append(f"{expected.period}: expected a bill, the case has no such month")
            continue
        if expected.refusal != bill.refusal:
            found.append(f"{expected.period}: expected refusal {expected.refusal}, computed {bill.refusal}")
        if expected.amount_yuan is not None and expected.amount_yuan != bill.amount_yuan:
            found.append(
                f"{expected.period}: expected {expected.amount_yuan} yuan, computed {bill.amount_yuan}"
            )
        if expected.step is not None and expected.step != bill.step:
            found.append(f"{expected.period}: expected step {expected.step}, computed {bill.step}")
        if expected.lines is not None:
            found += _lines(expected.period, expected.lines, bill.lines)
    return found


def _lines(period: int, expected: Sequence[ExpectedLine], computed: Sequence[CaseLine]) -> list[str]:
    """Compare the lines of a month, all of them in order."""
    if len(expected) != len(computed):
        have = "; ".join(f"{line.component} {line.quantity_kwh} {line.amount_yuan}" for line in computed)
        return [f"{period}: expected {len(expected)} lines, computed {len(computed)}: {have or 'none'}"]
    found = []
    keys = ("component", "step", "quantity_kwh", "amount_yuan")
    for at, (wanted, line) in enumerate(zip(expected, computed, strict=True), start=1):
        for key, want in zip(keys, wanted, strict=True):
            if want != getattr(line, key):
                found.append(f"{period}: line {at}: {key}: expected {want}, computed {getattr(line, key)}")
    return found
