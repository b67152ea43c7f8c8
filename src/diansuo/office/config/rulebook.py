"""The rulebook in force: the shipped one and the place's own files, read again once others are agreed to."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings

from diansuo.core.rules.book import RuleBook
from diansuo.office.config import rulebook_files

MARK: Final = ".agreed"
"""A file beside the place's own rules, touched whenever one of them was replaced: all processes look at it."""

_forgetting: list[Callable[[], object]] = []


class _Kept:
    """The book, read once and kept until the mark of the folder moves."""

    def __init__(self) -> None:
        self._book: RuleBook | None = None
        self._mark = 0

    def __call__(self) -> RuleBook:
        """Return the rulebook, with the files of ``DIANSUO_HOME/rulebook`` added where there are any.

        Raises:
            BadRulebook: a file is wrong; the message lists every problem with file, key and remedy.
        """
        refresh()
        held = self._book
        if held is None:
            own = settings.HOME.rulebook
            held = self._book = rulebook_files.load(own if own.is_dir() else None)
        return held

    def cache_clear(self) -> None:
        """Forget the book."""
        self._book, self._mark = None, _mark()

    def moved(self) -> bool:
        """Tell whether other files were agreed to since the book was read."""
        return self._mark != _mark()


book = _Kept()


def follow(forget: Callable[[], object]) -> None:
    """Name what must be forgotten together with the book: values that were taken from it and kept."""
    _forgetting.append(forget)


def refresh() -> None:
    """Forget the book and all that was taken from it if other files were agreed to, here or in another process."""
    if book.moved():
        book.cache_clear()
        for forget in _forgetting:
            forget()


def _mark() -> int:
    try:
        return (settings.HOME.rulebook / MARK).stat().st_mtime_ns
    except OSError:
        return 0


def own_files() -> dict[str, str]:
    """Return the place's own files of rules by their path below the folder, with their texts."""
    folder: Path = settings.HOME.rulebook
    if not folder.is_dir():
        return {}
    found = sorted(folder.rglob(f"*{rulebook_files.SUFFIX}"))
    return {one.relative_to(folder).as_posix(): one.read_text(encoding="utf-8") for one in found}


def write_own(path: str, text: str | None) -> None:
    """Replace one of the place's own files, whole or not at all; None takes it away. Every process notices."""
    folder: Path = settings.HOME.rulebook
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    if text is None:
        file.unlink(missing_ok=True)
    else:
        draft = file.with_suffix(".draft")
        draft.write_text(text, encoding="utf-8")
        draft.replace(file)
    (folder / MARK).touch()
    refresh()


def with_own(changed: dict[str, str | None]) -> RuleBook:
    """Return the book as it would be with other texts in place of some of the place's own files.

    Raises:
        RuleBookRefused: everything that is wrong with them.
    """
    texts = {path: text for path, text in (own_files() | changed).items() if text is not None}
    return _of_texts(tuple(sorted(texts.items())))


@lru_cache(maxsize=4)
def _of_texts(texts: tuple[tuple[str, str], ...]) -> RuleBook:
    documents = {path: rulebook_files.read_document(text, path) for path, text in texts}
    return rulebook_files.load_documents(documents)
