"""A stored charge of a temporary supply computed anew from what it keeps alone: its terms and its slices of rules."""

from __future__ import annotations

from diansuo.core.rules import RuleBook
from diansuo.core.tariff import temporary as engine
from diansuo.core.tariff.resolve import day_number, day_of
from diansuo.office.base.scope import Scope
from diansuo.office.billing.temporary.models import TemporaryCharge, TemporaryLine
from diansuo.office.billing.temporary.standing import CHARGED, Kind, agreed_of

Row = tuple[str, str, int | None, int, int, int]


def proves(scope: Scope, charge: TemporaryCharge) -> bool:
    """Tell whether a charge recomputes line by line; a cancellation does where the lines it gives back are there.

    Raises:
        AlteredSlice: a slice no longer has the hash it was stored under.
    """
    if not scope.allows(charge.supply.customer.station_id):
        return False
    stored = [_row(line) for line in charge.lines.order_by("sequence")]
    if charge.amount_fen != sum(row[-1] for row in stored):
        return False
    if charge.kind in CHARGED:
        return _charged(charge, stored)
    if charge.kind == Kind.EARLY_END:
        return _ended(charge)
    given_back = TemporaryCharge.objects.filter(pk__in=charge.facts["charges"])
    return -charge.amount_fen == sum(one.amount_fen for one in given_back)


def _row(line: TemporaryLine) -> Row:
    days = line.from_date.isoformat(), line.to_date.isoformat()
    return (*days, line.component, line.quantity, line.price_nano, line.amount_fen)


def _charged(charge: TemporaryCharge, stored: list[Row]) -> bool:
    found = engine.recharge(
        agreed_of(charge.supply),
        day_number(charge.from_date),
        day_number(charge.to_date),
        [rule.content for rule in charge.rules.all()],
        charge.supply.place,
    )
    again: list[Row] = [
        (
            day_of(line.from_day).isoformat(),
            day_of(line.to_day).isoformat(),
            line.component,
            line.quantity_wh,
            line.price_nano,
            line.amount_fen,
        )
        for line in found.lines
    ]
    return again == stored and found.energy_wh == charge.energy_wh


def _ended(charge: TemporaryCharge) -> bool:
    book = RuleBook.from_slices(rule.content for rule in charge.rules.all())
    facts = charge.facts
    back = engine.refund_fen(
        facts["paid_fen"],
        facts["agreed_days"],
        facts["used_days"],
        book.in_force(engine.RULE, charge.from_date),
    )
    return -charge.amount_fen == back
