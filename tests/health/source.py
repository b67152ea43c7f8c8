"""The project's own source, read as text and as syntax trees: what the health tests look at."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "diansuo"
CORE = PACKAGE / "core"
OFFICE = PACKAGE / "office"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file: where it lies, its text, its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Return the path as people write it, from the root of the project."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def lines(self) -> int:
        """Return the number of lines."""
        return len(self.text.splitlines())

    def at(self, node: ast.AST) -> str:
        """Return where a node stands, as editors open it."""
        return f"{self.name}:{getattr(node, 'lineno', 1)}"

    def functions(self) -> Iterator[Function]:
        """Return every function and method, nested ones too."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


@cache
def modules(folder: Path) -> tuple[Module, ...]:
    """Return every module below a folder; generated migrations are left out."""
    paths = sorted(path for path in folder.rglob("*.py") if "migrations" not in path.parts)
    texts = ((path, path.read_text(encoding="utf-8")) for path in paths)
    return tuple(Module(path, text, ast.parse(text)) for path, text in texts)


def report(problems: list[str], remedy: str) -> str:
    """Return the message of a failed health test: what to do, then every place."""
    return "\n  ".join([remedy, *problems])
