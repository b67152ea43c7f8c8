"""``diansuo reading``: the checks of daily freezes and curves over the lake, and what they found."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from diansuo.cli import before_eyes, office, reading_draw
from diansuo.cli.dates import parse_period
from diansuo.cli.imports import AsJson, AsUser, Period, StationName
from diansuo.cli.say import Failure, say, say_json, t

app = typer.Typer(
    no_args_is_help=True, help=t("抄表核查、异常与考核。", "Checks of reading, exceptions, assessment.")
)
SHOWN = 20
WayName = Annotated[
    str,
    typer.Option(
        "--way",
        metavar="WAY",
        help=t(
            "方法：interpolated、like_days、last_year、class_profile、area_balance",
            "interpolated, like_days, last_year, class_profile or area_balance",
        ),
    ),
]
By = Annotated[
    str,
    typer.Option(
        "--by", metavar="BY", help=t("reader、route、area 或 month", "reader, route, area or month")
    ),
]
All = Annotated[bool, typer.Option("--all", help=t("连同已处理的", "those decided about as well"))]

app.command("draw", help=reading_draw.HELP)(reading_draw.draw)


@app.callback()
def reading() -> None:
    """Group of the commands about reading."""


@app.command(
    "check",
    help=t(
        "按日核查一个月的日冻结和曲线；中断后再执行从断处继续，重复执行结果不变。"
        "例：diansuo reading check --period 2024-08",
        "Check the daily freezes and curves of a month; stopped and run again it goes on, run twice it comes to the "
        "same. Example: diansuo reading check --period 2024-08",
    ),
)
def check(
    period: Period, station: StationName = "", as_user: AsUser = "system", as_json: AsJson = False
) -> None:
    """Run the job of the day checks."""
    month = parse_period(period)
    office.wake()
    from django.utils import timezone

    from diansuo.office.metering.days import running

    where, user = office.the_station(station), office.acting_user(as_user, "base.dispatch_work")
    office.scope_of(user, where)
    before_eyes.run(
        lambda: running.prepare(where, month, user=user, now=timezone.now()),
        t("按日核查", "day checks"),
        quiet=as_json,
    )
    counts = _counts(where, month)
    if as_json:
        say_json({"station": where.name, "period": period, "findings": counts})
        return
    for rule, (title, number) in counts.items():
        say(f"{rule} {title}：{number}")
    total = sum(number for _title, number in counts.values())
    say(t(f"{where.name} {period}：共 {total} 处", f"{where.name} {period}: {total} findings"))


def _counts(where: Any, month: int) -> dict[str, tuple[str, int]]:
    from diansuo.office.base.scope import Scope
    from diansuo.office.metering.exceptions import queries

    return queries.counts(Scope(frozenset({where.pk})), month)


@app.command(
    "exceptions",
    help=t(
        "列出一个月抄表异常中待处理的：日冻结、曲线和电费示数。例：diansuo reading exceptions --period 2024-08",
        "List the open exceptions of a month: daily freezes, curves, registers of bills. "
        "Example: diansuo reading exceptions --period 2024-08",
    ),
)
def exceptions(
    period: Period,
    station: StationName = "",
    every: All = False,
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """List the worklist."""
    month = parse_period(period)
    office.wake()
    from django.utils import timezone

    from diansuo.office.metering.exceptions import findings, queries

    user = office.acting_user(as_user, "base.see_readings")
    scope = office.scope_of(user, office.the_station(station) if station else None)
    rows = []
    for found in (findings.of_days(scope, month), findings.of_month(scope, month)):
        kept = found if every else found.filter(done=0)
        rows += queries.rows_of(scope, kept.order_by("-severity", "rule", "id"), timezone.localdate())
    if as_json:
        say_json([_plain(row) for row in rows])
        return
    for row in rows[:SHOWN]:
        say(f"{row.rule} {row.customer_number or row.area} {row.days} {row.title}：{row.reason} {row.owner}")
    if len(rows) > SHOWN:
        say(t(f"…共 {len(rows)} 条，全部用 --json", f"… {len(rows)} in all; --json prints them"))
    if not rows:
        say(t("没有待处理的异常", "no open exceptions"))


def _plain(row: Any) -> dict[str, Any]:
    names = (
        "rule", "severity", "title", "customer_number", "area_number", "days", "reason", "remedy", "owner", "decided",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}


@app.command(
    "estimate",
    help=t(
        "估算一个月缺日冻结的日电量、补曲线缺点；只用于线损和核查，不用于电费。"
        "例：diansuo reading estimate --period 2024-08",
        "Estimate the days that lack a freeze and fill gaps in curves; for losses and checks, never for bills. "
        "Example: diansuo reading estimate --period 2024-08",
    ),
)
def estimate(
    period: Period,
    way: WayName = "class_profile",
    station: StationName = "",
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Estimate a month."""
    month = parse_period(period)
    office.wake()
    from django.utils import timezone

    from diansuo.core.metering.estimation import Way
    from diansuo.office.metering.estimates import operations

    ways = {each.name.lower(): each for each in Way if each != Way.MEASURED}
    if way not in ways:
        raise Failure(
            t(f"没有方法 {way}；可用：{'、'.join(ways)}", f"no way {way}; there are {', '.join(ways)}")
        )
    where, user = office.the_station(station), office.acting_user(as_user, "base.dispatch_work")
    office.scope_of(user, where)
    made = operations.estimate_month(where, month, way=ways[way], user=user, now=timezone.now())
    if as_json:
        say_json({"station": where.name, "period": period, "days": made.days, "curves": made.curves})
        return
    say(
        t(
            f"{where.name} {period}：新估算 {made.points} 户 {made.days} 天，补曲线 {made.curves} 条；仅用于线损和核查",
            f"{where.name} {period}: {made.days} days of {made.points} points estimated, {made.curves} curves filled; "
            "for losses and checks only",
        )
    )


