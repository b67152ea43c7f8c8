"""What a station's month of bills issued elsewhere comes to beside ours: read in columns, kept while nothing changes.

The page of such bills asks for it at every look; a month of a county is a million rows on either side.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import numpy as np
from django.db import connection

from diansuo.core.quantity.arrays import Int64
from diansuo.office.base import bulk
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import ExternalBill
from diansuo.office.billing.opinion.models import Comparison
from diansuo.office.billing.sums import queries as sums

KEPT: Final = 1024
"""Station-months; each is a few hundred bytes."""

# CROSS JOIN keeps SQLite at the station's own customers; by itself it walks the month of the whole county.
THEIRS: Final = """
    SELECT e.id, e.customer_id, e.amount_fen, COALESCE(p.id, 0), COALESCE(p.issued_fen, 0),
           COALESCE(p.own_fen, 0), COALESCE(p.cause, 0), COALESCE(p.supposed, FALSE)
    FROM archive_customer m CROSS JOIN billing_externalbill e
    LEFT JOIN billing_comparison p ON p.bill_id = e.id
    WHERE m.station_id = %s AND e.customer_id = m.id AND e.period = %s
"""
OURS: Final = """
    SELECT k.customer_id, SUM(b.amount_fen)
    FROM archive_customer m CROSS JOIN archive_contract k CROSS JOIN billing_bill b
    WHERE m.station_id = %s AND k.customer_id = m.id AND b.contract_id = k.id AND b.period = %s
    GROUP BY k.customer_id
"""


@dataclass(frozen=True, slots=True)
class OfCause:
    """The bills of a month that one cause moves most; ``gap_fen`` is theirs less ours, ``size_fen`` without signs."""

    cause: int
    bills: int
    gap_fen: int
    size_fen: int
    supposed: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month beside ours, summed.

    Attributes:
        bills: issued elsewhere.
        amount_fen: what they come to.
        both: how many customers of them have bills of ours.
        differing: of those, how many come to another sum.
        gap_fen: theirs less ours of those.
        only_ours: customers whom we billed and the other system did not; 0 at a station that runs alone.
        compared: bills whose causes are kept.
        agreeing: of those, how many were the same.
        outdated: of those, how many have changed on either side since.
        compared_at: when the last were compared.
        causes: one for each cause found.
        first_id: smallest id of the bills, 0 without any.
        last_id: largest one.
    """

    bills: int = 0
    amount_fen: int = 0
    both: int = 0
    differing: int = 0
    gap_fen: int = 0
    only_ours: int = 0
    compared: int = 0
    agreeing: int = 0
    outdated: int = 0
    compared_at: datetime | None = None
    causes: tuple[OfCause, ...] = ()
    first_id: int = 0
    last_id: int = 0


ANY: Final = """
    SELECT 1 FROM archive_customer m CROSS JOIN billing_externalbill e
    WHERE m.station_id = %s AND e.customer_id = m.id AND e.period = %s LIMIT 1
"""
SUMMED: Final = (
    "bills", "amount_fen", "both", "differing", "gap_fen", "only_ours", "compared", "agreeing", "outdated",
)  # fmt: skip


def of_scope(scope: Scope, period: int) -> Month:
    """Return a month of all stations of a scope together."""
    stations = list(scope.stations())
    versions = {station: version for station, _period, version in sums.states(scope, [period])}
    return _together([_of_station(one.pk, period, _state(one, versions.get(one.pk, 0))) for one in stations])


def periods(scope: Scope, *, most: int) -> list[int]:
    """Return the months with bills issued elsewhere to the customers of a scope, latest first."""
    every: list[int] = []
    while len(every) < most:
        rows = ExternalBill.objects.filter(period__lt=every[-1]) if every else ExternalBill.objects.all()
        latest = rows.order_by("-period").values_list("period", flat=True).first()
        if latest is None:
            break
        every.append(latest)
    if scope.station_ids is None or not every:
        return every
    held = [_periods_of(one.pk, tuple(every), one.revision) for one in scope.stations()]
    return sorted({period for months in held for period in months}, reverse=True)


