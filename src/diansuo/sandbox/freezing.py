"""Writes the daily freeze of a month: one row a meter and day, registers as text with two decimals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from diansuo.sandbox.faults import Fault
from diansuo.sandbox.layout import Layout
from diansuo.sandbox.registers import Int64, Registers

NONE = -1


@dataclass(slots=True)
class Points:
    """All meters that are collected: customers, then masters, then gates; registers in tens of Wh, -1 for none."""

    frame: pl.DataFrame
    registers: dict[str, Int64]
    collected: Any
    exchanged: dict[int, tuple[int, str]]


def points(
    layout: Layout, registers: Registers, faults: list[Fault], rows: list[dict[str, Any]], shown: Int64
) -> Points:
    """Return the meters in the order of the archive's rows; ``shown`` is the archive's multiplier of each."""
    names = ("用户编号", "台区编号", "计量点编号", "电能表编号")
    frame = pl.DataFrame({name: [row.get(name) or "" for row in rows] for name in names})
    frame = frame.rename({"电能表编号": "表资产号"}).with_columns(pl.Series("倍率", shown.astype(str)))
    own, days = layout.columns, registers.total.shape[1]
    outside = layout.areas + layout.feeders
    nothing = np.full((outside, days), NONE, dtype=np.int64)

    def parts(of: Int64) -> Int64:
        return np.concatenate([np.where(layout.time_of_use[own, None], of[own] // 10, NONE), nothing])

    def phase(at: int) -> Int64:
        before = np.full((len(own), days), NONE, dtype=np.int64)
        return np.concatenate([before, registers.phases[:, at] // 10, nothing[: layout.feeders]])

    back = registers.back[own] // 10
    back[(layout.roof_kw[own] == 0) & (back[:, -1] == 0)] = NONE
    collected = np.ones((len(rows), days), dtype=np.bool_)
    place = {int(column): at for at, column in enumerate(own)}
    for fault in faults:
        if fault.method == "无日冻结":
            row = place[fault.customer] if fault.customer >= 0 else len(own) + fault.area
            collected[row, fault.from_day : fault.to_day] = False
    return Points(
        frame,
        {
            "PAP_R": np.concatenate([registers.total[own], registers.master, registers.gate]) // 10,
            "PAP_R2": parts(registers.peak),
            "PAP_R4": parts(registers.valley),
            "RAP_R": np.concatenate([back, registers.master_back // 10, registers.gate_back // 10]),
            "PAP_A": phase(0),
            "PAP_B": phase(1),
            "PAP_C": phase(2),
        },
        collected,
        {
            place[fault.customer]: (fault.from_day, new_meter(rows[place[fault.customer]]["电能表编号"]))
            for fault in faults
            if fault.kind == "换表"
        },
    )


def new_meter(asset: str) -> str:
    """Return the number of the meter that takes another one's place."""
    return f"{asset[:8]}9{asset[9:]}"


def write_month(path: Path, these: Points, days: list[date], first: int) -> int:
    """Write the days of a month, the first at this place in the registers; return the number of rows."""
    span = slice(first, first + len(days))
    row, day = np.nonzero(these.collected[:, span])
    texts = pl.Series([each.isoformat() for each in days])
    frame = these.frame[row].with_columns(texts.gather(day).alias("日期"), _meters(these, row, day + first))
    columns = {name: column[:, span][row, day] for name, column in these.registers.items()}
    frame.with_columns(_texts(columns)).write_parquet(path, compression="zstd", statistics=False)
    return len(row)


def _meters(these: Points, row: Int64, day: Int64) -> pl.Series:
    """Return the meter of each row: from the day of an exchange on the new one."""
    assets = [*these.frame["表资产号"].to_list(), *(meter for _day, meter in these.exchanged.values())]
    which = row.copy()
    for at, (place, (exchange_day, _meter)) in enumerate(these.exchanged.items()):
        which[(row == place) & (day >= exchange_day)] = len(these.frame) + at
    return pl.Series("表资产号", assets).gather(which)


def _texts(columns: dict[str, Int64]) -> Iterable[pl.Series]:
    hundredths = pl.Series([f".{at:02d}" for at in range(100)])
    for name, column in columns.items():
        known = column >= 0
        text = pl.Series(name, column // 100).cast(pl.String) + hundredths.gather(column % 100)
        yield text.set(~pl.Series(known), None) if not known.all() else text
