"""A stored bill computed anew from its own evidence alone: no database, no rulebook of today (rules/bill-evidence.md).

Evidence is plain data, as :mod:`.evidence` reads it: the bill, its parts, its lines, what is owed beside it, the facts
of a commercial bill or of a household's in stretches, the slices of every rule that had a part. What a bill was priced
with is taken from it, what it came to is compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.band import BANDS
from diansuo.core.rules import RuleBook
from diansuo.core.rules.entry import canonical_json
from diansuo.core.tariff import (
    AppliedRule,
    BillingInput,
    Bills,
    EarlierBills,
    Lines,
    price,
    price_across_changes,
    settle_year_anew,
)
from diansuo.core.tariff.classes import SETTLEMENT, Component
from diansuo.core.tariff.commercial import (
    NO_POWER_FACTOR,
    NOT_KNOWN,
    CommercialFreeze,
    CommercialInput,
    LaterTerms,
    price_commercial_across_changes,
)
from diansuo.core.tariff.joining import Piece, join_bills
from diansuo.core.tariff.resolve import day_number
from diansuo.core.tariff.stretches import as_parts, join_stretches
from diansuo.office.billing.households.kept import frozen_of, input_of

Evidence = Mapping[str, Any]

UNITS: Final = {
    Component.CAPACITY: 1,
    Component.DEMAND: 2,
    Component.DEMAND_EXCESS: 2,
    Component.POWER_FACTOR: 3,
}
"""What the quantity of a line counts (``BillLine.Unit``), where it is not Wh."""
COMPONENTS: Final = "/commercial_components"
STRETCHES: Final = "stretches"
HAVING: Final = ("persons", "persons_months", "heating_months", "free_months")
REFUND_NUMBERS: Final = {
    "sequence": "sequence", "component": "component", "part": "part", "step": "step", "quantity_wh": "quantity",
    "price_nano": "price_nano", "amount_fen": "amount_fen", "rule": "rule",
}  # fmt: skip
"""The fields of what is owed beside a bill, and those of the line they come from."""
KINDS: Final[dict[str, Any]] = {"Int64": np.int64, "Int16": np.int16, "Bool": np.bool_, "ByBand": np.int64}
FIRST: Final = np.zeros(1, np.int64)
FACTS: Final = "facts"
YEAR_ANEW: Final = "correction"


class NotProvable(ValueError):
    """The bill does not keep everything it was priced with; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the evidence comes to, as plain data: totals, lines, and what is owed beside the bill (先征后返)."""

    totals: dict[str, Any]
    lines: list[dict[str, Any]]
    refunds: list[dict[str, Any]] = field(default_factory=list)

    @property
    def canonical(self) -> bytes:
        """The one way of writing it: equal bills have equal bytes."""
        return canonical_json({each.name: getattr(self, each.name) for each in fields(self)}).encode()


def stored(evidence: Evidence) -> Answer:
    """Return what the bill says."""
    totals = ("amount_fen", "energy_wh", "settlement", "power_factor", "adjustment_rate")
    return Answer(
        {name: evidence["bill"][name] for name in totals},
        list(evidence["lines"]),
        list(evidence.get("refunds", ())),
    )


def recomputed(evidence: Evidence) -> Answer:
    """Compute the bill anew from what it keeps.

    Raises:
        NotProvable: it does not keep enough.
        AlteredSlice: a slice no longer has the hash it was stored under.
    """
    book = RuleBook.from_slices(evidence["slices"])
    facts = evidence["facts"]
    if facts is not None:
        return _stretches(facts[STRETCHES], book) if STRETCHES in facts else _commercial(evidence, book)
    if evidence["bill"]["commercial"]:
        raise NotProvable(FACTS)
    if any(line["component"] == Component.CORRECTION for line in evidence["lines"]):
        raise NotProvable(YEAR_ANEW)
    if len({(part.get("price_class"), part.get("months_in_year")) for part in evidence["parts"]}) > 1:
        raise NotProvable(FACTS)
    return _household(evidence, book)


def proves(evidence: Evidence) -> bool:
    """Tell whether the bill recomputes byte for byte."""
    return stored(evidence).canonical == recomputed(evidence).canonical


def _household(evidence: Evidence, book: RuleBook) -> Answer:
    """Price part by part what the parts say; steps and free energy go on from one to the next."""
    bill, parts = evidence["bill"], evidence["parts"]
    year_to_date_wh = bill["year_to_date_wh"]
    taken_wh = 0
    pieces = []
    for part in parts or [_whole(evidence)]:
        bills = price(_household_input(bill, part, year_to_date_wh, taken_wh), book)
        _require_priced(bills)
        pieces.append(Piece(bills, FIRST, part["part"]))
        year_to_date_wh += int(bills.counted_wh[0])
        taken_wh += _free_wh(bills)
    return _answer(join_bills(pieces, 1, {}, book.hash))


def _free_wh(bills: Bills) -> int:
    """Return the free energy a bill has, on it or owed beside it."""
    return sum(
        int(lines.quantity_wh[lines.component == Component.FREE_ENERGY].sum())
        for lines in (bills.lines, bills.refunds)
    )


def _stretches(kept: Sequence[Mapping[str, Any]], book: RuleBook) -> Answer:
    """Price stretch by stretch what they keep, the last of a year with the year's bills before it."""
    several = np.array([len(kept) > 1])
    numbered = np.zeros(1, np.int64)
    pieces = []
    for one in kept:
        given, freeze = input_of([one["input"]]), frozen_of(one["freeze"])
        if one["earlier"] is None:
            bills = price_across_changes(given, book, freeze=freeze)
        else:
            before = EarlierBills(np.zeros(len(one["earlier"]), np.int64), input_of(one["earlier"]))
            bills = settle_year_anew(given, before, book, freeze=freeze)
        _require_priced(bills)
        bills = as_parts(bills, given, several, numbered, np.zeros(1, np.bool_))
        numbered = numbered + len(bills.parts)
        pieces.append(Piece(bills, FIRST))
    return _answer(join_stretches(pieces, 1, {}, book.hash))


