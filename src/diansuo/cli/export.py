"""``diansuo export``: bills, readings and line losses of a month as csv."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from diansuo.cli import asked_for, office
from diansuo.cli.cycle import Period
from diansuo.cli.dates import parse_day, parse_period
from diansuo.cli.imports import AsUser, StationName
from diansuo.cli.say import Failure, say, t

if TYPE_CHECKING:
    from diansuo.office.base.scope import Scope

app = typer.Typer(
    no_args_is_help=True, help=t("导出 csv（带签名的 utf-8）。", "Export csv (utf-8 with signature).")
)

Output = Annotated[
    Path, typer.Option("-o", "--output", metavar="FILE.csv", help=t("写到哪个文件", "the file to write"))
]


@app.command(
    "bills",
    help=t(
        "导出已发行电费，一户一行。例：diansuo export bills --period 2024-08 -o 电费_202408.csv",
        "Export issued bills, one row a customer. Example: diansuo export bills --period 2024-08 -o bills.csv",
    ),
)
def bills(period: Period, output: Output, station: StationName = "", as_user: AsUser = "system") -> None:
    """Export a month's issued bills."""
    month = parse_period(period)
    office.wake()
    from diansuo.office.billing import queries

    scope = _scope(as_user, "base.see_bills", station)
    rows = queries.issued_energy_and_amounts(scope, period=month, station=station)
    _write(output, ("用户编号", "电费年月", "电量", "电费"), rows)


@app.command(
    "readings",
    help=t(
        "导出一个月的示数。例：diansuo export readings --period 2024-08 -o 示数_202408.csv",
        "Export a month's register readings. Example: diansuo export readings --period 2024-08 -o readings.csv",
    ),
)
def readings(period: Period, output: Output, station: StationName = "", as_user: AsUser = "system") -> None:
    """Export a month's register readings."""
    month = parse_period(period)
    office.wake()
    from diansuo.office.metering import queries

    headings = (
        "用户编号",
        "电能表编号",
        "示数类型",
        "电费年月",
        "抄表日期",
        "本次示数",
        "综合倍率",
        "抄表性质",
    )
    scope = _scope(as_user, "base.see_readings", station)
    rows = queries.readings_of_period(scope, period=month, station=station)
    _write(output, headings, rows)


@app.command(
    "loss",
    help=t(
        "导出一个月的统计线损：台区、线路、全所，逐日和全月。"
        "例：diansuo export loss --period 2024-10 -o 线损_202410.csv",
        "Export a month's line losses by area, feeder and station, daily and monthly. "
        "Example: diansuo export loss --period 2024-10 -o loss.csv",
    ),
)
def loss(period: Period, output: Output, station: StationName = "", as_user: AsUser = "system") -> None:
    """Export a month's statistical line losses."""
    month = parse_period(period)
    office.wake()
    from diansuo.office.network import exporting

    scope = _scope(as_user, "base.see_losses", station)
    asked_for.month_there(scope, month)
    rows = exporting.rows_of_month(scope, period=month, station=station)
    _write(output, exporting.HEADINGS, rows)


@app.command(
    "missing",
    help=t(
        "导出不可算台区、线路缺什么：哪只表、自何日、谁负责、在办任务，补一项能算回的台区多的在前。"
        "例：diansuo export missing --day 2024-11-20 -o 缺什么.csv",
        "Export what is missing until losses can be computed: which meter, since when, whose, which task; whatever "
        "makes most areas computable first. Example: diansuo export missing --day 2024-11-20 -o missing.csv",
    ),
)
def missing(
    output: Output,
    day: Annotated[
        str,
        typer.Option(
            metavar="YYYY-MM-DD",
            help=t("哪一天，默认有示数的最后一天", "by default the latest with registers"),
        ),
    ] = "",
    month: Annotated[
        str, typer.Option("--period", metavar="YYYY-MM", help=t("整月的，不给某一天时", "a month, not a day"))
    ] = "",
    station: StationName = "",
    as_user: AsUser = "system",
) -> None:
    """Export what is missing of a day or of a month."""
    if day and month:
        raise Failure(t("--day 和 --period 只给一个", "give --day or --period, not both"))
    chosen, period = (parse_day(day) if day else None), (parse_period(month) if month else None)
    office.wake()
    from diansuo.office.network.lacking import exporting

    scope = _scope(as_user, "base.see_losses", station)
    if period:
        asked_for.month_there(scope, period)
    on = None if period else asked_for.day_there(scope, chosen)
    headings, rows = exporting.rows(scope, day=on, period=period, station=station)
    _write(output, headings, rows)


