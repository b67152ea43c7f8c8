"""The content of a case file, checked: unknown and missing keys and bare numbers, all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from diansuo.core.quantity.energy import wh_from_kwh
from diansuo.core.quantity.month import split_month
from diansuo.core.rules import Problem, RuleBookRefused
from diansuo.core.rules.node import Node
from diansuo.core.tariff.classes import Component, PriceClass, VoltageClass
from diansuo.core.tariff.columns import RefusalCode

ExpectedLine = tuple[str, int, Decimal, Decimal]

CLASSES: Final = {each.name.lower(): each for each in PriceClass}
VOLTAGES: Final = {each.key: each for each in VoltageClass}
COMPONENTS: Final = tuple(each.name.lower() for each in Component)


@dataclass(frozen=True, slots=True)
class CaseMonthUse:
    """One month of use ``[from, to)``; peak and valley None where there is no such register."""

    period: int
    from_date: date
    to_date: date
    energy_wh: int
    peak_wh: int | None
    valley_wh: int | None
    freeze: tuple[tuple[date, int, int, int], ...] = ()
    """(day, Wh, Wh at peak, Wh at valley) used from the first day of use up to 0:00 of that day"""
    free_months: int = 0
    price_class: PriceClass | None = None
    """Of this month, where it is another than the customer's (a choice of peak and valley, a change of class)."""


@dataclass(frozen=True, slots=True)
class ExpectedBill:
    """What one month must come to; None: not looked at. Lines are (component, step, kWh, yuan)."""

    period: int
    amount_yuan: Decimal | None
    step: int | None
    refusal: str | None
    lines: tuple[ExpectedLine, ...] | None


@dataclass(frozen=True, slots=True)
class CaseDocument:
    """A case: customer, months and expectation; ``rulebook`` holds its own rule documents."""

    name: str
    source: str
    price_class: PriceClass
    voltage_class: VoltageClass
    opened: date | None
    persons: int
    year_to_date_wh: int
    rulebook: tuple[Mapping[str, Any], ...]
    months: tuple[CaseMonthUse, ...]
    total_yuan: Decimal | None
    expected_bills: tuple[ExpectedBill, ...]


def read_case(mapping: Mapping[str, Any], file: str) -> CaseDocument:
    """Check the content of a case file.

    Raises:
        RuleBookRefused: everything that is wrong with it, each with its key and remedy.
    """
    problems: list[Problem] = []
    root = Node(mapping, file, "", problems)
    members = root.fields(("name", "source", "customer", "months"), ("rulebook", "note", "expect"))
    if problems:
        raise RuleBookRefused(problems)
    name, source = members["name"].text(), members["source"].text()
    customer = members["customer"].fields(("class", "voltage"), ("opened", "persons", "year_to_date_kwh"))
    price_class = customer["class"].choice(CLASSES, "class") if "class" in customer else None
    voltage = customer["voltage"].choice(VOLTAGES, "voltage") if "voltage" in customer else None
    opened = customer["opened"].day() if "opened" in customer else None
    before_wh = _energy(customer["year_to_date_kwh"]) if "year_to_date_kwh" in customer else 0
    own = _own_rules(members)
    months = [_read_use(node) for node in members["months"].sequence()]
    expect = members["expect"].fields((), ("total_yuan", "bills")) if "expect" in members else {}
    total = expect["total_yuan"].number() if "total_yuan" in expect else None
    bills = [_read_expected(node) for node in expect["bills"].sequence()] if "bills" in expect else []
    if problems or name is None or source is None or price_class is None or voltage is None:
        raise RuleBookRefused(problems)
    return CaseDocument(
        name=name,
        source=source,
        price_class=CLASSES[price_class],
        voltage_class=VOLTAGES[voltage],
        opened=opened,
        persons=_whole(customer["persons"]) if "persons" in customer else 0,
        year_to_date_wh=before_wh or 0,
        rulebook=tuple(node.value for node in own),
        months=tuple(use for use in months if use is not None),
        total_yuan=total,
        expected_bills=tuple(bill for bill in bills if bill is not None),
    )


