"""The commercial engine and its slow twin, on seeded random factories: the same lines to the fen."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest

from diansuo.core.quantity.band import Band
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import Component
from diansuo.core.tariff.commercial import (
    NO_POWER_FACTOR,
    NOT_KNOWN,
    CommercialBills,
    CommercialInput,
    price_commercial,
)
from diansuo.core.tariff.commercial.capacity import charged_days
from diansuo.core.tariff.commercial.power_factor import power_factor_hundredths
from diansuo.core.tariff.resolve import day_number, day_of
from diansuo.shadow.charges import charged_days as count_charged_days
from diansuo.shadow.exact import CannotBill
from diansuo.shadow.factory import Factory, Line
from diansuo.shadow.factory_bill import bill
from diansuo.shadow.power_factor import power_factor
from tests.core.tariff.commercial.books_of import (
    PLACE,
    book_of,
    document,
    monthly_sheet,
    parameters,
    place_terms,
)

ROWS = 6000


def book_with(precision: str, zero_active: str, basis: str) -> RuleBook:
    return book_of(
        terms=place_terms(basis),
        sheet=monthly_sheet(),
        settlement=document(
            f"{PLACE}/settlement", "parameters", body=parameters(energy_precision=(precision, "kWh"))
        ),
        policy=document(
            "national/power_factor/policy",
            "parameters",
            body=parameters(zero_active_policy=(zero_active, ["none", "zero"])),
        ),
    )


def random_rows(rows: int, seed: int) -> CommercialInput:
    """Factories of every kind: small and huge, some contradictory, around every change of the rules."""
    random = np.random.default_rng(seed)
    scale = 10 ** random.integers(0, 10, rows)
    band_wh = random.integers(0, 40, (rows, 5)) * scale[:, None]
    band_wh[:, 0] *= random.random(rows) < 0.5
    band_wh[:, 4] *= random.random(rows) < 0.2
    energy_wh = band_wh.sum(axis=1)
    wrong = random.random(rows) < 0.02
    start = [
        date(2024, 1, 1),
        date(2024, 5, 1),
        date(2024, 6, 1),
        date(2025, 7, 1),
        date(2026, 2, 1),
        date(2026, 3, 1),
    ]
    from_day = np.array([day_number(start[at]) for at in random.integers(0, len(start), rows)])
    from_day += random.integers(0, 3, rows) * 7
    month_days = np.where(from_day < day_number(date(2024, 6, 1)), 30, random.integers(28, 32, rows))
    capacity_va = random.integers(0, 50, rows) * 10 ** random.integers(3, 8, rows)
    active_wh = energy_wh * (random.random(rows) < 0.95)
    own = np.where(
        random.random((rows, 5)) < 0.97, random.integers(-5, 2000, (rows, 5)) * 1_000_001, NOT_KNOWN
    )
    days = np.minimum(random.integers(0, 32, rows), month_days)
    return CommercialInput(
        voltage_class=random.choice([2, 3, 3, 4, 5], rows).astype(np.int16),
        two_part=random.random(rows) < 0.8,
        period=random.choice([202401, 202405, 202407, 202508, 202603], rows),
        from_day=from_day,
        to_day=from_day + random.integers(1, 40, rows),
        energy_wh=energy_wh + wrong,
        band_wh=band_wh,
        time_of_use=random.random(rows) < 0.8,
        has_bands=np.ones(rows, np.bool_),
        purchase_mode=random.integers(0, 3, rows).astype(np.int16),
        own_price_nano=own,
        power_factor_standard=random.choice(
            [0, 80, 85, 90, 90, 70], rows, p=[0.1, 0.2, 0.2, 0.2, 0.25, 0.05]
        ).astype(np.int16),
        reduced_standard=random.random(rows) < 0.2,
        active_wh=active_wh,
        reactive_varh=(random.integers(0, 3000, rows) * (active_wh // 1000)) + random.integers(0, 3, rows),
        capacity_method=random.integers(0, 4, rows).astype(np.int16),
        capacity_exempt=random.random(rows) < 0.1,
        capacity_va=capacity_va,
        capacity_va_days=capacity_va * days,
        demand_days=days,
        month_days=month_days,
        contract_demand_w=capacity_va * random.integers(0, 100, rows) // 101,
        demand_w=np.where(
            random.random(rows) < 0.95, capacity_va * random.integers(0, 150, rows) // 103, NOT_KNOWN
        ),
        month_energy_wh=capacity_va * random.integers(0, 521, rows),
    )


def factory_of(inputs: CommercialInput, row: int) -> Factory:
    def kilo(name: str) -> Fraction:
        return Fraction(int(getattr(inputs, name)[row]), 1000)

    own = [
        None if each == NOT_KNOWN else Fraction(each, 10**9) for each in inputs.own_price_nano[row].tolist()
    ]
    return Factory(
        voltage_class=int(inputs.voltage_class[row]),
        two_part=bool(inputs.two_part[row]),
        bill_month=date(int(inputs.period[row]) // 100, int(inputs.period[row]) % 100, 1),
        from_date=day_of(int(inputs.from_day[row])),
        to_date=day_of(int(inputs.to_day[row])),
        energy=kilo("energy_wh"),
        by_period=[Fraction(each, 1000) for each in inputs.band_wh[row].tolist()],
        time_of_use=bool(inputs.time_of_use[row]),
        mode=int(inputs.purchase_mode[row]),
        own_prices=own,
        standard=Fraction(int(inputs.power_factor_standard[row]), 100),
        reduced=bool(inputs.reduced_standard[row]),
        active=kilo("active_wh"),
        reactive=kilo("reactive_varh"),
        method=int(inputs.capacity_method[row]),
        exempt=bool(inputs.capacity_exempt[row]),
        capacity=kilo("capacity_va"),
        capacity_days=kilo("capacity_va_days"),
        demand_days=int(inputs.demand_days[row]),
        month_days=int(inputs.month_days[row]),
        contract_demand=kilo("contract_demand_w"),
        demand=None if inputs.demand_w[row] == NOT_KNOWN else kilo("demand_w"),
        month_energy=kilo("month_energy_wh"),
    )


def lines_by_row(bills: CommercialBills) -> dict[int, list[Line]]:
    lines = bills.lines
    by_row: dict[int, list[Line]] = {}
    for at in range(len(lines)):
        component = Component(lines.component[at])
        divisor = 100 if component is Component.POWER_FACTOR else 1000 * max(1, int(lines.days[at]))
        by_row.setdefault(int(lines.row[at]), []).append(
            (
                component.name.lower(),
                None if lines.band[at] < 0 else Band(lines.band[at]).key,
                Fraction(int(lines.quantity[at]), divisor),
                Fraction(int(lines.price_nano[at]), 10**9),
                Fraction(int(lines.amount_fen[at]), 100),
            )
        )
    return by_row


@pytest.mark.parametrize(
    ("precision", "zero_active", "basis"), [("0.01", "zero", "days_of_use"), ("1", "none", "bill_month")]
)
def test_the_commercial_engine_and_its_twin_agree_on_every_line(
    precision: str, zero_active: str, basis: str
) -> None:
    book = book_with(precision, zero_active, basis)
    inputs = random_rows(ROWS, seed=len(precision))
    bills = price_commercial(inputs, book, PLACE)
    computed = lines_by_row(bills)
    refused = {refusal.row: refusal for refusal in bills.refusals}
    for row in range(ROWS):
        try:
            expected = bill(factory_of(inputs, row), book, PLACE)
        except CannotBill:
            assert row in refused, f"row {row}: the twin has no bill, the engine has"
            assert not bills.priced[row]
            continue
        assert row not in refused, f"row {row}: the engine refused {refused[row]}"
        assert computed.get(row, []) == expected.lines
        assert Fraction(int(bills.amount_fen[row]), 100) == expected.total
        factor = (
            None
            if bills.power_factor[row] == NO_POWER_FACTOR
            else Fraction(int(bills.power_factor[row]), 100)
        )
        assert factor == expected.power_factor
    assert bills.priced.sum() > ROWS // 10
    assert {
        "parts_do_not_match_total",
        "two_part_without_capacity",
        "no_contract_demand",
        "no_demand",
        "no_market_price",
        "value_absent",
        "unknown_standard",
        "price_change_within_period",
    } <= {refusal.code for refusal in bills.refusals}


def test_the_power_factor_agrees_with_a_root_of_sixty_digits_also_at_the_ties() -> None:
    random = np.random.default_rng(215)
    scale = 10 ** random.integers(0, 11, ROWS)
    active, reactive = random.integers(0, 400, ROWS) * scale, random.integers(0, 400, ROWS) * scale
    ties = [
        (11, 2, 60),
        (3, 4, 10**12),
        (4, 3, 10**12),
        (160, 231, 10**9),
        (199, 20, 10**10),
        (24, 7, 1),
        (0, 5, 1),
    ]
    more = np.array(
        [(p * k + nudge, q * k) for p, q, k in ties for nudge in (-1, 0, 1) if p * k + nudge >= 0]
    )
    active, reactive = np.concatenate([active, more[:, 0]]), np.concatenate([reactive, more[:, 1]])
    found = power_factor_hundredths(active, reactive)
    for p, q, hundredths in zip(active.tolist(), reactive.tolist(), found.tolist(), strict=True):
        if p == 0 and q == 0:
            assert hundredths == NO_POWER_FACTOR
        else:
            assert Fraction(hundredths, 100) == power_factor(Fraction(p), Fraction(q)), (p, q)


def test_charged_days_agree_with_a_count_day_by_day() -> None:
    random = np.random.default_rng(30)
    for _ in range(2000):
        month_from = date(2024, 1, 1) + timedelta(days=int(random.integers(0, 400)))
        length = int(random.integers(28, 32))
        offsets = np.sort(random.integers(0, length + 1, 2))
        unit = np.sort(random.integers(-10, length + 10, 2))
        month = (month_from, month_from + timedelta(days=length))
        part = tuple(month_from + timedelta(days=int(each)) for each in offsets)
        served = tuple(month_from + timedelta(days=int(each)) for each in unit)
        month_days = int(random.choice([30, length]))
        expected = count_charged_days(served, part, month, month_days)

        def columns(days: tuple[date, ...]) -> tuple[np.ndarray, np.ndarray]:
            return np.array([day_number(days[0])]), np.array([day_number(days[1])])

        found = charged_days(columns(served), columns(part), columns(month), np.array([month_days]))
        assert found.tolist() == [expected], (served, part, month, month_days)
