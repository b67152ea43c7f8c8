"""Technical losses of feeders as text: what ``diansuo export technical --feeders`` writes, a row a feeder and day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from math import isfinite
from typing import Final

from diansuo.core.quantity import month as months_
from diansuo.core.quantity.energy import kwh_from_wh
from diansuo.office.base.scope import Scope
from diansuo.office.network import queries as losses
from diansuo.office.network.technical import feeder_queries
from diansuo.office.network.technical.feeder_queries import FeederDay
from diansuo.office.network.technical.wording import FEEDER_REASONS, METHODS

HEADINGS: Final = (
    "供电所", "线路名称", "线路编号", "日期", "供电量", "售电量", "损失电量",
    "技术线损", "下限", "上限", "其中线路", "其中配变", "其余损失", "算法", "无法计算原因",
    "配变台数", "补算配变台数", "线路清单外配变台数", "损耗不详配变台数", "最低线电压V",
)  # fmt: skip


def rows_of_month(scope: Scope, *, period: int, station: str = "") -> Iterator[tuple[str, ...]]:
    """Yield the technical loss of every feeder and day of a month beside its statistical loss."""
    start, end = months_.first_day(period), months_.first_day(months_.next_month(period))
    for one in scope.stations():
        if station and one.name != station:
            continue
        every = list(losses.loss_of_feeders(scope.within(one.pk), start, end))
        if not every:
            continue
        first, last = min(loss.day for loss in every), max(loss.day for loss in every)
        found = feeder_queries.of_station(scope, one, first, last)
        for loss in sorted(every, key=lambda each: (each.name, each.number, each.id, each.day)):
            days = found.get(loss.id)
            yield _row(one.name, loss, days[(loss.day - first) // timedelta(days=1)] if days else None)


def _row(station: str, loss: losses.Loss, of: FeederDay | None) -> tuple[str, ...]:
    head = (
        station, loss.name, loss.number, loss.day.isoformat(),
        *(_kwh(wh) for wh in (loss.supply_wh, loss.sold_wh, loss.loss_wh)),
    )  # fmt: skip
    if of is None:
        return head + ("",) * (len(HEADINGS) - len(head))
    rest = None if of.technical_wh is None or loss.loss_wh is None else loss.loss_wh - of.technical_wh
    parts = (of.technical_wh, of.low_wh, of.high_wh, of.line_wh, of.transformer_wh, rest)
    lowest = f"{of.lowest_v:.0f}" if of.technical_wh is not None and isfinite(of.lowest_v) else ""
    return (
        *head, *(_kwh(wh) for wh in parts), str(METHODS[of.method_code]), str(FEEDER_REASONS[of.reason_code]),
        *(str(count) for count in (of.transformers, of.filled, of.unplaced, of.unplated)), lowest,
    )  # fmt: skip


def _kwh(energy_wh: int | None) -> str:
    return "" if energy_wh is None else str(kwh_from_wh(energy_wh))
