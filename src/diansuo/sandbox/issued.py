"""What a neighbouring marketing system would hand over: bills issued, arrears on a day, meters that did not answer.

The amounts are estimates of the sandbox: residential by monthly steps of 180 and 350 kWh at SAMPLE prices 0.56, 0.61
and 0.86 yuan a kWh, other classes at one SAMPLE price each. They are invented for the sandbox and are nobody's
official prices.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from diansuo.core.quantity.month import first_day
from diansuo.sandbox.faults import Fault
from diansuo.sandbox.layout import Array, Layout
from diansuo.sandbox.lists import write_table

SAMPLE_STEP_KWH = (180, 350)
SAMPLE_STEP_FEN = (56, 61, 86)
SAMPLE_FEN = {"居民生活（合表）": 58, "农业生产用电": 48, "工商业（单一制）": 75, "工商业（两部制）": 66}
ISSUED_COLUMNS = ("用户编号", "用户名称", "电费年月", "用电类别", "结算电量", "应收电费", "发行日期")
ARREARS_COLUMNS = ("用户编号", "用户名称", "电费年月", "应收电费", "欠费金额", "交费截止日")
FAILURE_COLUMNS = (
    "用户编号", "用户名称", "台区编号", "电能表编号", "失败日期", "连续失败天数", "失败原因",
)  # fmt: skip
ISSUE_DAY, DUE_DAY = 5, 25


def amounts_fen(rows: list[dict[str, Any]], used_kwh: Array) -> Array:
    """Return the sample amount of each customer's month in fen, int64."""
    first, second = SAMPLE_STEP_KWH
    steps = SAMPLE_STEP_FEN
    stepped = used_kwh * steps[0] + np.maximum(used_kwh - first, 0) * (steps[1] - steps[0])
    stepped += np.maximum(used_kwh - second, 0) * (steps[2] - steps[1])
    price = np.array([SAMPLE_FEN.get(row["用电类别"], 0) for row in rows])
    return np.where(price > 0, used_kwh * price, stepped)


def write_issued(
    folder: Path, rows: list[dict[str, Any]], used_kwh: dict[int, Array], today: date, seed: int, ending: str
) -> tuple[dict[int, Path], Path]:
    """Write the issued bills of each month (-1 kWh: not read, no bill) and what of them is owed on the day."""
    issued: dict[int, Path] = {}
    owed: list[tuple[Any, ...]] = []
    random = np.random.default_rng([seed, 6])
    for month, used in used_kwh.items():
        amounts = amounts_fen(rows, np.maximum(used, 0))
        day, due = first_day(month).replace(day=ISSUE_DAY), first_day(month).replace(day=DUE_DAY)
        fate, delay = random.random(len(rows)), random.integers(1, 24, len(rows))
        age = sum(1 for later in used_kwh if later > month)
        bills = []
        for at in np.flatnonzero((used >= 0) & (amounts > 0)):
            row, fen = rows[at], int(amounts[at])
            bills.append(
                (row["用户编号"], row["用户名称"], month, row["用电类别"], int(used[at]), _yuan(fen), day)
            )
            unpaid = fate[at] > 1 - 0.05 / (1 + age) or day + timedelta(days=int(delay[at])) > today
            if day <= today and unpaid:
                left = fen if fate[at] < 0.985 else fen // 2 + 1
                owed.append((row["用户编号"], row["用户名称"], month, _yuan(fen), _yuan(left), due))
        if day <= today:
            issued[month] = folder / f"已发行电费_{month}{ending}"
            write_table(issued[month], "已发行电费", ISSUED_COLUMNS, bills)
    arrears = folder / f"欠费明细_{today:%Y%m%d}{ending}"
    write_table(arrears, "欠费明细", ARREARS_COLUMNS, owed)
    return issued, arrears


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def write_failures(
    path: Path, layout: Layout, faults: list[Fault], rows: list[dict[str, Any]], days: list[date]
) -> None:
    """Write the meters whose register of the last day did not come."""
    place = {int(column): at for at, column in enumerate(layout.columns)}

    def failed() -> Any:
        for fault in faults:
            if fault.method != "无日冻结" or fault.to_day < len(days):
                continue
            row = rows[place[fault.customer] if fault.customer >= 0 else len(place) + fault.area]
            names = ("用户编号", "用户名称", "台区编号", "电能表编号")
            yield *(row.get(name, "") for name in names), days[-1], len(days) - fault.from_day, fault.note

    write_table(path, "采集失败清单", FAILURE_COLUMNS, failed())
