"""Bills across changes and years settled anew agree with their slow twins, line by line, on seeded random customers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from diansuo.core.quantity.energy import kwh_from_wh
from diansuo.core.quantity.money import price_from_nano, yuan_from_fen
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import (
    BillingInput,
    Bills,
    Component,
    EarlierBills,
    Freeze,
    Lines,
    price_across_changes,
    settle_year_anew,
)
from diansuo.core.tariff.resolve import changes_within, day_number, day_of
from diansuo.office.config.rulebook_files import load
from diansuo.shadow.exact import CannotBill
from diansuo.shadow.household import Customer, Line
from diansuo.shadow.household_change import CrossedBill, Registers, bill_across_changes, corrections
from tests.core.tariff.placeholders import document, flat, lay_over, periods, settlement, steps, terms

ROWS = 1500
FIRST = day_number(date(2023, 6, 20))


@pytest.fixture(
    scope="module",
    params=[
        ("0.01", "increment", "counted", "bill"),
        ("1", "increment", "not_counted", "bill"),
        ("0.01", "full", "not_counted", "refund_later"),
        ("1", "full", "counted", "refund_later"),
    ],
    ids="-".join,
)
def book(request: pytest.FixtureRequest) -> RuleBook:
    """A book whose every rule changes within the summer of 2023; the numbers are placeholders."""
    precision, form, counts, settled = request.param
    settled_as = {"energy_precision": precision, "step_line_form": form}
    free = {"free_energy_counts_in_steps": counts, "free_energy_form": settled}
    return lay_over(
        load(),
        document("settlement", "parameters", {"2023-01-01": settlement(**settled_as)}),
        document(
            "residential_steps",
            "annual_steps",
            {
                "2023-07-10": steps("0.57", "0.62", "0.87", upper=("2160", "3120")),
                "2023-07-25": steps("0.58", "0.64", "0.9", upper=("2000.5", "3000")),
            },
        ),
        document("residential_time_of_use", "time_of_use_increment", {"2023-07-15": periods("0.031", "-0.11")}),
        document("residential_shared", "flat_price", {"2023-07-12": flat("0.5713")}),
        document(
            "residential_terms",
            "parameters",
            {"2023-01-01": terms(**free), "2023-07-20": terms(min_persons="6", free_energy="12.34", **free)},
        ),
    )  # fmt: skip


def random_rows(rows: int, seed: int) -> BillingInput:
    """Households of every kind, with bills of a day to three months around the changes."""
    random = np.random.default_rng(seed)
    scale = 10 ** random.integers(1, 8, rows)
    energy_wh = random.integers(-5, 1000, rows) * scale // 100
    peak_wh = np.maximum(energy_wh, 0) * random.integers(0, 102, rows) // 100
    from_day = FIRST + random.integers(0, 45, rows)
    price_class = random.choice([1, 2, 3, 7], rows, p=[0.4, 0.4, 0.1, 0.1]).astype(np.int16)
    benefits = (random.random(rows) < 0.4) & ((price_class <= 2) | (random.random(rows) < 0.05))
    months = random.integers(1, 13, rows).astype(np.int16)
    return BillingInput(
        price_class=price_class,
        voltage_class=np.ones(rows, np.int16),
        period=np.full(rows, 202308),
        from_day=from_day,
        to_day=from_day + random.integers(1, 92, rows),
        energy_wh=energy_wh,
        peak_wh=peak_wh,
        valley_wh=np.maximum(energy_wh - peak_wh + random.integers(-3, 4, rows) * 10, 0),
        has_time_of_use=np.ones(rows, np.bool_),
        year_to_date_wh=random.integers(0, 400_000, rows) * 10,
        months_in_year=months,
        persons=random.integers(0, 9, rows).astype(np.int16),
        persons_months=np.where(benefits, random.integers(0, 13, rows) % (months + 1), 0).astype(np.int16),
        heating_months=np.where(benefits, random.integers(0, 5, rows) % (months + 1), 0).astype(np.int16),
        free_months=np.where(benefits, random.integers(0, 4, rows), 0).astype(np.int16),
    )


def random_registers(inputs: BillingInput, book: RuleBook, seed: int) -> Freeze:
    """Frozen registers of half the days of change, one in ten of them beside what the meter can have shown."""
    random = np.random.default_rng(seed)
    row, day = changes_within(inputs, book, book.default_place)
    kept = random.random(len(row)) < 0.5
    row, day = row[kept], day[kept]
    share = (day - inputs.from_day[row]) * 1000 // (inputs.to_day - inputs.from_day)[row]
    share += np.where(random.random(len(row)) < 0.1, random.integers(-400, 400, len(row)), 0)
    columns = {
        name: np.maximum(getattr(inputs, name)[row], 0) for name in ("energy_wh", "peak_wh", "valley_wh")
    }
    return Freeze(row=row, day=day, **{name: column * share // 1000 for name, column in columns.items()})


def customer_of(inputs: BillingInput, row: int) -> Customer:
    periods_read = int(inputs.price_class[row]) in (2, 7)
    return Customer(
        price_class=int(inputs.price_class[row]),
        voltage_class=1,
        from_date=day_of(int(inputs.from_day[row])),
        to_date=day_of(int(inputs.to_day[row])),
        energy_kwh=Decimal(int(inputs.energy_wh[row])) / 1000,
        peak_kwh=Decimal(int(inputs.peak_wh[row])) / 1000 if periods_read else Decimal(0),
        valley_kwh=Decimal(int(inputs.valley_wh[row])) / 1000,
        year_to_date_kwh=Decimal(int(inputs.year_to_date_wh[row])) / 1000,
        months_in_year=int(inputs.months_in_year[row]),
        persons=int(inputs.persons[row]),
        persons_months=int(inputs.persons_months[row]),
        heating_months=int(inputs.heating_months[row]),
        free_months=int(inputs.free_months[row]),
    )


def frozen_of(freeze: Freeze, row: int) -> dict[date, Registers]:
    return {
        day_of(int(freeze.day[at])): tuple(
            Decimal(int(column[at])) / 1000 for column in (freeze.energy_wh, freeze.peak_wh, freeze.valley_wh)
        )
        for at in np.flatnonzero(freeze.row == row)
    }


@dataclass
class ByRow:
    """Lines of each row with the number of their part."""

    lines: dict[int, list[Line]]
    parts: dict[int, list[int]]

    @classmethod
    def of(cls, lines: Lines) -> ByRow:
        by_row = cls({}, {})
        for at in range(len(lines)):
            row = int(lines.row[at])
            by_row.parts.setdefault(row, []).append(int(lines.part[at]))
            by_row.lines.setdefault(row, []).append(
                (
                    Component(lines.component[at]).name.lower(),
                    int(lines.step[at]),
                    kwh_from_wh(lines.quantity_wh[at]),
                    price_from_nano(lines.price_nano[at]),
                    yuan_from_fen(lines.amount_fen[at]),
                    kwh_from_wh(lines.remainder_wh[at]),
                )
            )
        return by_row


def assert_same(bills: Bills, row: int, expected: CrossedBill, on_bill: ByRow, later: ByRow) -> None:
    assert on_bill.lines[row] == expected.bill.lines
    assert on_bill.parts[row] == expected.line_parts
    assert later.lines.get(row, []) == expected.bill.refunds
    assert yuan_from_fen(bills.amount_fen[row]) == expected.bill.total_yuan
    assert kwh_from_wh(bills.energy_wh[row]) == expected.bill.energy_kwh
    assert kwh_from_wh(bills.counted_wh[row]) == expected.bill.counted_kwh
    assert bills.step[row] == expected.bill.step
    at = np.flatnonzero(bills.parts.row == row)
    assert [
        (
            day_of(int(bills.parts.from_day[part])),
            day_of(int(bills.parts.to_day[part])),
            Decimal(int(bills.parts.energy_wh[part])) / 1000,
        )
        for part in at
    ] == expected.parts


def test_bills_across_changes_agree_with_their_twin(book: RuleBook) -> None:
    inputs = random_rows(ROWS, seed=20230710)
    freeze = random_registers(inputs, book, seed=20230725)
    bills = price_across_changes(inputs, book, freeze=freeze)
    on_bill, later = ByRow.of(bills.lines), ByRow.of(bills.refunds)
    refused = {refusal.row for refusal in bills.refusals}
    crossed = 0
    for row in range(len(inputs)):
        try:
            expected = bill_across_changes(customer_of(inputs, row), book, frozen_of(freeze, row))
        except CannotBill:
            assert row in refused, f"row {row}: the twin has no bill, the engine has"
            assert row not in on_bill.lines
            continue
        assert row not in refused, f"row {row}: {[each for each in bills.refusals if each.row == row]}"
        assert_same(bills, row, expected, on_bill, later)
        crossed += len(expected.parts) > 1
    assert crossed > ROWS // 2
    codes = {refusal.code for refusal in bills.refusals}
    assert {"negative_energy", "freeze_contradicts_reading", "no_steps_to_add_to"} <= codes


def year_of_bills(rows: int, book: RuleBook, seed: int) -> tuple[BillingInput, EarlierBills]:
    """Households that close in September 2023, with three bills each before that."""
    random = np.random.default_rng(seed)
    energy_wh = random.integers(0, 120_000, (rows, 4)) * 10
    peak_wh = energy_wh * random.integers(0, 100, (rows, 4)) // 1000 * 10
    days = [date(2023, 6, 1), date(2023, 7, 1), date(2023, 8, 1), date(2023, 9, 1), date(2023, 9, 11)]
    starts = [day_number(day) for day in days]
    price_class, persons = random.integers(1, 3, rows), random.integers(0, 9, rows)
    months, real_months = random.integers(9, 13, rows), random.integers(1, 10, rows)
    persons_months, free_months = random.integers(0, 9, rows), random.integers(0, 2, rows)
    heating_months = random.integers(0, 5, rows)
    year_to_date_wh, bills = np.zeros(rows, np.int64), []
    for at in range(4):
        of_month = months if at < 3 else real_months
        bills.append(
            BillingInput(
                price_class=price_class.astype(np.int16),
                voltage_class=np.ones(rows, np.int16),
                period=np.full(rows, 202306 + at),
                from_day=np.full(rows, starts[at]),
                to_day=np.full(rows, starts[at + 1]),
                energy_wh=energy_wh[:, at].copy(),
                peak_wh=peak_wh[:, at].copy(),
                valley_wh=energy_wh[:, at] - peak_wh[:, at],
                has_time_of_use=np.ones(rows, np.bool_),
                year_to_date_wh=year_to_date_wh.copy(),
                months_in_year=of_month.astype(np.int16),
                persons=persons.astype(np.int16),
                persons_months=np.minimum(persons_months, of_month).astype(np.int16),
                heating_months=np.minimum(heating_months, of_month).astype(np.int16),
                free_months=free_months.astype(np.int16),
            )
        )
        year_to_date_wh += price_across_changes(bills[-1], book).counted_wh
    columns = {
        each.name: np.concatenate([getattr(bill, each.name) for bill in bills[:3]])
        for each in fields(BillingInput)
    }
    return bills[3], EarlierBills(np.tile(np.arange(rows), 3), BillingInput(**columns))


def test_years_settled_anew_agree_with_their_twin(book: RuleBook) -> None:
    last, earlier = year_of_bills(60, book, seed=20230910)
    bills = settle_year_anew(last, earlier, book)
    assert bills.refusals == ()
    on_bill = ByRow.of(bills.lines)
    corrected = 0
    for row in range(len(last)):
        customer = customer_of(last, row)
        before = [customer_of(earlier.inputs, at) for at in np.flatnonzero(earlier.row == row).tolist()]
        own = bill_across_changes(customer, book, {}).bill
        expected = corrections(customer, before, book)
        lines = on_bill.lines[row]
        assert lines[: len(own.lines)] == own.lines
        found: dict[tuple[int, Decimal], tuple[Decimal, Decimal]] = {}
        for component, step, kwh, price, yuan, _ in lines[len(own.lines) :]:
            assert component == "correction"
            kwh_before, yuan_before = found.get((step, price), (Decimal(0), Decimal(0)))
            found[step, price] = kwh_before + kwh, yuan_before + yuan
        assert found == expected
        assert yuan_from_fen(bills.amount_fen[row]) == own.total_yuan + sum(
            (yuan for _, yuan in expected.values()), Decimal(0)
        )
        corrected += bool(expected)
    assert corrected > len(last) // 3
