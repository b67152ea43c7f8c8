"""The losses of a month as text: what ``diansuo export loss`` writes."""

from __future__ import annotations

from collections.abc import Iterator

from diansuo.core.quantity import month as months_
from diansuo.core.quantity.energy import kwh_from_wh
from diansuo.office.base import wording
from diansuo.office.base.scope import Scope
from diansuo.office.network import listing, other_days, queries
from diansuo.office.network.other_days import AreaDays
from diansuo.office.network.queries import AreaLoss, LevelLoss, Loss
from diansuo.office.network.wording import kind_name

HEADINGS = (
    "供电所", "层级", "编号", "名称", "台区经理", "周期", "日期", "供电量（kWh）", "售电量（kWh）", "损失电量（kWh）",
    "线损率（%）", "分类", "突变", "前7日均线损率（%）", "前7日均损失电量（kWh）",
    "折合（元）", "表计数", "有示数表计数", "不可算原因",
    "光伏上网电量（kWh）", "倒送电量（kWh）", "非同期抄表户数", "已按冻结校正户数", "校正电量（kWh）",
    "未能校正户数", "未校正户结算电量（kWh）",
)  # fmt: skip
AREA, FEEDER, LEVEL, STATION = "台区", "线路", "电压等级", "全所"
DAY, MONTH = "日", "月"


def rows_of_month(scope: Scope, *, period: int, station: str = "") -> Iterator[tuple[str, ...]]:
    """Yield every loss of a month: days of areas, feeders and stations, then the month of each; the station by name."""
    start, end = months_.first_day(period), months_.first_day(months_.next_month(period))
    for one in scope.stations():
        if station and one.name != station:
            continue
        own = Scope(frozenset([one.pk]))
        parts = (
            (AREA, DAY, queries.loss_of_areas(own, start, end)),
            (FEEDER, DAY, queries.loss_of_feeders(own, start, end)),
            (STATION, DAY, queries.loss_of_stations(own, start, end)),
            (AREA, MONTH, queries.monthly_loss_of_areas(own, period)),
            (FEEDER, MONTH, queries.monthly_loss_of_feeders(own, period)),
            (STATION, MONTH, queries.monthly_loss_of_stations(own, period)),
        )
        for level, cycle, losses in parts:
            corrected = other_days.of_areas(one, period) if (level, cycle) == (AREA, MONTH) else {}
            for loss in losses:
                yield (*_row(one.name, level, cycle, loss), *_corrected(corrected.get(loss.id)))
        for of in queries.loss_of_levels(own, start, end):
            yield (*_level_row(DAY, of), *_corrected(None))
        for of in queries.monthly_loss_of_levels(own, period):
            yield (*_level_row(MONTH, of), *_corrected(None))


def _row(station: str, level: str, cycle: str, of: Loss) -> tuple[str, ...]:
    return (
        station,
        level,
        of.number,
        of.name,
        of.manager if isinstance(of, AreaLoss) else "",
        cycle,
        of.day.isoformat() if cycle == DAY else wording.month(months_.month_of(of.day)),
        _kwh(of.supply_wh),
        _kwh(of.sold_wh),
        _kwh(of.loss_wh),
        _hundredths(of.rate_bp),
        kind_name(of.kind),
        "是" if of.sudden else "",
        _hundredths(of.mean7_rate_bp),
        _kwh(of.mean7_loss_wh),
        _hundredths(of.value_fen),
        str(of.outlets),
        str(of.outlets_known),
        of.reason_detail,
        _kwh(of.feed_in_wh),
        _kwh(of.back_wh),
    )


def _corrected(of: AreaDays | None) -> tuple[str, ...]:
    """Write what the freezes corrected of customers read on other days; of the month of an area alone."""
    if of is None:
        return ("",) * 5
    return (str(of.other), str(of.corrected), _kwh(of.corrected_wh), str(of.left), _kwh(of.left_wh))


def _level_row(cycle: str, of: LevelLoss) -> tuple[str, ...]:
    """Write a voltage level: its groups and those of them that can be computed stand where others have meters."""
    known = of.rate_bp is not None
    return (
        of.station, LEVEL, "", listing.level_name(of), "", cycle,
        of.day.isoformat() if cycle == DAY else wording.month(months_.month_of(of.day)),
        *(_kwh(wh if known else None) for wh in (of.supply_wh, of.sold_wh, of.loss_wh)), _hundredths(of.rate_bp),
        "", "", "", "", "", str(of.groups), str(of.groups_known), listing.level_remark(of), "", "",
    )  # fmt: skip


def _kwh(energy_wh: int | None) -> str:
    return "" if energy_wh is None else str(kwh_from_wh(energy_wh))


def _hundredths(value: int | None) -> str:
    if value is None:
        return ""
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 100}.{abs(value) % 100:02d}"
