"""``diansuo station``: how the station runs, alone or beside a marketing system that issues the bills."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from diansuo.cli import office
from diansuo.cli.imports import AsJson, AsUser, StationName
from diansuo.cli.say import Failure, say, say_json, t, warn

NewMode = Annotated[
    str,
    typer.Option(
        "--mode",
        metavar="MODE",
        help=t(
            "改为 alone（独立运行）或 beside（营销2.0旁运行）；不写则只显示",
            "alone (the full cycle) or beside (another system issues the bills); without it, just tell",
        ),
    ),
]

Reason = Annotated[
    str,
    typer.Option("--reason", help=t("更改的原因，复核人要看", "why; the second person reads it")),
]


def station(
    mode: NewMode = "",
    name: StationName = "",
    reason: Reason = "",
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Tell or change how a station runs."""
    office.wake()
    from diansuo.office.base.modes import wording

    if mode:
        where, user = office.the_station(name), office.acting_user(as_user, "base.set_mode")
        office.scope_of(user, where)
        _change(where, mode, user, reason)
        shown = [where]
    else:
        shown = [office.the_station(name)] if name else list(_stations(as_user))
    if as_json:
        say_json([{"station": one.name, "mode": one.mode} for one in shown])
        return
    if not shown:
        say(t("还没有供电所；导入用户档案时建立", "no station yet; importing an archive makes it"))
    for one in shown:
        say(f"{one.name}：{one.mode}（{wording.name(one.mode)}）")
        for line in wording.meaning(one.mode):
            say(f"  {line}")


station.__doc__ = t(
    "显示或更改供电所的运行方式。例：diansuo station --mode beside",
    "Tell or change how a station runs. Example: diansuo station --mode beside",
)


def _change(where: Any, mode: str, user: Any, reason: str) -> None:
    """Propose the mode; while nobody is there yet who could agree, take it at once."""
    from django.utils import timezone

    from diansuo.office.base.modes import operations, proposing
    from diansuo.office.base.proposals.operations import UnableToDo

    now = timezone.now()
    try:
        if not proposing.needs_second(where):
            operations.switch(where, mode, user=user, now=now)
            return
        why = reason or t("命令行更改运行方式", "changed on the command line")
        made = proposing.propose(where, mode, reason=why, user=user, now=now, ran_by=office.ran_by())
    except (operations.UnableToSwitch, UnableToDo) as refusal:
        raise Failure(str(refusal)) from refusal
    warn(
        t(
            f"已提交为第 {made.pk} 号提议，等另一人在“变更提议”复核",
            f"proposed as number {made.pk}; a second person agrees in the workbench",
        )
    )


def _stations(as_user: str) -> list[Any]:
    user = office.acting_user(as_user, "everyone")
    return list(office.scope_of(user).stations())
