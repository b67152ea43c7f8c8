"""What pages and exports read about bills."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery, Sum

from diansuo.office.archive.models import ContractTerm
from diansuo.office.base.scope import Scope
from diansuo.office.billing import wording
from diansuo.office.billing.evidence import steps_of_line
from diansuo.office.billing.models import (
    Bill,
    BillLine,
    BillPart,
    BillRefund,
    ExternalBill,
    FeedInSettlement,
    RuleSlice,
)
from diansuo.office.billing.sums import queries as sums
from diansuo.office.metering.models import PointSettlement
from diansuo.office.network.prices import NANO_WH_PER_FEN

STATION = "consumption__point__station"


@dataclass(frozen=True, slots=True)
class Line:
    """A bill line as a page shows it: quantity × unit price = amount, with the rule and its source."""

    title: str
    step: int
    quantity: str
    unit: Any
    price: str
    price_unit: Any
    share: str
    amount_fen: int
    remainder_wh: int
    remainder_title: str
    rule_id: str
    rule_title: str
    effective: str
    document: str
    clause: str
    unverified: tuple[str, ...]
    rounding: tuple[str, ...] = ()


def bills(scope: Scope, *, period: int | None = None, issued_only: bool = False) -> QuerySet[Bill]:
    """Return bills with their customers, newest month first by number."""
    rows = Bill.objects.filter(scope.limit(STATION)).select_related(
        "contract__customer", "contract__premise", "consumption__point"
    )
    if period is not None:
        rows = rows.filter(_within(scope, period), period=period)
    return rows.filter(state=Bill.State.ISSUED) if issued_only else rows


def _within(scope: Scope, period: int) -> Q:
    """Return the bounds of the viewer's bills in the order of the month's index: they begin there, not at its start."""
    bounds = None if scope.station_ids is None else sums.contract_bounds(scope, period)
    return Q(contract__gte=bounds[0], contract__lte=bounds[1]) if bounds else Q()


def bill(scope: Scope, *, bill_id: int) -> Bill | None:
    """Return one bill with its customer, consumption and settlement rule."""
    return (
        bills(scope)
        .select_related("settlement", "contract__customer__station__company")
        .filter(pk=bill_id)
        .first()
    )


def average_price_nano(scope: Scope, *, station_id: int, period: int) -> int | None:
    """Return what a kWh of a station was sold for: its latest issued month, at the latest ``period``, or its first.

    Of bills issued here, or else of those another system issued. Nano-yuan per kWh, rounded down; None while there
    is no issued bill of any energy.
    """
    if not scope.allows(station_id):
        return None
    for sold in (sums.issued_sum, _issued_elsewhere):
        energy_wh, amount_fen = sold(scope, station_id, period)
        if energy_wh:
            return amount_fen * NANO_WH_PER_FEN // energy_wh
    return None


def _issued_elsewhere(scope: Scope, station_id: int, period: int) -> tuple[int, int]:
    issued = ExternalBill.objects.filter(scope.limit("customer__station"), customer__station=station_id)
    before = issued.filter(period__lte=period).aggregate(month=Max("period"))["month"]
    month = before or issued.aggregate(month=Min("period"))["month"]
    sold = issued.filter(period=month).aggregate(
        energy_wh=Sum("energy_wh", default=0), amount_fen=Sum("amount_fen", default=0)
    )
    return sold["energy_wh"], sold["amount_fen"]


def lines(scope: Scope, *, bill_id: int) -> list[Line]:
    """Return a bill's lines in order, each with rule and source."""
    rows = (
        BillLine.objects.filter(scope.limit(f"bill__{STATION}"), bill=bill_id)
        .select_related("rule")
        .order_by("sequence")
    )
    by_days = {part.part for part in parts(scope, bill_id=bill_id) if part.by_days}
    capacity = capacities(scope, [bill_id]).get(bill_id)
    return [_line(row, steps_of_line(row, by_days), capacity) for row in rows]


def capacities(scope: Scope, bill_ids: Iterable[int]) -> dict[int, int]:
    """Return the contract capacity (合同容量, VA) on the last day of each of these bills, of those that have one."""
    terms = ContractTerm.objects.filter(
        contract=OuterRef("contract"), valid_from__lt=OuterRef("to_date"), capacity_va__gt=0
    )
    rows = Bill.objects.filter(scope.limit(STATION), pk__in=list(bill_ids)).annotate(
        capacity=Subquery(terms.order_by("-valid_from").values("capacity_va")[:1])
    )
    return {bill: capacity for bill, capacity in rows.values_list("id", "capacity") if capacity}


