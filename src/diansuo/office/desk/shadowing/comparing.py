"""A stored bill held against the shadow's: every fen and every fact that differs, with both sides' workings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from diansuo.core.quantity.band import Band
from diansuo.core.tariff.classes import Component
from diansuo.office.billing.models import Bill, BillLine
from diansuo.office.desk.shadowing.gathering import Material
from diansuo.office.desk.shadowing.said import Line, Opinion
from diansuo.shadow import registers

CONSUMED: Final = {
    "total_wh": registers.TOTAL,
    "sharp_wh": registers.SHARP,
    "peak_wh": registers.PEAK,
    "flat_wh": registers.FLAT,
    "valley_wh": registers.VALLEY,
    "deep_valley_wh": registers.DEEP_VALLEY,
    "reactive_forward_varh": registers.REACTIVE_FORWARD,
    "reactive_reverse_varh": registers.REACTIVE_REVERSE,
}
"""The fields of the settled month that come from registers."""
PER_YUAN: Final = 100


@dataclass(frozen=True)
class Difference:
    """One thing the two sides say differently.

    Attributes:
        what: ``settled``, ``bill``, ``line`` or ``total``.
        item: the field, or of a line its component with part, step and period.
        fen: billed less shadow, where it is money; else 0.
        billed: the stored side's working.
        shadow: the shadow's.
    """

    what: str
    item: str
    fen: int
    billed: str
    shadow: str


def differences(material: Material, opinion: Opinion) -> list[Difference]:
    """Return everything that differs, in the order in which a bill comes about."""
    return [
        *_of_the_settled_month(material, opinion),
        *_of_the_facts(material.bill, opinion),
        *_of_the_parts(material, opinion),
        *_of_the_lines(material.lines, opinion),
        *_of_the_refunds(material, opinion),
        *_of_the_total(material, opinion),
    ]


def _of_the_settled_month(material: Material, opinion: Opinion) -> list[Difference]:
    found = []
    for name, register in CONSUMED.items():
        stored = Decimal(getattr(material.bill.consumption, name)) / 1000
        own = opinion.month.energy.get(register, Decimal(0))
        if stored != own:
            working = "; ".join(_flow(flow) for flow in opinion.month.flows if flow.register == register)
            found.append(Difference("settled", name, 0, number(stored), f"{number(own)} = {working}"))
    return found


def _flow(flow: registers.Flow) -> str:
    start, end = (f"{number(each.kwh)} ({_day(each.day)})" for each in (flow.before, flow.after))
    return f"[{flow.how}] {start} → {end} × {flow.before.multiplier} = {number(flow.kwh)}"


def _day(number_of_day: int) -> str:
    return date.fromordinal(number_of_day + date(1970, 1, 1).toordinal()).isoformat()


def _of_the_facts(bill: Bill, opinion: Opinion) -> list[Difference]:
    return [
        Difference("bill", name, 0, _text(getattr(bill, name)), _text(value))
        for name, value in opinion.facts.items()
        if getattr(bill, name) != value
    ]


def _of_the_parts(material: Material, opinion: Opinion) -> list[Difference]:
    stored = [(one.from_date, one.to_date, Fraction(one.energy_wh, 1000)) for one in material.parts]
    ways = [one.by_days for one in material.parts]
    if stored == opinion.parts and ways == (opinion.by_days or ways):
        return []
    texts = [
        "; ".join(f"{start} – {end}: {number(kwh)}" for start, end, kwh in side) or "–"
        for side in (stored, opinion.parts)
    ]
    return [Difference("bill", "parts", 0, *texts)]


def stored_line(line: BillLine) -> Line:
    """Return a stored line in the shadow's units."""
    quantity = Fraction(line.quantity, 1000)
    if line.unit in (BillLine.Unit.VA_DAYS, BillLine.Unit.W_DAYS):
        quantity /= max(line.days, 1)
    if line.unit == BillLine.Unit.FEN:
        quantity = Fraction(line.quantity, PER_YUAN)
    return Line(
        component=Component(line.component).name.lower(),
        part=line.part,
        step=line.step,
        band=None if line.band is None else Band(line.band).key,
        quantity=quantity,
        price=Fraction(line.price_nano, 10**9),
        amount=Fraction(line.amount_fen, PER_YUAN),
        moved=Fraction(line.remainder_wh, 1000),
    )


