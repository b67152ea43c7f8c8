"""``diansuo bill pdf``: bills and notices as PDF."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from diansuo.cli import before_eyes, office
from diansuo.cli.cycle import Period
from diansuo.cli.dates import parse_period
from diansuo.cli.imports import AsUser, StationName
from diansuo.cli.say import Failure, language, say, t

HELP = t(
    "把一个月的账单排成 PDF；中断后再执行即接着做。例：diansuo bill pdf --period 2024-08 --notice",
    "Set a month's bills as PDF; run again after an interruption and it goes on. "
    "Example: diansuo bill pdf --period 2024-08 --zip --out bills.zip",
)

Customer = Annotated[
    str,
    typer.Option(
        "--customer", metavar="NUMBER", help=t("只要这一户（用户编号）", "one customer only, by number")
    ),
]
Out = Annotated[
    Path,
    typer.Option(
        "--out", "-o", metavar="FILE|DIR", help=t("写到哪个文件或文件夹，缺省当前文件夹", "file or folder")
    ),
]
Zip = Annotated[
    bool,
    typer.Option(
        "--zip/--one-file",
        help=t(
            "一户一个 PDF 打成压缩包；缺省合成一个 PDF", "a PDF a customer, zipped; default one PDF for all"
        ),
    ),
]
Notice = Annotated[
    bool, typer.Option("--notice", help=t("通知单，一页三联", "notices, three to a page, instead of bills"))
]


def pdf(
    period: Period,
    customer: Customer = "",
    out: Out = Path(),
    as_zip: Zip = False,
    notice: Notice = False,
    station: StationName = "",
    as_user: AsUser = "system",
) -> None:
    """Set a month's bills or notices, of all customers or of one."""
    month = parse_period(period)
    office.wake()
    from diansuo.office.billing.documents.typesetting import BILL, NOTICE

    user = office.acting_user(as_user, "base.see_bills")
    where = office.the_station(station)
    office.scope_of(user, where)
    document = NOTICE if notice else BILL
    if customer:
        _one(where, month, customer, document, user, out)
    else:
        _batch(where, month, document, as_zip, user, out)


def _one(where: Any, month: int, customer: str, document: str, user: Any, out: Path) -> None:
    from django.utils import timezone

    from diansuo.office.base import personal
    from diansuo.office.base.masks import Part
    from diansuo.office.base.scope import Scope
    from diansuo.office.billing.documents import batch, queries, typesetting
    from diansuo.office.billing.documents.content import Titles, content_of
    from diansuo.office.billing.documents.words import words

    scope, day = Scope(frozenset({where.pk})), timezone.localdate()
    ids = queries.bill_ids(scope, period=month, station_id=where.pk, day=day, number=customer)
    if not ids:
        raise Failure(
            t(
                f"{customer} 在这个月没有账单；核对用户编号与电费年月",
                f"{customer} has no bill in this month; check number and month",
            )
        )
    titles = Titles()
    materials = list(queries.materials(scope, ids, day=day))
    contents = [content_of(material, titles) for material in materials]
    path = _path(out, batch.entry_name(contents[0]))
    _write(path, lambda: path.write_bytes(typesetting.pdf(document, contents, words())))
    customers = sorted({material.bill.contract.customer_id for material in materials})
    personal.note(user, (Part.ADDRESS,), customers, path.name)
    say(str(path))


def _batch(where: Any, month: int, document: str, as_zip: bool, user: Any, out: Path) -> None:
    from django.utils import timezone

    from diansuo.office.base import personal
    from diansuo.office.base.masks import Part
    from diansuo.office.billing.documents import batch

    try:
        job = before_eyes.run(
            lambda: batch.prepare(
                where,
                month,
                document=document,
                form=batch.ZIP if as_zip else batch.ONE_FILE,
                language=language(),
                user=user,
                now=timezone.now(),
            ),
            t("排版", "typesetting"),
        )
    except batch.NothingToSet as refusal:
        raise Failure(str(refusal)) from refusal
    path = _path(out, batch.file_name(job))
    _write(path, lambda: shutil.copyfile(batch.result(job), path))
    personal.note(user, (Part.ADDRESS,), [job.pk], path.name, table="base_job")
    count = job.stages.get(name=batch.TYPESET).summary.get("bills", 0)
    say(t(f"{path}：{count} 户", f"{path}: {count} customers"))


def _path(out: Path, name: str) -> Path:
    """Return the file to write: the one named, or one in the folder named."""
    return out if out.suffix.lower() in (".pdf", ".zip") else out / name


def _write(path: Path, write: Any) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write()
    except OSError as problem:
        raise Failure(t(f"写不了 {path}：{problem}", f"cannot write {path}: {problem}")) from problem
