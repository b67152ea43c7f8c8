"""The guide of case files: every example in it comes out, and every key, word and code is found in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from diansuo.cli.case_words import REFUSALS
from diansuo.core.casework import (
    bill,
    capacity,
    demand_charges,
    meters,
    own_lines,
    power_factor,
    prices,
    run_case,
    sharing,
    transformers,
    wrong_metering,
)  # fmt: skip
from diansuo.core.casework.registry import STEPS
from diansuo.core.rules import RuleBook
from diansuo.office.config.rulebook_files import load, read_case_document

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "guide" / "case-files.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
NAMES = set(re.findall(r"[a-z_0-9]+", GUIDE))
CODES = {
    code
    for file in (ROOT / "src" / "diansuo" / "core" / "casework").glob("*.py")
    for code in re.findall(r'Refused\(\s*"(\w+)"', file.read_text(encoding="utf-8"))
}


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load()


def whole_case(text: str) -> dict[str, Any]:
    case = dict(read_case_document(text, "guide"))
    return {"name": "an example", "source": "the guide", **case}


@pytest.mark.parametrize("text", EXAMPLES, ids=[str(at) for at in range(len(EXAMPLES))])
def test_an_example_of_the_guide_comes_out_as_it_says(text: str, book: RuleBook) -> None:
    result = run_case(whole_case(text), book, "guide")
    assert result.mismatches == ()
    assert "expect:" in text


def test_the_guide_has_an_example_of_every_kind_of_step() -> None:
    shown = {step["do"] for text in EXAMPLES for step in whole_case(text).get("steps", ()) if "do" in step}
    assert shown == set(STEPS)


@pytest.mark.parametrize(
    "keys",
    [
        bill.KEYS,
        bill.ENERGY_KEYS,
        bill.ROUNDING_KEYS,
        meters.KEYS,
        transformers.KEYS,
        transformers.PAUSE_KEYS,
        transformers.LOSS_KEYS,
        sharing.GROUP_KEYS,
        prices.KEYS,
        prices.COMPONENT_KEYS,
        prices.STEPS_KEYS,
        prices.STEP_KEYS,
        capacity.KEYS,
        capacity.SEGMENT_KEYS,
        demand_charges.KEYS,
        own_lines.KEYS,
        own_lines.LEAST_KEYS,
        power_factor.KEYS,
        wrong_metering.KEYS,
        wrong_metering.PHASE_KEYS,
        tuple(wrong_metering.WIRINGS),
        *(step.keys for step in STEPS.values()),
        *(step.required for step in STEPS.values()),
    ],
    ids=lambda keys: "-".join(keys[:3]),
)
def test_every_key_stands_in_the_guide(keys: tuple[str, ...]) -> None:
    assert set(keys) - NAMES == set()


def test_every_refusal_stands_in_the_guide_and_has_its_words() -> None:
    assert set() == CODES - NAMES
    assert set(REFUSALS) >= CODES


def test_every_case_the_guide_names_is_there() -> None:
    named = re.findall(r"\]\((\.\./\.\./[^)#]+)\)", GUIDE)
    assert named
    assert [each for each in named if not (ROOT / "docs" / "guide" / each).exists()] == []
