"""``diansuo cycle compare``: a month held against the bills another system issued, by cause."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

import typer

from diansuo.cli import office
from diansuo.cli.dates import parse_period
from diansuo.cli.imports import AsJson, AsUser, Period, StationName
from diansuo.cli.say import bar, say, say_json, t


def register(app: typer.Typer) -> None:
    """Add the command to the group of the cycle."""
    app.command(
        "compare",
        help=t(
            "第二意见核对：把一个月的已发行电费与本系统逐行核对，按原因列出差额。"
            "例：diansuo cycle compare --period 2024-08",
            "Second opinion: hold the bills another system issued for a month against ours, line by line, and list "
            "the differences by cause. Example: diansuo cycle compare --period 2024-08",
        ),
    )(compare)


def compare(
    period: Period, station: StationName = "", as_user: AsUser = "system", as_json: AsJson = False
) -> None:
    """Compare a month and list the causes."""
    month = parse_period(period)
    office.wake()
    from django.utils import timezone

    from diansuo.office.base import wording
    from diansuo.office.billing.opinion import operations, queries

    user = office.acting_user(as_user, "base.import_files")
    scope = office.scope_of(user, office.the_station(station) if station else None)
    with bar(t("电费核对", "comparing"), quiet=as_json) as advance:
        found = operations.compare_stations(scope, month, now=timezone.now(), advance=partial(advance, ""))
    causes = queries.causes(scope, period=month, comparable=found.bills)
    only_ours = queries.without_theirs(scope, period=month)
    if as_json:
        say_json(
            {
                "period": period,
                "compared": found.bills,
                "differing": found.differing,
                "only_ours": only_ours,
                "causes": [asdict(row) | {"title": str(row.title)} for row in causes.rows],
            }
        )
        return
    if not found.bills:
        say(
            t(
                "本月没有可以核对的已发行电费；先执行 diansuo import issued",
                "No issued bills to compare in this month; first run diansuo import issued",
            )
        )
        return
    for row in causes.rows:
        say(
            t(
                f"{row.title}：{row.bills} 户，差额 {wording.yuan(row.difference_fen)} 元，"
                f"不计正负 {wording.yuan(row.size_fen)} 元，其中推定 {row.supposed} 户",
                f"{row.title}: {row.bills} customers, difference {wording.yuan(row.difference_fen)} yuan, "
                f"without signs {wording.yuan(row.size_fen)}, of them supposed {row.supposed}",
            )
        )
    say(
        t(
            f"{period}：核对 {found.bills} 户，有差额 {found.differing} 户，对方没有发行 {only_ours} 户",
            f"{period}: compared {found.bills}, differing {found.differing}, not issued by the other {only_ours}",
        )
    )
