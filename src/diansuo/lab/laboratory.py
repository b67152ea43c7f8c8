"""The laboratory: builds the station once, makes every mistake in it, with and without daily freeze, and reports."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from diansuo.lab import cards, judging, making, mistakes, sheets, station, trial
from diansuo.lab.judging import Alarms, Verdict
from diansuo.lab.mistakes import Case
from diansuo.lab.sample import TRIED
from diansuo.lab.station import Advance
from diansuo.office.metering.models import Finding

WITH, WITHOUT = "with_freeze", "without_freeze"
# Each seed and each factory kind wants a factory of its own, and every multiplied mistake a shop.
FACTORIES_A_SEED, CUSTOMERS_A_SEED = 22, 600


@dataclass(frozen=True, slots=True)
class Trial:
    """All mistakes under one condition, and the false alarms beside them."""

    verdicts: list[Verdict]
    alarms: Alarms


@dataclass(frozen=True, slots=True)
class Report:
    """What the laboratory found, by condition."""

    table: str
    seeds: list[int]
    customers: int
    trials: dict[str, Trial]
    cards: list[dict[str, Any]] = field(default_factory=list)

    def as_record(self) -> dict[str, Any]:
        """Return the report as plain data, in a fixed order."""
        return {
            "table": self.table,
            "seeds": self.seeds,
            "customers": self.customers,
            "trials": {
                name: {
                    "alarms": dataclasses.asdict(each.alarms) | {"per_thousand": each.alarms.per_thousand},
                    "verdicts": [verdict.as_record() for verdict in each.verdicts],
                }
                for name, each in self.trials.items()
            },
        }


def _silent(label: str, done: int, total: int) -> None:
    """Show nothing."""


def run(
    folder: Path,
    *,
    kinds: set[str] | None = None,
    seeds: Sequence[int] | None = None,
    customers: int | None = None,
    conditions: Sequence[str] = (WITH, WITHOUT),
    advance: Advance = _silent,
) -> Report:
    """Make all mistakes in a station built in the (empty) database, whose home prices the sample place.

    Args:
        folder: where the station's files are written.
        kinds: names of kinds, all by default.
        seeds: which of the table's seeds, all by default.
        customers: how large the station is, by default as large as the mistakes need.
        conditions: with daily freeze, without, or both.
        advance: is told (label, done, total).

    Raises:
        NobodyLeft: the station is too small for so many mistakes.
    """
    chosen = list(seeds or mistakes.seeds())
    cases = mistakes.cases(kinds, chosen)
    size = customers or CUSTOMERS_A_SEED * len(chosen)
    bench = station.build(
        folder, cases, customers=size, factories=FACTORIES_A_SEED * len(chosen), advance=advance
    )
    sound = making.make(bench.papers, cases, wrong=False)
    wrong = making.make(bench.papers, cases, wrong=True)
    trials = {}
    for at, name in enumerate(conditions):
        advance(name, at, len(conditions))
        trials[name] = _tried(bench, cases, sound, wrong, frozen=name == WITH)
    advance("", len(conditions), len(conditions))
    both = [trials[name].verdicts for name in (WITH, WITHOUT) if name in trials]
    dealt = cards.make(sound, wrong, cases, *both) if len(both) == 2 else []
    return Report(mistakes.digest(), chosen, size, trials, dealt)


def _tried(bench: station.Bench, cases: list[Case], sound: Any, wrong: Any, *, frozen: bool) -> Trial:
    usual = trial.month(bench, sound, frozen=frozen, after=True)
    found = trial.month(bench, wrong, frozen=frozen, after=True)
    mean = trial.mean_month_fen()
    verdicts = [
        sheets.judge(bench, sound, case, usual)
        if case.kind.door == "sheet"
        else judging.judge(case, usual, found, mean)
        for case in cases
    ]
    touched = {number for case in cases if case.customer for number in case.customers}
    return Trial(verdicts, judging.alarms(usual, touched, _open_before()))


def _open_before() -> set[str]:
    """Return who could not be billed before the month that is tried, for want of a published price."""
    held = Finding.objects.filter(period__lt=TRIED, severity=Finding.Severity.BLOCKING)
    return set(held.values_list("point__contract__customer__number", flat=True))
