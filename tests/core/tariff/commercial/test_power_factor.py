"""The power factor is decided in whole numbers, and its rate is the one of the table, to the last row and below."""

from __future__ import annotations

from datetime import date
from math import isqrt

import numpy as np
import pytest

from diansuo.core.quantity.arrays import WrongColumn
from diansuo.core.quantity.money import ENERGY_LIMIT_WH, AmountTooLarge
from diansuo.core.rules import Entry, RuleBook, ValueAbsent
from diansuo.core.tariff.commercial import NO_POWER_FACTOR
from diansuo.core.tariff.commercial.power_factor import (
    POWER_LIMIT,
    adjustment_rates,
    power_factor_hundredths,
    rate_units,
    reactive_total_varh,
    standards_of,
)
from diansuo.office.config.rulebook_files import load
from tests.core.tariff.commercial.adjustment_table import ROWS
from tests.core.tariff.commercial.books_of import book_of, document, entry


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return book_of()


@pytest.fixture(scope="module")
def table(book: RuleBook) -> Entry:
    return book.in_force("national/power_factor/adjustment", date(2024, 6, 1))


def factor_of(active: int, reactive: int) -> int:
    return int(power_factor_hundredths(np.array([active]), np.array([reactive]))[0])


@pytest.mark.parametrize(("column", "standard"), [(1, 90), (2, 85), (3, 80)])
def test_every_rate_is_that_of_the_whole_table_of_its_standard(
    table: Entry, column: int, standard: int
) -> None:
    rates = adjustment_rates(table, standard)
    assert len(ROWS) == 76
    for row in ROWS:
        assert rates[int(row[0].replace(".", ""))] == rate_units(row[column])


@pytest.mark.parametrize(("standard", "at_025"), [(90, 9500), (85, 8500), (80, 7500)])
def test_below_the_table_every_hundredth_adds_two_per_cent(table: Entry, standard: int, at_025: int) -> None:
    rates = adjustment_rates(table, standard)
    assert [int(rates[n]) for n in range(25, -1, -1)] == [at_025 + 200 * below for below in range(26)]


def test_a_reduced_standard_takes_nothing_off_and_adds_as_before(table: Entry) -> None:
    plain, reduced = adjustment_rates(table, 85), adjustment_rates(table, 85, reduced=True)
    assert (reduced[86:] == 0).all()
    assert (plain[86:] < 0).all()
    np.testing.assert_array_equal(reduced[:86], plain[:86])


@pytest.mark.parametrize(
    ("factor", "percents"),
    [
        (60, (25, 15, 10)),
        (66, (14, "9.5", 7)),
        (32, (81, 71, 61)),
        (94, ("-0.60", "-1.10", "-1.30")),
        (93, ("-0.45", "-0.95", "-1.30")),
    ],
)
def test_published_rates_p20(table: Entry, factor: int, percents: tuple[object, ...]) -> None:
    found = [int(adjustment_rates(table, standard)[factor]) for standard in (90, 85, 80)]
    assert found == [rate_units(str(percent)) for percent in percents]


def test_a_standard_without_a_column_is_refused(table: Entry) -> None:
    assert standards_of(table) == (90, 85, 80)
    with pytest.raises(LookupError, match=r"0\.70"):
        adjustment_rates(table, 70)


def test_an_unknown_step_below_the_table_is_absent_and_never_zero() -> None:
    open_ended = document(
        "national/power_factor/adjustment",
        "power_factor_table",
        body=entry(
            standards=["0.90"],
            rows=[["1.00", "-0.75"], *[[row[0], row[1]] for row in ROWS[1:]]],
            below_each="2",
        ),
    )
    held = book_of(table=open_ended).in_force("national/power_factor/adjustment", date(2024, 6, 1))
    without = Entry(**{**held.__dict__, "values": {**held.values, "below_each": None}})
    with pytest.raises(ValueAbsent, match="below_each"):
        adjustment_rates(without, 90)


@pytest.mark.parametrize(
    ("active", "reactive", "expected"),
    [
        (40_000, 30_000, 80),
        (40_000, 39_670, 71),
        (120_000, 55_000, 91),
        (120_000, 52_000, 92),
        (150_000, 62_000, 92),
        (1000, 0, 100),
        (1, 10**10, 0),
        (0, 5, 0),
        (0, 0, NO_POWER_FACTOR),
    ],
)
def test_published_power_factors(active: int, reactive: int, expected: int) -> None:
    assert factor_of(active, reactive) == expected
    assert factor_of(active * 1000, reactive * 1000) == expected


def test_no_whole_energies_lie_exactly_on_half_a_hundredth() -> None:
    for odd in range(1, 200, 2):
        assert isqrt(200**2 - odd**2) ** 2 != 200**2 - odd**2


@pytest.mark.parametrize(
    "active", [1, 999, 123_457, 10**9 + 7, 2**32 + 1, ENERGY_LIMIT_WH - 1, ENERGY_LIMIT_WH]
)
def test_one_varh_decides_the_second_decimal_at_every_border_up_to_four_terawatt_hours(active: int) -> None:
    for hundredths in range(1, 101):
        odd = 2 * hundredths - 1
        last = isqrt(active**2 * (200**2 - odd**2) // odd**2)
        if last + 1 < POWER_LIMIT:
            assert factor_of(active, last) >= hundredths
            assert factor_of(active, last + 1) < hundredths


def test_reactive_energy_of_both_directions_is_added_c7() -> None:
    total = reactive_total_varh(np.array([52_000_000, 52_000_000]), np.array([3_000_000, -3_000_000]))
    assert total.tolist() == [55_000_000, 55_000_000]


def test_what_has_no_power_factor_is_refused_before_it_is_computed() -> None:
    with pytest.raises(ValueError, match="active_wh: row 1 is negative"):
        power_factor_hundredths(np.array([1, -1]), np.array([0, 0]))
    with pytest.raises(AmountTooLarge, match="reactive_varh"):
        power_factor_hundredths(np.array([1]), np.array([POWER_LIMIT]))
    with pytest.raises(WrongColumn):
        power_factor_hundredths(np.array([1.0]), np.array([1]))


def test_the_shipped_table_is_the_table_written_out_by_hand() -> None:
    shipped = load().in_force("national/power_factor/adjustment", date(2024, 6, 1))
    for column, standard in enumerate((90, 85, 80), start=1):
        rates = adjustment_rates(shipped, standard)
        assert [int(rates[int(row[0].replace(".", ""))]) for row in ROWS] == [
            rate_units(row[column]) for row in ROWS
        ]
