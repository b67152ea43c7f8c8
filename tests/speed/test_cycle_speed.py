"""The monthly cycle of 100,000 residential customers, persisted, against a bare insert of the same rows.

While it runs, a user signs in and opens a page. Prints figures, the processor's time beside the clock's; fails on none
of them. ``conftest`` says how to ask for another number of customers, and for PostgreSQL beside SQLite.
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
from typing import Any

import psycopg
import pytest

from tests.speed.conftest import BUILD, CUSTOMERS, POSTGRESQL, ROOT, environment, run_python

PORT = 8791
LOOKS_EVERY_SECONDS = 0.5
ROWS_HELD = 100_000
COPIED_AT_ONCE = 2**20
STARTS_WITHIN_TENTHS = 1_200
PASSWORD = "speed-measure-1"
TABLES = (
    "metering_consumption",
    "metering_finding",
    "billing_bill",
    "billing_billline",
    "collection_receivable",
)
FOREIGN_KEYS = (
    "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'"
)

CYCLE = """
import json, resource, time
from diansuo.cli import office
office.wake()
from django.utils import timezone
from diansuo.office.base.jobs import hands
from diansuo.office.base.models import Station
from diansuo.office.desk import cycle

def processor():  # the seconds of this process and of those that lent it a hand
    return sum(sum(resource.getrusage(whose)[:2]) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))

began, worked = time.perf_counter(), processor()
job = cycle.prepare(Station.objects.get(), 202408, issue_date=timezone.localdate(), user=None, now=timezone.now())
cycle.run(job, clock=timezone.now)
seconds, worked = time.perf_counter() - began, processor() - worked
stages = {
    stage.name: (stage.finished_at - stage.started_at).total_seconds() for stage in job.stages.order_by("sequence")
}
# Of several processes the largest child stands for each: more than they had together, never less.
own, other = (resource.getrusage(whose).ru_maxrss for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
peak = (own + (hands.processes() - 1) * other) * 1024
print(json.dumps({"seconds": seconds, "processor": worked, "stages": stages, "peak": peak}))
"""
# What stands before and behind the cycle, a customer: who is to be read, the reading stored, the bill on paper.
AROUND = """
import json, time
from diansuo.cli import office
office.wake()
from django.db import transaction
from django.utils import timezone
from diansuo.office.base import bulk
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing.documents import content, queries, typesetting, words
from diansuo.office.billing.models import Bill
from diansuo.office.metering import columns
from diansuo.office.metering.models import RegisterReading
DOCUMENTS = 200
station, parts = Station.objects.get(), {}

def part(name, count, work):
    began = time.process_time()
    made = work()
    parts[name] = (time.process_time() - began) / count
    return made

def store(due):
    with transaction.atomic():
        bulk.insert_columns(RegisterReading, {
            "point": due.point, "meter": due.point, "register": [0] * len(due), "purpose": [0] * len(due),
            "read_date": ["2024-09-01"] * len(due), "register_wh": due.point, "period": [202409] * len(due),
            "estimated": [False] * len(due), "source": ["list"] * len(due)})
        transaction.set_rollback(True)

first = RegisterReading.objects.earliest("point").point_id
due = part("read order", 10_000, lambda: columns.due_points(station.pk, 202409, first, first + 9_999))
part("reading", len(due), lambda: store(due))
ids = list(Bill.objects.order_by("id").values_list("id", flat=True)[:DOCUMENTS])
titles, fixed = content.Titles(), words.words()

def document(one):
    held = queries.materials(Scope.everything(), [one], day=timezone.localdate())
    typesetting.pdf("bill", [content.content_of(bill, titles) for bill in held], fixed)

document(ids[0])
part("document", len(ids), lambda: [document(one) for one in ids])
print(json.dumps(parts))
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
        for _ in range(STARTS_WITHIN_TENTHS):
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


def bare_insert_seconds(database: Path, scratch: Path) -> tuple[float, float]:
    """Return how long SQLite takes to insert the cycle's rows into tables with no index and no constraint.

    The clock's time and the processor's; row by row, as ``executemany`` does it.
    """
    clock = processor = 0.0
    with sqlite3.connect(database) as source, sqlite3.connect(scratch) as bare:
        bare.execute("PRAGMA journal_mode=WAL")
        for table in TABLES:
            rows = source.execute(f"SELECT * FROM {table}")
            bare.execute(f"CREATE TABLE {table} ({', '.join(f'[{each[0]}]' for each in rows.description)})")
            marks = ", ".join("?" * len(rows.description))
            while held := rows.fetchmany(ROWS_HELD):
                began, worked = time.perf_counter(), time.process_time()
                bare.executemany(f"INSERT INTO {table} VALUES ({marks})", held)
                bare.commit()
                clock, processor = (
                    clock + time.perf_counter() - began,
                    processor + time.process_time() - worked,
                )
    return clock, processor


def bare_copy_seconds(database: str, scratch: Path, like: str, *, keys: bool = False) -> float:
    """Return how long PostgreSQL takes to take the cycle's rows by COPY, one table after the other, by the clock.

    Args:
        database: its address.
        scratch: where the rows lie in between, in PostgreSQL's own binary form; neither writing nor reading them counts
            more than once.
        like: what the tables have of the real ones: ``""`` nothing but columns, ``INCLUDING INDEXES`` their indexes.
        keys: whether they have their foreign keys as well, each of which is looked up for every row at the commit.
    """
    clock = 0.0
    with psycopg.connect(database, autocommit=True) as held:
        for table in TABLES:
            with (
                scratch.open("wb") as out,
                held.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)") as rows,
            ):
                for block in rows:
                    out.write(block)
            held.execute(f"CREATE TABLE bare (LIKE {table} {like})")
            for (key,) in held.execute(FOREIGN_KEYS, [table]).fetchall() if keys else ():
                held.execute(f"ALTER TABLE bare ADD {key}")
            began = time.perf_counter()
            with (
                scratch.open("rb") as into,
                held.cursor().copy("COPY bare FROM STDIN (FORMAT binary)") as rows,
            ):
                while block := into.read(COPIED_AT_ONCE):
                    rows.write(block)
            clock += time.perf_counter() - began
            held.execute("DROP TABLE bare")
    return clock


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
    around = json.loads(run_python(big_home, AROUND).stdout)

    print("\nWith a user at work beside it, on SQLite:")
    report(figures)
    print(
        f"  bare insert of the same rows: {bare[0]:.2f} s, of the processor {bare[1]:.2f} s; "
        f"the cycle takes {figures['seconds'] / bare[0]:.1f} times that, {figures['processor'] / bare[1]:.1f} times"
    )
    print(f"  sign-in, page before: {calm[0]:.2f} s, {calm[1]:.2f} s")
    worst_login, worst_page = max(login for login, _ in busy), max(page for _, page in busy)
    print(f"  sign-in, page meanwhile, the slowest of {len(busy)}: {worst_login:.2f} s, {worst_page:.2f} s")
    parts = around | {"cycle": figures["processor"] / CUSTOMERS}
    print(
        f"  utility reference customers an hour on one core: {3600 / sum(parts.values()):,.0f} ("
        + ", ".join(f"{name} {seconds * 1e6:.0f} µs" for name, seconds in parts.items())
        + ")"
    )
    assert busy


