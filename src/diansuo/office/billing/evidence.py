"""The evidence of stored bills as plain data, and whether they recompute from it: what ``diansuo bill prove`` asks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from diansuo.core.rules.entry import AlteredSlice
from diansuo.office.base.scope import Scope
from diansuo.office.billing.line_rounding import rounding_steps
from diansuo.office.billing.models import Bill, BillLine, BillRefund
from diansuo.office.billing.recomputing import Evidence, NotProvable, recomputed, stored

COMMERCIAL: Final = (5, 6)
EVERY: Final = 20
BILL_NUMBERS: Final = (
    "period", "price_class", "voltage_class", "energy_wh", "peak_wh", "valley_wh", "year_to_date_wh",
    "months_in_year", "persons", "persons_months", "heating_months", "free_months", "amount_fen", "power_factor",
    "adjustment_rate",
)  # fmt: skip
LINE_NUMBERS: Final = (
    "sequence", "component", "part", "step", "band", "quantity", "unit", "days", "price_nano", "amount_fen",
    "remainder_wh",
)  # fmt: skip
REFUND_NUMBERS: Final = ("sequence", "component", "part", "step", "quantity_wh", "price_nano", "amount_fen")


def bills_to_prove(scope: Scope, *, period: int | None = None, bill: int | None = None) -> Any:
    """Return bills that are issued or kept, of a month or one of them, with all their evidence."""
    chosen = Bill.objects.filter(
        scope.limit("consumption__point__station"), state__in=(Bill.State.ISSUED, Bill.State.KEPT)
    )
    if period is not None:
        chosen = chosen.filter(period=period)
    if bill is not None:
        chosen = chosen.filter(pk=bill)
    return (
        chosen.select_related("settlement", "facts", "contract__customer")
        .prefetch_related("lines__rule", "parts__terms", "rules", "refunds__rule")
        .order_by("pk")
    )


def evidence_of(bill: Bill) -> Evidence:
    """Return everything a bill keeps, as plain data."""
    lines = sorted(bill.lines.all(), key=lambda line: line.sequence)
    refunds = sorted(bill.refunds.all(), key=lambda refund: refund.sequence)
    facts = getattr(bill, "facts", None)
    slices = {one.slice_hash: one.content for one in _rules(bill, [*lines, *refunds])}
    return {
        "bill": {
            **{name: getattr(bill, name) for name in BILL_NUMBERS},
            "from_date": bill.from_date.isoformat(),
            "to_date": bill.to_date.isoformat(),
            "commercial": bill.price_class in COMMERCIAL,
            "settlement": bill.settlement.slice_hash,
        },
        "parts": [
            {
                "part": one.part,
                "from_date": one.from_date.isoformat(),
                "to_date": one.to_date.isoformat(),
                "energy_wh": one.energy_wh,
                "peak_wh": one.peak_wh,
                "valley_wh": one.valley_wh,
                "by_days": one.by_days,
                "price_class": one.price_class,
                "months_in_year": one.months_in_year,
            }
            for one in sorted(bill.parts.all(), key=lambda part: part.part)
        ],
        "lines": [
            {**{name: getattr(line, name) for name in LINE_NUMBERS}, "rule": line.rule.slice_hash}
            for line in lines
        ],
        "refunds": [
            {**{name: getattr(one, name) for name in REFUND_NUMBERS}, "rule": one.rule.slice_hash}
            for one in refunds
        ],
        "facts": None if facts is None else facts.content,
        "slices": [slices[key] for key in sorted(slices)],
    }


def steps_of_line(line: BillLine, parts_by_days: Collection[int]) -> tuple[str, ...]:
    """Return the rounding steps of a stored line; ``parts_by_days`` are the parts of its bill that days divided."""
    return rounding_steps(
        component=line.component,
        band=line.band,
        price_nano=line.price_nano,
        remainder_wh=line.remainder_wh,
        rule=line.rule.content,
        by_days=line.part in parts_by_days,
    )


def _rules(bill: Bill, lines: list[BillLine | BillRefund]) -> Iterator[Any]:
    yield bill.settlement
    yield from (line.rule for line in lines)
    yield from bill.rules.all()
    yield from (part.terms for part in bill.parts.all() if part.terms is not None)


@dataclass(frozen=True)
class Doubt:
    """A bill that does not prove itself: what is wrong, and where both sides first part."""

    bill: int
    customer: str
    reason: str
    stored: str = ""
    recomputed: str = ""


@dataclass
class Proof:
    """How many bills recompute byte for byte from what they keep, and which do not."""

    proved: int = 0
    differ: list[Doubt] = field(default_factory=list)
    not_provable: list[Doubt] = field(default_factory=list)

    def as_mapping(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "proved": self.proved,
            "differ": [vars(each) for each in self.differ],
            "not_provable": [vars(each) for each in self.not_provable],
        }


def prove(
    scope: Scope,
    *,
    period: int | None = None,
    bill: int | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Proof:
    """Recompute stored bills from their own evidence and compare the canonical JSON byte for byte."""
    chosen = bills_to_prove(scope, period=period, bill=bill)
    proof, total = Proof(), chosen.count()
    for done, one in enumerate(chosen.iterator(chunk_size=500), start=1):
        _judge(proof, one)
        if done % EVERY == 0 or done == total:
            on_progress(done, total)
    return proof


def _judge(proof: Proof, bill: Bill) -> None:
    evidence, customer = evidence_of(bill), bill.contract.customer.number
    try:
        own, anew = stored(evidence), recomputed(evidence)
    except NotProvable as why:
        proof.not_provable.append(Doubt(bill.pk, customer, str(why)))
        return
    except AlteredSlice as why:
        proof.differ.append(Doubt(bill.pk, customer, str(why)))
        return
    if own.canonical == anew.canonical:
        proof.proved += 1
        return
    proof.differ.append(Doubt(bill.pk, customer, *_first_difference(own, anew)))


def _first_difference(own: Any, anew: Any) -> tuple[str, str, str]:
    """Return where two answers first part, and what each says there."""
    for name, value in own.totals.items():
        if anew.totals[name] != value:
            return name, str(value), str(anew.totals[name])
    for line, other in zip(own.lines, anew.lines, strict=False):
        for name, value in line.items():
            if other[name] != value:
                return f"line {line['sequence']} {name}", str(value), str(other[name])
    if own.lines == anew.lines:
        return "refunds", str(own.refunds), str(anew.refunds)
    return "lines", str(len(own.lines)), str(len(anew.lines))
