"""What a check says: rules, severities, and findings as columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.quantity.arrays import Bool, Int16, Int64


class Severity(IntEnum):
    """What a finding does to a bill."""

    INFO = 0  # evidence, nothing to do
    WARNING = 1  # somebody looks, the bill goes out
    BLOCKING = 2  # the bill is held


class Rule(IntEnum):
    """Reading checks (抄表数据校验); docs/rules/reading-checks.md. Numbers are stored, never reused."""

    MISSING = 1
    OPENING = 2
    UNCONNECTED = 3
    PREVIOUS_OPEN = 4
    CHANGE_INSIDE = 5
    ESTIMATED = 6
    ESTIMATE_LONG = 7
    REVERSED = 10
    ROLLOVER = 11
    BROKEN = 12
    UNMETERED = 13
    OVER_DIGITS = 14
    FREEZE = 15
    FREEZE_DAY = 16
    FREEZE_EXCHANGE = 17
    EXCHANGE_LEVEL = 18
    RESET = 19
    MAXIMUM = 20
    SUM = 21
    PART_MISSING = 22
    HISTORY = 23
    ZERO = 24
    ZERO_RUN = 25
    SPIKE = 26
    INACTIVE = 27
    MULTIPLIER = 28
    CONFLICT = 30
    REPEATED = 31
    LIST_PREVIOUS = 40
    LIST_ENERGY = 41
    LIST_MULTIPLIER = 42
    LIST_METER = 43
    TRANSPOSED = 50
    DECIMAL = 51
    DAY_GAP = 60
    DAY_BACK = 61
    DAY_RUNAWAY = 62
    DAY_SPIKE = 63
    DAY_STOPPED = 64
    DAY_SUM = 65
    DAY_REVERSE = 66
    CURVE_SUM = 70
    CURVE_STOPPED = 71
    PHASE_LOST = 72
    CLOCK = 73
    TAKEN_BACK = 80
    BACK_NO_FREEZE = 81
    BACK_CONTRADICTED = 82
    BACK_EXCHANGED = 83

    @property
    def id(self) -> str:
        """The id people see, such as "R-PART-MISSING"."""
        return "R-" + self.name.replace("_", "-")


SEVERITY: Final[dict[Rule, Severity]] = {
    Rule.MISSING: Severity.BLOCKING,
    Rule.OPENING: Severity.INFO,
    Rule.UNCONNECTED: Severity.BLOCKING,
    Rule.PREVIOUS_OPEN: Severity.BLOCKING,
    Rule.CHANGE_INSIDE: Severity.BLOCKING,
    Rule.ESTIMATED: Severity.INFO,
    Rule.ESTIMATE_LONG: Severity.WARNING,
    Rule.REVERSED: Severity.BLOCKING,
    Rule.ROLLOVER: Severity.INFO,
    Rule.BROKEN: Severity.BLOCKING,
    Rule.UNMETERED: Severity.WARNING,
    Rule.OVER_DIGITS: Severity.BLOCKING,
    Rule.FREEZE: Severity.BLOCKING,
    Rule.FREEZE_DAY: Severity.WARNING,
    Rule.FREEZE_EXCHANGE: Severity.WARNING,
    Rule.EXCHANGE_LEVEL: Severity.WARNING,
    Rule.RESET: Severity.WARNING,
    Rule.MAXIMUM: Severity.BLOCKING,
    Rule.SUM: Severity.BLOCKING,
    Rule.PART_MISSING: Severity.BLOCKING,
    Rule.HISTORY: Severity.WARNING,
    Rule.ZERO: Severity.WARNING,
    Rule.ZERO_RUN: Severity.WARNING,
    Rule.SPIKE: Severity.WARNING,
    Rule.INACTIVE: Severity.WARNING,
    Rule.MULTIPLIER: Severity.WARNING,
    Rule.CONFLICT: Severity.BLOCKING,
    Rule.REPEATED: Severity.INFO,
    Rule.LIST_PREVIOUS: Severity.WARNING,
    Rule.LIST_ENERGY: Severity.WARNING,
    Rule.LIST_MULTIPLIER: Severity.BLOCKING,
    Rule.LIST_METER: Severity.BLOCKING,
    Rule.TRANSPOSED: Severity.INFO,
    Rule.DECIMAL: Severity.INFO,
    Rule.DAY_GAP: Severity.WARNING,
    Rule.DAY_BACK: Severity.WARNING,
    Rule.DAY_RUNAWAY: Severity.WARNING,
    Rule.DAY_SPIKE: Severity.WARNING,
    Rule.DAY_STOPPED: Severity.WARNING,
    Rule.DAY_SUM: Severity.WARNING,
    Rule.DAY_REVERSE: Severity.WARNING,
    Rule.CURVE_SUM: Severity.WARNING,
    Rule.CURVE_STOPPED: Severity.WARNING,
    Rule.PHASE_LOST: Severity.WARNING,
    Rule.CLOCK: Severity.WARNING,
    Rule.TAKEN_BACK: Severity.INFO,
    Rule.BACK_NO_FREEZE: Severity.WARNING,
    Rule.BACK_CONTRADICTED: Severity.WARNING,
    Rule.BACK_EXCHANGED: Severity.WARNING,
}

RULE_IDS: Final[dict[Rule, str]] = {rule: rule.id for rule in Rule}


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings, shape (k,). What `actual`, `expected` and `limit` hold depends on the rule, see its page.

    Attributes:
        due_row: row in `Due`, −1 if the point is not due.
        reading_row: row in `Readings`, −1 if the finding is about a period.
        rule: `Rule`.
        severity: `Severity`.
        register: `Register`, −1 if none in particular.
        actual: what was found (Wh, days, counts).
        expected: what it was held against.
        limit: the threshold it passed.
        from_day: first day concerned.
        to_day: last day concerned.
    """

    due_row: Int64
    reading_row: Int64
    rule: Int16
    severity: Int16
    register: Int16
    actual: Int64
    expected: Int64
    limit: Int64
    from_day: Int64
    to_day: Int64

    def __len__(self) -> int:
        return len(self.rule)

    def held(self, due_rows: int) -> Bool:
        """Which of so many due rows have a blocking finding; shape (due_rows,)."""
        blocked = np.zeros(due_rows, np.bool_)
        rows = self.due_row[self.severity == Severity.BLOCKING]
        blocked[rows[rows >= 0]] = True
        return blocked

    def of(self, rule: Rule) -> Findings:
        """The findings of one rule."""
        return self.take(np.flatnonzero(self.rule == rule))

    def take(self, rows: Int64) -> Findings:
        """These rows, in this order."""
        return Findings(*(getattr(self, field.name)[rows] for field in fields(self)))


