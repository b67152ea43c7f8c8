"""``diansuo bill rebill``: a set of issued months priced again; a second person approves before anything is issued."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from diansuo.cli import before_eyes, office
from diansuo.cli.dates import parse_period
from diansuo.cli.imports import AsJson, AsUser, StationName
from diansuo.cli.say import Failure, say, say_json, t

HELP = t(
    "退补重算：一批用户已发行的月份重算，差额各成一张退补单，另一人审批后才发行。中断后再执行即从断点继续。"
    "例：diansuo bill rebill --period 2024-08 --reason 倍率更正 --dry-run",
    "Rebill issued months of a set of customers: each difference becomes a correction that a second person approves "
    "before it is issued. Run again after an interruption and it goes on. "
    "Example: diansuo bill rebill --period 2024-08 --reason multiplier --dry-run",
)
CLOSE_HELP = t(
    "关账：该年度的账单不再退补；--open 再打开。例：diansuo bill close --year 2023",
    "Close a year: its bills are corrected no more; --open opens it. Example: diansuo bill close --year 2023",
)
Month = Annotated[
    str, typer.Option("--period", metavar="YYYY-MM", help=t("只重算这个电费年月", "this billing month only"))
]
First = Annotated[
    str, typer.Option("--from", metavar="YYYY-MM", help=t("起（电费年月）", "first billing month"))
]
Last = Annotated[str, typer.Option("--to", metavar="YYYY-MM", help=t("止（电费年月）", "last billing month"))]
Customers = Annotated[
    list[str] | None,
    typer.Option(
        "--customer", metavar="NUMBER", help=t("用户编号，可多次；缺省全所", "customers, default all")
    ),
]
KindOf = Annotated[
    str,
    typer.Option(
        "--kind",
        help=t(
            "差错：archive（按现行档案）、meter_error、wiring、ratio、multiplier、class、missed、reading、cancel",
            "archive (by the archive of today), meter_error, wiring, ratio, multiplier, class, missed, reading, cancel",
        ),
    ),
]
FactsOf = Annotated[
    list[str] | None,
    typer.Option("--fact", metavar="NAME=VALUE", help=t("查实的情况，如 error_percent=-5", "what was found")),
]
Reason = Annotated[str, typer.Option("--reason", help=t("退补原因", "why"))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=t("只试算，不提交", "work it out, store nothing"))]
Approve = Annotated[bool, typer.Option("--approve", help=t("审批这一批", "approve this very set"))]
Issue = Annotated[bool, typer.Option("--issue", help=t("发行这一批已审批的", "issue what is approved of it"))]
Year = Annotated[int, typer.Option("--year", help=t("年度", "the year"))]
Open = Annotated[bool, typer.Option("--open", help=t("再打开", "open it again"))]


def rebill(
    period: Month = "",
    first: First = "",
    last: Last = "",
    customer: Customers = None,
    kind: KindOf = "archive",
    fact: FactsOf = None,
    reason: Reason = "",
    dry_run: DryRun = False,
    approve: Approve = False,
    issue: Issue = False,
    station: StationName = "",
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Propose a set, or approve or issue the very same one."""
    start, end = parse_period(first or period), parse_period(last or period or first)
    facts = dict(_pair(text) for text in fact or [])
    office.wake()
    from diansuo.office.billing.rebilling import sets
    from diansuo.office.billing.rebilling.models import Correction
    from diansuo.office.billing.rebilling.operations import UnableToDo

    if kind not in Correction.Kind.values:
        raise Failure(t(f"没有差错 {kind}", f"no kind {kind}") + "：" + ", ".join(Correction.Kind.values))
    right = "base.approve_corrections" if approve or issue else "base.propose_corrections"
    where, user = office.the_station(station), office.acting_user(as_user, right)
    office.scope_of(user, where)
    wanted = sets.Wanted(start, end, kind, facts, reason, tuple(customer or ()))
    try:
        report = _done(where, wanted, user, dry_run=dry_run, approve=approve, issue=issue, quiet=as_json)
    except UnableToDo as problem:
        raise Failure(str(problem)) from problem
    if as_json:
        say_json(report.record())
    else:
        _say(report)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise Failure(t(f"--fact 写成 名=值：{text}", f"--fact is NAME=VALUE: {text}"))
    return name, value


def _done(
    where: Any, wanted: Any, user: Any, *, dry_run: bool, approve: bool, issue: bool, quiet: bool
) -> Any:
    from django.utils import timezone

    from diansuo.office.base.models import Job
    from diansuo.office.billing.rebilling import sets

    now = timezone.now()
    if dry_run:
        return sets.dry_run(where, wanted, now=now)
    if approve or issue:
        job = Job.objects.filter(key=sets.job_key(where.pk, wanted)).first()
        if job is None:
            raise Failure(
                t("没有提交过这一批；选项须与提交时相同", "this set was not proposed; give the same options")
            )
        if user is None:
            raise Failure(t("用 --as 指定审批人", "name the approver with --as"))
        if approve:
            _approved, agreed = sets.approve_all(job, user=user, now=now)
            if agreed and issue:
                raise Failure(
                    t(
                        f"已复核 {agreed} 张；超过限值，还须另一人审批才能发行",
                        f"{agreed} agreed to; above the limits, another person has to approve before the issue",
                    )
                )
        if issue:
            sets.issue_all(job, user=user, now=now)
        return sets.report_of(job)
    job = before_eyes.run(
        lambda: sets.prepare(where, wanted, user=user, now=now),
        t("退补重算", "rebill"),
        quiet=quiet,
    )
    return sets.report_of(job)


def _say(report: Any) -> None:
    from diansuo.office.base import wording

    for row in report.rows:
        say(
            f"  {row['customer']}  {row['months']:>3} {t('月', 'months')}  {wording.yuan(row['before_fen'])} → "
            f"{wording.yuan(row['after_fen'])}  {wording.yuan(row['difference_fen'])} {t('元', 'yuan')}"
        )
    for row in report.refused:
        say(f"  {row['customer']}  {t('算不了', 'refused')}：{row['reason']}")
    totals = report.totals
    say(
        t(
            f"试算 {totals['looked_at']} 户，有差额 {totals['customers']} 户 {totals['months']} 个月，"
            f"差额 {wording.yuan(totals['difference_fen'])} 元，算不了 {totals['refused']} 户",
            f"looked at {totals['looked_at']}, {totals['customers']} customers differ in {totals['months']} months by "
            f"{wording.yuan(totals['difference_fen'])} yuan, {totals['refused']} refused",
        )
    )


def close_year(
    year: Year, reopen: Open = False, station: StationName = "", as_user: AsUser = "system"
) -> None:
    """Close a year's settlement, or open it again."""
    office.wake()
    from django.utils import timezone

    from diansuo.office.billing.rebilling import operations

    where, user = office.the_station(station), office.acting_user(as_user, "base.approve_corrections")
    office.scope_of(user, where)
    if reopen:
        operations.open_year(where, year)
        say(t(f"{where.name} {year} 年度已打开", f"{where.name}: {year} is open"))
    else:
        operations.close_year(where, year, user=user, now=timezone.now())
        say(t(f"{where.name} {year} 年度已关账", f"{where.name}: {year} is closed"))
