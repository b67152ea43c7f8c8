"""How long the losses of 100,000 customers take: a month of daily freezes, from the lake's files to classified losses.

Prints the figures and their ratio to reading the same columns once; no test fails on a time.
"""

from __future__ import annotations

from pathlib import Path

from tests.speed.conftest import CUSTOMERS, ROOT, run_python

DAYS = 30
LIMIT_S = 2.0

FREEZE = """
import sys
from diansuo.cli import office
office.wake()
sys.path.insert(0, {root!r})
from tests.speed import big_freeze
big_freeze.build({days})
"""

MEASURE = """
import sys, time
from datetime import date
from diansuo.cli import office
office.wake()
sys.path.insert(0, {root!r})
from tests.speed import big_freeze
for line in big_freeze.measure({days}):
    print(line)
"""


def test_losses_of_a_month_from_the_lake(big_home: Path) -> None:
    run_python(big_home, FREEZE.format(root=str(ROOT), days=DAYS))
    done = run_python(big_home, MEASURE.format(root=str(ROOT), days=DAYS))
    print(f"\nlosses of {CUSTOMERS:,} customers × {DAYS} days (promised: at most {LIMIT_S} s)")
    print(done.stdout)
    assert "classified" in done.stdout
