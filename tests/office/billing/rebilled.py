"""A household billed for four months, and what the tests of corrections ask of it."""

from __future__ import annotations

from typing import Any

from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base.models import Station, User
from diansuo.office.billing.models import Bill, Correction
from diansuo.office.billing.rebilling import operations
from diansuo.office.billing.rebilling.preview import Asked, Preview, preview
from tests.office.desk import months
from tests.office.metering import builder

Kind = Correction.Kind
# Worked example C1: 2160 kWh are the first step of the year; 560, 610 and 860 yuan per 1000 kWh.
READ = {202407: 1000, 202408: 2740, 202409: 3160, 202410: 3610, 202411: 3870}


def billed(station: Station, number: str = "01", **options: Any) -> MeteringPoint:
    """Bill a household's July to October: 1740, 420, 450 and 260 kWh."""
    point = months.opened_household(station, number, **options)
    months.run(station, 202407)
    for period, kwh in list(READ.items())[1:]:
        months.read(point, period, kwh)
        months.run(station, period)
    return point


def asked(point: MeteringPoint, kind: str, first: int, last: int, **facts: Any) -> Asked:
    return Asked(point.pk, kind, first, last, facts)


def seen(wanted: Asked) -> Preview:
    return preview(builder.ALL, wanted, day=builder.NOW.date())


def amounts(found: Preview) -> dict[int, int]:
    return {month.period: month.amount_fen for month in found.months}


def issued(wanted: Asked, proposer: User, approver: User) -> Correction:
    made = operations.propose(builder.ALL, wanted, reason="查实", user=proposer, now=builder.NOW)
    operations.approve(made, user=approver, now=builder.NOW)
    return operations.issue(made, user=approver, now=builder.NOW)


def every_bill() -> list[dict[str, Any]]:
    return list(Bill.objects.order_by("pk").values())