def _of_the_lines(lines: list[BillLine], opinion: Opinion) -> list[Difference]:
    """Hold lines about the same thing against each other; one that only one side has is a difference too."""
    stored = _numbered([stored_line(line) for line in lines])
    own = _numbered(opinion.lines)
    found = []
    for key in [*stored, *(key for key in own if key not in stored)]:
        billed, shadow = stored.get(key), own.get(key)
        if billed is not None and shadow is not None and _same(billed, shadow):
            continue
        fen = _fen(billed) - _fen(shadow)
        found.append(Difference("line", _name(key), fen, _working(billed), _working(shadow)))
    return found


def _of_the_refunds(material: Material, opinion: Opinion) -> list[Difference]:
    """Hold what is owed beside the bill (先征后返) against the shadow's."""
    stored = [
        (Fraction(one.quantity_wh, 1000), Fraction(one.amount_fen, PER_YUAN)) for one in material.refunds
    ]
    own = [(one.quantity, one.amount) for one in opinion.refunds]
    if stored == own:
        return []
    texts = [
        "; ".join(f"{number(kwh)}: {number(amount)}" for kwh, amount in side) or "–" for side in (stored, own)
    ]
    return [Difference("bill", "refunds", 0, *texts)]


def _numbered(lines: list[Line]) -> dict[tuple[Any, ...], Line]:
    seen: Counter[tuple[Any, ...]] = Counter()
    found = {}
    for line in lines:
        found[*line.key[:-1], seen[line.key]] = line
        seen[line.key] += 1
    return found


def _same(billed: Line, shadow: Line) -> bool:
    moved_alike = shadow.moved is None or billed.moved == shadow.moved
    alike = (billed.quantity, billed.price, billed.amount) == (shadow.quantity, shadow.price, shadow.amount)
    return alike and moved_alike


def _fen(line: Line | None) -> int:
    return 0 if line is None else int(line.amount * PER_YUAN)


def _name(key: tuple[Any, ...]) -> str:
    component, part, step, band, again = key
    named = [component, band or "", f"step {step}" if step else "", f"part {part}" if part else ""]
    return " ".join([each for each in named if each] + ([f"#{again + 1}"] if again else []))


def _working(line: Line | None) -> str:
    if line is None:
        return "–"
    text = f"{number(line.quantity)} × {number(line.price)} = {number(line.amount)}"
    return f"{text} ({number(line.moved)})" if line.moved else text


def _of_the_total(material: Material, opinion: Opinion) -> list[Difference]:
    """Hold the amount against the shadow's, and against the bill's own lines."""
    billed, own = material.bill.amount_fen, int(opinion.amount * PER_YUAN)
    lines = sum(line.amount_fen for line in material.lines)
    found = []
    if billed != own:
        found.append(Difference("total", "amount_fen", billed - own, yuan(billed), yuan(own)))
    if billed != lines:
        found.append(Difference("total", "lines", billed - lines, yuan(billed), yuan(lines)))
    return found


def yuan(fen: int) -> str:
    """Return fen as yuan with two decimals."""
    return f"{Decimal(fen) / PER_YUAN:.2f}"


def number(value: Fraction | Decimal) -> str:
    """Return a number without needless zeros; at most nine decimals, marked where there would be more."""
    exact = Fraction(value)
    rounded = Decimal(round(exact * 10**9)) / 10**9
    text = f"{rounded:f}".rstrip("0").rstrip(".") if rounded % 1 else f"{rounded:.0f}"
    return text if Fraction(rounded) == exact else f"{text}…"


def _text(value: Any) -> str:
    if isinstance(value, Fraction | Decimal):
        return number(value)
    return "–" if value is None else str(value)
