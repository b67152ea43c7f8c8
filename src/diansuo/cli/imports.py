"""``diansuo import``: archive, readings, freeze, payments; a preview unless ``--apply``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from diansuo.cli import office, sheets
from diansuo.cli.dates import parse_day, parse_period
from diansuo.cli.say import Failure, bar, say, say_json, t, warn

SHOWN = 20

app = typer.Typer(
    no_args_is_help=True,
    help=t(
        "导入文件：先预览，加 --apply 才写入；同一文件导两次不会重复。",
        "Import files: a preview first, written with --apply; the same file twice changes nothing.",
    ),
)

Files = Annotated[list[Path], typer.Argument(help=t("xlsx 或 csv 文件", "xlsx or csv files"))]
Period = Annotated[
    str,
    typer.Option("--period", metavar="YYYY-MM", help=t("电费年月，如 2024-08", "billing month, as 2024-08")),
]
ValidFrom = Annotated[
    str,
    typer.Option("--valid-from", metavar="DATE", help=t("首次建档从哪天起有效", "a first import holds from")),
]
Effective = Annotated[
    str, typer.Option("--effective", metavar="DATE", help=t("变更从哪天起生效", "changed values hold from"))
]
StationName = Annotated[str, typer.Option("--station", help=t("供电所名称", "the station's name"))]
ListDay = Annotated[
    str,
    typer.Option(
        "--day", metavar="DATE", help=t("清单日期，缺省取文件名里的", "the list's day, else from the name")
    ),
]
Apply = Annotated[bool, typer.Option("--apply", help=t("写入；不加只预览", "write; without it a preview"))]
AsUser = Annotated[str, typer.Option("--as", metavar="USER", help=t("以哪个账号操作", "act as this user"))]
AsJson = Annotated[bool, typer.Option("--json", help=t("输出 JSON", "print JSON"))]


@app.command(
    "archive",
    help=t(
        "导入用户档案。例：diansuo import archive 用户档案.xlsx --apply",
        "Import the archive. Example: diansuo import archive 用户档案.xlsx --apply",
    ),
)
def archive(
    files: Files,
    valid_from: ValidFrom = "",
    effective: Effective = "",
    station: StationName = "",
    apply: Apply = False,
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Import the archive of customers, meters and areas."""
    options = {"valid_from": valid_from, "effective": effective, "station": station}
    _import("archive", files, options, apply=apply, as_user=as_user, as_json=as_json)


