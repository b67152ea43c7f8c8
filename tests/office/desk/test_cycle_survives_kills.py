"""Whatever moment a month's run is killed at, running it again gives the books an undisturbed run gives."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from diansuo.sandbox import station as sample

PERIOD = 202411
KILLS = 20
SEED = 20241101
POINTS_A_CHUNK = "4"
CUSTOMERS = 18

# What the books hold, by what it means and not by row numbers, which a rerun may choose anew.
BOOKS = {
    "consumption": """
        SELECT p.number, c.period, c.status, c.from_date, c.to_date, c.total_wh, c.peak_wh, c.valley_wh, c.rolled
        FROM metering_consumption c JOIN archive_meteringpoint p ON p.id = c.point_id ORDER BY 1, 2""",
    "findings": """
        SELECT p.number, f.period, f.rule, f.severity, f.register, f.actual, f.expected, f."limit"
        FROM metering_finding f JOIN archive_meteringpoint p ON p.id = f.point_id ORDER BY 1, 2, 3, 5""",
    "bills": """
        SELECT u.number, b.period, b.state, b.from_date, b.to_date, b.energy_wh, b.year_to_date_wh, b.amount_fen
        FROM billing_bill b JOIN archive_contract k ON k.id = b.contract_id
        JOIN archive_customer u ON u.id = k.customer_id ORDER BY 1, 2""",
    "lines": """
        SELECT u.number, b.period, l.sequence, l.component, l.step, l.quantity, l.price_nano, l.amount_fen,
               l.remainder_wh, r.slice_hash
        FROM billing_billline l JOIN billing_bill b ON b.id = l.bill_id JOIN billing_ruleslice r ON r.id = l.rule_id
        JOIN archive_contract k ON k.id = b.contract_id JOIN archive_customer u ON u.id = k.customer_id
        ORDER BY 1, 2, 3""",
    "sums": """
        SELECT t.name, s.period, s.issued, s.unissued, s.energy_wh, s.amount_fen
        FROM billing_monthsum s JOIN base_station t ON t.id = s.station_id ORDER BY 1, 2""",
    "receivables": """
        SELECT u.number, a.period, a.amount_fen, a.paid_fen, a.due_date
        FROM collection_receivable a JOIN archive_customer u ON u.id = a.customer_id ORDER BY 1, 2""",
}


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DIANSUO_HOME")}
    return kept | {"DIANSUO_HOME": str(home), "DIANSUO_CYCLE_CHUNK": POINTS_A_CHUNK}


def diansuo(home: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "diansuo", *arguments]
    subprocess.run(command, env=environment(home), check=True, capture_output=True, timeout=600)


def run_killed(home: Path, statement: int) -> subprocess.CompletedProcess[str]:
    script = Path(__file__).with_name("killed_cycle.py")
    command = [sys.executable, str(script), str(PERIOD), str(statement)]
    return subprocess.run(
        command, env=environment(home), capture_output=True, text=True, timeout=600, check=False
    )


def run_shared(home: Path, kill: str) -> subprocess.CompletedProcess[str]:
    script = Path(__file__).with_name("shared_cycle.py")
    shared = environment(home) | {"DIANSUO_JOB_PROCESSES": "2", "DIANSUO_CYCLE_CHUNK": "1"}
    command = [sys.executable, str(script), str(PERIOD), kill]
    return subprocess.run(command, env=shared, capture_output=True, text=True, timeout=600, check=False)


def books(home: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(home / "diansuo.sqlite3") as database:
        return {name: database.execute(sql).fetchall() for name, sql in BOOKS.items()}


@pytest.fixture(scope="module")
def ready_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with two months billed and the third month's readings in, its cycle not yet run."""
    home, files = tmp_path_factory.mktemp("ready"), tmp_path_factory.mktemp("files")
    made = sample.write(files, customers=CUSTOMERS, months=4, last_month=PERIOD, seed=3)
    diansuo(home, "import", "archive", str(made.archive), "--apply")
    for period, file in made.readings.items():
        diansuo(home, "import", "readings", str(file), "--apply")
        if period < PERIOD:
            diansuo(home, "cycle", "run", "--period", str(period), "--issue-date", "2024-11-20")
    return home


def copy_of(home: Path, to: Path) -> Path:
    """Return a copy of a home; SQLite's side files go along."""
    shutil.copytree(home, to)
    return to


def test_a_month_killed_at_random_statements_ends_in_the_same_books(ready_home: Path, tmp_path: Path) -> None:
    undisturbed = copy_of(ready_home, tmp_path / "undisturbed")
    statements = int(run_killed(undisturbed, 0).stdout)
    expected = books(undisturbed)
    assert len(expected["bills"]) > CUSTOMERS
    assert [row for row in expected["bills"] if row[1] == PERIOD and row[2] == 1]

    def kill_and_run_again(statement: int) -> dict[str, list[tuple[object, ...]]]:
        home = copy_of(ready_home, tmp_path / f"killed-{statement}")
        killed = run_killed(home, statement)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        diansuo(home, "cycle", "run", "--period", str(PERIOD))
        return books(home)

    moments = sorted(random.Random(SEED).sample(range(1, statements + 1), KILLS))
    with ThreadPoolExecutor(max_workers=2) as pool:
        for statement, found in zip(moments, pool.map(kill_and_run_again, moments), strict=True):
            assert found == expected, f"killed at statement {statement} of {statements}"


def test_a_finished_month_run_again_changes_nothing(ready_home: Path, tmp_path: Path) -> None:
    home = copy_of(ready_home, tmp_path / "twice")
    diansuo(home, "cycle", "run", "--period", str(PERIOD))
    once = books(home)
    diansuo(home, "cycle", "run", "--period", str(PERIOD))
    assert books(home) == once


@pytest.fixture(scope="module")
def books_of_one(
    ready_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[tuple[object, ...]]]:
    """Return the books of a month that one process ran."""
    alone = copy_of(ready_home, tmp_path_factory.mktemp("alone") / "home")
    diansuo(alone, "cycle", "run", "--period", str(PERIOD))
    return books(alone)


@pytest.mark.parametrize("killed", ["NOTHING", "HAND", "HOLDER"])
def test_a_month_shared_by_two_processes_ends_in_the_books_of_one_whichever_is_killed(
    ready_home: Path,
    books_of_one: dict[str, list[tuple[object, ...]]],
    tmp_path: Path,
    killed: str,
) -> None:
    shared = copy_of(ready_home, tmp_path / "shared")
    done = run_shared(shared, killed)
    assert done.returncode == (-signal.SIGKILL if killed == "HOLDER" else 0), done.stderr
    await_end(int(done.stdout))
    if killed == "HOLDER":
        diansuo(shared, "cycle", "run", "--period", str(PERIOD))
    assert books(shared) == books_of_one
    diansuo(shared, "audit", "verify")


def await_end(process: int) -> None:
    """Wait until a process is gone: the one that lends a hand ends with the one that called it."""
    until = time.monotonic() + 30
    while Path(f"/proc/{process}").exists():
        assert time.monotonic() < until, "it goes on without the one that called it"
        time.sleep(0.1)