def report(figures: dict[str, Any]) -> None:
    """Print what one run of the cycle took."""
    print(f"cycle of {CUSTOMERS:,} residential customers:")
    print(
        f"  {figures['seconds']:.2f} s, of the processor {figures['processor']:.2f} s, "
        f"peak memory {figures['peak'] / 2**30:.2f} GiB"
    )
    print("  " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in figures["stages"].items()))


@pytest.mark.skipif(not POSTGRESQL, reason="DIANSUO_SPEED_DATABASE names no PostgreSQL")
def test_cycle_of_a_big_station_on_postgresql(tmp_path: Path) -> None:
    run_python(tmp_path, BUILD.format(root=str(ROOT), customers=CUSTOMERS), POSTGRESQL)
    figures = json.loads(run_python(tmp_path, CYCLE, POSTGRESQL).stdout)
    print("\nOn PostgreSQL, of whose own work the processor's time here tells nothing:")
    report(figures)
    for words, like, keys in (
        ("without any index", "", False),
        ("with the same indexes", "INCLUDING INDEXES", False),
        ("with the same indexes and foreign keys", "INCLUDING INDEXES", True),
    ):
        bare = bare_copy_seconds(POSTGRESQL, tmp_path / "rows", like, keys=keys)
        ratio = figures["seconds"] / bare
        print(f"  bare COPY of the same rows {words}: {bare:.1f} s; the month takes {ratio:.1f} times that")
    assert figures["seconds"] > 0
