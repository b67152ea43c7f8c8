"""The core computes: it reads no clock, draws no lots, and never lets a float near money or energy."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.health.source import CORE, Module, modules, report

CLOCK_CALLS = {"now", "today", "utcnow", "time", "monotonic", "perf_counter", "localtime"}
CLOCK_OWNERS = {"datetime", "date", "time", "timezone", "pd", "np"}
EXACT_ROOMS = ("quantity", "tariff", "metering", "receivables", "inspection")


def _clock_readings(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            named = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if node.func.attr in CLOCK_CALLS and named in CLOCK_OWNERS:
                yield node


def _drawn_lots(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "random"
            and getattr(node.value, "id", "") == "np"
        ):
            yield node


def _floats(tree: ast.AST) -> Iterator[ast.AST]:
    """Return what makes, names or needs a float; asking `isinstance(…, float)` in order to refuse it is fine."""
    asked = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "isinstance"
        for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        match node:
            case (
                ast.Constant(value=float() | complex())
                | ast.BinOp(op=ast.Div())
                | ast.AugAssign(op=ast.Div())
            ):
                yield node
            case ast.Name(id="float") if id(node) not in asked:
                yield node
            case ast.Attribute(attr=name) if name.startswith(("float", "double", "sqrt")):
                yield node


def _exact_modules() -> tuple[Module, ...]:
    return tuple(
        module
        for module in modules(CORE)
        if module.path.relative_to(CORE).parts[0].removesuffix(".py") in EXACT_ROOMS
    )


def test_the_core_reads_no_clock_and_draws_no_lots() -> None:
    impure = [
        module.at(node)
        for module in modules(CORE)
        for find in (_clock_readings, _drawn_lots)
        for node in find(module.tree)
    ]

    assert not impure, report(impure, "Let the caller pass the day, the instant or the generator in:")


def test_no_float_comes_near_money_and_energy() -> None:
    inexact = [module.at(node) for module in _exact_modules() for node in _floats(module.tree)]

    assert not inexact, report(
        inexact, "Use int64 in fen, nano-yuan and Wh, `//`, Decimal or Fraction; see docs/adr/0001:"
    )


@pytest.mark.parametrize(
    "line",
    [
        "x = 0.5",
        "x = a / b",
        "x /= 2",
        "x = np.float64(1)",
        "def f(a: float): ...",
        "x = float(a)",
        "y = np.sqrt(x)",
    ],
)
def test_the_look_for_floats_finds_them(line: str) -> None:
    assert list(_floats(ast.parse(line)))


@pytest.mark.parametrize(
    "line", ["x = a // b", "x = Fraction(1, 2)", "isinstance(x, float)", "x = Decimal('0.5')"]
)
def test_the_look_for_floats_lets_exact_arithmetic_pass(line: str) -> None:
    assert not list(_floats(ast.parse(line)))


@pytest.mark.parametrize(
    "line", ["datetime.now()", "datetime.datetime.now(UTC)", "date.today()", "time.time()"]
)
def test_the_look_for_clocks_finds_them(line: str) -> None:
    assert list(_clock_readings(ast.parse(line)))
