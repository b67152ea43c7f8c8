"""``diansuo demo``: a workbench with a sample station in it, in a home of its own."""

from __future__ import annotations

import os
import secrets
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import platformdirs
import typer

from diansuo.cli import office, serve
from diansuo.cli.say import Failure, bar, say, t

MONTHS = 14
CUSTOMERS = 600
SEED = 7
# Without letters and digits that look alike: it is read from a terminal and typed on a phone.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

Serve = Annotated[
    bool, typer.Option("--serve/--no-serve", help=t("建好后启动工作台", "serve it once it is built"))
]


def demo(host: serve.Host = "127.0.0.1", port: serve.Port = 8000, serving: Serve = True) -> None:
    """Build the sample station once, then serve it."""
    home = Path(
        os.environ.setdefault("DIANSUO_HOME", platformdirs.user_data_dir("diansuo-demo", appauthor=False))
    )
    password = _demo_password(home)
    office.wake()
    marker = home / "demo-built"
    if not marker.exists():
        _build(home, password)
        marker.touch()
    say(
        t(
            f"演示账号共用口令：{password} （head 所长、manager 台区经理、auditor 核算员、counter 柜员等，见登录页）",
            f"demo users share the password {password} : head, manager, auditor, counter, inspector, loss, clerk, "
            "supervisor, admin",
        )
    )
    if serving:
        serve.start(host, port)


demo.__doc__ = t(
    "演示：生成样例供电所、导入、跑完过去各月，然后启动工作台。例：diansuo demo --port 8123",
    "A demonstration: make a sample station, import it, run the past months, serve. Example: diansuo demo --port 8123",
)


def _demo_password(home: Path) -> str:
    """Return the home's demo password, made for a new home.

    Raises:
        Failure: the home belongs to a real station.
    """
    import tomllib

    settings = home / "settings.toml"
    if settings.exists():
        password = tomllib.loads(settings.read_text(encoding="utf-8")).get("demo_password", "")
        if password:
            return str(password)
    if settings.exists() or (home / "diansuo.sqlite3").exists() or os.environ.get("DATABASE_URL"):
        raise Failure(
            t(
                f"{home} 不是演示用的数据（或设了 DATABASE_URL）；演示请用空的 DIANSUO_HOME",
                f"{home} is not a demonstration (or DATABASE_URL is set); use an empty DIANSUO_HOME for the demo",
            )
        )
    password = "".join(secrets.choice(ALPHABET) for _ in range(10))
    home.mkdir(parents=True, exist_ok=True)
    settings.write_text(f'demo_password = "{password}"\n', encoding="utf-8")
    return password


def _build(home: Path, password: str) -> None:
    from django.utils import timezone

    from diansuo.office.base.access import install_demo_users
    from diansuo.office.base.models import Station
    from diansuo.sandbox import station as sample

    today = timezone.localdate()
    files = sample.write(
        home / "sample", customers=CUSTOMERS, months=MONTHS, last_month=_last_month(today), seed=SEED
    )
    steps = 2 + 3 * len(files.readings)
    with bar(t("样例供电所", "sample station")) as advance:
        done = 0
        advance(files.archive.name, done, steps)
        _import("archive", files.archive)
        station = Station.objects.get()
        for period, file in files.readings.items():
            done += 3
            advance(file.name, done, steps)
            _import("readings", file)
            _run_month(station, period)
            _pay(home / "sample" / f"收费流水_{period}.csv", period, today, station.pk)
        advance(files.freeze.name, steps - 1, steps)
        _import("freeze", files.freeze)
    install_demo_users(station, password)


def _last_month(today: date) -> int:
    """Return the latest month whose reading day (the 1st) has come; the month itself stays open until it is run."""
    return today.year * 100 + today.month


def _import(kind: str, file: Path) -> None:
    from django.utils import timezone

    from diansuo.office.base.imports import operations
    from diansuo.office.base.imports.kinds import Options
    from diansuo.office.base.scope import Scope

    scope, now = Scope.everything(), timezone.now()
    batch, plan = operations.preview(
        file, file.name, kind, options=Options(), scope=scope, user=None, now=now
    )
    operations.apply(batch, scope=scope, now=now, plan=plan)


def _pay(file: Path, period: int, today: date, station_id: int) -> None:
    from diansuo.office.base.scope import Scope
    from diansuo.office.collection import queries
    from diansuo.sandbox import station as sample

    owed = queries.open_by_customer(Scope.everything(), station_id=station_id)
    if owed:
        sample.write_payments(file, period, owed, today=today, seed=SEED)
        _import("payments", file)


def _run_month(station: Any, period: int) -> None:
    from django.utils import timezone

    from diansuo.office.desk import cycle

    day = date(period // 100, period % 100, 1) + timedelta(days=2)

    job = cycle.prepare(station, period, issue_date=day, user=None, now=timezone.now())
    cycle.run(job, clock=timezone.now)
