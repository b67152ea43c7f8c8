"""``diansuo import sheet``: propose a price sheet from a file; a second person approves it in the workbench."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from diansuo.cli import office
from diansuo.cli.dates import parse_day, parse_period
from diansuo.cli.say import Failure, say, say_json, t, warn

SheetFile = Annotated[Path, typer.Argument(help=t("xlsx 或 csv 价格表", "the price sheet, xlsx or csv"))]
Month = Annotated[
    str, typer.Option("--period", metavar="YYYY-MM", help=t("执行月份", "the month the prices hold"))
]
Document = Annotated[
    str, typer.Option("--document", help=t("依据文件，如公告名称", "the document the prices come from"))
]
Clause = Annotated[str, typer.Option("--clause", help=t("条款或附表", "clause or annex"))]
Published = Annotated[
    str, typer.Option("--published", metavar="DATE", help=t("公布日期", "day of publication"))
]
Doubt = Annotated[
    str, typer.Option("--unverified", help=t("没有核对的理由", "why it was not held against the original"))
]
Apply = Annotated[bool, typer.Option("--apply", help=t("提交；不加只检查", "propose it; without it a check"))]
AsUser = Annotated[str, typer.Option("--as", metavar="USER", help=t("以哪个账号操作", "act as this user"))]
AsJson = Annotated[bool, typer.Option("--json", help=t("输出 JSON", "print JSON"))]


def sheet(
    file: SheetFile,
    period: Month,
    document: Document,
    clause: Clause = "",
    published: Published = "",
    unverified: Doubt = "",
    apply: Apply = False,
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Check a price sheet and, with ``--apply``, propose it."""
    if not file.is_file():
        raise Failure(t(f"找不到文件 {file}", f"no such file: {file}"))
    month, day = parse_period(period), parse_day(published) if published else None
    office.wake()
    user = office.acting_user(as_user, "base.propose_prices")
    _propose(file, month, (document, clause, unverified), day, user, apply=apply, as_json=as_json)


def _propose(
    file: Path,
    month: int,
    source: tuple[str, str, str],
    published: date | None,
    user: Any,
    *,
    apply: bool,
    as_json: bool,
) -> None:
    from django.utils import timezone

    from diansuo.core.quantity.month import first_day, next_month
    from diansuo.office.base.proposals.operations import UnableToDo
    from diansuo.office.base.sheets.problems import SheetRefused
    from diansuo.office.billing.sheets import comparing, operations, reading
    from diansuo.office.billing.sheets.book import priced_book
    from diansuo.office.billing.sheets.documents import Publication
    from diansuo.office.billing.sheets.place import commercial_place

    document, clause, doubt = source
    days = first_day(month), first_day(next_month(month))
    publication = Publication(commercial_place(), *days, document, clause, published, doubt=doubt)
    now = timezone.now()
    try:
        stated = reading.read_file(file, file.name)
        for one in stated.problems:
            warn(f"{one.sheet} {one.row} {one.column}: {one.reason}; {one.remedy}")
        if stated.problems:
            raise Failure(t("有行读不懂，没有提交", "some rows mean nothing; not proposed"))
        content = operations.prepared(stated.prices, publication, now)
        rows = comparing.rows(content, priced_book())
        made = _proposed(stated.prices, publication, user, now) if apply else None
    except (SheetRefused, operations.UnableToDo, UnableToDo) as problem:
        raise Failure(f"{file}: {problem}") from problem
    _report(file, rows, made.pk if made else None, as_json=as_json)


def _proposed(prices: Any, publication: Any, user: Any, now: Any) -> Any:
    from diansuo.office.billing.effects import pricesheets

    sheet, _proposal = pricesheets.propose(prices, publication, user=user, now=now, ran_by=office.ran_by())
    return sheet


def _report(file: Path, rows: list[Any], number: int | None, *, as_json: bool) -> None:
    if as_json:
        prices = [
            [str(row.component), str(row.scheme), str(row.voltage), str(row.price), row.change_bp]
            for row in rows
        ]
        say_json({"sheet": number, "prices": prices})
        return
    for row in rows:
        change = "" if row.change_bp is None else f"  {row.change_bp / 100:+.2f}%"
        mark = t("  异常", "  look twice") if row.jump else ""
        say(f"  {row.component} {row.scheme} {row.voltage}  {row.price}{change}{mark}")
    if number:
        say(
            t(
                f"{file}：已提交为第 {number} 号，等另一人在“变更提议”看过影响后复核",
                f"{file}: proposed as number {number}; a second person sees its effect and agrees in the workbench",
            )
        )
    else:
        say(
            t(
                f"{file}：检查通过，没有提交（加 --apply 提交）",
                f"{file}: it would be accepted; nothing proposed (add --apply)",
            )
        )
