"""Every module says what room it is, and stays small enough to be read in one sitting."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.health.source import PACKAGE, ROOT, Function, modules, report

MAXIMUM_MODULE_LINES = 400
MAXIMUM_FUNCTION_LINES = 60
SHAPELESS_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}

# Modules and functions ("path::name") that are longer for a reason; the reason is the value.
LONGER_FOR_A_REASON: dict[str, str] = {}


def _public_functions(tree: ast.Module) -> Iterator[Function]:
    """Return the functions of a module and the methods of its classes, as far as others may call them."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name[0] != "_"]
    for owner in (tree, *classes):
        for node in owner.body:
            if isinstance(node, Function) and node.name[0] != "_":
                yield node


def test_every_module_says_what_room_it_is() -> None:
    silent = [
        module.name
        for module in modules(PACKAGE) + modules(ROOT / "tests")
        if module.text.strip() and not ast.get_docstring(module.tree)
    ]

    assert not silent, report(silent, "Add a docstring that says what room this module is:")


def test_no_module_outgrows_one_sitting() -> None:
    long = [
        f"{module.name}: {module.lines} lines"
        for module in modules(PACKAGE) + modules(ROOT / "tests")
        if module.lines > MAXIMUM_MODULE_LINES and module.name not in LONGER_FOR_A_REASON
    ]

    assert not long, report(long, f"Split by duty into modules of at most {MAXIMUM_MODULE_LINES} lines:")


def test_no_function_outgrows_one_screen() -> None:
    long = [
        f"{module.at(function)} {function.name}: {(function.end_lineno or 0) - function.lineno + 1} lines"
        for module in modules(PACKAGE) + modules(ROOT / "tests")
        for function in module.functions()
        if (function.end_lineno or 0) - function.lineno + 1 > MAXIMUM_FUNCTION_LINES
        and f"{module.name}::{function.name}" not in LONGER_FOR_A_REASON
    ]

    assert not long, report(
        long, f"Give each step a name of its own, at most {MAXIMUM_FUNCTION_LINES} lines:"
    )


def test_exceptions_from_the_sizes_still_exist() -> None:
    everything = modules(PACKAGE) + modules(ROOT / "tests")
    known = {module.name for module in everything} | {
        f"{module.name}::{function.name}" for module in everything for function in module.functions()
    }

    gone = sorted(set(LONGER_FOR_A_REASON) - known)

    assert not gone, report(gone, "These are gone; strike them from LONGER_FOR_A_REASON:")


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    drawers = [
        module.name
        for module in modules(PACKAGE) + modules(ROOT / "tests")
        if {module.path.stem, module.path.parent.name} & SHAPELESS_NAMES
    ]

    assert not drawers, report(
        drawers, "Name the module after what it knows, or move its parts where they belong:"
    )


def test_the_public_functions_of_the_core_are_documented_and_annotated() -> None:
    bare = [
        f"{module.at(function)} {function.name}"
        for module in modules(PACKAGE / "core")
        for function in _public_functions(module.tree)
        if not ast.get_docstring(function) or function.returns is None
    ]

    assert not bare, report(
        bare, "Say shapes, units, errors and source in the docstring, and the type it returns:"
    )
