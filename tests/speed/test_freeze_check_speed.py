"""What holding readings against the daily freeze (R-FREEZE) costs a month: its share of the cycle's own processor time.

Prints figures; fails on none of them. Every meter has a freeze of every day, which its readings agree with.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.speed.conftest import CUSTOMERS, ROOT, run_python

FREEZE = """
import sys
from diansuo.cli import office
office.wake()
sys.path.insert(0, {root!r})
from tests.speed import big_freeze
big_freeze.beside_the_readings()
"""
CYCLE = """
import json, time
from diansuo.cli import office
office.wake()
from django.utils import timezone
from diansuo.core.metering import checks, freeze_checks
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill
from diansuo.office.desk import cycle
from diansuo.office.metering import freezing
from diansuo.office.metering.models import Finding
spent = {"read": 0.0, "check": 0.0}

def timed(part, work):
    def done(*given):
        began = time.process_time()
        try:
            return work(*given)
        finally:
            spent[part] += time.process_time() - began
    return done

freezing.frozen = timed("read", freezing.frozen)
of_freeze = (freeze_checks.against_freeze, freeze_checks.exchange_day, freeze_checks.exchange_level)
names = [name for name, value in vars(checks).items() if isinstance(value, tuple) and of_freeze[0] in value]
for name in names:
    rules = getattr(checks, name)
    setattr(checks, name, tuple(timed("check", one) if one in of_freeze else one for one in rules))
began = time.process_time()
job = cycle.prepare(Station.objects.get(), 202408, issue_date=timezone.localdate(), user=None, now=timezone.now())
cycle.run(job, clock=timezone.now)
print(json.dumps({
    "processor": time.process_time() - began, **spent, "timed": len(names),
    "issued": Bill.objects.filter(state=Bill.State.ISSUED).count(),
    "findings": Finding.objects.filter(rule__startswith="R-FREEZE").count()}))
"""


def test_the_share_of_the_check_against_the_freeze(big_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(big_home, home)
    run_python(home, FREEZE.format(root=str(ROOT)))
    figures = json.loads(run_python(home, CYCLE).stdout)
    share = (figures["read"] + figures["check"]) / figures["processor"]
    print(
        f"\ncycle of {CUSTOMERS:,} customers with a daily freeze: {figures['processor']:.2f} s of the processor; "
        f"reading it {figures['read']:.3f} s, checking against it {figures['check']:.3f} s: {share:.1%}"
    )
    assert figures["timed"] == 1
    assert figures["findings"] == 0
    assert figures["issued"] > CUSTOMERS * 0.9
