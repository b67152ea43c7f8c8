"""How the month moved in a station: the middle change of each area and class against its recent months."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import ReferenceType, ref

import numpy as np

from diansuo.core.metering import Findings, history
from diansuo.core.metering.movement import MOVING, NO_LIKE, unlike_the_like
from diansuo.core.metering.terms import rows_of
from diansuo.core.quantity.arrays import Int64
from diansuo.core.tariff.auditing.alike import changes_permille
from diansuo.core.tariff.auditing.rules import ABSENT
from diansuo.office.base import bulk
from diansuo.office.base.models import Job
from diansuo.office.metering import columns, rules

MONTH = """
    SELECT c.point_id, c.total_wh, {to_day} - {from_day}, t.price_class, COALESCE(a.area_id, 0)
    FROM metering_consumption c
    JOIN archive_meteringpoint p ON p.id = c.point_id
    JOIN archive_contractterm t ON t.contract_id = p.contract_id AND t.valid_from < c.to_date
         AND (t.valid_to IS NULL OR t.valid_to >= c.to_date)
    LEFT JOIN archive_pointarea a ON a.point_id = c.point_id AND a.valid_from < c.to_date
         AND (a.valid_to IS NULL OR a.valid_to >= c.to_date)
    WHERE c.period = %s AND p.station_id = %s AND c.status = 0 ORDER BY c.point_id
"""


@dataclass(frozen=True, slots=True)
class Movement:
    """By settled point, unique and ascending: the middle change of its like in thousandths, its class."""

    point: Int64
    usual_permille: Int64
    price_class: Int64


# Of the whole station, so that it does not depend on how the month is cut into chunks, nor on how many points an
# earlier run left unbilled; kept while one run of a job checks them.
_kept: list[tuple[ReferenceType[Job], int, int, Movement]] = []


def without_the_usual(job: Job, period: int, points: Int64, findings: Findings) -> Findings:
    """Leave out what R-HISTORY and R-SPIKE say of points that moved as their like did; asks the settled month."""
    if not np.isin(findings.rule, MOVING).any():
        return findings
    moved = of_month(job, period)
    row = rows_of(moved.point, points)
    known = row >= 0
    usual, residential = np.full(len(points), NO_LIKE, np.int64), np.zeros(len(points), np.bool_)
    usual[known] = moved.usual_permille[row[known]]
    residential[known] = np.isin(moved.price_class[row[known]], columns.RESIDENTIAL)
    return unlike_the_like(findings, usual, residential, rules.thresholds(rules.scheduled_day(period, 1)))


def of_month(job: Job, period: int) -> Movement:
    """Return how the month of a job's station moved, read once while this run goes on."""
    for kept, of_round, of_period, moved in _kept:
        if kept() is job and (of_round, of_period) == (job.round, period):
            return moved
    moved = read(job.station_id, period)
    _kept[:] = [(ref(job), job.round, period, moved)]
    return moved


def read(station_id: int, period: int) -> Movement:
    """Read the settled month of a station and its recent months, and find the middle change of each group."""
    rows = bulk.fetch_columns(
        MONTH.format(from_day=bulk.day_number("c.from_date"), to_day=bulk.day_number("c.to_date")),
        [period, station_id],
        point="int", energy_wh="int", days="int", price_class="int", area="int",
    )  # fmt: skip
    point, first = np.unique(rows["point"], return_index=True)
    now = {name: column[first] for name, column in rows.items()}
    limits = rules.thresholds(rules.scheduled_day(period, 1))
    bounds = (int(point[0]), int(point[-1])) if len(point) else (0, -1)
    past = columns.settled_months(period, *bounds, limits.history_periods)
    known = history(point, columns.month_number(period), past, limits.history_periods)
    usual = changes_permille(
        now["area"], now["price_class"], now["energy_wh"], now["days"],
        known.recent_energy_wh, known.recent_days, least_members=limits.history_least_members,
    )  # fmt: skip
    return Movement(point, np.where(usual == ABSENT, NO_LIKE, usual), now["price_class"])
