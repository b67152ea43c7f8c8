"""Cells as exports write them, made into values: full width, stray blanks, several date forms, units after numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from diansuo.office.base.sheets.cell_scan import ERRORS
from diansuo.office.base.sheets.columns import Column, ColumnKind, normal


class Unreadable(ValueError):
    """A cell that is not what its column holds: the reason and the remedy."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy


_CHINESE = "\u2e80-\u9fff\U00020000-\U0003ffff"
_BLANK_IN_CHINESE = re.compile(rf"(?<=[{_CHINESE}])\s+(?=[{_CHINESE}])")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_NUMBER = re.compile(
    r"¥?\s?([+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|[+-]?\.[0-9]+)"
    r"\s?(?:元|kwh|kw|kva|kvarh|kvar|度|千瓦时|千瓦|千伏安|v|a)?",
    re.IGNORECASE,
)
_DIGITS_AT_MOST = 28  # beyond, Decimal's own arithmetic would round
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?e[+-][0-9]+", re.IGNORECASE)
_QUOTED_FOR_EXCEL = re.compile(r'="([^"]*)"')
_TIME = r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_DATE = re.compile(rf"([0-9]{{4}})[-/.年]([0-9]{{1,2}})[-/.月]([0-9]{{1,2}})日?{_TIME}")
_CLOCK = re.compile(r"(.*?)(?:日|[ T]) ?([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?")
_COMPACT_MOMENT = re.compile(r"([0-9]{8})([0-9]{2})([0-9]{2})([0-9]{2})")
_COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_EXCEL_DAY = re.compile(r"([3-6][0-9]{4})(?:\.[0-9]+)?")
_MONTH = re.compile(r"([0-9]{4})(?:[-/.年]([0-9]{1,2})月?|([0-9]{2}))")
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_YEARS = range(1900, 2200)


def clean_text(text: str) -> str:
    """Return text half width, trimmed, without the blanks that pad Chinese names (王 五 → 王五)."""
    if text.isascii():
        words = text.split()
        return text if len(words) == 1 and len(words[0]) == len(text) else " ".join(words)
    return _clean_wide(text)


@lru_cache(maxsize=16_384)
def _clean_wide(text: str) -> str:
    flat = " ".join(unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).split())
    return _BLANK_IN_CHINESE.sub("", flat) if " " in flat else flat


def parse_decimal(text: str) -> Decimal:
    """Return a number; thousands separators and a unit behind it are taken off.

    Raises:
        Unreadable: not a number, or one of more digits than any register or amount has.
    """
    match = _NUMBER.fullmatch(text)
    digits = match[1].replace(",", "") if match else ""
    if not digits or len(digits) > _DIGITS_AT_MOST:
        raise Unreadable(_("不是数字"), _("只填数字，如 1234.56"))
    return Decimal(digits)


def parse_int(text: str) -> int:
    """Return a whole number."""
    number = parse_decimal(text)
    if number != number.to_integral_value():
        raise Unreadable(_("不是整数"), _("填整数"))
    return int(number)


def parse_id(text: str) -> str:
    """Return a number that names something, digits and leading zeros as they stand.

    The marks by which exports keep Excel from counting (``'0041``, ``="0041"``) are taken off.
    """
    if _SCIENTIFIC.fullmatch(text):
        raise Unreadable(_("编号被 Excel 改成了数值，末几位已丢失"), _("将该列设为“文本”后重新导出"))
    quoted = _QUOTED_FOR_EXCEL.fullmatch(text)
    return (quoted[1] if quoted else text).replace(" ", "").removeprefix("'")


def parse_date(text: str) -> date:
    """Return a day written in one of the usual forms, or as Excel's day number."""
    match = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    if match and int(match[1]) in _YEARS:
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            pass
    elif serial := _EXCEL_DAY.fullmatch(text):
        return _EXCEL_DAY_ZERO + timedelta(days=int(serial[1]))
    raise Unreadable(_("不是日期"), _("写成 2024-08-01"))


def parse_moment(text: str) -> datetime:
    """Return a civil day and time of day, to the second; a day alone is its midnight, as Excel writes one.

    Raises:
        Unreadable: not a day, or not a time of day.
    """
    match = _CLOCK.fullmatch(text) or _COMPACT_MOMENT.fullmatch(text)
    try:
        if match is None:
            return datetime.combine(parse_date(text), time())
        clock = time(int(match[2]), int(match[3]), int(match[4] or 0))
        return datetime.combine(parse_date(match[1]), clock)
    except ValueError:
        raise Unreadable(_("不是日期和时刻"), _("写成 2024-08-01 02:10:05")) from None


def parse_month(text: str) -> int:
    """Return a billing month as YYYYMM; Excel makes 2024-08 the first day of the month."""
    match = _MONTH.fullmatch(text)
    if match:
        year, month = int(match[1]), int(match[2] or match[3])
        if year in _YEARS and 1 <= month <= 12:
            return year * 100 + month
    else:
        first = _first_day(text)
        if first:
            return first.year * 100 + first.month
    raise Unreadable(_("不是年月"), _("写成 202408 或 2024-08"))


def _first_day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except Unreadable:
        return None
    return day if day.day == 1 else None


_PARSERS: dict[str, Callable[[str], Any]] = {
    ColumnKind.TEXT: str,
    ColumnKind.ID: parse_id,
    ColumnKind.INTEGER: parse_int,
    ColumnKind.DECIMAL: parse_decimal,
    ColumnKind.DATE: parse_date,
    ColumnKind.MOMENT: parse_moment,
    ColumnKind.MONTH: parse_month,
}


def parser_of(column: Column) -> Callable[[str], Any]:
    """Return the function that reads this column's cells; the same text is read once."""
    if column.kind == ColumnKind.CHOICE:
        table = {normal(text): value for text, value in (column.choices or {}).items()}
        offered = "、".join(column.listed or list(column.choices or {}))

        def choose(text: str) -> Any:
            try:
                return table[normal(text)]
            except KeyError:
                raise Unreadable(_("没有这个选项"), _("可填：%(choices)s") % {"choices": offered}) from None

        parse: Callable[[str], Any] = choose
    else:
        parse = _PARSERS[column.kind]

    def guarded(text: str) -> Any:
        if text in ERRORS:
            raise Unreadable(_("单元格是错误值"), _("在 Excel 中改正后重新导出"))
        return parse(text)

    if column.kind in (ColumnKind.TEXT, ColumnKind.ID):  # mostly all different
        return guarded
    return lru_cache(maxsize=4096)(guarded)
