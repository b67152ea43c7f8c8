"""``diansuo bill close-out`` and ``one-off``: a supply billed up to a day at once."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diansuo.cli import office
from diansuo.cli.dates import parse_day
from diansuo.cli.imports import AsJson, AsUser, StationName
from diansuo.cli.say import Failure, say, say_json, t

if TYPE_CHECKING:
    from diansuo.office.desk.closing.operations import Closed

HELP = t(
    "销户结算：录入末次示数，拆表，当即发行末次电费账单。检查有异常时什么也不存；核实后加 --confirm。"
    "例：diansuo bill close-out --customer 4101000001 --day 2024-08-16 --register 1160.5",
    "Close a supply: store its last registers, end its meters, and issue the last bill at once. Where a check blocks, "
    "nothing is stored; --confirm stores all the same. "
    "Example: diansuo bill close-out --customer 4101000001 --day 2024-08-16 --register 1160.5",
)
ONE_OFF_HELP = t(
    "特抄出账：录入特抄示数，这一户当即结算并发行到这一天；下月从这次示数算起。"
    "检查有异常时什么也不存；核实后加 --confirm。"
    "例：diansuo bill one-off --customer 4101000001 --day 2024-08-16 --register 1160.5",
    "Bill a supply that goes on up to a special reading, at once; the next month begins at it. Where a check blocks, "
    "nothing is stored; --confirm stores all the same. "
    "Example: diansuo bill one-off --customer 4101000001 --day 2024-08-16 --register 1160.5",
)
Number = Annotated[
    str, typer.Option("--customer", metavar="NUMBER", help=t("用户编号", "the customer's number"))
]
Day = Annotated[
    str,
    typer.Option("--day", metavar="YYYY-MM-DD", help=t("日期（当日零点示数）", "the day, read at its 0:00")),
]
Registers = Annotated[
    list[str],
    typer.Option(
        "--register",
        metavar="[METER:][NAME=]KWH",
        help=t(
            "末次示数，可多次：总示数直接写数；其他写 名=数（peak、valley……）；几块表时前面加 表号:",
            "last register, again and again: the total as a number, others NAME=NUMBER (peak, valley …), "
            "with several meters METER: before it",
        ),
    ),
]
Confirm = Annotated[
    bool, typer.Option("--confirm", help=t("异常已核实，照存", "store although a check blocks"))
]


def close_out(
    customer: Number,
    day: Day,
    register: Registers,
    confirm: Confirm = False,
    station: StationName = "",
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Close one customer's supply."""
    _bill(customer, day, register, confirm, station, as_user, closes=True, as_json=as_json)


