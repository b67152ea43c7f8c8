"""What happened to a customer, day by day: contract, terms, meters, areas, bills, payments, imports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.page_queries import ContractHistory, PointHistory
from diansuo.office.base import wording
from diansuo.office.base.masks import Part
from diansuo.office.base.scope import Scope
from diansuo.office.billing import external_queries
from diansuo.office.billing import queries as billing
from diansuo.office.collection import page_queries as collection


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened on a day; ``address`` leads to it where it has a page.

    ``part`` says which kind of personal data the words are, if they are any.
    """

    day: date
    kind: str
    words: str
    address: str = ""
    part: Part | None = None


def events(scope: Scope, customer_id: int, *, limit: int = 100) -> list[Event]:
    """Return what happened to a customer, latest first."""
    found = [
        event for history in archive.contracts(scope, customer_id) for event in _contract_events(history)
    ]
    for bill in billing.customer_bills(scope, customer_id=customer_id):
        words = _("%(month)s 电费 %(amount)s 元") % {
            "month": wording.month(bill.period),
            "amount": wording.yuan(bill.amount_fen),
        }
        found.append(
            Event(bill.issued_date or bill.to_date, _("发行"), words, reverse("bill", args=[bill.pk]))
        )
    for theirs in external_queries.of_customer(scope, customer_id=customer_id):
        words = _("%(month)s 电费 %(amount)s 元（营销2.0）") % {
            "month": wording.month(theirs.period),
            "amount": wording.yuan(theirs.amount_fen),
        }
        if theirs.issued_date:
            found.append(Event(theirs.issued_date, _("发行"), words, _batch(theirs.batch_id)))
    for payment in collection.payments(scope, customer_id):
        words = _("%(amount)s 元") % {"amount": wording.yuan(payment.amount_fen)}
        found.append(Event(payment.paid_date, _("收费"), words, reverse("receipt", args=[payment.pk])))
    return sorted(found, key=lambda event: event.day, reverse=True)[:limit]


def _contract_events(history: ContractHistory) -> Iterator[Event]:
    contract = history.contract
    if contract.opened_date:
        yield Event(contract.opened_date, _("送电"), contract.premise.address, part=Part.ADDRESS)
    if contract.closed_date:
        yield Event(contract.closed_date, _("销户"), contract.premise.address, part=Part.ADDRESS)
    before = None
    for term in history.terms:
        words = term.get_price_class_display()
        if before and before.price_class != term.price_class:
            words = _("%(new)s（原 %(old)s）") % {"new": words, "old": before.get_price_class_display()}
        yield Event(term.valid_from, _("合同条款"), words, _batch(term.batch_id))
        before = term
    for point in history.points:
        yield from _point_events(point)


def _point_events(point: PointHistory) -> Iterator[Event]:
    for number, row in enumerate(point.installations):
        kind = _("换表") if number else _("装表")
        words = _("电能表 %(meter)s，倍率 %(multiplier)s") % {
            "meter": row.meter.asset_number,
            "multiplier": wording.count(row.multiplier),
        }
        yield Event(row.valid_from, kind, words, _batch(row.batch_id))
    for number, row in enumerate(point.areas):
        yield Event(
            row.valid_from, _("调整台区") if number else _("台区"), str(row.area), _batch(row.batch_id)
        )
    for row in point.duties:
        yield Event(row.valid_from, row.get_duty_display(), row.staff.name, _batch(row.batch_id))


def _batch(batch_id: int | None) -> str:
    return reverse("import_batch", args=[batch_id]) if batch_id else ""
