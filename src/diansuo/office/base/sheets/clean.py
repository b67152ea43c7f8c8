"""Cells as exports write them, made into values: full width, stray blanks, several date forms, units after numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from diansuo.office.base.sheets.columns import Column, ColumnKind, normal


class Unreadable(ValueError):
    """A cell that is not what its column holds: the reason and the remedy."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy


_BLANK_IN_CHINESE = re.compile(r"(?<=[\u2e80-\u9fff])\s+(?=[\u2e80-\u9fff])")
_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?|[+-]?\.\d+)(?:元|kwh|kw|kva|度|千瓦时|千伏安)?", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?e[+-]?\d+", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})月?")
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})


def clean_text(text: str) -> str:
    """Return text half width, trimmed, without the blanks that pad Chinese names (王 五 → 王五)."""
    if text.isascii():
        return " ".join(text.split()) if " " in text or "\t" in text or "\n" in text else text
    flat = " ".join(unicodedata.normalize("NFKC", text).split())
    return _BLANK_IN_CHINESE.sub("", flat)


def parse_decimal(text: str) -> Decimal:
    """Return a number; thousands separators and a unit behind it are taken off."""
    match = _NUMBER.fullmatch(text.replace(",", "").replace(" ", ""))
    if match is None:
        raise Unreadable(_("不是数字"), _("只填数字，如 1234.56"))
    try:
        return Decimal(match[1])
    except InvalidOperation as problem:
        raise Unreadable(_("不是数字"), _("只填数字，如 1234.56")) from problem


def parse_int(text: str) -> int:
    """Return a whole number."""
    number = parse_decimal(text)
    if number != number.to_integral_value():
        raise Unreadable(_("不是整数"), _("填整数"))
    return int(number)


def parse_id(text: str) -> str:
    """Return a number that names something, digits and leading zeros as they stand."""
    if _SCIENTIFIC.fullmatch(text):
        raise Unreadable(_("编号被 Excel 改成了数值，末几位已丢失"), _("将该列设为“文本”后重新导出"))
    return text.replace(" ", "")


def parse_date(text: str) -> date:
    """Return a day written in one of the usual forms, or as Excel's day number."""
    match = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    if match:
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            match = None
    elif re.fullmatch(r"[3-6]\d{4}", text):
        return _EXCEL_DAY_ZERO + timedelta(days=int(text))
    raise Unreadable(_("不是日期"), _("写成 2024-08-01"))


def parse_month(text: str) -> int:
    """Return a billing month as YYYYMM."""
    match = _MONTH.fullmatch(text)
    if match is None or not 1 <= int(match[2]) <= 12:
        raise Unreadable(_("不是年月"), _("写成 202408 或 2024-08"))
    return int(match[1]) * 100 + int(match[2])


_PARSERS: dict[str, Callable[[str], Any]] = {
    ColumnKind.TEXT: str,
    ColumnKind.ID: parse_id,
    ColumnKind.INTEGER: parse_int,
    ColumnKind.DECIMAL: parse_decimal,
    ColumnKind.DATE: parse_date,
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
        if text in _ERRORS:
            raise Unreadable(_("单元格是错误值"), _("在 Excel 中改正后重新导出"))
        return parse(text)

    return lru_cache(maxsize=4096)(guarded)
