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


def explain(
    customer: Number,
    period: Period,
    against: AgainstOption = Earlier.LAST_MONTH,
    station: StationName = "",
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Explain one bill."""
    month = parse_period(period)
    office.wake()
    from diansuo.office.billing.explaining import queries, why

    user = office.acting_user(as_user, "base.see_bills")
    scope = office.scope_of(user, office.the_station(station) if station else None)
    bill = queries.bill_of_customer(scope, number=customer, period=month)
    if bill is None:
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
    found = why.why(scope, bill, queries.Against(against.value))
    if as_json:
        say_json(why.record(found))
    else:
        _say(found)


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
