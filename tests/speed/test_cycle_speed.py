"""The monthly cycle of 100,000 residential customers, persisted in SQLite, against a bare insert of the same rows.

While it runs, a user signs in and opens a page. Prints figures; fails on none of them.
"""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

from tests.speed.conftest import CUSTOMERS, environment, run_python

PORT = 8791
LOOKS_EVERY_SECONDS = 0.5
PASSWORD = "speed-measure-1"
TABLES = (
    "metering_consumption",
    "metering_finding",
    "billing_bill",
    "billing_billline",
    "collection_receivable",
)

CYCLE = """
import json, resource, time
from diansuo.cli import office
office.wake()
from django.utils import timezone
from diansuo.office.base.models import Station
from diansuo.office.desk import cycle
began = time.perf_counter()
job = cycle.prepare(Station.objects.get(), 202408, issue_date=timezone.localdate(), user=None, now=timezone.now())
cycle.run(job, clock=timezone.now)
seconds = time.perf_counter() - began
stages = {
    stage.name: (stage.finished_at - stage.started_at).total_seconds() for stage in job.stages.order_by("sequence")
}
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"seconds": seconds, "stages": stages, "peak": peak}))
"""
USER = f"""
from diansuo.cli import office
office.wake()
from diansuo.office.base.models import User
User.objects.create_superuser("speed", password="{PASSWORD}")
"""


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """Serve a home's workbench while the block runs."""
    command = [sys.executable, "-m", "diansuo", "serve", "--port", str(PORT)]
    server = subprocess.Popen(command, env=environment(home), stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{PORT}"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{address}/login/", timeout=5).read()
                break
            except OSError:
                time.sleep(0.1)  # the server is starting; nothing tells when it listens
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def sign_in_and_look(address: str) -> tuple[float, float]:
    """Sign in afresh and open the list of customers; return the seconds each took."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    page = browser.open(f"{address}/login/", timeout=60).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    form = {"username": "speed", "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
    request = urllib.request.Request(
        f"{address}/login/", urllib.parse.urlencode(form).encode(), {"Referer": f"{address}/login/"}
    )
    began = time.perf_counter()
    assert browser.open(request, timeout=60).status == 200
    signed_in = time.perf_counter()
    assert browser.open(f"{address}/customers/", timeout=60).status == 200
    return signed_in - began, time.perf_counter() - signed_in


def bare_insert_seconds(database: Path, scratch: Path) -> float:
    """Return how long SQLite takes to insert the cycle's rows into tables with no index and no constraint."""
    with sqlite3.connect(database) as source:
        rows = {table: source.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
        columns = {
            table: [row[1] for row in source.execute(f"PRAGMA table_info({table})")] for table in TABLES
        }
    with sqlite3.connect(scratch) as bare:
        bare.execute("PRAGMA journal_mode=WAL")
        for table, names in columns.items():
            bare.execute(f"CREATE TABLE {table} ({', '.join(f'[{name}]' for name in names)})")
        began = time.perf_counter()
        for table, names in columns.items():
            bare.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", rows[table])
        bare.commit()
        return time.perf_counter() - began


def test_cycle_of_a_big_station(big_home: Path, tmp_path: Path) -> None:
    run_python(big_home, USER)
    with serving(big_home) as address:
        calm = sign_in_and_look(address)
        cycle = subprocess.Popen(
            [sys.executable, "-c", CYCLE], env=environment(big_home), stdout=subprocess.PIPE, text=True
        )
        busy = []
        while cycle.poll() is None:
            busy.append(sign_in_and_look(address))
            time.sleep(LOOKS_EVERY_SECONDS)
    figures = json.loads(cycle.communicate()[0])
    bare = bare_insert_seconds(big_home / "diansuo.sqlite3", tmp_path / "bare.sqlite3")

    print(
        f"\ncycle of {CUSTOMERS:,} residential customers, persisted in SQLite, with a user at work beside it:"
    )
    print(f"  {figures['seconds']:.2f} s, peak memory {figures['peak'] / 2**30:.2f} GiB")
    print("  " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in figures["stages"].items()))
    print(
        f"  bare insert of the same rows: {bare:.2f} s; the cycle takes {figures['seconds'] / bare:.1f} times that"
    )
    print(f"  sign-in, page before: {calm[0]:.2f} s, {calm[1]:.2f} s")
    worst_login, worst_page = max(login for login, _ in busy), max(page for _, page in busy)
    print(f"  sign-in, page meanwhile, the slowest of {len(busy)}: {worst_login:.2f} s, {worst_page:.2f} s")
    assert busy
