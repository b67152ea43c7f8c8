"""The audit of 100,000 customers with a past, and how many sudden months it finds in a year of the sandbox.

Prints figures; fails on none of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.speed.conftest import CUSTOMERS, run_python

PAST = """
import time
from datetime import date
import numpy as np
from diansuo.cli import office
office.wake()
from django.db import transaction
from django.utils import timezone
from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base import bulk
from diansuo.office.base.models import Job, Station
from diansuo.office.desk import cycle
from diansuo.office.metering.models import Consumption, Finding
station = Station.objects.get()
job = cycle.prepare(station, 202408, issue_date=timezone.localdate(), user=None, now=timezone.now(), until="bill")
job = cycle.run(job, clock=timezone.now)
points = np.array(MeteringPoint.objects.filter(contract__isnull=False).order_by("id").values_list("id", flat=True))
energy = np.zeros(len(points), np.int64)
settled = dict(Consumption.objects.filter(period=202408).values_list("point", "total_wh"))
energy[:] = [settled.get(point, 0) for point in points.tolist()]
past = [(202307 + at if at < 6 else 202395 + at, at) for at in range(13)]
with transaction.atomic():
    for period, _at in past:
        if period == 202408 or Consumption.objects.filter(period=period).exists():
            continue
        year, month = divmod(period, 100)
        bulk.insert_columns(Consumption, {
            "point": points, "period": [period] * len(points), "job": [job.pk] * len(points),
            "status": [0] * len(points), "from_date": [date(year, month, 1)] * len(points),
            "to_date": [date(year, month, 28)] * len(points), "total_wh": energy,
            **{name: [0] * len(points) for name in ("sharp_wh", "peak_wh", "flat_wh", "valley_wh", "deep_valley_wh",
               "reactive_forward_varh", "reactive_reverse_varh")},
            **{name: [False] * len(points)
               for name in ("has_parts", "has_reactive", "rolled", "exchanged", "estimated")},
        })
began = time.perf_counter()
job = cycle.prepare(station, 202408, issue_date=timezone.localdate(), user=None, now=timezone.now(), until="audit")
job = cycle.run(job, clock=timezone.now)
stage = job.stages.get(name="audit")
print("audit stage", round((stage.finished_at - stage.started_at).total_seconds(), 2), "s", stage.summary)
print("findings", Finding.objects.filter(period=202408, rule__startswith="A-").count())
"""
FLAGS = """
from diansuo.cli import office
office.wake()
from collections import Counter
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import Finding
for period in sorted(set(Bill.objects.values_list("period", flat=True))):
    bills = Bill.objects.filter(period=period).count()
    found = Counter(Finding.objects.filter(period=period).values_list("rule", flat=True))
    sudden = sum(found[rule] for rule in ("A-UP", "A-DOWN", "A-ZERO"))
    print(period, bills, "per 1,000: sudden", round(sudden * 1000 / bills, 1),
          "R-HISTORY", round(found["R-HISTORY"] * 1000 / bills, 1))
"""
DEMO = """
import sys
from diansuo.cli import main
sys.argv = ["diansuo", "demo", "--no-serve", "--customers", "1000", "--months", "15"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""


def test_what_the_audit_of_a_month_costs(big_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = run_python(big_home, PAST).stdout
    with capsys.disabled():
        print(f"\n{CUSTOMERS:,} customers: {told}")


def test_how_many_months_are_called_sudden(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path_factory.mktemp("flags")
    run_python(home, DEMO)
    told = run_python(home, FLAGS).stdout
    with capsys.disabled():
        print(f"\n{told}")
