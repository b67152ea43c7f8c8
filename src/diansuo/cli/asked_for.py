"""What an export of losses is asked for, looked up before anything is written: a name nobody has is no empty file."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from diansuo.cli.say import Failure, t

if TYPE_CHECKING:  # read before Django is loaded
    from diansuo.office.base.scope import Scope


def within(scope: Scope, given: str) -> Scope:
    """Return the scope within the station of this name; as it is where none was given.

    Raises:
        Failure: the scope has no such station.
    """
    if not given:
        return scope
    stations = list(scope.stations_in_part())
    found = next((one for one in stations if one.name == given), None)
    if found is None:
        known = "、".join(one.name for one in stations)
        raise Failure(
            t(
                f"没有供电所 {given}；可用的：{known or '无'}",
                f"no station {given}; there are: {known or 'none'}",
            )
        )
    return scope.within(found.pk)


def area_known(scope: Scope, number: str) -> None:
    """Make sure that an area of this number has losses of its own.

    Raises:
        Failure: there is none in the scope, or it serves one customer alone.
    """
    from diansuo.office.archive.models import AreaTerm, TransformerArea

    found = TransformerArea.objects.filter(scope.limit("station"), number=number).first()
    if found is None:
        raise Failure(
            t(
                f"没有台区 {number}；按用户档案里的台区编号写，名称不算",
                f"no area {number}; write its number as the archive has it, not its name",
            )
        )
    if AreaTerm.objects.filter(area=found).exists() and not AreaTerm.objects.filter(
        area=found, dedicated=False
    ):
        raise Failure(
            t(
                f"台区 {number} 是专变，没有台区线损；它的用电计入所在线路",
                f"area {number} is a customer's own transformer and has no loss of an area; its feeder's has it",
            )
        )


def month_there(scope: Scope, period: int) -> None:
    """Make sure that there are losses of a month.

    Raises:
        Failure: no daily freezes of it have come.
    """
    from diansuo.office.network import queries

    latest = _latest(scope)
    months = [one for one in queries.months_of_losses(scope) if one <= latest.year * 100 + latest.month]
    if period not in months:
        first, last = (_month(one) for one in (min(months), max(months)))
        raise Failure(
            t(
                f"{_month(period)} 没有日冻结；有示数的是 {first} 至 {last}，改 --period，或先导入日冻结电量",
                f"no daily freezes of {_month(period)}; there are those of {first} to {last}: change --period, or "
                "import daily freezes",
            )
        )


def day_there(scope: Scope, given: date | None) -> date:
    """Return the day given, or the latest with registers.

    Raises:
        Failure: no registers of it have come.
    """
    from diansuo.office.network import queries

    latest = _latest(scope)
    if given is None or queries.latest_loss_day(scope, given) == given:
        return given or latest
    raise Failure(
        t(
            f"{given} 没有示数，示数到 {latest} 为止；改 --day，或先导入日冻结电量",
            f"no registers of {given}, the latest are of {latest}; change --day, or import daily freezes",
        )
    )


def _latest(scope: Scope) -> date:
    from django.utils import timezone

    from diansuo.office.network import queries

    found = queries.latest_loss_day(scope, timezone.localdate())
    if found is None:
        raise Failure(
            t(
                "还没有日冻结；先导入：diansuo import freeze 文件",
                "there are no daily freezes; import some: diansuo import freeze FILE",
            )
        )
    return found


def _month(period: int) -> str:
    return f"{period // 100}-{period % 100:02d}"
