"""Capacity and demand charges of a case (容需量电费, 基本电费; domain.md §4)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Final

from diansuo.core.casework.exact import fen_of
from diansuo.core.casework.given import Given
from diansuo.core.casework.legal import number_in_force
from diansuo.core.casework.outcome import Line, Refused
from diansuo.core.casework.span import Span
from diansuo.core.casework.transformers import Transformer

METHODS: Final = ("none", "capacity", "contract_demand", "actual_demand")
RULE: Final = "national/capacity_charge"
DISCOUNT_FROM: Final = date(2023, 6, 1)
CONTRACT_RULES: Final = ("over_105", "up_to_105", "between_95_and_105")
KEYS: Final = (
    "method", "kva", "motors_kw", "contract_kw", "demand_kw", "feeds_kw", "feeds", "price", "discount",
    "contract_rule", "day_base", "days", "segments", "exempt", "discount_energy_kwh", "floor",
    "floor_ratio", "over_ratio", "over_multiple",
)  # fmt: skip
SEGMENT_KEYS: Final = ("kva", "from", "to", "days", "price", "charged_percent", "note")


def capacity_lines(
    given: Given, transformers: list[Transformer], demand_kw: Fraction | None, used_kwh: Fraction, span: Span
) -> list[Line]:
    """Return the lines of the charge; none for a customer who pays none.

    Args:
        given: the case's ``capacity_charge``.
        transformers: what is in service; their capacity counts unless ``kva`` or ``segments`` say otherwise.
        demand_kw: the measured maximum demand.
        used_kwh: all energy of the month, for the 260 kWh/kVA discount.
        span: the days.

    Raises:
        Refused: a two-part customer without capacity or demand.
    """
    if given.members and not given.has("method"):
        given.refuse("method", "no method", f"write method: {', '.join(METHODS[1:])}, or none")
    method = given.choice("method", METHODS, "none")
    if method == "none" or given.flag("exempt"):
        return []
    if method == "capacity":
        return _by_capacity(given, transformers, span)
    demand, discount = _demand(given, demand_kw), _discount(given, transformers, used_kwh, span)
    lines: list[Line] = []
    for price, share in _prices_of_demand(given, transformers, span):
        if method == "contract_demand":
            lines += _by_contract(given, transformers, demand, (price * discount, share), span)
        else:
            lines.append(_line("demand", demand, "kW", price * discount, share))
    if method == "actual_demand" and given.has("contract_kw"):
        given.refuse(
            "contract_kw", "a contract beside actual_demand", "method: contract_demand, or take it out"
        )
    return lines


def _prices_of_demand(
    given: Given, transformers: list[Transformer], span: Span
) -> list[tuple[Fraction, Fraction]]:
    """Return (price, share of the month): one, or those of ``segments`` when the price changes.

    Without ``days`` a demand is charged for the days on which a transformer is in service.
    """
    if given.has("segments"):
        segments = [Given(node, given.context, (), SEGMENT_KEYS) for node in given.sequence("segments")]
        return [
            (each.number("price", given.number("price", 0)), _days_of(each, given, span)) for each in segments
        ]
    if given.has("days") or not transformers:
        return [(given.number("price"), _share(given, span))]
    return [(given.number("price"), _of_days(given, span, max(each.energised_days for each in transformers)))]


def _days_of(segment: Given, given: Given, span: Span) -> Fraction:
    return _of_days(
        given, span, int(segment.number("days", span.overlap(segment.day("from"), segment.day("to"))))
    )


def _by_capacity(given: Given, transformers: list[Transformer], span: Span) -> list[Line]:
    price = given.number("price")
    lines = [_segment(Given(node, given.context, ("kva",), SEGMENT_KEYS), price, given, span)
             for node in given.sequence("segments")]  # fmt: skip
    if given.has("kva"):
        lines.append(_line("capacity", given.number("kva"), "kVA", price, _share(given, span)))
    elif not lines:
        for transformer in transformers:
            lines += _of_transformer(transformer, price, given, span)
    if given.has("motors_kw"):
        lines.append(
            _line("capacity", given.number("motors_kw"), "kVA", price, _share(given, span), "motors")
        )
    if not lines:
        raise Refused("two_part_without_capacity")
    return lines


def _of_transformer(transformer: Transformer, price: Fraction, given: Given, span: Span) -> list[Line]:
    if not transformer.charged:
        return []
    lines = []
    for service in transformer.services:
        share = _of_days(given, span, service.days)
        quantity = transformer.capacity_kva * service.share
        if quantity:
            lines.append(_line("capacity", quantity, "kVA", price, share, transformer.name))
    return lines


def _segment(segment: Given, price: Fraction, given: Given, span: Span) -> Line:
    quantity = segment.number("kva") * segment.number("charged_percent", 100) / 100
    own = segment.number("price", price)
    return _line("capacity", quantity, "kVA", own, _days_of(segment, given, span), segment.text("note"))


def _of_days(given: Given, span: Span, days: int) -> Fraction:
    """Return the share of the month's charge that some days of it bear; the whole month is always one."""
    if days == span.days == span.month_days:
        return Fraction(1)
    if not 0 <= days <= max(span.days, span.month_days):
        raise Refused("days_beyond_the_month", days=days, month=span.month_days)
    return Fraction(days) / given.number("day_base", span.day_base)


