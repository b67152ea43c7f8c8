"""Sets documents by typst: one compiler for a template, kept and used again; the same content gives the same bytes.

What is set goes to the template as a file in a folder of this process. Handed over as inputs of the compiler instead,
it would be part of typst's library, and everything typst remembers of the last bills would be forgotten: measured, a
third slower for single bills.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import typst

from diansuo.office.billing.documents.content import Content
from diansuo.office.billing.documents.glyphs import FONT_FOLDER

TEMPLATES: Final = Path(__file__).with_name("typst")
STAMP: Final = 0
"""Every file says that it was made at the epoch: nothing but the bill decides its bytes."""
BILL: Final = "bill"
NOTICE: Final = "notice"

_compiling = threading.Lock()


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONT_FOLDER)]
    )


class _Workshop:
    """A folder with the templates and what they set, gone with the process, and a compiler for each template."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="diansuo-typst-")
        self._root = Path(self._folder.name)
        for template in TEMPLATES.glob("*.typ"):
            shutil.copyfile(template, self._root / template.name)
        self._compilers: dict[str, typst.Compiler] = {}

    def compile(
        self, template: str, contents: Sequence[Content], words: dict[str, Any], **options: Any
    ) -> Any:
        """Set documents by a template; the options are the compiler's."""
        for name, value in (("words", words), ("bills", contents)):
            text = json.dumps(value, ensure_ascii=False)
            (self._root / f"{name}.json").write_text(text, encoding="utf-8")
        if template not in self._compilers:
            self._compilers[template] = typst.Compiler(
                str(self._root / f"{template}.typ"),
                root=str(self._root),
                font_paths=_fonts(),
                ignore_system_fonts=True,
            )
        return self._compilers[template].compile(**options)


@lru_cache(maxsize=1)
def _workshop(_process: int) -> _Workshop:
    return _Workshop()


def pdf(template: str, contents: Sequence[Content], words: dict[str, Any]) -> bytes:
    """Set documents into one PDF, in their order.

    Args:
        template: BILL (a sheet a bill) or NOTICE (three to a sheet).
        contents: what stands on them, from :func:`content.content_of`.
        words: the fixed words, from :func:`words.words`.

    Raises:
        typst.TypstError: the template cannot be set; its message says where.
    """
    return _compile(template, contents, words, format="pdf", pdf_tags=False, timestamp=STAMP)


def png(
    template: str, contents: Sequence[Content], words: dict[str, Any], *, dots_per_inch: float = 110
) -> list[bytes]:
    """Set documents as pictures, one a page."""
    made = _compile(template, contents, words, format="png", ppi=dots_per_inch)
    return made if isinstance(made, list) else [made]


def _compile(template: str, contents: Sequence[Content], words: dict[str, Any], **options: Any) -> Any:
    with _compiling:
        return _workshop(os.getpid()).compile(template, contents, words, **options)
