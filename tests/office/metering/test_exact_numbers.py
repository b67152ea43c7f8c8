"""What a column made exact must be: the same as each of its cells read alone, whether text, float or integer."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from diansuo.office.metering.importing.exact import thousandths
from diansuo.office.metering.importing.texts import texts_of

NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=6).map(str)
CELLS = st.one_of(
    NUMBERS,
    st.sampled_from(["", "0", "-0", "1,234.5", "1e3", ".5", "5.", "1.1234567", "9" * 10, "+1", "--1", "午"]),
)


def one(text: str, *, signed: bool) -> tuple[int | None, bool]:
    """Read one cell: its thousandths, and whether it is no number."""
    bare = text.replace(",", "")
    if not bare:
        return None, False
    if not re.fullmatch(r"-?\d{1,9}(\.\d{1,6})?", bare) or (bare.startswith("-") and not signed):
        return None, True
    return int((Decimal(bare) * 1000).quantize(Decimal(1), ROUND_HALF_UP)), False


def column(cells: pl.Series, *, signed: bool) -> list[tuple[int | None, bool]]:
    found = thousandths(cells, signed=signed)
    return list(zip(found.values.to_list(), found.bad.to_list(), strict=True))


@given(st.lists(CELLS, min_size=1), st.booleans())
def test_texts_are_exact_to_the_last_digit(texts: list[str], signed: bool) -> None:
    cells = pl.Series(texts, dtype=pl.String)
    assert column(cells, signed=signed) == [one(text, signed=signed) for text in texts]


@given(st.lists(st.none() | st.floats(min_value=-1e10, max_value=1e10), min_size=1))
def test_floats_say_what_their_text_says(floats: list[float | None]) -> None:
    cells = pl.Series(floats, dtype=pl.Float64)
    assert column(cells, signed=True) == [one(text, signed=True) for text in texts_of(cells)]


@given(st.lists(st.none() | st.integers(-(10**10), 10**10), min_size=1), st.booleans())
def test_whole_numbers_say_what_their_text_says(numbers: list[int | None], signed: bool) -> None:
    cells = pl.Series(numbers, dtype=pl.Int64)
    assert column(cells, signed=signed) == [one(text, signed=signed) for text in texts_of(cells)]


def test_a_binary_number_that_is_none_is_refused_and_a_missing_column_is_empty() -> None:
    cells = pl.Series([float("nan"), float("inf"), 1.0])
    assert column(cells, signed=True) == [(None, True), (None, True), (1000, False)]
    assert column(pl.Series([None, None]), signed=False) == [(None, False), (None, False)]
