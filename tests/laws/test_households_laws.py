"""Months of a year in which something holds, and the choices a place may make of its terms for households."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.quantity.month import UNKNOWN_DAY
from diansuo.core.tariff import months_with_steps, terms
from diansuo.core.tariff.resolve import day_number
from diansuo.core.tariff.terms import (
    ClosingYear,
    CorrectionYear,
    FreeEnergyForm,
    TransferOfOwnership,
    free_again,
)
from diansuo.core.tariff.year import Spans, months_within
from diansuo.office.config.rulebook_files import load

FIRST, LAST = date(2022, 1, 1), date(2026, 12, 31)
DAYS = st.dates(FIRST, LAST)
KNOWN: dict[str, type[StrEnum] | None] = {
    terms.FREE_ENERGY_FORM: FreeEnergyForm,
    terms.TRANSFER_OF_OWNERSHIP: TransferOfOwnership,
    terms.CORRECTION_YEAR: CorrectionYear,
    terms.CLOSING_YEAR: ClosingYear,
}
NAMED = {value for name, value in vars(terms).items() if name.isupper() and isinstance(value, str)}


def slow(
    first: date | None, end: date | None, spans: list[tuple[date, date]], year: int, season: set[int]
) -> int:
    """Walk every day of the year: a month counts once a day of it, or of its part with steps, has it."""
    opened = first if first and first.year == year else date(year, 1, 1)
    last = end - timedelta(days=1) if end else date(year, 12, 31)
    months = set()
    for from_day, to_day in spans:
        day = max(from_day, date(year, 1, 1))
        while day < min(to_day, date(year + 1, 1, 1)):
            if opened.month <= day.month <= last.month and day.month in season:
                months.add(day.month)
            day += timedelta(days=1)
    return len(months)


@given(
    st.one_of(st.none(), st.dates(date(2024, 1, 1), date(2024, 6, 30))),
    st.one_of(st.none(), st.dates(date(2024, 7, 2), date(2024, 12, 31))),
    st.lists(st.tuples(DAYS, DAYS).filter(lambda pair: pair[0] < pair[1]), max_size=3),
    st.sets(st.integers(1, 12), max_size=12),
)
def test_months_are_counted_as_a_calendar_counts_them(
    first: date | None, end: date | None, spans: list[tuple[date, date]], season: set[int]
) -> None:
    def column(day: date | None) -> np.ndarray:
        return np.array([UNKNOWN_DAY if day is None else day_number(day)])

    held = Spans(
        np.zeros(len(spans), np.int64),
        np.array([day_number(one) for one, _to in spans], np.int64),
        np.array([day_number(to) for _one, to in spans], np.int64),
    )
    mask = sum(1 << (month - 1) for month in season)
    year = (column(first), column(end), np.array([202408]))
    counted = int(months_within(held, *year, season=mask)[0])
    assert counted == slow(first, end, spans, 2024, season)
    assert counted <= int(months_with_steps(*year)[0])


@given(DAYS, st.integers(1, 36))
def test_a_choice_is_free_again_on_the_same_day_so_many_months_later(chosen: date, months: int) -> None:
    free = free_again(chosen, months)
    assert (free.year - chosen.year) * 12 + free.month - chosen.month == months
    assert free.day == chosen.day or (free + timedelta(days=1)).day == 1


def test_every_term_of_the_shipped_place_is_one_the_code_reads() -> None:
    entry = load(None).rule("province/henan/residential_terms").entries[-1]
    assert set(entry.values["parameters"]) == NAMED


@pytest.mark.parametrize(("name", "words"), [(name, words) for name, words in KNOWN.items() if words])
def test_a_choice_that_is_made_is_one_the_code_knows(name: str, words: type[StrEnum]) -> None:
    entry = load(None).rule("province/henan/residential_terms").entries[-1]
    value = entry.values["parameters"][name]["value"]
    assert value is None or value in set(words)
