"""``diansuo calc choices``: which of the choices the rules leave a customer would have been cheapest over a year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diansuo.cli import office
from diansuo.cli.bill_explain import Number, Period
from diansuo.cli.dates import parse_period
from diansuo.cli.imports import AsJson, AsUser, StationName
from diansuo.cli.say import Failure, say, say_json, t

if TYPE_CHECKING:
    from diansuo.office.billing.repricing.choices import Choices

HELP = t(
    "方案比选：规则允许一个用户选择的计费方案，最近 12 个月哪个最省。"
    "例：diansuo calc choices --customer 4101000001 --period 2024-12",
    "Which of the choices the rules leave a customer would have been cheapest over the last twelve months. "
    "Example: diansuo calc choices --customer 4101000001 --period 2024-12",
)


def choices(
    customer: Number,
    period: Period,
    station: StationName = "",
    as_user: AsUser = "system",
    as_json: AsJson = False,
) -> None:
    """Compare the options of one customer."""
    month = parse_period(period)
    office.wake()
    from diansuo.office.billing.repricing import choices as room

    user = office.acting_user(as_user, "base.see_bills")
    scope = office.scope_of(user, office.the_station(station) if station else None)
    found = room.choices(scope, customer, month)
    if not found:
        raise Failure(
            t(
                f"用户 {customer} 到 {period} 的 12 个月没有账单；核对用户编号与电费年月",
                f"customer {customer} has no bill in the twelve months up to {period}; check number and month",
            )
        )
    if as_json:
        say_json([_record(one) for one in found])
        return
    for one in found:
        _show(one)


def _record(one: Choices) -> dict[str, Any]:
    from diansuo.office.billing.repricing import wording

    best = one.cheapest
    return {
        "contract": one.contract,
        "price_class": one.price_class,
        "capacity_va": one.capacity_va,
        "months": list(one.months),
        "billed_fen": list(one.billed_fen),
        "current": one.current,
        "cheapest": best.option if best else None,
        "saving_fen": one.saving_fen,
        "not_as_billed": list(one.not_as_billed),
        "options": [
            {
                "option": each.option,
                "month_fen": list(each.month_fen),
                "total_fen": each.total_fen,
                "contract_demand_w": each.contract_demand_w,
                "refused": wording.reason(*each.refused) if each.refused else None,
            }
            for each in one.options
        ],
        "conditions": [
            {"name": each.name, "value": each.value, "file": each.file, "words": wording.condition(each)}
            for each in one.conditions
        ],
    }


def _show(one: Choices) -> None:
    from diansuo.office.archive.models import PRICE_CLASS_NAMES
    from diansuo.office.base import wording
    from diansuo.office.billing.repricing import wording as words

    months = f"{wording.month(one.months[0])}..{wording.month(one.months[-1])}"
    say(f"{PRICE_CLASS_NAMES[one.price_class]}  {months}  {wording.yuan(one.billed_total_fen)}")
    if not one.options:
        say(t("  这一类别没有可选的方案", "  this class leaves no choice"))
    best = one.cheapest
    for each in one.options:
        marks = [
            *([t("现行", "present")] if each.option == one.current else []),
            *([t("最省", "cheapest")] if each is best else []),
        ]
        title = words.option(each.option, each.contract_demand_w)
        said = words.reason(*each.refused) if each.refused else ""
        say(f"  {wording.yuan(each.total_fen):>14}  {title} {' '.join(marks)} {said}".rstrip())
    for condition in one.conditions:
        say(f"  · {words.condition(condition)}")
