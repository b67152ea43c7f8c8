"""Pauses of transformers (暂停、减容) held against the rule: too short to be free, or longer than they may be.

Source: 1583号, 2024 规则; domain.md §4.5. Rule: ``national/capacity_change``.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.rules import RuleBook
from diansuo.core.tariff.resolve import day_number, day_of
from diansuo.office.billing.commercial.loading import FAR, Transformers
from diansuo.office.billing.commercial.losses import Refused
from diansuo.office.billing.commercial.rules import entry_on, value_of

Int64 = npt.NDArray[np.int64]

RULE: Final = "national/capacity_change"
SHORT: Final = "short_pause"
TOO_MUCH: Final = "pause_limit"
TOO_LONG: Final = "pause_too_long"


@dataclass(frozen=True, slots=True)
class Pause:
    """A transformer at rest: from the day it was sealed until it runs again, ``FAR`` while it rests."""

    contract: int
    number: str
    at: int
    from_day: int
    to_day: int


def pauses_of(transformers: Transformers) -> list[Pause]:
    """Return the gaps between the stretches of each transformer, and the rest of one that no longer runs."""
    found = []
    for at in range(len(transformers.contract)):
        end = int(transformers.to_day[at])
        key = transformers.contract[at], transformers.number[at]
        follows = at + 1 < len(transformers.contract) and key == (
            transformers.contract[at + 1],
            transformers.number[at + 1],
        )
        resumed = int(transformers.from_day[at + 1]) if follows else FAR
        if end < resumed:
            found.append(Pause(int(key[0]), str(key[1]), at, end, resumed))
    return found


def short(pause: Pause, book: RuleBook) -> Decimal | None:
    """Return the least days of a pause where this one, over by now, has fewer: its days are charged; else None."""
    least = value_of(entry_on(book, RULE, pause.from_day), "minimum")
    if least is None or pause.to_day == FAR or pause.to_day - pause.from_day >= Decimal(least):
        return None
    return Decimal(least)


def charged_transformers(transformers: Transformers, pauses: list[Pause], book: RuleBook) -> Transformers:
    """Return the transformers as they are charged: pauses that were too short run through."""
    through = [pause for pause in pauses if short(pause, book) is not None]
    if not through:
        return transformers
    at = np.array([pause.at for pause in through], dtype=np.int64)
    columns = {
        each.name: np.concatenate([getattr(transformers, each.name), getattr(transformers, each.name)[at]])
        for each in fields(Transformers)
    }
    columns["from_day"][-len(at) :] = [pause.from_day for pause in through]
    columns["to_day"][-len(at) :] = [pause.to_day for pause in through]
    order = np.argsort(columns["contract"], kind="stable")
    return Transformers(**{name: column[order] for name, column in columns.items()})


def warnings_of(
    rows: Int64, contract: Int64, from_day: Int64, to_day: Int64, pauses: list[Pause], book: RuleBook
) -> list[Refused]:
    """Return what somebody should look at in these months, each once: in the month in which it comes about."""
    by_contract: dict[int, list[Pause]] = {}
    for pause in pauses:
        by_contract.setdefault(pause.contract, []).append(pause)
    found = []
    for row in rows.tolist():
        mine = by_contract.get(int(contract[row]), [])
        first, end = int(from_day[row]), int(to_day[row])
        for pause in mine:
            least = short(pause, book)
            if least is not None and first < pause.to_day <= end:
                days = {"days": pause.to_day - pause.from_day, "minimum": str(least)}
                found.append(Refused(row, SHORT, {"number": pause.number, **days}))
            most = _months(book, pause.from_day, "maximum")
            if most and pause.to_day > (last := _after(pause.from_day, most)) and first < last <= end:
                found.append(Refused(row, TOO_LONG, {"number": pause.number, "months": most}))
        for number in sorted({pause.number for pause in mine}):
            of_one = [pause for pause in mine if pause.number == number]
            most = _months(book, first, "pause_limit_a_year")
            if most and _beyond(of_one, end, most) and not _beyond(of_one, first, most):
                found.append(Refused(row, TOO_MUCH, {"number": number, "months": most}))
    return found


def _months(book: RuleBook, day: int, name: str) -> int:
    value = value_of(entry_on(book, RULE, day), name)
    return int(Decimal(value)) if value else 0


def _beyond(pauses: list[Pause], until: int, months: int) -> bool:
    """Tell whether pauses of the calendar year up to a day come to more than so many twelfths of it."""
    year = day_of(until - 1).year
    start = day_number(date(year, 1, 1))
    # One that never ended and began in an earlier year is a transformer that was taken away.
    counted = [pause for pause in pauses if pause.to_day != FAR or pause.from_day >= start]
    days = sum(max(0, min(pause.to_day, until) - max(pause.from_day, start)) for pause in counted)
    return days * 12 > months * (366 if isleap(year) else 365)


def _after(day: int, months: int) -> int:
    start = day_of(day)
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return day_number(date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])))
