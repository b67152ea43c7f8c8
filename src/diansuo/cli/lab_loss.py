"""``diansuo lab loss``: faults of a committed table in sample stations, and how high their true cause is ranked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from diansuo.cli.laboratory import give, temporary_home
from diansuo.cli.say import bar, console, say, t


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
    with temporary_home():
        report, rates, paired = _run(seed or [], assigning)
    record = as_record(report, rates) | {"paired": as_paired(paired)}
    give(record, output, as_json, lambda: _tell(record))


def _run(seeds: list[int], assigning: bool) -> tuple[Any, dict[str, Any], Any]:
    from datetime import date

    from diansuo.core.network.technical_terms import TechnicalRules
    from diansuo.lab import loss as laboratory
    from diansuo.lab import loss_assigning, technical_band
    from diansuo.office.config.rulebook import book
    from diansuo.office.network.causes.limits import thresholds

    table = laboratory.table()
    day = date.fromisoformat(str(table["ends"][0]))
    rules = TechnicalRules.of(book(), day, technical_band.POINTS)
    used = seeds or table["judged_seeds"]
    with bar(t("线损实验室", "laboratory of loss")) as advance:
        report = laboratory.run(thresholds(day), rules, seeds=used, advance=advance)
        paired = laboratory.run_paired(thresholds(day), rules, seeds=seeds)
    if not assigning:
        return report, {}, paired
    rates = {
        "voltage": loss_assigning.by_voltage(table, used),
        "energy": loss_assigning.by_energy(table, rules, used),
        "neighbours": loss_assigning.neighbours_by_energy(table, rules, used),
    }
    return report, rates, paired


def as_paired(paired: Any) -> dict[str, Any]:
    """Return what areas with two faults came to as plain data."""
    return {
        "seeds": paired.seeds,
        "areas": paired.areas,
        "either_first": paired.either_first,
        "both_in_first_three": paired.both_in_three,
        "made": paired.faults.made,
        "first": paired.faults.first,
        "first_three": paired.faults.three,
        "kind_in_first_three": paired.faults.kind,
        "energy_error_percent": _error(paired.faults),
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
        "lines": {
            name: {"made": each.made, "first": each.first, "first_three": each.three}
            for name, each in report.lines.items()
        },
        "first_percent": round(100 * report.share("first"), 1),
        "first_three_percent": round(100 * report.share("three"), 1),
        "clean_area_months": report.clean,
        "false_alarms": report.alarms,
        "false_alarm_kinds": report.alarm_kinds,
        "assigned": {name: _assigned(each) for name, each in rates.items()},
    }


def _assigned(rates: Any) -> dict[str, Any]:
    """Return how many were put right, in per cent; what a way says nothing of is left out, none right is said."""
    shares = {"phase_percent": rates.phase, "area_percent": rates.area}
    right = {
        name: round(100 * each / rates.customers, 2)
        for name, each in shares.items()
        if each is not None and rates.customers
    }
    return {"customers": rates.customers, **right, "areas_left_out": rates.left_out}


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
    shown.add_row(t("同一台区两起", "two faults in one area"), "", *_cells(record["paired"]), style="bold")
    console.print(shown, markup=False)
    say(
        t(
            f"真因第一 {record['first_percent']} %，前三 {record['first_three_percent']} %；"
            f"正常台区 {record['clean_area_months']} 台区月，误报 {record['false_alarms']}",
            f"true cause first {record['first_percent']} %, in the first three {record['first_three_percent']} %; "
            f"{record['false_alarms']} false alarms in {record['clean_area_months']} months of clean areas",
        )
    )
    for name, each in record["lines"].items():
        way = {"on_record": t("线路已知", "lines on record"), "estimated": t("线路估算", "lines estimated")}[
            name
        ]
        first, three = (100 * each[part] / each["made"] for part in ("first", "first_three"))
        shares = t(
            f"真因第一 {first:.1f} %，前三 {three:.1f} %", f"first {first:.1f} %, first three {three:.1f} %"
        )
        say(f"{way}: {shares}")
    for name, each in record["assigned"].items():
        way = {
            "voltage": t("同步电压", "synchronous voltage"),
            "energy": t("30 天日电量，一个台区", "30 days of energy, one area"),
            "neighbours": t("30 天日电量，相邻台区", "30 days of energy, neighbouring areas"),
        }[name]
        parts = {"phase_percent": t("相别", "phase"), "area_percent": t("户变", "area")}
        said = ", ".join(f"{word} {each[part]} %" for part, word in parts.items() if part in each)
        say(f"{way}: {said} ({each['customers']})")


def _cells(each: dict[str, Any]) -> tuple[str, ...]:
    made = each["made"]
    shares = (f"{100 * each[name] / made:.0f} %" for name in ("first", "first_three", "kind_in_first_three"))
    error = each["energy_error_percent"]
    return (str(made), *shares, "–" if error is None else f"{error} %")
