"""What holds on every day of use: one entry of each rule, or the reason why a row cannot be priced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from diansuo.core.quantity.month import first_day
from diansuo.core.rules import Entry, NoValueInForce, RuleBook, ValueAbsent
from diansuo.core.tariff.commercial.bands import RatioChange
from diansuo.core.tariff.commercial.columns import CommercialRefusalCode


class ChangeWithinPeriod(LookupError):
    """A rule has two entries within the days of use; names rule, file and the day of the change."""

    def __init__(self, rule_id: str, file: str, change_date: date) -> None:
        self.rule_id, self.file, self.change_date = rule_id, file, change_date
        super().__init__(f"{file}: {rule_id} changes on {change_date}; split the energy there")


class RuleMissing(LookupError):
    """The book has no rule of a name that a bill needs: a price sheet that never came, or a place without the rule."""

    def __init__(self, rule_id: str) -> None:
        self.rule_id, self.file = rule_id, f"{rule_id}.yaml"
        super().__init__(f"the rulebook has no rule {rule_id}; add {self.file}, or the month's price sheet")


class UnknownStandard(LookupError):
    """The table of the power-factor adjustment has no column for a standard."""

    def __init__(self, entry: Entry, standard: int) -> None:
        self.rule_id, self.file, self.standard = entry.rule_id, entry.file, standard
        super().__init__(f"{entry.file}: no column for the standard 0.{standard:02}")


class MonthDaysDiffer(LookupError):
    """A row divides its month by other days than the rule in force says."""

    def __init__(self, entry: Entry, month_days: int) -> None:
        self.rule_id, self.file, self.month_days = entry.rule_id, entry.file, month_days
        super().__init__(f"{entry.file}: a month is not divided by {month_days} days while day_base says 30")


WHY_NOT = (
    RuleMissing,
    NoValueInForce,
    ValueAbsent,
    ChangeWithinPeriod,
    RatioChange,
    UnknownStandard,
    MonthDaysDiffer,
)
"""Everything that keeps a row from being priced once it does not contradict itself."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The rulebook over the days of use ``first`` to ``last``, both included."""

    book: RuleBook
    place: str
    first: date
    last: date

    def local(self, name: str) -> Entry:
        """Return the entry of a rule of the place: ``commercial_components``.

        Raises:
            RuleMissing: the book has none of this name.
            NoValueInForce: nothing holds on a day of use.
            ChangeWithinPeriod: two entries hold, one after the other.
        """
        return self.national(f"{self.place}/{name}")

    def has(self, name: str) -> bool:
        """Say whether the place has a rule of this name at all."""
        return f"{self.place}/{name}" in self.book.rules

    def national(self, rule_id: str) -> Entry:
        """Return the entry of a rule by its whole id, as :meth:`local`."""
        if rule_id not in self.book.rules:
            raise RuleMissing(rule_id)
        entry = self.book.in_force(rule_id, self.first)
        later = [each for each in self.book.rule(rule_id).entries if self.first < each.effective <= self.last]
        ends = None if entry.until is None or entry.until > self.last else entry.until
        if later and (ends is None or ends >= later[0].effective):
            raise ChangeWithinPeriod(rule_id, entry.file, later[0].effective)
        if ends is not None:
            raise NoValueInForce(rule_id, entry.file, ends, entry.effective)
        return entry


def refusal_of(why: LookupError) -> tuple[CommercialRefusalCode, dict[str, Any]]:
    """Return code and params of what keeps a row from being priced."""
    match why:
        case RuleMissing():
            return CommercialRefusalCode.NO_SUCH_RULE, _named(why, {})
        case NoValueInForce():
            params = {"day": why.day.isoformat(), "first_date": why.first_date and why.first_date.isoformat()}
            return CommercialRefusalCode.NO_VALUE_IN_FORCE, _named(why, params)
        case ValueAbsent():
            params = {"effective": why.effective.isoformat(), "field": why.field, "why": why.why}
            return CommercialRefusalCode.VALUE_ABSENT, _named(why, params)
        case RatioChange():
            changed = {"change_date": first_day(why.month).isoformat()}
            return CommercialRefusalCode.PRICE_CHANGE_WITHIN_PERIOD, _named(why, changed)
        case ChangeWithinPeriod():
            changed = {"change_date": why.change_date.isoformat()}
            return CommercialRefusalCode.PRICE_CHANGE_WITHIN_PERIOD, _named(why, changed)
        case UnknownStandard():
            return CommercialRefusalCode.UNKNOWN_STANDARD, _named(
                why, {"power_factor_standard": why.standard}
            )
        case MonthDaysDiffer():
            return CommercialRefusalCode.MONTH_DAYS_OUT_OF_RANGE, _named(why, {"month_days": why.month_days})
    raise why


def _named(why: Any, params: dict[str, Any]) -> dict[str, Any]:
    return {"rule_id": why.rule_id, "file": why.file, **params}