def one_off(
    customer: Number,
    day: Day,
    register: Registers,
    confirm: Confirm = False,
    station: StationName = "",
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Bill one customer up to a special reading."""
    _bill(customer, day, register, confirm, station, as_user, closes=False, as_json=as_json)


def _bill(
    customer: str,
    day: str,
    register: list[str],
    confirm: bool,
    station: str,
    as_user: str,
    *,
    closes: bool,
    as_json: bool,
) -> None:
    last = parse_day(day)
    office.wake()
    from django.utils import timezone

    from diansuo.office.archive import closing_queries as archive
    from diansuo.office.desk.closing import operations

    user = office.acting_user(as_user, "base.run_cycle")
    scope = office.scope_of(user, office.the_station(station) if station else None)
    contract = archive.open_contract_of(scope, customer)
    if contract is None:
        raise Failure(
            t(
                f"用户 {customer} 没有可在本系统出账的合同；核对用户编号，或已经销户、由营销2.0发行",
                f"customer {customer} has no contract to bill here; check the number, or it is closed already, "
                "or another system bills it",
            )
        )
    meters = archive.hanging_meters(scope, contract.pk, last)
    now = timezone.now()
    act = operations.close if closes else operations.bill_to_day
    try:
        outcome = act(
            scope,
            contract,
            day=last,
            registers=_registers(register, meters),
            user=user,
            today=timezone.localdate(now),
            now=now,
            confirmed=confirm,
        )
    except operations.UnableToClose as problem:
        raise Failure(str(problem)) from problem
    if outcome.job is None:
        reasons = "；".join(f"{one.words.title}：{one.words.reason}" for one in outcome.findings)
        raise Failure(
            t(
                f"什么也没有存：{reasons}；核实后加 --confirm",
                f"nothing stored: {reasons}; --confirm stores it",
            )
        )
    _answer(_record(scope, contract, outcome), as_json=as_json)


def _registers(texts: list[str], meters: Mapping[str, Any]) -> dict[Any, dict[Any, int]]:
    """Return the registers typed, in Wh by point."""
    from diansuo.core.metering import Register

    names = {"total": Register.ACTIVE_TOTAL} | {
        one.name.lower().removeprefix("active_"): one for one in Register
    }
    found: dict[Any, dict[Any, int]] = {}
    for text in texts:
        meter, colon, rest = text.rpartition(":")
        name, equals, number = rest.rpartition("=")
        if not colon and len(meters) != 1:
            raise Failure(
                t(
                    f"该户有 {len(meters)} 块表，写成 表号:示数：{'、'.join(meters)}",
                    f"there are {len(meters)} meters, write METER:NUMBER: {', '.join(meters)}",
                )
            )
        if colon and meter not in meters:
            raise Failure(t(f"该户没有电能表 {meter}", f"there is no meter {meter}"))
        if equals and name not in names:
            raise Failure(
                t(f"没有示数类型 {name}；可用 ", f"no register {name}; there are ") + ", ".join(names)
            )
        point = meters[meter] if colon else next(iter(meters.values()))
        found.setdefault(point, {})[names[name or "total"]] = _watt_hours(number)
    missing = [meter for meter, point in meters.items() if names["total"] not in found.get(point, {})]
    if missing:
        raise Failure(t(f"缺末次总示数：{'、'.join(missing)}", f"no last total of {', '.join(missing)}"))
    return found


def _watt_hours(text: str) -> int:
    try:
        wh = Decimal(text) * 1000
    except InvalidOperation:
        wh = Decimal("NaN")
    if not wh.is_finite() or wh != wh.to_integral_value():
        raise Failure(t(f"{text} 不是示数；写成 1160.5", f"{text} is not a register; write 1160.5"))
    return int(wh)


def _record(scope: Any, contract: Any, closed: Closed) -> dict[str, Any]:
    from diansuo.office.billing import queries as billing
    from diansuo.office.desk import queries

    assert closed.job is not None
    return {
        "customer": contract.customer.number,
        "closed_date": contract.closed_date and contract.closed_date.isoformat(),
        "period": closed.period,
        "bills": [
            {
                "bill": bill.pk,
                "from_date": bill.from_date.isoformat(),
                "to_date": bill.to_date.isoformat(),
                "energy_wh": bill.energy_wh,
                "amount_fen": bill.amount_fen,
            }
            for bill in billing.issued_of(scope, contract_id=contract.pk, period=closed.period)
        ],
        "held": [
            {"title": str(words.title), "reason": str(words.reason), "remedy": str(words.remedy)}
            for row in queries.held(scope, job_id=closed.job.pk)
            for words in row.findings
        ],
    }


def _answer(record: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(record)
        return
    from diansuo.office.base import wording

    if record["closed_date"]:
        say(t(f"{record['customer']} 已于 {record['closed_date']} 销户", f"{record['customer']} closed"))
    for bill in record["bills"]:
        said = f"{bill['from_date']} — {bill['to_date']}  {wording.kilowatt_hours(bill['energy_wh'])} kWh  "
        say(f"  {said}{wording.yuan(bill['amount_fen'])} {t('元，已发行', 'yuan, issued')}")
    for held in record["held"]:
        say(f"  {t('电费未发行', 'the bill is held')}：{held['title']}：{held['reason']}。{held['remedy']}")
