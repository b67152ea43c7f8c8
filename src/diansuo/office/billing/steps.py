"""Where a bill of annual steps stands in its year, as a drawing shows it: on the page and on paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from diansuo.core.rules.entry import Entry
from diansuo.core.tariff.classes import RESIDENTIAL_TERMS, Component, PriceClass, VoltageClass
from diansuo.core.tariff.shapes import shape_of
from diansuo.core.tariff.terms import Need, ResidentialTerms
from diansuo.office.billing.models import Bill, BillLine

STEPPED = {int(PriceClass.RESIDENTIAL_STEPS), int(PriceClass.RESIDENTIAL_STEPS_TOU)}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the year: its limits in Wh (no upper one for the last) and its price, and where a drawing puts it."""

    number: int
    from_wh: int
    to_wh: int | None
    price_nano: int
    left: str
    width: str


@dataclass(frozen=True, slots=True)
class YearPosition:
    """The year's energy on the steps: before this bill, with it, and as shares of a drawing's width."""

    steps: tuple[Step, ...]
    before_wh: int
    after_wh: int
    step: int
    to_next_wh: int | None
    before_width: str
    this_left: str
    this_width: str


def position_of(bill: Bill, lines: Iterable[BillLine]) -> YearPosition | None:
    """Return where a bill of annual steps stands in its year, by the values its last base line used; None for others.

    ``lines`` are those of the bill in their order; of a divided month the last part is the one the year goes on from.
    """
    if bill.price_class not in STEPPED:
        return None
    line = next((one for one in reversed(list(lines)) if one.component == Component.BASE), None)
    if line is None:
        return None
    shape = shape_of(Entry.from_slice(line.rule.content), VoltageClass(bill.voltage_class))
    extra_wh = _extra_limit_wh(bill)
    limits = tuple(limit + extra_wh for limit in shape.limits_wh[bill.months_in_year])
    return _position(limits, shape.prices_nano, bill)


def _extra_limit_wh(bill: Bill) -> int:
    """Return how much every limit of the year lies higher for many persons and for heating, as the bill was priced."""
    need = Need.MANY_PERSONS if bill.persons_months else Need(0)
    need |= Need.HEATING_SEASON if bill.heating_months else Need(0)
    if not need:
        return 0
    used = bill.rules.filter(rule_id__endswith=f"/{RESIDENTIAL_TERMS}").order_by("effective_date").last()
    if used is None:
        return 0
    terms = ResidentialTerms.from_entry(Entry.from_slice(used.content), need)
    return bill.persons_months * terms.extra_wh_month + bill.heating_months * terms.heating_wh_month


def _position(limits: tuple[int, ...], prices: tuple[int, ...], bill: Bill) -> YearPosition:
    before, after = bill.year_to_date_wh, bill.year_to_date_wh + bill.counted_wh
    whole = max(limits[-1] * 5 // 4 if limits else after, after, 1)
    edges = [0, *limits, whole]
    steps = tuple(
        Step(
            number=place + 1,
            from_wh=low,
            to_wh=limits[place] if place < len(limits) else None,
            price_nano=prices[place],
            left=_share(low, whole),
            width=_share(max(edges[place + 1] - low, 0), whole),
        )
        for place, low in enumerate(edges[:-1])
    )
    reached = next((place for place, limit in enumerate(limits) if after <= limit), len(limits))
    return YearPosition(
        steps=steps,
        before_wh=before,
        after_wh=after,
        step=reached + 1,
        to_next_wh=limits[reached] - after if reached < len(limits) else None,
        before_width=_share(before, whole),
        this_left=_share(before, whole),
        this_width=_share(after - before, whole),
    )


def _share(part: int, whole: int) -> str:
    """Write a share of the drawing's width as SVG reads it, whatever the language of the page."""
    hundredths = part * 10_000 // whole
    return f"{hundredths // 100}.{hundredths % 100:02d}%"
