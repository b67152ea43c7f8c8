"""How the command speaks: two languages, one-line errors with a remedy, JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

console = Console(highlight=False)
stderr = Console(stderr=True, highlight=False)


class Failure(Exception):
    """What was asked cannot be done; the text says what is wrong and what to do now."""


def language() -> str:
    """Return the command's language: Chinese unless ``DIANSUO_LANG`` says English."""
    return "en" if os.environ.get("DIANSUO_LANG", "").lower().startswith("en") else "zh-hans"


def t(chinese: str, english: str) -> str:
    """Return the text in the command's language."""
    return english if language() == "en" else chinese


def say(text: str) -> None:
    """Print a line of plain text."""
    console.print(text, markup=False, soft_wrap=True)


def say_styled(*parts: tuple[str, str]) -> None:
    """Print a line made of texts, each with its style."""
    console.print(Text.assemble(*parts), soft_wrap=True)


def error(text: str) -> None:
    """Print an error to stderr as one line."""
    stderr.print(t("错误：", "Error: ") + " ".join(text.split()), markup=False, soft_wrap=True)


def warn(text: str) -> None:
    """Print a line to stderr."""
    stderr.print(text, markup=False, soft_wrap=True)


def say_json(record: Any) -> None:
    """Print a record as JSON, Chinese readable."""
    sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=2, default=str) + "\n")


@contextmanager
def bar(title: str, *, quiet: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar on stderr; the function given takes (label, done, total)."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=stderr, transient=True, disable=quiet) as display:
        task = display.add_task(title, total=None)

        def advance(label: str, done: int, total: int) -> None:
            display.update(task, description=f"{title} {label}".strip(), completed=done, total=total)

        yield advance
