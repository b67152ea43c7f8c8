"""Moving the sums of a station's month, always in the transaction that writes, drops or issues its bills."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import F, QuerySet

from diansuo.office.billing.sums.models import MonthSum

# One statement, which either database keeps whole against another writer of the same month.
DRAFTED = """
    INSERT INTO billing_monthsum
        (station_id, period, issued, unissued, energy_wh, amount_fen, first_contract, last_contract, version)
    VALUES (%s, %s, 0, %s, 0, 0, %s, %s, 1)
    ON CONFLICT (station_id, period) DO UPDATE SET
        unissued = billing_monthsum.unissued + excluded.unissued,
        first_contract = CASE WHEN excluded.first_contract < billing_monthsum.first_contract
                         THEN excluded.first_contract ELSE billing_monthsum.first_contract END,
        last_contract = CASE WHEN excluded.last_contract > billing_monthsum.last_contract
                        THEN excluded.last_contract ELSE billing_monthsum.last_contract END,
        version = billing_monthsum.version + 1
"""
COUNTED = """
    INSERT INTO billing_monthsum
        (station_id, period, issued, unissued, energy_wh, amount_fen, first_contract, last_contract, version)
    SELECT p.station_id, b.period, SUM(CASE WHEN b.state = 1 THEN 1 ELSE 0 END),
           SUM(CASE WHEN b.state = 1 THEN 0 ELSE 1 END),
           SUM(CASE WHEN b.state = 1 THEN b.energy_wh ELSE 0 END),
           SUM(CASE WHEN b.state = 1 THEN b.amount_fen ELSE 0 END),
           MIN(b.contract_id), MAX(b.contract_id), %s
    FROM billing_bill b
    JOIN metering_consumption c ON c.id = b.consumption_id
    JOIN archive_meteringpoint p ON p.id = c.point_id
    GROUP BY p.station_id, b.period
"""


def add_drafts(station_id: int, period: int, count: int, first_contract: int, last_contract: int) -> None:
    """Count new drafts, all of contracts within these bounds."""
    if count:
        with connection.cursor() as cursor:
            cursor.execute(DRAFTED, [station_id, period, count, first_contract, last_contract])


def drop_drafts(station_id: int, period: int, count: int) -> None:
    """Take dropped drafts off; the bounds of the contracts stay, which keeps them true."""
    if count:
        _row(station_id, period).update(unissued=F("unissued") - count, version=F("version") + 1)


def issue(station_id: int, period: int, issued: Iterable[tuple[int, int]]) -> None:
    """Count drafts as issued, each with its Wh and fen."""
    rows = list(issued)
    if rows:
        _row(station_id, period).update(
            issued=F("issued") + len(rows),
            unissued=F("unissued") - len(rows),
            energy_wh=F("energy_wh") + sum(energy_wh for energy_wh, _fen in rows),
            amount_fen=F("amount_fen") + sum(amount_fen for _wh, amount_fen in rows),
            version=F("version") + 1,
        )


def touch(station_id: int, period: int) -> None:
    """Say that something which stands on a month's bills was computed anew (inside the caller's transaction)."""
    _row(station_id, period).update(version=F("version") + 1)


def recount() -> None:
    """Count all months of all stations anew (inside the caller's transaction): for bills written by other hands."""
    after = max(MonthSum.objects.values_list("version", flat=True), default=0) + 1
    MonthSum.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, [after])


def _row(station_id: int, period: int) -> QuerySet[MonthSum]:
    return MonthSum.objects.filter(station=station_id, period=period)
