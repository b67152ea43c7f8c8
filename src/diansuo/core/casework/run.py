"""Case files: a problem written down with its prices, meters and answer, computed without any database.

Two shapes (docs/guide/case-files.md): ``months`` prices a customer's months by the rulebook with the engine that
bills; ``steps`` computes a problem step by step, in exact fractions, with prices of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from diansuo.core.casework.expectation import mismatches
from diansuo.core.casework.given import Context, Given, merged
from diansuo.core.casework.months import CaseBill, run_months
from diansuo.core.casework.outcome import Outcome, Refused, StepResult
from diansuo.core.casework.registry import STEPS
from diansuo.core.rules import Problem, RuleBook, RuleBookRefused, lay
from diansuo.core.rules.node import Node

KEYS: Final = ("name", "source", "steps")
MORE: Final = ("note", "rulebook", "expect", "currency")
STEP_KEYS: Final = ("do", "id", "like", "counts", "note")


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What a case came to, and every difference from what it expects."""

    name: str
    bills: tuple[CaseBill, ...]
    steps: tuple[StepResult, ...]
    mismatches: tuple[str, ...]
    currency: str = "CNY"

    @property
    def total_yuan(self) -> Decimal:
        """The sum of the bills that were priced and of the steps that count."""
        bills = [bill.amount_yuan for bill in self.bills if bill.amount_yuan is not None]
        steps = [step.amount_yuan for step in self.steps if step.counts and step.amount_yuan is not None]
        return sum([*bills, *steps], Decimal("0.00"))

    @property
    def holds(self) -> bool:
        """Whether everything came out as expected."""
        return not self.mismatches

    def as_mapping(self) -> dict[str, Any]:
        """Return the result as plain data, numbers as texts."""
        return {
            "name": self.name,
            "currency": self.currency,
            "total_yuan": str(self.total_yuan),
            "bills": [bill.as_mapping() for bill in self.bills],
            "steps": [step.as_mapping() for step in self.steps],
            "holds": self.holds,
            "mismatches": list(self.mismatches),
        }


def run_case(mapping: Mapping[str, Any], book: RuleBook, file: str = "case") -> CaseResult:
    """Compute a case and compare it with what it expects.

    Args:
        mapping: the content of a case file, numbers as texts.
        book: the rules; the case's own ``rulebook:`` documents are laid over them.
        file: name of the file, for messages.

    Raises:
        RuleBookRefused: the case or its own rules are malformed; names every key.
    """
    if "steps" not in mapping and "months" not in mapping and "customer" not in mapping:
        what = "a case has steps: (docs/guide/case-files.md), or customer: and months:"
        raise RuleBookRefused([Problem(file, "", "neither steps nor months", what)])
    if "steps" not in mapping:
        name, bills, found = run_months(mapping, book, file)
        return CaseResult(name, tuple(bills), (), tuple(found))
    problems: list[Problem] = []
    root = Node(mapping, file, "", problems)
    context = Context(_own_rules(mapping, book, file))
    given = Given(root, context, KEYS, MORE)
    given.text("source")
    results: dict[str, StepResult] = {}
    for node in given.sequence("steps"):
        result = _run_step(node, context, results)
        if result is not None:
            results[result.step_id] = result
    partial = CaseResult(given.text("name"), (), tuple(results.values()), ())
    expect = given.members["expect"] if given.has("expect") else None
    found = [] if problems else mismatches(expect, results, partial.total_yuan, context)
    if problems:
        raise RuleBookRefused(tuple(dict.fromkeys(problems)))
    return CaseResult(partial.name, (), partial.steps, tuple(found), given.text("currency", "CNY"))


def _own_rules(mapping: Mapping[str, Any], book: RuleBook, file: str) -> RuleBook:
    """Lay the case's own rule documents over the book."""
    documents = mapping.get("rulebook") or ()
    own = {f"{file}#{at}/{each.get('id')}.yaml": each for at, each in enumerate(documents)}
    return lay(own, book) if own else book


def _run_step(node: Node, context: Context, results: Mapping[str, StepResult]) -> StepResult | None:
    """Open a step, lay it over the one it is like, and do it; None after a refusal of what is written."""
    members = node.mapping()
    if "like" in members:
        earlier = context.nodes.get(str(members["like"].value))
        if earlier is None:
            members["like"].refuse(
                f"no earlier step {members['like'].value!r}", "name the id of a step above"
            )
            return None
        own = {key: value for key, value in node.value.items() if key != "like"}
        node = node.child(
            "", merged({key: earlier[key] for key in earlier if key not in ("id", "note")}, own)
        )
        members = node.mapping()
    do = members["do"].choice(tuple(STEPS), "step") if "do" in members else None
    if do is None:
        if "do" not in members:
            node.refuse("no do", f"say what the step does: {', '.join(STEPS)}")
        return None
    step_id = str(members["id"].value) if "id" in members else _free_name(do, results)
    if step_id in results:
        members["id"].refuse(f"the id {step_id!r} is taken", "give each step its own id")
        return None
    context.nodes[step_id] = node.value
    step = STEPS[do]
    given = Given(node, context, ("do", *step.required), (*STEP_KEYS[1:], *step.keys))
    counts = given.flag("counts", default=True)
    try:
        outcome = step.run(given)
    except Refused as refused:
        context.refused.add(step_id)
        return StepResult(step_id, do, counts, Outcome(), refused.code, refused.params)
    _publish(step_id, outcome, context)
    return StepResult(step_id, do, counts, outcome)


def _free_name(do: str, results: Mapping[str, StepResult]) -> str:
    count = sum(1 for each in results.values() if each.do == do)
    return do if count == 0 else f"{do}_{count + 1}"


def _publish(step_id: str, outcome: Outcome, context: Context) -> None:
    """Let later steps use what this one came to, under ``step.value``."""
    context.outcomes[step_id] = outcome
    for name, value in outcome.values.items():
        context.names[f"{step_id}.{name}"] = value
    if outcome.amount_fen is not None:
        context.names[f"{step_id}.amount_yuan"] = Fraction(outcome.amount_fen, 100)
