"""What pages and commands read about temporary supplies; the viewer's scope comes first."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q, QuerySet

from diansuo.core.tariff.temporary import TEMPORARY_ENERGY, TEMPORARY_REFUND
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing import wording as billing
from diansuo.office.billing.line_rounding import LINE_FEN
from diansuo.office.billing.temporary import wording
from diansuo.office.billing.temporary.models import TemporaryCharge, TemporaryLine, TemporarySupply

PRICED: Final = (LINE_FEN, TEMPORARY_ENERGY)
ROUNDED: Final = (TEMPORARY_REFUND,)
"""The rounding steps of a line: of energy at a price, and of what an early end gives back."""


def charges(scope: Scope) -> QuerySet[TemporaryCharge]:
    """Return charges with their supplies and customers."""
    return TemporaryCharge.objects.filter(scope.limit("supply__customer__station")).select_related(
        "supply__customer__station", "proposed_by", "approved_by", "issued_by", "withdrawn_by"
    )


def charge(scope: Scope, charge_id: int) -> TemporaryCharge | None:
    """Return one charge, or None if there is none in the scope."""
    return charges(scope).filter(pk=charge_id).first()


def supplies(scope: Scope) -> QuerySet[TemporarySupply]:
    """Return supplies with their customers."""
    return TemporarySupply.objects.filter(scope.limit("customer__station")).select_related(
        "customer__station__company"
    )


def supply(scope: Scope, supply_id: int) -> TemporarySupply | None:
    """Return one supply, or None if there is none in the scope."""
    return supplies(scope).filter(pk=supply_id).first()


def of_supply(scope: Scope, supply_id: int) -> list[TemporaryCharge]:
    """Return every charge of a supply, the first one first."""
    return list(charges(scope).filter(supply=supply_id).order_by("pk"))


def of_customer(scope: Scope, customer_id: int) -> QuerySet[TemporaryCharge]:
    """Return a customer's charges, latest first."""
    return charges(scope).filter(supply__customer=customer_id).order_by("-pk")


def stations_alone(scope: Scope) -> list[Station]:
    """Return the stations of the viewer that bill by themselves."""
    alone = Station.objects.filter(scope.limit("pk"), ~Q(mode=Station.Mode.BESIDE))
    return list(alone.select_related("company").order_by("pk"))


def lines(scope: Scope, one: TemporaryCharge) -> list[dict[str, Any]]:
    """Return the lines of a charge as its page shows them, each with its evidence."""
    if not scope.allows(one.supply.customer.station_id):
        return []
    return [_shown(line) for line in one.lines.select_related("rule").order_by("sequence")]


def _shown(line: TemporaryLine) -> dict[str, Any]:
    quantity, unit = wording.quantity(line.quantity, line.component)
    price, price_unit = wording.price(line.price_nano, line.component)
    return {
        "title": wording.line_title(line.component),
        "from_date": line.from_date,
        "to_date": line.to_date,
        "quantity": quantity,
        "unit": unit,
        "price": price,
        "price_unit": price_unit,
        "amount_fen": line.amount_fen,
        "rule_id": line.rule.rule_id,
        "rule_title": billing.rule_title(line.rule.rule_id),
        "effective": line.rule.effective_date,
        "document": line.rule.source["document"],
        "clause": line.rule.source["clause"],
        "slice_hash": line.rule.slice_hash,
        "rulebook_hash": line.rule.rulebook_hash,
        "rounding": ROUNDED if line.component is None else PRICED,
    }


def doubts(scope: Scope, one: TemporaryCharge) -> list[str]:
    """Return what nobody could verify of the rules a charge stands on."""
    if not scope.allows(one.supply.customer.station_id):
        return []
    return wording.doubts((rule.rule_id, rule.unverified.items()) for rule in one.rules.order_by("rule_id"))
