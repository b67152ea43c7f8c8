"""A month at a small station, for the tests of the cycle: open registers, read them, run, and see who is held."""

from __future__ import annotations

from datetime import date
from typing import Any

from diansuo.office.archive.models import Meter, MeteringPoint
from diansuo.office.base import revision
from diansuo.office.base.models import Job, Station
from diansuo.office.desk import cycle, queries
from diansuo.office.metering.models import RegisterReading
from tests.office.metering import builder


def read(point: MeteringPoint, period: int, kwh: float, register: int = 0) -> None:
    """Store a register of the 1st of a month."""
    read_on(point, date(period // 100, period % 100, 1), kwh, register, period)


def read_on(
    point: MeteringPoint, day: date, kwh: float, register: int = 0, period: int | None = None
) -> None:
    """Store a register of a day; of no month, it is a special reading."""
    RegisterReading.objects.create(
        point=point,
        meter=Meter.objects.filter(installations__point=point).distinct().get(),
        register=register,
        read_date=day,
        register_wh=round(kwh * 1000),
        period=period,
    )


def run(station: Station, period: int, until: str = "", *, day: int = 3) -> Job:
    job = cycle.prepare(
        station,
        period,
        issue_date=date(period // 100, period % 100, day),
        user=None,
        now=builder.NOW,
        until=until,
    )
    return cycle.run(job, clock=lambda: builder.NOW)


def rerun(station: Station, period: int) -> Job:
    """Run a month again after something it stands on has changed."""
    revision.bump([station.pk])
    return run(station, period)


def opened_household(station: Station, number: str, **options: Any) -> MeteringPoint:
    """Make a household whose register was opened on 1 July 2024 at 1,000 kWh."""
    point = builder.household(station, number, f"M{number}", **options)
    read(point, 202407, 1000)
    return point


def reasons(job: Job) -> dict[str, list[str]]:
    return {
        row.number: [words.title for words in row.findings]
        for row in queries.held(builder.ALL, job_id=job.pk)
    }