@lru_cache(maxsize=KEPT)
def _periods_of(station_id: int, every: tuple[int, ...], _revision: int) -> tuple[int, ...]:
    found = []
    with connection.cursor() as cursor:
        for period in every:
            cursor.execute(ANY, [station_id, period])
            if cursor.fetchone():
                found.append(period)
    return tuple(found)


def _state(station: Station, version: int) -> tuple[Any, ...]:
    """Return what changes with imports and withdrawals, our bills, the comparison, and the way of running."""
    return station.revision, version, station.mode


@lru_cache(maxsize=KEPT)
def _of_station(station_id: int, period: int, state: tuple[Any, ...]) -> Month:
    theirs = bulk.fetch_columns(
        THEIRS, [station_id, period],
        bill="int", customer="int", amount_fen="int", comparison="int", issued_fen="int", own_fen="int", cause="int",
        supposed="bool",
    )  # fmt: skip
    ours = bulk.fetch_columns(OURS, [station_id, period], customer="int", amount_fen="int")
    known, own_fen = _beside(theirs["customer"], ours)
    gap = np.where(known, theirs["amount_fen"] - own_fen, 0)
    beside = state[-1] == Station.Mode.BESIDE
    return Month(
        bills=len(known),
        amount_fen=int(theirs["amount_fen"].sum()),
        both=int(known.sum()),
        differing=int((gap != 0).sum()),
        gap_fen=int(gap.sum()),
        only_ours=int((~np.isin(ours["customer"], theirs["customer"])).sum()) if beside else 0,
        first_id=int(theirs["bill"].min()) if len(known) else 0,
        last_id=int(theirs["bill"].max()) if len(known) else 0,
        **_compared(theirs, known, own_fen),
    )


def _beside(customer: Int64, ours: dict[str, Int64]) -> tuple[Any, Int64]:
    """Return for each customer whether we billed them, and what."""
    order = np.argsort(ours["customer"])
    keys = np.append(ours["customer"][order], -1)
    amounts = np.append(ours["amount_fen"][order], 0)
    at = np.searchsorted(keys[:-1], customer)
    known = keys[at] == customer
    return known, np.where(known, amounts[at], 0)


def _compared(theirs: dict[str, Any], known: Any, own_fen: Int64) -> dict[str, Any]:
    """Sum up what comparing came to."""
    rows = np.flatnonzero(theirs["comparison"])
    if not len(rows):
        return {}
    issued, own, cause = (theirs[name][rows] for name in ("issued_fen", "own_fen", "cause"))
    same = (issued == theirs["amount_fen"][rows]) & known[rows] & (own == own_fen[rows])
    gap = issued - own
    latest = Comparison.objects.get(pk=int(theirs["comparison"].max()))
    return {
        "compared": len(rows),
        "agreeing": int((cause == 0).sum()),
        "outdated": int((~same).sum()),
        "compared_at": latest.compared_at,
        "causes": tuple(
            OfCause(
                each,
                int((cause == each).sum()),
                int(gap[cause == each].sum()),
                int(np.abs(gap[cause == each]).sum()),
                int(theirs["supposed"][rows][cause == each].sum()),
            )
            for each in np.unique(cause[cause > 0]).tolist()
        ),
    }


def _together(months: Iterable[Month]) -> Month:
    found = list(months)
    by_cause: dict[int, list[OfCause]] = {}
    for one in found:
        for cause in one.causes:
            by_cause.setdefault(cause.cause, []).append(cause)
    return Month(
        **{name: sum(getattr(one, name) for one in found) for name in SUMMED},
        compared_at=max((one.compared_at for one in found if one.compared_at), default=None),
        causes=tuple(
            OfCause(
                key,
                *(sum(getattr(one, name) for one in held) for name in OfCause.__slots__ if name != "cause"),
            )
            for key, held in by_cause.items()
        ),
        first_id=min((one.first_id for one in found if one.bills), default=0),
        last_id=max((one.last_id for one in found), default=0),
    )


REMEMBERED: Final = (_of_station, _periods_of)
"""What this process keeps; another database behind the same stations, as in tests, has to clear it."""
