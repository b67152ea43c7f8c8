"""Sets documents by typst: one compiler for a template, kept and used again; the same content gives the same bytes."""

from __future__ import annotations

import json
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


@lru_cache(maxsize=2)
def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(
        str(TEMPLATES / f"{template}.typ"),
        root=str(TEMPLATES),
        font_paths=_fonts(),
        ignore_system_fonts=True,
    )


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
    inputs = {
        "bills": json.dumps(contents, ensure_ascii=False),
        "words": json.dumps(words, ensure_ascii=False),
    }
    with _compiling:
        return _compiler(template).compile(sys_inputs=inputs, **options)
