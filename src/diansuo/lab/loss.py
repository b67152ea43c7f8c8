"""The laboratory of loss: faults of a committed table in sample stations, and how high their true cause is ranked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from diansuo.core.network.causes import NOBODY, CauseKind, Causes
from diansuo.core.network.causes.kinds import TECHNICAL_KINDS
from diansuo.core.network.causes.ranking import causes_of
from diansuo.core.network.causes.thresholds import CauseThresholds
from diansuo.core.network.technical_terms import TechnicalRules
from diansuo.lab.losing import Case
from diansuo.lab.loss_station import Made, make

TABLE: Final = Path(__file__).with_name("losses.yaml")
FIRST_THREE: Final = 3


@dataclass(slots=True)
class Count:
    """Faults of a kind and size: how many, of how many the true cause came first, among the first three, was listed.

    ``kind`` are those of which the kind was among the first three, whoever was named; ``beyond`` those for whose area
    anything was listed at all. ``error`` are the relative errors of the energy a day
    where the true cause was among the first three and has energy; ``instead`` counts what came first in its place.
    """

    made: int = 0
    kind: int = 0
    first: int = 0
    three: int = 0
    beyond: int = 0
    error: list[float] = field(default_factory=list)
    instead: dict[str, int] = field(default_factory=dict)

    @property
    def mean_error(self) -> float:
        """Return the median of the relative errors, nan where there is none."""
        return float(np.median(self.error)) if self.error else float("nan")


@dataclass(slots=True)
class Report:
    """What was found: counts by kind and size; clean areas, and those of which something was said.

    ``lines`` counts the same faults by whether the area's lines are ``on_record`` or ``estimated``.
    """

    table: str
    seeds: list[int]
    counts: dict[tuple[str, str], Count]
    lines: dict[str, Count] = field(default_factory=dict)
    clean: int = 0
    alarms: int = 0
    alarm_kinds: dict[str, int] = field(default_factory=dict)

    def share(self, which: str) -> float:
        """Return the share of all faults whose cause came ``first`` or among the ``three``."""
        made = sum(each.made for each in self.counts.values())
        return sum(getattr(each, which) for each in self.counts.values()) / made if made else 0.0

    def of_kind(self, kind: str) -> Count:
        """Return the counts of all sizes of a kind as one."""
        whole = Count()
        for (name, _size), each in self.counts.items():
            if name == kind:
                for part in ("made", "kind", "first", "three", "beyond"):
                    setattr(whole, part, getattr(whole, part) + getattr(each, part))
                whole.error += each.error
        return whole


@dataclass(slots=True)
class Paired:
    """Areas with two faults: how many, of how many either cause came first; of both faults as in `Count`."""

    seeds: list[int]
    areas: int = 0
    either_first: int = 0
    both_in_three: int = 0
    faults: Count = field(default_factory=Count)


@cache
def table() -> dict[str, Any]:
    """Return the committed table."""
    return dict(yaml.safe_load(TABLE.read_text(encoding="utf-8")))


def digest() -> str:
    """Return what tells one table from another."""
    return hashlib.sha256(TABLE.read_bytes()).hexdigest()[:16]


def run(
    limits: CauseThresholds,
    rules: TechnicalRules,
    *,
    seeds: Sequence[int] | None = None,
    given: Mapping[str, Any] | None = None,
    advance: Callable[[str, int, int], None] | None = None,
) -> Report:
    """Put every fault of the table into the station of every seed, and ask for the causes.

    Args:
        limits: thresholds of the causes.
        rules: of the technical loss.
        seeds: by default the judged ones.
        given: another table than the committed one.
        advance: is told (label, done, total).
    """
    chosen = given or table()
    used = list(seeds or chosen["judged_seeds"])
    report = Report(digest(), used, {})
    for at, seed in enumerate(used):
        if advance is not None:
            advance(str(seed), at, len(used))
        made = make(chosen, rules, seed)
        judge(made, causes_of(made.seen, limits), report)
    return report


def run_paired(
    limits: CauseThresholds,
    rules: TechnicalRules,
    *,
    seeds: Sequence[int] | None = None,
    given: Mapping[str, Any] | None = None,
) -> Paired:
    """Put two faults of the table into an area wherever two find room, and ask for the causes; as :func:`run`."""
    chosen = given or table()
    paired = Paired(list(seeds or chosen["paired_seeds"]))
    for seed in paired.seeds:
        made = make({**chosen, "paired": True}, rules, seed)
        found = causes_of(made.seen, limits)
        found = found.where(~np.isin(found.kind, [int(kind) for kind in TECHNICAL_KINDS]))
        for area in sorted({case.area for case in made.plan.cases}):
            cases = [case for case in made.plan.cases if case.area == area]
            if len(cases) == 2:
                _judge_pair(made, cases, found.of(area), paired)
    return paired


def _judge_pair(made: Made, cases: list[Case], listed: Causes, paired: Paired) -> None:
    one = Report("", [], {})
    for case in cases:
        _judge_case(made, case, listed, one)
    counts = list(one.counts.values())
    paired.areas += 1
    paired.either_first += any(each.first for each in counts)
    paired.both_in_three += sum(each.three for each in counts) == len(cases)
    for each in counts:
        for name in ("made", "kind", "first", "three", "beyond"):
            setattr(paired.faults, name, getattr(paired.faults, name) + getattr(each, name))
        paired.faults.error += each.error


def judge(made: Made, found: Causes, report: Report) -> None:
    """Count what a station's list says of its faults and of its clean areas."""
    # What is said of the technical loss itself is true of areas with long lines, and answers nothing of what was put
    # in.
    found = found.where(~np.isin(found.kind, [int(kind) for kind in TECHNICAL_KINDS]))
    for case in made.plan.cases:
        _judge_case(made, case, found.of(case.area), report)
    for area in made.plan.clean:
        listed = found.of(area)
        report.clean += 1
        report.alarms += len(listed) > 0
        if len(listed):
            name = CauseKind(int(listed.kind[0])).name
            report.alarm_kinds[name] = report.alarm_kinds.get(name, 0) + 1


