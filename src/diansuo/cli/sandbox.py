"""``diansuo sandbox``: a sample station of any size as files, with what is wrong with it written down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from diansuo.cli.say import Failure, bar, say, t


class Mode(StrEnum):
    """How the office would stand: alone, or beside a marketing system that bills."""

    ALONE = "alone"
    BESIDE = "beside"


def _rate(chinese: str, english: str) -> Any:
    return typer.Option(min=0, max=1, help=t(f"{chinese}比例", f"share of {english}"))


def sandbox(
    folder: Annotated[Path, typer.Option("-o", "--output", help=t("写到哪个目录", "folder to write to"))],
    customers: Annotated[
        int, typer.Option(min=1, max=1_000_000, help=t("户数", "how many customers"))
    ] = 12_000,
    months: Annotated[int, typer.Option(min=2, max=36, help=t("抄表月数", "how many reading lists"))] = 14,
    seed: Annotated[
        int, typer.Option(help=t("种子，相同则文件相同", "the same one gives the same files"))
    ] = 7,
    mode: Annotated[
        Mode, typer.Option(help=t("beside 另写已发行电费和欠费", "beside adds issued bills and arrears"))
    ] = Mode.ALONE,
    last_month: Annotated[
        str, typer.Option(help=t("最后的抄表月 YYYY-MM，默认 2024-11", "last reading month YYYY-MM"))
    ] = "2024-11",
    last_day: Annotated[
        str, typer.Option(help=t("日冻结到哪一天 YYYY-MM-DD，默认最后抄表日", "last day of the daily freeze"))
    ] = "",
    curve_areas: Annotated[
        int,
        typer.Option(min=0, max=100, help=t("几个台区有 96 点曲线", "how many areas have 96-point curves")),
    ] = 3,
    theft: Annotated[float, _rate("窃电", "theft")] = 0.003,
    multiplier: Annotated[float, _rate("倍率错误", "wrong multipliers")] = 0.0005,
    area: Annotated[float, _rate("户变关系错误", "customers on a wrong area")] = 0.001,
    price_class: Annotated[float, _rate("电价类别错误", "wrong price classes")] = 0.0005,
    misread: Annotated[float, _rate("每月抄错示数", "registers misread a month")] = 0.0005,
    missed: Annotated[float, _rate("每月漏抄", "readings missed a month")] = 0.004,
    collection: Annotated[float, _rate("采集失败", "failed collection")] = 0.006,
    stopped: Annotated[float, _rate("电能表停走", "stopped meters")] = 0.001,
    rollover: Annotated[float, _rate("电能表翻转", "registers that roll over")] = 0.0005,
    exchange: Annotated[float, _rate("换表", "exchanged meters")] = 0.002,
    clock: Annotated[float, _rate("时钟偏差", "clocks that drift")] = 0.0005,
    lost_phase: Annotated[float, _rate("失压", "lost phases")] = 0.0003,
    reversed_wiring: Annotated[float, _rate("接线反", "reversed wiring")] = 0.0003,
    unmetered: Annotated[float, _rate("无表用电（按台区）", "areas with unmetered supply")] = 0.02,
    late: Annotated[float, _rate("每月迟传的抄表段", "routes whose readings come late a month")] = 0.0,
) -> None:
    """Write a sample station."""
    from diansuo.sandbox import station

    rates = station.Rates(
        theft=theft, multiplier=multiplier, area=area, price_class=price_class, misread=misread, missed=missed,
        collection=collection, stopped=stopped, rollover=rollover, exchange=exchange, clock=clock,
        lost_phase=lost_phase, reversed_wiring=reversed_wiring, unmetered=unmetered, late=late,
    )  # fmt: skip
    with bar(t("样例供电所", "sample station")) as advance, _told():
        files = station.write(
            folder,
            customers=customers,
            months=months,
            last_month=_month(last_month),
            seed=seed,
            last_day=_day(last_day) if last_day else None,
            mode=mode.value,
            rates=rates,
            curve_areas=curve_areas,
            advance=advance,
        )
    _tell(folder, files)


sandbox.__doc__ = t(
    "生成样例供电所的文件（档案、抄表、日冻结、真实情况）。例：diansuo sandbox --customers 12000 --months 14 -o DIR",
    "Write the files of a sample station: archive, readings, daily freeze, lines, truth. "
    "Example: diansuo sandbox --customers 12000 --months 14 -o DIR",
)


@contextmanager
def _told() -> Iterator[None]:
    """Say in words which area or feeder cannot be supplied."""
    from diansuo.sandbox.lists import area_number
    from diansuo.sandbox.network import UnableToSupply
    from diansuo.sandbox.people import feeder_number

    try:
        yield
    except UnableToSupply as problem:
        if problem.area is None:
            number = feeder_number(problem.feeder or 0)
            chinese, english = f"线路 {number}", f"feeder {number}"
        else:
            number = area_number(problem.area)
            chinese, english = f"台区 {number}", f"area {number}"
        day = problem.day + 1
        raise Failure(
            t(
                f"{chinese} 第 {day} 天潮流无解：用电超过线路能送的电力，文件没有写；调低窃电等比例或换种子再试",
                f"{english}, day {day}: no flow, more is drawn than its lines can carry; nothing was written; "
                "lower the rates of theft and the like, or take another seed",
            )
        ) from problem


def _tell(folder: Path, files: Any) -> None:
    _say(folder, files)


def _say(folder: Path, files: Any) -> None:
    lines = files.lines.name, files.feeder_lines.name
    say(
        t(
            f"已写 {folder}：{files.customers} 户，{files.points} 个计量点，{len(files.readings)} 个月抄表数据，"
            f"日冻结 {files.freeze_rows} 行；线路见 {'、'.join(lines)}，真实情况见 {files.truth.name}",
            f"{folder}: {files.customers} customers, {files.points} points, {len(files.readings)} reading lists, "
            f"{files.freeze_rows} rows of daily freeze; lines stand in {' and '.join(lines)}, "
            f"what is wrong stands in {files.truth.name}",
        )
    )


def _month(text: str) -> int:
    try:
        return int(date.fromisoformat(f"{text}-01").strftime("%Y%m"))
    except ValueError as wrong:
        raise Failure(
            t(f"“{text}”不是月份；写成 2024-11", f"{text!r} is not a month; write 2024-11")
        ) from wrong


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise Failure(
            t(f"“{text}”不是日期；写成 2024-11-20", f"{text!r} is not a day; write 2024-11-20")
        ) from wrong
