"""What the bill page reads beyond the bill itself: where the year stands on the steps, and the marks of the bill."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from diansuo.core.rules.entry import Entry
from diansuo.core.tariff.classes import PriceClass, VoltageClass
from diansuo.core.tariff.shapes import shape_of
from diansuo.office.archive import page_queries as archive
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill, BillLine
from diansuo.office.billing.queries import STATION

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


def with_managers(scope: Scope, bills: Iterable[Bill], day: date) -> list[Bill]:
    """Add ``manager_id`` to some bills: who manages the customer on a day, None for nobody."""
    found = list(bills)
    managers = archive.manager_ids(scope, {bill.contract.customer_id for bill in found}, day)
    for bill in found:
        bill.manager_id = managers.get(bill.contract.customer_id)
    return found


def year_position(scope: Scope, bill: Bill) -> YearPosition | None:
    """Return where a bill of annual steps stands in its year, from the values its lines used; None for others."""
    if bill.price_class not in STEPPED:
        return None
    line = (
        BillLine.objects.filter(scope.limit(f"bill__{STATION}"), bill=bill)
        .select_related("rule")
        .order_by("sequence")
        .first()
    )
    return None if line is None else position_of(bill, line)


def position_of(bill: Bill, line: BillLine) -> YearPosition | None:
    """Return where a bill of annual steps stands in its year, by the values its first line used; None for others."""
    if bill.price_class not in STEPPED:
        return None
    shape = shape_of(Entry.from_slice(line.rule.content), VoltageClass(bill.voltage_class))
    return _position(shape.limits_wh[bill.months_in_year], shape.prices_nano, bill)


def _position(limits: tuple[int, ...], prices: tuple[int, ...], bill: Bill) -> YearPosition:
    before, after = bill.year_to_date_wh, bill.year_to_date_wh + bill.energy_wh
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


def marks(scope: Scope, bill: Bill) -> list[str]:
    """Return what a reader of the bill must know: names of the marks that apply to it."""
    del scope  # the bill is within it already
    consumption: Any = bill.consumption
    names = {
        "estimated": consumption.estimated,
        "rolled": consumption.rolled,
        "exchanged": consumption.exchanged,
        "opening_unknown": bill.price_class in STEPPED and not bill.year_opening_known,
        "unverified": bill.unverified,
        "part_year": bill.price_class in STEPPED and bill.months_in_year < 12,
    }
    return [name for name, holds in names.items() if holds]
