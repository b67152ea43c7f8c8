"""What a case expects, and every difference from what came out; exactly, money to the fen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, Final

from diansuo.core.casework.exact import decimal_text, half_away, places_of
from diansuo.core.casework.given import Context, Given, number_of
from diansuo.core.casework.outcome import StepResult
from diansuo.core.rules.node import Node

KEYS: Final = ("total_yuan", "amounts", "values", "lines", "refusals")
LINE_KEYS: Final = ("component", "band", "group", "quantity", "price", "amount_yuan", "unit", "note")


def mismatches(
    expect: Node | None, results: Mapping[str, StepResult], total: Decimal, context: Context
) -> list[str]:
    """Compare results with what the case expects.

    A refused step that nobody expected is a mismatch too. A value is compared at as many decimals as are written.
    """
    given = Given(expect, context, (), KEYS) if expect is not None else None
    found: list[str] = []
    refusals = {name: node.text() for name, node in given.named("refusals").items()} if given else {}
    for name in [*results, *(each for each in refusals if each not in results)]:
        refusal = results[name].refusal if name in results else "no such step"
        if refusal != refusals.get(name):
            found.append(_refusal(name, refusals.get(name), refusal))
    if given is None:
        return found
    if given.has("total_yuan") and Fraction(total) != given.number("total_yuan"):
        found.append(f"total: expected {given.members['total_yuan'].value} yuan, computed {total}")
    for name, node in given.named("amounts").items():
        found += _amount(name, node, results, context)
    for name, node in given.named("values").items():
        found += _value(name, node, context)
    for name, node in given.named("lines").items():
        found += _lines(name, node, results, context)
    return found


def _refusal(name: str, expected: str | None, computed: str | None) -> str:
    if expected is None:
        return f"{name}: refused as {computed}, which was not expected"
    return f"{name}: expected to be refused as {expected}, but {computed or 'it was computed'}"


def _value(name: str, node: Node, context: Context) -> list[str]:
    expected = number_of(node, context)
    computed = context.names.get(name)
    if computed is None:
        step = name.partition(".")[0]
        own = [each for each in context.names if each.startswith(f"{step}.")]
        near = get_close_matches(name, own or list(context.names), n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}? " if near else ""
        return [
            f"{name}: expected {node.value}, there is no such value; {hint}there are {_list(own or context.names)}"
        ]
    places = Fraction(1, 10 ** places_of(str(node.value)))
    if half_away(computed, places) == expected:
        return []
    return [f"{name}: expected {node.value}, computed {decimal_text(computed)}"]


def _amount(name: str, node: Node, results: Mapping[str, StepResult], context: Context) -> list[str]:
    amount = results[name].amount_yuan if name in results else None
    if name not in results:
        return [f"{name}: expected {node.value} yuan, there is no such step; there are {_list(results)}"]
    if amount is None:
        return [f"{name}: expected {node.value} yuan, the step comes to no amount"]
    if Fraction(amount) != number_of(node, context):
        return [f"{name}: expected {node.value} yuan, computed {amount}"]
    return []


def _lines(name: str, node: Node, results: Mapping[str, StepResult], context: Context) -> list[str]:
    """Compare the lines of a step, all of them in order, each by the keys that are written."""
    if name not in results:
        return [f"{name}: expected lines, there is no such step; there are {_list(results)}"]
    computed = [line.as_mapping() for line in results[name].outcome.lines]
    expected = [Given(each, context, (), LINE_KEYS) for each in node.sequence()]
    found = []
    if len(expected) != len(computed):
        found.append(f"{name}: expected {len(expected)} lines, computed {len(computed)}: {_short(computed)}")
    for at, (want, have) in enumerate(zip(expected, computed, strict=False)):
        for key, node in want.members.items():
            if not _same(want, key, have[key]):
                found.append(
                    f"{name}: line {at + 1}: {key}: expected {node.value}, computed {have[key] or 'none'}"
                )
    return found


def _same(want: Given, key: str, have: str) -> bool:
    if key in ("quantity", "price", "amount_yuan"):
        return want.number(key) == Fraction(have)
    return str(want.members[key].value) == have


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _short(lines: list[dict[str, str]]) -> list[Any]:
    return [(line["component"], line["band"], line["quantity"], line["amount_yuan"]) for line in lines]
