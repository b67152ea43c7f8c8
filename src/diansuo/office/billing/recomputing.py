"""A stored bill computed anew from its own evidence alone: no database, no rulebook of today (rules/bill-evidence.md).

Evidence is plain data, as :mod:`.evidence` reads it: the bill, its parts, its lines, the facts of a commercial bill,
the slices of every rule that had a part. What a bill was priced with is taken from it, what it came to is compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

import numpy as np

from diansuo.core.rules import RuleBook
from diansuo.core.rules.entry import canonical_json
from diansuo.core.tariff import AppliedRule, BillingInput, Bills, price
from diansuo.core.tariff.classes import SETTLEMENT, Component
from diansuo.core.tariff.commercial import (
    NO_POWER_FACTOR,
    NOT_KNOWN,
    CommercialInput,
    price_commercial_across_changes,
)
from diansuo.core.tariff.resolve import day_number

Evidence = Mapping[str, Any]

UNITS: Final = {
    Component.CAPACITY: 1,
    Component.DEMAND: 2,
    Component.DEMAND_EXCESS: 2,
    Component.POWER_FACTOR: 3,
}
"""What the quantity of a line counts (``BillLine.Unit``), where it is not Wh."""
COMPONENTS: Final = "/commercial_components"
NOT_KEPT: Final = {int(Component.FREE_ENERGY): "free_energy", int(Component.CORRECTION): "correction"}


class NotProvable(ValueError):
    """The bill does not keep everything it was priced with; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the evidence comes to: totals and lines as plain data."""

    totals: dict[str, Any]
    lines: list[dict[str, Any]]

    @property
    def canonical(self) -> bytes:
        """The one way of writing it: equal bills have equal bytes."""
        return canonical_json({"totals": self.totals, "lines": self.lines}).encode()


def stored(evidence: Evidence) -> Answer:
    """Return what the bill says."""
    totals = ("amount_fen", "energy_wh", "settlement", "power_factor", "adjustment_rate")
    return Answer({name: evidence["bill"][name] for name in totals}, list(evidence["lines"]))


def recomputed(evidence: Evidence) -> Answer:
    """Compute the bill anew from what it keeps.

    Raises:
        NotProvable: it does not keep enough.
        AlteredSlice: a slice no longer has the hash it was stored under.
    """
    book = RuleBook.from_slices(evidence["slices"])
    if evidence["facts"] is not None:
        return _commercial(evidence, book)
    for line in evidence["lines"]:
        if line["component"] in NOT_KEPT:
            raise NotProvable(NOT_KEPT[line["component"]])
    if evidence["bill"]["commercial"]:
        raise NotProvable("facts")
    return _household(evidence, book)


def proves(evidence: Evidence) -> bool:
    """Tell whether the bill recomputes byte for byte."""
    return stored(evidence).canonical == recomputed(evidence).canonical


def _household(evidence: Evidence, book: RuleBook) -> Answer:
    """Price part by part what the parts say; the steps go on from one to the next."""
    bill = evidence["bill"]
    lines: list[dict[str, Any]] = []
    amount_fen = energy_wh = 0
    settlement, year_to_date_wh = "", bill["year_to_date_wh"]
    for part in evidence["parts"] or [_whole(evidence)]:
        bills = price(_household_input(bill, part, year_to_date_wh), book)
        _require_priced(bills)
        lines += _household_lines(bills, part["part"], len(lines))
        amount_fen += int(bills.amount_fen[0])
        energy_wh += int(bills.energy_wh[0])
        year_to_date_wh += int(bills.counted_wh[0])
        settlement = bills.rules[int(bills.settlement_rule[0])].slice_hash
    return Answer(
        {
            "amount_fen": amount_fen,
            "energy_wh": energy_wh,
            "settlement": settlement,
            "power_factor": None,
            "adjustment_rate": 0,
        },
        lines,
    )


def _whole(evidence: Evidence) -> dict[str, Any]:
    """Return a bill that is not divided as its one part: the first line says what rounding moved into the energy."""
    bill, lines = evidence["bill"], evidence["lines"]
    moved = lines[0]["remainder_wh"] if lines else 0
    names = ("from_date", "to_date", "peak_wh", "valley_wh")
    return {"part": 0, "energy_wh": bill["energy_wh"] - moved, **{name: bill[name] for name in names}}


def _household_input(bill: Mapping[str, Any], part: Mapping[str, Any], year_to_date_wh: int) -> BillingInput:
    given = {
        "price_class": bill["price_class"],
        "voltage_class": bill["voltage_class"],
        "period": bill["period"],
        "from_day": day_number(date.fromisoformat(part["from_date"])),
        "to_day": day_number(date.fromisoformat(part["to_date"])),
        "energy_wh": part["energy_wh"],
        "peak_wh": part["peak_wh"],
        "valley_wh": part["valley_wh"],
        "has_time_of_use": True,
        "year_to_date_wh": year_to_date_wh,
        "months_in_year": bill["months_in_year"],
    }
    dtypes = {"Int64": np.int64, "Int16": np.int16, "Bool": np.bool_}
    kinds = {each.name: dtypes[str(each.type)] for each in fields(BillingInput)}
    return BillingInput(**{name: np.array([value], dtype=kinds[name]) for name, value in given.items()})


def _require_priced(bills: Any) -> None:
    if bills.refusals:
        raise NotProvable(f"{bills.refusals[0].code} {dict(bills.refusals[0].params)}")


def _household_lines(bills: Bills, part: int, before: int) -> list[dict[str, Any]]:
    lines = bills.lines
    return [
        _line(
            sequence=before + at + 1,
            component=int(lines.component[at]),
            part=part,
            step=int(lines.step[at]),
            quantity=int(lines.quantity_wh[at]),
            price_nano=int(lines.price_nano[at]),
            amount_fen=int(lines.amount_fen[at]),
            remainder_wh=int(lines.remainder_wh[at]),
            rule=bills.rules[int(lines.rule[at])].slice_hash,
        )
        for at in range(len(lines))
    ]


def _commercial(evidence: Evidence, book: RuleBook) -> Answer:
    """Price the facts again, divided where the slices themselves say that a price changed."""
    places = {rule.removesuffix(COMPONENTS) for rule in book.rules if rule.endswith(COMPONENTS)}
    if len(places) != 1:
        raise NotProvable("components")
    crossed = price_commercial_across_changes(_commercial_input(evidence["facts"]), book, places.pop())
    bills, lines = crossed.bills, crossed.bills.lines
    _require_priced(bills)
    used: Sequence[int] = bills.schedule_rules[int(bills.schedule[0])]
    factor = int(bills.power_factor[0])
    return Answer(
        {
            "amount_fen": int(bills.amount_fen[0]),
            "energy_wh": int(bills.energy_wh[0]),
            "settlement": next(_settlements(bills.rules[at] for at in used)),
            "power_factor": None if factor == NO_POWER_FACTOR else factor,
            "adjustment_rate": int(bills.adjustment_rate[0]),
        },
        [
            _line(
                sequence=int(lines.sequence[at]),
                component=int(lines.component[at]),
                part=int(crossed.line_part[at]),
                band=None if lines.band[at] < 0 else int(lines.band[at]),
                quantity=int(lines.quantity[at]),
                days=int(lines.days[at]),
                price_nano=int(lines.price_nano[at]),
                amount_fen=int(lines.amount_fen[at]),
                remainder_wh=int(lines.remainder_wh[at]),
                rule=bills.rules[int(lines.rule[at])].slice_hash,
            )
            for at in range(len(lines))
        ],
    )


def _settlements(rules: Any) -> Any:
    rule: AppliedRule
    for rule in rules:
        if rule.rule_id.endswith(f"/{SETTLEMENT}"):
            yield rule.slice_hash


def _commercial_input(facts: Mapping[str, Any]) -> CommercialInput:
    dtypes = {"Int64": np.int64, "Int16": np.int16, "Bool": np.bool_, "ByBand": np.int64}
    return CommercialInput(
        **{
            each.name: np.array([_known(facts[each.name])], dtype=dtypes[str(each.type)])
            for each in fields(CommercialInput)
        }
    )


def _known(value: Any) -> Any:
    if isinstance(value, list):
        return [_known(each) for each in value]
    return NOT_KNOWN if value is None else value


def _line(
    *,
    sequence: int,
    component: int,
    part: int,
    quantity: int,
    price_nano: int,
    amount_fen: int,
    remainder_wh: int,
    rule: str,
    step: int = 0,
    band: int | None = None,
    days: int = 0,
) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "component": component,
        "part": part,
        "step": step,
        "band": band,
        "quantity": quantity,
        "unit": UNITS.get(Component(component), 0),
        "days": days,
        "price_nano": price_nano,
        "amount_fen": amount_fen,
        "remainder_wh": remainder_wh,
        "rule": rule,
    }
