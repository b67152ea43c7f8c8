"""A month of bills issued elsewhere held against ours, one in twenty wrong: what it costs beside pricing it once.

Prints figures; fails on none of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.speed.conftest import CUSTOMERS, run_python

COMPARED = """
import time
from diansuo.cli import office
office.wake()
import numpy as np
from django.utils import timezone
from diansuo.core.tariff import Freeze
from diansuo.office.archive.models import Contract
from diansuo.office.base import bulk
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill, Comparison, ExternalBill
from diansuo.office.billing.opinion import operations
from diansuo.office.billing.opinion.loading import load_month
from diansuo.office.billing.operations import year_start_month
from diansuo.office.billing.repricing.pricing import reprice
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.place import commercial_place
from diansuo.office.desk import cycle
station = Station.objects.get()
job = cycle.prepare(station, 202408, issue_date=timezone.localdate(), user=None, now=timezone.now(), until="bill")
cycle.run(job, clock=timezone.now)
rows = list(Bill.objects.filter(period=202408).values_list("contract__customer", "contract", "energy_wh", "amount_fen"))
customer, contract, energy, amount = (np.array(column, np.int64) for column in zip(*rows))
wrong = np.arange(len(rows)) % 20 == 0
ExternalBill.objects.all().delete()
bulk.insert_columns(ExternalBill, {
    "customer": customer, "contract": contract, "period": [202408] * len(rows),
    "energy_wh": energy + np.where(wrong & (np.arange(len(rows)) % 40 == 0), 100_000, 0),
    "amount_fen": amount + np.where(wrong, 5600, 0), "class_text": [""] * len(rows),
})
book = priced_book()
start = year_start_month(book, 202408)
month = load_month(Scope.everything(), station.pk, 202408, book, start)
def once():
    return reprice(month.rows, len(month), Freeze.none(), book, commercial_place())
once()
began = time.process_time(); once(); priced = time.process_time() - began
operations.split_of(month, book, commercial_place())
began = time.process_time()
operations.split_of(month, book, commercial_place()); took = time.process_time() - began
began = time.process_time()
load_month(Scope.everything(), station.pk, 202408, book, start)
print("read", round(time.process_time() - began, 2), "s CPU")
began = time.process_time()
found = operations.compare_month(Scope.everything(), station.pk, 202408, now=timezone.now())
print(found, "all of it, read and kept", round(time.process_time() - began, 2), "s CPU")
print("causes", round(took, 3), "s CPU; the same bills priced once", round(priced, 3), "s; ratio",
      round(took / priced, 1))
"""


def test_what_comparing_a_month_costs(big_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = run_python(big_home, COMPARED).stdout
    with capsys.disabled():
        print(f"\n{CUSTOMERS:,} customers: {told}")
