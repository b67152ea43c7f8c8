"""``diansuo bill explain``: why a bill is what it is, and why it differs from an earlier one."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from diansuo.cli import office
from diansuo.cli.dates import parse_period
from diansuo.cli.imports import AsJson, AsUser, Period, StationName
from diansuo.cli.say import Failure, say, say_json, t

if TYPE_CHECKING:
    from diansuo.office.billing.explaining.why import Why

HELP = t(
    "一张账单为什么是这个数，比上月或去年同月多在哪里。"
    "例：diansuo bill explain --customer 4101000001 --period 2024-08",
    "Why a bill is what it is, and why more than last month or last year. "
    "Example: diansuo bill explain --customer 4101000001 --period 2024-08",
)


class Earlier(StrEnum):
    """What a bill is held against."""

    LAST_MONTH = "last-month"
    LAST_YEAR = "last-year"


Number = Annotated[
    str, typer.Option("--customer", metavar="NUMBER", help=t("用户编号", "the customer's number"))
]
AgainstOption = Annotated[
    Earlier,
    typer.Option(
        "--against",
        help=t("与上月（last-month）或去年同月（last-year）比", "compare with last-month or last-year"),
    ),
]


Which = Annotated[
    int | None,
    typer.Option(
        "--bill",
        metavar="NUMBER",
        help=t(
            "该月有几张账单时只看这一张（账单号）",
            "of several bills of the month only the one of this number",
        ),
    ),
]


def explain(
    customer: Number,
    period: Period,
    against: AgainstOption = Earlier.LAST_MONTH,
    bill: Which = None,
    station: StationName = "",
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Explain every bill a customer has of a month, or the one that is asked for."""
    month = parse_period(period)
    office.wake()
    from diansuo.office.billing.explaining import queries, why

    user = office.acting_user(as_user, "base.see_bills")
    scope = office.scope_of(user, office.the_station(station) if station else None)
    bills = queries.bills_of_customer(scope, number=customer, period=month)
    if not bills:
        if queries.issued_elsewhere(scope, number=customer, period=month):
            raise Failure(
                t(
                    f"用户 {customer} {period} 的电费由其他系统发行，本系统没有核算；先执行该月流程再来",
                    f"another system issued the bill of {customer} of {period} and it is not priced here; "
                    "run the month first",
                )
            )
        raise Failure(
            t(
                f"用户 {customer} 没有 {period} 的账单；核对用户编号与电费年月，或先执行该月流程",
                f"customer {customer} has no bill of {period}; check number and month, or run the month first",
            )
        )
    chosen = bills if bill is None else [one for one in bills if one.pk == bill]
    if not chosen:
        numbers = ", ".join(str(one.pk) for one in bills)
        raise Failure(
            t(
                f"用户 {customer} {period} 没有第 {bill} 号账单；该月的账单：{numbers}",
                f"customer {customer} has no bill {bill} of {period}; the bills of that month: {numbers}",
            )
        )
    found = [why.why(scope, one, queries.Against(against.value)) for one in chosen]
    if as_json:
        records = [why.record(one) for one in found]
        say_json(records[0] if len(bills) == 1 or bill is not None else {"bills": records})
        return
    for at, one in enumerate(found, start=1):
        if len(bills) > 1:
            _say_which(one, at, len(found))
        _say(one)


def _say_which(found: Why, at: int, count: int) -> None:
    """Say which of several bills of the month this is: its number, its point and its days."""
    one = found.after.bill
    point = one.consumption.point.number or f"#{one.consumption.point_id}"
    say(
        t(
            f"[{at}/{count}] 账单 {one.pk}，计量点 {point}，{one.from_date} 至 {one.to_date}",
            f"[{at}/{count}] bill {one.pk}, metering point {point}, {one.from_date} to {one.to_date}",
        )
    )


def _say(found: Why) -> None:
    from diansuo.office.base import wording
    from diansuo.office.billing.explaining import why

    bill = found.after.bill
    yuan = t("元", "yuan")
    say(
        f"{bill.contract.customer.number} {wording.month(bill.period)}  {wording.yuan(bill.amount_fen)} {yuan}"
    )
    if found.before is None:
        say(why.missing_words(found))
    else:
        earlier = found.before.bill
        say(f"  {wording.month(earlier.period)}  {wording.yuan(earlier.amount_fen)} {yuan}")
        for row in found.rows():
            say(f"  {_signed(row['amount_fen']):>14}  {row['title']}：{row['sentence']}")
        say(f"  {_signed(found.difference_fen):>14}  {t('合计', 'together')}")
    for line in found.lines():
        say(f"  {line.sentence}")


def _signed(amount_fen: int) -> str:
    from diansuo.office.base import wording

    return f"{'+' if amount_fen > 0 else ''}{wording.yuan(amount_fen)}"
