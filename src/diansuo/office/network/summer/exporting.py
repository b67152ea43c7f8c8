"""The daily lists as text: what ``diansuo export lists`` writes, a row an area or meter, judged or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils import timezone

from diansuo.office.base.cells import Column, exported
from diansuo.office.base.scope import Scope
from diansuo.office.network.summer import listing, queries, rules

LOADS, VOLTAGES, BALANCE = "loads", "voltages", "balance"


def latest_day(scope: Scope) -> date | None:
    """Return the latest day with curves."""
    return queries.latest_day(scope, timezone.localdate())


def rows_of_day(
    scope: Scope, kind: str, day: date, *, station: str = ""
) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
    """Return headings and rows of one list on a day: every area; of the meters those that are low or may be."""
    columns = {
        LOADS: listing.load_columns,
        VOLTAGES: listing.voltage_columns,
        BALANCE: listing.balance_columns,
    }
    shown = listing.exported_columns(columns[kind]())
    headings = tuple(f"{one.title}（{one.unit}）" if one.unit else str(one.title) for one in shown)
    chosen = {one.pk for one in scope.stations_in_part() if not station or one.name == station}
    written = (tuple(_text(one, row) for one in shown) for row in _rows(scope, kind, day, chosen))
    return headings, written


def _rows(scope: Scope, kind: str, day: date, stations: set[int]) -> Iterator[dict[str, Any]]:
    if kind == VOLTAGES:
        found = queries.voltages_on(scope, day).rows
        yield from (listing.voltage_row(one) for one in found if one.station_id in stations)
        return
    limits = rules.thresholds(day)
    for one in queries.areas_on(scope, day):
        if one.station_id in stations:
            yield listing.load_row(one, limits) if kind == LOADS else listing.balance_row(one)


def _text(column: Column, row: dict[str, Any]) -> str:
    value = exported(column, row.get(column.name))
    return "" if value is None else str(value)
