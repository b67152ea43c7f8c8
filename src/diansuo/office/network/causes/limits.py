"""What the rulebook says of causes of loss: how they are looked for, and how findings are kept and shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from diansuo.core.network.causes.thresholds import PARAMETERS, CauseThresholds
from diansuo.office.config.rulebook import book, follow

RULE: Final = "national/checks/loss_findings"
ENGINE: Final = "national/checks/loss_causes"
WHOLE_BP: Final = 10_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds on a day; days and answers are counted, confidences hundredths of a per cent."""

    quiet_days: int
    compared_days: int
    visit_days: int
    month_days: int
    sure_bp: int
    likely_bp: int
    record_days: int
    record_weight: int
    record_least: int


@lru_cache(maxsize=64)
def limits(day: date) -> Limits:
    """Return what holds on a day.

    Raises:
        NoValueInForce, ValueAbsent: the rulebook does not say; the message names the file.
    """
    entry = book().in_force(RULE, day)
    return Limits(
        entry.integer("quiet_days"),
        entry.integer("compared_days"),
        entry.integer("visit_days"),
        entry.integer("month_days"),
        int(entry.number("sure_confidence") * WHOLE_BP),
        int(entry.number("likely_confidence") * WHOLE_BP),
        entry.integer("record_days"),
        entry.integer("record_weight"),
        entry.integer("record_least"),
    )


follow(limits.cache_clear)


@lru_cache(maxsize=64)
def thresholds(day: date) -> CauseThresholds:
    """Return the thresholds of the engine in force on a day.

    Raises:
        NoValueInForce, ValueAbsent: the rulebook does not say; the message names the file.
    """
    entry = book().in_force(ENGINE, day)
    return CauseThresholds.from_parameters({name: entry.number(name) for name in PARAMETERS})


follow(thresholds.cache_clear)
