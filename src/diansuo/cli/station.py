"""``diansuo station``: how the station runs, alone or beside a marketing system that issues the bills."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from diansuo.cli import office
from diansuo.cli.imports import AsJson, AsUser, StationName
from diansuo.cli.say import Failure, say, say_json, t

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


def station(
    mode: NewMode = "",
    name: StationName = "",
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Tell or change how a station runs."""
    office.wake()
    from django.utils import timezone

    from diansuo.office.base.modes import operations, wording

    if mode:
        where, user = office.the_station(name), office.acting_user(as_user, "base.set_mode")
        office.scope_of(user, where)
        try:
            operations.switch(where, mode, user=user, now=timezone.now())
        except operations.UnableToSwitch as refusal:
            raise Failure(str(refusal)) from refusal
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


def _stations(as_user: str) -> list[Any]:
    user = office.acting_user(as_user, "everyone")
    return list(office.scope_of(user).stations())