@app.command(
    "readings",
    help=t(
        "导入抄表清单。例：diansuo import readings 抄表数据_202408.xlsx --period 2024-08 --apply",
        "Import reading lists. Example: diansuo import readings 抄表数据_202408.xlsx --period 2024-08 --apply",
    ),
)
def readings(
    files: Files,
    period: Period = "",
    station: StationName = "",
    apply: Apply = False,
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Import register readings of a month."""
    options = {"period": period, "station": station}
    _import("readings", files, options, apply=apply, as_user=as_user, as_json=as_json)


@app.command(
    "loss-table",
    help=t(
        "导入本所的月损耗表。例：diansuo import loss-table 月损耗表.xlsx --effective 2024-07-01 --apply",
        "Import a station's table of monthly losses. Example: diansuo import loss-table 月损耗表.xlsx"
        " --effective 2024-07-01 --apply",
    ),
)
def loss_table(
    files: Files,
    effective: Effective = "",
    station: StationName = "",
    apply: Apply = False,
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Import a station's table of monthly transformer losses."""
    options = {"effective": effective, "station": station}
    _import("loss_table", files, options, apply=apply, as_user=as_user, as_json=as_json)


@app.command(
    "arrears",
    help=t(
        "导入营销2.0某一天的全部欠费（旁运行）。例：diansuo import arrears 欠费明细_20240820.xlsx --apply",
        "Import all arrears of a day (beside). Example: diansuo import arrears 欠费明细_20240820.xlsx --apply",
    ),
)
def arrears(
    files: Files,
    day: ListDay = "",
    station: StationName = "",
    apply: Apply = False,
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Import everything that customers owed another system on a day."""
    options = {"day": day, "station": station}
    _import("arrears", files, options, apply=apply, as_user=as_user, as_json=as_json)


def _of_station(kind: str) -> Callable[..., None]:
    """Return the command that imports files of a kind that need no more than the station."""

    def command(
        files: Files,
        station: StationName = "",
        apply: Apply = False,
        as_user: AsUser = "system",
        as_json: AsJson = False,
    ) -> None:
        _import(kind, files, {"station": station}, apply=apply, as_user=as_user, as_json=as_json)

    return command


app.command(
    "freeze",
    help=t(
        "导入日冻结电量（csv 或 parquet）。例：diansuo import freeze 日冻结电量.csv --apply",
        "Import daily freeze registers (csv or parquet). Example: diansuo import freeze 日冻结电量.csv --apply",
    ),
)(_of_station("freeze"))
app.command(
    "curve",
    help=t(
        "导入电压电流功率曲线（csv 或 parquet）。例：diansuo import curve 曲线_202408.parquet --apply",
        "Import curves of voltage and power. Example: diansuo import curve 曲线_202408.parquet --apply",
    ),
)(_of_station("curve"))
app.command(
    "lines",
    help=t(
        "导入台区低压线路（csv 或 xlsx），按台区整体替换。例：diansuo import lines 低压线路.csv --apply",
        "Import low-voltage lines, each area replaced whole. Example: diansuo import lines lines.csv --apply",
    ),
)(_of_station("lines"))
app.command(
    "feeder-lines",
    help=t(
        "导入10千伏线路（csv 或 xlsx），按线路整体替换。例：diansuo import feeder-lines 10千伏线路.csv --apply",
        "Import 10 kV lines, each feeder replaced whole. Example: diansuo import feeder-lines feeders.csv --apply",
    ),
)(_of_station("feeder_lines"))
app.command(
    "failures",
    help=t(
        "导入采集失败清单。例：diansuo import failures 采集失败清单_20240802.xlsx --apply",
        "Import a list of failed collections. Example: diansuo import failures 采集失败清单_20240802.xlsx --apply",
    ),
)(_of_station("failures"))
app.command(
    "clocks",
    help=t(
        "导入电能表时钟召测清单。例：diansuo import clocks 电能表时钟_20240802.xlsx --apply",
        "Import a list of meter clocks. Example: diansuo import clocks 电能表时钟_20240802.xlsx --apply",
    ),
)(_of_station("clocks"))
app.command(
    "market-prices",
    help=t(
        "导入市场化用户各月分时交易电价。例：diansuo import market-prices 市场电价_202603.xlsx --apply",
        "Import market customers' prices by month and period. Example: diansuo import market-prices"
        " 市场电价_202603.xlsx --apply",
    ),
)(_of_station("market_prices"))
app.command(
    "issued",
    help=t(
        "导入营销2.0已发行的电费（旁运行）。例：diansuo import issued 已发行电费_202408.xlsx --apply",
        "Import bills another system issued (beside). Example: diansuo import issued 已发行电费_202408.xlsx --apply",
    ),
)(_of_station("issued"))
app.command(
    "payments",
    help=t(
        "导入收费流水，同一流水号只记一次。例：diansuo import payments 收费流水.csv --apply",
        "Import payments; a reference is booked once. Example: diansuo import payments 收费流水.csv --apply",
    ),
)(_of_station("payments"))
app.command(
    "sheet",
    help=t(
        "提交月度价格表，另一人审批。例：diansuo import sheet 价格表.xlsx --period 2026-03 --document 公告 --apply",
        "Propose a price sheet. Example: diansuo import sheet prices.xlsx --period 2026-03 --document notice --apply",
    ),
)(sheets.sheet)


def _import(
    kind: str, files: list[Path], given: dict[str, str], *, apply: bool, as_user: str, as_json: bool
) -> None:
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        raise Failure(t(f"找不到文件 {missing[0]}", f"no such file: {missing[0]}"))
    options = {name: _parsed(name, text) for name, text in given.items()}
    office.wake()
    user = office.acting_user(as_user, _permission(kind))
    # An archive may bring the station along that it names; the other kinds belong to stations there are.
    named = office.the_station(given["station"]) if given["station"] and kind != "archive" else None
    scope = office.scope_of(user, named)
    reports = [_one_file(kind, file, options, user, scope, apply=apply, quiet=as_json) for file in files]
    refused = sum(report["counts"]["refused"] for report in reports)
    if as_json:
        total = {name: sum(report["counts"][name] for report in reports) for name in reports[0]["counts"]}
        say_json({"kind": kind, "applied": apply, "counts": total, "files": reports})
    if apply and refused:
        raise Failure(
            t(
                f"{refused} 行未导入，其余已导入；按上面的说明改正后重新导入同一文件即可",
                f"{refused} rows were not imported, the rest were; mend them and import the same file again",
            )
        )


def _permission(kind: str) -> str:
    from diansuo.office.base.imports import kinds

    return kinds.named(kind).permission


def _parsed(name: str, text: str) -> Any:
    if name == "station":
        return text
    if not text:
        return None
    return parse_period(text) if name == "period" else parse_day(text)


def _one_file(
    kind: str, file: Path, given: dict[str, Any], user: Any, scope: Any, *, apply: bool, quiet: bool
) -> dict[str, Any]:
    from django.utils import timezone

    from diansuo.office.base.imports import operations
    from diansuo.office.base.imports.kinds import Options
    from diansuo.office.base.imports.verdicts import Outcome
    from diansuo.office.base.sheets.problems import SheetRefused

    now = timezone.now()
    try:
        batch, plan = operations.preview(
            file, file.name, kind, options=replace(Options(), **given), scope=scope, user=user, now=now
        )
        if apply:
            with bar(file.name, quiet=quiet) as advance:
                operations.apply(
                    batch, scope=scope, now=now, plan=plan, advance=lambda done, of: advance("", done, of)
                )
    except (SheetRefused, operations.UnableToImport) as refusal:
        raise Failure(f"{file}: {refusal}") from refusal
    refused = plan.verdicts.of(Outcome.REFUSED)
    report = {
        "file": str(file),
        "batch": batch.pk,
        "state": str(batch.state),
        "counts": batch.counts,
        "notes": batch.notes,
        "refused": refused,
    }
    if not quiet:
        _say_report(report, applied=apply)
    return report


def _say_report(report: dict[str, Any], *, applied: bool) -> None:
    counts = report["counts"]
    done = (
        t("已导入", "imported")
        if applied
        else t("预览（未写入，加 --apply 写入）", "preview (nothing written)")
    )
    say(
        t(
            f"{report['file']}：{done}，批次 {report['batch']}。新增 {counts['new']}，变更 {counts['changed']}，"
            f"未变 {counts['unchanged']}，拒绝 {counts['refused']}",
            f"{report['file']}: {done}, batch {report['batch']}. new {counts['new']}, changed {counts['changed']}, "
            f"unchanged {counts['unchanged']}, refused {counts['refused']}",
        )
    )
    for note in report["notes"]:
        say(f"  · {note}")
    for problem in sorted(report["refused"], key=lambda one: (one["sheet"], one["row"]))[:SHOWN]:
        where = t(
            f"  {problem['sheet']} 第 {problem['row']} 行 {problem['column']}",
            f"  {problem['sheet']} row {problem['row']} {problem['column']}",
        )
        warn(f"{where}: {problem['reason']}; {problem['remedy']}")
    if len(report["refused"]) > SHOWN:
        rest = len(report["refused"]) - SHOWN
        warn(t(f"  …… 另有 {rest} 条，用 --json 查看全部", f"  ... {rest} more, see all with --json"))