def _judge_case(made: Made, case: Case, listed: Causes, report: Report) -> None:
    count = report.counts.setdefault((case.kind, case.size), Count())
    count.made += 1
    count.beyond += len(listed) > 0
    lines = report.lines.setdefault("on_record" if made.recorded[case.area] else "estimated", Count())
    right = np.flatnonzero([_is_true(made, case, listed, row) for row in range(len(listed))])
    place = int(right[0]) if len(right) else len(listed) + FIRST_THREE
    kinds = {CauseKind(int(each)) for each in listed.kind[:FIRST_THREE]}
    count.kind += bool(kinds & case.accepted)
    for each in (count, lines):
        each.first += place == 0
        each.three += place < FIRST_THREE
    lines.made += 1
    if place < FIRST_THREE and case.wh_per_day:
        count.error.append(abs(float(listed.wh_per_day[place]) - case.wh_per_day) / abs(case.wh_per_day))
    if place:
        name = CauseKind(int(listed.kind[0])).name if len(listed) else "-"
        name += "" if not len(listed) or CauseKind(int(listed.kind[0])) not in case.accepted else " (other)"
        count.instead[name] = count.instead.get(name, 0) + 1


def _is_true(made: Made, case: Case, listed: Causes, row: int) -> bool:
    """Return whether a listed cause is the fault: of an accepted kind, and of the customer where one can be named."""
    if CauseKind(int(listed.kind[row])) not in case.accepted:
        return False
    if case.anybody:
        return True
    area = int(listed.other[row]) if case.kind == "wrong_area" else case.area
    who = int(listed.customer[row])
    if who == NOBODY or area < 0:
        return False
    rows = made.booked[area]
    return who < len(rows) and int(rows[who]) == case.customer
