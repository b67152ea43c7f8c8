"""``diansuo lab reading``: misreads of a committed table in a book of good readings, and the false alarms."""

from __future__ import annotations

from dataclasses import asdict
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from diansuo.cli.laboratory import give, temporary_home
from diansuo.cli.say import bar, console, say, t

CONDITIONS: Final = {
    "with_freeze": ("有日冻结", "with daily freeze"),
    "without_freeze": ("无日冻结", "without daily freeze"),
}
WAYS: Final = {
    "interpolated": ("线性内插", "interpolated"),
    "like_days": ("前几周同日", "like days"),
    "last_year": ("去年同期", "last year"),
    "class_profile": ("同类形状", "class profile"),
    "area_balance": ("台区平衡", "area balance"),
}
GAPS: Final = {"closed": ("两端有示数", "closed"), "open": ("末端无示数", "open")}
DEAREST: Final = "province/henan/residential_steps"


def reading(
    customers: Annotated[
        int, typer.Option(min=0, max=20_000, help=t("户数，默认按表", "how many, 0: as the table says"))
    ] = 0,
    freeze: Annotated[
        bool | None,
        typer.Option("--freeze/--no-freeze", help=t("有无日冻结，默认两种都做", "by default both")),
    ] = None,
    month: Annotated[
        list[int] | None,
        typer.Option(metavar="YYYYMM", help=t("只做这个月，可重复", "this month only; repeat")),
    ] = None,
    seed: Annotated[
        list[int] | None,
        typer.Option(metavar="SEED", help=t("只用这个种子，可重复", "this seed only; repeat")),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help=t("结果写入 JSON 文件", "write the result as JSON"))
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=t("输出 JSON", "print JSON"))] = False,
) -> None:
    """Make the misreads and say how many were told before billing."""
    with temporary_home():
        report = _run(customers, freeze, month or [], seed or [])
    give(as_record(report), output, as_json, lambda: _tell(report))


def _run(customers: int, freeze: bool | None, months: list[int], seeds: list[int]) -> Any:
    from diansuo.lab import reading as laboratory
    from diansuo.office.config.rulebook import book
    from diansuo.office.metering import rules

    both = laboratory.CONDITIONS
    day = rules.scheduled_day(laboratory.table()["tried"][-1], 1)
    with bar(t("抄表实验室", "laboratory")) as advance:
        return laboratory.run(
            rules.thresholds(day),
            _dearest_fen(book().in_force(DEAREST, day).values),
            customers=customers or None,
            seeds=seeds or None,
            months=months or None,
            conditions=both if freeze is None else (both[0],) if freeze else (both[1],),
            advance=advance,
        )


def _dearest_fen(steps: Any) -> int:
    """Return the price of the dearest step in fen a kWh, rounded up: no misread is made smaller than it is."""
    dearest = max(Decimal(each) for each in steps["prices"]["below_1kv"])
    return int((dearest * 100).to_integral_value(ROUND_CEILING))


def as_record(report: Any) -> dict[str, Any]:
    """Return the report as plain data, in a fixed order."""
    return {
        "table": report.table,
        "estimates": report.estimates,
        "customers": report.customers,
        "seeds": report.seeds,
        "misreads": {
            name: [{"kind": kind, "size": size} | asdict(count) for (kind, size), count in counts.items()]
            for name, counts in report.misreads.items()
        },
        "alarms": {
            name: {
                str(month): asdict(each) | {"per_thousand": each.per_thousand}
                for month, each in months.items()
            }
            for name, months in report.alarms.items()
        },
    }


def _tell(report: Any) -> None:
    """Print kinds and sizes, then the shares that count, then the false alarms by month."""
    from rich.table import Table

    from diansuo.lab import reading as laboratory

    names = {each["kind"]: t(each["zh"], each["en"]) for each in laboratory.table()["kinds"]}
    shown = Table(box=None, pad_edge=False)
    shown.add_column(t("错抄", "misread"), overflow="fold")
    shown.add_column(t("大小", "size"), overflow="fold")
    for name in report.misreads:
        shown.add_column(t(*CONDITIONS[name]), justify="right")
        shown.add_column(t("5 元以上", "above 5 yuan"), justify="right")
        shown.add_column(t("3 倍月均以上", "above 3 months"), justify="right")
        shown.add_column(t("规则", "rules"), overflow="fold")
    for key in next(iter(report.misreads.values())):
        cells = [cell for counts in report.misreads.values() for cell in _cells(counts[key])]
        shown.add_row(names[key[0]], key[1], *cells)
    console.print(shown, markup=False)
    for name in report.misreads:
        yuan, mean = report.share(name, "yuan"), report.share(name, "mean")
        say(
            t(
                f"{CONDITIONS[name][0]}：5 元以上 {yuan[1]:,} 起发现 {_percent(*yuan)}；"
                f"3 倍月均以上 {mean[1]:,} 起发现 {_percent(*mean)}",
                f"{CONDITIONS[name][1]}: told {_percent(*yuan)} of {yuan[1]:,} above 5 yuan, "
                f"{_percent(*mean)} of {mean[1]:,} above 3 mean months",
            )
        )
        for month, each in report.alarms[name].items():
            rules = "，".join(f"{rule} {times}" for rule, times in each.rules.items())
            say(
                t(
                    f"  {month}：每千个正确示数误报 {each.per_thousand}（{each.alarms}/{each.readings}），"
                    f"如实提示 {each.facts} {rules}",
                    f"  {month}: {each.per_thousand} false alarms per 1,000 good readings "
                    f"({each.alarms}/{each.readings}), {each.facts} true remarks {rules}",
                )
            )

    _tell_estimates(report.estimates)


def _tell_estimates(estimates: dict[str, dict[str, tuple[float, float]]]) -> None:
    """Print the error of each way of estimating by gap, plain interpolation first."""
    from rich.table import Table

    shown = Table(
        box=None,
        pad_edge=False,
        title=t("估算日电量：平均误差（落在误差带内）", "estimates: error (in band)"),
    )
    shown.add_column(t("缺口天数", "gap, days"))
    for way in WAYS:
        shown.add_column(t(*WAYS[way]), justify="right", overflow="fold")
    for gap, ways in estimates.items():
        days, _space, ending = gap.partition(" ")
        name = f"{days} {t(*GAPS[ending])}"
        shown.add_row(name, *(f"{ways[way][0]} % ({ways[way][1]} %)" for way in WAYS))
    console.print(shown, markup=False)


def _cells(count: Any) -> tuple[str, str, str, str]:
    """Return the told shares of all, of those above 5 yuan and above three mean months, and the three busiest rules."""
    busiest = sorted(count.rules.items(), key=lambda pair: -pair[1])[:3]
    return (
        _percent(count.told, count.made),
        _percent(count.yuan_told, count.yuan),
        _percent(count.mean_told, count.mean),
        " ".join(f"{rule} {times}" for rule, times in busiest),
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"
