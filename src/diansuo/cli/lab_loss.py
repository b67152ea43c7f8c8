"""``diansuo lab loss``: faults of a committed table in sample stations, and how high their true cause is ranked."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from diansuo.cli import office
from diansuo.cli.say import bar, console, say, say_json, t


def loss(
    seed: Annotated[
        list[int] | None,
        typer.Option(
            metavar="SEED",
            help=t("只用这个种子，可重复；默认按表", "this seed only; repeat; by default the table's"),
        ),
    ] = None,
    assigning: Annotated[
        bool, typer.Option("--assigning/--no-assigning", help=t("也做户变、相别识别", "assignment as well"))
    ] = True,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help=t("结果写入 JSON 文件", "write the result as JSON"))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=t("输出 JSON", "print JSON"))] = False,
) -> None:
    """Put the faults in and say how often their cause came first."""
    with tempfile.TemporaryDirectory(prefix="diansuo-lab-") as folder:
        os.environ["DIANSUO_HOME"] = folder
        os.environ.pop("DATABASE_URL", None)
        office.wake()
        report, rates = _run(seed or [], assigning)
    record = as_record(report, rates)
    if output:
        output.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if as_json:
        say_json(record)
    else:
        _tell(record)


def _run(seeds: list[int], assigning: bool) -> tuple[Any, dict[str, Any]]:
    from datetime import date

    from diansuo.core.network.causes.thresholds import PARAMETERS, CauseThresholds
    from diansuo.lab import loss as laboratory
    from diansuo.lab import loss_assigning
    from diansuo.office.config.rulebook import book

    table = laboratory.table()
    entry = book().in_force("national/checks/loss_causes", date.fromisoformat(str(table["ends"][0])))
    limits = CauseThresholds.from_parameters({name: entry.number(name) for name in PARAMETERS})
    used = seeds or table["judged_seeds"]
    with bar(t("线损实验室", "laboratory of loss")) as advance:
        report = laboratory.run(limits, seeds=used, advance=advance)
    if not assigning:
        return report, {}
    return report, {
        "voltage": loss_assigning.by_voltage(table, used),
        "energy": loss_assigning.by_energy(table, used),
    }


def as_record(report: Any, rates: dict[str, Any]) -> dict[str, Any]:
    """Return the report as plain data, in a fixed order; shares in per cent, energy error the median one."""
    return {
        "table": report.table,
        "seeds": report.seeds,
        "faults": [
            {
                "kind": kind,
                "size": size,
                "made": each.made,
                "first": each.first,
                "first_three": each.three,
                "kind_in_first_three": each.kind,
                "listed": each.beyond,
                "energy_error_percent": _error(each),
                "instead": dict(sorted(each.instead.items())),
            }
            for (kind, size), each in report.counts.items()
        ],
        "kinds": {
            kind: {
                "made": each.made,
                "first": each.first,
                "first_three": each.three,
                "kind_in_first_three": each.kind,
                "energy_error_percent": _error(each),
            }
            for kind in dict.fromkeys(kind for kind, _size in report.counts)
            for each in [report.of_kind(kind)]
        },
        "first_percent": round(100 * report.share("first"), 1),
        "first_three_percent": round(100 * report.share("three"), 1),
        "clean_area_months": report.clean,
        "false_alarms": report.alarms,
        "false_alarm_kinds": report.alarm_kinds,
        "assigned": {
            name: {
                "customers": each.customers,
                "phase_percent": round(100 * each.phase / max(each.customers, 1), 2),
                "area_percent": round(100 * each.area / max(each.customers, 1), 2)
                if name == "voltage"
                else None,
                "areas_left_out": each.left_out,
            }
            for name, each in rates.items()
        },
    }


def _error(count: Any) -> float | None:
    return round(100 * count.mean_error, 1) if count.error else None


def _tell(record: dict[str, Any]) -> None:
    """Print kinds and sizes, then the shares that count, the false alarms, and the assignment."""
    from rich.table import Table

    from diansuo.lab import loss as laboratory

    names = {each["kind"]: t(each["zh"], each["en"]) for each in reversed(laboratory.table()["kinds"])}
    shown = Table(box=None, pad_edge=False)
    for title in (t("故障", "fault"), t("大小", "size")):
        shown.add_column(title, overflow="fold")
    for title in (
        t("起数", "made"),
        t("真因第一", "first"),
        t("前三", "first three"),
        t("类别前三", "kind in three"),
        t("电量误差", "energy error"),
    ):
        shown.add_column(title, justify="right")
    for each in record["faults"]:
        shown.add_row(names[each["kind"]], each["size"], *_cells(each))
    for kind, each in record["kinds"].items():
        shown.add_row(names[kind], t("合计", "all"), *_cells(each), style="bold")
    console.print(shown, markup=False)
    say(
        t(
            f"真因第一 {record['first_percent']} %，前三 {record['first_three_percent']} %；"
            f"正常台区 {record['clean_area_months']} 台区月，误报 {record['false_alarms']}",
            f"true cause first {record['first_percent']} %, in the first three {record['first_three_percent']} %; "
            f"{record['false_alarms']} false alarms in {record['clean_area_months']} months of clean areas",
        )
    )
    for name, each in record["assigned"].items():
        way = {
            "voltage": t("同步电压", "synchronous voltage"),
            "energy": t("30 天日电量", "30 days of energy"),
        }[name]
        area = "" if each["area_percent"] is None else t("，户变 ", ", area ") + f"{each['area_percent']} %"
        say(f"{way}: " + t("相别", "phase") + f" {each['phase_percent']} %{area} ({each['customers']})")


def _cells(each: dict[str, Any]) -> tuple[str, ...]:
    made = each["made"]
    shares = (f"{100 * each[name] / made:.0f} %" for name in ("first", "first_three", "kind_in_first_three"))
    error = each["energy_error_percent"]
    return (str(made), *shares, "–" if error is None else f"{error} %")
