"""The list of meter clocks: all that answered on the last night, a few seconds off, those that drift by hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from diansuo.sandbox import freezing
from diansuo.sandbox.faults import Fault
from diansuo.sandbox.layout import Layout
from diansuo.sandbox.lists import write_table

COLUMNS = ("用户编号", "用户名称", "台区编号", "表资产号", "召测时间", "表时钟", "时钟偏差(分钟)")
READ_AT = time(2)
READS_A_SECOND = 4
USUAL_S, MOST_S = 30, 150
HOUR_S = 3600


def write_clocks(
    path: Path,
    layout: Layout,
    faults: list[Fault],
    rows: list[dict[str, Any]],
    days: list[date],
    random: np.random.Generator,
) -> None:
    """Write the clock of every meter that answered on the last day; a meter exchanged since bears its new number."""
    place = {int(column): at for at, column in enumerate(layout.columns)}

    def of(kind: str) -> dict[int, Fault]:
        return {place[fault.customer]: fault for fault in faults if fault.kind == kind}

    silent = {
        place[fault.customer] if fault.customer >= 0 else len(place) + fault.area
        for fault in faults
        if fault.method == "无日冻结" and fault.to_day >= len(days)
    }
    drifting, exchanged = of("时钟偏差"), of("换表")
    ahead = np.clip(np.rint(random.normal(0, USUAL_S, len(rows))), -MOST_S, MOST_S).astype(int)
    begin = datetime.combine(days[-1], READ_AT)

    def lines() -> Iterator[tuple[Any, ...]]:
        for at, row in enumerate(rows):
            if at in silent:
                continue
            meter = freezing.new_meter(row["电能表编号"]) if at in exchanged else row["电能表编号"]
            read = begin + timedelta(seconds=at // READS_A_SECOND)
            off = int(ahead[at]) + (round(drifting[at].value * HOUR_S) if at in drifting else 0)
            clock = read + timedelta(seconds=off)
            names = (row.get(name, "") for name in COLUMNS[:3])
            yield *names, meter, read.isoformat(" "), clock.isoformat(" "), f"{off / 60:.1f}"

    write_table(path, "电能表时钟", COLUMNS, lines())
