"""``diansuo audit``: whether the trail of who wrote what is whole, and what to write down of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diansuo.cli import office
from diansuo.cli.dates import parse_day
from diansuo.cli.export import Output
from diansuo.cli.imports import AsJson, AsUser
from diansuo.cli.say import Failure, say, say_json, t

if TYPE_CHECKING:
    from diansuo.office.base.trail.verifying import Finding, Report

app = typer.Typer(no_args_is_help=True, help=t("核对操作留痕", "Check the trail of who wrote what"))

Anchor = Annotated[
    str,
    typer.Option(
        "--anchor",
        metavar="DIGEST",
        help=t(
            "以前抄下的链尾摘要；链里没有它，就是尾部被截断或整条链被重做",
            "a digest written down earlier; when the chain no longer holds it, its end was cut off or it was made anew",
        ),
    ),
]
Rows = Annotated[
    bool,
    typer.Option(
        "--rows/--no-rows",
        help=t("把金额表的批次与现在的行再比一遍", "compare batches of money with the rows as they stand"),
    ),
]


@app.command("verify")
def verify(anchor: Anchor = "", rows: Rows = True, as_json: AsJson = False) -> None:
    """Check every entry of the trail."""
    office.wake()
    from diansuo.office.base.trail import verifying

    report = verifying.verify(anchor=anchor.strip().lower(), rows=rows)
    beside = outside()
    if as_json:
        say_json(asdict(report) | beside)
    else:
        _say(report)
        _say_outside(beside)
    if report.findings:
        raise Failure(
            t(
                "操作留痕不完整；保留现场，先备份数据库文件，再交稽查",
                "the trail is not whole; leave everything as it is, copy the database, and tell the supervisor",
            )
        )


verify.__doc__ = t(
    "核对操作留痕有没有被改、被删、被插入。例：diansuo audit verify --anchor 抄下的摘要",
    "Find entries of the trail that were changed, taken out or put in. Example: diansuo audit verify --anchor DIGEST",
)


def _say(report: Report) -> None:
    say(t(f"共 {report.entries:,} 条留痕", f"{report.entries:,} entries"))
    say(
        t(
            f"链尾摘要（请抄下，存放在别处）：{report.digest}",
            f"end of the chain (write it down, keep it elsewhere): {report.digest}",
        )
    )
    rows = report.rows
    say(
        t(
            f"金额批次：{rows.compared:,} 批已与表中的行相比，{rows.not_provable:,} 批无法比（后有改动或主键不连续）",
            f"batches of money: {rows.compared:,} compared with the rows, {rows.not_provable:,} cannot be "
            "(changed since, or their keys are not one run)",
        )
    )
    for finding in report.findings:
        say(_words(finding))
    if report.more:
        say(t(f"另有 {report.more:,} 处", f"and {report.more:,} more"))
    if not report.findings:
        say(t("没有发现改动", "nothing was changed"))


def outside() -> dict[str, Any]:
    """Return what a maintainer can change without any page: the rules in force, and which files nobody agreed to."""
    import hashlib

    from django.conf import settings

    from diansuo.office.billing.effects import rulefiles
    from diansuo.office.config import rulebook

    file = settings.HOME.folder / "settings.toml"
    digest = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
    return {
        "rulebook": rulebook.book().hash,
        "settings": digest,
        "rules_never_agreed_to": [list(one) for one in rulefiles.never_agreed_to()],
    }


def _say_outside(outside: dict[str, Any]) -> None:
    say(t(f"现行规则库摘要：{outside['rulebook']}", f"digest of the rules in force: {outside['rulebook']}"))
    if outside["settings"]:
        say(
            t(f"settings.toml 摘要：{outside['settings']}", f"digest of settings.toml: {outside['settings']}")
        )
    why = {
        "unknown": t("没有人复核过", "nobody agreed to it"),
        "changed": t("与复核过的内容不同", "it is not the text that was agreed to"),
        "gone": t("复核过，文件却不在了", "it was agreed to, and the file is gone"),
    }
    for path, cause in outside["rules_never_agreed_to"]:
        say(t(f"  ! 本地规则 {path}：{why[cause]}", f"  ! rules of the place, {path}: {why[cause]}"))


def _words(finding: Finding) -> str:
    number, detail = finding.sequence, finding.detail
    said = {
        "changed": t(f"第 {number} 条内容被改", f"entry {number}: its text was changed"),
        "columns": t(f"第 {number} 条的列被改：{detail}", f"entry {number}: columns were changed: {detail}"),
        "missing": t(f"缺第 {detail} 条", f"entries {detail} are missing"),
        "link": t(
            f"第 {number} 条与前一条接不上：前一条被换过，或这一条是插入的",
            f"entry {number} does not follow the one before: that was replaced, or this one put in",
        ),
        "tail_cut": t(f"链尾第 {detail} 条被截掉", f"entries {detail} were cut off the end"),
        "put_in": t(
            f"第 {detail} 条是插入的，链尾不知道", f"entries {detail} were put in behind the end of the chain"
        ),
        "anchor": t(f"链里没有摘要 {detail}", f"the chain does not hold the digest {detail}"),
        "guard": t(f"数据库里缺触发器 {detail}", f"the database lacks the trigger {detail}"),
        "rows": t(
            f"第 {number} 条写入的行现在不同：{detail}",
            f"entry {number}: the rows it wrote are different now: {detail}",
        ),
    }
    return f"  ✗ {said[str(finding.trouble)]}"


@app.command("head")
def head(as_json: AsJson = False) -> None:
    """Print the end of the chain."""
    office.wake()
    from diansuo.office.base.scope import Scope
    from diansuo.office.base.trail import queries

    end = queries.head(Scope.everything())
    if as_json:
        say_json(asdict(end))
    else:
        say(f"{end.sequence} {end.digest}")


head.__doc__ = t(
    "显示链尾序号与摘要，供抄录。例：diansuo audit head",
    "Print number and digest of the end of the chain, to be written down. Example: diansuo audit head",
)


FirstDay = Annotated[str, typer.Option("--from", metavar="DAY", help=t("从哪天起", "from this day"))]
LastDay = Annotated[
    str, typer.Option("--to", metavar="DAY", help=t("到哪天为止（含）", "to this day, with it"))
]
Words = Annotated[
    str,
    typer.Option(
        "-q", "--search", metavar="WORDS", help=t("操作人、编号或任意词", "person, number or any word")
    ),
]


@app.command("export")
def export(
    output: Output,
    search: Words = "",
    first: FirstDay = "",
    last: LastDay = "",
    as_user: AsUser = "system",
) -> None:
    """Write entries to a csv, and note in the trail that they were taken out."""
    days = (parse_day(first) if first else None, parse_day(last) if last else None)
    office.wake()
    import hashlib

    from diansuo.office.base.sheets.write import write_csv
    from diansuo.office.base.trail import operations, queries, wording

    user = office.acting_user(as_user, "base.see_trail")
    rows = queries.lines(office.scope_of(user), words=search, first=days[0], last=days[1])
    try:
        count = write_csv(output, queries.LINE, rows)
        digest = hashlib.sha256(output.read_bytes()).hexdigest()
    except OSError as problem:
        raise Failure(t(f"写不了 {output}：{problem}", f"cannot write {output}: {problem}")) from problem
    asked = {name: value for name, value in (("q", search), ("from", first), ("to", last)) if value}
    operations.exported(user, wording.TRAIL, rows=count, sha256=digest, asked=asked)
    say(t(f"{output}：{count} 行，SHA-256 {digest}", f"{output}: {count} rows, SHA-256 {digest}"))


export.__doc__ = t(
    "导出操作留痕为 csv，交稽查；导出本身也留痕。例：diansuo audit export --from 2026-03-01 -o 留痕.csv",
    "Export the trail as csv for the supervisor; that leaves an entry too. "
    "Example: diansuo audit export --from 2026-03-01 -o trail.csv",
)
