"""``diansuo loss``: look for the causes of a station's losses, and keep what is found."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from diansuo.cli import before_eyes, office
from diansuo.cli.dates import parse_day
from diansuo.cli.imports import AsJson, AsUser, StationName
from diansuo.cli.say import Failure, say, say_json, t

app = typer.Typer(no_args_is_help=True, help=t("线损原因。", "Causes of line loss."))
Day = Annotated[
    str,
    typer.Option(
        "--day",
        metavar="DAY",
        help=t("分析到哪一天；不填取示数到齐的最近一天", "the last day looked at; the latest with registers"),
    ),
]


@app.callback()
def loss() -> None:
    """Group of the commands about causes of loss."""


@app.command(
    "find",
    help=t(
        "找一天的线损原因并保存；中断后再执行从断处继续，重复执行不会重复。例：diansuo loss find --day 2024-10-28",
        "Look for the causes of losses up to a day and keep them; stopped and run again it goes on, run twice nothing "
        "is twice. Example: diansuo loss find --day 2024-10-28",
    ),
)
def find(
    day: Day = "", station: StationName = "", as_user: AsUser = "system", as_json: AsJson = False
) -> None:
    """Run the job that looks for causes."""
    given = parse_day(day) if day else None
    office.wake()
    from django.utils import timezone

    from diansuo.office.base.models import JobStage
    from diansuo.office.network.causes import running

    where, user = office.the_station(station), office.acting_user(as_user, "base.dispatch_work")
    scope = office.scope_of(user, where)
    last = _day(scope, given)
    job = before_eyes.run(
        lambda: running.prepare(where, last, user=user, now=timezone.now()),
        t("线损原因", "causes of loss"),
        quiet=as_json,
    )
    counts = JobStage.objects.get(job=job, name=running.STAGE).summary
    if as_json:
        say_json({"station": where.name, "day": last.isoformat(), **counts})
        return
    new, again, gone, areas = (counts.get(name, 0) for name in ("new", "again", "gone", "areas"))
    say(
        t(
            f"{where.name} {last}：{areas} 个台区有原因，新找到 {new} 条，仍在的 {again} 条，不再出现的 {gone} 条",
            f"{where.name} {last}: causes in {areas} areas, {new} new, {again} found again, {gone} seen no more",
        )
    )


def _day(scope: object, given: date | None) -> date:
    """Return the day to look up to: the one given, or the latest with registers.

    Raises:
        Failure: there are no registers, or none so late: nothing could be found, and a later search would seem older.
    """
    from django.utils import timezone

    from diansuo.office.network import queries

    found = queries.latest_loss_day(scope, timezone.localdate())  # type: ignore[arg-type]
    if found is None:
        raise Failure(t("还没有日冻结示数；先导入日冻结电量", "no daily freezes yet; import them first"))
    if given is not None and given > found:
        raise Failure(
            t(
                f"{given} 还没有示数，示数只到 {found}；改 --day，或先导入后面的日冻结电量",
                f"no registers of {given}, the latest are of {found}; change --day, or import later daily freezes",
            )
        )
    return given or found