def _own_rules(members: Mapping[str, Node]) -> list[Node]:
    if "rulebook" not in members:
        return []
    return [node for node in members["rulebook"].sequence() if node.mapping()]


def _read_use(node: Node) -> CaseMonthUse | None:
    required = ("period", "from", "to", "energy_kwh")
    members = node.fields(required, ("peak_kwh", "valley_kwh", "freeze", "free_months", "class"))
    if any(name not in members for name in required):
        return None
    period = _period(members["period"])
    start, end = members["from"].day(), members["to"].day()
    energy = _energy(members["energy_kwh"])
    parts = [_energy(members[name]) if name in members else None for name in ("peak_kwh", "valley_kwh")]
    if period is None or start is None or end is None or energy is None:
        return None
    freeze = _read_freeze(members["freeze"]) if "freeze" in members else ()
    free_months = _whole(members["free_months"]) if "free_months" in members else 0
    word = members["class"].choice(CLASSES, "class") if "class" in members else None
    own = None if word is None else CLASSES[word]
    return CaseMonthUse(period, start, end, energy, parts[0], parts[1], freeze, free_months, own)


def _read_freeze(node: Node) -> tuple[tuple[date, int, int, int], ...]:
    frozen = []
    for name, each in node.mapping().items():
        day = each.child("day", name).day()
        members = each.fields(("energy_kwh",), ("peak_kwh", "valley_kwh"))
        read = [
            _energy(members[key]) if key in members else 0 for key in ("energy_kwh", "peak_kwh", "valley_kwh")
        ]
        if day is not None:
            frozen.append((day, read[0] or 0, read[1] or 0, read[2] or 0))
    return tuple(frozen)


def _whole(node: Node) -> int:
    number = node.number()
    return 0 if number is None else int(number)


def _read_expected(node: Node) -> ExpectedBill | None:
    members = node.fields(("period",), ("amount_yuan", "step", "refusal", "lines"))
    period = _period(members["period"]) if "period" in members else None
    if period is None:
        return None
    step = members["step"].number() if "step" in members else None
    return ExpectedBill(
        period=period,
        amount_yuan=members["amount_yuan"].number() if "amount_yuan" in members else None,
        step=None if step is None else int(step),
        refusal=members["refusal"].choice(tuple(RefusalCode), "refusal") if "refusal" in members else None,
        lines=_read_lines(members["lines"]) if "lines" in members else None,
    )


def _read_lines(node: Node) -> tuple[ExpectedLine, ...]:
    lines: list[ExpectedLine] = []
    for line in node.sequence():
        members = line.fields(("component", "quantity_kwh", "amount_yuan"), ("step",))
        if any(name not in members for name in ("component", "quantity_kwh", "amount_yuan")):
            continue
        component = members["component"].choice(COMPONENTS, "component")
        quantity, amount = members["quantity_kwh"].number(), members["amount_yuan"].number()
        step = members["step"].number() if "step" in members else Decimal(0)
        if component is not None and quantity is not None and amount is not None and step is not None:
            lines.append((component, int(step), quantity, amount))
    return tuple(lines)


def _energy(node: Node) -> int | None:
    number = node.number()
    return None if number is None else _or_refuse(node, wh_from_kwh, number, 'write kWh to the Wh: "162.35"')


def _period(node: Node) -> int | None:
    number = node.number()
    if number is None:
        return None
    if _or_refuse(node, split_month, int(number), 'write YYYYMM: "202408"') is None:
        return None
    return int(number)


def _or_refuse(node: Node, convert: Callable[[Any], Any], value: Any, remedy: str) -> Any:
    try:
        return convert(value)
    except ValueError as error:
        node.refuse(str(error), remedy)
        return None
