"""What the place's terms for households say on a day, or the refusal of the one row that needed it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from diansuo.core.rules import Entry, NoSuchRule, NoValueInForce, RuleBook, ValueAbsent
from diansuo.core.tariff import Refusal, RefusalCode
from diansuo.core.tariff.classes import RESIDENTIAL_TERMS
from diansuo.core.tariff.resolve import day_of

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Policies:
    """The terms of the book's default place."""

    book: RuleBook

    @property
    def rule_id(self) -> str:
        """The name of the rule."""
        return f"{self.book.default_place}/{RESIDENTIAL_TERMS}"

    def ask(self, row: int, day: int, read: Callable[[Entry], Value]) -> Value | Refusal:
        """Return what the terms of a day say; a row for which they say nothing is refused with the file."""
        try:
            return read(self.book.in_force(self.rule_id, day_of(day)))
        except ValueAbsent as absent:
            params = {
                "rule_id": absent.rule_id,
                "file": absent.file,
                "effective": absent.effective.isoformat(),
                "field": absent.field,
                "why": absent.why,
            }
            return Refusal(row, RefusalCode.VALUE_ABSENT, params)
        except NoSuchRule:
            return Refusal(row, RefusalCode.NO_SUCH_RULE, {"rule_id": self.rule_id})
        except NoValueInForce as none:
            params = {"rule_id": none.rule_id, "file": none.file, "day": day_of(day).isoformat()}
            return Refusal(row, RefusalCode.NO_VALUE_IN_FORCE, params)

    def known(self, day: int, read: Callable[[Entry], Value]) -> Value | None:
        """Return what the terms of a day say, None where they do not."""
        found = self.ask(0, day, read)
        return None if isinstance(found, Refusal) else found