def _share(given: Given, span: Span) -> Fraction:
    return _of_days(given, span, int(given.number("days", span.days)))


def _demand(given: Given, measured: Fraction | None) -> Fraction:
    """Return the month's demand: of several feeds the sum, or the larger one where they back each other up."""
    if given.has("feeds_kw"):
        feeds = given.number_list("feeds_kw")
        return (
            max(feeds)
            if given.choice("feeds", ("sum", "largest"), "sum") == "largest"
            else sum(feeds, Fraction(0))
        )
    demand = given.optional_number("demand_kw")
    demand = measured if demand is None else demand
    if demand is None:
        raise Refused("no_demand", remedy="give demand_kw, or a meter with demand_kw or demand_register")
    return demand


def _by_contract(
    given: Given,
    transformers: list[Transformer],
    demand: Fraction,
    priced: tuple[Fraction, Fraction],
    span: Span,
) -> list[Line]:
    """Charge the contract demand, and twice what lies above 105 % of it (发改办价格〔2016〕1583号)."""
    if not given.has("contract_kw"):
        raise Refused("no_contract_demand")
    contract, (price, share) = given.number("contract_kw"), priced
    rule = given.choice("contract_rule", CONTRACT_RULES, "over_105")
    if rule == "between_95_and_105":
        return _old_contract(contract, demand, price, share)
    kva = _kva(given, transformers)
    if given.flag("floor", default=True) and kva:
        floor = _legal(given, "floor_ratio", "contract_floor_ratio", span)
        contract = max(contract, floor * kva)
    limit = contract * _legal(given, "over_ratio", "contract_over_ratio", span)
    once = min(max(contract, demand), limit) if rule == "up_to_105" else contract
    lines = [_line("demand", once, "kW", price, share)]
    over = demand - limit
    if over > 0:
        multiple = _legal(given, "over_multiple", "contract_over_multiple", span)
        lines.append(_line("demand_excess", over, "kW", price * multiple, share))
    return lines


def _kva(given: Given, transformers: list[Transformer]) -> Fraction:
    """Return the contract capacity: as stated, else that of the transformers, with the high-voltage motors."""
    own = sum((each.capacity_kva for each in transformers if each.charged), Fraction(0))
    return given.number("kva", own) + given.number("motors_kw", 0)


def _legal(given: Given, key: str, name: str, span: Span) -> Fraction:
    """Return what the case states itself, else what the rulebook says."""
    return given.number(key) if given.has(key) else number_in_force(given.context, RULE, name, span)


def _old_contract(contract: Fraction, demand: Fraction, price: Fraction, share: Fraction) -> list[Line]:
    """Charge as some places did before 2016: what is read, not less than 95 %, twice above 105 %."""
    low, high = contract * Fraction(95, 100), contract * Fraction(105, 100)
    lines = [_line("demand", min(max(demand, low), high if demand <= high else contract), "kW", price, share)]
    if demand > high:
        lines.append(_line("demand_excess", demand - contract, "kW", price * 2, share))
    return lines


def _discount(given: Given, transformers: list[Transformer], used_kwh: Fraction, span: Span) -> Fraction:
    """Return 0.9 where each kVA of the contract used 260 kWh in the month (发改价格〔2023〕526号), else 1."""
    kva = _kva(given, transformers)
    since = span.start is not None and span.start >= DISCOUNT_FROM and kva > 0
    if not given.flag("discount", default=since):
        return Fraction(1)
    if not kva:
        raise Refused("two_part_without_capacity")
    used = given.number("discount_energy_kwh", used_kwh)
    if used / kva < number_in_force(given.context, RULE, "discount_energy", span):
        return Fraction(1)
    return number_in_force(given.context, RULE, "discount_ratio", span)


def _line(
    component: str, quantity: Fraction, unit: str, price: Fraction, share: Fraction, note: str = ""
) -> Line:
    part = "" if share == 1 else f"{share.numerator}/{share.denominator} month"
    return Line(
        component,
        quantity,
        unit,
        price,
        fen_of(quantity * price * share),
        note=" ".join(filter(None, (note, part))),
    )
