"""Writes the lists an office exports: archive, readings of a month, low voltage lines, and the truth behind them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from diansuo.sandbox import people
from diansuo.sandbox.energy import Energy
from diansuo.sandbox.faults import Fault
from diansuo.sandbox.layout import (
    BRANCH_WIRE,
    COMMERCIAL_PLACES,
    CUSTOMERS_AN_AREA,
    GATE_MULTIPLIER,
    SEGMENTS,
    SERVICE_WIRE,
    TRUNK,
    TRUNK_WIRE,
    Array,
    Layout,
)
from diansuo.sandbox.shapes import Use
from diansuo.sandbox.transformers import transformer
from diansuo.sandbox.workbook import write_workbook

TRANSFORMERS_KVA = (630, 800, 1000, 1250, 1600)
METHODS = ("按容量", "按合同最大需量", "按实际最大需量")
COMPANY, STATION = "云河供电公司", "云河供电所"
AREA_COLUMNS = (
    "变电站", "线路名称", "线路编号", "台区编号", "台区名称", "台区容量", "台区联结组别", "台区配变型号",
)  # fmt: skip
"""What the archive's rows of one area have in common."""

ARCHIVE_COLUMNS = (
    "用户编号", "用户名称", "用电地址", "联系方式", "供电单位", "供电所", "变电站", "线路名称", "线路编号",
    "台区编号", "台区名称", "台区容量", "台区联结组别", "台区配变型号", "公专变标志", "抄表段编号", "抄表段名称",
    "抄表例日", "抄表方式", "抄表员", "台区经理",
    "计量点编号", "计量点性质", "抄表序号", "电能表编号", "综合倍率", "抄表位数", "相别", "用电类别", "供电电压",
    "合同容量", "送电日期", "是否执行分时", "购电方式", "基本电费计费方式", "合同最大需量", "功率因数考核标准",
    "计量方式", "受电变压器编号", "受电变压器型号", "受电变压器容量",
)  # fmt: skip
READING_COLUMNS = (
    "用户编号", "用户名称", "联系方式", "抄表段编号", "抄表段名称", "抄表例日", "抄表员",
    "计量点编号", "抄表序号", "电能表编号", "示数类型", "上次示数", "本次示数", "抄见电量",
    "综合倍率", "抄表位数", "异常类型", "抄表状态", "供电单位", "供电所", "用户地址", "电费年月", "抄表日期",
    "抄表性质",
)  # fmt: skip
LINE_COLUMNS = ("台区编号", "线段编号", "上级线段", "相别", "导线型号", "长度(m)", "下接用户编号")
TRUTH_COLUMNS = ("用户编号", "台区编号", "种类", "手法", "起", "止", "每日电量(kWh)", "说明")
_WORDS = {
    Use.SHARED: "居民生活（合表）",
    Use.IRRIGATION: "农业生产用电",
    Use.COMMERCIAL: "工商业（单一制）",
    Use.DEDICATED: "工商业（两部制）",
}
_CAPACITY = {Use.SHARED: 60, Use.IRRIGATION: 20, Use.COMMERCIAL: 50}


def area_number(area: int) -> str:
    """Return the number of an area."""
    return f"5200T{area + 1:05d}"


