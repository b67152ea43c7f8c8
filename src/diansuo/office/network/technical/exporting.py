"""Technical losses of a month as text: what ``diansuo export technical`` writes, a row an area and day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from diansuo.core.quantity import month as months_
from diansuo.core.quantity.energy import kwh_from_wh
from diansuo.office.base.scope import Scope
from diansuo.office.network import queries as losses
from diansuo.office.network.technical import classical, queries
from diansuo.office.network.technical.wording import METHODS, REASONS

HEADINGS: Final = (
    "供电所", "台区编号", "台区名称", "日期", "供电量", "售电量", "损失电量",
    "技术线损", "下限", "上限", "其中线路", "其中电能表", "其余损失", "配变损耗",
    "算法", "无法计算原因", "表计数", "补算表计数", "线路清单外表计数", "等值电阻法线路损耗",
    "电压损失法线路损耗",
)  # fmt: skip


def rows_of_month(
    scope: Scope, *, period: int, station: str = "", area: str = ""
) -> Iterator[tuple[str, ...]]:
    """Yield the technical loss of every area and day of a month beside its statistical loss."""
    start, end = months_.first_day(period), months_.first_day(months_.next_month(period))
    for one in scope.stations_in_part():
        if station and one.name != station:
            continue
        by_area: dict[int, list[losses.AreaLoss]] = {}
        for loss in losses.loss_of_areas(scope.within(one.pk), start, end):
            if not area or loss.number == area:
                by_area.setdefault(loss.id, []).append(loss)
        for area_id, days in by_area.items():
            first, last = days[0].day, days[-1].day
            found = queries.of_area(scope, area_id, first, last)
            beside = classical.of_area(scope, area_id, first, last)
            for loss in days:
                yield _row(one.name, loss, found, beside, (loss.day - first) // timedelta(days=1))


def _row(
    station: str,
    loss: losses.AreaLoss,
    found: queries.TechnicalDays,
    beside: list[classical.Classical],
    at: int,
) -> tuple[str, ...]:
    technical = found.technical_wh[at]
    rest = None if technical is None or loss.loss_wh is None else loss.loss_wh - technical
    return (
        station, loss.number, loss.name, loss.day.isoformat(),
        *(_kwh(wh) for wh in (
            loss.supply_wh, loss.sold_wh, loss.loss_wh, technical, found.low_wh[at], found.high_wh[at],
            found.line_wh[at], found.meter_wh[at], rest, found.transformer_wh[at],
        )),
        str(METHODS[found.method_code[at]]), str(REASONS[found.reason_code[at]]), str(found.meters[at]),
        str(found.filled[at]), str(found.unplaced), _kwh(beside[at].resistance_wh), _kwh(beside[at].voltage_drop_wh),
    )  # fmt: skip


def _kwh(energy_wh: int | None) -> str:
    return "" if energy_wh is None else str(kwh_from_wh(energy_wh))
