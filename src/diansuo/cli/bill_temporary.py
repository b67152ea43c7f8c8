"""``diansuo bill temporary``: temporary supply without a meter, from its agreement to its end."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from diansuo.cli import office
from diansuo.cli.dates import parse_day
from diansuo.cli.imports import AsJson, AsUser, StationName
from diansuo.cli.say import Failure, say, say_json, t

app = typer.Typer(
    no_args_is_help=True,
    help=t(
        "临时用电无表：容量 × 每日时数 × 天数 × 电价，预收；提交、另一人审批、发行。",
        "Temporary supply without a meter: capacity × hours × days × price, charged before; proposed, approved by "
        "another person, issued.",
    ),
)
CLASSES: Final = {"shared": 3, "agricultural": 4, "commercial": 5}
VOLTAGES: Final = {"below_1kv": 1, "kv_1_10": 2, "kv_35": 3, "kv_110": 4, "kv_220": 5}

Number = Annotated[
    str, typer.Option("--customer", metavar="NUMBER", help=t("用户编号", "the customer's number"))
]
Name = Annotated[str, typer.Option("--name", help=t("新用户的名称", "the name of a new customer"))]
Purpose = Annotated[str, typer.Option("--purpose", help=t("用途", "what for"))]
Address = Annotated[str, typer.Option("--address", help=t("用电地址", "where"))]
ClassOf = Annotated[str, typer.Option("--class", help="commercial, agricultural, shared")]
Voltage = Annotated[str, typer.Option("--voltage", help=", ".join(VOLTAGES))]
Kilowatts = Annotated[str, typer.Option("--kw", help=t("用电容量，千瓦", "capacity, kW"))]
Hours = Annotated[str, typer.Option("--hours", help=t("约定每日使用小时", "agreed hours a day"))]
From = Annotated[str, typer.Option("--from", metavar="DATE", help=t("供电日", "first day of supply"))]
To = Annotated[
    str, typer.Option("--to", metavar="DATE", help=t("停电日，当日不计", "the day after the last one"))
]
Day = Annotated[
    str,
    typer.Option("--day", metavar="DATE", help=t("终止日，当日不计", "day of the end, not used any more")),
]
Reason = Annotated[str, typer.Option("--reason", help=t("原因", "why"))]
Out = Annotated[
    Path,
    typer.Option("--out", "-o", help=t("写到哪个文件或文件夹，缺省当前文件夹", "file or folder")),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help=t("只试算，不提交", "work it out, store nothing"))]
Supply = Annotated[int, typer.Argument(help=t("临时用电号（list 所列）", "the supply, as list shows it"))]
Charge = Annotated[int, typer.Argument(help=t("单号（list 所列）", "the charge, as list shows it"))]


@app.command("propose", help=t("提交一项新的临时用电。", "Propose a new supply."))
def propose(
    customer: Number,
    purpose: Purpose,
    kw: Kilowatts,
    hours: Hours,
    first: From,
    to: To,
    name: Name = "",
    address: Address = "",
    price_class: ClassOf = "commercial",
    voltage: Voltage = "below_1kv",
    dry_run: DryRun = False,
    station: StationName = "",
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Propose a supply with what it is charged before."""
    days = parse_day(first), parse_day(to)
    office.wake()
    from django.utils import timezone

    from diansuo.office.billing.temporary import operations

    where, user = office.the_station(station), office.acting_user(as_user, "base.propose_corrections")
    scope = office.scope_of(user, where)
    terms = operations.Terms(
        number=customer,
        name=name,
        purpose=purpose,
        price_class=_word(price_class, CLASSES),
        voltage_class=_word(voltage, VOLTAGES),
        capacity_w=_whole(kw, 1000, t("千瓦", "kW")),
        minutes_a_day=_whole(hours, 60, t("小时", "hours")),
        from_date=days[0],
        to_date=days[1],
        address=address,
    )
    if dry_run:
        _answer(_found(_done(lambda: operations.preview_of(terms))), as_json=as_json)
        return
    made = _done(lambda: operations.propose(scope, where, terms, user=user, now=timezone.now()))
    _answer(_record(scope, made), as_json=as_json)