def _answer(bills: Bills) -> Answer:
    return Answer(
        {
            "amount_fen": int(bills.amount_fen[0]),
            "energy_wh": int(bills.energy_wh[0]),
            "settlement": bills.rules[int(bills.settlement_rule[0])].slice_hash,
            "power_factor": None,
            "adjustment_rate": 0,
        },
        _household_lines(bills, bills.lines),
        [
            {name: line[kept] for name, kept in REFUND_NUMBERS.items()}
            for line in _household_lines(bills, bills.refunds)
        ],
    )


def _whole(evidence: Evidence) -> dict[str, Any]:
    """Return a bill that is not divided as its one part: the first line says what rounding moved into the energy."""
    bill, lines = evidence["bill"], evidence["lines"]
    moved = lines[0]["remainder_wh"] if lines else 0
    names = ("from_date", "to_date", "peak_wh", "valley_wh")
    return {"part": 0, "energy_wh": bill["energy_wh"] - moved, **{name: bill[name] for name in names}}


def _household_input(
    bill: Mapping[str, Any], part: Mapping[str, Any], year_to_date_wh: int, taken_wh: int
) -> BillingInput:
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
        "free_taken_wh": taken_wh,
        **{name: bill.get(name, 0) for name in HAVING},
    }
    return input_of([given])


def _require_priced(bills: Any) -> None:
    if bills.refusals:
        raise NotProvable(f"{bills.refusals[0].code} {dict(bills.refusals[0].params)}")


def _household_lines(bills: Bills, lines: Lines) -> list[dict[str, Any]]:
    return [
        _line(
            sequence=int(lines.sequence[at]),
            component=int(lines.component[at]),
            part=int(lines.part[at]),
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
    facts = evidence["facts"]
    crossed = price_commercial_across_changes(
        commercial_input_of([facts]), book, places.pop(), commercial_freeze_of(facts), _later_of(facts)
    )
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


def commercial_input_of(rows: Sequence[Mapping[str, Any]]) -> CommercialInput:
    """Return rows of kept facts as the engine's input; None is what nobody knew."""
    return CommercialInput(
        **{
            each.name: np.array(
                [_known(row[each.name]) for row in rows], dtype=KINDS[str(each.type)]
            ).reshape((len(rows), BANDS) if str(each.type) == "ByBand" else len(rows))
            for each in fields(CommercialInput)
        }
    )


def _later_of(facts: Mapping[str, Any]) -> LaterTerms:
    """Return the terms that came to hold within the month."""
    rows = facts.get("later", ())
    days = np.array([row["day"] for row in rows], np.int64)
    return LaterTerms(
        np.zeros(len(rows), np.int64), days, commercial_input_of([row["terms"] for row in rows])
    )


def commercial_freeze_of(facts: Mapping[str, Any]) -> CommercialFreeze:
    """Return the registers that divided the month."""
    rows = facts.get("freeze", ())
    columns = {
        each.name: np.array([row[each.name] for row in rows], np.int64).reshape(
            (len(rows), BANDS) if each.name.endswith("band_wh") else len(rows)
        )
        for each in fields(CommercialFreeze)
        if each.name != "row"
    }
    return CommercialFreeze(row=np.zeros(len(rows), np.int64), **columns)


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
