"""What the trail costs the monthly cycle: the same station's month with it and without it, in one run, as a ratio.

Prints figures, the processor's time beside the clock's; fails on none of them. ``conftest`` says how to ask for another
number of customers.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.speed.conftest import CUSTOMERS, run_python
from tests.speed.test_cycle_speed import CYCLE

ROUNDS = 2
WITHOUT = "office.wake()\nfrom diansuo.office.base.trail import watch\nwatch.watch_of().quiet = True"
VERIFY = """
import json, time
from diansuo.cli import office
office.wake()
from diansuo.office.base.trail import verifying
began = time.process_time()
report = verifying.verify()
print(json.dumps({
    "processor": time.process_time() - began, "entries": report.entries, "compared": report.rows.compared,
    "not_provable": report.rows.not_provable, "findings": len(report.findings)}))
"""


def test_the_trails_share_of_a_month(big_home: Path, tmp_path: Path) -> None:
    scripts = {"without": CYCLE.replace("office.wake()", WITHOUT), "with": CYCLE}
    best = {name: {"seconds": float("inf"), "processor": float("inf")} for name in scripts}
    home = tmp_path / "home"
    for _ in range(ROUNDS):
        for name, script in scripts.items():
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(big_home, home)
            figures = json.loads(run_python(home, script).stdout)
            best[name] = {each: min(best[name][each], figures[each]) for each in best[name]}
    verified = json.loads(run_python(home, VERIFY).stdout)

    print(f"\ncycle of {CUSTOMERS:,} residential customers, the best of {ROUNDS}:")
    for name, figures in best.items():
        print(
            f"  {name} the trail: {figures['seconds']:.2f} s, of the processor {figures['processor']:.2f} s"
        )
    share = {each: best["with"][each] / best["without"][each] - 1 for each in ("seconds", "processor")}
    print(
        f"  the trail costs {share['processor']:+.1%} of the processor, {share['seconds']:+.1%} by the clock"
    )
    print(
        f"  verifying {verified['entries']:,} entries: {verified['processor']:.2f} s of the processor; of batches "
        f"{verified['compared']:,} compared, {verified['not_provable']:,} not provable"
    )
    assert verified["entries"] > 0
    assert verified["findings"] == 0
