"""Lists and pages at 100,000 customers, with a year of bills: how long they take to answer."""

from __future__ import annotations

import json
from pathlib import Path

from tests.speed.conftest import BUILD, CUSTOMERS, ROOT, run_python

MEASURE = """
import json, statistics, time
from diansuo.cli import office
office.wake()
from django.conf import settings
settings.ALLOWED_HOSTS.append("testserver")
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from diansuo.office.archive.models import Customer
from diansuo.office.base.models import User
user, _ = User.objects.get_or_create(username="lists", defaults={"is_superuser": True, "is_staff": True})
client = Client()
client.force_login(user, backend="diansuo.office.base.access.StationBackend")
middle = Customer.objects.order_by("number")[Customer.objects.count() // 2].number
figures = {}
for name, address in {
    "first page": "/customers/",
    "search by number": f"/customers/?q={middle}",
    "search by name": "/customers/?q=用户77777",
    "admin list": "/admin/archive/customer/",
}.items():
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200, address
    asked = len(queries)
    seconds = []
    for _ in range(7):
        began = time.perf_counter()
        client.get(address)
        seconds.append(time.perf_counter() - began)
    figures[name] = {"ms": statistics.median(seconds) * 1000, "queries": asked}
with connection.cursor() as cursor:
    began = time.perf_counter()
    cursor.execute("SELECT COUNT(*) FROM archive_customer WHERE name LIKE '%zz%'")
    figures["one full scan of the table"] = {"ms": (time.perf_counter() - began) * 1000, "queries": 1}
print(json.dumps(figures))
"""


def test_list_of_customers(big_home: Path) -> None:
    figures = json.loads(run_python(big_home, MEASURE).stdout)
    scan = figures["one full scan of the table"]["ms"]
    print(f"\nlists at {CUSTOMERS:,} customers (median of 7 requests):")
    for name, figure in figures.items():
        ratio = f", {figure['ms'] / scan:.1f} × a full scan" if name != "one full scan of the table" else ""
        print(f"  {name}: {figure['ms']:.0f} ms, {figure['queries']} queries{ratio}")


BILLED = """
import sys
sys.path.insert(0, {root!r})
from diansuo.cli import office
office.wake()
from django.utils import timezone
from diansuo.office.base.models import Station
from diansuo.office.desk import cycle
from tests.speed import big_station
now = timezone.now()
job = cycle.prepare(
    Station.objects.get(), big_station.PERIOD, issue_date=timezone.localdate(), user=None, now=now)
cycle.run(job, clock=timezone.now)
big_station.repeat_months({months})
"""
PAGES = """
import json, statistics, time
from diansuo.cli import office
office.wake()
from django.conf import settings
settings.ALLOWED_HOSTS.append("testserver")
from django.db import connection
from django.test import Client
from diansuo.office.archive.models import Customer
from diansuo.office.base.models import User
from diansuo.office.billing.models import Bill
county, _ = User.objects.get_or_create(username="bills", defaults={"is_superuser": True, "is_staff": True})
customer = Customer.objects.order_by("number")[Customer.objects.count() // 2]
station = customer.station_id
bill = Bill.objects.filter(contract__customer=customer).latest("period")
last = Bill.objects.filter(period=bill.period).order_by("-contract", "-id").values_list("contract", "id")[60]
client = Client()
client.force_login(county, backend="diansuo.office.base.access.StationBackend")

def ask(address):
    asked = 0
    def count(execute, *given):
        nonlocal asked
        asked += 1
        return execute(*given)
    with connection.execute_wrapper(count):
        assert client.get(address).status_code == 200, address
    return asked

figures = {}
for name, address in {
    "home": "/",
    "morning board": "/board/",
    "customers": "/customers/",
    "customer": f"/customers/{customer.pk}/",
    "areas": "/areas/",
    "months of the cycle": "/cycle/",
    "month of the cycle": f"/cycle/{station}/2024-08/",
    "audit desk": f"/cycle/{station}/2024-08/audit/",
    "months": "/bills/",
    "bills of a month": "/bills/2024-08/",
    "the last of them": f"/bills/2024-08/?after=[{last[0]},{last[1]}]",
    "bills by number": f"/bills/2024-08/?q={customer.number}",
    "drafts, of which there are none": "/bills/2024-08/?state=0",
    "bill": f"/bills/{bill.pk}/",
    "why": f"/bills/{bill.pk}/why/",
    "average price": "/average/?period=202408",
    "customers behind it": "/average/customers/?period=202408",
    "prices that stand apart": "/average/outliers/?period=202408",
    "execution rates": "/average/execution/?period=202408",
    "issued elsewhere": "/issued/",
    "corrections": "/corrections/",
    "arrears": "/arrears/",
    "debtors": "/arrears/customers/",
    "collecting": f"/collect/{customer.pk}/",
    "reading routes": "/readings/",
}.items():
    began = time.perf_counter()
    client.get(address)
    first = time.perf_counter() - began
    queries = ask(address)
    clock, processor = [], []
    for _ in range(5):
        began, worked = time.perf_counter(), time.process_time()
        client.get(address)
        clock.append(time.perf_counter() - began)
        processor.append(time.process_time() - worked)
    figures[name] = {
        "first": first * 1000, "ms": statistics.median(clock) * 1000,
        "processor": statistics.median(processor) * 1000, "queries": queries,
    }
print(json.dumps(figures))
"""
MONTHS = 12


def test_pages_of_bills(tmp_path: Path) -> None:
    root = str(ROOT)
    run_python(tmp_path, BUILD.format(root=root, customers=CUSTOMERS))
    run_python(tmp_path, BILLED.format(root=root, months=MONTHS))
    figures = json.loads(run_python(tmp_path, PAGES).stdout)
    print(f"\npages at {CUSTOMERS:,} customers with {MONTHS} months of bills (first, then median of 5):")
    for name, figure in figures.items():
        print(
            f"  {name}: {figure['first']:.0f} ms, then {figure['ms']:.0f} ms, of the processor"
            f" {figure['processor']:.0f} ms, {figure['queries']} queries"
        )
