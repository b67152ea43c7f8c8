"""Reads the YAML text of the rulebook, the shipped one and the user's overlay, and hands it to core.rules."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml

from diansuo.core.rules import Problem, RuleBook, RuleBookRefused, accept_sheet, parse

SHIPPED = "diansuo"
FOLDER = "rulebook"
SUFFIX = ".yaml"
OTHER_SPELLINGS = (".yaml", ".yml")
LARGEST_BYTES = 2 * 2**20
DEEPEST = 30
MOST_NODES = 200_000
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


def as_text(document: Mapping[str, Any]) -> str:
    """Return a document as the text of a rule file, every value quoted as the loader wants it."""
    text: str = yaml.dump(
        dict(document), allow_unicode=True, sort_keys=False, width=110, Dumper=yaml.SafeDumper
    )
    return text


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
    book = _shipped_book()
    if overlay is None:
        return book
    if not overlay.is_dir():
        raise FileNotFoundError(f"{overlay}: no such folder of rules; make it, or drop the overlay setting")
    return parse(read_folder(overlay, f"{overlay.as_posix()}/"), onto=book)


def load_documents(documents: Mapping[str, Mapping[str, Any]]) -> RuleBook:
    """Return the shipped rulebook with documents laid onto it, as files of an overlay would be.

    Raises:
        RuleBookRefused: everything that is wrong with them.
    """
    book = _shipped_book()
    return parse(documents, onto=book) if documents else book


@cache
def _shipped_book() -> RuleBook:
    """Return the shipped rulebook; it is frozen, and its files change with the program only."""
    return parse(read_folder(shipped()))


def shipped() -> Traversable:
    """Return the folder of the shipped rulebook."""
    return resources.files(SHIPPED).joinpath(FOLDER)


def load_folder(folder: Path) -> RuleBook:
    """Load a folder of rules for a check: every problem of every file at once.

    A folder that brings its own closed list of units is a whole rulebook and stands by itself; any other one is an
    overlay and is laid onto the shipped rulebook.

    Raises:
        RuleBookRefused: everything that is wrong with the files.
        FileNotFoundError: there is no such folder, or no rule file in it.
    """
    problems: list[Problem] = []
    documents = _documents(folder, f"{folder.as_posix()}/", problems) if folder.is_dir() else {}
    if not documents:
        raise FileNotFoundError(f"{folder}: no folder with rule files ({SUFFIX})")
    readable = {path: document for path, document in documents.items() if document}
    if len(readable) < len(documents):
        # what a file that cannot be read would have brought is not missing
        readable = {path: each for path, each in readable.items() if each.get("kind") != "coverage"}
    alone = any(document.get("kind") == "units" for document in readable.values())
    try:
        book = parse(readable, onto=None if alone else load())
    except RuleBookRefused as refused:
        problems.extend(refused.problems)
    if problems:
        raise RuleBookRefused(sorted(problems, key=lambda problem: problem.file))
    return book


def load_sheets(book: RuleBook, files: Sequence[Path], place: str) -> RuleBook:
    """Lay price sheets onto a book, one after the other: one document a file, whatever the file is called.

    Raises:
        RuleBookRefused: everything that is wrong with them; those that are right were laid on before the next.
        FileNotFoundError: there is no such file.
    """
    problems: list[Problem] = []
    for file in files:
        document = _read(_text(file, file.as_posix(), problems), file.as_posix(), problems)
        try:
            book = accept_sheet(book, {f"{file.as_posix()}#/{document.get('id')}{SUFFIX}": document}, place)
        except RuleBookRefused as refused:
            named = (replace(each, file=each.file.partition("#/")[0]) for each in refused.problems)
            problems.extend(each for each in named if document)
    if problems:
        raise RuleBookRefused(problems)
    return book


def read_folder(folder: Traversable | Path, prefix: str = "") -> dict[str, Mapping[str, Any]]:
    """Read every ``.yaml`` file below a folder.

    Args:
        folder: the root of a rulebook.
        prefix: what to put before the relative path where a file is named.

    Raises:
        RuleBookRefused: the problems of all files.
    """
    problems: list[Problem] = []
    documents = _documents(folder, prefix, problems)
    if problems:
        raise RuleBookRefused(problems)
    return documents


def _documents(
    folder: Traversable | Path, prefix: str, problems: list[Problem]
) -> dict[str, Mapping[str, Any]]:
    """Read every rule file below a folder; one that cannot be read at all is empty, and its problem reported."""
    return {
        f"{prefix}{path}": _read(_text(file, f"{prefix}{path}", problems), f"{prefix}{path}", problems)
        for path, file in _files(folder, prefix, problems)
    }


def _text(file: Traversable | Path, name: str, problems: list[Problem]) -> str | None:
    """Return the text of a file, or None after its problem was reported."""
    if not file.is_file():
        problems.append(Problem(name, "", "is no file that can be read", "put the file itself there"))
        return None
    if isinstance(file, Path) and file.stat().st_size > LARGEST_BYTES:
        limit = f"{LARGEST_BYTES // 2**20} MiB"
        problems.append(Problem(name, "", f"is larger than {limit}", "divide it; a rule is a few pages"))
        return None
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        problems.append(Problem(name, "", "is not UTF-8", "save it as UTF-8"))
    except OSError as error:
        problems.append(Problem(name, "", f"cannot be read: {error.strerror}", "give yourself the right to"))
    return None


def _files(
    folder: Traversable | Path, name: str, problems: list[Problem], inside: str = ""
) -> list[tuple[str, Traversable | Path]]:
    """Find every rule file below a folder; what looks like one and would not be read is reported."""
    found: list[tuple[str, Traversable | Path]] = []
    for each in sorted(folder.iterdir(), key=lambda item: item.name):
        path = f"{inside}{each.name}"
        if each.is_dir() and isinstance(each, Path) and each.is_symlink():
            problems.append(
                Problem(f"{name}{path}", "", "is a link to a folder", "put the folder itself there")
            )
        elif each.is_dir():
            found.extend(_files(each, name, problems, f"{path}/"))
        elif each.name.endswith(SUFFIX):
            found.append((path, each))
        elif each.name.lower().endswith(OTHER_SPELLINGS):
            problems.append(Problem(f"{name}{path}", "", "is not read", f"let its name end in {SUFFIX}"))
    return found


def _read(
    text: str | None, file: str, problems: list[Problem], kind: type[StrictLoader] = StrictLoader
) -> Mapping[str, Any]:
    if text is None:
        return {}
    try:
        document = _document(kind(text, file, problems))
    except yaml.reader.ReaderError as error:
        line = f"line {text.count(chr(10), 0, error.position) + 1}"
        problems.append(Problem(file, line, f"holds the character {error.character:#06x}", "remove it"))
        return {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}" if mark is not None else ""
        wrong = str(getattr(error, "problem", None) or error)
        problems.append(Problem(file, line, f"not YAML: {wrong}", "look at this line and the one before"))
        return {}
    except RecursionError:
        problems.append(Problem(file, "", "is nested too deep", "write it flat, as the other rules"))
        return {}
    if not isinstance(document, Mapping):
        problems.append(Problem(file, "line 1", "holds no mapping", "begin with id: and kind:"))
        return {}
    return document


def _document(loader: StrictLoader) -> Any:
    """Build what a file says, unless it is nested or repeats itself (``*name``) beyond any rule.

    Raises:
        yaml.YAMLError: it is no YAML, or not of a reasonable shape.
        RecursionError: it is nested beyond what can be read at all.
    """
    node = loader.get_single_node()
    if node is None:
        return None
    if _size(node, {}, 1) > MOST_NODES:
        raise yaml.MarkedYAMLError(
            problem=f"more than {MOST_NODES} values with all repetitions", problem_mark=node.start_mark
        )
    return loader.construct_document(node)


def _size(node: yaml.Node, known: dict[int, int], depth: int) -> int:
    """Count the values below a node, each repetition again."""
    if depth > DEEPEST:
        raise yaml.MarkedYAMLError(problem="nested too deep", problem_mark=node.start_mark)
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = MOST_NODES  # what is within itself has no end
    inside = (
        [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
    )
    size = (
        1 if isinstance(node, yaml.ScalarNode) else sum(_size(each, known, depth + 1) for each in inside) + 1
    )
    known[id(node)] = size
    return size
