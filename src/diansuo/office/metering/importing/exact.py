"""Cells of millions of rows made exact thousandths (Wh, mV, W), whole columns at a time, whatever the file holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from diansuo.office.metering.importing.texts import FINEST_DECIMALS

_NUMBER: Final = r"^-?[0-9]{1,9}(?:\.[0-9]{1,6})?$"
_LARGEST: Final = 1e9
"""Nine digits before the point and six behind it are fifteen: a double holds them, and no text needs more."""


@dataclass(frozen=True, slots=True)
class Exact:
    """A column in thousandths (int64, null where there is none) and where a cell holds something that is no number."""

    values: pl.Series
    bad: pl.Series


def thousandths(cells: pl.Series, *, signed: bool) -> Exact:
    """Return cells in thousandths, finer digits rounded half away from zero.

    Args:
        cells: texts, ``""`` or null where empty, with separators of thousands; or numbers. Floats count to
            ``FINEST_DECIMALS`` decimals: a binary fraction has no last digit.
        signed: whether a minus sign is a number's.
    """
    if cells.dtype == pl.Null:
        nothing = pl.repeat(None, len(cells), dtype=pl.Int64, eager=True)
        return Exact(nothing, nothing.is_not_null())
    if cells.dtype.is_float():
        return _of_floats(cells, signed=signed)
    if not cells.dtype.is_integer():
        return _of_texts(cells.cast(pl.String), signed=signed)
    number, most = cells.cast(pl.Int64), int(_LARGEST) - 1
    return _found(number * 1000, number.is_between(-most if signed else 0, most), cells.is_not_null())


def _of_floats(cells: pl.Series, *, signed: bool) -> Exact:
    number = cells.cast(pl.Float64).round(FINEST_DECIMALS)
    size = number.abs()
    good = size < _LARGEST
    if not signed:
        good &= number >= 0
    parts = 10**FINEST_DECIMALS
    frame = pl.DataFrame({"number": number, "good": good})
    exact = (pl.col("number").abs() * parts).round().cast(pl.Int64, strict=False)
    step = parts // 1000
    whole = (exact + step // 2) // step
    signs = pl.when(pl.col("number") < 0).then(-whole).otherwise(whole)
    return _found(frame.select(signs.alias("value")).to_series(), good, cells.is_not_null())


def _of_texts(cells: pl.Series, *, signed: bool) -> Exact:
    text = pl.col("text")
    frame = pl.DataFrame({"text": cells.fill_null("").str.replace_all(",", "", literal=True)})
    good = text.str.contains(_NUMBER)
    if not signed:
        good &= ~text.str.starts_with("-")
    millionths = (text.cast(pl.Float64, strict=False).abs() * 1_000_000).round().cast(pl.Int64, strict=False)
    whole = (millionths + 500) // 1000
    signs = pl.when(text.str.starts_with("-")).then(-whole).otherwise(whole)
    made = frame.select(good.alias("good"), signs.alias("value"), (text != "").alias("given"))
    return _found(made["value"], made["good"], made["given"])


def _found(values: pl.Series, good: pl.Series, given: pl.Series) -> Exact:
    good = good.fill_null(value=False) & given
    bad = given & ~good
    if not good.all():
        values = (
            pl.DataFrame({"value": values, "good": good})
            .select(pl.when(pl.col("good")).then(pl.col("value")))
            .to_series()
        )
    return Exact(values, bad)