@app.command(
    "assess",
    help=t(
        "抄表考核：实抄率、及时率、差错率、估抄率、远程采集成功率。"
        "例：diansuo reading assess --period 2024-08 --by route",
        "Assess the reading of a month: rates of reading, in time, misread, estimated, collected from afar. "
        "Example: diansuo reading assess --period 2024-08 --by route",
    ),
)
def assess(
    period: Period,
    by: By = "reader",
    station: StationName = "",
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Print the rates of a month."""
    month = parse_period(period)
    office.wake()
    from dataclasses import asdict

    from diansuo.office.base import wording
    from diansuo.office.metering.assessment import queries

    if by not in (*queries.GROUPS, "month"):
        raise Failure(t(f"--by 没有 {by}", f"--by knows no {by}"))
    where, user = office.the_station(station), office.acting_user(as_user, "base.see_readings")
    scope = office.scope_of(user, where)
    found = (
        queries.by_month(scope, where.pk, month)
        if by == "month"
        else queries.groups(scope, where.pk, month, by)
    )
    if as_json:
        say_json([{"key": one.key, "title": one.title, **asdict(one.figures)} for one in found])
        return
    for one in found:
        figures = one.figures
        title = wording.month(one.key) if by == "month" else one.title or "—"
        rates = [
            wording.per_cent(rate)
            for rate in (
                figures.read_bp, figures.on_time_bp, figures.misread_bp, figures.estimated_bp, figures.collected_bp,
            )
        ]  # fmt: skip
        say(
            t(
                "{}：应抄 {}，实抄率 {}%，及时率 {}%，差错率 {}%，估抄率 {}%，远程采集成功率 {}%",
                "{}: due {}, read {} %, in time {} %, misread {} %, estimated {} %, collected {} %",
            ).format(title, figures.due, *rates)
        )
    if not found:
        say(t("这个月没有应抄的户", "nothing is due in this month"))