@app.command("extend", help=t("提交延期。", "Propose an extension."))
def extend(
    supply: Supply,
    to: To,
    reason: Reason,
    dry_run: DryRun = False,
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Propose more days for a supply."""
    _more(supply, "extension", to, reason, as_user, dry_run=dry_run, as_json=as_json)


@app.command("end", help=t("提交提前终止。", "Propose an early end."))
def end(
    supply: Supply,
    day: Day,
    reason: Reason,
    dry_run: DryRun = False,
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Propose the end of a supply before its agreed one."""
    _more(supply, "early_end", day, reason, as_user, dry_run=dry_run, as_json=as_json)


@app.command("cancel", help=t("提交冲正：已发行的全部退还。", "Propose to give all of it back."))
def cancel(
    supply: Supply,
    reason: Reason,
    dry_run: DryRun = False,
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Propose to cancel a supply that was entered wrongly."""
    _more(supply, "cancel", "", reason, as_user, dry_run=dry_run, as_json=as_json)


def _more(
    number: int, kind: str, day: str, reason: str, as_user: str, *, dry_run: bool, as_json: bool
) -> None:
    wanted = parse_day(day) if day else None
    office.wake()
    from django.utils import timezone

    from diansuo.office.billing.temporary import operations, queries
    from diansuo.office.billing.temporary.preview import preview

    user = office.acting_user(as_user, "base.propose_corrections")
    scope, now = office.scope_of(user), timezone.now()
    supply = queries.supply(scope, number)
    if supply is None:
        raise Failure(t(f"没有临时用电 {number}", f"there is no temporary supply {number}"))
    last = wanted or supply.from_date
    if dry_run:
        _answer(_found(_done(lambda: preview(supply, kind, last))), as_json=as_json)
        return
    made = _done(
        lambda: operations.propose_more(scope, supply, kind, day=last, reason=reason, user=user, now=now)
    )
    _answer(_record(scope, made), as_json=as_json)


@app.command("approve", help=t("审批一笔。", "Approve a charge."))
def approve(charge: Charge, as_user: AsUser = "system", as_json: AsJson = False) -> None:
    """Approve a charge somebody else proposed."""
    _decide(charge, "approve", "base.approve_corrections", as_user, as_json=as_json)


@app.command("issue", help=t("发行已审批的一笔。", "Issue an approved charge."))
def issue(charge: Charge, as_user: AsUser = "system", as_json: AsJson = False) -> None:
    """Issue a charge: it falls due, or becomes credit."""
    _decide(charge, "issue", "base.approve_corrections", as_user, as_json=as_json)


@app.command("withdraw", help=t("撤回未发行的一笔。", "Take a charge back that is not issued."))
def withdraw(charge: Charge, as_user: AsUser = "system", as_json: AsJson = False) -> None:
    """Take a charge back."""
    _decide(charge, "withdraw", "base.propose_corrections", as_user, as_json=as_json)


def _decide(number: int, what: str, right: str, as_user: str, *, as_json: bool) -> None:
    office.wake()
    from django.utils import timezone

    from diansuo.office.billing.temporary import operations, queries

    user = office.acting_user(as_user, right)
    if user is None and what != "withdraw":
        raise Failure(t("用 --as 指定审批人", "name the approver with --as"))
    scope = office.scope_of(user)
    charge = queries.charge(scope, number)
    if charge is None:
        raise Failure(t(f"没有单号 {number}", f"there is no charge {number}"))
    done = _done(lambda: getattr(operations, what)(charge, user=user, now=timezone.now()))
    _answer(_record(scope, done), as_json=as_json)


@app.command("list", help=t("每一项临时用电的每一笔。", "Every charge of every supply."))
def list_(station: StationName = "", as_user: AsUser = "system", as_json: AsJson = False) -> None:
    """List charges, the latest first."""
    office.wake()
    from diansuo.office.base import wording
    from diansuo.office.billing.temporary import queries

    user = office.acting_user(as_user, "base.propose_corrections")
    scope = office.scope_of(user, office.the_station(station) if station else None)
    rows = [_brief(one) for one in queries.charges(scope).order_by("-pk")]
    if as_json:
        say_json(rows)
        return
    for row in rows:
        said = f"{row['charge']:>5}  {row['supply']:>5}  {row['customer']}  {row['purpose']}  "
        said += (
            f"{row['from_date']} — {row['to_date']}  {wording.yuan(row['amount_fen'])} {t('元', 'yuan')}  "
        )
        say(said + f"{row['kind_words']}  {row['state_words']}")
    if not rows:
        say(t("还没有临时用电", "no temporary supply yet"))


@app.command("pdf", help=t("把一笔印成 PDF。", "Print a charge as PDF."))
def pdf(charge: Charge, out: Out = Path(), as_user: AsUser = "system") -> None:
    """Write a charge as PDF into a file or folder."""
    office.wake()
    from diansuo.office.billing.temporary import paper, queries

    scope = office.scope_of(office.acting_user(as_user, "base.see_bills"))
    one = queries.charge(scope, charge)
    if one is None:
        raise Failure(t(f"没有单号 {charge}", f"there is no charge {charge}"))
    path = out / paper.file_name(one) if out.is_dir() else out
    path.write_bytes(paper.pdf(scope, one))
    say(str(path))


@app.command("prove", help=t("只凭存下的依据重算。", "Recompute from what is kept alone."))
def prove(station: StationName = "", as_user: AsUser = "system", as_json: AsJson = False) -> None:
    """Recompute every issued charge; status 1 where one differs."""
    office.wake()
    from diansuo.office.billing.temporary import proving, queries

    user = office.acting_user(as_user, "base.propose_corrections")
    scope = office.scope_of(user, office.the_station(station) if station else None)
    issued = list(queries.charges(scope).filter(state="issued").order_by("pk"))
    differ = [one.pk for one in issued if not proving.proves(scope, one)]
    if as_json:
        say_json({"charges": len(issued), "differ": differ})
    else:
        count = len(issued)
        say(t(f"重算 {count} 笔，不符 {len(differ)} 笔", f"{count} recomputed, {len(differ)} differ"))
    if differ:
        raise typer.Exit(1)


def _word(text: str, known: dict[str, int]) -> int:
    if text not in known:
        raise Failure(t(f"没有 {text}；可用 ", f"no {text}; there are ") + ", ".join(known))
    return known[text]


def _whole(text: str, times: int, unit: str) -> int:
    """Return a decimal number times so much, which must be whole: kW as W, hours as minutes."""
    try:
        value = Decimal(text) * times
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value <= 0 or value != value.to_integral_value():
        raise Failure(
            t(
                f"{text} {unit} 不行：写大于 0 的数，到瓦、到分钟",
                f"{text} {unit}: above 0, to the watt, the minute",
            )
        )
    return int(value)


def _done(work: Callable[[], Any]) -> Any:
    from diansuo.office.billing.temporary.operations import UnableToDo
    from diansuo.office.billing.temporary.preview import NotPossible

    try:
        return work()
    except (UnableToDo, NotPossible) as problem:
        raise Failure(str(problem)) from problem


def _brief(one: Any) -> dict[str, Any]:
    return {
        "charge": one.pk,
        "supply": one.supply_id,
        "customer": one.supply.customer.number,
        "purpose": one.supply.purpose,
        "kind": one.kind,
        "kind_words": one.get_kind_display(),
        "state": one.state,
        "state_words": one.get_state_display(),
        "from_date": one.from_date.isoformat(),
        "to_date": one.to_date.isoformat(),
        "energy_wh": one.energy_wh,
        "amount_fen": one.amount_fen,
    }


def _record(scope: Any, one: Any) -> dict[str, Any]:
    from diansuo.office.billing.temporary import queries

    held = queries.charge(scope, one.pk)
    assert held is not None
    return {**_brief(held), "lines": queries.lines(scope, held), "unverified": queries.doubts(scope, held)}


def _found(found: Any) -> dict[str, Any]:
    from diansuo.office.billing.temporary import wording

    return {
        "kind": found.kind,
        "from_date": found.from_date.isoformat(),
        "to_date": found.to_date.isoformat(),
        "energy_wh": found.energy_wh,
        "amount_fen": found.amount_fen,
        "lines": wording.shown(found),
        "notes": list(found.notes),
        "unverified": found.doubts,
    }


def _answer(record: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(record)
        return
    from diansuo.office.base import wording

    if "charge" in record:
        head = f"{t('单号', 'charge')} {record['charge']}  {t('临时用电', 'supply')} {record['supply']}  "
        say(f"{head}{record['kind_words']}  {record['state_words']}")
    for line in record["lines"]:
        said = f"  {line['from_date']} — {line['to_date']}  {line['title']}  {line['quantity']} {line['unit']} × "
        say(f"{said}{line['price']} {line['price_unit']} = {wording.yuan(line['amount_fen'])}")
    energy = f"{wording.kilowatt_hours(record['energy_wh'])} kWh  "
    say(f"  {t('合计', 'total')}  {energy}{wording.yuan(record['amount_fen'])} {t('元', 'yuan')}")
    for note in (*record.get("notes", ()), *record["unverified"]):
        say(f"  · {note}")
