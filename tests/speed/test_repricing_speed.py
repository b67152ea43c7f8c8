"""How fast 100,000 stored household bills are priced again, before and after a change, against the bare kernel.

Nothing here fails on a time. What must be right is that no change makes no difference.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.speed.conftest import CUSTOMERS, run_python

BILL = """
from diansuo.cli import office
office.wake()
from django.utils import timezone
from diansuo.office.base.models import Station
from diansuo.office.billing.models import Bill
from diansuo.office.desk import cycle
if not Bill.objects.exists():
    job = cycle.prepare(
        Station.objects.get(), 202408, issue_date=timezone.localdate(), user=None, now=timezone.now()
    )
    cycle.run(job, clock=timezone.now)
"""
MEASURE = """
import json, time
import numpy as np
from datetime import date
from decimal import Decimal
from diansuo.cli import office
office.wake()
from diansuo.core.tariff import price
from diansuo.core.tariff.kernel import Priced, Rows, price_rows
from diansuo.core.tariff.resolve import resolve
from diansuo.core.tariff.tables import build_tables
from diansuo.core.tariff.what_if import Change
from diansuo.office.base.scope import Scope
from diansuo.office.billing.repricing import queries
from diansuo.office.billing.repricing.loading import load
from diansuo.office.billing.repricing.population import Population
from diansuo.office.billing.repricing.prices import OtherPrices
from diansuo.office.billing.sheets.book import priced_book

scope, population = Scope.everything(), Population(202408, 202408)
rise = OtherPrices(
    rule_id="province/henan/residential_steps", by=Decimal("0.01"), first=date(2024, 7, 1)
)
few = Population(202408, 202408, customers=("410000000000",))
queries.what_if(scope, few, Change(), rise)  # the kernels are compiled

def seconds(work):
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found

same_seconds, same = seconds(lambda: queries.what_if(scope, population, Change()))
whole, answer = seconds(lambda: queries.what_if(scope, population, Change(), rise))
loading, billed = seconds(lambda: load(scope, population, priced_book()))
engine, bills = seconds(lambda: price(billed.rows.households, priced_book()))

inputs, book = billed.rows.households, priced_book()
found = resolve(inputs, book, book.default_place, np.ones(len(inputs), np.bool_))
tables = build_tables(found.schedules, {
    entry.slice_hash: at for at, entry in enumerate(
        {entry.slice_hash: entry for one in found.schedules for entry in one.entries}.values())
})
count, zeros = len(inputs), np.zeros(len(inputs), np.int64)
rows = Rows(found.schedule, inputs.energy_wh, inputs.peak_wh, inputs.valley_wh, inputs.year_to_date_wh,
            inputs.months_in_year, zeros, zeros)
room = Priced(np.empty((count, tables.slots), np.int64), np.empty((count, tables.slots), np.int64),
              np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(count, np.int16))
bare = min(seconds(lambda: price_rows(rows, tables.prices, room))[0] for _ in range(5))
print(json.dumps({
    "bills": len(answer.compared), "refused": len(answer.compared.refused), "whole": whole, "loading": loading,
    "engine": engine, "bare": bare, "same_seconds": same_seconds, "same_fen": same.spread.total_fen,
    "dearer": answer.spread.dearer, "difference_fen": answer.spread.total_fen,
}))
"""


def test_a_big_station_priced_again(big_home: Path) -> None:
    run_python(big_home, BILL)
    done = json.loads(run_python(big_home, MEASURE).stdout)

    assert done["same_fen"] == 0
    assert done["bills"] + done["refused"] >= CUSTOMERS * 0.9
    assert done["difference_fen"] > 0
    print(
        f"\n{done['bills']:,} bills priced before and after: {done['whole']:.2f} s, "
        f"of it loading {done['loading']:.2f} s, one pass of the engine {done['engine']:.3f} s; "
        f"bare kernel {done['bare'] * 1000:.2f} ms, ratio {done['whole'] / done['bare']:,.0f}"
    )
