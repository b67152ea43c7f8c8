"""``diansuo cycle``: the monthly cycle, from readings to issued bills."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from diansuo.cli import before_eyes, cycle_audit, cycle_compare, office, shadow_table
from diansuo.cli.dates import parse_day, parse_period
from diansuo.cli.imports import AsJson, AsUser, Period, StationName
from diansuo.cli.say import Failure, bar, say, say_json, t

app = typer.Typer(
    no_args_is_help=True,
    help=t("电费月度流程：抄表、复核、计算、审核、发行。", "The monthly cycle, stage by stage."),
)

Until = Annotated[
    str,
    typer.Option(
        "--until",
        metavar="STAGE",
        help=t(
            "执行到哪一步：readings、check、bill、audit、issue",
            "last stage: readings, check, bill, audit, issue",
        ),
    ),
]
IssueDate = Annotated[
    str,
    typer.Option("--issue-date", metavar="DATE", help=t("发行日期，缺省今天", "day of issue, default today")),
]


@app.callback()
def cycle() -> None:
    """Group of the cycle's commands."""


@app.command(
    "run",
    help=t(
        "执行一个月的电费流程直到发行；中断后再执行即从断点继续。例：diansuo cycle run --period 2024-08",
        "Run a month to issue; run again after an interruption and it goes on. "
        "Example: diansuo cycle run --period 2024-08",
    ),
)
def run(
    period: Period,
    until: Until = "issue",
    station: StationName = "",
    issue_date: IssueDate = "",
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Run the monthly cycle of a station in this process."""
    month, issued = parse_period(period), parse_day(issue_date) if issue_date else None
    office.wake()
    from django.utils import timezone

    from diansuo.core.rules import RuleBookRefused
    from diansuo.office.base import jobs
    from diansuo.office.desk import cycle as desk_cycle

    where, user = office.the_station(station), office.acting_user(as_user, "base.run_cycle")
    office.scope_of(user, where)
    try:
        job = before_eyes.run(
            lambda: desk_cycle.prepare(
                where,
                month,
                issue_date=issued or timezone.localdate(),
                user=user,
                now=timezone.now(),
                until="" if until == "issue" else until,
            ),
            t("电费流程", "cycle"),
            quiet=as_json,
        )
    except (jobs.UnknownStage, desk_cycle.UnableToRun, RuleBookRefused) as refusal:
        raise Failure(str(refusal)) from refusal
    report = _report(job)
    if as_json:
        say_json(report)
    else:
        _say(report)


def _report(job: Any) -> dict[str, Any]:
    from diansuo.office.base.scope import Scope
    from diansuo.office.desk import queries

    return queries.cycle_report(Scope.everything(), job_id=job.pk)


def _say(report: dict[str, Any]) -> None:
    say(
        t(
            f"{report['station']} {report['period']}：已发行 {report['issued']} 户 {report['amount_yuan']} 元，"
            f"首次抄表 {report['opened']} 户，待处理 {len(report['held'])} 户",
            f"{report['station']} {report['period']}: issued {report['issued']} bills, {report['amount_yuan']} yuan; "
            f"opened {report['opened']}; held {len(report['held'])}",
        )
    )
    if report["mode"] == "beside":
        say(
            t(
                "  旁运行：执行到审核为止，不发行、不产生应收；算出的电费用来与已发行电费核对",
                "  beside: ends with the audit; nothing is issued, nothing falls due",
            )
        )
    if report["drafts"]:
        drafts, amount = report["drafts"], report["draft_yuan"]
        say(
            t(f"已计算、未发行 {drafts} 户 {amount} 元", f"priced, not issued: {drafts} bills, {amount} yuan")
        )
    for held in report["held"]:
        say(f"  {held['customer']} {held['name']}：{'；'.join(held['reasons'])}")


Customer = Annotated[
    str, typer.Option("--customer", metavar="NUMBER", help=t("只核一个用户编号", "one customer number only"))
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        help=t("差异写到 .xlsx 或 .csv", "write the differences to .xlsx or .csv"),
    ),
]


@app.command(
    "shadow",
    help=t(
        "影子核算：用独立的第二套算法，从示数和档案把一个月的账单逐户重算，报告每一分差异；有差异时退出码为 1。"
        "例：diansuo cycle shadow --period 2024-08",
        "Compute a month's bills anew from readings and archive by a second, independent engine; report every fen of "
        "difference; exit status 1 where there is one. Example: diansuo cycle shadow --period 2024-08",
    ),
)
def shadow(
    period: Period,
    station: StationName = "",
    customer: Customer = "",
    out: Out = None,
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Hold a month's bills against the shadow engine."""
    month = parse_period(period)
    if out is not None and out.suffix not in (".xlsx", ".csv"):
        raise Failure(t(f"{out}：请用 .xlsx 或 .csv", f"{out}: use .xlsx or .csv"))
    office.wake()
    from diansuo.office.desk.shadowing import report as shadowing

    user = office.acting_user(as_user, "base.run_cycle")
    scope = office.scope_of(user, office.the_station(station) if station else None)
    with bar(t("影子核算", "shadow"), quiet=as_json) as advance:
        found = shadowing.shadow_month(
            scope, period=month, customer=customer, on_progress=lambda done, total: advance("", done, total)
        )
    if out is not None:
        _write_differences(out, shadowing.headings(), found.rows)
    if as_json:
        say_json(found.as_mapping())
    else:
        shadow_table.show(found)
    if found.different:
        raise typer.Exit(1)


def _write_differences(out: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from diansuo.office.base.sheets.write import write_csv, write_xlsx

    try:
        if out.suffix == ".xlsx":
            out.write_bytes(write_xlsx(t("影子核算差异", "shadow differences"), headings, rows))
        else:
            write_csv(out, headings, rows)
    except OSError as problem:
        raise Failure(t(f"写不了 {out}：{problem}", f"cannot write {out}: {problem}")) from problem


cycle_audit.register(app)
cycle_compare.register(app)
