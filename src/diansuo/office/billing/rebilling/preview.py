"""What a correction comes to, month by month, before anything is stored: what should be less what was issued."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from diansuo.core.quantity.month import billing_year, month_of
from diansuo.core.rules import NoSuchRule, NoValueInForce, RuleBook, ValueAbsent
from diansuo.core.tariff import AppliedRule, Component
from diansuo.core.tariff.classes import RESIDENTIAL_TERMS
from diansuo.core.tariff.correction import CannotRebill, CorrectedMonth, CorrectionYear, rebill
from diansuo.core.tariff.terms import correction_year
from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import ClosedYear
from diansuo.office.billing.operations import year_start_month
from diansuo.office.billing.rebilling import finding
from diansuo.office.billing.rebilling.pricing import PointPricing
from diansuo.office.billing.rebilling.standing import Standing, load
from diansuo.office.billing.rebilling.uses import NOTHING, Held, OfficeUse, Part, group_of, put_right
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.place import commercial_place


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: which point, which error, which months (电费年月, both included), and what was found."""

    point_id: int
    kind: str
    from_period: int
    to_period: int
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One component of a month, in fen."""

    component: int
    right_fen: int
    issued_fen: int

    @property
    def amount_fen(self) -> int:
        """What is charged or given back."""
        return self.right_fen - self.issued_fen


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a preview.

    ``follows``: nothing was wrong with it, its steps moved. ``concerned``: its amount, energy or steps change at all.
    """

    standing: Standing
    right: OfficeUse
    part: Part
    lines: tuple[Line, ...]
    right_fen: int
    counted_wh: int
    counted_in: int
    year_to_date_wh: int
    rules: tuple[AppliedRule, ...]
    rulebook_hash: str
    follows: bool

    @property
    def period(self) -> int:
        """Its 电费年月."""
        return self.standing.bill.period

    @property
    def issued_fen(self) -> int:
        """What was issued for it so far."""
        return self.standing.issued_fen

    @property
    def amount_fen(self) -> int:
        """What is charged (plus) or given back (minus)."""
        return self.right_fen - self.issued_fen

    @property
    def energy_wh(self) -> int:
        """The energy that was missing, or too much."""
        return self.right.energy_wh - self.standing.now.energy_wh

    @property
    def concerned(self) -> bool:
        """Whether anything of it changes."""
        moved = self.year_to_date_wh != self.standing.year_to_date_wh
        return bool(
            moved or self.amount_fen or self.right != replace(self.standing.now, book=self.right.book)
        )


