"""What is usual this month in the station: middle changes by area and class, middle prices by class."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import ReferenceType, ref

import numpy as np

from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.month import previous_month
from diansuo.core.tariff.auditing.alike import changes_permille, middle_prices_nano
from diansuo.core.tariff.auditing.thresholds import AuditLimits
from diansuo.office.base import bulk
from diansuo.office.base.models import Job

# Written so that SQLite begins with the station's points, not with the month of every station.
MONTH = """
    SELECT b.id, b.price_class, b.amount_fen, b.energy_wh, c.total_wh, {to_day} - {from_day}, COALESCE(a.area_id, 0),
           COALESCE(l.total_wh, 0), COALESCE({last_to_day} - {last_from_day}, 0)
    FROM archive_meteringpoint p CROSS JOIN metering_consumption c
    JOIN billing_bill b ON b.consumption_id = c.id AND {bill_period} = c.period
    LEFT JOIN archive_pointarea a ON a.point_id = c.point_id AND a.valid_from < b.to_date
         AND (a.valid_to IS NULL OR a.valid_to >= b.to_date)
    LEFT JOIN metering_consumption l ON l.period = %s AND l.point_id = c.point_id AND l.status = 0
    WHERE c.point_id = p.id AND c.period = %s AND p.station_id = %s ORDER BY b.id
"""


@dataclass(frozen=True, slots=True)
class Like:
    """By bill, ascending: the middle change of its like in thousandths, and the middle price of its class."""

    bill: Int64
    ratio_permille: Int64
    middle_nano: Int64

    def of(self, bill: Int64) -> tuple[Int64, Int64]:
        """Return both for these bills, each of which must be there."""
        at = np.searchsorted(self.bill, bill)
        return self.ratio_permille[at], self.middle_nano[at]


@dataclass(frozen=True, slots=True)
class _Kept:
    job: ReferenceType[Job]
    round: int
    period: int
    like: Like


# Of the whole station, so that it does not depend on how the month is cut into chunks; kept while one run of a job
# audits them. A process that was killed simply reads it again.
_kept: list[_Kept] = []


def of_month(job: Job, period: int, limits: AuditLimits) -> Like:
    """Return what is usual in the month of a job's station, read once while this run goes on."""
    for one in _kept:
        if one.job() is job and (one.round, one.period) == (job.round, period):
            return one.like
    like = read(job.station_id, period, limits)
    _kept[:] = [_Kept(ref(job), job.round, period, like)]
    return like


def read(station_id: int, period: int, limits: AuditLimits) -> Like:
    """Read the month's bills, draft or issued, and find the middle of each group."""
    rows = bulk.fetch_columns(
        MONTH.format(
            from_day=bulk.day_number("c.from_date"),
            to_day=bulk.day_number("c.to_date"),
            last_from_day=bulk.day_number("l.from_date"),
            last_to_day=bulk.day_number("l.to_date"),
            bill_period=bulk.unindexed("b.period"),
        ),
        [previous_month(period), period, station_id],
        bill="int", price_class="int", amount_fen="int", billed_wh="int", energy_wh="int", days="int", area="int",
        last_wh="int", last_days="int",
    )  # fmt: skip
    bill, amount, billed = rows.pop("bill"), rows.pop("amount_fen"), rows.pop("billed_wh")
    members = {"least_members": limits.least_members}
    return Like(
        bill,
        changes_permille(**rows, **members),
        middle_prices_nano(rows["price_class"], billed, amount, least_wh=limits.least_wh, **members),
    )
