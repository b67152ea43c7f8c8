"""The columns of tables, declared once: how a value is written on the page and in an exported file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from diansuo.office.base import wording
from diansuo.office.base.masks import Part, masked

Text = Promise | str


class Kind(StrEnum):
    """What a column holds, and so how it is written and aligned."""

    TEXT = "text"
    WORDS = "words"  # a sentence: given room to be read
    CODE = "code"
    COUNT = "count"
    YUAN = "yuan"
    KWH = "kwh"
    KVA = "kva"
    PRICE = "price"
    PERCENT = "percent"
    TENTHS = "tenths"
    PERIOD = "period"
    DAY = "day"
    MOMENT = "moment"


WRITE = {
    Kind.COUNT: wording.count,
    Kind.YUAN: wording.yuan,
    Kind.KWH: wording.kilowatt_hours,
    Kind.KVA: wording.kilovolt_amperes,
    Kind.PRICE: wording.yuan_per_kilowatt_hour,
    Kind.PERCENT: wording.per_cent,
    Kind.TENTHS: wording.tenths,
    Kind.PERIOD: wording.month,
    Kind.DAY: wording.short_day,
    Kind.MOMENT: wording.moment,
}
SCALE = {
    Kind.YUAN: -2,
    Kind.KWH: -3,
    Kind.KVA: -3,
    Kind.PRICE: -9,
    Kind.PERCENT: -2,
    Kind.TENTHS: -3,
}
NUMBERS = {Kind.COUNT, *SCALE}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: where its value stands in the row, its heading and unit, and where a click leads.

    ``labels`` gives the words for coded values, ``tones`` shows them as states (ok, info, warn, bad).
    ``url_name`` with ``url_args`` (names in the row) makes the cell a link. ``part`` says that it holds personal data:
    its cells are masked, on the page and in files, unless :func:`personal.opened` took the mask off for the viewer.
    ``anchor`` is what stands before the row's id where the link leads to a place within its page.
    """

    name: str
    title: Text
    kind: Kind = Kind.TEXT
    unit: Text = ""
    labels: Mapping[Any, Text] | None = None
    tones: Mapping[Any, str] | None = None
    url_name: str = ""
    url_args: tuple[str, ...] = ()
    part: Part | None = None
    anchor: str = ""

    @property
    def css(self) -> str:
        """Return the class of the column's cells."""
        if self.kind in NUMBERS:
            return "number"
        return {Kind.TEXT: "", Kind.WORDS: "words"}.get(self.kind, "short")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as the page shows it."""

    text: str
    column: Column
    url: str = ""
    tone: str = ""


def value_of(row: Any, name: str) -> Any:
    """Return what a row (mapping or object) holds under a name; a dot steps into an object."""
    if isinstance(row, Mapping):
        return row.get(name)
    for part in name.split("."):
        row = getattr(row, part, None)
        if row is None:
            return None
    return row


def cells(columns: Sequence[Column], row: Any) -> list[Cell]:
    """Return a row's cells, in the order of the columns."""
    return [_cell(column, row) for column in columns]


def _cell(column: Column, row: Any) -> Cell:
    value = value_of(row, column.name)
    url = ""
    if column.url_name and value not in (None, ""):
        args = [value_of(row, name) for name in column.url_args]
        if all(arg is not None for arg in args):
            url = reverse(column.url_name, args=args) + _place(column, row)
    return Cell(_written(column, value), column, url, column.tones.get(value, "") if column.tones else "")


def _place(column: Column, row: Any) -> str:
    return f"#{column.anchor}{value_of(row, 'id')}" if column.anchor else ""


def _written(column: Column, value: Any) -> str:
    if column.part:
        value = masked(column.part, value)
    if column.labels is not None:
        return str(column.labels.get(value, value if value is not None else wording.NOTHING))
    if column.kind in WRITE:
        return WRITE[column.kind](value)
    return wording.NOTHING if value in (None, "") else str(value)


def exported(column: Column, value: Any) -> Any:
    """Return a value as an exported file carries it: exact decimals in the column's unit, days, words."""
    if value is None:
        return None
    if column.part:
        return masked(column.part, value)
    if column.labels is not None:
        return str(column.labels.get(value, value))
    if column.kind in SCALE:
        return Decimal(value).scaleb(SCALE[column.kind])
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, (int, date)) and column.kind != Kind.PERIOD:
        return value
    return wording.month(value) if column.kind == Kind.PERIOD else str(value)
