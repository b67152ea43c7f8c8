"""What an issued bill stands on: the floor above says which consumption is billed, this floor asks.

Metering may not know bills. The app that issues them publishes one condition here, and everything below that must
not move once a bill stands on it (a reading, a settled month) asks it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from diansuo.core.metering.registers import Purpose
from diansuo.office.base.bulk import fetch_columns

_condition: list[str] = []


class NotPublished(RuntimeError):
    """No app has said what an issued bill is; nothing may be changed before it has."""


def publish(condition: str) -> None:
    """Say (from an app's ``ready``) what makes a consumption billed.

    Args:
        condition: SQL that holds for a row of ``metering_consumption`` named ``c`` an issued bill stands on.
    """
    _condition[:] = [condition]


def condition() -> str:
    """Return the SQL condition on ``metering_consumption c``.

    Raises:
        NotPublished: nobody published it.
    """
    if not _condition:
        raise NotPublished(
            "metering.issued.publish has not been called: which consumption is billed is unknown"
        )
    return _condition[0]


def billed_until(points: list[int]) -> dict[int, date]:
    """Return the last day up to which each of these points is billed; points never billed are left out."""
    found: dict[int, date] = {}
    for start in range(0, len(points), 10_000):
        part = points[start : start + 10_000]
        marks = ", ".join(["%s"] * len(part))
        rows = fetch_columns(
            f"SELECT c.point_id, MAX(c.to_date) || '' FROM metering_consumption c "
            f"WHERE c.point_id IN ({marks}) AND c.to_date IS NOT NULL AND {condition()} GROUP BY c.point_id",
            part,
            point="int",
            day="text",
        )
        found.update(zip(rows["point"].tolist(), map(date.fromisoformat, rows["day"]), strict=True))
    return found


def taken_back_days(points: Collection[int]) -> set[tuple[int, date]]:
    """Return (point, day) of readings that issued bills stand on although they lie on another day than the bill ends.

    They were taken back to the fixed day, which may be the day before or after: what was read must not move either.
    """
    found: set[tuple[int, date]] = set()
    wanted = sorted(points)
    for start in range(0, len(wanted), 10_000):
        part = wanted[start : start + 10_000]
        marks = ", ".join(["%s"] * len(part))
        rows = fetch_columns(
            f"""
            SELECT DISTINCT b.point_id, b.read_date || '' FROM metering_takenback b
            JOIN metering_consumption c ON c.point_id = b.point_id AND c.period = b.period
            WHERE b.point_id IN ({marks}) AND {condition()}
            """,
            part,
            point="int",
            day="text",
        )
        found |= set(zip(rows["point"].tolist(), map(date.fromisoformat, rows["day"]), strict=True))
    return found


def is_closed(day: date, purpose: int, until: date | None) -> bool:
    """Tell whether a reading of this day would reach into what is billed up to ``until``.

    An exchange on the very day a bill ends belongs to the next one (core: ``after_settlement_reading``).
    """
    if until is None:
        return False
    joint = purpose in (Purpose.FINAL, Purpose.INITIAL)
    return day < until or (day == until and not joint)


def standing_on(batch: Any, limit: int = 5) -> list[tuple[int, int]]:
    """Return (point, period) of issued bills that stand on readings a batch made or changed, a few of them."""
    rows = fetch_columns(
        f"""
        SELECT DISTINCT c.point_id, c.period FROM metering_consumption c
        LEFT JOIN metering_takenback b ON b.point_id = c.point_id AND b.period = c.period
        JOIN metering_registerreading r ON r.point_id = c.point_id
             AND (r.read_date >= c.from_date AND r.read_date <= c.to_date OR r.read_date = b.read_date)
        WHERE {condition()} AND (r.batch_id = %s OR r.id IN (
            SELECT n.row FROM base_importchange n WHERE n.batch_id = %s AND n.model = 'metering.RegisterReading'))
        ORDER BY c.period, c.point_id LIMIT %s
        """,
        [batch.pk, batch.pk, limit],
        point="int",
        period="int",
    )
    return list(zip(rows["point"].tolist(), rows["period"].tolist(), strict=True))


def of_route(route_id: int, period: int) -> tuple[int, int]:
    """Return how many months of a route's points are billed from this one on, and the last such month (0: none)."""
    rows = fetch_columns(
        f"""
        SELECT COUNT(*), COALESCE(MAX(c.period), 0) FROM metering_consumption c
        JOIN archive_meteringpoint p ON p.id = c.point_id
        WHERE p.route_id = %s AND c.period >= %s AND {condition()}
        """,
        [route_id, period],
        number="int",
        last="int",
    )
    return int(rows["number"][0]), int(rows["last"][0])