@app.command(
    "technical",
    help=t(
        "导出一个月各台区（或各条10千伏线路）逐日技术线损和误差带，与统计线损并列。"
        "例：diansuo export technical --period 2024-10 -o 技术线损_202410.csv",
        "Export a month's technical loss of areas, or of feeders, by day with its band, beside the statistical loss. "
        "Example: diansuo export technical --period 2024-10 -o technical.csv",
    ),
)
def technical(
    period: Period,
    output: Output,
    area: Annotated[
        str, typer.Option(help=t("只导出一个台区（编号）", "one area alone, by its number"))
    ] = "",
    feeders: Annotated[
        bool, typer.Option("--feeders", help=t("导出10千伏线路，不是台区", "10 kV feeders in place of areas"))
    ] = False,
    station: StationName = "",
    as_user: AsUser = "system",
) -> None:
    """Export the technical losses of a month."""
    month = parse_period(period)
    if feeders and area:
        raise Failure(
            t("--feeders 和 --area 不能同时用", "--feeders and --area do not go together; leave one out")
        )
    office.wake()
    from diansuo.office.network.technical import exporting, feeder_exporting

    scope = _scope(as_user, "base.see_losses", station)
    asked_for.month_there(scope, month)
    if feeders:
        rows = feeder_exporting.rows_of_month(scope, period=month, station=station)
        _write(output, feeder_exporting.HEADINGS, rows)
        return
    if area:
        asked_for.area_known(scope, area)
    rows = exporting.rows_of_month(scope, period=month, station=station, area=area)
    _write(output, exporting.HEADINGS, rows)


LISTS: Final = ("loads", "voltages", "balance")
"""The daily lists."""


def _list_known(kind: str) -> str:
    if kind not in LISTS:
        raise typer.BadParameter(
            t(
                f"没有清单 {kind}；可选 loads（重过载）、voltages（低电压）、balance（三相不平衡）",
                f"no list {kind}; there are loads, voltages and balance",
            )
        )
    return kind


@app.command(
    "lists",
    help=t(
        "导出一天的重过载、低电压或三相不平衡清单，判不出的也写明缺什么。"
        "例：diansuo export lists loads --day 2024-11-20 -o 重过载.csv",
        "Export a day's list of loads, low voltages or unbalanced phases, with what is missing for the rest. "
        "Example: diansuo export lists loads --day 2024-11-20 -o loads.csv",
    ),
)
def daily_lists(
    kind: Annotated[
        str,
        typer.Argument(
            callback=_list_known,
            metavar="[loads|voltages|balance]",
            help=t("哪张清单：重过载、低电压、三相不平衡", "which list"),
        ),
    ],
    output: Output,
    day: Annotated[
        str,
        typer.Option(
            metavar="YYYY-MM-DD", help=t("哪一天，默认有曲线的最后一天", "by default the latest with curves")
        ),
    ] = "",
    station: StationName = "",
    as_user: AsUser = "system",
) -> None:
    """Export a day's list."""
    chosen = parse_day(day) if day else None
    office.wake()
    from diansuo.office.network.summer import exporting

    scope = _scope(as_user, "base.see_losses", station)
    on = chosen or exporting.latest_day(scope)
    if on is None:
        raise Failure(
            t(
                "还没有曲线；先导入：diansuo import curve 文件",
                "there are no curves; import some: diansuo import curve FILE",
            )
        )
    headings, rows = exporting.rows_of_day(scope, kind, on, station=station)
    _write(output, headings, rows)


def _scope(as_user: str, right: str, station: str) -> Scope:
    """Return what the account may see of what is exported, of the station named.

    Raises:
        Failure: its posts do not allow it, or there is no such station.
    """
    return asked_for.within(office.scope_of(office.acting_user(as_user, right)), station)


def _write(output: Path, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from diansuo.office.base.sheets.write import write_csv

    try:
        count = write_csv(output, headings, rows)
    except FileNotFoundError as problem:
        raise Failure(
            t(
                f"文件夹不存在：{output.parent}；先建好，或换一个位置",
                f"no such folder: {output.parent}; make it first, or name another place",
            )
        ) from problem
    except OSError as problem:
        raise Failure(t(f"写不了 {output}：{problem}", f"cannot write {output}: {problem}")) from problem
    say(t(f"{output}：{count} 行", f"{output}: {count} rows"))
