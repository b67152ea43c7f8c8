"""Homes for the speed measurements: a database of 100,000 customers, made once a run, on SQLite.

``DIANSUO_SPEED_CUSTOMERS`` asks for another size. ``DIANSUO_SPEED_DATABASE`` names an empty PostgreSQL database, which
the cycle is then measured on as well.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CUSTOMERS = int(os.environ.get("DIANSUO_SPEED_CUSTOMERS", "100000"))
POSTGRESQL = os.environ.get("DIANSUO_SPEED_DATABASE", "")
ROOT = Path(__file__).resolve().parents[2]

BUILD = """
import sys
from diansuo.cli import office
office.wake()
sys.path.insert(0, {root!r})
from tests.speed import big_station
big_station.build({customers})
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def big_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home whose station has 100,000 residential customers with a month to bill."""
    home = tmp_path_factory.mktemp("big")
    run_python(home, BUILD.format(root=str(ROOT), customers=CUSTOMERS))
    return home


def environment(home: Path, database: str = "") -> dict[str, str]:
    """Return this process's environment, pointed at a home and its own SQLite database, or at another database."""
    # A home of its own, and as many processes as the machine has, of which the other tests allow one.
    own = ("DATABASE_URL", "DIANSUO_JOB_PROCESSES")
    kept = {name: value for name, value in os.environ.items() if name not in own}
    return kept | {"DIANSUO_HOME": str(home)} | ({"DATABASE_URL": database} if database else {})


def run_python(home: Path, code: str, database: str = "") -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own on a home."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, env=environment(home, database), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done
