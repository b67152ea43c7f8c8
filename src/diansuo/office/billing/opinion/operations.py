"""Holding a station's month against what another system issued, and keeping what came of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from django.db import transaction

from diansuo.core.rules import RuleBook
from diansuo.core.tariff import Freeze
from diansuo.core.tariff.comparing import Priced, Split, lines_in_their_kinds, split
from diansuo.core.tariff.what_if import Rows
from diansuo.office.base import bulk
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Comparison, ExternalBill
from diansuo.office.billing.operations import year_start_month
from diansuo.office.billing.opinion.loading import Month, load_month
from diansuo.office.billing.repricing.pricing import reprice
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.place import commercial_place
from diansuo.office.billing.sums import operations as sums

Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Compared:
    """How many bills were held against ours, and how many of them are other bills."""

    bills: int
    differing: int


def compare_month(
    scope: Scope, station_id: int, period: int, *, now: datetime, advance: Advance = lambda _done, _all: None
) -> Compared:
    """Compare a month of a station and keep the causes; what was kept of it before is replaced, all at once."""
    book = priced_book()
    advance(0, 3)
    month = load_month(scope, station_id, period, book, year_start_month(book, period))
    advance(1, 3)
    found = split_of(month, book, commercial_place())
    advance(2, 3)
    with transaction.atomic():
        _forget(station_id, period)
        _keep(month, found, now)
        sums.touch(station_id, period)
    advance(3, 3)
    return Compared(len(month), int((found.difference_fen != 0).sum()))


def compare_stations(
    scope: Scope, period: int, *, now: datetime, advance: Advance = lambda _done, _all: None
) -> Compared:
    """Compare a month of every station within a scope that has bills issued elsewhere, station by station."""
    rows = ExternalBill.objects.filter(scope.limit("customer__station"), period=period)
    stations = sorted(set(rows.values_list("customer__station", flat=True)))
    found = []
    for number, station_id in enumerate(stations):
        found.append(
            compare_month(
                scope,
                station_id,
                period,
                now=now,
                advance=lambda done, every, before=number: advance(
                    before * every + done, len(stations) * every
                ),
            )
        )
    return Compared(sum(one.bills for one in found), sum(one.differing for one in found))


def split_of(month: Month, book: RuleBook, place: str) -> Split:
    """Split a month's differences with the engine that bills."""
    count = len(month)

    def price(rows: Rows) -> Priced:
        return _priced(rows, count, book, place)

    return split(month.rows, month.ours, month.theirs, month.stated, price, month.stored)


def _priced(rows: Rows, count: int, book: RuleBook, place: str) -> Priced:
    """Price the bills that have rows; the engine is told of no others, for it would refuse each of them."""
    asked = np.unique(np.concatenate([rows.of_household, rows.of_commercial]))
    close = replace(
        rows,
        of_household=np.searchsorted(asked, rows.of_household),
        of_commercial=np.searchsorted(asked, rows.of_commercial),
    )
    found = reprice(close, len(asked), Freeze.none(), book, place)
    amount, rate = np.zeros(count, np.int64), np.zeros(count, np.int64)
    priced = np.zeros(count, np.bool_)
    amount[asked], priced[asked] = found.amount_fen, found.priced
    households = None if found.households is None else (found.households.lines, rows.of_household)
    commercial = None
    if found.commercial is not None:
        commercial = (found.commercial.bills.lines, rows.of_commercial)
        rate[rows.of_commercial] = found.commercial.bills.adjustment_rate
    return Priced(amount, priced, lines_in_their_kinds(households, commercial), rate)


def _forget(station_id: int, period: int) -> None:
    Comparison.objects.filter(bill__period=period, bill__customer__station=station_id).delete()


def _keep(month: Month, found: Split, now: datetime) -> None:
    bulk.insert_columns(
        Comparison,
        {
            "bill": month.bill,
            "issued_fen": month.theirs.amount_fen,
            "own_fen": month.ours.amount_fen,
            "cause": found.cause.astype(np.int64),
            "supposed": found.supposed.tolist(),
            "effects": [json.dumps(row) for row in found.effect_fen.tolist()],
            "compared_at": [now] * len(month),
        },
    )
