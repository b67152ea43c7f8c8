"""Inside the apps: views translate, queries ask on somebody's behalf, operations are told the time."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.health.source import OFFICE, Module, modules, report
from tests.health.test_core_purity import _clock_readings

# Queries of the login page: nobody has signed in yet, so there is no viewer to ask for.
BEFORE_SIGNING_IN = {"base/queries.py::demo_users", "base/queries.py::is_demo_user"}


def _rooms(*names: str) -> Iterator[Module]:
    """Return the modules of this name in every app: `queries.py`, `page_queries.py`, all of a package `queries`."""
    for module in modules(OFFICE):
        rooms = {module.path.stem, *module.path.relative_to(OFFICE).parts[1:-1]}
        if any(room == name or room.endswith(f"_{name}") for room in rooms for name in names):
            yield module


def _public_functions(module: Module) -> Iterator[ast.FunctionDef]:
    return (node for node in module.tree.body if isinstance(node, ast.FunctionDef) and node.name[0] != "_")


def test_views_ask_queries_and_operations_and_never_the_tables() -> None:
    direct = [
        module.at(node)
        for module in _rooms("views")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in ("objects", "_base_manager", "_default_manager")
    ]

    assert not direct, report(
        direct, "Ask a function of the app's queries.py, or call one of its operations.py:"
    )


def test_every_query_is_asked_on_somebodys_behalf() -> None:
    unscoped = [
        f"{module.at(function)} {function.name}"
        for module in _rooms("queries")
        for function in _public_functions(module)
        if (not function.args.args or function.args.args[0].arg != "scope")
        and f"{module.path.relative_to(OFFICE).as_posix()}::{function.name}" not in BEFORE_SIGNING_IN
    ]

    assert not unscoped, report(
        unscoped, "Take the viewer's `scope: Scope` as the first argument and filter by it:"
    )


def test_operations_and_columns_are_told_the_time() -> None:
    clocks = [
        module.at(node)
        for module in _rooms("operations", "queries", "columns", "models")
        for node in _clock_readings(module.tree)
    ]

    assert not clocks, report(
        clocks, "Take the day or the instant as an argument; views and commands know the time:"
    )


def test_no_model_has_logic_in_save() -> None:
    saves = [
        module.at(function)
        for module in _rooms("models")
        for function in module.functions()
        if function.name in ("save", "delete", "clean", "full_clean")
    ]

    assert not saves, report(
        saves, "Bulk writes pass by it: put a constraint in the database, the rule in operations.py:"
    )


def test_nothing_hangs_on_signals_of_saving() -> None:
    signals = [
        module.at(node)
        for module in modules(OFFICE)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Name) and node.id in ("pre_save", "post_save", "pre_delete", "post_delete")
    ]

    assert not signals, report(
        signals, "Bulk writes pass by signals: call the operation where the thing happens:"
    )
