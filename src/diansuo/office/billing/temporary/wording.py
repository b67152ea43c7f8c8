"""What temporary supply says to people: why days have no price, what nobody could verify, what a line charges for."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.tariff.resolve import day_of
from diansuo.core.tariff.temporary import NotPriced
from diansuo.office.base import registry
from diansuo.office.base import wording as base
from diansuo.office.billing import wording as billing
from diansuo.office.billing.models import BillLine
from diansuo.office.billing.temporary.models import TemporaryCharge

if TYPE_CHECKING:  # a preview says its own doubts in these words
    from diansuo.office.billing.temporary.preview import Preview

State = TemporaryCharge.State
TONES: Final = {State.PROPOSED: "warn", State.APPROVED: "info", State.ISSUED: "ok", State.WITHDRAWN: "info"}

PARAMETERS: Final = {
    "early_end_way": gettext_lazy("提前终止的退费办法"),
    "refund_below_ratio": gettext_lazy("少于约定期限的多少才退"),
    "refund_ratio": gettext_lazy("退还的比例"),
    "longest_months": gettext_lazy("供电期限"),
}


def not_priced(refused: NotPriced) -> str:
    """Say which days have no price, why, and what to do."""
    finding = SimpleNamespace(rule="B-" + refused.code.upper().replace("_", "-"), detail=dict(refused.params))
    words = registry.words_of(finding)
    return _("%(first)s 起的日子没有电价：%(reason)s。%(remedy)s；也可先约定到这一天，价格公布后办延期") % {
        "first": day_of(refused.from_day),
        "reason": words.reason,
        "remedy": words.remedy,
    }


def doubts(rules: Iterable[tuple[str, Iterable[tuple[str, str]]]]) -> list[str]:
    """Return what is unverified of some rules, each once."""
    said = [
        f"{billing.rule_title(rule_id)} · {_doubt(field, why)}"
        for rule_id, unverified in rules
        for field, why in unverified
    ]
    return list(dict.fromkeys(said))


def _doubt(field: str, why: str) -> str:
    """Return a doubt; about a value of temporary supply itself in words, else as a bill says it."""
    name = PARAMETERS.get(field.removeprefix("parameters."))
    return f"{name}：{billing.reason(why)}" if name else billing.doubt(field, why)


def line_title(component: int | None) -> str:
    """Return what a line charges for."""
    return _("提前终止退还预收电费") if component is None else billing.line_title(component, 0)


def quantity(value: int, component: int | None) -> tuple[str, str]:
    """Return a line's quantity and its unit."""
    unit = BillLine.Unit.FEN if component is None else BillLine.Unit.WH
    return billing.quantity(value, unit), str(billing.UNITS[unit].of_quantity)


def price(price_nano: int, component: int | None) -> tuple[str, str]:
    """Return a line's unit price and its unit."""
    unit = BillLine.Unit.FEN if component is None else BillLine.Unit.WH
    return billing.price(price_nano, unit), str(billing.UNITS[unit].of_price)


def hours(minutes: int) -> str:
    """Write minutes as hours: 450 as 7.5."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


def agreed(capacity_w: int, minutes_a_day: int) -> str:
    """Write capacity and hours a day."""
    return _("%(kw)s kW × 每日 %(hours)s 小时") % {
        "kw": base.kilovolt_amperes(capacity_w),
        "hours": hours(minutes_a_day),
    }


def shown(found: Preview) -> list[dict[str, Any]]:
    """Return the lines of a preview as page and command show them."""
    rows = []
    for line in found.lines:
        many, unit = quantity(line.quantity, line.component)
        each, price_unit = price(line.price_nano, line.component)
        rows.append(
            {
                "title": line_title(line.component),
                "from_date": line.from_date,
                "to_date": line.to_date,
                "quantity": many,
                "unit": unit,
                "price": each,
                "price_unit": price_unit,
                "amount_fen": line.amount_fen,
            }
        )
    return rows