def archive(random: np.random.Generator, layout: Layout, faults: list[Fault]) -> list[dict[str, Any]]:
    """Return the archive's rows as the office believes them: customers, masters of areas, gates of feeders."""
    a_manager = 3 if layout.areas <= 18 else max(12, -(-layout.areas // len(people.READERS)))
    rows = people.archive_rows(random, layout.public, CUSTOMERS_AN_AREA, a_manager, COMPANY, STATION)
    for at, row in enumerate(rows):
        use = Use(int(layout.use[at]))
        row["综合倍率"] = int(layout.multiplier[at])
        row["用电类别"] = _WORDS.get(use, "居民生活（峰谷）" if layout.time_of_use[at] else "居民生活用电")
        if use == Use.COMMERCIAL:
            shop = ("便利店", "碾米坊")[at % CUSTOMERS_AN_AREA == COMMERCIAL_PLACES[1]]
            row["用户名称"] = row["用户名称"] + shop
            row |= {
                "是否执行分时": "否",
                "购电方式": "代理购电",
                "功率因数考核标准": "不考核",
                "计量方式": "低供低计",
            }
        if layout.phase[at] == 3:
            row |= {"相别": "ABC", "供电电压": "交流380V", "合同容量": _CAPACITY[use]}
        else:
            row["相别"] = "ABC"[int(layout.phase[at])]
    heads = rows[::CUSTOMERS_AN_AREA]
    areas = [{name: row[name] for name in AREA_COLUMNS} for row in heads]
    for fault in faults:
        if fault.kind == "户变关系错误":
            rows[fault.customer] |= areas[int(fault.value)]
        elif fault.kind == "倍率错误":
            rows[fault.customer]["综合倍率"] = int(fault.value)
        elif fault.kind == "电价类别错误":
            rows[fault.customer]["用电类别"] = "居民生活用电"
    rows += [_dedicated(layout, at, heads) for at in range(layout.dedicated)]
    return rows + [_master(layout, at, head) for at, head in enumerate(heads)] + [
        _gate(at, heads) for at in range(layout.feeders)
    ]  # fmt: skip


def _dedicated(layout: Layout, at: int, heads: list[dict[str, Any]]) -> dict[str, Any]:
    feeder, column = int(layout.feeder[layout.areas + at]), layout.padded + at
    near = heads[feeder * people.AREAS_A_FEEDER]
    number = f"5201{at + 1:06d}"
    # What a working day with its noise comes to at the most, a little less than it: some months lie above the contract.
    demand = int(layout.level_kwh[column] * 0.15) // 10 * 10
    capacity = next(size for size in TRANSFORMERS_KVA if size > demand * 1.1 or size == TRANSFORMERS_KVA[-1])
    demand = max(demand, capacity * 4 // 10)
    return near | {
        "用户编号": number,
        "用户名称": f"云河{('建材', '食品', '机械', '纺织', '冷链')[at % 5]}{at // 5 + 1}厂",
        "用电地址": f"云河工业区{at + 1}号",
        "联系方式": f"1380000{at % 10_000:04d}",
        "台区编号": area_number(layout.areas + at),
        "台区名称": f"云河{at + 1}号专变",
        "台区容量": capacity,
        "公专变标志": "专变",
        "抄表段编号": "0090000001",
        "抄表段名称": "专变段",
        "抄表方式": "远程采集",
        "计量点编号": f"{number}01",
        "抄表序号": at + 1,
        "电能表编号": f"41300092000000{at + 1:08d}",
        "综合倍率": int(layout.multiplier[column]),
        "相别": "ABC",
        "用电类别": _WORDS[Use.DEDICATED],
        "供电电压": "交流10kV",
        "合同容量": capacity,
        "是否执行分时": "是",
        "购电方式": "代理购电",
        "基本电费计费方式": METHODS[at % len(METHODS)],
        "合同最大需量": demand if METHODS[at % len(METHODS)] == "按合同最大需量" else "",
        "功率因数考核标准": "0.90",
        "计量方式": "高供高计",
        "受电变压器编号": f"B{at + 1:04d}",
        "受电变压器型号": "S11",
        "受电变压器容量": capacity,
    }


def _master(layout: Layout, at: int, head: dict[str, Any]) -> dict[str, Any]:
    kept = ("供电单位", "供电所", "变电站", "线路名称", "线路编号", "台区名称", "公专变标志", "台区经理")
    return {name: head[name] for name in kept} | {
        "台区编号": area_number(at),
        "台区容量": transformer(at).kva,
        "台区联结组别": transformer(at).winding,
        "台区配变型号": transformer(at).plate,
        "计量点编号": f"5202{at + 1:06d}01",
        "计量点性质": "台区总表",
        "电能表编号": f"41300091000000{at + 1:08d}",
        "综合倍率": int(layout.master_multiplier[at]),
        "抄表位数": "6.2",
    }


def _gate(at: int, heads: list[dict[str, Any]]) -> dict[str, Any]:
    head = heads[at * people.AREAS_A_FEEDER]
    return {name: head[name] for name in ("供电单位", "供电所", "变电站", "线路名称", "线路编号")} | {
        "计量点编号": f"5203{at + 1:06d}01",
        "计量点性质": "线路关口",
        "电能表编号": f"41300093000000{at + 1:08d}",
        "综合倍率": GATE_MULTIPLIER,
        "抄表位数": "6.2",
    }


def write_table(path: Path, title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a list as xlsx or, by the path's ending, as csv in gb18030 as marketing systems export it."""
    if path.suffix == ".xlsx":
        write_workbook(path, title, columns, rows)
        return
    with path.open("w", encoding="gb18030", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(rows)


def write_archive(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write the archive list."""
    write_table(
        path, "用户档案", ARCHIVE_COLUMNS, ([row.get(name, "") for name in ARCHIVE_COLUMNS] for row in rows)
    )


@dataclass(frozen=True, slots=True)
class Exchange:
    """A meter exchanged since the last reading: the day, the old meter and what it showed, in hundredths of kWh."""

    day: date
    old_meter: str
    final: dict[str, int]


def reading_rows(
    rows: list[dict[str, Any]],
    shown: dict[str, Array],
    previous: dict[str, Array] | None,
    end: int,
    month: int,
    exchanges: dict[int, Exchange],
) -> Iterator[list[Any]]:
    """Yield a month's reading list, a row a register.

    Args:
        rows: the archive's customers.
        shown: hundredths of kWh by kind of register (总, 峰, 谷, 平, 反, 无; 需 in thousandths of kW),
            -1 where not read, -2 where there is none.
        previous: the same at the last reading before, None in the first month.
        end: the value after the register's last.
        month: 电费年月.
        exchanges: by place in ``rows``, whose ``电能表编号`` is the new meter's already.
    """
    kinds = (
        ("总", "正向有功（总）"),
        ("峰", "正向有功（峰）"),
        ("谷", "正向有功（谷）"),
        ("平", "正向有功（平）"),
        ("反", "反向有功（总）"),
        ("无", "正向无功"),
        ("需", "最大需量"),
    )
    columns = {part: column.tolist() for part, column in shown.items()}
    earlier = {part: column.tolist() for part, column in previous.items()} if previous else {}
    for at, row in enumerate(rows):
        fixed = [
            row["用电地址" if name == "用户地址" else name] if name != "示数类型" else "" for name in _COPIED
        ]
        exchange = exchanges.get(at)
        for part, words in kinds:
            this = columns[part][at]
            if this == -2:
                continue
            before = earlier[part][at] if earlier else -1
            if part == "需":
                # Read, not subtracted: neither a register before nor an energy.
                shown_kw = f"{this // 1000}.{this % 1000:03d}" if this >= 0 else ""
                state = ("", "已抄") if this >= 0 else ("未抄", "未抄")
                yield [
                    *fixed[:10], words, "", shown_kw, "", *fixed[10:12], *state, *fixed[12:], month, "", "",
                ]  # fmt: skip
                continue
            if exchange:
                yield from _exchange_rows(fixed, words, before, exchange, part, end, row["综合倍率"], month)
                before = 0
            used = (this - before) % end * row["综合倍率"] if this >= 0 and before >= 0 else -1
            state = ("", "已抄") if this >= 0 else ("未抄", "未抄")
            yield [
                *fixed[:10], words, _kwh(before), _kwh(this), _kwh(used), *fixed[10:12], *state, *fixed[12:],
                month, "", "",
            ]  # fmt: skip


def _exchange_rows(
    fixed: list[Any],
    words: str,
    before: int,
    exchange: Exchange,
    part: str,
    end: int,
    multiplier: int,
    month: int,
) -> Iterator[list[Any]]:
    """Yield the last register of the meter taken down and the first of the one put up."""
    final, place = exchange.final[part], READING_COLUMNS.index("电能表编号")
    used = (final - before) % end * multiplier
    for meter, earlier, this, energy, purpose in (
        (exchange.old_meter, before, final, used, "拆表止度"),
        (fixed[place], 0, 0, 0, "装表起度"),
    ):
        cells = [*fixed[:place], meter, *fixed[place + 1 : 10]]
        yield [
            *cells, words, _kwh(earlier), _kwh(this), _kwh(energy), *fixed[10:12], "", "已抄", *fixed[12:],
            month, exchange.day, purpose,
        ]  # fmt: skip


_COPIED = (*READING_COLUMNS[:10], *READING_COLUMNS[14:16], *READING_COLUMNS[18:21])


def _kwh(hundredths: int) -> str:
    return "" if hundredths < 0 else f"{hundredths // 100}.{hundredths % 100:02d}"


def write_lines(path: Path, layout: Layout, rows: list[dict[str, Any]]) -> None:
    """Write the low voltage lines: segments of trunk and branches, and the service line of every customer."""

    def lines() -> Iterator[tuple[Any, ...]]:
        for area in range(layout.areas):
            number = area_number(area)
            for at in range(SEGMENTS):
                parent = int(layout.parent[area, at])
                above = f"{number}-{parent + 1:02d}" if parent >= 0 else ""
                cable = TRUNK_WIRE if at < TRUNK else BRANCH_WIRE
                yield (
                    number,
                    f"{number}-{at + 1:02d}",
                    above,
                    "ABC",
                    cable,
                    int(layout.length_m[area, at]),
                    "",
                )
            for place in range(min(CUSTOMERS_AN_AREA, layout.public - area * CUSTOMERS_AN_AREA)):
                column = area * CUSTOMERS_AN_AREA + place
                phase = int(layout.phase[column])
                above = f"{number}-{int(layout.segment[area, place]) + 1:02d}"
                letter, metres = "ABC"[phase] if phase < 3 else "ABC", int(layout.service_m[column])
                yield (
                    number,
                    f"{number}-H{place + 1:02d}",
                    above,
                    letter,
                    SERVICE_WIRE,
                    metres,
                    rows[column]["用户编号"],
                )

    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(LINE_COLUMNS)
        writer.writerows(lines())


def write_truth(path: Path, faults: list[Fault], days: list[date], numbers: dict[int, str]) -> None:
    """Write the faults with the energy a day they hide; ``days`` has one more than the last, ``止`` is not included."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(TRUTH_COLUMNS)
        for fault in faults:
            end = min(fault.to_day, len(days) - 1)
            # The freeze knows one day more than there are days of use.
            used_days = min(end, len(days) - 2) - fault.from_day
            daily = fault.energy_wh / max(1, used_days) / 1000
            writer.writerow(
                (
                    numbers.get(fault.customer, ""), area_number(fault.area), fault.kind, fault.method,
                    days[fault.from_day], days[end], f"{daily:.4f}", fault.note,
                )
            )  # fmt: skip


def write_losses(folder: Path, layout: Layout, energy: Energy, days: list[date]) -> tuple[Path, Path]:
    """Write the computed losses of each day: of low voltage lines by area, and of each feeder."""
    texts = [day.isoformat() for day in days]

    def frame(key: str, numbers: list[str], **columns: Array) -> pl.DataFrame:
        index = np.repeat(np.arange(len(numbers)), len(texts))
        made = {key: pl.Series(numbers).gather(index), "日期": texts * len(numbers)}
        return pl.DataFrame(
            made | {name: (column / 1000).round(4).reshape(-1) for name, column in columns.items()}
        )

    areas, feeders = folder / "技术线损.csv", folder / "线路技术线损.csv"
    numbers = [area_number(at) for at in range(layout.areas)]
    frame("台区编号", numbers, 线损kWh=energy.technical).write_csv(areas, include_bom=True)
    numbers = [people.feeder_number(at) for at in range(layout.feeders)]
    lost = {"变压器损耗kWh": energy.transformer, "线路损耗kWh": energy.line}
    frame("线路编号", numbers, **lost).write_csv(feeders, include_bom=True)
    return areas, feeders
