"""A small sample station as files: an archive, a reading list a month, and the last days' freeze.

Its registers are consistent (peak and valley make up the total), seasonal, and hold the everyday troubles that a
month brings: points not read, empty flats, a register that rolls over, one misread. The same arguments give the same
numbers.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from diansuo.core.quantity.month import first_day, next_month
from diansuo.sandbox import people
from diansuo.sandbox.workbook import write_workbook

Int64 = npt.NDArray[np.int64]

COMPANY, STATION = "云河供电公司", "云河供电所"
CUSTOMERS_AN_AREA = 60
AREAS_A_MANAGER = 3
REGISTER_END_WH = 10**9
FREEZE_DAYS = 45
# In the last month one customer in so many is not read, and one register is written down too low.
LAST_MONTH_UNREAD = 113
MISREAD_CUSTOMER, MISREAD_BY_WH = 10, 3_000_000
# Monthly use against the mean, January first: two summer months of cooling, a lesser winter peak.
SEASON = (1.25, 1.10, 0.90, 0.75, 0.75, 0.95, 1.45, 1.50, 1.00, 0.75, 0.80, 1.10)

ARCHIVE_COLUMNS = (
    "用户编号", "用户名称", "用电地址", "联系方式", "供电单位", "供电所", "变电站", "线路名称",
    "台区编号", "台区名称", "台区容量", "抄表段编号", "抄表段名称", "抄表例日", "抄表员", "台区经理",
    "计量点编号", "抄表序号", "电能表编号", "综合倍率", "抄表位数", "相别", "用电类别", "供电电压",
    "合同容量", "送电日期",
)  # fmt: skip
READING_COLUMNS = (
    "用户编号", "用户名称", "联系方式", "抄表段编号", "抄表段名称", "抄表例日", "抄表员",
    "计量点编号", "抄表序号", "电能表编号", "示数类型", "上次示数", "本次示数", "抄见电量",
    "综合倍率", "抄表位数", "异常类型", "抄表状态", "供电单位", "供电所", "用户地址",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Files:
    """Where the sample lies: readings by month."""

    archive: Path
    readings: dict[int, Path]
    freeze: Path


@dataclass(frozen=True, slots=True)
class _Station:
    """The sample in columns: use is (customers, months), registers (customers, months + 1), both in Wh."""

    rows: list[dict[str, Any]]
    has_parts: npt.NDArray[np.bool_]
    months: list[int]
    total_wh: Int64
    peak_wh: Int64
    valley_wh: Int64
    unread: npt.NDArray[np.bool_]


def write(folder: Path, *, customers: int, months: int, last_month: int, seed: int) -> Files:
    """Write the sample into a folder and return its files."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    station = _make(random, customers, [next_month(last_month, back) for back in range(1 - months, 1)])
    archive = folder / "用户档案.xlsx"
    write_workbook(
        archive,
        "用户档案",
        ARCHIVE_COLUMNS,
        ([row[name] for name in ARCHIVE_COLUMNS] for row in station.rows),
    )
    readings = {}
    for place, month in enumerate(station.months):
        readings[month] = folder / f"抄表数据_{month}.{'xlsx' if place % 2 else 'csv'}"
        _write_list(readings[month], list(_list_rows(station, place)))
    freeze = folder / "日冻结电量.parquet"
    _write_freeze(freeze, station, random)
    return Files(archive, readings, freeze)