@dataclass(frozen=True, slots=True)
class Preview:
    """What a correction comes to. ``months`` are those that change."""

    asked: Asked
    contract_id: int
    months: tuple[Month, ...]

    @property
    def amount_fen(self) -> int:
        """What it charges or gives back in all."""
        return sum(month.amount_fen for month in self.months)

    @property
    def energy_wh(self) -> int:
        """The energy it corrects in all."""
        return sum(month.energy_wh for month in self.months)

    @property
    def before_fen(self) -> int:
        """What was issued for its months."""
        return sum(month.issued_fen for month in self.months)

    @property
    def right_fen(self) -> int:
        """What its months should have come to."""
        return sum(month.right_fen for month in self.months)

    @property
    def digest(self) -> str:
        """One name for all it comes to: whatever was issued meanwhile changes it."""
        said = [
            [month.period, month.issued_fen, month.right_fen, month.year_to_date_wh, month.counted_wh]
            for month in self.months
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def preview(scope: Scope, asked: Asked, *, day: date, book: RuleBook | None = None) -> Preview:
    """Work out a correction; nothing is stored.

    Args:
        scope: whose points may be corrected.
        asked: what.
        day: the day of the correcting bill; it decides in which year energy of an earlier one counts, where the place
            says so (``rebill_tier_year``).
        book: the rules of today with every approved price sheet; None: loaded.

    Raises:
        Held: it cannot be done; says why and in which month.
    """
    laid = book or priced_book()
    start = year_start_month(laid, asked.from_period)
    every = load(scope, asked.point_id, since=asked.from_period)
    months = [one for one in every if asked.from_period <= one.bill.period <= asked.to_period]
    parts = finding.parts(asked.kind, asked.facts, months, every)
    _require_open(asked.point_id, {billing_year(period, start) for period in parts})
    parts = _telling(parts, asked.kind, every)
    if not parts:
        return Preview(asked, every[0].bill.contract_id, ())
    years = {billing_year(period, start) for period in parts}
    concerned = [
        one for one in every if one.bill.period in parts or billing_year(one.bill.period, start) in years
    ]
    corrected = [_corrected(one, asked.kind, parts) for one in concerned]
    pricing = PointPricing({one.bill.period: one for one in concerned}, laid, commercial_place())
    tier_year, now = _tier_year(laid, day), month_of(day)
    current = (now, _this_year_wh(scope, asked.point_id, now, start)) if tier_year == "current" else None
    try:
        answer = rebill(corrected, pricing, tier_year, current, start)
    except Held:
        raise
    except CannotRebill as problem:
        raise Held("cannot", detail=str(problem)) from problem
    found = []
    for one, given, after in zip(concerned, corrected, answer.months, strict=True):
        elsewhere = current is not None and billing_year(one.bill.period, start) != billing_year(now, start)
        month = _month(one, given, after, pricing, parts, now if elsewhere else None)
        if month.concerned:
            found.append(month)
    return Preview(asked, every[0].bill.contract_id, tuple(found))


def _telling(parts: Mapping[int, Part], kind: str, every: Sequence[Standing]) -> dict[int, Part]:
    """Leave out months of which nothing is said that was not said before: they need not be priced."""
    group = group_of(kind)
    former = {one.bill.period: one.parts.get(group, NOTHING) for one in every}
    return {period: part for period, part in parts.items() if part != NOTHING or former[period] != NOTHING}


def _corrected(one: Standing, kind: str, parts: Mapping[int, Part]) -> CorrectedMonth:
    part = parts.get(one.bill.period, NOTHING)
    concerned = one.bill.period in parts
    former = one.parts.get(group_of(kind), NOTHING) if concerned else NOTHING
    # A use of its own even where nothing changes: pricing tells the two apart by it.
    right = put_right(one.now, part, former) if concerned else one.now
    return CorrectedMonth(one.now, one.issued_fen, replace(right), one.year_to_date_wh)


def _month(
    one: Standing,
    given: CorrectedMonth,
    after: CorrectedMonth,
    pricing: PointPricing,
    parts: Mapping[int, Part],
    counted_in: int | None,
) -> Month:
    """Return one month of the answer.

    Raises:
        Held: what was issued does not come out again, so the difference would have another cause as well.
    """
    period, right = one.bill.period, given.right
    assert isinstance(right, OfficeUse)
    if counted_in is not None:
        return _counted_elsewhere(one, right, after, pricing, parts, counted_in)
    was, costs = pricing.asked[id(given.billed)], pricing.asked[id(right)]
    if was.priced.total_fen != one.issued_fen:
        raise Held("does_not_recompute", period, issued_fen=one.issued_fen, repriced_fen=was.priced.total_fen)
    every = sorted({*was.priced.amounts_fen, *costs.priced.amounts_fen})
    amounts = [
        Line(int(each), costs.priced.amounts_fen.get(each, 0), was.priced.amounts_fen.get(each, 0))
        for each in every
    ]
    return Month(
        standing=one,
        right=right,
        part=parts.get(period, NOTHING),
        lines=tuple(line for line in amounts if line.amount_fen),
        right_fen=after.issued_fen,
        counted_wh=costs.priced.settled_wh - was.priced.settled_wh,
        counted_in=period,
        year_to_date_wh=after.year_to_date_wh,
        rules=costs.rules,
        rulebook_hash=costs.rulebook_hash,
        follows=period not in parts,
    )


def _counted_elsewhere(
    one: Standing,
    right: OfficeUse,
    after: CorrectedMonth,
    _pricing: PointPricing,
    parts: Mapping[int, Part],
    counted_in: int,
) -> Month:
    """Return a month of an earlier year whose energy counts in the year of the correcting bill: one line for it."""
    amount_fen = after.issued_fen - one.issued_fen
    line = Line(int(Component.CORRECTION), after.issued_fen, one.issued_fen)
    return Month(
        standing=one,
        right=right,
        part=parts.get(one.bill.period, NOTHING),
        lines=(line,) if amount_fen else (),
        right_fen=after.issued_fen,
        counted_wh=right.energy_wh - one.now.energy_wh,
        counted_in=counted_in,
        year_to_date_wh=one.year_to_date_wh,
        rules=(),
        rulebook_hash="",
        follows=False,
    )


def _require_open(point_id: int, years: set[int]) -> None:
    """Refuse years whose settlement the station has closed."""
    station = MeteringPoint.objects.values_list("station_id", flat=True).get(pk=point_id)
    closed = ClosedYear.objects.filter(station=station, year__in=years).order_by("year").first()
    if closed:
        raise Held("year_closed", year=closed.year)


def _tier_year(book: RuleBook, day: date) -> CorrectionYear:
    """Return the place's policy; where it says nothing, energy stays in the year it was used in (§6.5)."""
    try:
        return correction_year(book.in_force(f"{book.default_place}/{RESIDENTIAL_TERMS}", day))
    except (NoSuchRule, NoValueInForce, ValueAbsent):
        return CorrectionYear.ORIGINAL


def _this_year_wh(scope: Scope, point_id: int, period: int, start: int) -> int:
    """Return the energy of the billing year of the correcting bill so far, with what corrections moved into it."""
    first = billing_year(period, start) * 100 + start
    months: Sequence[Standing] = [
        one for one in load(scope, point_id, since=first) if one.bill.period <= period
    ]
    if not months:
        return 0
    last = months[-1]
    return last.year_to_date_wh + last.bill.counted_wh + last.now.energy_wh - last.billed.energy_wh
