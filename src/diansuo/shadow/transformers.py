"""Losses of a customer's own transformers: one or several side by side, by formula or by the station's table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any, Final

from diansuo.core.rules import RuleBook
from diansuo.shadow.exact import WATT, CannotBill, nearest
from diansuo.shadow.losses import part_of_month, transformer_loss
from diansuo.shadow.rules_of import days_between, entry_on, parameter

LOSS_RULE: Final = "national/transformer_loss"
MODELS: Final = "national/transformers"
SHIFTS: Final = {1: "one_shift", 2: "two_shift", 3: "three_shift"}
PAUSE_RULE: Final = "national/capacity_change"

Losses = tuple[Fraction, Fraction]
"""kWh and kvarh"""


@dataclass(frozen=True)
class Transformer:
    """A transformer while it runs: kVA, kW, percent, a share of the energy; None for what the archive does not have."""

    capacity: Fraction
    from_date: date
    to_date: date | None
    model: str
    p0: Fraction | None
    pk: Fraction | None
    i0: Fraction | None
    uk: Fraction | None
    shifts: int | None
    number: str = ""
    share: Fraction | None = None

    def runs_on(self, day: date) -> bool:
        """Whether it is under voltage on a day."""
        return self.from_date <= day and (self.to_date is None or day < self.to_date)


def with_short_pauses(transformers: Sequence[Transformer], book: RuleBook) -> list[Transformer]:
    """Return the transformers as they are charged: a pause that is over and was too short is charged like use."""
    charged = list(transformers)
    for one in transformers:
        later = [
            each for each in transformers if each.number == one.number and each.from_date > one.from_date
        ]
        resumed = min(later, key=lambda each: each.from_date, default=None)
        if resumed is None or one.to_date is None or resumed.from_date <= one.to_date:
            continue
        try:
            rule = entry_on(book, PAUSE_RULE, one.to_date).values
        except CannotBill:
            continue
        least: str | None = rule["parameters"].get("minimum", {}).get("value")
        if least is not None and (resumed.from_date - one.to_date).days < Fraction(least):
            charged.append(replace(one, from_date=one.to_date, to_date=resumed.from_date))
    return charged


@dataclass(frozen=True)
class Bracket:
    """What a transformer of a series and capacity loses a month, up to so many kWh; in force on some days."""

    series: str
    capacity: Fraction
    up_to: Fraction
    active: Fraction
    reactive: Fraction
    from_date: date
    to_date: date | None

    def holds(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.from_date <= day and (self.to_date is None or day < self.to_date)


@dataclass(frozen=True)
class Run:
    """A transformer in a month: its plate, on how many days it ran, and what went through it (kWh, kvarh)."""

    plate: Transformer
    days: int
    active: Fraction
    reactive: Fraction


def runs(
    active: Fraction, reactive: Fraction, first: date, end: date, transformers: Sequence[Transformer]
) -> list[Run]:
    """Say which transformers ran, and divide what was metered together by share or capacity, times days."""
    found: dict[tuple[str, Fraction, str], list[Transformer]] = {}
    for one in sorted(transformers, key=lambda each: (each.number, each.from_date)):
        if any(one.runs_on(day) for day in days_between(first, end)):
            found.setdefault((one.number, one.capacity, one.model), []).append(one)
    days = [
        sum(1 for day in days_between(first, end) for each in of_one if each.runs_on(day))
        for of_one in found.values()
    ]
    plates = [of_one[-1] for of_one in found.values()]
    agreed = all(each.share for each in plates)
    weights = [
        ((each.share or Fraction(0)) if agreed else each.capacity) * ran
        for each, ran in zip(plates, days, strict=True)
    ]
    through = (shared(max(each, Fraction(0)), weights, WATT) for each in (active, reactive))
    return [Run(*each) for each in zip(plates, days, *through, strict=True)]


def shared(amount: Fraction, weights: Sequence[Fraction], step: Fraction) -> list[Fraction]:
    """Divide an amount; the heaviest, the first of equals, takes what rounding leaves, never less than nothing."""
    if not weights:
        return []
    total = sum(weights, Fraction(0))
    heaviest = weights.index(max(weights))
    for rounded in (nearest, _down):
        shares = [rounded(amount * each / total, step) if total else Fraction(0) for each in weights]
        shares[heaviest] += amount - sum(shares, Fraction(0))
        if shares[heaviest] >= 0:
            break
    return shares


def _down(value: Fraction, step: Fraction) -> Fraction:
    return value // step * step


def by_formula(ran: Sequence[Run], day: date, book: RuleBook, step: Fraction) -> Losses:
    """Add up the losses of every transformer by the standard formula."""
    rule = entry_on(book, LOSS_RULE, day).values
    lost = []
    for one in ran:
        if one.plate.shifts not in SHIFTS:
            raise CannotBill("no_transformer_terms")
        p0, pk, i0, uk = nameplate(one.plate, day, book)
        hours = one.days * int(parameter(rule, "hours_a_day"))
        factor = Fraction(parameter(rule, SHIFTS[one.plate.shifts]))
        lost.append(
            transformer_loss(
                one.active, one.reactive, one.plate.capacity, p0, pk, i0, uk, hours, factor, step
            )
        )
    return _summed(lost)


def by_table(
    ran: Sequence[Run],
    first: date,
    period_days: int,
    table: Sequence[Bracket],
    book: RuleBook,
    step: Fraction,
) -> Losses:
    """Add up what the station's table says of every transformer, by days where it ran a part of the month."""
    base = int(parameter(entry_on(book, LOSS_RULE, first).values, "table_days"))
    in_force = [one for one in table if one.holds(first)]
    lost = []
    for one in ran:
        series = _series_of(one.plate, in_force)
        brackets = [
            each
            for each in in_force
            if each.series == series and each.capacity == one.plate.capacity and one.active <= each.up_to
        ]
        if not brackets:
            raise CannotBill("no_table_bracket")
        found = min(brackets, key=lambda each: each.up_to)
        active, reactive = (
            part_of_month(each, one.days, period_days, base, step) for each in (found.active, found.reactive)
        )
        lost.append((active, reactive))
    return _summed(lost)


def _series_of(one: Transformer, table: Sequence[Bracket]) -> str | None:
    """Return the longest series the model begins with, of those with its capacity where there are any."""
    fitting = {each.series for each in table if one.model.upper().startswith(each.series)}
    known = {each.series for each in table if each.capacity == one.capacity} & fitting
    return max(known or fitting, key=len, default=None)


def _summed(lost: Sequence[Losses]) -> Losses:
    return sum((each[0] for each in lost), Fraction(0)), sum((each[1] for each in lost), Fraction(0))


def nameplate(one: Transformer, day: date, book: RuleBook) -> list[Fraction]:
    """Return P0, Pk, I0 and Uk of the nameplate, filled up from the table of models."""
    own = [one.p0, one.pk, one.i0, one.uk]
    if None in own and MODELS in book.rules:
        row = row_of_model(one, entry_on(book, MODELS, day).values)
        listed = [None if text is None else Fraction(text) for text in row]
        own = [theirs if mine is None else mine for mine, theirs in zip(own, listed, strict=True)]
    if None in own:
        raise CannotBill("no_transformer_terms")
    return [each for each in own if each is not None]


def row_of_model(one: Transformer, models: Mapping[str, Any]) -> list[str | None]:
    """Return what the table of models says of a model and capacity."""
    for model, capacity, *values in models["rows"]:
        if one.model.upper().startswith(str(model).upper()) and Fraction(capacity) == one.capacity:
            return list(values)
    return [None] * 4
