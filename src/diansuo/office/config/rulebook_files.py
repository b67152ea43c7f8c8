"""Reads the YAML text of the rulebook, the shipped one and the user's overlay, and hands it to core.rules."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from diansuo.core.rules import Problem, RuleBook, RuleBookRefused, parse

SHIPPED = "diansuo"
FOLDER = "rulebook"
SUFFIX = ".yaml"
BARE = {"int": "number", "float": "number", "timestamp": "date", "bool": "word"}


class StrictLoader(yaml.SafeLoader):
    """A YAML loader that knows only texts and null, and collects what it had to refuse.

    A bare number would become a binary float, a bare date a date, ``on`` a truth value, and of a key written
    twice the last would win silently: each is reported with its line.
    """

    def __init__(self, text: str, file: str, problems: list[Problem]) -> None:
        super().__init__(text)
        self.file = file
        self.problems = problems

    def refuse(self, node: yaml.Node, wrong: str, remedy: str) -> None:
        """Report a problem at the line of a node."""
        mark = node.start_mark
        self.problems.append(Problem(self.file, f"line {mark.line + 1}", wrong, remedy))

    def construct_bare(self, node: yaml.Node) -> str:
        """Refuse a scalar that YAML would not read as a text, and go on with its text."""
        text = str(node.value)
        what = BARE[node.tag.rpartition(":")[2]]
        self.refuse(node, f"bare {what} {text}", f'quote it: "{text}"')
        return text

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Build a mapping, refusing a key that stands there twice."""
        seen: dict[str, int] = {}
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                self.refuse(key, f"the key {name!r} stands in line {seen[name]} already", "keep one of them")
            seen.setdefault(name, key.start_mark.line + 1)
        return super().construct_mapping(node, deep=deep)


for tag in BARE:
    StrictLoader.add_constructor(f"tag:yaml.org,2002:{tag}", StrictLoader.construct_bare)


def read_document(text: str, file: str) -> Mapping[str, Any]:
    """Read the text of one rule or case file; every value is a text, null, a list or a mapping.

    Raises:
        RuleBookRefused: not YAML, no mapping, a bare number or date, or a key written twice; all with lines.
    """
    problems: list[Problem] = []
    document = _read(text, file, problems)
    if problems:
        raise RuleBookRefused(problems)
    return document


class ExactLoader(StrictLoader):
    """The loader of case files: a number or day that is not quoted is taken exactly as it is written."""

    def construct_bare(self, node: yaml.Node) -> str:
        """Return the text of a scalar, so that ``0.10`` stays 0.10 and no float comes near it."""
        return str(node.value)


for tag in BARE:
    ExactLoader.add_constructor(f"tag:yaml.org,2002:{tag}", ExactLoader.construct_bare)


def read_case_document(text: str, file: str) -> Mapping[str, Any]:
    """Read the text of a case file: as :func:`read_document`, but numbers and days need no quotes.

    Raises:
        RuleBookRefused: not YAML, no mapping, or a key written twice; all with lines.
    """
    problems: list[Problem] = []
    document = _read(text, file, problems, ExactLoader)
    if problems:
        raise RuleBookRefused(problems)
    return document


def load(overlay: Path | None = None) -> RuleBook:
    """Load the shipped rulebook, and on top of it the user's own folder of rules.

    Args:
        overlay: a folder laid out as ``diansuo/rulebook``; it adds rules and dates and replaces none.

    Raises:
        RuleBookRefused: everything that is wrong with the files.
        FileNotFoundError: the overlay is not a folder.
    """
    book = parse(read_folder(resources.files(SHIPPED).joinpath(FOLDER)))
    if overlay is None:
        return book
    if not overlay.is_dir():
        raise FileNotFoundError(f"{overlay}: no such folder of rules; make it, or drop the overlay setting")
    return parse(read_folder(overlay, f"{overlay.as_posix()}/"), onto=book)


def read_folder(folder: Traversable | Path, prefix: str = "") -> dict[str, Mapping[str, Any]]:
    """Read every ``.yaml`` file below a folder.

    Args:
        folder: the root of a rulebook.
        prefix: what to put before the relative path where a file is named.

    Raises:
        RuleBookRefused: the problems of all files.
    """
    problems: list[Problem] = []
    documents = {
        f"{prefix}{path}": _read(file.read_text(encoding="utf-8"), f"{prefix}{path}", problems)
        for path, file in _files(folder)
    }
    if problems:
        raise RuleBookRefused(problems)
    return documents


def _files(folder: Traversable | Path, inside: str = "") -> list[tuple[str, Traversable | Path]]:
    found: list[tuple[str, Traversable | Path]] = []
    for each in sorted(folder.iterdir(), key=lambda item: item.name):
        path = f"{inside}{each.name}"
        if each.is_dir():
            found.extend(_files(each, f"{path}/"))
        elif each.name.endswith(SUFFIX):
            found.append((path, each))
    return found


def _read(
    text: str, file: str, problems: list[Problem], kind: type[StrictLoader] = StrictLoader
) -> Mapping[str, Any]:
    loader = kind(text, file, problems)
    try:
        document = loader.get_single_data()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}" if mark is not None else ""
        wrong = str(getattr(error, "problem", None) or error)
        problems.append(Problem(file, line, f"not YAML: {wrong}", "look at this line and the one before"))
        return {}
    finally:
        loader.dispose()
    if not isinstance(document, Mapping):
        problems.append(Problem(file, "line 1", "holds no mapping", "begin with id: and kind:"))
        return {}
    return document
