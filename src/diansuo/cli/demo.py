"""``diansuo demo``: a workbench with a sample station in it, in a home of its own."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import platformdirs
import typer

from diansuo.cli import demo_changes, office, serve
from diansuo.cli.say import Failure, bar, say, t, warn

MONTHS = 14
CUSTOMERS = 4_800
SEED = 7
# Of the routes of a month, so many are uploaded only after the limit.
LATE_ROUTES = 0.06
# Without letters and digits that look alike: it is read from a terminal and typed on a phone.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

Serve = Annotated[
    bool, typer.Option("--serve/--no-serve", help=t("建好后启动工作台", "serve it once it is built"))
]
Customers = Annotated[
    int, typer.Option(min=60, max=100_000, help=t("样例户数", "how many customers the sample has"))
]

Months = Annotated[int, typer.Option(min=2, max=36, help=t("抄表月数", "how many reading months"))]


class DemoMode(StrEnum):
    """How the sample's office stands: alone, or beside a marketing system that bills."""

    ALONE = "alone"
    BESIDE = "beside"


Mode = Annotated[
    DemoMode,
    typer.Option(
        help=t("alone 独立运行；beside 在营销2.0旁", "alone: the full cycle; beside: another system bills")
    ),
]


def demo(
    host: serve.Host = "127.0.0.1",
    port: serve.Port = 8000,
    serving: Serve = True,
    customers: Customers = CUSTOMERS,
    months: Months = MONTHS,
    mode: Mode = DemoMode.ALONE,
) -> None:
    """Build the sample station once, then serve it."""
    home = Path(
        os.environ.setdefault("DIANSUO_HOME", platformdirs.user_data_dir("diansuo-demo", appauthor=False))
    )
    password = _demo_password(home)
    office.wake()
    marker = home / "demo-built"
    if not marker.exists():
        _build(home, password, customers, months, mode)
        marker.write_text(mode.value, encoding="utf-8")
    elif marker.read_text(encoding="utf-8") not in ("", mode.value):
        warn(
            t(
                f"{home} 里已有另一种运行方式的演示，照旧打开；要重新生成，先删掉这个文件夹",
                f"{home} holds a demonstration of the other mode, which is served; delete the folder to build anew",
            )
        )
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
    sample_place = 'commercial_place = "province/sample"'
    settings.write_text(f'demo_password = "{password}"\n{sample_place}\n', encoding="utf-8")
    return password


def _build(home: Path, password: str, customers: int, months: int, mode: DemoMode) -> None:
    from django.utils import timezone

    from diansuo.sandbox import prices
    from diansuo.sandbox import station as sample

    today = timezone.localdate()
    prices.write_rules(home / "rulebook")
    with bar(t("样例供电所", "sample station")) as advance:
        files = sample.write(
            home / "sample",
            customers=customers,
            months=months,
            last_month=_last_month(today),
            last_day=today,
            seed=SEED,
            mode=mode.value,
            rates=sample.Rates(late=LATE_ROUTES),
            advance=advance,
        )
    steps = list(_steps(home / "sample", files, mode, today, password))
    with bar(t("导入并运行", "import and run")) as advance:
        for done, (label, step) in enumerate(steps):
            advance(label, done, len(steps))
            step()
        advance("", len(steps), len(steps))


def _first_manager() -> Any:
    """Return the area manager of the first areas: the demo's manager signs in as this person."""
    from diansuo.office.archive.models import Responsibility

    duties = Responsibility.objects.filter(duty=Responsibility.Duty.MANAGER).select_related("staff")
    return duties.order_by("point").first().staff


def _steps(
    folder: Path, files: Any, mode: DemoMode, today: date, password: str
) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield what is done with the sample's files, in the order in which a station would have done it."""
    yield files.archive.name, lambda: _import("archive", files.archive)
    yield t("演示账号", "demo users"), lambda: _install_users(password)
    yield from _rarer_customers(files)
    for month in files.readings:
        file = folder / f"价格表_{month}.csv"
        waits = month == _last_month(today)
        yield (
            file.name,
            lambda file=file, month=month, waits=waits: _price_sheet(file, month, approve=not waits),
        )
    if mode is DemoMode.BESIDE:
        yield t("营销2.0旁", "beside"), _stand_beside
    yield from _months(folder, files, mode, today)
    for file in files.freezes.values():
        yield file.name, lambda file=file: _import("freeze", file)
    for file in files.curves.values():
        yield file.name, lambda file=file: _import("curve", file)
    yield files.lines.name, lambda: _import("lines", _some_lines(folder, files.lines))
    yield files.feeder_lines.name, lambda: _import("feeder_lines", files.feeder_lines)
    if files.arrears is not None:
        yield files.arrears.name, lambda: _import("arrears", files.arrears)
    yield files.failures.name, lambda: _import("failures", files.failures)
    yield files.clocks.name, lambda: _import("clocks", files.clocks)
    yield t("变更提议", "a proposal"), lambda: demo_changes.propose_multiplier(today.replace(day=1))