Values = npt.NDArray[np.signedinteger] | int


def found(
    rule: Rule,
    *,
    due_row: Int64,
    from_day: Values,
    to_day: Values,
    reading_row: Values = -1,
    register: Values = -1,
    actual: Values = 0,
    expected: Values = 0,
    limit: Values = 0,
) -> Findings:
    """Findings of one rule; a single value stands for all of them. The shape is that of `due_row`."""
    size = len(due_row)

    def column(values: Values) -> Int64:
        return np.array(np.broadcast_to(values, size), np.int64)

    return Findings(
        due_row=column(due_row),
        reading_row=column(reading_row),
        rule=np.full(size, rule, np.int16),
        severity=np.full(size, SEVERITY[rule], np.int16),
        register=column(register).astype(np.int16),
        actual=column(actual),
        expected=column(expected),
        limit=column(limit),
        from_day=column(from_day),
        to_day=column(to_day),
    )


def merged(parts: Iterable[Findings]) -> Findings:
    """All findings in one, ordered by due row (those without one last), rule, reading row."""
    together = list(parts)
    joined = Findings(
        *(np.concatenate([getattr(part, field.name) for part in together]) for field in fields(Findings))
    )
    due = np.where(joined.due_row < 0, np.iinfo(np.int64).max, joined.due_row)
    return joined.take(np.lexsort((joined.register, joined.reading_row, joined.rule, due)))
