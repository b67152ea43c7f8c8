"""``diansuo reading draw``: a month's checks on site, drawn by rule and made tasks."""

from __future__ import annotations

from diansuo.cli import office
from diansuo.cli.dates import parse_period
from diansuo.cli.imports import AsJson, AsUser, Period, StationName
from diansuo.cli.say import Failure, say, say_json, t

HELP = t(
    "按规则抽取一个月要到现场核查的户并派工：连续零度、改远程后、周期核抄、监抄、复抄；重复执行不重复抽。"
    "例：diansuo reading draw --period 2024-08 --as loss",
    "Draw a month's checks on site by rule and make their tasks: zero for cycles, newly remote, cycles of checks, "
    "accompanied reading, reading again; run twice it draws nothing twice. "
    "Example: diansuo reading draw --period 2024-08 --as loss",
)


def draw(
    period: Period, station: StationName = "", as_user: AsUser = "system", as_json: AsJson = False
) -> None:
    """Draw the checks of a month."""
    month = parse_period(period)
    office.wake()
    from dataclasses import asdict

    from django.utils import timezone

    from diansuo.office.metering.models import SiteCheck
    from diansuo.office.metering.visits import drawing

    where, user = office.the_station(station), office.acting_user(as_user, drawing.RIGHT)
    office.scope_of(user, where)
    if user is None:
        raise Failure(
            t("派工要有派工人：用 --as 指定账号", "a task needs who made it: name an account with --as")
        )
    drawn = drawing.draw(where, month, user=user, now=timezone.now())
    if as_json:
        say_json([asdict(one) for one in drawn])
        return
    words = t("{}：符合条件 {} 户，已抽 {} 户，本次新抽 {} 户", "{}: {} meet the rule, {} drawn, {} now")
    for one in drawn:
        say(words.format(SiteCheck.Kind(one.kind).label, one.eligible, one.standing, one.new))
