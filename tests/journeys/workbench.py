"""A workbench to walk through: a small sample station in a home of its own, served as a user would serve it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

PASSWORD = "journey-7531"
PERIOD, CUSTOMERS = 202411, 130

BUILD = """
import sys
from datetime import date
from pathlib import Path
from diansuo.cli import office
office.wake()
from django.utils import timezone
from diansuo.office.base.access import install_demo_users
from diansuo.office.base.imports import operations
from diansuo.office.base.imports.kinds import Options
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.desk import cycle
from diansuo.sandbox import station as sample

files = sample.write(Path(sys.argv[1]), customers={customers}, months=4, last_month={period}, seed=5)
everything = Scope.everything()

def bring_in(kind, file):
    now = timezone.now()
    batch, plan = operations.preview(
        file, file.name, kind, options=Options(), scope=everything, user=None, now=now
    )
    operations.apply(batch, scope=everything, now=now, plan=plan)

bring_in("archive", files.archive)
for period, file in files.readings.items():
    if period < {period}:
        bring_in("readings", file)
        job = cycle.prepare(
            Station.objects.get(), period, issue_date=date(period // 100, period % 100, 3), user=None,
            now=timezone.now(),
        )
        cycle.run(job, clock=timezone.now)
install_demo_users(Station.objects.get(), "{password}")
"""


@dataclass(frozen=True, slots=True)
class Workbench:
    """Where the workbench answers, and the files that the sample's users hold in their hands."""

    address: str
    files: Path

    def reading_list(self) -> Path:
        """Return this month's reading list, not imported yet."""
        return next(self.files.glob(f"抄表数据_{PERIOD}.*"))

    def sign_in(self, page: Page, post: str, password: str = PASSWORD) -> None:
        """Sign a post's demo user in, or somebody with a password of their own."""
        page.goto(f"{self.address}/login/")
        page.get_by_label("账号").fill(post)
        page.get_by_label("密码").fill(password)
        page.get_by_role("button", name="登录").click()

    def manage(self, *words: str) -> None:
        """Run ``diansuo manage`` in the home that is served."""
        self.run("manage", *words)

    def run(self, *words: str) -> None:
        """Run a command of ``diansuo`` in the home that is served (the sample's folder lies in it)."""
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        command = [sys.executable, "-m", "diansuo", *words]
        subprocess.run(
            command, env=environment | {"DIANSUO_HOME": str(self.files.parent)}, check=True, timeout=120
        )

    def sign_in_again(self, page: Page, post: str) -> None:
        """Sign out, and another post's demo user in."""
        page.get_by_role("button", name="退出").click()
        self.sign_in(page, post)


@contextmanager
def built_and_served(folder: Path) -> Iterator[Workbench]:
    """Build the sample in a folder, serve it on a free port, and stop it afterwards."""
    environment, files = _new_home(folder), folder / "files"
    build = BUILD.format(customers=CUSTOMERS, period=PERIOD, password=PASSWORD)
    subprocess.run([sys.executable, "-c", build, str(files)], env=environment, check=True, timeout=120)
    with _served(folder, environment, files) as workbench:
        yield workbench


@contextmanager
def demo_and_served(folder: Path, *options: str) -> Iterator[Workbench]:
    """Build the demonstration as ``diansuo demo`` does, serve it on a free port, and stop it afterwards."""
    environment = _new_home(folder)
    command = [sys.executable, "-m", "diansuo", "demo", "--no-serve", *options]
    subprocess.run(command, env=environment, check=True, timeout=240)
    with _served(folder, environment, folder / "home" / "sample") as workbench:
        yield workbench


def _new_home(folder: Path) -> dict[str, str]:
    """Make an empty home of a demonstration; return the environment in which commands work on it."""
    home = folder / "home"
    home.mkdir()
    (home / "settings.toml").write_text(f'demo_password = "{PASSWORD}"\n', encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return environment | {"DIANSUO_HOME": str(home)}


@contextmanager
def _served(folder: Path, environment: dict[str, str], files: Path) -> Iterator[Workbench]:
    port = _free_port()
    command = [sys.executable, "-m", "diansuo", "serve", "--port", str(port)]
    log = (folder / "server.log").open("wb")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        workbench = Workbench(f"http://127.0.0.1:{port}", files)
        _wait_for(f"{workbench.address}/login/", server)
        yield workbench
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended before it answered"
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)  # it is starting; nothing announces that it listens
        else:
            return
    raise AssertionError(f"{address} did not answer within a minute")
