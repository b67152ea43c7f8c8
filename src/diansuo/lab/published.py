"""The published result: what the laboratory found, as it was last run and committed, shaped for its page."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from diansuo.lab import mistakes, words

RESULT = Path(__file__).with_name("published.json")
STOPPED = ("entry", "preview", "check", "warned")


@dataclass(slots=True)
class Cell:
    """One size of a kind under one condition; the seeds together, the worst of them first."""

    size: str
    stage: str
    title: Any
    tone: str
    rule: str
    moved_fen: int | None


@dataclass(slots=True)
class Row:
    """A kind with its sizes, by condition."""

    title: str
    door: Any
    cells: dict[str, list[Cell]] = field(default_factory=dict)
    slipped_fen: int = 0


@dataclass(frozen=True, slots=True)
class Total:
    """How many mistakes met which end under a condition, and the false alarms beside."""

    condition: Any
    mistakes: int
    stopped: int
    stages: list[tuple[Any, str, int]]
    good: int
    false_alarms: int
    per_thousand: str


@cache
def result() -> dict[str, Any] | None:
    """Return the committed result, None where there is none."""
    return json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else None


def is_current(found: dict[str, Any]) -> bool:
    """Tell whether a result was made with the table that stands."""
    return bool(found["table"] == mistakes.digest())


def rows(found: dict[str, Any]) -> list[Row]:
    """Return a row a kind, in the order of the table."""
    made: dict[str, Row] = {}
    for condition, trial in found["trials"].items():
        for (kind, size), verdicts in _together(trial["verdicts"]).items():
            row = made.setdefault(kind, Row(words.kind_title(kind), words.DOORS[verdicts[0]["door"]]))
            worst = max(verdicts, key=lambda each: list(words.STAGES).index(each["stage"]))
            title, tone = words.STAGES[worst["stage"]]
            moved = [abs(each["moved_fen"]) for each in verdicts if each["moved_fen"] is not None]
            cell = Cell(
                words.size_title(size), worst["stage"], title, tone, words.rule_of(worst["by"]),
                max(moved, default=None),
            )  # fmt: skip
            row.cells.setdefault(condition, []).append(cell)
            if worst["stage"] in ("after", "never"):
                row.slipped_fen = max(row.slipped_fen, cell.moved_fen or 0)
    return list(made.values())


def totals(found: dict[str, Any]) -> list[Total]:
    """Return the sums of every condition."""
    made = []
    for condition, trial in found["trials"].items():
        count = dict.fromkeys(words.STAGES, 0)
        for verdict in trial["verdicts"]:
            count[verdict["stage"]] += 1
        alarms = trial["alarms"]
        made.append(
            Total(
                words.CONDITIONS[condition],
                len(trial["verdicts"]),
                sum(count[stage] for stage in STOPPED),
                [(*words.STAGES[stage], number) for stage, number in count.items() if number],
                alarms["customers"],
                alarms["held"] + alarms["warned"],
                str(alarms["per_thousand"]),
            )
        )
    return made


def _together(verdicts: list[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for each in verdicts:
        found.setdefault((each["kind"], each["size"]), []).append(each)
    return found
