"""How fast a proposal about 100,000 customers is worked out: everyone priced as billed and under new terms.

Nothing here fails on a time. What must be right is that everyone is touched and the energy is twice what it was.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.speed.conftest import CUSTOMERS, run_python
from tests.speed.test_repricing_speed import BILL

MEASURE = """
import json, time
from datetime import date
from diansuo.cli import office
office.wake()
from diansuo.office.archive.models import MeterInstallation
from diansuo.office.archive.terms.changes import TermChange, terms_of
from diansuo.office.base.models import Proposal, Station
from diansuo.office.billing.effects import content

rows = MeterInstallation.objects.filter(valid_to=None, point__contract__isnull=False)
terms = terms_of(
    TermChange(MeterInstallation, pk, {"multiplier": 2 * now}, {"multiplier": now})
    for pk, now in rows.values_list("pk", "multiplier")
)
made = Proposal(
    kind="archive_batch", station=Station.objects.get(), subject="all", terms=terms,
    effective_date=date(2024, 9, 1), reason="measured",
)
few = Proposal(
    kind="archive_batch", station=made.station, subject="one", terms={"changes": terms["changes"][:1]},
    effective_date=made.effective_date, reason="measured",
)
told = []
content.effect_of(few, date(2024, 9, 1), lambda done, total: None)  # the kernels are compiled
began, worked = time.perf_counter(), time.process_time()
effect = content.effect_of(made, date(2024, 9, 1), lambda done, total: told.append((done, total)))
whole, worked = time.perf_counter() - began, time.process_time() - worked
seen = effect.content
print(json.dumps({
    "changes": len(terms["changes"]), "bills": seen["bills"], "refused": sum(count for _code, count in seen["refused"]),
    "customers": effect.customers, "whole": whole, "told": told,
    "worked": worked, "findings": sum(x["count"] for x in seen["findings"]),
    "before_wh": seen["energy_before_wh"], "after_wh": seen["energy_after_wh"], "difference_fen": effect.difference_fen,
}))
"""


def test_a_proposal_about_everyone(big_home: Path) -> None:
    run_python(big_home, BILL)
    done = json.loads(run_python(big_home, MEASURE).stdout)

    assert done["changes"] >= CUSTOMERS
    assert done["bills"] + done["refused"] >= CUSTOMERS * 0.9
    assert abs(done["after_wh"] - 2 * done["before_wh"]) <= 1000 * done["bills"]
    assert done["difference_fen"] > 0
    assert done["told"][-1][0] == done["told"][-1][1]
    print(
        f"\n{done['changes']:,} changed terms, {done['bills']:,} bills priced before and after, audited: "
        f"{done['whole']:.2f} s ({done['worked']:.2f} s of the processor); "
        f"{done['findings']:,} findings would newly fire"
    )
