"""Lists and pages at 100,000 customers, with a year of bills: how long they take to answer.

A million customers (``DIANSUO_SPEED_CUSTOMERS=1000000``) are a database of 8 GB and a quarter of an hour.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.speed.conftest import CUSTOMERS, ROOT, run_python

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
from diansuo.office.desk import cycle
from tests.speed import big_station
big_station.do_not_wait_for_the_disk()
stations = big_station.build_county({customers}, {stations})
now = timezone.now()
for station in stations:
    job = cycle.prepare(
        station, big_station.PERIOD, issue_date=timezone.localdate(), user=None, now=now)
    cycle.run(job, clock=timezone.now)
big_station.settle_most()
big_station.repeat_months({months})
big_station.issue_elsewhere()
big_station.issue_elsewhere(stations[0].pk, months={months})
"""
PAGES = """
import json, statistics, time
from diansuo.cli import office
office.wake()
from django.conf import settings
settings.ALLOWED_HOSTS.append("testserver")
from django.db import connection
from django.contrib.auth.models import Group
from django.test import Client
from diansuo.office.archive.models import Customer
from diansuo.office.base.models import Staff, Station, User
from diansuo.office.billing.models import Bill
county, _ = User.objects.get_or_create(username="bills", defaults={"is_superuser": True, "is_staff": True})
station = Station.objects.order_by("pk")[0].pk
customer = Customer.objects.filter(station=station).order_by("number")[300]
bill = Bill.objects.filter(contract__customer=customer).latest("period")
last = Bill.objects.filter(period=bill.period).order_by("-contract", "-id").values_list("contract", "id")[60]
head, _ = User.objects.get_or_create(username="head of one")
for user in (county, head):
    user.groups.set(Group.objects.filter(name="head"))
Staff.objects.get_or_create(station_id=station, user=head, defaults={"name": "所长"})
client = Client()

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
ADDRESSES = {
    "home": "/",
    "morning board": "/board/",
    "customers": "/customers/",
    "customers by number": f"/customers/?q={customer.number}",
    "customers by a part of a name": "/customers/?q=用户7777",
    "customers by an address": "/customers/?q=东村300号",
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
    "those that differ": "/issued/?period=202408&compared=differ",
    "corrections": "/corrections/",
    "arrears": "/arrears/",
    "debtors": "/arrears/customers/",
    "collecting": f"/collect/{customer.pk}/",
    "letters": "/letters/",
    "reading routes": "/readings/",
    "what if": "/whatif/",
    "proposals": "/proposals/",
    "trail": "/trail/",
    "trail of bills": "/trail/?table=billing_bill",
    "tasks": "/tasks/",
    "prices": "/sheets/",
    "choices": f"/customers/{customer.pk}/choices/",
}
for user in (county, head):
    client.force_login(user, backend="diansuo.office.base.access.StationBackend")
    for name, address in ADDRESSES.items():
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
        figures[f"{name}, seen by the {'county' if user is county else 'station'}"] = {
            "first": first * 1000, "ms": statistics.median(clock) * 1000,
            "processor": statistics.median(processor) * 1000, "queries": queries,
        }
print(json.dumps(figures))
"""
MONTHS = 12
CUSTOMERS_A_STATION = 50_000


def test_pages_of_bills(tmp_path: Path) -> None:
    stations = max(CUSTOMERS // CUSTOMERS_A_STATION, 1)
    made = BILLED.format(root=str(ROOT), customers=CUSTOMERS, stations=stations, months=MONTHS)
    run_python(tmp_path, made)
    figures = json.loads(run_python(tmp_path, PAGES).stdout)
    print(
        f"\npages at {CUSTOMERS:,} customers of {stations} stations with {MONTHS} months of bills "
        "(first, then median of 5):"
    )
    for name, figure in figures.items():
        print(
            f"  {name}: {figure['first']:.0f} ms, then {figure['ms']:.0f} ms, of the processor"
            f" {figure['processor']:.0f} ms, {figure['queries']} queries"
        )
