"""The list of customers at 100,000 of them: how long a page takes to answer, and how many queries it asks."""

from __future__ import annotations

import json
from pathlib import Path

from tests.speed.conftest import CUSTOMERS, run_python

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
middle = Customer.objects.order_by("number")[50_000].number
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
