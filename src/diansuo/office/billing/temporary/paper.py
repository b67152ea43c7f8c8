"""A charge of a temporary supply on paper: what was agreed, what it comes to, and how every line does."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from diansuo.office.base import wording as base
from diansuo.office.base.scope import Scope
from diansuo.office.billing.documents import typesetting
from diansuo.office.billing.documents.content import amount_in_words, printable_content
from diansuo.office.billing.documents.words import words
from diansuo.office.billing.models import TemporaryCharge
from diansuo.office.billing.temporary import queries, wording

TEMPLATE: Final = "temporary"


def pdf(scope: Scope, one: TemporaryCharge) -> bytes:
    """Set a charge as PDF, in the language that is active; the same charge gives the same bytes."""
    more = {"days": _("日期")}
    return typesetting.pdf(TEMPLATE, [content_of(scope, one)], words() | more)


def file_name(one: TemporaryCharge) -> str:
    """Return what the file is called."""
    return f"{_('临时用电电费单')}-{one.supply.customer.number}-{one.pk}.pdf"


def content_of(scope: Scope, one: TemporaryCharge) -> dict[str, Any]:
    """Return what stands on the paper of a charge."""
    supply, state = one.supply, TemporaryCharge.State(one.state)
    station = supply.customer.station
    found: dict[str, Any] = {
        "station": station.name,
        "company": station.company.name,
        "title": _("临时用电电费单"),
        "number": f"{one.get_kind_display()} {one.pk}",
        "watermark": "" if state == TemporaryCharge.State.ISSUED else str(state.label),
        "name": supply.customer.name,
        "facts": _facts(one),
        "returned": one.amount_fen < 0,
        "amount": base.yuan(abs(one.amount_fen)),
        "in_words": amount_in_words(one.amount_fen),
        "issued": _("发行 %(day)s") % {"day": one.issued_date} if one.issued_date else "",
        "lines": [_line(line) for line in queries.lines(scope, one)],
        "notes": [
            _("没有电能表：电量为容量乘每日时数乘天数，电价按用电的日子计。"),
            *queries.doubts(scope, one),
        ],
    }
    shown: dict[str, Any] = printable_content(found)
    return shown


def _facts(one: TemporaryCharge) -> list[tuple[str, str]]:
    supply, days = one.supply, (one.to_date - one.from_date).days
    facts = [
        (_("用户编号"), supply.customer.number),
        (_("用途"), supply.purpose),
        (_("用电地址"), supply.address or base.NOTHING),
        (_("用电类别"), f"{supply.get_price_class_display()} · {supply.get_voltage_class_display()}"),
        (_("约定"), wording.agreed(supply.capacity_w, supply.minutes_a_day)),
        (
            _("日期"),
            _("%(first)s 至 %(end)s（不含），%(days)d 天")
            % {"first": one.from_date, "end": one.to_date, "days": days},
        ),
        (_("电量"), f"{base.kilowatt_hours(one.energy_wh)} kWh"),
    ]
    return [*facts, (_("原因"), one.reason)] if one.reason else facts


def _line(line: dict[str, Any]) -> list[str]:
    return [
        str(line["title"]),
        f"{line['from_date']} – {line['to_date']}",
        f"{line['quantity']} {line['unit']}",
        f"{line['price']} {line['price_unit']}",
        base.yuan(line["amount_fen"]),
    ]