def _line(row: BillLine, rounding: tuple[str, ...] = (), capacity_va: int | None = None) -> Line:
    source, factors = row.rule.source, wording.factors(row, capacity_va)
    return Line(
        title=wording.line_title(row.component, row.step, row.band, row.part),
        step=row.step,
        quantity=factors.quantity,
        unit=factors.unit,
        price=wording.price(row.price_nano, row.unit),
        price_unit=wording.UNITS[row.unit].of_price,
        share=factors.share,
        amount_fen=row.amount_fen,
        remainder_wh=row.remainder_wh,
        remainder_title=wording.remainder_title(row.component),
        rule_id=row.rule.rule_id,
        rule_title=wording.rule_title(row.rule.rule_id),
        effective=row.rule.effective_date.isoformat(),
        document=source.get("document") or "",
        clause=source.get("clause") or "",
        unverified=tuple(wording.doubt(name, why) for name, why in row.rule.unverified.items()),
        rounding=tuple(wording.rounding_step(step) for step in rounding),
    )


def settlement_of(scope: Scope, *, bill: Bill) -> PointSettlement | None:
    """Return what the point was settled with beside others; None if it stands alone."""
    return (
        PointSettlement.objects.filter(
            scope.limit("consumption__point__station"), consumption=bill.consumption_id
        )
        .select_related("master__contract__customer", "term")
        .first()
    )


def feed_in(scope: Scope, *, customer_id: int) -> QuerySet[FeedInSettlement]:
    """Return what a customer's photovoltaics fed in and what is owed for it, latest first."""
    rows = FeedInSettlement.objects.filter(scope.limit(STATION), contract__customer=customer_id)
    return (
        rows.exclude(state=FeedInSettlement.State.DRAFT)
        .select_related("consumption__point", "rule")
        .order_by("-period", "consumption__point")
    )


def parts(scope: Scope, *, bill_id: int) -> list[BillPart]:
    """Return the parts a change of prices divides a bill into, in order; none for a bill in one piece."""
    return list(BillPart.objects.filter(scope.limit(f"bill__{STATION}"), bill=bill_id).order_by("part"))


def refunds(scope: Scope, *, bill_id: int) -> list[Line]:
    """Return what is owed to a household beside its bill, each line with rule and source."""
    rows = BillRefund.objects.filter(scope.limit(f"bill__{STATION}"), bill=bill_id)
    by_days = {part.part for part in parts(scope, bill_id=bill_id) if part.by_days}
    as_lines = [
        BillLine(
            component=row.component,
            step=row.step,
            part=row.part,
            quantity=row.quantity_wh,
            price_nano=row.price_nano,
            amount_fen=row.amount_fen,
            rule=row.rule,
        )
        for row in rows.select_related("rule").order_by("sequence")
    ]
    return [_line(row, steps_of_line(row, by_days)) for row in as_lines]


def other_rules(scope: Scope, *, bill_id: int) -> list[RuleSlice]:
    """Return the rules that had a part in a bill and price no line of it: ratios, shares, limits, tables."""
    lines = BillLine.objects.filter(scope.limit(f"bill__{STATION}"), bill=bill_id)
    used = Bill.rules.through.objects.filter(bill=bill_id).values("ruleslice")
    return list(
        RuleSlice.objects.filter(pk__in=used)
        .exclude(pk__in=lines.values("rule"))
        .exclude(rule_id__endswith="/settlement")
        .order_by("rule_id")
    )


def customer_bills(scope: Scope, *, customer_id: int) -> QuerySet[Bill]:
    """Return a customer's issued bills, latest first."""
    return bills(scope, issued_only=True).filter(contract__customer=customer_id).order_by("-period")


def issued_energy_and_amounts(
    scope: Scope, *, period: int, station: str = ""
) -> Iterator[tuple[str, str, str, str]]:
    """Yield number, month, kWh and yuan of every customer with an issued bill in a month, by customer number."""
    rows = bills(scope, period=period, issued_only=True)
    if station:
        rows = rows.filter(contract__customer__station__name=station)
    sums = (
        rows.values_list("contract__customer__number")
        .annotate(energy_wh=Sum("energy_wh"), amount_fen=Sum("amount_fen"))
        .order_by("contract__customer__number")
    )
    for number, energy_wh, amount_fen in sums.iterator(chunk_size=10_000):
        yield number, str(period), _two_decimals(energy_wh, 3), _two_decimals(amount_fen, 2)


def _two_decimals(value: int, places: int) -> str:
    return str(Decimal(value).scaleb(-places).quantize(Decimal("0.01")))


def issued_of(scope: Scope, *, contract_id: int, period: int) -> list[Bill]:
    """Return the issued bills of a contract in a month, by metering point."""
    rows = bills(scope, period=period, issued_only=True).filter(contract=contract_id)
    return list(rows.order_by("consumption__point"))