def _make(random: np.random.Generator, customers: int, months: list[int]) -> _Station:
    rows = people.archive_rows(random, customers, CUSTOMERS_AN_AREA, AREAS_A_MANAGER, COMPANY, STATION)
    kinds = np.array([row["用电类别"] for row in rows])
    has_parts = kinds == "居民生活（峰谷）"
    level_kwh = random.lognormal(np.log(170), 0.55, customers) * np.where(kinds == "居民生活（合表）", 14, 1)
    season = np.array([SEASON[month % 100 - 2] for month in months[1:]])
    use_wh = np.rint(
        level_kwh[:, None] * season * random.lognormal(0, 0.16, (customers, len(months) - 1)) * 100
    )
    use_wh = use_wh.astype(np.int64) * 10
    empty = random.random(customers) < 0.02
    use_wh[empty, len(months) // 2 :] = 0
    valley_wh = np.rint(use_wh * random.uniform(0.25, 0.45, (customers, 1)) / 10).astype(np.int64) * 10
    start_wh = random.integers(100_000, 9_000_000, customers) * 10
    start_wh[0] = REGISTER_END_WH - 900_000
    total_wh = _registers(start_wh, use_wh)
    return _Station(
        rows=rows,
        has_parts=has_parts,
        months=months,
        total_wh=total_wh,
        peak_wh=_registers(start_wh * 6 // 100 * 10, use_wh - valley_wh),
        valley_wh=_registers(start_wh * 4 // 100 * 10, valley_wh),
        unread=_unread(random, customers, len(months)),
    )


def _registers(start_wh: Int64, use_wh: Int64) -> Int64:
    running = np.concatenate([start_wh[:, None], use_wh], axis=1).cumsum(axis=1)
    return running % REGISTER_END_WH


def _unread(random: np.random.Generator, customers: int, months: int) -> npt.NDArray[np.bool_]:
    unread = random.random((customers, months)) < 0.004
    unread[:, 0] = False
    unread[LAST_MONTH_UNREAD // 3 :: LAST_MONTH_UNREAD, -1] = True
    return unread


def _list_rows(station: _Station, place: int) -> Any:
    """Yield one month's reading list, a row a register."""
    for at, row in enumerate(station.rows):
        parts = [("总", station.total_wh)]
        if station.has_parts[at]:
            parts += [("峰", station.peak_wh), ("谷", station.valley_wh)]
        before = place - 1
        while before > 0 and station.unread[at, before]:
            before -= 1
        read = not station.unread[at, place]
        for name, registers in parts:
            this = int(registers[at, place])
            if at == MISREAD_CUSTOMER and place == len(station.months) - 1:
                this -= MISREAD_BY_WH
            previous = int(registers[at, before]) if place else None
            used = (this - previous) % REGISTER_END_WH if previous is not None and read else None
            yield _list_row(row, name, previous, this if read else None, used)


def _list_row(
    row: dict[str, Any], part: str, previous: int | None, this: int | None, used: int | None
) -> dict[str, Any]:
    copied = {name: row[name] for name in READING_COLUMNS if name in row}
    return copied | {
        "示数类型": f"正向有功（{part}）",
        "上次示数": _kwh(previous),
        "本次示数": _kwh(this),
        "抄见电量": _kwh(used),
        "异常类型": "" if this is not None else "未抄",
        "抄表状态": "已抄" if this is not None else "未抄",
        "用户地址": row["用电地址"],
    }


def _kwh(energy_wh: int | None) -> str:
    return "" if energy_wh is None else f"{energy_wh // 1000}.{energy_wh % 1000 // 10:02d}"


def _write_list(path: Path, rows: list[dict[str, Any]]) -> None:
    lines = ([row[name] for name in READING_COLUMNS] for row in rows)
    if path.suffix == ".xlsx":
        write_workbook(path, "抄表数据", READING_COLUMNS, lines)
        return
    with path.open("w", encoding="gb18030", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(READING_COLUMNS)
        writer.writerows(lines)


def _write_freeze(path: Path, station: _Station, random: np.random.Generator) -> None:
    """Write the daily registers of the last weeks before the last reading day."""
    last = first_day(station.months[-1])
    days = min(FREEZE_DAYS, (last - first_day(station.months[-2])).days)
    use_wh = (station.total_wh[:, -1] - station.total_wh[:, -2]) % REGISTER_END_WH
    share = random.dirichlet(np.full(days, 30.0), len(station.rows))
    within = np.floor(use_wh[:, None] * share.cumsum(axis=1) / 10).astype(np.int64) * 10
    within[:, -1] = use_wh
    registers = (station.total_wh[:, -2][:, None] + within) % REGISTER_END_WH
    dates = [last - timedelta(days=days - 1 - day) for day in range(days)]
    count = len(station.rows)
    pl.DataFrame(
        {
            "用户编号": np.repeat([row["用户编号"] for row in station.rows], days),
            "台区编号": np.repeat([row["台区编号"] for row in station.rows], days),
            "表资产号": np.repeat([row["电能表编号"] for row in station.rows], days),
            "倍率": np.ones(count * days, dtype=np.int64),
            "日期": [day.isoformat() for day in dates] * count,
            "PAP_R": [_kwh(int(value)) for value in registers.reshape(-1)],
        }
    ).write_parquet(path)


def write_payments(path: Path, month: int, owed_fen: dict[str, int], *, today: date, seed: int) -> None:
    """Write what came in for a month: most customers pay what they owe, some late, a few in part or not at all.

    Args:
        path: the csv to write.
        month: the billing month; the references carry it.
        owed_fen: what each customer owes, by number.
        today: nothing is paid after it.
        seed: the same one gives the same file.
    """
    random = np.random.default_rng([seed, month])
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("用户编号", "金额", "收费日期", "渠道", "流水号"))
        for at, (number, owed) in enumerate(sorted(owed_fen.items())):
            fate, days = random.random(), int(random.integers(3, 24))
            if fate > 0.95 or owed <= 0:
                continue
            fen = owed if fate < 0.93 else owed // 2 + 1
            channel = ("网上国网", "柜台", "银行代扣")[at % 3]
            paid = first_day(month) + timedelta(days=days)
            if paid > today:
                continue
            writer.writerow((number, f"{fen // 100}.{fen % 100:02d}", paid, channel, f"{month}{at:06d}"))
