"""What became of every mistake: where it was stopped, or that it was not, and what it would have moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from diansuo.lab.mistakes import Case
from diansuo.lab.trial import Month, Said


class Stage(StrEnum):
    """Where a mistake was stopped, first to last. A warning stops nothing by itself; somebody is told before issue."""

    ENTRY = "entry"
    PREVIEW = "preview"
    CHECK = "check"
    WARNED = "warned"
    HARMLESS = "harmless"
    AFTER = "after"
    NEVER = "never"


FLAGGED: Final = (Stage.ENTRY, Stage.PREVIEW, Stage.CHECK, Stage.WARNED)
# What these say of a customer is true, not an alarm: idle meters, which a station walks, and demand above the
# contract's, which the tariff charges.
FACTS: Final = frozenset({"R-ZERO", "R-ZERO-RUN", "A-ZERO", "A-DEMAND:over"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mistake.

    ``moved_fen`` is what the bill would be off by; None where no bill was made of it. ``by`` names the rule or says
    what the door answered.
    """

    kind: str
    door: str
    size: str
    seed: int
    customer: str
    stage: Stage
    by: str
    moved_fen: int | None
    mean_month_fen: int

    def as_record(self) -> dict[str, Any]:
        """Return the verdict as plain data."""
        return asdict(self)

    @property
    def unflagged_fen(self) -> int:
        """What the bill is off by where nobody was told."""
        return 0 if self.stage in FLAGGED else abs(self.moved_fen or 0)


def judge(case: Case, sound: Month, tried: Month, mean_fen: dict[str, int]) -> Verdict:
    """Say what became of a customer's mistake; of several customers that of whom the office says most."""
    said = [tried[number] for number in case.customers if number in tried]
    before = [sound[number] for number in case.customers if number in sound]
    stage, by = _stage(said, before)
    moved = [
        tried[number].amount_fen - sound[number].amount_fen  # type: ignore[operator]
        for number in case.customers
        if number in tried
        and number in sound
        and tried[number].amount_fen is not None
        and sound[number].amount_fen is not None
    ]
    worst = max(moved, key=abs, default=None)
    if stage in (Stage.AFTER, Stage.NEVER) and not worst:
        stage = Stage.HARMLESS
    return Verdict(
        case.kind.name, case.kind.door, case.size, case.seed, case.customer,
        stage, by, worst, mean_fen.get(case.customer, 0),
    )  # fmt: skip


def _stage(said: list[Said], before: list[Said]) -> tuple[Stage, str]:
    """Return the first stage at which something was said that is not said of the sound papers too."""
    for stage, name in (
        (Stage.ENTRY, "refused"),
        (Stage.PREVIEW, "shown"),
        (Stage.ENTRY, "noted"),
        (Stage.CHECK, "held"),
        (Stage.WARNED, "warned"),
        (Stage.AFTER, "later"),
    ):
        usual = {text for each in before for text in getattr(each, name)}
        found = [text for each in said for text in getattr(each, name) if text not in usual]
        if found:
            return stage, found[0]
    return Stage.NEVER, ""


@dataclass(frozen=True, slots=True)
class Alarms:
    """What was said about customers with whom nothing is wrong.

    ``held`` and ``warned`` count customers; ``facts`` those of whom something true was said that is no mistake.
    """

    customers: int
    held: int
    warned: int
    facts: int
    rules: dict[str, int]

    @property
    def per_thousand(self) -> float:
        """False alarms per 1,000 good customers; for showing, nothing is computed from it."""
        return round(1000 * (self.held + self.warned) / self.customers, 1) if self.customers else 0.0


def alarms(month: Month, touched: set[str], open_before: set[str]) -> Alarms:
    """Count the false alarms among those whom no mistake touches.

    Args:
        month: what was said about everybody.
        touched: customers of a mistake.
        open_before: those with a month before that could not be billed (their price is not published).
    """
    good = {number: said for number, said in month.items() if number not in touched | open_before}
    rules: dict[str, int] = {}
    held = warned = facts = 0
    for said in good.values():
        told = ["refused"] * bool(said.refused) + ["noted"] * bool(said.noted) + said.held
        beside = [rule for rule in said.warned if rule not in FACTS]
        held, warned = held + bool(told), warned + bool(not told and beside)
        facts += any(rule in FACTS for rule in said.warned)
        for rule in {*told, *beside}:
            rules[rule] = rules.get(rule, 0) + 1
    return Alarms(len(good), held, warned, facts, dict(sorted(rules.items())))


def unflagged(verdicts: Iterable[Verdict], *, doors: set[str], above: Any) -> list[Verdict]:
    """Return the mistakes of some doors that nobody was told of and that move a bill by more than ``above(it)``."""
    return [each for each in verdicts if each.door in doors and each.unflagged_fen > above(each)]
