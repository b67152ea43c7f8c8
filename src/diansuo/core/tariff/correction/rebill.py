"""Months priced again as they should have been (退补重算): the difference to what was issued, month by month.

What a bill should be comes from a pricing function that the caller gives, so that every class of customer, old prices
and textbook prices go the same way. Source: domain.md §2.3, §6.5; page: docs/rules/back-billing.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from diansuo.core.quantity.band import BANDS
from diansuo.core.quantity.month import billing_year
from diansuo.core.tariff.classes import Component
from diansuo.core.tariff.correction.months import (
    CannotRebill,
    CorrectedMonth,
    CorrectionLine,
    Pricing,
    Rebilling,
    Use,
)
from diansuo.core.tariff.terms import CorrectionYear


def rebill(
    months: Sequence[CorrectedMonth],
    pricing: Pricing,
    tier_year: CorrectionYear = CorrectionYear.ORIGINAL,
    current: tuple[int, int] | None = None,
    year_start_month: int = 1,
) -> Rebilling:
    """Price months again, in order, and return what is to be charged or given back for each.

    ``original``: each month is priced with the year-to-date energy it would have had: that of its bill, moved by the
    corrections of earlier months of the same billing year. Later months of the year whose steps move thereby belong
    into ``months`` too, with ``right`` as billed. ``current``: months of earlier billing years keep what was issued,
    and the energy that was missing (or too much) is priced at the prices of its month in the steps of the year of the
    correcting bill, after (or taken from the end of) what that year has.

    Doing it twice gives nothing: ``rebill(rebilling.months, …)`` has no lines.

    Args:
        months: one for each month concerned, ascending.
        pricing: see `Pricing`; called twice a month.
        tier_year: parameter ``rebill_tier_year``.
        current: 电费年月 of the correcting bill and the Wh of its billing year before it; needed for ``current``.
        year_start_month: month of the year in which the billing year begins.

    Raises:
        CannotRebill: months not ascending, ``current`` without its bill, another class in a month of an earlier year
            under ``current``, or more to take back than the year has.

    Source: domain.md §2.3, §6.5 (退补后按原账期单价与阶梯重算).
    """
    _check(months, tier_year, current)
    years = [billing_year(month.billed.period, year_start_month) for month in months]
    this_year, this_year_wh = (
        (None, 0) if current is None else (billing_year(current[0], year_start_month), current[1])
    )
    moved_wh = dict.fromkeys(years, 0)
    found: dict[int, tuple[CorrectionLine, int]] = {}
    elsewhere = []
    for at, (month, year) in enumerate(zip(months, years, strict=True)):
        if tier_year is CorrectionYear.CURRENT and year != this_year:
            elsewhere.append(at)
            continue
        before_wh = month.year_to_date_wh + moved_wh[year]
        line, added_wh = _in_own_steps(month, pricing, before_wh)
        found[at] = line, before_wh
        moved_wh[year] += added_wh
    if this_year in moved_wh:
        this_year_wh += moved_wh[this_year]
    for at in elsewhere:
        line, added_wh = _in_current_steps(months[at], pricing, this_year_wh)
        found[at] = line, months[at].year_to_date_wh
        this_year_wh += added_wh
    lines = [found[at][0] for at in range(len(months))]
    return Rebilling(
        lines=tuple(line for line in lines if line.amount_fen or line.energy_wh),
        months=tuple(_with(month, *found[at]) for at, month in enumerate(months)),
    )


def _check(
    months: Sequence[CorrectedMonth], tier_year: CorrectionYear, current: tuple[int, int] | None
) -> None:
    periods = [month.billed.period for month in months]
    if any(later <= earlier for earlier, later in zip(periods, periods[1:], strict=False)):
        raise CannotRebill(f"months {periods}: each once, from early to late")
    if tier_year is CorrectionYear.CURRENT and current is None:
        raise CannotRebill(
            "tier year 'current': give the month of the correcting bill and its year-to-date energy"
        )


def _with(month: CorrectedMonth, line: CorrectionLine, year_to_date_wh: int) -> CorrectedMonth:
    """Return a month as it stands once its line is issued."""
    issued_fen = month.issued_fen + line.amount_fen
    return replace(month, billed=month.right, issued_fen=issued_fen, year_to_date_wh=year_to_date_wh)


def _in_own_steps(
    month: CorrectedMonth, pricing: Pricing, year_to_date_wh: int
) -> tuple[CorrectionLine, int]:
    """Return the line of a month in the steps of its own year, and the Wh it adds to that year."""
    if year_to_date_wh < 0:
        raise CannotRebill(
            f"{month.right.period}: corrections before it leave {year_to_date_wh} Wh of its year"
        )
    billed = pricing(month.billed, month.year_to_date_wh)
    right = pricing(month.right, year_to_date_wh)
    line = CorrectionLine(
        period=month.right.period,
        energy_wh=month.right.energy_wh - month.billed.energy_wh,
        amount_fen=right.total_fen - month.issued_fen,
        right_fen=right.total_fen,
        issued_fen=month.issued_fen,
        repriced_fen=billed.total_fen,
        by_component_fen=_differences(right.amounts_fen, billed.amounts_fen),
    )
    return line, right.settled_wh - billed.settled_wh


def _in_current_steps(month: CorrectedMonth, pricing: Pricing, current_wh: int) -> tuple[CorrectionLine, int]:
    """Return the line of a month whose missing energy counts in the year of the correcting bill, and that energy."""
    billed, right = month.billed, month.right
    if right.price_class is not billed.price_class:
        raise CannotRebill(
            f"{right.period}: another class is priced in the steps of its own year; take tier year 'original'"
        )
    more = right.energy_wh >= billed.energy_wh
    added = _added_use(billed, right) if more else _added_use(right, billed)
    before_wh = current_wh if more else current_wh - added.energy_wh
    if before_wh < 0:
        raise CannotRebill(f"{right.period}: {added.energy_wh} Wh to take back, the year has {current_wh}")
    sign = 1 if more else -1
    # a use of nothing costs what a month costs anyhow; only what the energy adds is charged
    nothing = pricing(replace(added, energy_wh=0, band_wh=_no_bands(added), reactive_varh=0), before_wh)
    priced = pricing(added, before_wh)
    by_component = {
        component: sign * fen
        for component, fen in _differences(priced.amounts_fen, nothing.amounts_fen).items()
    }
    amount_fen = sum(by_component.values())
    line = CorrectionLine(
        period=right.period,
        energy_wh=right.energy_wh - billed.energy_wh,
        amount_fen=amount_fen,
        right_fen=month.issued_fen + amount_fen,
        issued_fen=month.issued_fen,
        repriced_fen=month.issued_fen,
        by_component_fen=by_component,
    )
    return line, sign * priced.settled_wh


def _added_use(smaller: Use, larger: Use) -> Use:
    """Return what the larger use has beyond the smaller; every period of the day must have grown."""
    bands = None
    if larger.band_wh is not None and smaller.band_wh is not None:
        bands = tuple(more - less for more, less in zip(larger.band_wh, smaller.band_wh, strict=True))
    reactive = max(larger.reactive_varh - smaller.reactive_varh, 0)
    return Use(larger.period, larger.price_class, larger.energy_wh - smaller.energy_wh, bands, reactive)


def _no_bands(use: Use) -> tuple[int, ...] | None:
    return None if use.band_wh is None else (0,) * BANDS


def _differences(right: Mapping[Component, int], billed: Mapping[Component, int]) -> dict[Component, int]:
    """Return by component what the right amounts have beyond the billed ones, where they differ."""
    every = sorted({*right, *billed})
    found = {each: right.get(each, 0) - billed.get(each, 0) for each in every}
    return {each: fen for each, fen in found.items() if fen}