def _months(
    folder: Path, files: Any, mode: DemoMode, today: date
) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield how each month was read, billed and paid, the latest up to the audit alone."""
    from diansuo.core.quantity.month import month_of, next_month

    for period, file in files.readings.items():
        if files.exchanges and period == next_month(month_of(files.exchange_date)):
            yield files.exchanges.name, lambda: _import("archive", files.exchanges, files.exchange_date)
        yield file.name, lambda file=file, period=period: _import_readings(file, period, late=False)
        if period in files.late:
            late = files.late[period]
            yield late.name, lambda file=late, period=period: _import_readings(file, period, late=True)
        waits = mode is DemoMode.ALONE and period == _last_month(today)
        yield (
            t(f"{period} 电费流程", f"{period} cycle"),
            lambda period=period, waits=waits: _run_month(period, until="audit" if waits else ""),
        )
        if mode is DemoMode.ALONE and not waits:
            name = f"收费流水_{period}.csv"
            yield name, lambda name=name, period=period: _pay(folder / name, period, today)
        elif period in files.issued:
            yield files.issued[period].name, lambda period=period: _import("issued", files.issued[period])


def _some_lines(folder: Path, lines: Path) -> Path:
    """Write the lines of two areas of three: as everywhere, some are not on record."""
    import csv

    with lines.open(encoding="utf-8-sig", newline="") as stream:
        heading, *rows = csv.reader(stream)
    areas = sorted({row[0] for row in rows})
    unknown = set(areas[2::3])
    path = folder / "台区线路.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([heading, *(row for row in rows if row[0] not in unknown)])
    return path


def _rarer_customers(files: Any) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield how customers of rarer kinds become so on the first reading day, and the market's prices."""
    from diansuo.core.quantity.month import first_day

    if files.special is not None:
        since = first_day(min(files.readings))
        yield files.special.name, lambda: _import("archive", files.special, since)
        yield t("变更复核", "changes agreed to"), lambda: demo_changes.agree(since)
    for file in files.market.values():
        yield file.name, lambda file=file: _import("market_prices", file)


def _install_users(password: str) -> None:
    from diansuo.office.base.access import install_demo_users
    from diansuo.office.base.models import Station

    install_demo_users(Station.objects.get(), password, {"manager": _first_manager()})


def _price_sheet(file: Path, month: int, *, approve: bool) -> None:
    """Propose the sample sheet of a month as the clerk; the auditor approves all but the latest."""
    from django.utils import timezone

    from diansuo.core.quantity.month import first_day, next_month
    from diansuo.office.base.models import User
    from diansuo.office.billing.effects import pricesheets
    from diansuo.office.billing.sheets import operations, reading
    from diansuo.office.billing.sheets.documents import Publication
    from diansuo.sandbox import prices

    prices.write_sheet(file, month, SEED)
    days = first_day(month), first_day(next_month(month))
    published = Publication(prices.PLACE, *days, prices.MARK, doubt=prices.DOUBT)
    clerk, auditor = (User.objects.get(username=name) for name in ("clerk", "auditor"))
    stated, now = reading.read_file(file, file.name), timezone.now()
    made = operations.propose(stated.prices, published, user=clerk, now=now)
    if approve:
        operations.approve(made, user=auditor, now=now)
    else:
        pricesheets.of_sheet(made, now=now)


def _stand_beside() -> None:
    from diansuo.office.base.models import Station

    Station.objects.update(mode=Station.Mode.BESIDE)


def _last_month(today: date) -> int:
    """Return the latest month whose reading day (the 1st) has come; the month itself stays open until it is run."""
    return today.year * 100 + today.month


def _import_readings(file: Path, period: int, *, late: bool) -> None:
    """Import a reading list as of the day it would have come: the day after the fixed one, or after the limit."""
    from datetime import datetime, time

    from django.utils import timezone

    from diansuo.core.quantity.month import first_day
    from diansuo.office.archive.models import ReadingMethod
    from diansuo.office.metering.routes import visiting

    fixed = first_day(period)
    limit = visiting.visit(fixed, ReadingMethod.MANUAL).upload_by
    day = (limit if late else fixed) + timedelta(days=1)
    came = timezone.make_aware(datetime.combine(day, time(10)))
    _import("readings", file, now=min(came, timezone.now()))


def _import(kind: str, file: Path, effective: date | None = None, now: Any = None) -> None:
    from django.utils import timezone

    from diansuo.office.base.imports import operations
    from diansuo.office.base.imports.kinds import Options
    from diansuo.office.base.scope import Scope

    scope, now = Scope.everything(), now or timezone.now()
    batch, plan = operations.preview(
        file, file.name, kind, options=Options(effective=effective), scope=scope, user=None, now=now
    )
    operations.apply(batch, scope=scope, now=now, plan=plan)


def _pay(file: Path, period: int, today: date) -> None:
    from diansuo.office.base.models import Station
    from diansuo.office.base.scope import Scope
    from diansuo.office.collection import queries
    from diansuo.sandbox import payments

    owed = queries.open_by_customer(Scope.everything(), station_id=Station.objects.get().pk)
    if owed:
        payments.write_payments(file, period, owed, today=today, seed=SEED)
        _import("payments", file)


def _run_month(period: int, *, until: str) -> None:
    """Run a month; the latest stops at the audit, so that the auditor has bills to judge."""
    from django.utils import timezone

    from diansuo.office.base.models import Station
    from diansuo.office.desk import cycle

    day = date(period // 100, period % 100, 1) + timedelta(days=2)
    station, now = Station.objects.get(), timezone.now()
    job = cycle.prepare(station, period, issue_date=day, user=None, now=now, until=until)
    cycle.run(job, clock=timezone.now)
